//! What a mutation answers.

use async_graphql::parser::types::Field;
use async_graphql::{Name, Value};
use uuid::Uuid;

use super::super::error::GraphError;
use super::super::error::object;
use super::super::plan::{Place, Planner, RowPlan};
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::super::show::RowAt;
use super::super::values::shown;
use crate::catalogue::{Cell, Kind};
use crate::viewer::Issued;

/// What became of a mutation.
pub struct Outcome {
    /// The record that it gives back.
    pub row: Option<Uuid>,
    /// What stands in the way.
    pub errors: Vec<UserError>,
    /// What is shown this once.
    pub issued: Option<Issued>,
}

/// Something that the user can put right.
pub struct UserError {
    /// Stable code.
    pub code: UserErrorCode,
    /// In English.
    pub en: String,
    /// In traditional Chinese.
    pub zh: String,
    /// The input that it is about.
    pub field: Option<String>,
}

/// Stable codes of what the user can put right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserErrorCode {
    /// There is no such record, or none that the viewer sees.
    NotFound,
    /// The record changed since the viewer read it.
    Stale,
    /// A value is missing.
    Required,
    /// A value is not of the right form.
    Invalid,
    /// The record is not in a state in which this can be done.
    Conflict,
    /// The record is held.
    Held,
    /// The record may not be handed on.
    NotForwardable,
}

impl UserErrorCode {
    const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Stale => "STALE",
            Self::Required => "REQUIRED",
            Self::Invalid => "INVALID",
            Self::Conflict => "CONFLICT",
            Self::Held => "HELD",
            Self::NotForwardable => "NOT_FORWARDABLE",
        }
    }
}

impl UserError {
    /// An error about an input, or about the whole.
    pub fn new(code: UserErrorCode, en: &str, zh: &str, field: Option<&str>) -> Self {
        Self {
            code,
            en: en.to_owned(),
            zh: zh.to_owned(),
            field: field.map(str::to_owned),
        }
    }

    /// The same error once more.
    pub fn again(&self) -> Self {
        Self::new(self.code, &self.en, &self.zh, self.field.as_deref())
    }

    /// The record was archived: it is there to be read, not to be worked with.
    pub fn archived() -> Self {
        Self::new(
            UserErrorCode::Conflict,
            "The record is archived.",
            "此記錄已封存。",
            Some("id"),
        )
    }

    /// There is no such record, or none that the viewer sees.
    pub fn not_found(field: &str) -> Self {
        Self::new(
            UserErrorCode::NotFound,
            "There is no such record.",
            "沒有此記錄。",
            Some(field),
        )
    }
}

impl Outcome {
    /// It was done.
    pub fn done(row: Uuid) -> Self {
        Self {
            row: Some(row),
            errors: Vec::new(),
            issued: None,
        }
    }

    /// Something stands in the way.
    pub fn refused(errors: Vec<UserError>) -> Self {
        Self {
            row: None,
            errors,
            issued: None,
        }
    }

    /// One thing stands in the way.
    pub fn because(error: UserError) -> Self {
        Self::refused(vec![error])
    }
}

/// How a payload is shown.
pub struct PayloadPlan {
    parts: Vec<(Name, Part)>,
}

enum Part {
    Typename(String),
    Row(RowPlan),
    Errors(Vec<(Name, String)>),
    Once(Once),
}

/// What is shown once, of a token that was issued.
#[derive(Clone, Copy)]
enum Once {
    Token,
    Refresh,
    Expires,
}

/// Plans the payload of a mutation.
pub fn plan<'a>(
    planner: &Planner<'a>,
    fields: &[&'a Field],
    mutate: Mutate,
) -> Result<PayloadPlan, GraphError> {
    let name = format!("{}Payload", mutate.prefix());
    let result = mutate.result();
    let root = fields
        .first()
        .map_or("", |field| field.response_key().node.as_str());
    let root = Place::root(root);
    let sets = fields.iter().map(|field| &field.selection_set.node);
    let mut parts = Vec::new();
    for (key, merged) in planner.collect(sets, &|on| on == name) {
        let Some(first) = merged.first() else {
            continue;
        };
        let part = match first.name.node.as_str() {
            "__typename" => Part::Typename(name.clone()),
            "userErrors" => {
                let sets = merged.iter().map(|field| &field.selection_set.node);
                let fields = planner.collect(sets, &|on| on == "UserError");
                let named = fields.into_iter().filter_map(|(key, merged)| {
                    Some((key.clone(), merged.first()?.name.node.to_string()))
                });
                Part::Errors(named.collect())
            }
            "token" => Part::Once(Once::Token),
            "refreshToken" => Part::Once(Once::Refresh),
            "tokenExpiresAt" => Part::Once(Once::Expires),
            _ => Part::Row(planner.rows(result, &merged, &root.under(key))?),
        };
        parts.push((key.clone(), part));
    }
    Ok(PayloadPlan { parts })
}

/// Shows what became of a mutation; the record only as far as the viewer sees it.
pub async fn show(
    scope: &Scope,
    plan: &PayloadPlan,
    outcome: Outcome,
) -> Result<Value, GraphError> {
    let mut entries = Vec::new();
    for (key, part) in &plan.parts {
        let value = match (part, outcome.row) {
            (Part::Typename(name), _) => Value::from(name.as_str()),
            (Part::Errors(fields), _) => Value::List(
                outcome
                    .errors
                    .iter()
                    .map(|error| error_value(error, fields))
                    .collect(),
            ),
            (Part::Once(once), _) => outcome
                .issued
                .as_ref()
                .map_or(Value::Null, |issued| shown_once(issued, *once)),
            (Part::Row(_), None) => Value::Null,
            (Part::Row(plan), Some(row)) => {
                let fetched = scope.by_ids(plan, [row]).await?;
                scope.shown(false, &RowAt(plan, &fetched, 0))
            }
        };
        entries.push((key.clone(), value));
    }
    Ok(object(entries))
}

fn shown_once(issued: &Issued, once: Once) -> Value {
    match once {
        Once::Token => Value::from(issued.token.as_str()),
        Once::Refresh => issued.refresh.as_deref().map_or(Value::Null, Value::from),
        Once::Expires => shown(Kind::Time, Cell::Time(issued.expires).lent()),
    }
}

fn error_value(error: &UserError, fields: &[(Name, String)]) -> Value {
    let value = |name: &str| match name {
        "code" => Value::from(error.code.name()),
        "message" => Value::from(error.en.as_str()),
        "messageZh" => Value::from(error.zh.as_str()),
        "field" => match &error.field {
            Some(field) => Value::List(vec![Value::from(field.as_str())]),
            None => Value::Null,
        },
        _ => Value::from("UserError"),
    };
    object(
        fields
            .iter()
            .map(|(key, name)| (key.clone(), value(name)))
            .collect(),
    )
}
