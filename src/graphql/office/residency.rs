//! Where data about the organisation's people may go: what it says itself, and what holds with what
//! the organisations above it say.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::catalogue;
use crate::graphql::error::GraphError;
use crate::graphql::scope::Scope;
use crate::policy::{Record, Value};
use crate::residency::Tag;

/// What the office tells of it.
pub async fn told(scope: &Scope, organisation: Uuid) -> Result<Json, GraphError> {
    let above = scope.store.organisations_above(organisation).await?;
    let records = match catalogue::find("Organisation") {
        Some(of) => scope.store.records(of, &above).await?,
        None => return Ok(Json::Null),
    };
    let own = records.get(&organisation).map(tag);
    let effective = records.values().map(tag).fold(Tag::Anywhere, Tag::and);
    Ok(json!({
        "places": own.map(|tag| tag.words()).unwrap_or_default(),
        "effective": effective.words(),
    }))
}

/// What a record says; nothing that can be understood allows no place.
fn tag(record: &Record) -> Tag {
    let words = match record.value("residency") {
        Some(Value::Words(words)) => Tag::of(words.iter().map(String::as_str)).ok(),
        _ => None,
    };
    words.unwrap_or(Tag::Only(Default::default()))
}
