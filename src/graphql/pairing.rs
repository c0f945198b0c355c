//! Whether what came as one request asks for names and identity numbers together: the pair rule
//! (PCPD code on identity card numbers, 2.7) before any row is read.
//!
//! What counts as asked for: whatever is selected, under any alias, fragment or relation, in any
//! operation of the request that is carried out; and what a filter, an order or a search looks at,
//! since finding by a number is reading it. Which fields are names and which are numbers comes from
//! the catalogue. In doubt they count. Two requests, one after another, are not looked at together.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Request, Value, Variables};
use async_graphql_value::Value as Input;

use super::changes;
use super::schema::is_constant_case;
use crate::catalogue::{self, Kind, Shape, TYPES, Type};
use crate::policy::Lens;

/// How deep a document is looked into; what is deeper is refused elsewhere, and counts here.
const DEEPEST: usize = 100;

/// A field of a type, by their names.
type Known = (&'static str, &'static str);

/// Names and identity numbers that a request asks for.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Asked {
    names: BTreeSet<Known>,
    numbers: BTreeSet<Known>,
}

impl Asked {
    /// What a request asks for; nothing where it does not parse or has no such operation.
    pub fn of(request: &mut Request) -> Self {
        let name = request.operation_name.take();
        let variables = std::mem::take(&mut request.variables);
        let mut walk = Walk {
            variables: &variables,
            operation: None,
            fragments: HashSet::new(),
            asked: Self::default(),
        };
        if let Ok(document) = request.parsed_query()
            && let Some(operation) = chosen(&document.operations, name.as_deref())
        {
            walk.operation = Some(operation);
            walk.set(document, &operation.selection_set.node, Parent::Unknown, 0);
        }
        let asked = walk.asked;
        (request.operation_name, request.variables) = (name, variables);
        asked
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        self.beside(&other)
    }

    /// Together with what else the answer holds.
    pub fn beside(mut self, other: &Self) -> Self {
        self.names.extend(&other.names);
        self.numbers.extend(&other.numbers);
        self
    }

    /// The lens for this request: where it asks for numbers that the viewer may see in full and for
    /// names that the viewer may see in full, one under which the pair rule is at work.
    pub fn through(&self, lens: Arc<Lens>) -> Arc<Lens> {
        if self.names.is_empty() || self.numbers.is_empty() {
            return lens;
        }
        let any = |fields: &BTreeSet<Known>| {
            fields.iter().any(|(of, field)| {
                let known = catalogue::find(of).and_then(|of| Some((of, of.field(field)?)));
                known.is_none_or(|(of, field)| lens.may_see(of, field))
            })
        };
        match any(&self.numbers) && any(&self.names) {
            true => Arc::new(lens.beside_names()),
            false => lens,
        }
    }
}

/// What the fields of a selection belong to.
#[derive(Clone, Copy)]
enum Parent {
    /// Rows of a type, a page of them, or what leads to them.
    Rows(&'static Type),
    /// Something else: a root, a payload, an answer that holds records under other names.
    Unknown,
}

struct Walk<'a> {
    variables: &'a Variables,
    operation: Option<&'a OperationDefinition>,
    fragments: HashSet<&'a Name>,
    asked: Asked,
}

