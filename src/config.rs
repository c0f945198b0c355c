//! Settings, read and checked once.
//!
//! Built-in defaults are overridden by a file, the file by `KAIFONG_*`
//! variables, the variables by flags. Every complaint names the setting, where
//! its value came from and what would be right. This room knows what a setting
//! may be; it does not know what the other rooms do with it.
//!
//! Written over the `toml` crate alone: a layered-settings library would hide
//! which layer a bad value came from, which is what people need to be told.

mod audit;
mod database_url;
mod error;
mod layers;
mod mail;
mod providers;
mod sign_in;
mod tokens;
mod values;
mod wire;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

pub use self::{
    audit::Audit,
    database_url::{Database, DatabaseUrl},
    error::ConfigError,
    layers::{Flag, Source, Sources},
    mail::{Letters, Mail, MailTls},
    providers::OidcProvider,
    sign_in::SignIn,
    tokens::Tokens,
    values::duration,
    wire::{MetricsAt, Wire},
};
use self::{layers::Layers, values as read, wire::SWITCH};

/// The commented default settings, as `kaifong.toml` would have them.
pub const DEFAULTS: &str = include_str!("config/default.toml");

/// The largest page that can be set.
const LARGEST_PAGE: usize = 1_000;

/// All settings, checked.
#[derive(Clone)]
pub struct Config {
    /// Where the data is.
    pub database_url: DatabaseUrl,
    /// The folder of the database file and of the signing key.
    pub data_dir: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The key that signs tokens, where it is not the data folder's own.
    pub signing_key_file: Option<PathBuf>,
    /// The keys that wrap the data keys, where they are not the data folder's own.
    pub encryption_key_file: Option<PathBuf>,
    /// Who issues the tokens.
    pub issuer: String,
    /// For whom the tokens are.
    pub audience: String,
    /// How long tokens of partners last.
    pub tokens: Tokens,
    /// The folder of policies, where it is not the built-in set.
    pub policies_dir: Option<PathBuf>,
    /// Whether a change of that folder goes live by itself.
    pub watch_policies: bool,
    /// Whether another person must approve what one publishes.
    pub policy_approval: bool,
    /// Whether policies go live only with a proof of what they promise.
    pub require_proof: bool,
    /// The program that proves; without it, the one beside this program or on the `PATH`.
    pub prover: Option<PathBuf>,
    /// How long it may take.
    pub prove_timeout: Duration,
    /// On what terms the database is used.
    pub terms: Terms,
    /// When an answer about persons may be given.
    pub audit: Audit,
    /// How long a viewer is known again without asking the directory; not at all for no time.
    pub viewer_cache: Duration,
    /// What is logged, and how.
    pub log: Log,
    /// How long lists may be.
    pub pages: Pages,
    /// What one request may cost before it is executed.
    pub limits: Limits,
    /// How answers travel, and to whom.
    pub wire: Wire,
    /// How people sign in.
    pub sign_in: SignIn,
    /// At which hour of the night in Hong Kong what was kept long enough is erased, if at all.
    pub retention_hour: Option<u32>,
    /// Letters to people.
    pub letters: Letters,
}

/// On what terms the database is used.
#[derive(Clone)]
pub struct Terms {
    /// How long is waited for a free connection and, on SQLite, for another's write to end.
    pub wait: Duration,
    /// Whether a write to SQLite is on the disk itself when it is acknowledged.
    pub sqlite_syncs: bool,
    /// PostgreSQL's `synchronous_commit`, where it is not the server's own.
    pub postgres_commits: Option<String>,
}

/// What is logged, and how.
#[derive(Clone)]
pub struct Log {
    /// A level, or directives by module.
    pub level: String,
    /// Lines for people or for machines.
    pub format: LogFormat,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How long lists may be, in rows.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    /// When the client does not say.
    pub default_size: usize,
    /// At most.
    pub max_size: usize,
    /// How far `totalCount` counts exactly.
    pub max_count: u64,
    /// From how many people on a group is not small in figures.
    pub small_group: u32,
    /// How many rows may be passed over by offset.
    pub max_offset: u64,
    /// How many rows a request may ask for, over all its lists.
    pub max_rows: u64,
}

