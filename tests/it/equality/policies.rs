//! Random rules in Cedar's own text, valid in strict mode.

use std::sync::Arc;

use kaifong::catalogue::{Attribute, AttributeShape, Field, Type};
use kaifong::policy::{Document, LoadError, Policies};
use proptest::prelude::*;
use uuid::Uuid;

use super::cases::{HELD, Population};

/// A permit or a forbid with a condition.
#[derive(Clone, Debug)]
pub struct Rule {
    permit: bool,
    unless: bool,
    condition: String,
}

impl Rule {
    pub fn text(&self) -> String {
        let effect = if self.permit { "permit" } else { "forbid" };
        let word = if self.unless { "unless" } else { "when" };
        format!("{effect} … {word} {{ {} }}", self.condition)
    }
}

/// One to four rules; those for cells may hold what no database answers.
pub fn rules(population: &Population, of: &'static Type, opaque: bool) -> BoxedStrategy<Vec<Rule>> {
    let leaves: Vec<BoxedStrategy<String>> = of
        .attributes
        .iter()
        .flat_map(|attribute| leaves(population, of, attribute, opaque))
        .collect();
    let leaf = proptest::sample::select(leaves).prop_flat_map(|leaf| leaf);
    let condition = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            1 => inner.clone().prop_map(|a| format!("!({a})")),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
        ]
    });
    let rule = (
        prop::bool::weighted(0.75),
        prop::bool::weighted(0.2),
        condition,
    )
        .prop_map(|(permit, unless, condition)| Rule {
            permit,
            unless,
            condition,
        });
    let first = rule.clone().prop_map(|rule| Rule {
        permit: true,
        ..rule
    });
    (first, prop::collection::vec(rule, 0..3))
        .prop_map(|(first, mut rest)| {
            rest.insert(0, first);
            rest
        })
        .boxed()
}

/// Questions to one attribute.
fn leaves(
    population: &Population,
    of: &'static Type,
    attribute: &'static Attribute,
    opaque: bool,
) -> Vec<BoxedStrategy<String>> {
    let name = attribute.name;
    let path = format!("resource.{name}");
    let held = |entity: &str| -> Vec<&'static str> {
        HELD.iter()
            .filter(|(_, e)| *e == entity)
            .map(|(held, _)| *held)
            .collect()
    };
    let mut found = vec![prop::bool::ANY.prop_map(|b| b.to_string()).boxed()];
    match attribute.shape {
        AttributeShape::Itself { entity }
        | AttributeShape::Ref {
            entity,
            optional: false,
            ..
        } => {
            found.extend(single(population, entity, &path, &held(entity)));
            if matches!(attribute.shape, AttributeShape::Itself { .. }) && of.entity == entity {
                found.extend(single(population, entity, "resource", &held(entity)));
            }
        }
        AttributeShape::Ref {
            entity,
            optional: true,
            ..
        } => {
            for leaf in single(population, entity, &path, &held(entity)) {
                found.push(
                    leaf.prop_map(move |l| format!("(resource has {name} && {l})"))
                        .boxed(),
                );
            }
            found.push(Just(format!("resource has {name}")).boxed());
        }
        AttributeShape::Text(_) => {
            let words = population.words[&(of.name, name)].clone();
            let path_ = path.clone();
            found.push(
                proptest::sample::select(words.clone())
                    .prop_map(move |w| format!("{path_} == {w:?}"))
                    .boxed(),
            );
            let path_ = path.clone();
            let most = words.len();
            found.push(
                proptest::sample::subsequence(words, 1..=most)
                    .prop_map(move |w| format!("{w:?}.contains({path_})"))
                    .boxed(),
            );
            if opaque {
                found.push(Just(format!("{path} like \"*E*\"")).boxed());
            }
        }
        AttributeShape::Bool(_) => found.push(Just(path).boxed()),
        // Only Cedar can say.
        AttributeShape::Words(_) if opaque => {
            for word in ["ANYWHERE", "HK"] {
                found.push(Just(format!("{path}.contains({word:?})")).boxed());
            }
        }
        AttributeShape::Words(_) => {}
        AttributeShape::Set { entity, .. } => {
            for held in held(entity) {
                found.push(Just(format!("{path}.containsAny(principal.{held})")).boxed());
                found.push(Just(format!("principal.{held}.containsAny({path})")).boxed());
                if opaque {
                    found.push(Just(format!("principal.{held}.containsAll({path})")).boxed());
                }
            }
            let ids = population.of_entity(entity);
            let path_ = path.clone();
            let entity_ = entity.to_owned();
            found.push(
                proptest::sample::select(ids)
                    .prop_map(move |id| format!("{path_}.contains({entity_}::\"{id}\")"))
                    .boxed(),
            );
            if opaque {
                found.push(Just(format!("{path}.isEmpty()")).boxed());
            }
        }
    }
    found
}

/// Questions to something that is one row.
fn single(
    population: &Population,
    entity: &'static str,
    path: &str,
    held: &[&'static str],
) -> Vec<BoxedStrategy<String>> {
    let mut found = Vec::new();
    for held in held {
        found.push(Just(format!("principal.{held}.contains({path})")).boxed());
    }
    if entity == "Account" {
        found.push(Just(format!("{path} == principal.account")).boxed());
    }
    let one = |id: &Uuid| format!("{entity}::\"{id}\"");
    let ids: Vec<String> = population.of_entity(entity).iter().map(one).collect();
    let path_ = path.to_owned();
    found.push(
        proptest::sample::select(ids.clone())
            .prop_map(move |id| format!("{path_} == {id}"))
            .boxed(),
    );
    let path_ = path.to_owned();
    found.push(
        proptest::sample::select(ids.clone())
            .prop_map(move |id| format!("{id} != {path_}"))
            .boxed(),
    );
    let path_ = path.to_owned();
    let most = ids.len().min(5);
    found.push(
        proptest::sample::subsequence(ids, 1..=most)
            .prop_map(move |ids| format!("{path_} in [{}]", ids.join(", ")))
            .boxed(),
    );
    found
}

/// Loads the rules: some for the rows of a type, others for one of its fields.
pub fn load(
    of: &Type,
    field: &Field,
    list: &[Rule],
    cell: &[Rule],
) -> Result<Arc<Policies>, LoadError> {
    let schema = Document {
        name: "schema".into(),
        text: include_str!("../../../policies/schema.cedarschema").into(),
    };
    let mut text = String::new();
    let named = [
        (format!("{}.list", of.name), list),
        (field.action(of), cell),
    ];
    for (action, rules) in named {
        for (at, rule) in rules.iter().enumerate() {
            let effect = if rule.permit { "permit" } else { "forbid" };
            let word = if rule.unless { "unless" } else { "when" };
            text.push_str(&format!(
                "@id(\"{action}-{at}\") @en(\"A rule.\") @zh(\"規則。\")\n{effect} (principal is User, \
                 action == Action::\"{action}\", resource is {}) {word} {{ {} }};\n",
                of.entity, rule.condition
            ));
        }
    }
    Policies::load(
        &schema,
        &[Document {
            name: "rules".into(),
            text,
        }],
    )
}
