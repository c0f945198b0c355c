//! A person is erased.

use super::super::arguments::word;
use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::Input;
use super::change::current;
use super::given::required;
use super::payload::{Outcome, UserError, UserErrorCode};
use crate::store::erasure::{Erased, Ground, Order, Person, Way};

/// Erases a person, or says what stands in the way.
pub async fn erase(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let current = match current(scope, mutate.of, input).await? {
        Ok(current) => current,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let permit = scope.permit(mutate, &current.record)?;
    let Some(person) = Person::of(mutate.of) else {
        return Err(GraphError::Input("there is nobody to erase".into()));
    };
    let ground = input.get("ground").and_then(word).and_then(Ground::of);
    let Some(ground) = ground else {
        return Ok(Outcome::because(required("ground")));
    };
    let order = Order {
        person,
        id: current.id(),
        ground,
        way: Way::Officer,
        by: scope.lens.viewer().account(),
        organisations: Some(scope.offices()),
    };
    Ok(match scope.store.erase(&permit, &order).await? {
        // There is no record any more that could be shown.
        Erased::Done => Outcome::refused(Vec::new()),
        Erased::Gone => Outcome::because(UserError::not_found("id")),
        Erased::Held => Outcome::because(UserError::new(
            UserErrorCode::Held,
            "The record is held; nothing erases it until it is released.",
            "紀錄已被保留，解除保留前不可刪除。",
            Some("id"),
        )),
        Erased::Elsewhere => Outcome::because(UserError::new(
            UserErrorCode::Conflict,
            "The sign-in is not this organisation's alone; erase the records that it has here.",
            "此登入帳戶並非只屬本機構；請刪除其在本機構的紀錄。",
            Some("id"),
        )),
    })
}