/// What one request may cost before it is executed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The size of its body, in bytes.
    pub body_bytes: usize,
    /// The time to read and answer it.
    pub timeout: Duration,
    /// The lexical tokens of its document.
    pub query_tokens: usize,
    /// How deep the brackets of its document nest.
    pub query_nesting: usize,
    /// How deep its variables nest.
    pub variables_nesting: usize,
    /// The values that its variables hold.
    pub variable_values: usize,
    /// The requests that are sent in one array; without arrays, none or one.
    pub batch: usize,
    /// What its document may expand to.
    pub document: DocumentLimits,
    /// The errors that its answer lists.
    pub errors: usize,
    /// What one client may have going on at a time.
    pub visitors: VisitorLimits,
    /// What a WebSocket may do.
    pub sockets: SocketLimits,
}

/// What a document may expand to, with its fragments spread.
#[derive(Clone, Copy, Debug)]
pub struct DocumentLimits {
    /// Fields.
    pub fields: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Fields at the root.
    pub roots: u64,
    /// Fields under another name than their own.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Lists of fields or types that lie in one another, where the schema is asked for.
    pub introspection: u64,
    /// Values that the answer may have: fields, times the rows that the pages may hold.
    pub cost: u64,
}

/// What one viewer, and one address, may have going on at a time.
#[derive(Clone, Copy, Debug)]
pub struct VisitorLimits {
    /// Requests of a viewer.
    pub viewer_requests: u64,
    /// Requests from an address.
    pub address_requests: u64,
    /// Requests of a viewer in a second, on average; none means any number.
    pub viewer_rate: u64,
    /// Requests that a viewer may make at once after a rest.
    pub viewer_burst: u64,
    /// WebSockets and event streams of a viewer.
    pub viewer_sockets: u64,
    /// WebSockets and event streams from an address.
    pub address_sockets: u64,
    /// Subscriptions of a viewer.
    pub viewer_subscriptions: u64,
    /// Connections from an address.
    pub address_connections: u64,
    /// The time that the head of a request may take to arrive.
    pub head_timeout: Duration,
    /// The proxies before the server whose word about the address is taken.
    pub proxies: usize,
}

/// What one WebSocket may do, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// The operations that run at a time.
    pub operations: usize,
    /// The size of a message from the client, in bytes.
    pub message_bytes: usize,
    /// The time to the client's first message of the protocol, `connection_init`.
    pub init_timeout: Duration,
    /// The time without a sign of life from the client.
    pub idle_timeout: Duration,
    /// The time from its opening to its end; also that of an event stream.
    pub life: Duration,
}

