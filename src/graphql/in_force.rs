//! The set of policies that is in force, and what was made under it.
//!
//! A request takes one snapshot at its beginning: the set with the viewers that are known and the
//! lenses that are kept. All of them are of this one set and go with it, so that nothing of an
//! answer can come from another. A swap puts a new snapshot in the place of the old one, which ends
//! with the last request that holds it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::kept::Kept;
use super::known::Known;
use crate::policy::{Lens, NotAnEntity, Policies};
use crate::viewer::Viewer;

/// How many lenses are kept.
const KEPT: usize = 512;

/// Viewers that hold the same for as long share a lens.
type LensKey = (String, Option<DateTime<Utc>>);

/// A set of policies, and what was made under it.
pub struct InForce {
    policies: Arc<Policies>,
    known: Known,
    lenses: Mutex<Kept<LensKey, Arc<Lens>>>,
}

impl InForce {
    fn new(policies: Arc<Policies>, age: Duration) -> Arc<Self> {
        Arc::new(Self {
            policies,
            known: Known::lasting(age),
            lenses: Mutex::new(Kept::of(KEPT)),
        })
    }

    /// The set.
    pub fn policies(&self) -> &Arc<Policies> {
        &self.policies
    }

    /// The viewers that were made lately.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The lens of a viewer.
    ///
    /// # Errors
    /// Where the viewer does not fit the schema of the policies.
    pub fn lens(&self, viewer: Viewer) -> Result<Arc<Lens>, NotAnEntity> {
        let key = (viewer.fingerprint(), viewer.until());
        let kept = || self.lenses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lens) = kept().get(&key) {
            return Ok(Arc::clone(lens));
        }
        let lens = Arc::new(Lens::new(Arc::clone(&self.policies), viewer)?);
        kept().put(key, Arc::clone(&lens));
        Ok(lens)
    }
}

/// Points to what is in force.
///
/// A lock of the standard library that is held for as long as it takes to copy a pointer: a library
/// would save some nanoseconds of a request.
pub struct Pointer {
    in_force: RwLock<Place>,
    age: Duration,
}

/// What is in force, and the number under which it was published.
struct Place(Option<i32>, Arc<InForce>);

impl Pointer {
    /// One to this set, under which viewers are known for so long.
    pub fn to(policies: Arc<Policies>, age: Duration) -> Self {
        let in_force = RwLock::new(Place(None, InForce::new(policies, age)));
        Self { in_force, age }
    }

    /// What is in force at this moment.
    pub fn now(&self) -> Arc<InForce> {
        let place = self.in_force.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&place.1)
    }

    /// Puts the published set of this number in force, unless it is or a later one is: numbers of
    /// sets that come into force only rise, whoever hears of them first.
    pub fn publish(&self, number: i32, policies: &Arc<Policies>) {
        let new = InForce::new(Arc::clone(policies), self.age);
        let mut place = self
            .in_force
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if place.0.is_some_and(|there| there >= number) {
            return;
        }
        place.0 = Some(number);
        if place.1.policies().version() == policies.version() {
            return;
        }
        let old = std::mem::replace(&mut place.1, new);
        drop(place);
        drop(old);
    }

    /// Puts another set in force, under which nothing was made yet; where one was published, that
    /// stays.
    pub fn swap(&self, policies: Arc<Policies>) {
        let new = InForce::new(policies, self.age);
        let mut place = self
            .in_force
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if place.0.is_some() {
            return;
        }
        let old = std::mem::replace(&mut place.1, new);
        drop(place);
        // What was made under it may be much; nobody waits while it is put away.
        drop(old);
    }
}
