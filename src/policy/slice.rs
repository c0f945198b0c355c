//! The few policies that can matter to a question.
//!
//! Partial evaluation type-checks the whole set that it is given, so the set is cut by principal
//! kind, action and resource type first. What is cut away could never have matched.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    ActionConstraint, EntityTypeName, EntityUid, Policy, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema,
};

use super::alike::Alike;
use crate::viewer::PrincipalKind;

/// The slices of one set.
pub struct Slices {
    /// For the first of the actions that are decided alike.
    by_question: HashMap<(PrincipalKind, String), PolicySet>,
    alike: Alike,
    empty: PolicySet,
}

/// The set cannot be cut.
#[derive(Debug, thiserror::Error)]
#[error("the policies cannot be sliced: {0}")]
pub struct NotSliced(String);

/// What the scope of a policy lets through.
struct Reach<'a> {
    policy: &'a Policy,
    kinds: Vec<PrincipalKind>,
    resource: Option<EntityTypeName>,
    /// The groups and the actions that it names; `None` is any.
    actions: Option<Vec<EntityUid>>,
}

impl Slices {
    /// Cuts a set for every action of the schema and every kind of principal.
    pub fn of(policies: &PolicySet, schema: &Schema, alike: Alike) -> Result<Self, NotSliced> {
        let entities = schema
            .action_entities()
            .map_err(|e| NotSliced(e.to_string()))?;
        let reaches: Vec<Reach<'_>> = policies.policies().map(reach).collect();
        let mut by_question = HashMap::new();
        // in which groups an action is; a policy names few of them, and many name the same
        let mut above: HashMap<EntityUid, HashSet<EntityUid>> = HashMap::new();
        for environment in schema.request_envs() {
            let principal = environment.principal().to_string();
            let kind = PrincipalKind::ALL
                .into_iter()
                .find(|k| k.entity() == principal);
            let Some(kind) = kind else { continue };
            let action = environment.action();
            if !alike.is_first(action.id().unescaped()) {
                continue;
            }
            let above = above.entry(action.clone()).or_insert_with(|| {
                let mut above: HashSet<EntityUid> = entities
                    .ancestors(action)
                    .map(|groups| groups.cloned().collect())
                    .unwrap_or_default();
                above.insert(action.clone());
                above
            });
            let matching = reaches.iter().filter(|reach| {
                reach.kinds.contains(&kind)
                    && reach
                        .resource
                        .as_ref()
                        .is_none_or(|ty| ty == environment.resource())
                    && reach
                        .actions
                        .as_ref()
                        .is_none_or(|actions| actions.iter().any(|uid| above.contains(uid)))
            });
            let set = PolicySet::from_policies(matching.map(|reach| reach.policy.clone()))
                .map_err(|error| NotSliced(error.to_string()))?;
            if !set.is_empty() {
                by_question.insert((kind, action.id().unescaped().to_owned()), set);
            }
        }
        Ok(Self {
            by_question,
            alike,
            empty: PolicySet::new(),
        })
    }

    /// The policies that can matter where a principal of this kind asks for this action.
    pub fn get(&self, kind: PrincipalKind, action: &str) -> &PolicySet {
        self.by_question
            .get(&(kind, self.first(action).to_owned()))
            .unwrap_or(&self.empty)
    }

    /// The first action that is decided as this one is.
    pub fn first<'a>(&'a self, action: &'a str) -> &'a str {
        self.alike.first(action)
    }
}

fn reach(policy: &Policy) -> Reach<'_> {
    let only = |ty: &EntityTypeName| {
        PrincipalKind::ALL
            .into_iter()
            .filter(|k| ty.to_string() == k.entity())
            .collect()
    };
    let kinds = match policy.principal_constraint() {
        PrincipalConstraint::Is(ty) | PrincipalConstraint::IsIn(ty, _) => only(&ty),
        PrincipalConstraint::Eq(uid) => only(uid.type_name()),
        PrincipalConstraint::Any | PrincipalConstraint::In(_) => PrincipalKind::ALL.to_vec(),
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::Is(ty) | ResourceConstraint::IsIn(ty, _) => Some(ty),
        ResourceConstraint::Eq(uid) => Some(uid.type_name().clone()),
        ResourceConstraint::Any | ResourceConstraint::In(_) => None,
    };
    let actions = match policy.action_constraint() {
        ActionConstraint::Any => None,
        ActionConstraint::Eq(uid) => Some(vec![uid]),
        ActionConstraint::In(groups) => Some(groups),
    };
    Reach {
        policy,
        kinds,
        resource,
        actions,
    }
}
