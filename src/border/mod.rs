//! What leaves the server is stopped here: before something about a person goes to another machine,
//! the policies are asked for each organisation that has the person, and for each above those.
//!
//! All of them must allow it, so an organisation is bound by those above it. Doubt stops: where the
//! database does not answer, the policies do not fit or nobody said where a connector is. The room
//! knows what a decision is about, and refuses to know what would be sent.

use std::sync::Arc;

use uuid::Uuid;

use crate::catalogue;
use crate::policy::{Lens, Policies};
use crate::residency::{Connector, Place, REFUSED};
use crate::store::{Store, StoreError};
use crate::viewer::Viewer;

/// The deed that is asked about.
const TRANSFER: &str = "Organisation.transfer";

/// Tells the policies that are in force.
pub type InForce = Box<dyn Fn() -> Arc<Policies> + Send + Sync>;

/// Where it is decided what leaves.
pub struct Border {
    store: Store,
    policies: InForce,
}

/// Something may not leave.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// An organisation that has the person keeps its data elsewhere.
    #[error("an organisation's data may not go to the place where this would take it")]
    Kept,
    /// It could not be decided.
    #[error("it could not be decided whether this may leave")]
    Undecided(#[source] StoreError),
}

impl Stopped {
    /// A code that never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Kept => REFUSED,
            Self::Undecided(_) => "INTERNAL",
        }
    }
}

/// Whose data it is that would leave.
#[derive(Clone, Copy)]
pub enum Whose {
    /// Somebody's who signs in: of every organisation that has the person.
    Account(Uuid),
    /// An organisation's, about somebody who is not there yet.
    Organisation(Uuid),
}

impl Border {
    /// One that asks these policies about what is in this store.
    #[must_use]
    pub fn new(store: Store, policies: InForce) -> Self {
        Self { store, policies }
    }

    /// Lets something about somebody through to a connector in a place, or stops it.
    ///
    /// # Errors
    /// It may not leave, or nobody can tell.
    pub async fn pass(
        &self,
        connector: &'static Connector,
        place: Option<Place>,
        whose: Whose,
    ) -> Result<(), Stopped> {
        let passed = self.decide(connector, place, whose).await;
        connector.count(passed.is_ok());
        if let Err(stopped) = &passed {
            let (place, code) = (place.map_or("unknown", Place::code), stopped.code());
            tracing::warn!(connector = connector.name, place, code, "kept from leaving");
        }
        passed
    }

    async fn decide(
        &self,
        connector: &'static Connector,
        place: Option<Place>,
        whose: Whose,
    ) -> Result<(), Stopped> {
        let bound = match whose {
            Whose::Account(account) => self.store.organisations_of(account).await,
            Whose::Organisation(organisation) => self.store.organisations_above(organisation).await,
        };
        let bound = bound.map_err(Stopped::Undecided)?;
        if bound.is_empty() {
            return Ok(());
        }
        let of = catalogue::find("Organisation").ok_or(Stopped::Kept)?;
        let records = self.store.records(of, &bound).await;
        let records = records.map_err(Stopped::Undecided)?;
        let place = place.map_or("", Place::code);
        let viewer = Viewer::connector(connector.name, place);
        let lens = Lens::new((self.policies)(), viewer).map_err(|error| {
            tracing::error!(%error, "the policies know no connectors; nothing leaves");
            Stopped::Kept
        })?;
        let allowed = |id: &Uuid| {
            let record = records.get(id);
            record.is_some_and(|record| lens.permit(TRANSFER, record).is_ok())
        };
        match bound.iter().all(allowed) {
            true => Ok(()),
            false => Err(Stopped::Kept),
        }
    }
}
