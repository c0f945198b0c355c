//! Why: one's own answers, cut down to what one may know; and those of others, for keepers.
//!
//! A record that is not there for the viewer is the same as a missing one: the same reads, the same
//! null. Nothing of its type or of the field asked about is looked at before.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::Field;
use uuid::Uuid;

use super::desk::{Asker, Why};
use super::plain::below;
use super::shapes::shapes;
use super::told;
use crate::catalogue::{self, Type};
use crate::graphql::arguments::Arguments;
use crate::graphql::error::GraphError;
use crate::graphql::id;
use crate::graphql::plan::Planner;
use crate::graphql::scope::Scope;
use crate::graphql::values::sane;
use crate::policy::{Layout, explain as whole, explain_briefly};

/// Why the viewer sees, or does not see, a field of a record that is there for the viewer.
pub async fn explain<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
) -> Result<Value, GraphError> {
    let Some(first) = fields.first() else {
        return Ok(Value::Null);
    };
    let arguments = Arguments::of(first, planner.request);
    let Some((of, id, word)) = record(&arguments)? else {
        return Ok(Value::Null);
    };
    let layout = Arc::new(Layout::new(of, &scope.lens));
    if scope.store.by_ids(&layout, &[id]).await?.is_empty() {
        return Ok(Value::Null);
    }
    let found = scope.store.records(of, &[id]).await?;
    let Some(record) = found.get(&id) else {
        return Ok(Value::Null);
    };
    let told = match scope.keeps_policies() {
        true => whole(&scope.lens, record, &word).map(|found| told::whole(&found)),
        false => explain_briefly(&scope.lens, record, &word).map(|found| told::cut_down(&found)),
    };
    if told.is_some() {
        scope.seen().explained(of, id);
    }
    Ok(told.map_or(Value::Null, |told| {
        shapes().show(planner, &below(fields), "ExplanationResult", &told)
    }))
}

/// What is asked of which record; nothing where the identifier is none of a record.
fn record(arguments: &Arguments) -> Result<Option<(&'static Type, Uuid, String)>, GraphError> {
    let word = arguments.text("field")?.unwrap_or_default();
    sane("field", word)?;
    let named = arguments.get("record").and_then(id::text);
    let named = named.and_then(|text| id::decode(&text));
    Ok(named.map(|(of, id)| (of, id, word.to_owned())))
}

/// The question about somebody; nothing where there can be no such person or record.
pub fn asked(arguments: &Arguments) -> Result<Option<Why>, GraphError> {
    let who = arguments.get("viewer").and_then(id::text);
    let who = who.and_then(|text| asker(&text));
    let why = |(of, id, word)| {
        Some(Why {
            who: who?,
            of,
            id,
            word,
        })
    };
    Ok(record(arguments)?.and_then(why))
}

/// About whom an answer to the question tells something: whose record it is, and who would see it.
pub fn logged(scope: &Scope, who: Asker, (of, id): (&'static Type, Uuid)) {
    let mut seen = scope.seen();
    seen.explained(of, id);
    if let (Asker::Account(account), Some(users)) = (who, catalogue::find("User")) {
        seen.explained(users, account);
    }
}

/// Who is named by an identifier: a user, a partnership, or `nobody`.
pub fn asker(text: &str) -> Option<Asker> {
    if text == "nobody" {
        return Some(Asker::Nobody);
    }
    let (of, id) = id::decode(text)?;
    match of {
        of if catalogue::find("User").is_some_and(|users| std::ptr::eq(users, of)) => {
            Some(Asker::Account(id))
        }
        of if of.name == "Partnership" => Some(Asker::Share(id)),
        _ => None,
    }
}
