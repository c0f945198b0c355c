//! A set of policies, read as the server reads it and cut to what can matter.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use cedar_policy::{
    ActionConstraint, Entities, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet,
    PrincipalConstraint, RequestEnv, ResourceConstraint, Schema, ValidationMode, Validator,
};

use crate::document::{Document, ReadError, hash, pointed, told};

/// A set of policies with its schema. It is valid in strict mode.
pub struct Set {
    pub(crate) schema: Schema,
    pub(crate) all: PolicySet,
    pub(crate) actions: Entities,
    pub(crate) schema_text: String,
    reaches: Vec<Reach>,
    hash: String,
}

/// What the scope of a policy lets through.
pub(crate) struct Reach {
    pub(crate) policy: Policy,
    principal: Option<EntityTypeName>,
    resource: Option<EntityTypeName>,
    actions: Option<HashSet<EntityUid>>,
}

impl Set {
    /// Reads the set in a folder: `schema.cedarschema` and every `*.cedar` beside it.
    ///
    /// # Errors
    /// Where a file cannot be read, and as for [`Self::of`].
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        Self::of(
            &Document::read(&folder.join("schema.cedarschema"))?,
            &Document::read_all(folder)?,
        )
    }

    /// The set of these files.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and line.
    pub fn of(schema: &Document, documents: &[Document]) -> Result<Self, ReadError> {
        let (parsed, _warnings) = Schema::from_cedarschema_str(&schema.text)
            .map_err(|e| ReadError::at(schema, pointed(&e).unwrap_or(0), told(&e)))?;
        let actions = parsed
            .action_entities()
            .map_err(|e| ReadError::at(schema, 0, told(&e)))?;
        let named = named(documents)?;
        let all = valid(&parsed, &named, schema)?;
        let mut policies: Vec<Policy> = named.into_iter().map(|(policy, ..)| policy).collect();
        policies.sort_by(|a, b| a.id().cmp(b.id()));
        Ok(Self {
            reaches: policies.iter().map(|p| Reach::of(p, &actions)).collect(),
            schema: parsed,
            all,
            actions,
            schema_text: schema.text.clone(),
            hash: hash(std::iter::once(schema).chain(documents)),
        })
    }

    /// The hash of its files.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How many policies there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.reaches.len()
    }

    /// The policies whose scope lets an environment through, in the order of their names.
    pub(crate) fn slice(&self, environment: &RequestEnv) -> Vec<&Policy> {
        let within = self.reaches.iter().filter(|r| r.lets(environment));
        within.map(|reach| &reach.policy).collect()
    }

    /// Every environment of the schema, in a fixed order.
    pub(crate) fn environments(&self) -> Vec<RequestEnv> {
        let mut all: Vec<RequestEnv> = self.schema.request_envs().collect();
        all.sort_by_key(place);
        all
    }

    /// Whether the schema knows an action.
    pub(crate) fn knows(&self, action: &str) -> bool {
        self.actions
            .iter()
            .any(|a| a.uid().id().unescaped() == action)
    }

    /// Whether an action is in a group, or is it.
    pub(crate) fn is_in(&self, action: &EntityUid, group: &str) -> bool {
        let within = |uid: &EntityUid| uid.id().unescaped() == group;
        within(action)
            || self
                .actions
                .ancestors(action)
                .is_some_and(|mut above| above.any(within))
    }
}

impl Reach {
    pub(crate) fn of(policy: &Policy, actions: &Entities) -> Self {
        let principal = match policy.principal_constraint() {
            PrincipalConstraint::Is(ty) | PrincipalConstraint::IsIn(ty, _) => Some(ty),
            PrincipalConstraint::Eq(uid) => Some(uid.type_name().clone()),
            PrincipalConstraint::Any | PrincipalConstraint::In(_) => None,
        };
        let resource = match policy.resource_constraint() {
            ResourceConstraint::Is(ty) | ResourceConstraint::IsIn(ty, _) => Some(ty),
            ResourceConstraint::Eq(uid) => Some(uid.type_name().clone()),
            ResourceConstraint::Any | ResourceConstraint::In(_) => None,
        };
        let within = match policy.action_constraint() {
            ActionConstraint::Any => None,
            ActionConstraint::Eq(uid) => Some(HashSet::from([uid])),
            ActionConstraint::In(groups) => {
                let under = |action: &EntityUid| {
                    groups
                        .iter()
                        .any(|group| group == action || actions.is_ancestor_of(group, action))
                };
                let uids = actions.iter().map(cedar_policy::Entity::uid);
                Some(uids.filter(under).collect())
            }
        };
        Self {
            policy: policy.clone(),
            principal,
            resource,
            actions: within,
        }
    }

    /// Whether the scope lets an environment through.
    pub(crate) fn lets(&self, environment: &RequestEnv) -> bool {
        let (principal, resource) = (environment.principal(), environment.resource());
        self.principal.as_ref().is_none_or(|ty| ty == principal)
            && self.resource.as_ref().is_none_or(|ty| ty == resource)
            && self
                .actions
                .as_ref()
                .is_none_or(|actions| actions.contains(environment.action()))
    }
}

/// Where an environment stands among the others: by principal, resource and action.
pub(crate) type Place = (String, String, String);

/// Where an environment stands.
pub(crate) fn place(environment: &RequestEnv) -> Place {
    (
        environment.principal().to_string(),
        environment.resource().to_string(),
        action(environment),
    )
}

/// The action of an environment, by name.
pub(crate) fn action(environment: &RequestEnv) -> String {
    environment.action().id().unescaped().to_owned()
}

/// The policies of some files, each once, with where it begins.
pub(crate) fn named(documents: &[Document]) -> Result<Vec<(Policy, usize, &Document)>, ReadError> {
    let mut named: Vec<(Policy, usize, &Document)> = Vec::new();
    let mut ids: BTreeSet<PolicyId> = BTreeSet::new();
    for document in documents {
        for (policy, offset) in document.policies()? {
            if !ids.insert(policy.id().clone()) {
                let reason = format!("there is another `{}`", policy.id());
                return Err(ReadError::at(document, offset, reason));
            }
            named.push((policy, offset, document));
        }
    }
    Ok(named)
}

/// Policies as one set that is valid in strict mode.
pub(crate) fn valid(
    schema: &Schema,
    named: &[(Policy, usize, &Document)],
    of: &Document,
) -> Result<PolicySet, ReadError> {
    let all = PolicySet::from_policies(named.iter().map(|(policy, ..)| policy.clone()))
        .map_err(|error| ReadError::at(of, 0, told(&error)))?;
    let checked = Validator::new(schema.clone()).validate(&all, ValidationMode::Strict);
    if let Some(error) = checked.validation_errors().next() {
        let found = named.iter().find(|(p, ..)| p.id() == error.policy_id());
        let (start, document) = found.map_or((0, of), |(_, start, document)| (*start, *document));
        let offset = pointed(error).unwrap_or(start);
        return Err(ReadError::at(document, offset, told(error)));
    }
    Ok(all)
}
