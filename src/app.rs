//! The composition root: the only room that knows all the others.
//!
//! It opens what the settings name, puts the rooms together and hands them to
//! the command line. It decides nothing itself.

use std::{path::Path, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    config::Config,
    graphql::Graph,
    viewer::{Claims, KeyError, Keys},
};

/// What a running server is made of.
pub struct App {
    /// Answers requests.
    pub graph: Graph,
    /// Signs and verifies tokens.
    pub keys: Keys,
}

/// Why the rooms could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// This build lacks a part.
    #[error("this build cannot {0}")]
    Lacks(&'static str),
}

/// Opens the database, the policies and the key, and builds the graph.
///
/// # Errors
///
/// The first of them that cannot be opened.
pub async fn open(config: &Config) -> Result<App, AppError> {
    Ok(App {
        graph: Graph::stand_in(),
        keys: keys(config)?,
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
    _config: &Config,
    holder: Holder,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<Claims, AppError> {
    Ok(match holder {
        Holder::User(user) => Claims::of_user(&user, now, lifetime),
        Holder::Partner(shares) => Claims::of_partner(shares, now, lifetime),
    })
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
    _config: &Config,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<Vec<Bearer>, AppError> {
    const ROLES: [(&str, &str); 9] = [
        ("administrator", "an administrator of the lead organisation"),
        ("coordinator", "a coordinator of the lead organisation"),
        ("team_leader", "a team leader of one project"),
        ("volunteer", "a volunteer"),
        ("partner", "a partner organisation: read-only, desensitised"),
        ("partner_edit", "a partner organisation with edit rights"),
        ("teacher", "a teacher"),
        ("guardian", "a guardian of two children"),
        ("privacy_officer", "a privacy officer"),
    ];
    Ok(ROLES
        .into_iter()
        .map(|(role, description)| {
            let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, role.as_bytes()).to_string();
            let claims = match role {
                "partner" | "partner_edit" => Claims::of_partner(vec![id], now, lifetime),
                _ => Claims::of_user(&id, now, lifetime),
            };
            Bearer {
                role,
                description: description.to_owned(),
                claims,
            }
        })
        .collect())
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
pub async fn migrate(_config: &Config, _direction: Move) -> Result<Vec<Migration>, AppError> {
    Err(AppError::Lacks("migrate a database"))
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

/// What an import did, in rows.
#[derive(Default)]
pub struct ImportReport {
    /// New ones.
    pub inserted: u64,
    /// Known ones that differed.
    pub updated: u64,
    /// Known ones that did not.
    pub unchanged: u64,
    /// Those that cannot be used.
    pub rejected: Vec<Rejection>,
}

/// A row that cannot be used.
pub struct Rejection {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Imports a file, all of it or nothing, and tells the bytes read so far.
///
/// # Errors
///
/// The file cannot be read, or the database cannot be opened or changed.
pub async fn import(
    _config: &Config,
    _order: &ImportOrder,
    _progress: &(dyn Fn(u64) + Sync),
) -> Result<ImportReport, AppError> {
    Err(AppError::Lacks("import files"))
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
pub fn check_policies(_dir: Option<&Path>) -> Result<PolicyReport, AppError> {
    Err(AppError::Lacks("check policies"))
}
