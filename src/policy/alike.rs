//! Actions that no policy can tell apart.
//!
//! A schema has an action for every field and every deed, some hundreds; policies speak of the
//! groups in which they are. Two actions in the same groups, for the same principals, resources and
//! context, of which no policy speaks by name, are decided alike. Whatever is worked out for one
//! holds for all of them.

use std::collections::{HashMap, HashSet};

use cedar_policy::PolicySet;
use serde_json::Value;

/// Which actions are decided alike under a set.
#[derive(Default)]
pub struct Alike {
    /// The first of those that an action is like, where it is not the first itself.
    first: HashMap<String, String>,
}

impl Alike {
    /// What is alike in a schema, told as JSON, under these policies.
    pub fn of(schema: &Value, policies: &PolicySet) -> Self {
        let spaces = schema.as_object().into_iter().flatten();
        let [actions] = spaces
            .map(|(_, space)| space["actions"].as_object())
            .collect::<Vec<_>>()[..]
        else {
            // an action of another namespace may have the same name
            return Self::default();
        };
        let literals = policies.policies().flat_map(|p| p.entity_literals());
        let mut named: HashSet<String> = literals
            .map(|uid| uid.id().unescaped().to_owned())
            .collect();
        for action in actions.into_iter().flat_map(|actions| actions.values()) {
            let groups = action["memberOf"].as_array().into_iter().flatten();
            named.extend(groups.filter_map(|group| group["id"].as_str().map(str::to_owned)));
        }
        let mut firsts: HashMap<String, &String> = HashMap::new();
        let mut first = HashMap::new();
        for (name, action) in actions.into_iter().flatten() {
            if named.contains(name) || action["appliesTo"].is_null() {
                continue;
            }
            let known = firsts.entry(described(action)).or_insert(name);
            if *known != name {
                first.insert(name.clone(), (*known).clone());
            }
        }
        Self { first }
    }

    /// The first action that is decided as this one is: often itself.
    pub fn first<'a>(&'a self, action: &'a str) -> &'a str {
        self.first.get(action).map_or(action, String::as_str)
    }

    /// Whether it is the first of its likes.
    pub fn is_first(&self, action: &str) -> bool {
        !self.first.contains_key(action)
    }

    /// The schema, told as JSON, with one action of each sort only.
    pub fn outlined(&self, mut schema: Value) -> Value {
        let spaces = schema.as_object_mut().into_iter();
        for space in spaces.flat_map(|all| all.values_mut()) {
            if let Some(actions) = space.get_mut("actions").and_then(Value::as_object_mut) {
                actions.retain(|name, _| self.is_first(name));
            }
        }
        schema
    }
}

/// All that a policy can know of an action besides its name.
fn described(action: &Value) -> String {
    let known = action.as_object().into_iter().flatten();
    let mut known: Vec<String> = known
        .filter(|(key, _)| *key != "annotations")
        .map(|(key, value)| match value.as_array() {
            Some(list) => {
                let mut list: Vec<String> = list.iter().map(Value::to_string).collect();
                list.sort_unstable();
                format!("{key}:{list:?}")
            }
            None => format!("{key}:{value}"),
        })
        .collect();
    known.sort_unstable();
    known.join(";")
}

#[cfg(test)]
mod tests {
    use cedar_policy::{PolicySet, Schema, SchemaFragment, ValidationMode, Validator};
    use serde_json::{Value, json};

    use super::Alike;
    use crate::policy::load::shipped;

    fn told(schema: &str) -> (Schema, Value) {
        let (fragment, _) = SchemaFragment::from_cedarschema_str(schema).unwrap();
        let told = fragment.clone().to_json_value().unwrap();
        (Schema::from_schema_fragments([fragment]).unwrap(), told)
    }

    #[test]
    fn actions_are_alike_where_nothing_tells_them_apart() {
        let schema = r#"
            entity User; entity Shift; entity Notice;
            action "read"; action "write"; action "group" in ["read"];
            action "a", "b" in ["read"] appliesTo { principal: [User], resource: [Shift] };
            action "c" in ["read", "write"] appliesTo { principal: [User], resource: [Shift] };
            action "d", "e" in ["read"] appliesTo { principal: [User], resource: [Shift, Notice] };
            action "f", "g" in ["write"] appliesTo { principal: [User], resource: [Shift] };
            action "h" in ["f"] appliesTo { principal: [User], resource: [Shift] };
            action "i", "j" in ["read"] appliesTo { principal: [User], resource: [Shift], context: { at: Long } };
            action "k" in ["read"] appliesTo { principal: [User], resource: [Shift], context: { at: String } };
        "#;
        let (_, json) = told(schema);
        let first = |policies: &str| {
            let alike = Alike::of(&json, &policies.parse().unwrap());
            "abcdefghijk"
                .chars()
                .map(|name| alike.first(&name.to_string()).to_owned())
                .collect::<String>()
        };
        assert_eq!(first(""), "aacddfghiik");
        let named = r#"permit (principal, action == Action::"b", resource) unless { action in [Action::"e", Action::"i"] };"#;
        assert_eq!(first(named), "abcdefghijk");
    }

    #[test]
    fn actions_of_several_namespaces_are_never_alike() {
        let mut schema = json!({ "": { "entityTypes": { "U": {} }, "actions": {} } });
        let action = json!({ "appliesTo": { "principalTypes": ["U"], "resourceTypes": ["U"] } });
        schema[""]["actions"] = json!({ "a": action, "b": action });
        let alike = |schema: &Value| Alike::of(schema, &PolicySet::new()).first("b").to_owned();
        assert_eq!(alike(&schema), "a");
        schema["Other"] = json!({ "entityTypes": {}, "actions": { "a": {} } });
        assert_eq!(alike(&schema), "b");
    }

    /// A policy is valid under the outline exactly where it is valid under the schema.
    #[test]
    fn the_outline_finds_a_policy_wrong_where_the_schema_does() {
        let (schema, json) = told(&shipped::SCHEMA.document().text);
        let actions = json[""]["actions"].as_object().unwrap();
        let whole = Validator::new(schema);
        let (mut valid, mut wrong) = (0, 0);
        for (at, action) in actions.keys().enumerate().filter(|(at, _)| at % 11 == 0) {
            for (scope, condition) in [
                ("resource", "resource.organisation == principal.nothing"),
                (
                    "resource",
                    "principal.administers.contains(resource.organisation)",
                ),
                (
                    "resource is Volunteer",
                    "resource.volunteer == resource.volunteer",
                ),
                (
                    "resource",
                    "resource has student && resource.student == resource",
                ),
            ] {
                let kind = ["User", "Partner", "Job"][at % 3];
                let policy = format!(
                    "permit (principal is {kind}, action in Action::{action:?}, {scope}) when {{ {condition} }};"
                );
                let set: PolicySet = policy.parse().unwrap();
                let outline = Alike::of(&json, &set).outlined(json.clone());
                let outline = Schema::from_json_value(outline).unwrap();
                let passes = |validator: &Validator| {
                    let found = validator.validate(&set, ValidationMode::Strict);
                    found.validation_passed()
                };
                let expected = passes(&whole);
                assert_eq!(passes(&Validator::new(outline)), expected, "{policy}");
                *(if expected { &mut valid } else { &mut wrong }) += 1;
            }
        }
        assert!(valid > 20 && wrong > 20, "{valid} valid, {wrong} wrong");
    }
}
