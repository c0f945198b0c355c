//! Strict validation in portions.
//!
//! Cedar looks at each policy once for every principal and action of the schema, and most policies are
//! about one type of rows. So policies are validated under a schema that has only the actions on the
//! types they are about: of any other action the scope of such a policy is false before Cedar looks
//! any further. What is found wrong here is looked at again under the whole schema, and told from
//! there; so is everything that does not fit into portions.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cedar_policy::{Policy, PolicySet, ResourceConstraint, Schema, ValidationMode, Validator};
use serde_json::{Map, Value};

/// How many schemas are made, at most: each costs about as much as a dozen policies do.
const PORTIONS: usize = 6;

/// Policies about some types of rows; without any, about all of them.
#[derive(Default)]
struct Portion<'a> {
    types: BTreeSet<String>,
    policies: Vec<&'a Policy>,
}

/// Whether anything may be wrong with these policies under this schema, which is also told as JSON.
pub fn suspect(all: &PolicySet, json: &Value, schema: &Schema) -> bool {
    let portions = portions(all);
    let literals = all.policies().flat_map(Policy::entity_literals);
    let named: HashSet<String> = literals
        .map(|uid| uid.id().unescaped().to_owned())
        .collect();
    let valid = |portion: &Portion<'_>| {
        let part = PolicySet::from_policies(portion.policies.iter().copied().cloned()).ok()?;
        let schema = match portion.types.is_empty() {
            true => schema.clone(),
            false => Schema::from_json_value(about(json, &portion.types, &named)?).ok()?,
        };
        let found = Validator::new(schema).validate(&part, ValidationMode::Strict);
        found.validation_passed().then_some(())
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut all_valid = true;
        while let Some(portion) = portions.get(next.fetch_add(1, Ordering::Relaxed)) {
            all_valid &= valid(portion).is_some();
        }
        all_valid
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let others: Vec<_> = (1..workers.min(portions.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mine = work();
        let theirs = others
            .into_iter()
            .map(|other| other.join().unwrap_or(false));
        // every one of them is waited for
        let all_valid = theirs.fold(mine, |all, one| all && one);
        !all_valid
    })
}

/// The policies by what they are about, in few portions of about one size; those about everything
/// come first, since they take the longest.
fn portions(all: &PolicySet) -> Vec<Portion<'_>> {
    let mut by_type: BTreeMap<Option<String>, Vec<&Policy>> = BTreeMap::new();
    for policy in all.policies() {
        by_type.entry(about_type(policy)).or_default().push(policy);
    }
    let everywhere = by_type.remove(&None).unwrap_or_default();
    let mut by_type: Vec<(String, Vec<&Policy>)> = by_type
        .into_iter()
        .filter_map(|(of, policies)| Some((of?, policies)))
        .collect();
    by_type.sort_by_key(|(_, policies)| std::cmp::Reverse(policies.len()));
    let mut portions: Vec<Portion<'_>> = Vec::new();
    for (of, policies) in by_type {
        if portions.len() < PORTIONS {
            portions.push(Portion::default());
        }
        let least = portions.iter_mut().min_by_key(|one| one.policies.len());
        if let Some(portion) = least {
            portion.types.insert(of);
            portion.policies.extend(policies);
        }
    }
    let first = Portion {
        policies: everywhere,
        ..Portion::default()
    };
    let mut all: Vec<Portion<'_>> = std::iter::once(first).chain(portions).collect();
    all.retain(|portion| !portion.policies.is_empty());
    all
}

/// The type of rows to which the scope of a policy keeps it, if to one.
fn about_type(policy: &Policy) -> Option<String> {
    match policy.resource_constraint() {
        ResourceConstraint::Is(of) | ResourceConstraint::IsIn(of, _) => Some(of.to_string()),
        ResourceConstraint::Eq(uid) => Some(uid.type_name().to_string()),
        ResourceConstraint::Any | ResourceConstraint::In(_) => None,
    }
}

/// The schema with the actions on rows of these types only, and the groups and whatever a policy names.
/// A schema of several namespaces is not taken apart.
fn about(json: &Value, types: &BTreeSet<String>, named: &HashSet<String>) -> Option<Value> {
    let spaces = json.as_object()?;
    let space = spaces.get("").filter(|_| spaces.len() == 1)?.as_object()?;
    let kept = |name: &str, action: &Value| {
        let on = action["appliesTo"]["resourceTypes"].as_array();
        let mut on = on
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .peekable();
        // what applies to nothing is a group
        on.peek().is_none() || named.contains(name) || on.any(|of| types.contains(of))
    };
    let mut part = Map::new();
    for (key, value) in space {
        let value = match (key.as_str(), value.as_object()) {
            ("actions", Some(actions)) => {
                let actions = actions.iter().filter(|(name, action)| kept(name, action));
                let actions = actions.map(|(name, action)| (name.clone(), action.clone()));
                Value::Object(actions.collect())
            }
            _ => value.clone(),
        };
        part.insert(key.clone(), value);
    }
    Some(Value::Object(Map::from_iter([(
        String::new(),
        Value::Object(part),
    )])))
}

