//! Strict validation without the actions.
//!
//! Cedar looks at each policy once for every principal, action and resource of the schema, and most of
//! these differ in nothing but the action. A policy whose conditions do not speak of the action is
//! valid wherever it is valid without its actions: they only say where it is not looked at further.
//! So policies are validated without them, under a schema that has one action for each type of rows,
//! and it is seen to that the actions they name are declared. What is found wrong here is looked at
//! again with its actions, and told from there.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::thread;

use cedar_policy::{
    ActionConstraint, EntityUid, Policy, PolicySet, Schema, ValidationMode, Validator,
};
use serde_json::{Map, Value, json};

use crate::policy::bare::Bare;
use crate::policy::parts::Parts;

/// The policies that may be wrong under a schema, which is also told as JSON.
pub fn suspects(all: &PolicySet, bare: &Bare, json: &Value, parts: &Parts) -> Vec<Policy> {
    let policies: Vec<&Policy> = all.policies().collect();
    let schema = by_type(json).and_then(|told| Schema::from_json_value(told).ok());
    let Some(schema) = schema.filter(|_| bare.is_of_all()) else {
        return policies.into_iter().cloned().collect();
    };
    let validator = Validator::new(schema);
    let doubtful = |policy: &&Policy| {
        let without = bare.policy(policy.id()).cloned();
        let alone = without.and_then(|policy| PolicySet::from_policies([policy]).ok());
        let valid = alone.is_some_and(|alone| {
            let found = validator.validate(&alone, ValidationMode::Strict);
            found.validation_passed()
        });
        !valid || !declared(policy, parts)
    };
    // Cedar looks at each by itself, so side by side; every other one, since long ones stand together
    let workers = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(8);
    let look = |from: usize| -> Vec<Policy> {
        let own = policies.iter().skip(from).step_by(workers).copied();
        own.filter(doubtful).cloned().collect()
    };
    thread::scope(|scope| {
        let look = &look;
        let others: Vec<_> = (1..workers)
            .map(|from| scope.spawn(move || look(from)))
            .collect();
        let mut found = look(0);
        for other in others {
            match other.join() {
                Ok(theirs) => found.extend(theirs),
                // then nothing is known of any
                Err(_) => return policies.iter().copied().cloned().collect(),
            }
        }
        found
    })
}

/// Whether the schema declares every action that the scope of a policy names.
fn declared(policy: &Policy, parts: &Parts) -> bool {
    let known = |uid: &EntityUid| {
        uid.type_name().to_string() == "Action" && parts.has_action(uid.id().unescaped())
    };
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => known(&uid),
        ActionConstraint::In(groups) => groups.iter().all(known),
    }
}

/// The schema with one action for each type of rows, for every principal that may ask about one. There
/// is none of a schema with several namespaces, or of one where an action comes with a context.
fn by_type(json: &Value) -> Option<Value> {
    let spaces = json.as_object()?;
    let space = spaces.get("").filter(|_| spaces.len() == 1)?.as_object()?;
    let mut asking: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for action in space.get("actions")?.as_object()?.values() {
        let Some(applies) = action.get("appliesTo").filter(|to| !to.is_null()) else {
            // a group, of which nobody asks
            continue;
        };
        if !without_context(applies) {
            return None;
        }
        let names = |key: &str| -> Option<Vec<&str>> {
            let names = applies.get(key)?.as_array()?.iter().map(Value::as_str);
            names.collect()
        };
        let principals = names("principalTypes")?;
        for row in names("resourceTypes")? {
            asking.entry(row).or_default().extend(&principals);
        }
    }
    let one = |(row, principals): (&str, BTreeSet<&str>)| {
        let applies = json!({ "principalTypes": principals, "resourceTypes": [row] });
        (row.to_owned(), json!({ "appliesTo": applies }))
    };
    let actions: Map<String, Value> = asking.into_iter().map(one).collect();
    let mut space = space.clone();
    space.insert("actions".to_owned(), Value::Object(actions));
    Some(json!({ "": space }))
}

