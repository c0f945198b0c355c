//! The officer's questions to real viewers and records: the matrix, and why.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{AppError, Terms, connect, database, policies};
use crate::catalogue::{self, Type};
use crate::config::Config;
use crate::demo::{self, DemoToken};
use crate::graphql::decode_id;
use crate::live;
pub use crate::policy::matrix::{Line as MatrixLine, Matrix, Sort as MatrixSort};
pub use crate::policy::{Explanation, Truth};
use crate::policy::{Lens, Policies, matrix};
use crate::private_file;
use crate::store::Store;
use crate::viewer::{Claimed, Directory, assemble};

/// Who asks.
enum Asker {
    Nobody,
    Account(Uuid),
    Share(Uuid),
}

/// The type of this name.
fn type_of(name: &str) -> Result<&'static Type, AppError> {
    catalogue::find(name).ok_or_else(|| AppError::Id(name.to_owned(), "a type of the schema"))
}

/// The matrix of the demo's roles under the policies of a folder, or the built-in ones.
///
/// # Errors
/// The policies are not fit to be used, or the demo cannot be made.
pub async fn matrix_of_roles(
    folder: Option<&Path>,
    only: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Matrix, AppError> {
    let policies = policies(folder)?;
    let only = only.map(type_of).transpose()?;
    let scratch = Scratch::new()?;
    let terms = Terms {
        wait: std::time::Duration::from_secs(10),
        sqlite_syncs: false,
        postgres_commits: None,
    };
    let url = format!("sqlite:{}", scratch.0.join("demo.sqlite").display());
    let database = connect(&url, terms).await?;
    Migrator::up(&database, None).await?;
    let holders = demo::load(&database, now).await?.holders;
    let store = Store::new(database.clone()).at(now);
    let mut viewers = Vec::new();
    for holder in holders {
        let (subject, shares): (String, Vec<String>) = match &holder.kind {
            DemoToken::User { account_id, .. } => (account_id.to_string(), Vec::new()),
            DemoToken::Partner { share_ids, .. } => (
                holder.role.to_owned(),
                share_ids.iter().map(Uuid::to_string).collect(),
            ),
        };
        let subject = &subject;
        let claimed = match holder.kind {
            DemoToken::User { .. } => Claimed::User { subject },
            DemoToken::Partner { .. } => Claimed::Partner {
                subject,
                shares: &shares,
                scope: None,
            },
        };
        let lens = lens(&policies, &store, Some(claimed), now).await?;
        viewers.push((holder.role.replace('_', " "), lens));
    }
    viewers.push((
        "anonymous".to_owned(),
        lens(&policies, &store, None, now).await?,
    ));
    drop(store);
    database.close().await?;
    Ok(matrix::matrix(&viewers, only))
}

/// The matrix of these people and shares, as the database of the settings holds them now.
///
/// # Errors
/// The policies or the database cannot be opened, or there is no such person or share.
pub async fn matrix_of(
    config: &Config,
    folder: Option<&Path>,
    who: &[String],
    only: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Matrix, AppError> {
    let only = only.map(type_of).transpose()?;
    let store = Store::new(database(config).await?).at(now);
    let policies = asked(config, folder, &store).await?;
    let mut viewers = Vec::new();
    for name in who {
        viewers.push((name.clone(), viewer(&policies, &store, name, now).await?));
    }
    Ok(matrix::matrix(&viewers, only))
}

/// Why a person or a partner sees of a record what they see, as the officer is told: the whole.
///
/// # Errors
/// The policies or the database cannot be opened, or one of the three is not there.
pub async fn explain(
    config: &Config,
    folder: Option<&Path>,
    who: &str,
    record: &str,
    word: &str,
    now: DateTime<Utc>,
) -> Result<Explanation, AppError> {
    let (of, id) = record_of(record)?;
    let store = Store::new(database(config).await?).at(now);
    let policies = asked(config, folder, &store).await?;
    let lens = viewer(&policies, &store, who, now).await?;
    let found = store.records(of, &[id]).await?;
    let record = found
        .get(&id)
        .ok_or_else(|| AppError::Unknown(of.name, record.to_owned()))?;
    crate::policy::explain(&lens, record, word)
        .ok_or_else(|| AppError::Id(word.to_owned(), "a field or deed of this type"))
}

/// The policies of a folder or, where none is named, those in force: what was published, or else
/// those of the settings.
async fn asked(
    config: &Config,
    folder: Option<&Path>,
    store: &Store,
) -> Result<Arc<Policies>, AppError> {
    if folder.is_some() {
        return policies(folder);
    }
    match live::in_force(store, false).await? {
        Some(published) => Ok(published.policies),
        None => policies(config.policies_dir.as_deref()),
    }
}

/// A record as people write it: an identifier of the graph, or its type and its uuid.
fn record_of(text: &str) -> Result<(&'static Type, Uuid), AppError> {
    let written = text
        .split_once(':')
        .and_then(|(of, id)| Some((catalogue::find(of)?, Uuid::parse_str(id).ok()?)));
    written
        .or_else(|| decode_id(text).and_then(|(of, id)| Some((catalogue::find(of)?, id))))
        .ok_or_else(|| AppError::Id(text.to_owned(), "a record"))
}

async fn viewer(
    policies: &Arc<Policies>,
    store: &Store,
    who: &str,
    now: DateTime<Utc>,
) -> Result<Arc<Lens>, AppError> {
    let asker = match decode_id(who) {
        _ if who == "nobody" => Asker::Nobody,
        Some(("User", id)) => Asker::Account(id),
        Some(("Partnership", id)) => Asker::Share(id),
        _ => {
            let unknown = || AppError::Id(who.to_owned(), "a user or a share");
            let id = Uuid::parse_str(who).map_err(|_| unknown())?;
            match store.standing(id, now).await? {
                Some(_) => Asker::Account(id),
                None => Asker::Share(id),
            }
        }
    };
    match asker {
        Asker::Nobody => lens(policies, store, None, now).await,
        Asker::Account(id) => {
            if store.standing(id, now).await?.is_none() {
                return Err(AppError::Unknown("person", who.to_owned()));
            }
            let subject = &id.to_string();
            lens(policies, store, Some(Claimed::User { subject }), now).await
        }
        Asker::Share(id) => {
            if store.shares(&[id], now).await?.shares.is_empty() {
                return Err(AppError::Unknown("person or share", who.to_owned()));
            }
            let shares = &[id.to_string()];
            let claimed = Claimed::Partner {
                subject: who,
                shares,
                scope: None,
            };
            lens(policies, store, Some(claimed), now).await
        }
    }
}

async fn lens(
    policies: &Arc<Policies>,
    store: &Store,
    claimed: Option<Claimed<'_>>,
    now: DateTime<Utc>,
) -> Result<Arc<Lens>, AppError> {
    let viewer = assemble(claimed, store, now)
        .await
        .map_err(|error| AppError::Viewer(error.to_string()))?;
    let lens = Lens::new(Arc::clone(policies), viewer);
    Ok(Arc::new(
        lens.map_err(|error| AppError::Viewer(error.to_string()))?,
    ))
}

/// A folder for the demo, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, AppError> {
        let folder = std::env::temp_dir().join(format!("kaifong-{}", Uuid::new_v4()));
        private_file::make_folder(&folder).map_err(AppError::Folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
