//! A record is archived: it is listed no more, but it stays.

use super::super::error::GraphError;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{current, overtaken};
use super::payload::Outcome;
use super::{Input, action};
use crate::store::{Change, Changed};

/// Archives a record; one that is archived already stays as it is.
pub async fn archive(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    for _ in 0..3 {
        let current = match current(scope, of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        if current.archived {
            return Ok(Outcome::done(current.id()));
        }
        let columns = vec![("archived_at", scope.now.into())];
        let change = Change {
            of,
            id: current.id(),
            revision: current.revision,
            columns,
        };
        let done = scope
            .store
            .change(&permit, &action(of, "archive"), change, scope.now)
            .await?;
        if done == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}
