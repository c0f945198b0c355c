//! Notices are published, and confirmed by those who receive them.

use async_graphql::Value;

use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action, given};
use crate::catalogue;
use crate::policy::Value as Attribute;
use crate::store::{Change, Changed};

/// Sends a notice to its recipients: those of its class, its project or its organisation.
pub async fn publish(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    for _ in 0..3 {
        let notice = match current(scope, mutate.of, input).await? {
            Ok(notice) => notice,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &notice.record)?;
        if notice.archived {
            return Ok(Outcome::because(UserError::archived()));
        }
        if notice.record.value("status") != Some(&Attribute::Text("DRAFT".into())) {
            let (en, zh) = ("Only a draft can be published.", "只有草稿可以發布。");
            return Ok(Outcome::because(UserError::new(
                UserErrorCode::Conflict,
                en,
                zh,
                Some("id"),
            )));
        }
        let action = action(mutate.of, "publish");
        let done = scope
            .store
            .publish(&permit, &action, &notice.record, notice.revision, scope.now)
            .await?;
        if done == Changed::Done {
            return Ok(Outcome::done(notice.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

/// Confirms having read a notice; the first time counts.
pub async fn confirm(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    for _ in 0..3 {
        let receipt = match current(scope, mutate.of, input).await? {
            Ok(receipt) => receipt,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &receipt.record)?;
        let sign = matches!(input.get("sign"), Some(Value::Boolean(true)));
        let standing = scope.store.receipt(receipt.id()).await?;
        // What one does not see is not to be signed, whatever it says.
        let seen = match catalogue::find("Notice") {
            Some(notices) if sign => given::seen(scope, notices, standing.notice).await?,
            _ => false,
        };
        if sign && !(standing.may_sign && seen) {
            let (en, zh) = (
                "This notice is not yours to sign.",
                "此通告無須或不可由你簽署。",
            );
            return Ok(Outcome::because(UserError::new(
                UserErrorCode::Conflict,
                en,
                zh,
                Some("sign"),
            )));
        }
        let mut columns = Vec::new();
        if !standing.read {
            columns.push(("read_at", scope.now.into()));
        }
        if sign && !standing.signed {
            columns.push(("signed_at", scope.now.into()));
        }
        if columns.is_empty() {
            return Ok(Outcome::done(receipt.id()));
        }
        let change = Change {
            of: mutate.of,
            id: receipt.id(),
            revision: receipt.revision,
            columns,
        };
        let action = action(mutate.of, "confirm");
        let done = scope
            .store
            .change(&permit, &action, change, scope.now)
            .await?;
        if done == Changed::Done {
            return Ok(Outcome::done(receipt.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}