impl<'a> Walk<'a> {
    fn set(
        &mut self,
        document: &'a ExecutableDocument,
        set: &'a SelectionSet,
        parent: Parent,
        depth: usize,
    ) {
        if depth > DEEPEST {
            return TYPES.iter().for_each(|of| self.whole(of));
        }
        for Positioned { node, .. } in &set.items {
            let (on, directives, inner) = match node {
                Selection::Field(field) => {
                    if self.stays(&field.node.directives) {
                        let below = self.field(&field.node, parent);
                        let set = &field.node.selection_set.node;
                        self.set(document, set, below, depth + 1);
                    }
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let on = fragment.type_condition.as_ref().map(|on| &on.node.on.node);
                    (on, &fragment.directives, &fragment.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = document.fragments.get(name) else {
                        continue;
                    };
                    if !self.stays(&spread.node.directives) || !self.fragments.insert(name) {
                        continue;
                    }
                    let on = Some(&fragment.node.type_condition.node.on.node);
                    (on, &spread.node.directives, &fragment.node.selection_set)
                }
            };
            if self.stays(directives) {
                let on = on.and_then(|on| named(on));
                // A fragment of unknown type is looked at once, whoever spreads it.
                let parent = match (on, node) {
                    (Some(of), _) => Parent::Rows(of),
                    (None, Selection::FragmentSpread(_)) => Parent::Unknown,
                    (None, _) => parent,
                };
                self.set(document, &inner.node, parent, depth + 1);
            }
        }
    }

    /// Counts a field, and says what it leads to.
    fn field(&mut self, field: &'a Field, parent: Parent) -> Parent {
        let name = field.name.node.as_str();
        let below = match parent {
            Parent::Rows(of) => match of.field(name).map(|known| &known.shape) {
                Some(Shape::Value { kind, .. }) => {
                    self.count(of, name, *kind);
                    Parent::Unknown
                }
                Some(Shape::One { target, .. } | Shape::Many { target, .. }) => {
                    catalogue::find(target).map_or(Parent::Unknown, Parent::Rows)
                }
                // `nodes`, `edges` and `node` lead to the same rows.
                None => parent,
            },
            Parent::Unknown => {
                if name == changes::FIELD {
                    self.names_of_all();
                }
                self.every(name);
                let singular = name.strip_suffix("Changed").unwrap_or(name);
                let mut known = TYPES.iter().copied();
                known
                    .find(|of| of.singular == singular || of.plural == name)
                    .map_or(Parent::Unknown, Parent::Rows)
            }
        };
        for (name, value) in &field.arguments {
            self.argument(name.node.as_str(), &value.node, below);
        }
        below
    }

    fn count(&mut self, of: &'static Type, name: &str, kind: Kind) {
        let Some(field) = of.field(name) else { return };
        let into = match kind {
            Kind::PersonName => &mut self.asked.names,
            Kind::Hkid => &mut self.asked.numbers,
            _ => return,
        };
        into.insert((of.name, field.name));
    }

    /// Counts the fields of this name of every type.
    fn every(&mut self, name: &str) {
        for of in TYPES {
            if let Some(kind) = of.field(name).and_then(|field| field.kind()) {
                self.count(of, name, kind);
            }
        }
    }

    /// Counts every name: of whose there are old values is known once they are read. (Of identity
    /// numbers none is kept.)
    fn names_of_all(&mut self) {
        for of in TYPES {
            for field in of.fields {
                if let Some(kind @ Kind::PersonName) = field.kind() {
                    self.count(of, field.name, kind);
                }
            }
        }
    }

    /// Counts every field of a type.
    fn whole(&mut self, of: &'static Type) {
        for field in of.fields {
            if let Some(kind) = field.kind() {
                self.count(of, field.name, kind);
            }
        }
    }

    /// Counts what a filter, an order or a search looks at.
    fn argument(&mut self, name: &str, value: &'a Input, below: Parent) {
        let value = self.value(value);
        match (name, below) {
            ("search", Parent::Rows(of)) => {
                let looked = |field: &&catalogue::Field| {
                    matches!(field.shape, Shape::Value { search: true, .. })
                };
                for field in of.fields.iter().filter(looked) {
                    if let Some(kind) = field.kind() {
                        self.count(of, field.name, kind);
                    }
                }
            }
            // What is written is the client's own, and no answer of ours.
            ("input" | "id" | "ids", _) => {}
            (_, below) => self.keys(&value, below, 0),
        }
    }

    /// Counts the fields that are named in a value: as keys, or as the words of an order.
    fn keys(&mut self, value: &Value, parent: Parent, depth: usize) {
        if depth > DEEPEST {
            return TYPES.iter().for_each(|of| self.whole(of));
        }
        match value {
            Value::List(items) => items
                .iter()
                .for_each(|item| self.keys(item, parent, depth + 1)),
            Value::Object(entries) => {
                for (key, value) in entries {
                    let key = key.as_str();
                    let below = match parent {
                        Parent::Rows(of) => match of.field(key).map(|known| &known.shape) {
                            Some(Shape::Value { kind, .. }) => {
                                self.count(of, key, *kind);
                                continue;
                            }
                            Some(Shape::One { target, .. } | Shape::Many { target, .. }) => {
                                catalogue::find(target).map_or(Parent::Unknown, Parent::Rows)
                            }
                            None => parent,
                        },
                        Parent::Unknown => {
                            self.every(key);
                            Parent::Unknown
                        }
                    };
                    self.keys(value, below, depth + 1);
                }
            }
            Value::Enum(word) => self.ordered(word.as_str(), parent),
            Value::String(word) => self.ordered(word, parent),
            _ => {}
        }
    }

    /// Counts the field by which an order goes: `NAME_ZH`.
    fn ordered(&mut self, word: &str, parent: Parent) {
        let all = TYPES.iter().copied();
        let types = all.filter(|of| match parent {
            Parent::Rows(only) => std::ptr::eq(*of, only),
            Parent::Unknown => true,
        });
        for of in types {
            for field in of.fields {
                if let Some(kind) = field.kind()
                    && is_constant_case(word, field.name)
                {
                    self.count(of, field.name, kind);
                }
            }
        }
    }

    /// A value with its variables put in, as far as they are known.
    fn value(&self, value: &Input) -> Value {
        match value {
            Input::Variable(name) => {
                let given = self.variables.get(name).cloned();
                let defined = || {
                    let mut all = self.operation?.variable_definitions.iter();
                    let defined = all.find(|defined| defined.node.name.node == *name)?;
                    let default = defined.node.default_value.as_ref()?;
                    Some(default.node.clone())
                };
                given.or_else(defined).unwrap_or(Value::Null)
            }
            Input::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Input::Object(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(name, value)| (name.clone(), self.value(value)))
                    .collect(),
            ),
            other => other.clone().into_const().unwrap_or(Value::Null),
        }
    }

