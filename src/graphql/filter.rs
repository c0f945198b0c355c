//! `where`, `orderBy` and `search` as the store takes them.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};

use super::arguments::{Arguments, items, word};
use super::error::{GraphError, Over};
use super::id;
use super::schema::is_constant_case;
use super::values::{expected, sane};
use crate::catalogue::{self, Field, Kind, Shape, Type};
use crate::store::{CellTest, Filter, Order};

/// The most terms of one filter or order.
const MOST_TERMS: usize = 200;

/// The filter that the arguments of a list make, if any.
pub fn filter(of: &'static Type, arguments: &Arguments) -> Result<Option<Filter>, GraphError> {
    let mut parts = Vec::new();
    let mut left = MOST_TERMS;
    if let Some(value) = arguments.get("where") {
        parts.push(Filter::All(all(of, value, &mut left)?));
    }
    if let Some(text) = arguments.text("search")? {
        sane("search", text)?;
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if words.len() > 10 {
            let message = "`search` takes at most 10 words";
            return Err(over(message.to_owned(), "search", words.len(), 10));
        }
        if !words.is_empty() {
            parts.push(Filter::Search(words));
        }
    }
    Ok((!parts.is_empty()).then_some(Filter::All(parts)))
}

/// The order that the arguments of a list ask for.
pub fn order(of: &'static Type, arguments: &Arguments) -> Result<Vec<Order>, GraphError> {
    let Some(value) = arguments.get("orderBy") else {
        return Ok(Vec::new());
    };
    let terms = items(value);
    if terms.len() > 5 {
        let message = "`orderBy` takes at most 5 terms";
        return Err(over(message.to_owned(), "orderBy", terms.len(), 5));
    }
    let term = |term: &Value| {
        let Value::Object(term) = term else {
            return Err(wrong("orderBy"));
        };
        let name = term
            .get("field")
            .and_then(word)
            .ok_or_else(|| wrong("orderBy"))?;
        let field = of.fields.iter().find(|f| is_constant_case(name, f.name));
        let descending = term.get("direction").and_then(word) == Some("DESC");
        Ok(Order {
            field: field.ok_or_else(|| wrong("orderBy"))?,
            descending,
        })
    };
    terms.iter().map(term).collect()
}

fn wrong(name: &str) -> GraphError {
    GraphError::Input(format!("`{name}` is not of the right form"))
}

fn spend(left: &mut usize) -> Result<(), GraphError> {
    // The terms are not counted further than this.
    let more = || {
        let message = format!("`where` has more than {MOST_TERMS} terms");
        over(message, "where", MOST_TERMS + 1, MOST_TERMS)
    };
    *left = left.checked_sub(1).ok_or_else(more)?;
    Ok(())
}

fn over(message: String, limit: &'static str, asked: usize, allowed: usize) -> GraphError {
    GraphError::Over(Over {
        message,
        limit,
        asked: asked as u64,
        allowed: allowed as u64,
    })
}

/// The entries of an input object that are not null.
fn entries(value: &Value) -> Result<impl Iterator<Item = (&Name, &Value)>, GraphError> {
    let Value::Object(map) = value else {
        return Err(wrong("where"));
    };
    Ok(IndexMap::iter(map).filter(|(_, value)| !matches!(value, Value::Null)))
}

fn all(of: &'static Type, value: &Value, left: &mut usize) -> Result<Vec<Filter>, GraphError> {
    let mut parts = Vec::new();
    for (name, value) in entries(value)? {
        spend(left)?;
        let mut each = || {
            let one = |value| {
                spend(left)?;
                Ok(Filter::All(all(of, value, left)?))
            };
            items(value)
                .iter()
                .map(one)
                .collect::<Result<Vec<_>, GraphError>>()
        };
        parts.push(match name.as_str() {
            "and" => Filter::All(each()?),
            "or" => Filter::Any(each()?),
            "not" => Filter::Not(Box::new(Filter::All(all(of, value, left)?))),
            "id" => ids(of, value)?,
            name => {
                let field = of.field(name).ok_or_else(|| wrong("where"))?;
                field_filter(field, value, left)?
            }
        });
    }
    Ok(parts)
}

fn ids(of: &'static Type, value: &Value) -> Result<Filter, GraphError> {
    let mut parts = Vec::new();
    for (name, value) in entries(value)? {
        let wanted = items(value);
        if wanted.len() > MOST_TERMS {
            let message = format!("`{name}` has more than {MOST_TERMS} items");
            return Err(over(message, "in", wanted.len(), MOST_TERMS));
        }
        // What is no identifier of this type names no row.
        parts.push(Filter::Ids(
            wanted.iter().filter_map(|v| id::of_type(v, of)).collect(),
        ));
    }
    Ok(Filter::All(parts))
}

fn field_filter(
    field: &'static Field,
    value: &Value,
    left: &mut usize,
) -> Result<Filter, GraphError> {
    match field.shape {
        Shape::Value { kind, .. } => {
            let mut parts = Vec::new();
            for (name, value) in entries(value)? {
                parts.push(test(field, kind, name, value)?);
            }
            Ok(Filter::All(parts))
        }
        Shape::One { target, .. } => {
            let target = catalogue::find(target).ok_or_else(|| wrong(field.name))?;
            let inner = Filter::All(all(target, value, left)?);
            Ok(Filter::One(field, target, Box::new(inner)))
        }
        Shape::Many { target, .. } => {
            let target = catalogue::find(target).ok_or_else(|| wrong(field.name))?;
            let mut parts = Vec::new();
            for (name, value) in entries(value)? {
                let inner = Box::new(Filter::All(all(target, value, left)?));
                let some = Filter::Some(field, target, inner);
                parts.push(match name.as_str() {
                    "none" => Filter::Not(Box::new(some)),
                    _ => some,
                });
            }
            Ok(Filter::All(parts))
        }
    }
}

fn test(
    field: &'static Field,
    kind: Kind,
    name: &str,
    value: &Value,
) -> Result<Filter, GraphError> {
    let text = || {
        let text = word(value).ok_or_else(|| wrong(name))?;
        sane(field.name, text).map(|()| text.to_owned())
    };
    let one = || expected(kind, field.name, value);
    let test = match name {
        "eq" => CellTest::In(vec![one()?]),
        "in" => {
            let wanted = items(value);
            if wanted.len() > MOST_TERMS {
                let message = format!("`in` has more than {MOST_TERMS} items");
                return Err(over(message, "in", wanted.len(), MOST_TERMS));
            }
            let cells = wanted.iter().map(|v| expected(kind, field.name, v));
            CellTest::In(cells.collect::<Result<_, _>>()?)
        }
        "lt" => CellTest::Less(one()?),
        "lte" => CellTest::AtMost(one()?),
        "gt" => CellTest::Greater(one()?),
        "gte" => CellTest::AtLeast(one()?),
        "contains" => CellTest::Contains(text()?),
        "startsWith" => CellTest::StartsWith(text()?),
        "has" => CellTest::Has(text()?),
        "isNull" => {
            let null = Filter::Cell(field, CellTest::Null);
            let wanted = matches!(value, Value::Boolean(true));
            return Ok(if wanted {
                null
            } else {
                Filter::Not(Box::new(null))
            });
        }
        _ => return Err(wrong(name)),
    };
    Ok(Filter::Cell(field, test))
}
