//! How people come in: what they show (a password, a code, a token) becomes a session, and a session
//! becomes access tokens, for as long as it lasts.
//!
//! The rules are in [`signin`](crate::signin), the rows in the store; here is the order of the
//! steps. The room knows no HTTP and no policy: it says who somebody is, never what that one may do.
//! It logs neither names, nor addresses, nor anything that was shown.
//!
//! - Whoever asks for an account that is not there gets the same answer as for a wrong password,
//!   after the same work.
//! - A session is a row. What it gives (access tokens with `sid`, tokens that renew it) is worth
//!   nothing once the row has ended: the directory looks it up for each viewer.
//! - A session without a second factor carries none of the roles that need one.

mod code;
mod hasher;
mod invitation;
mod letters;
mod outside;
mod password;
mod recovery;
mod refused;
mod session;
mod tries;

pub use code::Enrolment;
pub use invitation::Called;
pub use outside::Returned;
pub use refused::Refused;
pub use session::{Admitted, Seat};

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};

use self::hasher::Hasher;
use crate::border::{Border, Whose};
use crate::mail::Mailer;
use crate::oidc::Provider;
use crate::residency::{Connector, Place};
use crate::signin::{Hashing, NoRandom, Vault};
use crate::store::Store;
use crate::viewer::Keys;

/// On what terms people come in.
#[derive(Clone, Debug)]
pub struct Terms {
    /// How long an access token is good.
    pub access: Duration,
    /// How long a session may lie unused.
    pub idle: Duration,
    /// How long it lasts at the most.
    pub life: Duration,
    /// The memory of one hash of a password, in KiB.
    pub memory: u32,
    /// Its passes.
    pub passes: u32,
    /// How many are worked out at a time.
    pub at_once: usize,
    /// What authenticator apps call this server.
    pub issuer: String,
}

/// Where people come in.
pub struct Entrance {
    store: Store,
    keys: Keys,
    vault: Vault,
    hasher: Hasher,
    terms: Terms,
    providers: Vec<Provider>,
    outside: outside::Shown,
    /// What hands letters in; without it none are written.
    mailer: OnceLock<Mailer>,
    /// What stops what may not leave; without it nothing leaves.
    border: OnceLock<Border>,
}

/// There is no way in.
#[derive(Debug, thiserror::Error)]
pub enum EntranceError {
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// argon2 knows no such parameters.
    #[error("argon2id takes no hash of {0} KiB and {1} passes")]
    Hashing(u32, u32),
}

/// From where and when somebody comes.
#[derive(Clone, Copy)]
pub struct Caller {
    /// The address, as far as it counts as one visitor.
    pub address: Option<IpAddr>,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Entrance {
    /// The entrance to what is in a store, whose access tokens are signed by these keys.
    ///
    /// # Errors
    /// The terms cannot be kept.
    pub fn new(
        store: Store,
        keys: Keys,
        vault: Vault,
        terms: Terms,
        providers: Vec<Provider>,
    ) -> Result<Arc<Self>, EntranceError> {
        let hashing = Hashing::new(terms.memory, terms.passes)?;
        let hashing = hashing.ok_or(EntranceError::Hashing(terms.memory, terms.passes))?;
        Ok(Arc::new(Self {
            store,
            keys,
            vault,
            hasher: Hasher::new(hashing, terms.at_once),
            terms,
            providers,
            outside: outside::Shown::default(),
            mailer: OnceLock::new(),
            border: OnceLock::new(),
        }))
    }

    /// Has letters handed in by this, from now on; only the first counts.
    pub fn write_by(&self, mailer: Mailer) {
        let _ = self.mailer.set(mailer);
    }

    /// Has this stop what may not leave, from now on; only the first counts.
    pub fn guard_by(&self, border: Border) {
        let _ = self.border.set(border);
    }

    /// Lets something about somebody through to a connector in a place, or says why not.
    async fn pass(
        &self,
        connector: &'static Connector,
        place: Option<Place>,
        whose: Whose,
    ) -> Result<(), Refused> {
        let border = self.border.get().ok_or(Refused::Residency)?;
        Ok(border.pass(connector, place, whose).await?)
    }

    /// The store at the instant at which somebody comes; PostgreSQL keeps microseconds.
    fn at(&self, caller: Caller) -> Store {
        self.store.at(caller.now.trunc_subsecs(6))
    }
}