fn without_context(applies: &Value) -> bool {
    match applies.get("context") {
        None | Some(Value::Null) => true,
        Some(context) => {
            let attributes = context.get("attributes").and_then(Value::as_object);
            context["type"] == "Record" && attributes.is_some_and(Map::is_empty)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use cedar_policy::{
        Policy, PolicyId, PolicySet, Schema, SchemaFragment, ValidationMode, Validator,
    };
    use serde_json::Value;

    use super::{by_type, suspects};
    use crate::policy::bare::Bare;
    use crate::policy::load::shipped;
    use crate::policy::parts::Parts;

    struct Told {
        schema: Schema,
        json: Value,
        parts: Parts,
    }

    fn told(text: &str) -> Told {
        let (fragment, _) = SchemaFragment::from_cedarschema_str(text).unwrap();
        let json = fragment.clone().to_json_value().unwrap();
        let schema = Schema::from_schema_fragments([fragment]).unwrap();
        let parts = Parts::of(&schema, &json).unwrap();
        Told {
            schema,
            json,
            parts,
        }
    }

    fn doubted(told: &Told, set: &PolicySet) -> Vec<String> {
        let found = suspects(set, &Bare::of(set), &told.json, &told.parts);
        found.iter().map(|policy| policy.id().to_string()).collect()
    }

    fn passes(validator: &Validator, set: &PolicySet) -> bool {
        let found = validator.validate(set, ValidationMode::Strict);
        found.validation_passed()
    }

    fn shipped_text() -> String {
        let files = shipped::documents();
        files.iter().map(|file| file.text.clone()).collect()
    }

    /// Nothing that the schema finds wrong goes past; what is doubted in vain is little.
    #[test]
    fn what_is_wrong_under_the_schema_is_doubted() {
        let shipped = told(&shipped::SCHEMA.document().text);
        let whole = Validator::new(shipped.schema.clone());
        let actions = shipped.json[""]["actions"].as_object().unwrap();
        let mut texts = Vec::new();
        for (at, (action, told)) in actions.iter().enumerate().filter(|(at, _)| at % 41 == 0) {
            let on = told["appliesTo"]["resourceTypes"][0].as_str();
            let own = format!("resource is {}", on.unwrap_or("Shift"));
            for (scope, condition) in [
                (&*own, "true"),
                (&*own, "resource.organisation == principal.nothing"),
                (
                    &*own,
                    "resource has student && resource.student == resource",
                ),
                (&*own, "resource.nothing == 1"),
                (&*own, "action == Action::\"no such action\""),
                (&*own, "Action::\"no such action\" == principal"),
                (&*own, "context.nothing"),
                ("resource is Volunteer", "resource == resource"),
                ("resource is Nobody", "true"),
                ("resource", "resource has nothing && resource.nothing == 1"),
                (
                    "resource",
                    "principal.administers.contains(resource.organisation)",
                ),
            ] {
                let kind = ["User", "Partner", "Job"][at % 3];
                for named in [
                    format!("action in Action::{action:?}"),
                    format!("action == Action::{action:?}"),
                    format!("action in [Action::{action:?}, Action::\"nothing\"]"),
                    "action == Action::\"nothing\"".to_owned(),
                    "action".to_owned(),
                ] {
                    texts.push(format!(
                        "permit (principal is {kind}, {named}, {scope}) when {{ {condition} }};"
                    ));
                }
            }
        }
        // each by itself, since one that asks for the action would have all the others doubted too
        let policies = texts.iter().enumerate().map(|(at, text)| {
            let named = Some(PolicyId::new(at.to_string()));
            Policy::parse(named, text.clone()).unwrap()
        });
        let (asking, others): (Vec<Policy>, Vec<Policy>) =
            policies.partition(|policy| policy.to_string().contains("action == Action::\"no such"));
        let (mut valid, mut wrong, mut in_vain) = (0, 0, 0);
        for part in [asking, others] {
            let set = PolicySet::from_policies(part).unwrap();
            let found = whole.validate(&set, ValidationMode::Strict);
            let broken: HashSet<String> = found
                .validation_errors()
                .map(|error| error.policy_id().to_string())
                .collect();
            let doubted: HashSet<String> = doubted(&shipped, &set).into_iter().collect();
            let missed: Vec<&String> = broken.difference(&doubted).collect();
            assert!(missed.is_empty(), "{missed:?} of {texts:?}");
            valid += set.policies().count() - broken.len();
            wrong += broken.len();
            in_vain += doubted.len() - broken.len();
        }
        assert!(valid > 100 && wrong > 100, "{valid} valid, {wrong} wrong");
        assert!(in_vain * 4 < valid, "{in_vain} of {valid} doubted in vain");
    }

    /// One that is wrong is found among all the others, wherever it is.
    #[test]
    fn one_wrong_policy_is_found_among_the_shipped_ones() {
        let shipped = told(&shipped::SCHEMA.document().text);
        let text = shipped_text();
        let all: PolicySet = text.parse().unwrap();
        let before = doubted(&shipped, &all);
        assert!(before.len() * 5 < all.policies().count(), "{before:?}");
        let whole = Validator::new(shipped.schema.clone());
        let types = shipped.json[""]["entityTypes"].as_object().unwrap();
        let (mut found, mut passed) = (0, 0);
        for scope in types.keys().map(|of| format!("resource is {of}")) {
            // Of what is no row of any action nothing can be wrong.
            let wrong = format!("permit (principal, action, {scope}) when {{ resource.nothing }};");
            let expected = passes(&whole, &wrong.parse().unwrap());
            let mut among = all.clone();
            let named = Some(PolicyId::new("wrong"));
            among.add(Policy::parse(named, wrong).unwrap()).unwrap();
            let more = doubted(&shipped, &among).len() - before.len();
            assert_eq!(more == 0, expected, "{scope}");
            *(if expected { &mut passed } else { &mut found }) += 1;
        }
        assert!(found > 20 && passed < 10, "{found} found, {passed} passed");
    }

    #[test]
    fn where_the_schema_does_not_come_apart_everything_is_doubted() {
        for text in [
            "namespace A { entity U; action \"a\" appliesTo { principal: [U], resource: [U] }; } \
             namespace B { entity U; }",
            "entity U; action \"a\" appliesTo { principal: [U], resource: [U], context: { at: Long } };",
            "entity U; type At = { at: Long }; \
             action \"a\" appliesTo { principal: [U], resource: [U], context: At };",
        ] {
            let told = told(text);
            assert!(by_type(&told.json).is_none(), "{text}");
            let set: PolicySet = "permit (principal, action, resource);".parse().unwrap();
            assert_eq!(doubted(&told, &set).len(), 1, "{text}");
        }
        let told = told(
            "entity U, V, W; action \"g\"; action \"a\" in [\"g\"] appliesTo { principal: [U], resource: [U, V] }; \
             action \"b\" appliesTo { principal: [W], resource: [V] };",
        );
        let made = by_type(&told.json).unwrap();
        let actions = made[""]["actions"].as_object().unwrap();
        let principals = |row: &str| actions[row]["appliesTo"]["principalTypes"].to_string();
        assert_eq!(actions.len(), 2);
        assert_eq!(principals("U"), r#"["U"]"#);
        assert_eq!(principals("V"), r#"["U","W"]"#);
    }
}