impl Config {
    /// Reads all layers and checks every setting.
    ///
    /// # Errors
    ///
    /// The first setting that is unknown, malformed or at odds with another.
    pub fn load(sources: Sources) -> Result<Self, ConfigError> {
        let layers = Layers::read(sources)?;
        let data_dir = layers.required("data_dir", "a path of a folder", read::path)?;
        let pages = Pages {
            default_size: layers.required("default_page_size", PAGE, read::page)?,
            max_size: layers.required("max_page_size", PAGE, read::page)?,
            max_count: layers.required("max_count", COUNT, read::count)?,
            small_group: layers.required("small_group_threshold", SMALL, read::small_group)?,
            max_offset: layers.required("max_offset", AMOUNT, read::amount)?,
            max_rows: layers.required("max_rows", COUNT, read::count)?,
        };
        if pages.default_size > pages.max_size {
            return Err(layers.at_odds("default_page_size", "at most `max_page_size`"));
        }
        let time = |name| layers.required(name, DURATION, read::positive_duration);
        let many = |name| layers.required(name, COUNT, read::count::<u64>);
        Ok(Self {
            database_url: layers
                .optional("database_url", DATABASE, read::database_url)?
                .unwrap_or_else(|| DatabaseUrl::in_folder(&data_dir)),
            data_dir,
            listen: layers.required("listen", ADDRESS, read::address)?,
            signing_key_file: layers.optional(
                "signing_key_file",
                "a path of a file",
                read::path,
            )?,
            encryption_key_file: layers.optional(
                "encryption_key_file",
                "a path of a file",
                read::path,
            )?,
            issuer: layers.required("issuer", NAME, read::name)?,
            audience: layers.required("audience", NAME, read::name)?,
            tokens: Tokens::read(&layers)?,
            policies_dir: layers.optional("policies_dir", "a path of a folder", read::path)?,
            watch_policies: layers.required("watch_policies", SWITCH, read::switch)?,
            policy_approval: layers.required("policy_approval", SWITCH, read::switch)?,
            require_proof: layers.required("require_proof", SWITCH, read::switch)?,
            prover: layers.optional("prover", "a path of a file", read::path)?,
            prove_timeout: time("prove_timeout")?,
            terms: Terms {
                wait: time("database_wait")?,
                sqlite_syncs: layers.required("sqlite_synchronous", SYNCS, read::syncs)?,
                postgres_commits: layers.optional(
                    "postgres_synchronous_commit",
                    COMMITS,
                    read::commits,
                )?,
            },
            audit: Audit::read(&layers)?,
            viewer_cache: layers.required("viewer_cache", DURATION, read::any_duration)?,
            log: Log {
                level: layers.required("log_level", LEVEL, read::log_level)?,
                format: layers.required("log_format", "`text` or `json`", read::log_format)?,
            },
            pages,
            wire: Wire::read(&layers)?,
            sign_in: SignIn::read(&layers)?,
            retention_hour: layers.optional("retention_hour", HOUR, |value| {
                read::amount(value).filter(|hour: &u32| *hour < 24)
            })?,
            letters: Letters::read(&layers)?,
            limits: Limits {
                body_bytes: layers.required("max_body_bytes", BYTES, read::body_bytes)?,
                timeout: time("request_timeout")?,
                query_tokens: layers.required("max_query_tokens", COUNT, read::count)?,
                query_nesting: layers.required("max_query_nesting", NESTING, read::nesting)?,
                variables_nesting: layers.required(
                    "max_variables_nesting",
                    NESTING,
                    read::nesting,
                )?,
                variable_values: layers.required("max_variable_values", COUNT, read::count)?,
                batch: layers.required("max_batch", AMOUNT, read::amount)?,
                document: DocumentLimits {
                    fields: many("max_query_fields")?,
                    depth: many("max_query_depth")?,
                    roots: many("max_query_roots")?,
                    aliases: many("max_query_aliases")?,
                    directives: many("max_query_directives")?,
                    introspection: many("max_introspection_depth")?,
                    cost: many("max_query_cost")?,
                },
                errors: layers.required("max_errors", COUNT, read::count)?,
                visitors: VisitorLimits {
                    viewer_requests: many("max_requests_per_viewer")?,
                    address_requests: many("max_requests_per_address")?,
                    viewer_rate: layers.required(
                        "max_requests_per_second",
                        AMOUNT,
                        read::amount,
                    )?,
                    viewer_burst: many("max_request_burst")?,
                    viewer_sockets: many("max_sockets_per_viewer")?,
                    address_sockets: many("max_sockets_per_address")?,
                    viewer_subscriptions: many("max_subscriptions_per_viewer")?,
                    address_connections: many("max_connections_per_address")?,
                    head_timeout: time("request_head_timeout")?,
                    proxies: layers.required("trusted_proxies", AMOUNT, read::amount)?,
                },
                sockets: SocketLimits {
                    operations: layers.required("max_socket_operations", COUNT, read::count)?,
                    message_bytes: layers.required(
                        "max_socket_message_bytes",
                        BYTES,
                        read::body_bytes,
                    )?,
                    init_timeout: time("socket_init_timeout")?,
                    idle_timeout: time("socket_idle_timeout")?,
                    life: time("socket_life")?,
                },
            },
        })
    }
}

const COMMITS: &str = "`on`, `off`, `local`, `remote_write` or `remote_apply`";
const SYNCS: &str = "`normal` or `full`";
const AMOUNT: &str = "a whole number from 0";
const SMALL: &str = "a whole number from 3 to 1000";
const ADDRESS: &str = "an address and port such as `127.0.0.1:8080`";
const BYTES: &str = "a whole number of bytes from 1024 to 104857600";
const COUNT: &str = "a whole number from 1";
const DATABASE: &str = "`sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`";
const DURATION: &str = "a time such as `500ms`, `30s` or `2m`";
const HOUR: &str = "a whole hour from 0 to 23";
const LEVEL: &str =
    "`error`, `warn`, `info`, `debug`, `trace` or directives such as `info,kaifong=debug`";
const NAME: &str = "a name of 1 to 200 characters without spaces";
const NESTING: &str = "a whole number from 1 to 100";
const PAGE: &str = "a whole number from 1 to 1000";
