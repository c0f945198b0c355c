//! The officer's questions to real viewers and records: the matrix, and why.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{AppError, Terms, connect, database, policies};
use crate::catalogue::{self, Type};
use crate::config::Config;
use crate::demo::{self, DemoToken};
use crate::graphql::{Asker, decode_id};
use crate::live::{self, AskedError};
pub use crate::policy::matrix::{Line as MatrixLine, Matrix, Sort as MatrixSort};
pub use crate::policy::{Explanation, Truth};
use crate::policy::{Lens, Policies, matrix};
use crate::private_file;
use crate::store::Store;
use crate::viewer::{Claimed, Directory, Viewer, assemble};

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
    let viewers = representatives(now).await?.into_iter();
    let lenses = viewers.map(|(name, viewer)| Ok((name, lens(&policies, viewer)?)));
    let lenses = lenses.collect::<Result<Vec<_>, AppError>>()?;
    Ok(matrix::matrix(&lenses, only))
}

/// The viewers that stand for the roles, by name: those of the demo, and who is not signed in.
pub(super) async fn representatives(now: DateTime<Utc>) -> Result<Vec<(String, Viewer)>, AppError> {
    let scratch = Scratch::new().map_err(AppError::Folder)?;
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
            DemoToken::Partner {
                token, share_ids, ..
            } => (
                token.to_string(),
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
        let viewer = assemble(Some(claimed), &store, now)
            .await
            .map_err(|error| AppError::Viewer(error.to_string()))?;
        viewers.push((holder.role.replace('_', " "), viewer));
    }
    viewers.push(("anonymous".to_owned(), Viewer::anonymous()));
    drop(store);
    database.close().await?;
    Ok(viewers)
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
    let found = live::viewer_of(store, asker, who, now).await;
    let viewer = found.map_err(|error| match error {
        AskedError::Person => AppError::Unknown("person", who.to_owned()),
        AskedError::Share => AppError::Unknown("person or share", who.to_owned()),
        AskedError::Viewer(reason) => AppError::Viewer(reason),
        AskedError::Store(error) => error.into(),
    })?;
    lens(policies, viewer)
}

fn lens(policies: &Arc<Policies>, viewer: Viewer) -> Result<Arc<Lens>, AppError> {
    live::lens(policies, viewer).map_err(|error| AppError::Viewer(error.to_string()))
}

/// A folder for a while, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("kaifong-{}", Uuid::new_v4()));
        private_file::make_folder(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
