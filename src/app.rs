//! The composition root: the only room that knows all the others.
//!
//! It opens what the settings name, puts the rooms together and hands them to
//! the command line. It decides nothing itself.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, DbErr};
use uuid::Uuid;

use crate::catalogue;
use crate::config::{Config, Database};
use crate::demo::{self, DemoHolder, DemoToken};
use crate::graphql::{Graph, Limits, decode_id};
use crate::import::{self, ImportError, Report};
use crate::policy::{Lens, LoadError as PolicyError, Permit, Policies};
use crate::private_file;
use crate::store::import::{self as load, LoadError, Run};
use crate::store::{ConnectError, Seal, Store, StoreError, connect};
use crate::viewer::{Claims, Directory, KeyError, Keys, Viewer};

/// What a running server is made of.
pub struct App {
    /// Answers requests.
    pub graph: Graph,
    /// Signs and verifies tokens.
    pub keys: Keys,
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
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
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
    let policies = policies(config.policies_dir.as_deref())?;
    let store = Store::new(database(config).await?);
    let keys = keys(config)?;
    let limits = Limits {
        page: config.pages.default_size,
        max_page: config.pages.max_size,
        max_count: config.pages.max_count,
        ..Limits::default()
    };
    let graph = Graph::new(
        policies,
        store,
        Seal::new(keys.cursor_key()),
        limits,
        Arc::new(Utc::now),
    );
    Ok(App { graph, keys })
}

/// The database of the settings, opened.
async fn database(config: &Config) -> Result<DatabaseConnection, AppError> {
    if config.database_url.kind() == Database::Sqlite {
        private_file::make_folder(&config.data_dir).map_err(AppError::Folder)?;
    }
    Ok(connect(config.database_url.secret_text()).await?)
}

/// The policies of a folder, or the built-in ones.
fn policies(folder: Option<&Path>) -> Result<Arc<Policies>, AppError> {
    Ok(match folder {
        Some(folder) => Policies::read(folder)?,
        None => Policies::shipped()?,
    })
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

/// A token that says this.
///
/// # Errors
///
/// The claims do not fit in a token.
pub fn sign(keys: &Keys, claims: &Claims) -> Result<String, AppError> {
    Ok(keys.sign(claims)?)
}

/// For whom a token is.
pub enum Holder {
    /// A person.
    User(String),
    /// A partner, under these shares.
    Partner(Vec<String>),
}

/// The claims of a holder whom the directory knows.
///
/// # Errors
///
/// The directory cannot be asked, or knows no such holder.
pub async fn claims(
    config: &Config,
    holder: Holder,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<Claims, AppError> {
    let store = Store::new(database(config).await?).at(now);
    match holder {
        Holder::User(user) => {
            let account = id_of(&user, "User")?;
            let standing = store.standing(account, now).await?;
            standing.ok_or_else(|| AppError::Unknown("person", user))?;
            Ok(Claims::of_user(&account.to_string(), now, lifetime))
        }
        Holder::Partner(shares) => {
            let ids = shares
                .iter()
                .map(|share| id_of(share, "Partnership"))
                .collect::<Result<Vec<_>, _>>()?;
            let found = store.shares(&ids, now).await?;
            for (text, id) in shares.iter().zip(&ids) {
                if !found.iter().any(|share| share.id == *id) {
                    return Err(AppError::Unknown("share", text.clone()));
                }
            }
            let partner = found.first().map(|share| share.partner);
            if found.iter().any(|share| Some(share.partner) != partner) {
                return Err(AppError::Missing(
                    "one token is for the shares of one partner",
                ));
            }
            let ids = ids.iter().map(Uuid::to_string).collect();
            let mut claims = Claims::of_partner(ids, now, lifetime);
            claims.org = partner.map(|id| id.to_string());
            Ok(claims)
        }
    }
}

/// An id as people write it: a uuid, or an identifier of the graph.
fn id_of(text: &str, of: &'static str) -> Result<Uuid, AppError> {
    Uuid::parse_str(text)
        .ok()
        .or_else(|| {
            decode_id(text)
                .filter(|(name, _)| *name == of)
                .map(|(_, id)| id)
        })
        .ok_or_else(|| AppError::Id(text.to_owned(), of))
}

/// One of the demo's people and partners.
pub struct Bearer {
    /// The key in the token file.
    pub role: &'static str,
    /// Who it is, in a line.
    pub description: String,
    /// What its token says.
    pub claims: Claims,
}

/// Brings the database up to date, loads the demo's data unless it is there, and
/// answers its bearers, whose claims hold from now on for this long.
///
/// # Errors
///
/// The database cannot be opened, changed or filled.
pub async fn prepare_demo(
    config: &Config,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<Vec<Bearer>, AppError> {
    let database = database(config).await?;
    Migrator::up(&database, None).await?;
    let loaded = demo::load(&database, now).await?;
    database.close().await?;
    let bearers = loaded
        .holders
        .iter()
        .map(|holder| bearer(holder, now, lifetime));
    Ok(bearers.collect())
}

fn bearer(holder: &DemoHolder, now: DateTime<Utc>, lifetime: Duration) -> Bearer {
    let (mut claims, organisation) = match &holder.kind {
        DemoToken::User {
            account_id,
            organisation_id,
        } => {
            let user = account_id.to_string();
            (Claims::of_user(&user, now, lifetime), organisation_id)
        }
        DemoToken::Partner {
            organisation_id,
            share_ids,
            ..
        } => {
            let shares = share_ids.iter().map(Uuid::to_string).collect();
            (Claims::of_partner(shares, now, lifetime), organisation_id)
        }
    };
    claims.org = Some(organisation.to_string());
    Bearer {
        role: holder.role,
        description: holder.label.to_owned(),
        claims,
    }
}

/// Where to move the database.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// Apply everything that is missing.
    Up,
    /// Take back the last migration.
    Down,
    /// Only look.
    Stay,
}

/// One migration, after the move.
pub struct Migration {
    /// Its name.
    pub name: String,
    /// Whether it is in the database.
    pub state: MigrationState,
}

/// Whether a migration is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// It is.
    Applied,
    /// It is not.
    Pending,
}

/// Moves the database and answers all migrations in their order.
///
/// # Errors
///
/// The database cannot be opened, or a migration fails.
pub async fn migrate(config: &Config, direction: Move) -> Result<Vec<Migration>, AppError> {
    let database = database(config).await?;
    match direction {
        Move::Up => Migrator::up(&database, None).await?,
        Move::Down => Migrator::down(&database, Some(1)).await?,
        Move::Stay => {}
    }
    let migrations = Migrator::get_migration_with_status(&database).await?;
    let state = |status| match status {
        migration::MigrationStatus::Applied => MigrationState::Applied,
        migration::MigrationStatus::Pending => MigrationState::Pending,
    };
    let told = |m: migration::Migration| Migration {
        name: m.name().to_owned(),
        state: state(m.status()),
    };
    Ok(migrations.into_iter().map(told).collect())
}

/// What a file to import holds.
#[derive(Clone, Copy, Debug)]
pub enum ImportKind {
    /// Schools.
    Schools,
    /// Shifts.
    Shifts,
    /// Public holidays.
    Holidays,
    /// Tags.
    Tags,
}

impl ImportKind {
    /// The type of its rows.
    const fn of(self) -> &'static str {
        match self {
            Self::Schools => "Organisation",
            Self::Shifts => "Shift",
            Self::Holidays => "Holiday",
            Self::Tags => "Tag",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Schools => "schools",
            Self::Shifts => "shifts",
            Self::Holidays => "holidays",
            Self::Tags => "tags",
        }
    }
}

