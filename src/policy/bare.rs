//! Policies without their actions.
//!
//! Rules are made under the policies that can matter to an action, so that what a policy says of
//! actions is known to hold. Without it there is no need for a copy of every action of the schema
//! beside each viewer, and less to look at. Where a policy speaks of the action in
//! its condition too, the whole set is left as it is.

use std::collections::HashMap;
use std::num::NonZero;
use std::thread;

use cedar_policy::{Policy, PolicyId, PolicySet};
use serde_json::{Value, json};

/// The policies of a set without their actions, if it is one of which none asks more of them.
pub struct Bare(Option<HashMap<PolicyId, Policy>>);

impl Bare {
    /// The policies of a set.
    pub fn of(policies: &PolicySet) -> Self {
        // each by itself, so side by side
        let all: Vec<&Policy> = policies.policies().collect();
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let make = |part: &[&Policy]| -> Option<Vec<(PolicyId, Policy)>> {
            let each = part.iter().map(|p| Some((p.id().clone(), bare(p)?)));
            each.collect()
        };
        let made = thread::scope(|scope| {
            let parts = all.chunks(all.len().div_ceil(workers).max(1));
            let parts: Vec<_> = parts.map(|part| scope.spawn(|| make(part))).collect();
            let parts = parts.into_iter().map(|part| part.join().ok().flatten());
            parts.collect::<Option<Vec<_>>>()
        });
        Self(made.map(|parts| parts.into_iter().flatten().collect()))
    }

    /// A policy without its actions, where all are.
    pub fn policy(&self, id: &PolicyId) -> Option<&Policy> {
        self.0.as_ref()?.get(id)
    }

    /// Whether every policy is there without its actions.
    pub fn is_of_all(&self) -> bool {
        self.0.is_some()
    }

    /// These policies of the set without their actions, or as they are.
    pub fn slice(&self, slice: &PolicySet) -> Result<PolicySet, String> {
        let Some(bare) = &self.0 else {
            return Ok(slice.clone());
        };
        let policies = slice.policies().map(|policy| bare.get(policy.id()));
        let policies: Option<Vec<Policy>> = policies.map(Option::<&Policy>::cloned).collect();
        let policies = policies.ok_or("a policy of the slice is not of the set")?;
        PolicySet::from_policies(policies).map_err(|error| error.to_string())
    }
}

/// A policy without its actions, unless its conditions speak of the action.
fn bare(policy: &Policy) -> Option<Policy> {
    let mut told = policy.to_json().ok()?;
    if asks(told.get("conditions")?) {
        return None;
    }
    *told.get_mut("action")? = json!({ "op": "All" });
    Policy::from_json(Some(policy.id().clone()), told).ok()
}

/// Whether an expression speaks of the action.
fn asks(expression: &Value) -> bool {
    match expression {
        Value::Array(list) => list.iter().any(asks),
        Value::Object(parts) => parts
            .iter()
            .any(|(key, part)| key == "Var" && part == "action" || asks(part)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use cedar_policy::PolicySet;

    use super::Bare;

    #[test]
    fn a_policy_loses_its_actions_unless_its_condition_speaks_of_them() {
        let set = |text: &str| text.parse::<PolicySet>().unwrap();
        let scoped = set(
            r#"@id("x") permit (principal is User, action in [Action::"a"], resource is Shift)
            when { resource.action == "action" && resource has "Var" };"#,
        );
        let bare = Bare::of(&scoped);
        assert!(bare.is_of_all());
        let bare = bare.slice(&scoped).unwrap();
        let told = bare.policies().next().unwrap();
        assert_eq!(told.id(), scoped.policies().next().unwrap().id());
        let told = told.to_string();
        assert!(
            told.contains("action,") && !told.contains("Action::"),
            "{told}"
        );
        assert!(told.contains("principal is User") && told.contains("resource is Shift"));
        for condition in [
            r#"action == Action::"a""#,
            r#"[Action::"a", Action::"b"].contains(action)"#,
            "if principal == resource then action in resource else true",
        ] {
            let asking = format!("permit (principal, action, resource) when {{ {condition} }};");
            let asking = set(&asking);
            let bare = Bare::of(&asking);
            assert!(!bare.is_of_all(), "{condition}");
            assert!(bare.slice(&asking).unwrap() == asking);
        }
    }
}
