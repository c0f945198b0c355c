//! Requests for data: a step in the life of one, and those whose day has come.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::events::{Changes, Event};
use super::sql::{Sql, hong_kong_day};
use super::write::{insert, update};
use super::{Change, Changed, Draft, Store, StoreError};
use crate::policy::Permit;

/// The deed of which the permit of the clock must be.
pub const REMIND: &str = "DataRequest.remind";

/// How many requests are looked at in one round of the clock.
const ROUND: i64 = 200;

/// The columns that say whose data it is, in a request, a step and a note alike.
const WHOSE: [&str; 5] = [
    "organisation_id",
    "volunteer_id",
    "student_id",
    "guardian_id",
    "account_id",
];

/// An open request of which a reminder is due.
pub struct DueRequest {
    /// Its row.
    pub id: Uuid,
    /// Its revision.
    pub revision: i32,
    /// The day in Hong Kong on which it came.
    pub opened: NaiveDate,
    /// The day of the reminder.
    pub next: NaiveDate,
    /// Whose data it is, by column.
    pub whose: Vec<(&'static str, Uuid)>,
}

/// A step in the life of a request: all of it is kept, or nothing.
pub struct DataRequestStep {
    /// What changes of the request.
    pub change: Change,
    /// What its trail says, without numbers.
    pub trail: Vec<Draft>,
    /// What is made with it: an entry of the log of refusals, a note.
    pub more: Vec<Draft>,
    /// What changes of the person's record.
    pub correction: Option<Change>,
}

impl Store {
    /// Open requests of which a reminder is due by the store's day in Hong Kong.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn due_requests(&self) -> Result<Vec<DueRequest>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id, revision, opened_on, next_reminder_on, ")
                    .push(&WHOSE.join(", "));
                sql.push(" FROM data_request WHERE state = 'OPEN' AND next_reminder_on <= ")
                    .bind(hong_kong_day(self.now()));
                sql.push(" ORDER BY next_reminder_on, id LIMIT ")
                    .bind(ROUND);
            })
            .await?;
        let mut due = Vec::new();
        for row in &rows {
            let mut whose = Vec::new();
            for (at, column) in WHOSE.into_iter().enumerate() {
                let id: Option<Uuid> = row.try_get_by_index(at + 4)?;
                whose.extend(id.map(|id| (column, id)));
            }
            due.push(DueRequest {
                id: row.try_get_by_index(0)?,
                revision: row.try_get_by_index(1)?,
                opened: row.try_get_by_index(2)?,
                next: row.try_get_by_index(3)?,
                whose,
            });
        }
        Ok(due)
    }

    /// Takes a step in the life of a request, under the permit for this action on it (or, of the
    /// clock, on all of them), unless the request or the record was changed since it was decided.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn data_request_step(
        &self,
        permit: &Permit,
        action: &str,
        step: DataRequestStep,
        now: DateTime<Utc>,
    ) -> Result<Changed, StoreError> {
        let DataRequestStep {
            mut change,
            trail,
            more,
            correction,
        } = step;
        let clock = action == REMIND && permit.covers_bulk(REMIND);
        if !(clock || permit.covers(action, change.id)) {
            return Err(StoreError::Unpermitted);
        }
        let (of, id) = (change.of, change.id);
        let columns = |change: &Change| -> Vec<_> {
            change.columns.iter().map(|(column, _)| *column).collect()
        };
        let told = |of, id, what| Event { of, id, what };
        let mut events = vec![told(of, id, Changes::Columns(columns(&change)))];
        let _counting = correction.as_ref().map(|correction| {
            let corrected = columns(correction);
            let counting = self.watch.counts(correction.of.table, &corrected);
            events.push(told(
                correction.of,
                correction.id,
                Changes::Columns(corrected),
            ));
            counting
        });
        for draft in trail.iter().chain(&more) {
            events.push(told(draft.of, draft.id, Changes::Made));
        }
        let transaction = self.writing(action, now).await?;
        self.seal_for(&*transaction, of, id, &mut change.columns)
            .await?;
        // The request's row is held from here on: its steps come one after another.
        if update(&transaction, change, now).await? == Changed::Overtaken {
            return Ok(Changed::Overtaken);
        }
        if let Some(mut correction) = correction {
            let (of, id) = (correction.of, correction.id);
            self.seal_for(&*transaction, of, id, &mut correction.columns)
                .await?;
            if update(&transaction, correction, now).await? == Changed::Overtaken {
                return Ok(Changed::Overtaken);
            }
        }
        let mut sql = Sql::new(transaction.get_database_backend(), now);
        sql.push("SELECT COALESCE(MAX(number), 0) FROM data_request_step WHERE data_request_id = ")
            .bind(id);
        let row = transaction.query_one_raw(sql.finish()).await?;
        let last: i32 = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        };
        for (mut draft, number) in trail.into_iter().zip(last + 1..) {
            draft.columns.push(("number", number.into()));
            insert(&transaction, draft, now).await?;
        }
        for mut draft in more {
            let (of, id) = (draft.of, draft.id);
            self.seal_for(&*transaction, of, id, &mut draft.columns)
                .await?;
            insert(&transaction, draft, now).await?;
        }
        self.commit(transaction, events).await?;
        Ok(Changed::Done)
    }
}
