//! The composition root: the only room that knows all the others.
//!
//! It opens what the settings name, puts the rooms together and hands them to
//! the command line. It decides nothing itself.

mod demo;
mod import;
mod migrate;
mod officer;
mod policies;
mod publish;
mod ready;
mod tokens;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::migration::{Migrator, MigratorTrait};
use chrono::Utc;
use sea_orm::{DatabaseConnection, DbErr};

pub use self::demo::{Bearer, prepare_demo};
pub use self::import::{ImportKind, ImportOrder, import};
pub use self::migrate::{Migration, MigrationState, Move, migrate};
pub use self::officer::{
    Explanation, Matrix, MatrixLine, MatrixSort, Truth, explain, matrix_of, matrix_of_roles,
};
pub use self::policies::{
    Fault as PolicyFault, Gated, MutantReport, State as PolicyState, Step as PolicyStep, formatted,
    gate, mutants,
};
pub use self::publish::{
    LiveRefusal, PublishDeed, Trail, approve, history, publish, refusal, roll_back,
};
pub use self::ready::Look;
pub use self::tokens::{Holder, claims, sign};
use crate::config::{Config, Database};
use crate::graphql::{Extent, Graph, Limits};
use crate::import::ImportError;
use crate::live::{Keeper, Source};
pub use crate::live::{LiveError, Outcome as PublishOutcome, Published};
use crate::policy::{LoadError as PolicyError, Policies, Unproved};
use crate::private_file;
use crate::store::import::LoadError;
use crate::store::{ConnectError, Seal, Store, StoreError, Terms, connect, connect_for_requests};
use crate::viewer::{KeyError, Keys};

/// What a running server is made of.
pub struct App {
    /// Answers requests.
    pub graph: Graph,
    /// Signs and verifies tokens.
    pub keys: Keys,
    /// Whether it can work.
    pub ready: Look,
    /// What keeps it at the policies that are in force.
    pub keeper: Keeper,
}

/// Why the rooms could not be put together, or did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The policies are not fit to be used.
    #[error("policies: {0}")]
    Policies(#[from] PolicyError),
    /// Policies do not go live.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// Nobody has proved what the policies promise.
    #[error(transparent)]
    Unproved(#[from] Unproved),
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// The database is of an older version.
    #[error("the database lacks {0} migrations; `kaifong migrate` brings it up to date")]
    Outdated(usize),
    /// A question to the database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data folder cannot be made.
    #[error("the data folder cannot be made: {0}")]
    Folder(#[source] io::Error),
    /// A file cannot be read.
    #[error("`{}` cannot be read: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A file is refused as a whole.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A load stopped; nothing of it was kept.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An id is none.
    #[error("`{0}` is no id of {1}")]
    Id(String, &'static str),
    /// Something that an order needs is missing.
    #[error("{0}")]
    Missing(&'static str),
    /// A person or share makes no viewer.
    #[error("no viewer can be made: {0}")]
    Viewer(String),
    /// The directory knows no such holder.
    #[error("there is no {0} in force with the id `{1}`")]
    Unknown(&'static str, String),
}

/// Opens the database, the policies and the key, and builds the graph.
///
/// # Errors
///
/// The first of them that cannot be opened.
pub async fn open(config: &Config) -> Result<App, AppError> {
    let database = serving(config).await?;
    let pending = Migrator::get_pending_migrations(&database).await?.len();
    if pending > 0 {
        return Err(AppError::Outdated(pending));
    }
    let ready = ready::look(database.clone());
    let store = Store::new(database).watched().await?;
    let (policies, keeper) = publish::in_force(config, &store).await?;
    let keys = keys(config)?;
    let limits = Limits {
        page: config.pages.default_size,
        max_page: config.pages.max_size,
        max_count: config.pages.max_count,
        max_offset: config.pages.max_offset,
        max_rows: config.pages.max_rows,
        max_cost: config.limits.document.cost,
        extent: Extent {
            fields: config.limits.document.fields,
            depth: config.limits.document.depth,
            roots: config.limits.document.roots,
            aliases: config.limits.document.aliases,
            directives: config.limits.document.directives,
            introspection: config.limits.document.introspection,
        },
        max_errors: config.limits.errors,
        time: config.limits.timeout,
    };
    let graph = Graph::new(
        policies,
        store,
        Seal::new(keys.cursor_key()),
        limits,
        Arc::new(Utc::now),
    )
    .knowing(config.viewer_cache)
    .with_introspection(config.wire.introspection);
    Ok(App {
        graph,
        keys,
        ready,
        keeper,
    })
}

/// The database of the settings, opened to answer requests: no statement outlives one.
async fn serving(config: &Config) -> Result<DatabaseConnection, AppError> {
    make_folder(config)?;
    let url = config.database_url.secret_text();
    Ok(connect_for_requests(url, terms(config), config.limits.timeout).await?)
}

/// On what terms the settings have the database used.
fn terms(config: &Config) -> Terms {
    Terms {
        wait: config.terms.wait,
        sqlite_syncs: config.terms.sqlite_syncs,
        postgres_commits: config.terms.postgres_commits.clone(),
    }
}

fn make_folder(config: &Config) -> Result<(), AppError> {
    match config.database_url.kind() {
        Database::Sqlite => private_file::make_folder(&config.data_dir).map_err(AppError::Folder),
        Database::Postgres => Ok(()),
    }
}

/// The database of the settings, opened.
async fn database(config: &Config) -> Result<DatabaseConnection, AppError> {
    make_folder(config)?;
    Ok(connect(config.database_url.secret_text(), terms(config)).await?)
}

/// The policies of a folder, or the built-in ones.
fn policies(folder: Option<&Path>) -> Result<Arc<Policies>, AppError> {
    Ok(source(folder).policies()?)
}

/// Whence policies come where none were published.
fn source(folder: Option<&Path>) -> Source {
    folder.map_or(Source::Shipped, |folder| Source::Folder(folder.to_owned()))
}

/// The policies of the settings, proved unless the settings do without.
fn live_policies(config: &Config) -> Result<Arc<Policies>, AppError> {
    let folder = config.policies_dir.as_deref();
    let policies = policies(folder)?;
    if config.require_proof {
        policies.proved(folder)?;
    }
    Ok(policies)
}

/// The key that signs tokens.
///
/// # Errors
///
/// The key cannot be read or made.
pub fn keys(config: &Config) -> Result<Keys, AppError> {
    Ok(Keys::open(
        &config.data_dir,
        config.signing_key_file.as_deref(),
        &config.issuer,
        &config.audience,
    )?)
}
