//! The difference of an edited set against another, over the live data.
//!
//! Viewers are looked at by classes and rows by conditions: one of a class looks through both sets,
//! what turns is put together over the classes, and the database counts. What could not be looked at
//! in time, or only in part, is told as such; a number is exact or says that it is not.

mod gather;
mod label;
mod sampled;
mod step;
mod tally;
mod telling;
mod viewers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::yield_now;

use self::gather::Gathered;
use self::telling::Telling;
use super::LiveError;
use crate::policy::Policies;
use crate::policy::difference::{Affected, Compared, Difference, turns};
use crate::store::Store;
use crate::viewer::PrincipalKind;

pub use step::{Side, differing};

/// What is asked.
pub struct Asking<'a> {
    /// The data, at an instant.
    pub store: &'a Store,
    /// The old set.
    pub old: &'a Arc<Policies>,
    /// The new set.
    pub new: &'a Arc<Policies>,
    /// Up to how many viewers and rows are counted.
    pub cap: u64,
    /// How long it may take, more or less.
    pub time: Duration,
    /// Is told how far it has come.
    pub told: &'a (dyn Fn(Progress) + Sync),
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many classes of viewers were looked at, of so many.
    Viewers(usize, usize),
    /// So many changes were counted, of so many.
    Changes(usize, usize),
}

/// What the new set changes against the old one. The prover is not asked.
///
/// # Errors
/// The database fails, or a viewer does not fit the schema of a set.
pub async fn difference(asking: &Asking<'_>) -> Result<Difference, LiveError> {
    let began = Instant::now();
    let late = || began.elapsed() > asking.time;
    let compared = Compared::of(asking.old, asking.new);
    let mut gathered = Gathered::default();
    let mut complete = true;
    for kind in PrincipalKind::ALL {
        let affecting = compared.affecting(kind);
        if affecting.questions.is_empty() {
            continue;
        }
        let most = usize::try_from(asking.cap).unwrap_or(usize::MAX);
        let classes = viewers::classes(asking.store, kind, &affecting, most).await?;
        let questions: Vec<&Affected> = affecting.questions.iter().collect();
        let all = classes.len();
        for (at, class) in classes.into_iter().enumerate() {
            (asking.told)(Progress::Viewers(at, all));
            if late() {
                complete = false;
                break;
            }
            complete &= !class.more;
            let sets = [asking.old, asking.new];
            let Some([old, new]) = class.lenses(asking.store, sets, &affecting).await? else {
                continue;
            };
            let turns = turns(&old, &new, &questions);
            drop((old, new));
            if !turns.opaque.is_empty() {
                let lenses = class.one_of(asking.store, sets).await?;
                gathered
                    .sampled(asking.store, &class, &lenses, &turns.opaque, &questions)
                    .await?;
            }
            gathered.take(class, turns.told, &questions);
            // others want to be served meanwhile
            yield_now().await;
        }
    }
    let mut telling = Telling::new(asking.store, asking.cap);
    let bundles = gathered.bundles();
    let all = bundles.len();
    for (at, bundle) in bundles.into_iter().enumerate() {
        (asking.told)(Progress::Changes(at, all));
        if late() {
            complete = false;
            break;
        }
        telling.add(bundle, &gathered.classes).await?;
    }
    let mut difference = telling.told(complete).await?;
    difference.version_before = asking.old.version().to_owned();
    difference.version_after = asking.new.version().to_owned();
    difference.milliseconds = (began.elapsed().as_secs_f64() * 1e5).round() / 100.0;
    difference.data_milliseconds = difference.milliseconds;
    Ok(difference)
}
