//! What an input of a deed on a space names, for whom the viewer acts, and what stands in the way.

use async_graphql::Value;
use uuid::Uuid;

use super::Input;
use crate::catalogue;
use crate::graphql::arguments::items;
use crate::graphql::id;
use crate::graphql::mutate::given;
use crate::graphql::mutate::payload::{UserError, UserErrorCode};
use crate::graphql::scope::Scope;
use crate::sharing::NoStep;
use crate::viewer::Held;

/// How many organisations or projects one deed names at most.
const MOST: usize = 100;

/// The rows of a type that an input names, each once.
pub fn named(
    input: &Input,
    name: &str,
    of: &'static catalogue::Type,
) -> Result<Vec<Uuid>, UserError> {
    let list = input.get(name).filter(|list| **list != Value::Null);
    let list = list.map(items).unwrap_or_default();
    if list.is_empty() {
        return Err(given::required(name));
    }
    if list.len() > MOST {
        return Err(UserError::new(
            UserErrorCode::Invalid,
            "At most 100 are named at once.",
            "每次最多指明一百項。",
            Some(name),
        ));
    }
    let mut ids = Vec::new();
    for item in list {
        let id = id::of_type(item, of).ok_or_else(|| UserError::not_found(name))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Whether the viewer acts for an organisation: who administers it does, and nobody else.
pub fn acts_in(scope: &Scope, organisation: Uuid) -> bool {
    let held = scope.lens.viewer().held();
    matches!(held.get("administers"), Some(Held::Many(_, places)) if places.contains(&organisation))
}

/// The viewer does not act for an organisation in the space.
pub fn not_yours(name: &str) -> UserError {
    UserError::new(
        UserErrorCode::Conflict,
        "You do not act for this organisation in the space.",
        "你並非代表此機構在協作空間行事。",
        Some(name),
    )
}

/// There is no such step.
pub fn no_step(none: NoStep, name: &str) -> UserError {
    let (en, zh) = match none {
        NoStep::Side => (
            "The lead stays in its space until that is closed.",
            "主導機構在協作空間關閉前不能離開。",
        ),
        _ => (
            "The organisation does not stand in the space so that this can be done.",
            "該機構現時在協作空間的身份不容許此操作。",
        ),
    };
    UserError::new(UserErrorCode::Conflict, en, zh, Some(name))
}
