//! When tokens were used last: noted in memory, written now and then.
//!
//! A use is noted once in some minutes, and what was noted in some seconds is written in one
//! statement, by a task that no answer waits for. A server that is killed forgets the last seconds. The
//! trail of changes has nothing of it: a use changes nothing that anybody decided.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Store, StoreError};

/// Uses that are closer than this are one.
const COARSE: TimeDelta = TimeDelta::minutes(1);

/// How long what was noted waits for more.
const WAIT: Duration = Duration::from_secs(2);

/// More than the partners of an alliance at one time.
const MOST: usize = 10_000;

/// What was noted.
#[derive(Clone, Default)]
pub(super) struct Uses(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    last: HashMap<Uuid, DateTime<Utc>>,
    unwritten: HashMap<Uuid, DateTime<Utc>>,
}

impl Uses {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a use; whether it is the first that waits to be written.
    fn note(&self, token: Uuid, now: DateTime<Utc>) -> bool {
        let mut noted = self.noted();
        let before = noted.last.get(&token);
        if before.is_some_and(|before| now < *before + COARSE) {
            return false;
        }
        if noted.last.len() >= MOST {
            noted.last.clear();
        }
        noted.last.insert(token, now);
        let first = noted.unwritten.is_empty();
        noted.unwritten.insert(token, now);
        first
    }
}

impl Store {
    /// Notes that a token is used, where this store keeps such notes.
    pub fn token_used(&self, token: Uuid, now: DateTime<Utc>) {
        let Some(uses) = &self.uses else {
            return;
        };
        if !uses.note(token, now) {
            return;
        }
        let (store, uses) = (self.clone(), uses.clone());
        tokio::spawn(async move {
            tokio::time::sleep(WAIT).await;
            let unwritten = std::mem::take(&mut uses.noted().unwritten);
            for (token, at) in unwritten {
                if let Err(error) = store.write_use(token, at).await {
                    tracing::warn!(%error, "the last use of a token could not be written");
                }
            }
        });
    }

    async fn write_use(&self, token: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut sql = self.sql();
        sql.push("UPDATE partner_token SET last_used_at = ")
            .bind(at);
        sql.push(" WHERE (last_used_at IS NULL OR last_used_at < ")
            .bind(at - COARSE);
        sql.push(") AND id = ").bind(token);
        self.database.execute_raw(sql.finish()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_that_are_close_are_one() {
        let (uses, token, now) = (Uses::default(), Uuid::new_v4(), Utc::now());
        let at = |seconds| now + TimeDelta::seconds(seconds);
        assert!(uses.note(token, now), "the first asks for a write");
        assert!(!uses.note(token, at(59)));
        assert!(!uses.note(token, at(61)), "a write is under way");
        assert_eq!(uses.noted().unwritten[&token], at(61));
        uses.noted().unwritten.clear();
        assert!(!uses.note(token, at(62)), "it is close to the last");
        assert!(uses.note(Uuid::new_v4(), at(62)));
    }
}
