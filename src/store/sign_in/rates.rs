//! How often somebody has tried, and from where people have signed in. All servers count together.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// Whether a try may be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paid {
    /// It may, and is counted.
    Yes,
    /// Not before this time is over.
    After(Duration),
}

/// How long a place is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(90);

impl Store {
    /// Counts a try: each takes `step` milliseconds, and as long as no more than `room` of them are
    /// taken there is one more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn pay(&self, whom: Uuid, step: i64, room: i64) -> Result<Paid, StoreError> {
        let now = self.now().timestamp_millis();
        let full = now.saturating_add(room);
        // More cannot have been taken: then the clock was set back, and nobody waits for that.
        let most = full.saturating_add(step);
        // One statement, so that of many who try at the same moment each is counted.
        let counted = self
            .rows(|sql| {
                sql.push("INSERT INTO sign_in_rate (id, full_until) VALUES (");
                sql.bind(whom).push(", ").bind(now.saturating_add(step));
                sql.push(") ON CONFLICT (id) DO UPDATE SET full_until = ");
                sql.push("CASE WHEN sign_in_rate.full_until BETWEEN ")
                    .bind(now);
                sql.push(" AND ").bind(full);
                sql.push(" THEN sign_in_rate.full_until + ").bind(step);
                sql.push(" ELSE ").bind(now.saturating_add(step));
                sql.push(" END WHERE sign_in_rate.full_until <= ")
                    .bind(full);
                sql.push(" OR sign_in_rate.full_until > ").bind(most);
                sql.push(" RETURNING full_until");
            })
            .await?;
        if !counted.is_empty() {
            // Now and then what nobody needs any more is swept out.
            if whom.as_bytes().last().is_some_and(|byte| byte % 64 == 0) {
                let old = self.execute(|sql| {
                    sql.push("DELETE FROM sign_in_rate WHERE full_until < ")
                        .bind(now);
                });
                old.await?;
            }
            return Ok(Paid::Yes);
        }
        let taken = self
            .rows(|sql| {
                sql.push("SELECT full_until FROM sign_in_rate WHERE id = ")
                    .bind(whom);
            })
            .await?;
        let until: i64 = match taken.first() {
            Some(row) => row.try_get_by_index(0)?,
            None => now,
        };
        let wait = until.saturating_sub(full);
        let wait = u64::try_from(wait).unwrap_or_default().max(1);
        Ok(Paid::After(Duration::from_millis(wait)))
    }

    /// Gives back all that was taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forgive(&self, whom: Uuid) -> Result<(), StoreError> {
        let forgiven = self.execute(|sql| {
            sql.push("DELETE FROM sign_in_rate WHERE id = ").bind(whom);
        });
        forgiven.await.map(drop)
    }

    /// Whether an account signed in from a place lately.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_known_place(&self, place: Uuid) -> Result<bool, StoreError> {
        let since = self.now().checked_sub_signed(REMEMBERED);
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id FROM sign_in_place WHERE id = ")
                    .bind(place);
                sql.push(" AND created_at > ").bind(since);
            })
            .await?;
        Ok(!rows.is_empty())
    }

    /// Remembers a place from which an account signed in, and forgets its old ones.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remember_place(&self, place: Uuid, account: Uuid) -> Result<(), StoreError> {
        let now = self.now();
        let since = now.checked_sub_signed(REMEMBERED);
        let old = self.execute(|sql| {
            sql.push("DELETE FROM sign_in_place WHERE account_id = ")
                .bind(account);
            sql.push(" AND created_at <= ").bind(since);
        });
        old.await?;
        let kept = self.execute(|sql| {
            sql.push("INSERT INTO sign_in_place (id, created_at, account_id) VALUES (");
            sql.bind(place).push(", ").bind(now);
            sql.push(", ").bind(account);
            sql.push(") ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at");
        });
        kept.await.map(drop)
    }
}
