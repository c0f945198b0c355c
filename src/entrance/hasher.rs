//! Hashes of passwords, worked out beside the other work: few at a time, so that whoever sends many
//! passwords takes neither all memory nor all processors, and no more waiting than will have a turn
//! soon.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::Refused;
use crate::signin::{Hashing, Password};

/// How many may wait for each that is worked out.
const WAITING: usize = 32;

/// Works out hashes.
pub(super) struct Hasher {
    hashing: Hashing,
    turns: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Hasher {
    pub(super) fn new(hashing: Hashing, at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Self {
            hashing,
            turns: Arc::new(Semaphore::new(at_once)),
            room: Arc::new(Semaphore::new(at_once.saturating_mul(WAITING))),
        }
    }

    /// Whether the password is the one of this hash. Where there is none the same work is done.
    pub(super) async fn verify(
        &self,
        password: &Password,
        hash: Option<String>,
    ) -> Result<bool, Refused> {
        let password = password.clone();
        self.work(move |hashing| hashing.verify(&password, hash.as_deref()))
            .await
    }

    /// The hash of a password.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, Refused> {
        let password = password.clone();
        let hash = self.work(move |hashing| hashing.hash(&password)).await?;
        hash?.ok_or(Refused::Internal)
    }

    /// Whether a hash is to be made anew.
    pub(super) fn is_stale(&self, hash: &str) -> bool {
        self.hashing.is_stale(hash)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hashing) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (room, turns) = (Arc::clone(&self.room), Arc::clone(&self.turns));
        let room: OwnedSemaphorePermit = room.try_acquire_owned().map_err(|_| Refused::Busy)?;
        let turn = turns.acquire_owned().await.map_err(|_| Refused::Busy)?;
        let hashing = self.hashing.clone();
        // The turn goes along: the work goes on where nobody waits for it any more.
        let done = spawn_blocking(move || {
            let done = work(&hashing);
            drop((room, turn));
            done
        });
        done.await.map_err(|_| Refused::Internal)
    }
}
