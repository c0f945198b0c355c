//! The few policies that can matter to a question.
//!
//! Partial evaluation type-checks the whole set that it is given, so the set is cut by principal
//! kind, action and resource type first. What is cut away could never have matched.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    ActionConstraint, Entities, EntityTypeName, EntityUid, Policy, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema,
};

use crate::viewer::PrincipalKind;

/// The slices of one set.
pub struct Slices {
    by_question: HashMap<(PrincipalKind, String), PolicySet>,
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
    actions: Option<HashSet<EntityUid>>,
}

impl Slices {
    /// Cuts a set for every action of the schema and every kind of principal.
    pub fn of(policies: &PolicySet, schema: &Schema) -> Result<Self, NotSliced> {
        let entities = schema
            .action_entities()
            .map_err(|e| NotSliced(e.to_string()))?;
        let reaches: Vec<Reach<'_>> = policies
            .policies()
            .map(|policy| reach(policy, &entities))
            .collect();
        let mut by_question = HashMap::new();
        for environment in schema.request_envs() {
            let principal = environment.principal().to_string();
            let kind = PrincipalKind::ALL
                .into_iter()
                .find(|k| k.entity() == principal);
            let Some(kind) = kind else { continue };
            let action = environment.action();
            let matching = reaches.iter().filter(|reach| {
                reach.kinds.contains(&kind)
                    && reach
                        .resource
                        .as_ref()
                        .is_none_or(|ty| ty == environment.resource())
                    && reach
                        .actions
                        .as_ref()
                        .is_none_or(|actions| actions.contains(action))
            });
            let set = PolicySet::from_policies(matching.map(|reach| reach.policy.clone()))
                .map_err(|error| NotSliced(error.to_string()))?;
            if !set.is_empty() {
                by_question.insert((kind, action.id().unescaped().to_owned()), set);
            }
        }
        Ok(Self {
            by_question,
            empty: PolicySet::new(),
        })
    }

    /// The policies that can matter where a principal of this kind asks for this action.
    pub fn get(&self, kind: PrincipalKind, action: &str) -> &PolicySet {
        self.by_question
            .get(&(kind, action.to_owned()))
            .unwrap_or(&self.empty)
    }
}

fn reach<'a>(policy: &'a Policy, entities: &Entities) -> Reach<'a> {
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
        ActionConstraint::Eq(uid) => Some(HashSet::from([uid])),
        ActionConstraint::In(groups) => {
            let within = |action: &EntityUid| {
                groups
                    .iter()
                    .any(|group| group == action || entities.is_ancestor_of(group, action))
            };
            let uids = entities.iter().map(cedar_policy::Entity::uid);
            Some(uids.filter(within).collect())
        }
    };
    Reach {
        policy,
        kinds,
        resource,
        actions,
    }
}
