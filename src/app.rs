//! The composition root: the only room that knows all the others.
//!
//! It opens what the settings name, puts the rooms together and hands them to
//! the command line. It decides nothing itself.

mod audit;
mod connectors;
mod demo;
mod difference;
mod drill;
mod entrance;
mod erasure;
mod import;
mod letters;
mod migrate;
mod officer;
mod policies;
mod publish;
mod ready;
mod tokens;
mod vault;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::migration::{Migrator, MigratorTrait};
use chrono::Utc;
use sea_orm::{DatabaseConnection, DbErr};

pub use self::audit::{
    Look as LogLook, Stretch, Verified, checkpoint_of, log_checkpoint, show_log, verify, verify_log,
};
pub use self::connectors::{Connected, connectors};
pub use self::demo::{Bearer, prepare_demo};
pub use self::difference::{Progress, difference, gate_over_data};
pub use self::drill::{Drill, drill};
pub use self::entrance::{forget_codes, link_identity, set_password};
pub use self::erasure::{
    Erased, Export, Ground, Preview, Replayed, RunCount, erase, export_erasures, preview_erasure,
    replay_erasures, run_retention,
};
pub use self::import::{ImportKind, ImportOrder, import};
pub use self::letters::invite;
pub use self::migrate::{Migration, MigrationState, Move, migrate};
pub use self::officer::{
    Explanation, Matrix, MatrixLine, MatrixSort, Truth, explain, matrix_of, matrix_of_roles,
};
pub use self::policies::{
    Fault as PolicyFault, Gated, MutantReport, State as PolicyState, Step as PolicyStep, formatted,
    gate, mutants,
};
pub use self::publish::{
    KeeperAct, KeeperDeed, LiveRefusal, PolicyKeeper, PublishDeed, Trail, approve, history,
    keep_policies, keeper_history, policy_keepers, publish, refusal, roll_back,
};
pub use self::ready::Look;
pub use self::tokens::{Holder, claims, list, sign};
pub use self::vault::{
    KeyUse, Rotated, encryption, new_encryption_key, rewrap_encryption, rotate_encryption,
};
use crate::audit::NoCheckpoint;
use crate::border::Border;
use crate::config::{Audit, Config, Database};
use crate::entrance::{Entrance, EntranceError, Refused};
use crate::graphql::{Extent, Graph, Limits};
use crate::import::ImportError;
pub use crate::live::find_prover;
use crate::live::{Keeper, Source};
pub use crate::live::{LiveError, Outcome as PublishOutcome, Published};
use crate::mail::MailError;
pub use crate::policy::difference::{Change, Difference, VerdictKind};
use crate::policy::{LoadError as PolicyError, Policies, Unproved};
use crate::private_file;
use crate::signin::VaultError as SignInKeyError;
use crate::store::import::LoadError;
use crate::store::log::Pace;
use crate::store::{
    ConnectError, Seal, Store, StoreError, Terms, VaultError, connect, connect_for_requests,
};
use crate::tokens::Tokens;
use crate::viewer::{KeyError, KeyFiles, Keys, Mint};

/// What a running server is made of.
pub struct App {
    /// Answers requests.
    pub graph: Graph,
    /// Signs and verifies tokens.
    pub keys: Keys,
    /// Where people sign in.
    pub entrance: Arc<Entrance>,
    /// Gives out tokens for tokens.
    pub tokens: Tokens,
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
    /// The key of sign-in cannot be read or made.
    #[error(transparent)]
    SignInKey(#[from] SignInKeyError),
    /// Letters cannot be sent so.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Nobody can sign in on these terms.
    #[error(transparent)]
    Entrance(#[from] EntranceError),
    /// A password cannot be set.
    #[error("{code}: {0}", code = .0.code())]
    SignIn(#[from] Refused),
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
    /// What is sealed does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Others than its owner may read a key.
    #[error("`{}` can be read by others than its owner; `chmod 600` it", .0.display())]
    OpenToOthers(PathBuf),
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
    /// A file holds no checkpoint of this server.
    #[error(transparent)]
    Checkpoint(#[from] NoCheckpoint),
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
    let vault = vault::vault(config, &database).await?;
    let store = Store::new(database).with_vault(vault).watched().await?;
    let store = store.with_second_factor(config.sign_in.second_factor.clone());
    let store = store.logging(match config.audit {
        Audit::Strict => Pace::Strict,
        Audit::Buffered { most, wait } => Pace::Buffered { most, wait },
    });
    let (policies, keeper) = publish::in_force(config, &store).await?;
    let keys = keys(config)?;
    let desk = publish::desk(config, store.clone());
    let entrance = entrance::open(config, store.clone(), keys.clone())?;
    let guarded = store.clone();
    let limits = Limits {
        page: config.pages.default_size,
        max_page: config.pages.max_size,
        max_count: config.pages.max_count,
        max_offset: config.pages.max_offset,
        small_group: config.pages.small_group,
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
    let mint = mint(config, keys.clone());
    let tokens = Tokens::new(store.clone(), mint.clone());
    let graph = Graph::new(
        policies,
        store,
        Seal::new(keys.cursor_key()),
        limits,
        Arc::new(Utc::now),
    )
    .with_desk(desk)
    .with_mint(mint)
    .knowing(config.viewer_cache)
    .with_introspection(config.wire.introspection);
    entrance.guard_by(Border::new(guarded, graph.telling_policies()));
    let graph = letters::inviting(graph, config);
    Ok(App {
        graph,
        keys,
        entrance,
        tokens,
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

/// What signs tokens of partners.
fn mint(config: &Config, keys: Keys) -> Mint {
    let own = std::iter::once(&config.audience);
    let audiences = own.chain(&config.tokens.audiences).cloned().collect();
    let tokens = &config.tokens;
    Mint::new(Arc::new(keys), tokens.life, tokens.limit, audiences)
}

/// The files of the keys that sign tokens.
///
/// # Errors
///
/// The key cannot be read or made.
pub fn key_files(config: &Config) -> Result<KeyFiles, AppError> {
    let named = config.signing_key_file.as_deref();
    Ok(KeyFiles::of(&config.data_dir, named)?)
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
