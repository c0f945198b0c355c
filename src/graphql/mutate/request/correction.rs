//! A correction: a value that was proposed as text, read as the field has it.

use async_graphql::Value;
use chrono::DateTime;

use super::super::super::scope::Scope;
use super::super::given::{invalid, usual};
use super::super::payload::UserError;
use super::{Whose, unfit};
use crate::catalogue::about::{Person, correctable};
use crate::catalogue::{Cell, Field, Kind};
use crate::graphql::error::GraphError;
use crate::graphql::values::given;
use crate::store::Change;
use crate::values::Unfit;

/// The field of a person's record, and the value that it is to have.
pub fn read(
    person: Person,
    field: &str,
    proposed: &str,
) -> Result<(&'static Field, Cell), UserError> {
    let (Some(found), true) = (
        person.of().and_then(|of| correctable(of, field)),
        field.len() < 100,
    ) else {
        let (en, zh) = (
            "The record has no such field that could be put right.",
            "紀錄沒有此可改正的欄目。",
        );
        return Err(unfit(en, zh, "correctedField"));
    };
    let kind = found.kind().unwrap_or(Kind::Text);
    let cell = typed(kind, proposed).and_then(|value| given(kind, &value));
    let wrong = Unfit {
        en: "The value is not of the field's form.",
        zh: "內容不符合該欄目的格式。",
    };
    let cell = cell.ok_or(wrong).and_then(|cell| usual(kind, cell));
    match cell {
        Ok(cell) => Ok((found, cell)),
        Err(unfit) => Err(invalid(unfit, "proposedValue")),
    }
}

/// A text as a value of a kind.
fn typed(kind: Kind, text: &str) -> Option<Value> {
    let text = text.trim();
    Some(match kind {
        Kind::Int => Value::from(text.parse::<i32>().ok()?),
        Kind::Float => Value::from(text.parse::<f64>().ok().filter(|n| n.is_finite())?),
        Kind::Bool => Value::Boolean(text.parse().ok()?),
        Kind::Time => Value::from(DateTime::parse_from_rfc3339(text).ok()?.to_rfc3339()),
        Kind::Words => {
            let items = text.lines().map(str::trim).filter(|line| !line.is_empty());
            Value::List(items.map(Value::from).collect())
        }
        _ => Value::from(text),
    })
}

/// The change of the person's record, as it stands now.
pub async fn change(
    scope: &Scope,
    whose: Whose,
    field: &str,
    proposed: &str,
) -> Result<Result<Change, UserError>, GraphError> {
    let (field, cell) = match read(whose.person, field, proposed) {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let Some(of) = whose.person.of() else {
        return Ok(Err(UserError::not_found("id")));
    };
    if whose.person == Person::User
        && scope
            .store
            .is_of_others(whose.id, whose.organisation)
            .await?
    {
        let (en, zh) = (
            "Other organisations have this account too: the person changes it.",
            "其他機構亦使用此帳戶，須由本人更改。",
        );
        return Ok(Err(unfit(en, zh, "id")));
    }
    let Some((revision, archived)) = scope.store.revision(of, whose.id).await? else {
        return Ok(Err(UserError::not_found("id")));
    };
    if archived {
        return Ok(Err(UserError::archived()));
    }
    let mut change = Change {
        of,
        id: whose.id,
        revision,
        columns: Vec::new(),
    };
    change.set(field, &cell);
    Ok(Ok(change))
}
