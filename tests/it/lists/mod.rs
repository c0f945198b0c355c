//! Lists: pages, their order, their cursors, what they count, and single look-ups.

mod below;
mod cursors;
mod nodes;
mod pages;
mod rows;

use std::cmp::Ordering;

use kaifong::catalogue::{Field, Kind, Type};
use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{constant, masked, row};

/// A list as it is asked for page by page.
struct Walk<'a> {
    app: &'a App,
    role: &'a str,
    of: &'static Type,
    /// Arguments besides those of the page.
    arguments: String,
    /// A field to read besides the id.
    field: &'a str,
}

impl Walk<'_> {
    async fn page(&self, arguments: &str) -> Value {
        let (list, also, field) = (self.of.plural, &self.arguments, self.field);
        let query = format!(
            "{{ {list}({arguments} {also}) {{ totalCount totalCountIsExact \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} \
             edges {{ cursor node {{ id {field} }} }} }} }}"
        );
        self.app.data(self.role, &query).await[list].take()
    }

    /// All pages, in the order in which they came, each checked in itself.
    async fn all(&self, forward: bool, size: usize) -> Vec<Vec<Value>> {
        let mut pages = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let (count, beyond) = if forward {
                ("first", "after")
            } else {
                ("last", "before")
            };
            let from = cursor.as_ref().map(|c| format!("{beyond}: \"{c}\""));
            let page = self
                .page(&format!("{count}: {size} {}", from.unwrap_or_default()))
                .await;
            let info = &page["pageInfo"];
            let edges = page["edges"].as_array().unwrap();
            let end = |edge: Option<&Value>| edge.map_or(Value::Null, |e| e["cursor"].clone());
            assert_eq!(info["startCursor"], end(edges.first()));
            assert_eq!(info["endCursor"], end(edges.last()));
            let (more, behind) = if forward {
                (&info["hasNextPage"], &info["hasPreviousPage"])
            } else {
                (&info["hasPreviousPage"], &info["hasNextPage"])
            };
            assert_eq!(*behind, json!(cursor.is_some()));
            assert_eq!(page["totalCountIsExact"], json!(true));
            let more = more.as_bool().unwrap();
            assert!(edges.len() == size || !more, "only the last page is short");
            let edge = if forward { edges.last() } else { edges.first() };
            cursor = edge.map(|edge| edge["cursor"].as_str().unwrap().to_owned());
            pages.push(edges.iter().map(|edge| edge["node"].clone()).collect());
            if !more {
                let seen: usize = pages.iter().map(Vec::len).sum();
                assert_eq!(
                    page["totalCount"],
                    json!(seen),
                    "the count is of the whole list"
                );
                return pages;
            }
        }
    }
}

/// How two shown values are ordered: nulls last whichever way, and a mask is no value.
fn compare(kind: Kind, descending: bool, a: &Value, b: &Value) -> Ordering {
    let null = |value: &Value| value.is_null() || masked(kind, value);
    let ordering = match (null(a), null(b)) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => match kind {
            Kind::Int => a.as_i64().cmp(&b.as_i64()),
            Kind::Float => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
            Kind::Bool => a.as_bool().cmp(&b.as_bool()),
            Kind::Time => instant(a).cmp(&instant(b)),
            _ => a
                .as_str()
                .unwrap()
                .as_bytes()
                .cmp(b.as_str().unwrap().as_bytes()),
        },
    };
    if descending {
        ordering.reverse()
    } else {
        ordering
    }
}

fn instant(value: &Value) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap()
}

/// That rows are in the order of the field, and where they tie, of their ids.
fn ordered(rows: &[Value], field: &Field, descending: bool, about: &str) {
    let kind = field.kind().unwrap();
    for pair in rows.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let by_value = compare(kind, descending, &a[field.name], &b[field.name]);
        let whole = by_value.then_with(|| row(&a["id"]).cmp(&row(&b["id"])));
        assert_eq!(whole, Ordering::Less, "{about}: {a} before {b}");
    }
}

async fn walked(
    app: &App,
    role: &str,
    of: &'static Type,
    field: &Field,
    descending: bool,
) -> Vec<Value> {
    let name = field.name;
    let direction = if descending { "DESC" } else { "ASC" };
    let about = format!(
        "{} {role} {}.{name} {direction}",
        app.database.name, of.name
    );
    let walk = Walk {
        app,
        role,
        of,
        arguments: format!(
            "orderBy: {{ field: {}, direction: {direction} }}",
            constant(name)
        ),
        field: name,
    };
    let total = walk.page("first: 0").await["totalCount"].as_u64().unwrap() as usize;
    let size = (total / 3).clamp(1, 999) + 1;
    let there = walk.all(true, size).await.concat();
    let mut back = walk.all(false, size).await;
    back.reverse();
    assert_eq!(there.len(), total, "{about}");
    assert!(there == back.concat(), "{about}: backwards is another list");
    ordered(&there, field, descending, &about);
    there
}
