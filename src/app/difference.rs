//! What a set changes for people and partners, over the data of the settings.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use ::migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};

use super::policies::{Gated, gate};
use super::{AppError, database, source};
use crate::config::{Config, Database};
pub use crate::live::Progress;
use crate::live::{self, Asking, LiveError, Prover, Side, differing};
use crate::policy::Policies;
use crate::policy::difference::Difference;
use crate::policy::gate::Set;
use crate::store::Store;

/// How long it may take before it tells what it has.
const TIME: Duration = Duration::from_secs(120);

/// What the set of a folder changes against another. Without a folder it is the set of the settings,
/// or the built-in one; without another, it is held against what is in force.
///
/// # Errors
/// A set or the database cannot be used.
pub async fn difference(
    config: &Config,
    folder: Option<&Path>,
    against: Option<&Path>,
    now: DateTime<Utc>,
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Difference, AppError> {
    let began = Instant::now();
    let set = |folder: Option<&Path>| source(folder).set();
    let new_set = set(folder.or(config.policies_dir.as_deref()))?;
    let new = Policies::load(&new_set.schema, &new_set.policies)?;
    let store = Store::new(database(config).await?).at(now);
    match Migrator::get_pending_migrations(store.database())
        .await?
        .len()
    {
        0 => {}
        pending => return Err(AppError::Outdated(pending)),
    }
    let old_set = match against {
        Some(folder) => set(Some(folder).filter(|path| path.as_os_str() != "shipped"))?,
        None => match store.policies_in_force().await? {
            Some(number) => {
                let kept = store.policy_set(number).await?;
                kept.ok_or(LiveError::Unknown(number))?.set
            }
            None => set(config.policies_dir.as_deref())?,
        },
    };
    let old = Policies::load(&old_set.schema, &old_set.policies)?;
    let asking = Asking {
        store: &store,
        old: &old,
        new: &new,
        cap: config.pages.max_count,
        time: TIME,
        told,
    };
    let mut difference = live::difference(&asking).await?;
    difference.promise(&old_set, &new_set);
    let prover = Prover::new(config.prover.clone(), config.prove_timeout);
    if let Some(written) = prover.compared([&old_set, &new_set], &AtomicBool::new(false))
        && !difference.prove(&written)
    {
        tracing::warn!("the prover did not answer");
    }
    difference.milliseconds = (began.elapsed().as_secs_f64() * 1e5).round() / 100.0;
    Ok(difference)
}

/// Takes a set through the gate, and tells what it changes against what is in force where the
/// database of the settings is there. Where it is not, that step is skipped.
pub async fn gate_over_data(config: &Config, folder: Option<&Path>, now: DateTime<Utc>) -> Gated {
    let mut report = gate(folder);
    if report.ready
        && let Some((store, before, old)) = in_force(config, now).await
        && let Ok(after) = source(folder).set()
        && let Ok(new) = Policies::load(&after.schema, &after.policies)
    {
        let old = Side {
            set: &before,
            policies: &old,
        };
        let new = Side {
            set: &after,
            policies: &new,
        };
        report.differs(differing(&store, old, new).await);
    }
    report
}

/// The data and the policies in force, where both are there and can be used as they are.
async fn in_force(config: &Config, now: DateTime<Utc>) -> Option<(Store, Arc<Set>, Arc<Policies>)> {
    // to open a database of SQLite is to make it
    if config.database_url.kind() == Database::Sqlite && !config.database_url.file()?.is_file() {
        return None;
    }
    let database = database(config).await.ok()?;
    let pending = Migrator::get_pending_migrations(&database).await.ok()?;
    if !pending.is_empty() {
        return None;
    }
    let store = Store::new(database).at(now);
    let (set, policies) = match live::in_force(&store, false).await.ok()? {
        Some(published) => (published.set, published.policies),
        None => {
            let source = source(config.policies_dir.as_deref());
            (Arc::new(source.set().ok()?), source.policies().ok()?)
        }
    };
    Some((store, set, policies))
}
