//! What an operation may come to, worked out before it is carried out: the rows of its pages, and
//! the values that they hold. Nothing is fetched for it, no policy is asked.
//!
//! Fields are merged as the execution merges them. That walks through what the document expands to,
//! so the document is measured first.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Positioned, Value, Variables};
use async_graphql_value::Value as Input;

use super::changes;
use super::disclosures;
use super::drill;
use super::error::Over;
use super::figures;
use super::scope::Limits;
use super::{office, workshop};
use crate::catalogue::{self, Shape, TYPES, Type};

/// Lists of introspection, with how many items one of this schema has, rounded up.
const SCHEMA: [(&str, u64); 8] = [
    ("types", 300),
    ("fields", 12),
    ("args", 4),
    ("inputFields", 12),
    ("enumValues", 8),
    ("interfaces", 1),
    ("possibleTypes", 20),
    ("directives", 8),
];

/// What an operation may come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Rows, over all lists.
    pub rows: u64,
    /// Values: each field, as often as it may stand in the answer.
    pub values: u64,
    /// Heavy work on policies, in steps: a matrix is one, the gate and the difference are two.
    pub work: u64,
}

/// What the fields of a selection belong to.
#[derive(Clone, Copy)]
enum Parent {
    /// A root, or something that holds records under their own names.
    Holder,
    /// A record of a type.
    Record(&'static Type),
    /// A page of a list of a type, with how many rows it may have.
    Page(&'static Type, u64),
    /// A row with its cursor.
    Edge(&'static Type),
    /// Where the policies are kept.
    Workshop,
    /// The schema.
    Schema,
    /// The privacy office.
    Office,
    /// Something small.
    Plain,
}

/// An operation whose cost is worked out.
struct Estimate<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    limits: &'a Limits,
    cost: Cost,
}

/// Works out what the operation with this name may come to; nothing where there is none.
///
/// # Errors
/// A page or an offset is larger than it may be, or all of it comes to more than is given.
pub fn estimate(
    document: &ExecutableDocument,
    name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Cost, Over> {
    let Some(operation) = chosen(&document.operations, name) else {
        return Ok(Cost::default());
    };
    let mut estimate = Estimate {
        document,
        operation,
        variables,
        limits,
        cost: Cost::default(),
    };
    estimate.below(vec![&operation.selection_set.node], Parent::Holder, 1)?;
    let Cost { rows, values, work } = estimate.cost;
    let over = |limit, what: &str, asked: u64, allowed: u64| Over {
        message: format!("the request asks for {asked} {what}; at most {allowed} are given"),
        limit,
        asked,
        allowed,
    };
    if rows > limits.max_rows {
        return Err(over("max_rows", "rows", rows, limits.max_rows));
    }
    if values > limits.max_cost {
        return Err(over("max_query_cost", "values", values, limits.max_cost));
    }
    if work > workshop::MOST_WORK {
        let what = "steps of work on policies";
        return Err(over("policy_work", what, work, workshop::MOST_WORK));
    }
    Ok(estimate.cost)
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

impl<'a> Estimate<'a> {
    /// Adds what lies in these selections of something that may stand in the answer so often.
    fn below(
        &mut self,
        sets: Vec<&'a SelectionSet>,
        parent: Parent,
        times: u64,
    ) -> Result<(), Over> {
        let mut fields = IndexMap::new();
        for set in sets {
            self.collect(set, parent, &mut fields);
        }
        for (parent, merged) in fields.into_values() {
            self.cost.values = self.cost.values.saturating_add(times);
            let Some(first) = merged.first().copied() else {
                continue;
            };
            let (next, each) = self.field(first, parent)?;
            if matches!(parent, Parent::Workshop | Parent::Holder) {
                let name = first.name.node.as_str();
                let in_workshop = matches!(parent, Parent::Workshop);
                self.cost.work += workshop::work(name, in_workshop);
            }
            if matches!(parent, Parent::Office) && first.name.node == drill::FIELD {
                self.cost.work += drill::WORK;
            }
            if let (Parent::Page(..), true) = (next, fetched(&merged, self.document)) {
                let rows = times.saturating_mul(each);
                self.cost.rows = self.cost.rows.saturating_add(rows);
            }
            let times = match next {
                // The page stands once; its rows stand in its `nodes` and `edges`.
                Parent::Page(..) => times,
                _ => times.saturating_mul(each),
            };
            let sets = merged.iter().map(|field| &field.selection_set.node);
            self.below(sets.collect(), next, times)?;
        }
        Ok(())
    }

    /// The fields of a selection by the type that they are limited to and their response key.
    fn collect(
        &self,
        set: &'a SelectionSet,
        parent: Parent,
        into: &mut IndexMap<(&'static str, &'a str), (Parent, Vec<&'a Field>)>,
    ) {
        let of = match parent {
            Parent::Record(of) => of.name,
            _ => "",
        };
        for Positioned { node, .. } in &set.items {
            let (on, directives, inner) = match node {
                Selection::Field(field) => {
                    if self.stays(&field.node.directives) {
                        let key = field.node.response_key().node.as_str();
                        let merged = into.entry((of, key));
                        let (_, merged) = merged.or_insert_with(|| (parent, Vec::new()));
                        merged.push(&field.node);
                    }
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let on = fragment.type_condition.as_ref();
                    (on, &fragment.directives, &fragment.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue;
                    };
                    let on = Some(&fragment.node.type_condition);
                    (on, &spread.node.directives, &fragment.node.selection_set)
                }
            };
            if self.stays(directives) {
                let on = on.and_then(|on| catalogue::find(on.node.on.node.as_str()));
                let parent = on.map_or(parent, Parent::Record);
                self.collect(&inner.node, parent, into);
            }
        }
    }

    /// What a field leads to, and how many of it.
    fn field(&self, field: &Field, parent: Parent) -> Result<(Parent, u64), Over> {
        let name = field.name.node.as_str();
        Ok(match parent {
            Parent::Holder => match name {
                "__schema" | "__type" => (Parent::Schema, 1),
                workshop::WORKSHOP_FIELD => (Parent::Workshop, 1),
                office::FIELD => (Parent::Office, office::VALUES),
                workshop::EXPLAIN => (Parent::Plain, workshop::values(name, None)),
                name if figures::named(name).is_some() => (Parent::Plain, figures::VALUES),
                changes::FIELD | disclosures::FIELD => {
                    let first = self.count(field, "first");
                    (Parent::Plain, first.unwrap_or(self.limits.page as u64))
                }
                "nodes" => (Parent::Holder, self.length(field, "ids")),
                _ => match TYPES.iter().find(|of| of.plural == name) {
                    Some(of) => self.page(of, field)?,
                    None => (one(name), 1),
                },
            },
            Parent::Record(of) => match of.field(name).map(|field| &field.shape) {
                Some(Shape::One { target, .. }) => (record(target), 1),
                Some(Shape::Many { target, .. }) => match catalogue::find(target) {
                    Some(target) => self.page(target, field)?,
                    None => (Parent::Plain, 1),
                },
                _ => (Parent::Plain, 1),
            },
            Parent::Page(of, rows) => match name {
                "nodes" => (Parent::Record(of), rows),
                "edges" => (Parent::Edge(of), rows),
                _ => (Parent::Plain, 1),
            },
            Parent::Edge(of) if name == "node" => (Parent::Record(of), 1),
            Parent::Schema => {
                let list = SCHEMA.iter().find(|(list, _)| *list == name);
                (Parent::Schema, list.map_or(1, |(_, items)| *items))
            }
            Parent::Workshop => {
                let first = self.count(field, "first");
                (Parent::Plain, workshop::values(name, first))
            }
            Parent::Office if name == drill::FIELD => {
                (Parent::Plain, drill::values(self.count(field, "limit")))
            }
            Parent::Edge(_) | Parent::Office | Parent::Plain => (Parent::Plain, 1),
        })
    }

    /// A page of a list.
    fn page(&self, of: &'static Type, field: &Field) -> Result<(Parent, u64), Over> {
        let limits = self.limits;
        let asked = self.count(field, "first").or(self.count(field, "last"));
        let asked = asked.unwrap_or(limits.page as u64);
        if asked > limits.max_page as u64 {
            return Err(Over {
                message: format!("a page has at most {} rows, not {asked}", limits.max_page),
                limit: "max_page_size",
                asked,
                allowed: limits.max_page as u64,
            });
        }
        let offset = self.count(field, "offset").unwrap_or(0);
        if offset > limits.max_offset {
            return Err(Over {
                message: format!("`offset` is more than {}", limits.max_offset),
                limit: "max_offset",
                asked: offset,
                allowed: limits.max_offset,
            });
        }
        Ok((Parent::Page(of, asked), asked))
    }

    /// A count that is given as an argument; what is no count is for the execution to refuse.
    fn count(&self, field: &Field, name: &str) -> Option<u64> {
        match self.value(&field.get_argument(name)?.node)? {
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// How many items a list has that is given as an argument.
    fn length(&self, field: &Field, name: &str) -> u64 {
        let given = field.get_argument(name);
        let items = given.map(|given| match &given.node {
            Input::List(items) => items.len(),
            single => match self.value(single) {
                Some(Value::List(items)) => items.len(),
                _ => 1,
            },
        });
        items.unwrap_or(0) as u64
    }

    /// A value with its variable put in; nothing where one inside it is not given.
    fn value(&self, value: &Input) -> Option<Value> {
        let Input::Variable(name) = value else {
            return value.clone().into_const();
        };
        if let Some(given) = self.variables.get(name) {
            return Some(given.clone());
        }
        let mut defined = self.operation.variable_definitions.iter();
        let defined = defined.find(|defined| defined.node.name.node == *name)?;
        let default = defined.node.default_value.as_ref()?;
        Some(default.node.clone())
    }

    /// Whether `@skip` and `@include` let it stay, as far as can be told.
    fn stays(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let given = directive.node.get_argument("if");
            let given = given.and_then(|given| self.value(&given.node));
            match directive.node.name.node.as_str() {
                "skip" => given != Some(Value::Boolean(true)),
                "include" => given != Some(Value::Boolean(false)),
                _ => true,
            }
        })
    }
}

/// Whether a page's rows are fetched for what is selected of it; in doubt they are.
fn fetched(merged: &[&Field], document: &ExecutableDocument) -> bool {
    let counts = |name: &str| matches!(name, "totalCount" | "totalCountIsExact" | "__typename");
    merged.iter().any(|field| {
        let items = field.selection_set.node.items.iter();
        items.map(|item| &item.node).any(|item| match item {
            Selection::Field(field) => !counts(field.node.name.node.as_str()),
            Selection::InlineFragment(_) => true,
            Selection::FragmentSpread(spread) => document
                .fragments
                .contains_key(&spread.node.fragment_name.node),
        })
    })
}

/// What lies under the name of one record: in a payload, an event, the viewer.
fn one(name: &str) -> Parent {
    let singular = name.strip_suffix("Changed").unwrap_or(name);
    let of = TYPES.iter().find(|of| of.singular == singular);
    of.map_or(Parent::Holder, |of| Parent::Record(of))
}

fn record(target: &str) -> Parent {
    catalogue::find(target).map_or(Parent::Plain, Parent::Record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use serde_json::json;

    fn of(
        text: &str,
        variables: serde_json::Value,
    ) -> Result<(u64, u64), (&'static str, u64, u64)> {
        let document = parse_query(text).unwrap();
        let variables = Variables::from_json(variables);
        estimate(&document, None, &variables, &Limits::default())
            .map(|cost| (cost.rows, cost.values))
            .map_err(|over| (over.limit, over.asked, over.allowed))
    }

    #[test]
    fn rows_and_values_are_those_of_the_pages() {
        let table = [
            ("{ viewer { id } }", (0, 2)),
            ("{ volunteers { nodes { id } } }", (20, 1 + 1 + 20)),
            (
                "{ volunteers(first: 3) { edges { cursor node { id } } } }",
                (3, 2 + 3 * 3),
            ),
            ("{ volunteers(last: 5) { totalCount } }", (0, 2)),
            (
                "query ($n: Int = 7) { volunteers(first: $n) { nodes { id } } }",
                (7, 9),
            ),
            // The same list twice under one key is one list.
            (
                "{ volunteers(first: 9) { nodes { id } } volunteers(first: 9) { nodes { id } } }",
                (9, 11),
            ),
            (
                "{ volunteers(first: 2) { nodes { assignments(first: 3) { nodes { id } } } } }",
                (2 + 6, 1 + 1 + 2 + 2 + 6),
            ),
            (
                "{ nodes(ids: [1, 2]) { ... on Volunteer { assignments(first: 3) { nodes { id } } } } }",
                (6, 1 + 2 + 2 + 6),
            ),
            (
                "{ volunteers(first: 100) @skip(if: true) { nodes { id } } viewer { id } }",
                (0, 2),
            ),
            (
                "{ __schema { types { fields { name } } } }",
                (0, 1 + 1 + 300 + 3600),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(of(text, json!({})), Ok(expected), "{text}");
        }
        let text = "query ($n: Int, $o: Boolean!) { volunteers(first: $n) { nodes { id assignments @include(if: $o) { nodes { id } } } } }";
        let asked = of(text, json!({ "n": 10, "o": false }));
        assert_eq!(asked, Ok((10, 1 + 1 + 10)));
        let asked = of(text, json!({ "n": 10, "o": true }));
        assert_eq!(asked, Ok((10 + 200, 1 + 1 + 10 + 10 + 10 + 200)));
    }

    #[test]
    fn what_is_too_much_is_told_with_how_much_it_is() {
        let page = |inner: &str| format!("volunteers(first: 1000) {{ nodes {{ {inner} }} }}");
        let table = [
            (
                format!("{{ {} }}", page("assignments(first: 1000) { nodes { id } }")),
                ("max_rows", 1_001_000, 100_000),
            ),
            (
                "{ volunteers(first: 1001) { nodes { id } } }".to_owned(),
                ("max_page_size", 1_001, 1_000),
            ),
            (
                "{ volunteers(offset: 100001) { nodes { id } } }".to_owned(),
                ("max_offset", 100_001, 100_000),
            ),
            (
                // Two, and a thousand aliases of each of a thousand rows.
                format!(
                    "{{ {} }}",
                    page(&(0..1000).map(|at| format!("a{at}: id ")).collect::<String>())
                ),
                ("max_query_cost", 1_000_002, 1_000_000),
            ),
            (
                "{ __schema { types { fields { type { fields { type { possibleTypes { fields { name } } } } } } } } }"
                    .to_owned(),
                // 300 types, 12 fields each, 12 of theirs, 20 of theirs, 12 of theirs.
                ("max_query_cost", 11_325_902, 1_000_000),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(of(&text, json!({})), Err(expected), "{text}");
        }
    }
}
