//! Somebody is invited to take a role in an organisation, and an invitation is taken back.
//!
//! Who is invited is an address and nothing else: nobody looks here whether it has an account.

use std::collections::BTreeMap;

use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::given::{astray, invalid, permitted, read, required};
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action};
use crate::catalogue::Cell;
use crate::policy::Record;
use crate::store::{Change, Changed, Draft};
use crate::values::Unfit;

/// How often a change is decided again when another came in between.
const TRIES: usize = 5;

/// Columns that say to what somebody is invited.
const SAME: [&str; 4] = ["organisation_id", "role", "project_id", "class_id"];

/// Sends an invitation.
pub async fn send(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    let (values, errors) = read(scope, mutate, input).await?;
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    let mut columns: BTreeMap<&'static str, Cell> = BTreeMap::new();
    for (field, cell) in &values {
        if let Some(column) = field.column() {
            columns.insert(column, cell.clone());
        }
    }
    let (Some(Cell::Id(organisation)), Some(Cell::Text(email))) = (
        columns.get("organisation_id").cloned(),
        columns.get("email").cloned(),
    ) else {
        return Ok(Outcome::because(required("organisationId")));
    };
    let mut draft = Draft::new(of);
    let record = Record::from_columns(
        of,
        draft.id,
        |column| columns.get(column).cloned(),
        &BTreeMap::new(),
    );
    let permit = scope.permit(mutate, &record)?;
    permitted(scope, of, &values, &record)?;
    // Only who may do it at all is told what does not go together.
    let mut errors = astray(scope, &values, Some(organisation)).await?;
    errors.extend(unfit(&columns));
    if !errors.is_empty() {
        return Ok(Outcome::refused(errors));
    }
    let Some(life) = scope.invitations else {
        return Ok(Outcome::because(conflict(
            "No letters are sent from here.",
            "此處不寄出信件。",
            None,
        )));
    };
    let email = email.to_ascii_lowercase();
    let same = SAME.map(|column| (column, columns.get(column).cloned().unwrap_or(Cell::Null)));
    if scope.store.is_invited(of, &email, &same).await? {
        return Ok(Outcome::because(conflict(
            "The address was invited to this already; take that invitation back first.",
            "已向此地址發出相同邀請；請先撤回該邀請。",
            Some("email"),
        )));
    }
    if let Some(wait) = scope.store.pay_invitation(organisation).await? {
        let minutes = wait.as_secs().div_ceil(60).max(1);
        return Ok(Outcome::because(conflict(
            &format!("Too many invitations went out; come again in {minutes} min."),
            &format!("已發出的邀請過多，請於 {minutes} 分鐘後再試。"),
            None,
        )));
    }
    let ends_at = scope
        .now
        .checked_add_signed(life)
        .ok_or_else(|| GraphError::Input("an invitation cannot last so long".into()))?;
    columns.insert("email", Cell::Text(email));
    columns.insert("ends_at", Cell::Time(ends_at));
    columns.insert("state", Cell::Text("SENT".to_owned()));
    let inviter = scope.lens.viewer().account();
    columns.insert("invited_by_id", inviter.map_or(Cell::Null, Cell::Id));
    for (column, cell) in columns {
        draft.put(column, &cell);
    }
    let id = draft.id;
    let store = &scope.store;
    store.invite(&permit, draft, ends_at, scope.now).await?;
    Ok(Outcome::done(id))
}

/// A team leader leads a project, only teachers teach a class.
fn unfit(columns: &BTreeMap<&'static str, Cell>) -> Option<UserError> {
    let role = match columns.get("role") {
        Some(Cell::Text(role)) => role.as_str(),
        _ => "",
    };
    let named = |column: &str| matches!(columns.get(column), Some(Cell::Id(_)));
    match role {
        "TEAM_LEADER" if !named("project_id") => Some(required("projectId")),
        role if role != "TEAM_LEADER" && named("project_id") => {
            let unfit = Unfit {
                en: "Only a team leader leads a project.",
                zh: "只有組長負責計劃。",
            };
            Some(invalid(unfit, "projectId"))
        }
        role if role != "TEACHER" && named("class_id") => {
            let unfit = Unfit {
                en: "Only a teacher teaches a class.",
                zh: "只有教師任教班級。",
            };
            Some(invalid(unfit, "classId"))
        }
        _ => None,
    }
}

/// Takes an invitation back; one that was stays as it is.
pub async fn revoke(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    for _ in 0..TRIES {
        let current = match current(scope, of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        let at = |column| matches!(current.shown(column), Some(Cell::Time(_)));
        if at("revoked_at") {
            return Ok(Outcome::done(current.id()));
        }
        if at("accepted_at") {
            return Ok(Outcome::because(conflict(
                "The invitation was accepted.",
                "邀請已獲接受。",
                Some("id"),
            )));
        }
        let change = Change {
            of,
            id: current.id(),
            revision: current.revision,
            columns: vec![
                ("revoked_at", scope.now.into()),
                ("state", "REVOKED".into()),
            ],
        };
        let name = action(of, mutate.deed.name);
        let done = scope.store.change(&permit, &name, change, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

fn conflict(en: &str, zh: &str, field: Option<&str>) -> UserError {
    UserError::new(UserErrorCode::Conflict, en, zh, field)
}
