//! The values that an input gives, checked.

use std::sync::Arc;

use async_graphql::Value;
use uuid::Uuid;

use super::super::error::GraphError;
use super::super::id;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::super::values::given;
use super::payload::{UserError, UserErrorCode};
use super::{Input, action};
use crate::catalogue::{self, Cell, Field, Kind, Shape, Type, Write};
use crate::policy::{Layout, Record, Value as Attribute};
use crate::values::{self, Unfit};

/// A field and the value that it is to have.
pub type Given = Vec<(&'static Field, Cell)>;

/// What an input gives for the fields that a mutation writes, and what stands in the way.
pub async fn read(
    scope: &Scope,
    mutate: Mutate,
    input: &Input,
) -> Result<(Given, Vec<UserError>), GraphError> {
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for field in mutate.writes() {
        let name = field.input_name();
        let Some(value) = input.get(name.as_str()) else {
            continue;
        };
        match checked(scope, field, &name, value).await? {
            Ok(cell) => values.push((field, cell)),
            Err(error) => errors.push(error),
        }
    }
    Ok((values, errors))
}

async fn checked(
    scope: &Scope,
    field: &'static Field,
    name: &str,
    value: &Value,
) -> Result<Result<Cell, UserError>, GraphError> {
    if matches!(value, Value::Null) {
        return Ok(if nullable(field) {
            Ok(Cell::Null)
        } else {
            Err(required(name))
        });
    }
    match field.shape {
        Shape::One { target, .. } => {
            let Some(target) = catalogue::find(target) else {
                return Ok(Err(UserError::not_found(name)));
            };
            let found = match id::of_type(value, target) {
                Some(id) => seen(scope, target, id).await?.then_some(id),
                None => None,
            };
            Ok(found
                .map(Cell::Id)
                .ok_or_else(|| UserError::not_found(name)))
        }
        _ => {
            let kind = field.kind().unwrap_or(Kind::Text);
            let fit = given(kind, value).map(|cell| usual(kind, cell));
            let wrong = || Unfit {
                en: "The value is not of the right form.",
                zh: "格式不正確。",
            };
            let fit = fit.unwrap_or_else(|| Err(wrong()));
            Ok(match fit {
                Ok(Cell::Text(text)) if text.is_empty() && !nullable(field) => Err(required(name)),
                Ok(cell) => Ok(cell),
                Err(unfit) => Err(invalid(unfit, name)),
            })
        }
    }
}

/// Whether the viewer sees this row.
pub async fn seen(scope: &Scope, of: &'static Type, id: Uuid) -> Result<bool, GraphError> {
    let layout = Arc::new(Layout::new(of, &scope.lens));
    Ok(!scope.store.by_ids(&layout, &[id]).await?.is_empty())
}

/// An input that is not of the right form.
pub fn invalid(unfit: Unfit, name: &str) -> UserError {
    UserError::new(UserErrorCode::Invalid, unfit.en, unfit.zh, Some(name))
}

/// An input that is missing.
pub fn required(name: &str) -> UserError {
    UserError::new(
        UserErrorCode::Required,
        "A value is needed.",
        "必須填寫。",
        Some(name),
    )
}

/// Columns of these kinds always have a value.
fn nullable(field: &Field) -> bool {
    let always = matches!(
        field.kind(),
        Some(Kind::Bool | Kind::Int | Kind::Enum(_) | Kind::Words)
    );
    !always && !matches!(field.write, Write::Required | Write::Identity)
}

/// The usual spelling of a value.
pub fn usual(kind: Kind, cell: Cell) -> Result<Cell, Unfit> {
    Ok(match (kind, cell) {
        (Kind::Phone, Cell::Text(text)) => Cell::Text(values::phone(&text)?),
        (Kind::Email, Cell::Text(text)) => Cell::Text(values::email(&text)?),
        (Kind::Hkid, Cell::Text(text)) => Cell::Text(values::hkid(&text)?),
        (Kind::Text | Kind::PersonName, Cell::Text(text)) => Cell::Text(values::text(&text)?),
        (Kind::Words, Cell::Text(list)) => Cell::Text(values::words(&list)?),
        (Kind::Int, Cell::Int(value)) if !(0..=1_000_000).contains(&value) => {
            return Err(Unfit {
                en: "The number is out of range.",
                zh: "數字超出範圍。",
            });
        }
        (_, cell) => cell,
    })
}

/// Refuses fields that the viewer may not set on this record.
pub fn permitted(
    scope: &Scope,
    of: &'static Type,
    values: &Given,
    record: &Record,
) -> Result<(), GraphError> {
    for (field, _) in values {
        let edit = action(of, &format!("{}:edit", field.name));
        scope.lens.permit(&edit, record).map_err(|refusal| {
            tracing::info!(action = %refusal.action, "a field may not be set");
            GraphError::Forbidden(refusal.reasons)
        })?;
    }
    Ok(())
}

/// What belongs to another organisation than the record itself.
pub async fn astray(
    scope: &Scope,
    values: &Given,
    organisation: Option<Uuid>,
) -> Result<Vec<UserError>, GraphError> {
    let mut errors = Vec::new();
    for (field, cell) in values {
        let (Shape::One { target, .. }, Cell::Id(id)) = (&field.shape, cell) else {
            continue;
        };
        let target = catalogue::find(target).filter(|t| t.entity != "Organisation");
        let Some(target) = target.filter(|t| t.attribute("organisation").is_some()) else {
            continue;
        };
        let records = scope.store.records(target, &[*id]).await?;
        let theirs = records
            .get(id)
            .and_then(|record| record.value("organisation"));
        if theirs.is_some_and(|theirs| Some(theirs) != organisation.map(Attribute::Id).as_ref()) {
            let unfit = Unfit {
                en: "It belongs to another organisation.",
                zh: "屬於另一機構。",
            };
            errors.push(invalid(unfit, &field.input_name()));
        }
    }
    Ok(errors)
}