    /// Whether `@skip` and `@include` let it stay, as far as can be told.
    fn stays(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let given = directive.node.get_argument("if");
            let given = given.map(|given| self.value(&given.node));
            match directive.node.name.node.as_str() {
                "skip" => given != Some(Value::Boolean(true)),
                "include" => given != Some(Value::Boolean(false)),
                _ => true,
            }
        })
    }
}

/// The type of this name, or of whose pages and edges this is the name.
fn named(on: &str) -> Option<&'static Type> {
    let rows = on.strip_suffix("Connection").or(on.strip_suffix("Edge"));
    catalogue::find(on).or_else(|| catalogue::find(rows?))
}

/// The operation that would be carried out.
fn chosen<'a>(
    operations: &'a DocumentOperations,
    wanted: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut all = operations.iter();
    let found = match wanted {
        Some(wanted) => all.find(|(name, _)| name.is_some_and(|name| name == wanted)),
        None => all.next(),
    };
    found.map(|(_, operation)| &operation.node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(text: &str, variables: serde_json::Value) -> (bool, bool) {
        let variables = Variables::from_json(variables);
        let asked = Asked::of(&mut Request::new(text).variables(variables));
        (!asked.names.is_empty(), !asked.numbers.is_empty())
    }

    #[test]
    fn names_and_numbers_are_found_wherever_they_are_asked_for() {
        let (name, number, both) = ((true, false), (false, true), (true, true));
        let table = [
            ("{ volunteers { nodes { id phone } } }", (false, false)),
            ("{ volunteers { nodes { nameZh } } }", name),
            (
                "{ volunteers { edges { node { x: identityNumber } } } }",
                number,
            ),
            (
                "{ a: volunteers { nodes { nameEn } } b: students { nodes { identityNumber } } }",
                both,
            ),
            (
                "{ volunteers { nodes { ...A ...B } } } fragment A on Volunteer { nameZh } fragment B on Volunteer { identityNumber }",
                both,
            ),
            (
                "{ shifts { nodes { assignments { nodes { volunteer { identityNumber user { nameZh } } } } } } }",
                both,
            ),
            (
                "{ node(id: \"x\") { ... on Volunteer { identityNumber } ... on Student { nameZh } } }",
                both,
            ),
            // The name of an organisation is nobody's.
            (
                "{ organisations { nodes { nameZh volunteers { nodes { identityNumber } } } } }",
                number,
            ),
            (
                "{ volunteers(where: { identityNumber: { startsWith: \"A\" } }) { nodes { nameZh } } }",
                both,
            ),
            (
                "{ volunteers(where: { not: { or: [{ nameZh: { eq: \"x\" } }] } }) { nodes { identityNumber } } }",
                both,
            ),
            (
                "{ assignments(where: { volunteer: { identityNumber: { isNull: true } } }) { totalCount } }",
                number,
            ),
            (
                "{ volunteers(orderBy: { field: IDENTITY_NUMBER }) { nodes { nameZh } } }",
                both,
            ),
            (
                "{ volunteers(search: \"陳\") { nodes { identityNumber } } }",
                both,
            ),
            (
                "{ volunteers { nodes { identityNumber nameZh @skip(if: true) } } }",
                number,
            ),
            (
                "query ($y: Boolean! = false) { volunteers { nodes { identityNumber nameZh @include(if: $y) } } }",
                number,
            ),
            (
                "mutation { volunteerChange(input: { id: \"x\", nameZh: \"x\" }) { volunteer { identityNumber } } }",
                number,
            ),
            (
                "subscription { assignmentChanged { volunteer { nameZh identityNumber } } }",
                both,
            ),
            // What names were is told by the trail of changes.
            (
                "{ x: changes(record: \"x\") { nodes { fields { after } } } volunteers { nodes { identityNumber } } }",
                both,
            ),
            ("{ something { nameZh other { identityNumber } } }", both),
        ];
        for (text, expected) in table {
            assert_eq!(of(text, json!({})), expected, "{text}");
        }
        let text = "query ($w: VolunteerFilter, $y: Boolean!) { volunteers(where: $w) { nodes { nameZh @include(if: $y) } } }";
        let filter = json!({ "identityNumber": { "eq": "A123456(3)" } });
        assert_eq!(of(text, json!({ "w": filter, "y": true })), both);
        assert_eq!(of(text, json!({ "w": filter, "y": false })), number);
        assert_eq!(of(text, json!({ "w": {}, "y": true })), name);
    }

    #[test]
    fn only_the_operation_that_is_carried_out_counts() {
        let text = "query A { volunteers { nodes { nameZh } } } query B { volunteers { nodes { identityNumber } } }";
        let asked = Asked::of(&mut Request::new(text).operation_name("B"));
        assert!(asked.names.is_empty() && !asked.numbers.is_empty());
    }

    #[test]
    fn fragments_that_spread_each_other_are_looked_at_once() {
        let bomb: String = (0..40)
            .map(|at| format!("fragment F{at} on Volunteer {{ ...F{0} ...F{0} }} ", at + 1))
            .collect();
        let text = format!(
            "{{ volunteers {{ nodes {{ ...F0 }} }} }} {bomb} fragment F40 on Volunteer {{ ...F0 nameZh identityNumber }}"
        );
        assert_eq!(of(&text, json!({})), (true, true));
    }
}
