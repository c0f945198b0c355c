//! Volunteers are put on a roster and taken off it.

use async_graphql::Value;

use super::super::error::GraphError;
use super::super::id;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action, given};
use crate::catalogue::{self, Cell};
use crate::policy::Value as Attribute;
use crate::store::{Change, Changed, Draft, Fault};
use crate::values;

/// Puts a volunteer on the roster of a shift: an offer, until the volunteer accepts.
pub async fn assign(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let shift = match current(scope, mutate.of, input).await? {
        Ok(shift) => shift,
        Err(error) => return Ok(Outcome::because(error)),
    };
    let permit = scope.permit(mutate, &shift.record)?;
    let (Some(volunteers), Some(assignments)) =
        (catalogue::find("Volunteer"), catalogue::find("Assignment"))
    else {
        return Ok(Outcome::because(UserError::not_found("volunteerId")));
    };
    let volunteer = input
        .get("volunteerId")
        .and_then(|value| id::of_type(value, volunteers));
    let seen = match volunteer {
        Some(id) => given::seen(scope, volunteers, id).await?,
        None => false,
    };
    let Some(volunteer) = volunteer.filter(|_| seen) else {
        return Ok(Outcome::because(UserError::not_found("volunteerId")));
    };
    if shift.archived {
        return Ok(Outcome::because(UserError::archived()));
    }
    if let Some(Attribute::Text(progress)) = shift.record.value("progress")
        && matches!(progress.as_str(), "DONE" | "CANCELLED")
    {
        let (en, zh) = ("The shift is over or was cancelled.", "更次已結束或取消。");
        return Ok(Outcome::because(UserError::new(
            UserErrorCode::Conflict,
            en,
            zh,
            Some("id"),
        )));
    }
    let role = match input.get("role") {
        Some(Value::String(role)) => match values::text(role) {
            Ok(role) => Cell::Text(role),
            Err(unfit) => return Ok(Outcome::because(given::invalid(unfit, "role"))),
        },
        _ => Cell::Null,
    };
    if let Some(existing) = scope.store.on_roster(shift.id(), volunteer).await? {
        // Asked twice, done once.
        return Ok(Outcome::done(existing));
    }
    let mut draft = Draft::new(assignments);
    for name in ["organisation", "project"] {
        if let Some(Attribute::Id(id)) = shift.record.value(name) {
            draft.put(
                if name == "project" {
                    "project_id"
                } else {
                    "organisation_id"
                },
                &Cell::Id(*id),
            );
        }
    }
    draft.put("shift_id", &Cell::Id(shift.id()));
    draft.put("volunteer_id", &Cell::Id(volunteer));
    draft.put("status", &Cell::Text("OFFERED".into()));
    draft.put("role", &role);
    let made = draft.id;
    let action = action(mutate.of, "assign");
    let (store, drafts) = (&scope.store, vec![draft]);
    let inserted = store.insert(&permit, &action, shift.id(), drafts, scope.now);
    match inserted.await {
        // Asked at the same time as another, done once.
        Err(error) if error.fault() == Fault::Taken => {
            let existing = store.on_roster(shift.id(), volunteer).await?;
            Ok(existing.map_or_else(|| Outcome::because(overtaken()), Outcome::done))
        }
        inserted => {
            inserted?;
            Ok(Outcome::done(made))
        }
    }
}

/// Takes a volunteer off a roster. The request stays on record as cancelled.
pub async fn unassign(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    for _ in 0..3 {
        let current = match current(scope, mutate.of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        if let Some(Attribute::Text(status)) = current.record.value("status") {
            if matches!(status.as_str(), "CANCELLED" | "DECLINED") {
                return Ok(Outcome::done(current.id()));
            }
            // Who was there, or was missed, stays on record.
            if matches!(status.as_str(), "ATTENDED" | "ABSENT") {
                let (en, zh) = (
                    "The shift is over for this volunteer.",
                    "此義工的更次已結束。",
                );
                let error = UserError::new(UserErrorCode::Conflict, en, zh, Some("id"));
                return Ok(Outcome::because(error));
            }
        }
        let columns = vec![("status", "CANCELLED".into())];
        let change = Change {
            of: mutate.of,
            id: current.id(),
            revision: current.revision,
            columns,
        };
        let action = action(mutate.of, "unassign");
        let done = scope
            .store
            .change(&permit, &action, change, scope.now)
            .await?;
        if done == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}
