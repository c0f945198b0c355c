//! What is held, and for how long data is kept: deeds of an organisation's privacy office.

use async_graphql::Value;
use uuid::Uuid;

use super::super::arguments::word;
use super::super::error::GraphError;
use super::super::id;
use super::super::office;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::super::values::given as read_value;
use super::Input;
use super::change::current;
use super::given::{required, seen};
use super::payload::{Outcome, UserError, UserErrorCode};
use crate::catalogue::{Cell, Kind};
use crate::retention::Rule;
use crate::store::Store;
use crate::store::erasure::{NewHold, Person, Released};
use crate::store::retention::NewRule;

/// The longest reason.
const LONGEST: usize = 2_000;

/// Holds a record of the organisation.
pub async fn place(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let current = match current(scope, mutate.of, input).await? {
        Ok(current) => current,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let permit = scope.permit(mutate, &current.record)?;
    let reason = match reason(input) {
        Ok(reason) => reason,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let until = match input.get("until").filter(|value| **value != Value::Null) {
        None => None,
        Some(value) => match read_value(Kind::Time, value) {
            Some(Cell::Time(until)) if until > scope.now => Some(until),
            _ => {
                let (en, zh) = ("A hold ends after now.", "保留須於現時之後結束。");
                let error = UserError::new(UserErrorCode::Invalid, en, zh, Some("until"));
                return Ok(Outcome::because(error));
            }
        },
    };
    let missing = || Ok(Outcome::because(UserError::not_found("recordId")));
    let Some(text) = input.get("recordId").and_then(id::text) else {
        return Ok(Outcome::because(required("recordId")));
    };
    let Some((of, subject)) = id::decode(&text).filter(|(of, _)| Store::holds(of)) else {
        return missing();
    };
    let organisation = current.id();
    // An officer need not see notices and shifts to hold those of the organisation.
    let hidden = Person::of(of).is_some() && !seen(scope, of, subject).await?;
    if hidden || !scope.store.belongs(of, subject, organisation).await? {
        return missing();
    }
    let hold = NewHold {
        id: Uuid::new_v4(),
        organisation,
        of,
        subject,
        reason,
        until,
        by: scope.lens.viewer().account(),
    };
    match scope.store.place_hold(&permit, hold).await? {
        true => Ok(Outcome::done(organisation)),
        false => missing(),
    }
}

/// Releases a hold of the organisation.
pub async fn release(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let current = match current(scope, mutate.of, input).await? {
        Ok(current) => current,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let permit = scope.permit(mutate, &current.record)?;
    let reason = match reason(input) {
        Ok(reason) => reason,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let Some(text) = input.get("holdId").and_then(id::text) else {
        return Ok(Outcome::because(required("holdId")));
    };
    let missing = || Ok(Outcome::because(UserError::not_found("holdId")));
    let Some(hold) = office::held(&text) else {
        return missing();
    };
    let (organisation, by) = (current.id(), scope.lens.viewer().account());
    let released = scope
        .store
        .release_hold(&permit, organisation, hold, &reason, by);
    match released.await? {
        Released::Done => Ok(Outcome::done(organisation)),
        Released::Unknown => missing(),
        Released::Before => {
            let (en, zh) = ("It was released before.", "早前已解除保留。");
            let error = UserError::new(UserErrorCode::Conflict, en, zh, Some("holdId"));
            Ok(Outcome::because(error))
        }
    }
}

/// Says how long the organisation keeps a kind of data, within the server's bounds.
pub async fn set_retention(
    scope: &Scope,
    mutate: Mutate,
    input: &Input,
) -> Result<Outcome, GraphError> {
    let current = match current(scope, mutate.of, input).await? {
        Ok(current) => current,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let permit = scope.permit(mutate, &current.record)?;
    let reason = match reason(input) {
        Ok(reason) => reason,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let Some(subject) = input.get("subject").and_then(word) else {
        return Ok(Outcome::because(required("subject")));
    };
    let Some(rule) = Rule::of(subject) else {
        let (en, zh) = ("This is kept without end.", "此類資料永久保存。");
        let error = UserError::new(UserErrorCode::Conflict, en, zh, Some("subject"));
        return Ok(Outcome::because(error));
    };
    let months = match input.get("months") {
        None | Some(Value::Null) => None,
        Some(Value::Number(number)) => {
            let months = number
                .as_i64()
                .and_then(|months| i32::try_from(months).ok());
            match months.filter(|months| rule.allows(*months)) {
                Some(months) => Some(months),
                None => return Ok(Outcome::because(out_of_bounds(rule))),
            }
        }
        Some(_) => return Ok(Outcome::because(out_of_bounds(rule))),
    };
    let organisation = current.id();
    let new = NewRule {
        organisation,
        rule,
        months,
        reason,
        by: scope.lens.viewer().account(),
    };
    scope.store.set_retention(&permit, new).await?;
    Ok(Outcome::done(organisation))
}

fn out_of_bounds(rule: &Rule) -> UserError {
    let (least, most) = (rule.least, rule.most);
    let en = format!("It may be {least} to {most} months.");
    let zh = format!("只可為 {least} 至 {most} 個月。");
    UserError::new(UserErrorCode::Invalid, &en, &zh, Some("months"))
}

fn reason(input: &Input) -> Result<String, UserError> {
    let given = input
        .get("reason")
        .and_then(word)
        .unwrap_or_default()
        .trim();
    if given.is_empty() {
        return Err(required("reason"));
    }
    if given.chars().count() > LONGEST || given.contains('\0') {
        let (en, zh) = ("The reason is too long.", "原因過長。");
        return Err(UserError::new(
            UserErrorCode::Invalid,
            en,
            zh,
            Some("reason"),
        ));
    }
    Ok(given.to_owned())
}