/// What to import, and where to.
pub struct ImportOrder {
    /// What the file holds.
    pub kind: ImportKind,
    /// The file.
    pub file: PathBuf,
    /// The organisation that the rows belong to.
    pub organisation: Option<String>,
    /// The project that the rows belong to.
    pub project: Option<String>,
    /// The name of the source.
    pub source: Option<String>,
    /// Whether to change nothing.
    pub dry_run: bool,
}

/// Imports a file, all of it or nothing, and tells how far it got. The policies
/// must let the internal job `import` do it.
///
/// # Errors
///
/// The file cannot be read, or the database cannot be opened or changed.
pub async fn import(
    config: &Config,
    order: &ImportOrder,
    progress: &(dyn Fn(&Report) + Sync),
) -> Result<Report, AppError> {
    let permit = permit_to_import(config, order.kind)?;
    let database = database(config).await?;
    let kind = order.kind.name();
    let run = Run {
        source: order.source.as_deref().unwrap_or(kind),
        now: Utc::now(),
        dry_run: order.dry_run,
        permit: &permit,
    };
    let path = order.file.as_path();
    let mut told = |report: &Report| progress(report);
    Ok(match order.kind {
        ImportKind::Schools => {
            let records = import::schools(read(path)?)?;
            load::load_organisations(&database, records, run, &mut told).await?
        }
        ImportKind::Shifts => {
            let project = order.project.as_deref();
            let project = project.ok_or(AppError::Missing("a schedule needs `--project ID`"))?;
            let project = id_of(project, "Project")?;
            let organisation = order.organisation.as_deref();
            let organisation = organisation
                .map(|id| id_of(id, "Organisation"))
                .transpose()?;
            let records = import::shifts(read(path)?)?;
            load::load_shifts(&database, records, project, organisation, run, &mut told).await?
        }
        ImportKind::Holidays => {
            let language = import::language_of(path)?;
            let records = import::holidays(read(path)?, language)?;
            load::load_holidays(&database, records, run, &mut told).await?
        }
        ImportKind::Tags => {
            let vocabulary = import::vocabulary_of(path).unwrap_or(kind);
            let records = import::tags(read(path)?, vocabulary)?;
            load::load_tags(&database, records, run, &mut told).await?
        }
    })
}

/// What the policies say to the internal job `import`.
fn permit_to_import(config: &Config, kind: ImportKind) -> Result<Permit, AppError> {
    let refused = || AppError::Missing("the policies do not let the job `import` load this");
    let lens = Lens::new(
        policies(config.policies_dir.as_deref())?,
        Viewer::job("import"),
    );
    let of = catalogue::find(kind.of()).ok_or_else(refused)?;
    let deed = of.deed("import").ok_or_else(refused)?;
    lens.map_err(|_| refused())?
        .permit_bulk(of, deed)
        .map_err(|_| refused())
}

fn read(path: &Path) -> Result<impl BufRead + Send + use<>, AppError> {
    let file = File::open(path).map_err(|cause| AppError::File {
        path: path.to_owned(),
        cause,
    })?;
    Ok(BufReader::new(file))
}

/// What a check of the policies found.
pub struct PolicyReport {
    /// How many policies there are.
    pub policies: usize,
    /// What is wrong, a line each: file, line and reason.
    pub faults: Vec<String>,
}

/// Checks the policies of a folder, or the built-in ones.
///
/// # Errors
///
/// The folder cannot be read.
pub fn check_policies(dir: Option<&Path>) -> Result<PolicyReport, AppError> {
    Ok(match policies(dir) {
        Ok(policies) => PolicyReport {
            policies: policies.count(),
            faults: Vec::new(),
        },
        Err(AppError::Policies(fault)) => PolicyReport {
            policies: 0,
            faults: vec![fault.to_string()],
        },
        Err(other) => return Err(other),
    })
}
