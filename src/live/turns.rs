//! Heavy work for officers: off the threads that answer requests, one thing at a time for each, and
//! few at a time for all.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::graphql::Trouble;

/// How many officers' work goes on at a time.
const AT_A_TIME: usize = 2;

/// Whose turn it is.
pub struct Turns {
    busy: Arc<Mutex<HashSet<Uuid>>>,
    all: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            busy: Arc::default(),
            all: Arc::new(Semaphore::new(AT_A_TIME)),
        }
    }
}

/// Tells the work when nobody waits for it any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// An officer's turn, which ends with the work.
struct Turn {
    account: Uuid,
    busy: Arc<Mutex<HashSet<Uuid>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.account);
    }
}

impl Turns {
    /// Does an officer's work on a thread of its own; the work is told when nobody waits for it any
    /// more. Its turn ends when it ends, not when nobody waits.
    pub async fn work<T: Send + 'static>(
        &self,
        account: Uuid,
        work: impl FnOnce(Arc<AtomicBool>) -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = self.turn(account)?;
        let given_up = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(Arc::clone(&given_up));
        let permit = Arc::clone(&self.all).acquire_owned().await;
        let done = spawn_blocking(move || {
            let _ends_with_it = (turn, permit);
            work(given_up)
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "work on policies broke off");
            Trouble::told(
                "UNAVAILABLE",
                "something went wrong on the server; nothing was published",
                "伺服器出錯；沒有發布任何政策",
            )
        })
    }

    fn turn(&self, account: Uuid) -> Result<Turn, Trouble> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.insert(account) {
            return Err(Trouble::told(
                "BUSY",
                "you have a check, a difference, a matrix or a publication under way; wait until it \
                 ends",
                "你有一項檢查、比較、矩陣或發布正在進行；請待其完成",
            ));
        }
        Ok(Turn {
            account,
            busy: Arc::clone(&self.busy),
        })
    }
}