#[cfg(test)]
mod tests {
    use cedar_policy::{PolicySet, Schema, SchemaFragment, ValidationMode, Validator};
    use serde_json::Value;

    use super::{portions, suspect};
    use crate::policy::load::shipped;

    fn shipped_schema() -> (Schema, Value) {
        let text = shipped::SCHEMA.document().text;
        let (fragment, _) = SchemaFragment::from_cedarschema_str(&text).unwrap();
        let json = fragment.clone().to_json_value().unwrap();
        (Schema::from_schema_fragments([fragment]).unwrap(), json)
    }

    fn passes(validator: &Validator, set: &PolicySet) -> bool {
        let found = validator.validate(set, ValidationMode::Strict);
        found.validation_passed()
    }

    /// In portions, a policy is valid exactly where it is under the whole schema.
    #[test]
    fn a_portion_finds_a_policy_wrong_where_the_schema_does() {
        let (schema, json) = shipped_schema();
        let whole = Validator::new(schema.clone());
        let actions = json[""]["actions"].as_object().unwrap();
        let (mut valid, mut wrong) = (0, 0);
        for (at, (action, told)) in actions.iter().enumerate().filter(|(at, _)| at % 9 == 0) {
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
                ("resource is Volunteer", "resource == resource"),
                ("resource is Nobody", "true"),
                ("resource", "resource has nothing && resource.nothing == 1"),
            ] {
                let kind = ["User", "Partner", "Job"][at % 3];
                for named in [
                    format!("action in Action::{action:?}"),
                    format!("action == Action::{action:?}"),
                    "action".to_owned(),
                ] {
                    let text = format!(
                        "permit (principal is {kind}, {named}, {scope}) when {{ {condition} }};"
                    );
                    let set: PolicySet = text.parse().unwrap();
                    let expected = passes(&whole, &set);
                    assert_eq!(!suspect(&set, &json, &schema), expected, "{text}");
                    *(if expected { &mut valid } else { &mut wrong }) += 1;
                }
            }
        }
        assert!(valid > 100 && wrong > 100, "{valid} valid, {wrong} wrong");
    }

    /// One that is wrong is found among all the others, wherever it is.
    #[test]
    fn one_wrong_policy_is_found_among_the_shipped_ones() {
        let (schema, json) = shipped_schema();
        let text: String = shipped::documents()
            .iter()
            .map(|file| file.text.clone())
            .collect();
        let all: PolicySet = text.parse().unwrap();
        assert!(!suspect(&all, &json, &schema));
        assert!(portions(&all).len() > 4, "there is more than one portion");
        let whole = Validator::new(schema.clone());
        let types = json[""]["entityTypes"].as_object().unwrap();
        let (mut found, mut passed) = (0, 0);
        for scope in types.keys().map(|of| format!("resource is {of}")) {
            // Of what is no row of any action nothing can be wrong.
            let wrong = format!("permit (principal, action, {scope}) when {{ resource.nothing }};");
            let expected = passes(&whole, &wrong.parse().unwrap());
            let among: PolicySet = format!("{text}\n{wrong}").parse().unwrap();
            assert_eq!(!suspect(&among, &json, &schema), expected, "{scope}");
            *(if expected { &mut passed } else { &mut found }) += 1;
        }
        assert!(found > 20 && passed < 10, "{found} found, {passed} passed");
        let everywhere =
            format!("{text}\npermit (principal, action, resource) when {{ resource.nothing }};");
        assert!(suspect(&everywhere.parse().unwrap(), &json, &schema));
    }

    #[test]
    fn a_schema_of_several_namespaces_is_left_whole() {
        let text = "namespace A { entity U; action \"a\" appliesTo { principal: [U], resource: [U] }; } \
                    namespace B { entity U; }";
        let (fragment, _) = SchemaFragment::from_cedarschema_str(text).unwrap();
        let json = fragment.clone().to_json_value().unwrap();
        let schema = Schema::from_schema_fragments([fragment]).unwrap();
        let set: PolicySet = "permit (principal, action, resource is A::U);"
            .parse()
            .unwrap();
        assert!(passes(&Validator::new(schema.clone()), &set));
        assert!(
            suspect(&set, &json, &schema),
            "then the whole schema is asked"
        );
    }
}
