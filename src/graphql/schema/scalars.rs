//! Scalars beyond those of GraphQL itself.

use async_graphql::Value;
use async_graphql::registry::{MetaType, Registry, ScalarValidatorFn};
use chrono::{DateTime, NaiveDate};
use std::sync::Arc;

/// Adds `DateTime` and `Date`.
pub fn register(registry: &mut Registry) {
    scalar(
        registry,
        "DateTime",
        "An instant as RFC 3339 has it, such as 2026-11-21T09:30:00Z.",
        Arc::new(|value| text(value, |t| DateTime::parse_from_rfc3339(t).is_ok())),
    );
    scalar(
        registry,
        "Date",
        "A calendar date, such as 2026-11-21.",
        // One date, one spelling.
        Arc::new(|value| {
            text(value, |t| {
                t.len() == 10 && t.parse::<NaiveDate>().is_ok_and(|day| day.to_string() == t)
            })
        }),
    );
}

fn text(value: &Value, valid: impl Fn(&str) -> bool) -> bool {
    matches!(value, Value::String(text) if valid(text))
}

fn scalar(registry: &mut Registry, name: &str, doc: &str, is_valid: ScalarValidatorFn) {
    let scalar = MetaType::Scalar {
        name: name.to_owned(),
        description: Some(doc.to_owned()),
        is_valid: Some(is_valid),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), scalar);
}
