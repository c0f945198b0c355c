//! What a request carries through its execution.

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::Response;
use chrono::{DateTime, TimeDelta, Utc};

use super::in_force::Pointer;
use super::measure::Extent;
use super::privacy::Privacy;
use super::workshop::Desk;
use crate::audit::{Bearer, Seen};
use crate::policy::Lens;
use crate::store::{Seal, Store};
use crate::viewer::Mint;

/// Limits of a request.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Rows of a page where none are asked for.
    pub page: usize,
    /// Rows of a page at most.
    pub max_page: usize,
    /// Rows that may be passed over by offset.
    pub max_offset: u64,
    /// Rows counted at most.
    pub max_count: u64,
    /// From how many people on a group is not small.
    pub small_group: u32,
    /// Rows that a request may ask for at most, over all its lists.
    pub max_rows: u64,
    /// Values that an answer may have at most: fields, times the rows that they stand in.
    pub max_cost: u64,
    /// How large a document may be.
    pub extent: Extent,
    /// Errors that an answer lists.
    pub max_errors: usize,
    /// How long a request may take; its statements end then.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page: 20,
            max_page: 1000,
            max_offset: 100_000,
            max_count: 100_000,
            small_group: 5,
            max_rows: 100_000,
            max_cost: 1_000_000,
            extent: Extent::default(),
            max_errors: 20,
            time: Duration::from_secs(30),
        }
    }
}

/// What a request carries: one lens, so that all its decisions come from one set of policies.
pub struct Scope {
    /// The policies as the viewer meets them.
    pub lens: Arc<Lens>,
    /// Where rows are kept.
    pub store: Store,
    /// Seals cursors.
    pub seal: Seal,
    /// Limits.
    pub limits: Limits,
    /// The instant of the request.
    pub now: DateTime<Utc>,
    /// The rows that were planned so far.
    pub planned: AtomicU64,
    /// What was shown, masked and hidden.
    pub privacy: Privacy,
    /// Which rows about persons were shown.
    pub seen: Mutex<Seen>,
    /// Under which token it is asked.
    pub bearer: Bearer,
    /// Where policies are kept, if they are kept here.
    pub desk: Option<Arc<dyn Desk>>,
    /// What signs tokens, if they are issued here.
    pub mint: Option<Mint>,
    /// How long an invitation can be accepted, if invitations are sent from here.
    pub invitations: Option<TimeDelta>,
    /// What is in force at this server.
    pub in_force: Arc<Pointer>,
    /// The response keys of the roots that are being answered.
    pub begun: Mutex<HashSet<String>>,
}

/// A lens may be kept for long; what it needed for this request alone it need not keep.
impl Drop for Scope {
    fn drop(&mut self) {
        self.lens.rest();
    }
}

impl Scope {
    /// Whether this root is to be answered now: each response key is, once.
    pub fn begins(&self, key: &str) -> bool {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.insert(key.to_owned())
    }
}

impl Scope {
    /// The response with what was shown, masked and hidden.
    pub fn finish(&self, response: Response) -> Response {
        response.extension("privacy", self.privacy.value(self.lens.version()))
    }
}
