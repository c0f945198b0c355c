//! `kaifong demo`

use std::{
    fmt::Write,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use chrono::Utc;
use clap::Args;
use serde_json::{Map, Value};

use super::{
    CliError, logging, print, serve,
    settings::{ListenFlag, SettingFlags},
};
use crate::{
    app::{self, Bearer},
    config::Config,
    private_file,
    server::Trusted,
};

/// Serve made-up data, with a token for each role
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong demo
  kaifong demo --data-dir ./demo-data --listen 127.0.0.1:9000
  kaifong demo --tokens tokens.json

The data is made at the first start and kept for the next one.")]
pub(super) struct Demo {
    #[command(flatten)]
    address: ListenFlag,
    /// Write the tokens to this file as well, as JSON by role, for its owner only
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
}

/// The demo's trusted documents, as GraphQL Code Generator would have written them.
const DOCUMENTS: &str = include_str!("../../assets/demo/trusted-documents.json");

/// What the file is called in complaints.
const DOCUMENTS_NAME: &str = "trusted-documents.json of the demo";

/// How long a token of the demo is good for.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A bearer with the token made for it.
struct Issued {
    bearer: Bearer,
    token: String,
}

impl Demo {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load_listening(self.address)?;
        let _traces = logging::start_with_traces(&config)?;
        let trusted = match serve::trusted(&config)? {
            Some(trusted) => trusted,
            None => Trusted::read(DOCUMENTS_NAME, DOCUMENTS, config.wire.trusted_only)?,
        };
        let bearers = app::prepare_demo(&config, Utc::now(), LIFETIME).await?;
        let app = app::open(&config).await?;
        let log = app.graph.store().log().clone();
        let issued = bearers
            .into_iter()
            .map(|bearer| {
                let token = app::sign(&app.keys, &bearer.claims)?;
                Ok(Issued { bearer, token })
            })
            .collect::<Result<Vec<_>, CliError>>()?;
        let document = trusted.first();
        let server = serve::assembled(app, &config, trusted).await?;
        let port = serve::open(&config).await?;
        let address = port.address().map_err(CliError::Port)?;
        if let Some(path) = &self.tokens {
            private_file::replace(path, &by_role(&issued)).map_err(|cause| CliError::Write {
                path: path.clone(),
                cause,
            })?;
        }
        print(&welcome(&config, address, document.as_deref(), &issued))?;
        serve::until_stopped(port, server, &config).await?;
        log.flush()
            .await
            .map_err(|error| CliError::App(error.into()))
    }
}

fn by_role(issued: &[Issued]) -> String {
    let tokens: Map<String, Value> = issued
        .iter()
        .map(|one| (one.bearer.role.to_owned(), Value::from(one.token.clone())))
        .collect();
    format!("{:#}\n", Value::Object(tokens))
}

fn welcome(
    config: &Config,
    address: SocketAddr,
    document: Option<&str>,
    issued: &[Issued],
) -> String {
    let place = match address.ip().is_unspecified() {
        true => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
        false => address,
    };
    let mut text = format!(
        "\nKaifong 街坊 is listening.\n\n  \
         IDE   http://{place}/ide\n  \
         API   http://{place}/graphql\n  \
         Data  {} (kept for the next start)\n\n\
         The privacy officer's page is http://{place}/officer: sign in with the token of\n\
         privacy_officer.\n\n\
         A token for each role; paste one into the IDE's token field:\n",
        config.database_url,
    );
    for Issued { bearer, token } in issued {
        // Writing to a string does not fail.
        write!(
            text,
            "\n  {:<16}  {}\n  {token}\n",
            bearer.role, bearer.description
        )
        .ok();
    }
    if let Some(document) = document {
        let open = match config.wire.trusted_only {
            true => "Only trusted documents are carried out; one is asked for by its hash",
            false => "Trusted documents are asked for by their hash, beside open queries",
        };
        write!(
            text,
            "\n{open}:\n\n  \
             curl -H \"authorization: Bearer TOKEN\" \"http://{place}/graphql?documentId={document}\"\n",
        )
        .ok();
    }
    if let Some(one) = issued.first() {
        let until = one.bearer.claims.expires().format("%Y-%m-%d %H:%M UTC");
        write!(
            text,
            "\nThe tokens are valid until {until}. Stop with Ctrl-C.\n"
        )
        .ok();
    }
    text
}
