//! What time does to shares: their times begin and end, and their trails say so.
//!
//! Each is recorded once, at whichever server comes first, with the instant that the share itself
//! names. A share keeps up to when its trail knows of time; what lies between that and now is still
//! to be recorded, however long no server ran.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::events::{Changes, Event};
use super::write::{insert, update};
use super::{Change, Changed, Draft, Store, StoreError};
use crate::audit::Actor;
use crate::catalogue::{self, Cell};
use crate::policy::Permit;

/// The deed of which the permit must be.
pub const RECORD_TIME: &str = "Partnership.recordTime";

/// How many shares are recorded in one round.
const ROUND: i64 = 200;

/// A share whose time began or ended since its trail was written last.
struct Due {
    id: Uuid,
    sides: [Uuid; 2],
    suspended: bool,
    revision: i32,
    last_step: i32,
    /// What happened, and when; the earlier first.
    turns: Vec<(&'static str, DateTime<Utc>)>,
}

/// Since when time is to be looked at.
const SETTLED: &str = "COALESCE(settled_at, created_at)";

/// Shares that were agreed on: time does nothing to others.
const AGREED: &str = "archived_at IS NULL AND state IN ('ACTIVE', 'SUSPENDED')";

impl Store {
    /// Records, under the permit for it, that the times of shares (of one, where it is named) began
    /// or ended by the instant of the store; how many steps that were.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn record_times(
        &self,
        permit: &Permit,
        only: Option<Uuid>,
    ) -> Result<usize, StoreError> {
        if !permit.covers_bulk(RECORD_TIME) {
            return Err(StoreError::Unpermitted);
        }
        let mut recorded = 0;
        for due in self.due(only).await? {
            recorded += self.record_time(due).await?;
        }
        Ok(recorded)
    }

    /// When the time of the next share begins or ends after the instant of the store.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn next_time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut next = None;
        for column in ["valid_from", "valid_to"] {
            let rows = self.rows(|sql| {
                sql.push("SELECT MIN(")
                    .push(column)
                    .push(") FROM partnership WHERE ");
                sql.push(AGREED).push(" AND ").push(column).push(" > ");
                sql.bind(self.now);
            });
            let first = rows.await?;
            let at: Option<DateTime<Utc>> = match first.first() {
                Some(row) => row.try_get_by_index(0)?,
                None => None,
            };
            next = next.into_iter().chain(at).min();
        }
        Ok(next)
    }

    async fn due(&self, only: Option<Uuid>) -> Result<Vec<Due>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id, lead_id, partner_id, state, revision, last_step, ");
                sql.push("valid_from, valid_to, ").push(SETTLED);
                sql.push(" FROM partnership WHERE ")
                    .push(AGREED)
                    .push(" AND (");
                for (at, column) in ["valid_from", "valid_to"].into_iter().enumerate() {
                    sql.push(if at == 0 { "(" } else { ") OR (" });
                    sql.push(column).push(" > ").push(SETTLED);
                    sql.push(" AND ").push(column).push(" <= ").bind(self.now);
                }
                sql.push("))");
                if let Some(id) = only {
                    sql.push(" AND id = ").bind(id);
                }
                sql.push(" ORDER BY id LIMIT ").bind(ROUND);
            })
            .await?;
        rows.iter().map(|row| self.due_of(row)).collect()
    }

    fn due_of(&self, row: &QueryResult) -> Result<Due, StoreError> {
        let state: String = row.try_get_by_index(3)?;
        let settled: DateTime<Utc> = row.try_get_by_index(8)?;
        let mut turns = Vec::new();
        for (index, deed) in [(6, "BEGIN"), (7, "EXPIRE")] {
            let at: Option<DateTime<Utc>> = row.try_get_by_index(index)?;
            let passed = at.filter(|at| *at > settled && *at <= self.now);
            turns.extend(passed.map(|at| (deed, at)));
        }
        Ok(Due {
            id: row.try_get_by_index(0)?,
            sides: [row.try_get_by_index(1)?, row.try_get_by_index(2)?],
            suspended: state == "SUSPENDED",
            revision: row.try_get_by_index(4)?,
            last_step: row.try_get_by_index(5)?,
            turns,
        })
    }

    /// Records what time did to one share, unless somebody was faster.
    async fn record_time(&self, due: Due) -> Result<usize, StoreError> {
        let (Some(of), Some(steps)) = (
            catalogue::find("Partnership"),
            catalogue::find("PartnershipStep"),
        ) else {
            return Ok(0);
        };
        let Some((_, last)) = due.turns.last().copied() else {
            return Ok(0);
        };
        let count = i32::try_from(due.turns.len()).unwrap_or_default();
        let change = Change {
            of,
            id: due.id,
            revision: due.revision,
            columns: vec![
                ("last_step", (due.last_step + count).into()),
                ("settled_at", last.into()),
            ],
        };
        let told = |of, id, what| Event { of, id, what };
        let mut events = vec![
            told(of, due.id, Changes::Columns(vec!["last_step"])),
            told(of, due.id, Changes::Fields(vec!["inForce"])),
        ];
        let _counting = self.watch.counts(of.table, &[]);
        // Whoever asked meanwhile did not do it.
        let time = self.by(Actor::job("time"));
        let transaction = time.writing(RECORD_TIME, self.now).await?;
        if update(&transaction, change, self.now).await? == Changed::Overtaken {
            return Ok(0);
        }
        for ((deed, at), number) in due.turns.iter().zip(due.last_step + 1..) {
            let begins = *deed == "BEGIN";
            let force = |yes: bool| match due.suspended {
                true => "{}".to_owned(),
                false => format!("{{\"inForce\":{yes}}}"),
            };
            let mut step = Draft::new(steps);
            let [lead, partner] = due.sides;
            for (column, cell) in [
                ("partnership_id", Cell::Id(due.id)),
                ("lead_id", Cell::Id(lead)),
                ("partner_id", Cell::Id(partner)),
                ("number", Cell::Int(number.into())),
                ("deed", Cell::Text((*deed).to_owned())),
                ("side", Cell::Text("NEITHER".to_owned())),
                ("before_values", Cell::Text(force(!begins))),
                ("after_values", Cell::Text(force(begins))),
            ] {
                step.put(column, &cell);
            }
            events.push(told(steps, step.id, Changes::Made));
            insert(&transaction, step, *at).await?;
        }
        self.commit(transaction, events).await?;
        Ok(due.turns.len())
    }
}
