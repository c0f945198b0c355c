//! Policies in force, and the acts by which they came there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::officer::representatives;
use super::policies::Certificate;
use super::tokens::id_of;
use super::{AppError, database, live_policies, source};
use crate::config::Config;
use crate::graphql::Desk as Bench;
use crate::live::{self, Keeper, LiveError, Office, Prover, Published, Representatives, Terms};
use crate::policy::Policies;
use crate::policy::gate::{Proof, Proofs, Report, Set};
pub use crate::store::{KeeperAct, KeeperDeed, PolicyKeeper};
use crate::store::{KeeperBy, Store};
pub use crate::store::{PolicyAct as Trail, PolicyDeed as PublishDeed};
use crate::viewer::Directory;

/// The certificate of a folder, or that of the built-in set, looked for each time.
struct Certified {
    folder: Option<PathBuf>,
    required: bool,
}

impl Proofs for Certified {
    fn proof(&self, set: &Set, policies: &Policies) -> Proof {
        let (folder, required) = (self.folder.as_deref(), self.required);
        Certificate { folder, required }.proof(set, policies)
    }

    fn required(&self) -> bool {
        self.required
    }
}

/// Who knows of proofs of the set of a folder, or of the built-in one.
fn proofs(config: &Config, folder: Option<&Path>) -> Arc<dyn Proofs + Send + Sync> {
    Arc::new(Certified {
        folder: folder.map(Path::to_owned),
        required: config.require_proof,
    })
}

/// The policies that are in force, and what keeps a server at them.
///
/// # Errors
/// They cannot be read, or are not fit to be used.
pub(super) async fn in_force(
    config: &Config,
    store: &Store,
) -> Result<(Arc<Policies>, Keeper), AppError> {
    let proofs = proofs(config, config.policies_dir.as_deref());
    let published = live::in_force(store, config.require_proof).await?;
    let (number, policies) = match published {
        Some(published) => (published.number, published.policies),
        None => (None, live_policies(config)?),
    };
    let folder = config.policies_dir.clone();
    let folder = folder.filter(|_| config.watch_policies);
    let keeper = Keeper {
        number,
        folder,
        proofs,
    };
    Ok((policies, keeper))
}

/// The desk of a server: where its officers keep the policies.
pub(super) fn desk(config: &Config, store: Store) -> Arc<dyn Bench> {
    let terms = Terms {
        proof: config.require_proof,
        two_persons: config.policy_approval,
    };
    let prover = Prover::new(config.prover.clone(), config.prove_timeout);
    let representatives: Representatives = Box::new(|| {
        Box::pin(async {
            let viewers = representatives(Utc::now()).await;
            viewers.map_err(|error| error.to_string())
        })
    });
    let source = source(config.policies_dir.as_deref());
    Arc::new(live::Desk::new(
        store,
        source,
        terms,
        prover,
        representatives,
    ))
}

/// Publishes the set of a folder, or the built-in one.
///
/// # Errors
/// Whatever keeps it from being published; then nothing has changed.
pub async fn publish(
    config: &Config,
    folder: Option<&Path>,
    who: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Published, AppError> {
    let set = folder.map_or_else(|| Ok(Set::shipped()), Set::read);
    let desk = Desk::open(config, folder, who, now).await?;
    Ok(desk.office(config).publish(set, reason).await?)
}

/// Publishes an earlier set again.
///
/// # Errors
/// Whatever keeps it from being published; then nothing has changed.
pub async fn roll_back(
    config: &Config,
    number: i32,
    who: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Published, AppError> {
    let desk = Desk::open(config, None, who, now).await?;
    Ok(desk.office(config).roll_back(number, reason).await?)
}

/// Approves what another person published.
///
/// # Errors
/// Whatever keeps it from coming into force; then nothing has changed.
pub async fn approve(
    config: &Config,
    number: i32,
    who: &str,
    now: DateTime<Utc>,
) -> Result<Published, AppError> {
    let desk = Desk::open(config, None, who, now).await?;
    Ok(desk.office(config).approve(number).await?)
}

/// Every publication, rollback and approval, the first one first.
///
/// # Errors
/// The database cannot be asked.
pub async fn history(config: &Config) -> Result<Vec<Trail>, AppError> {
    Ok(live::acts(&current(config).await?).await?)
}

/// Every act by which an organisation was named to look after the policies, or let go; the first one
/// first.
///
/// # Errors
/// The database cannot be asked.
pub async fn keeper_history(config: &Config) -> Result<Vec<KeeperAct>, AppError> {
    Ok(current(config).await?.keeper_acts().await?)
}

/// Lets an organisation look after the policies, or no longer; the trail says who did it and why, as
/// far as that is given.
///
/// # Errors
/// There is no such organisation in use, or no such person, or the database fails.
pub async fn keep_policies(
    config: &Config,
    organisation: &str,
    keeps: bool,
    (who, reason): (Option<&str>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let id = id_of(organisation, "Organisation")?;
    let store = current(config).await?.at(now);
    let account = match who {
        Some(who) => {
            let account = id_of(who, "User")?;
            let standing = store.standing(account, now).await?;
            standing.ok_or_else(|| AppError::Unknown("person", who.to_owned()))?;
            Some(account)
        }
        None => None,
    };
    let by = KeeperBy {
        account,
        reason: reason.map(str::trim).filter(|reason| !reason.is_empty()),
    };
    match store.keep_policies(id, keeps, by).await? {
        true => Ok(()),
        false => Err(AppError::Unknown("organisation", organisation.to_owned())),
    }
}

/// The organisations that look after the policies.
///
/// # Errors
/// The database cannot be asked.
pub async fn policy_keepers(config: &Config) -> Result<Vec<PolicyKeeper>, AppError> {
    let store = current(config).await?.at(Utc::now());
    Ok(store.policy_keepers().await?)
}

/// Why nothing was published, for a program.
#[derive(Serialize)]
pub struct LiveRefusal<'a> {
    /// A stable word.
    code: &'static str,
    /// The same in words.
    message: String,
    /// What the gate said, if it was the gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Report>,
}

/// A refusal for a program.
#[must_use]
pub fn refusal(error: &LiveError) -> LiveRefusal<'_> {
    LiveRefusal {
        code: error.code(),
        message: error.to_string(),
        report: match error {
            LiveError::Faults(report) => Some(report),
            _ => None,
        },
    }
}

/// A store on the database of the settings, which must be of today.
pub(super) async fn current(config: &Config) -> Result<Store, AppError> {
    let database = database(config).await?;
    match Migrator::get_pending_migrations(&database).await?.len() {
        0 => Ok(Store::new(database)),
        pending => Err(AppError::Outdated(pending)),
    }
}

/// What an office stands on.
struct Desk {
    store: Store,
    source: live::Source,
    proofs: Arc<dyn Proofs + Send + Sync>,
    account: Uuid,
    now: DateTime<Utc>,
}

impl Desk {
    async fn open(
        config: &Config,
        folder: Option<&Path>,
        who: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let account = id_of(who, "User")?;
        let store = current(config).await?.at(now);
        let standing = store.standing(account, now).await?;
        standing.ok_or_else(|| AppError::Unknown("person", who.to_owned()))?;
        Ok(Self {
            store,
            source: source(config.policies_dir.as_deref()),
            proofs: proofs(config, folder),
            account,
            now,
        })
    }

    fn office(&self, config: &Config) -> Office<'_> {
        Office {
            store: &self.store,
            source: &self.source,
            proofs: &*self.proofs,
            two_persons: config.policy_approval,
            account: self.account,
            now: self.now,
        }
    }
}
