//! The command line: one file a subcommand.
//!
//! A command reads its flags, calls the composition root and prints. What goes
//! to other programs (a token, the schema) is alone on standard output; what is
//! for people goes beside it on standard error.

mod audit;
mod connectors;
mod demo;
mod encryption;
mod erasure;
mod identity;
mod import;
mod invite;
mod keys;
mod logging;
mod migrate;
mod password;
mod policy;
mod retention;
mod schema;
mod serve;
mod settings;
mod token;

use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use self::settings::SettingFlags;
use crate::{app::AppError, config::ConfigError, server::TrustedError, traces::TracesError};

/// A GraphQL server with a privacy policy engine, for the NGOs and schools of Hong Kong.
#[derive(Parser)]
#[command(name = "kaifong", version, propagate_version = true, after_help = EXAMPLES)]
struct CommandLine {
    #[command(flatten)]
    settings: SettingFlags,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  kaifong demo                       a server with made-up data, and a token for each role
  kaifong serve --config my.toml     a server with your own settings
  kaifong migrate                    bring the database up to date
  kaifong schema > schema.graphql    the schema, for code generators

Settings are read from built-in defaults, then kaifong.toml (or --config), then
KAIFONG_* variables, then flags.";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Token(token::Token),
    Password(password::PasswordCommand),
    Identity(identity::Identity),
    Invite(invite::Invite),
    Keys(keys::Keys),
    Schema(schema::Schema),
    Policy(policy::Policy),
    Encryption(encryption::Encryption),
    Erasure(erasure::Erasure),
    Retention(retention::Retention),
    Audit(audit::Audit),
    Connectors(connectors::Connectors),
}

/// Why a command failed; the text is for the person at the keyboard.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error("cannot write `{}`: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("cannot read `{}`: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Trusted(#[from] TrustedError),
    #[error(transparent)]
    Traces(#[from] TracesError),
    #[error("{0}")]
    Port(io::Error),
    #[error("cannot read standard input: {0}")]
    Input(io::Error),
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    #[error("the policies have {} {}", .0, if *.0 == 1 { "fault" } else { "faults" })]
    Faults(usize),
    #[error("the scenarios notice {0} % of the changes, less than {1} %")]
    Unnoticed(f64, f64),
    #[error(
        "PROVER_MISSING: there is no `kaifong-prover` beside this program or on the PATH; \
         `cargo build --release -p kaifong-prover` builds it"
    )]
    NoProver,
    #[error("the prover `{}` cannot be started: {cause}", prover.display())]
    Prover { prover: PathBuf, cause: io::Error },
    #[error("name the folder of the set; the built-in one was proved when it was built")]
    NoFolder,
    #[error("{0}")]
    Refused(String),
    /// Another program has said what there was to say.
    #[error("ended with {0}")]
    Ended(u8),
    #[error("there is no scope `{0}`; `kaifong token --help` names them")]
    Scope(String),
    #[error("no key with the id `{0}` retires; `kaifong keys list` names them")]
    Key(String),
    #[error("HELD: the record, or what it has a part in, is held; nobody was erased")]
    Held,
    #[error("there is no such record; nobody was erased")]
    NoRecord,
    #[error("nobody was erased yet")]
    NobodyErased,
    #[error("`{}` is not what `kaifong erasure export` prints", .0.display())]
    NoErasures(PathBuf),
    #[error("cannot start logging: {0}")]
    Logging(String),
}

/// Does what the arguments of the process say.
pub async fn run() -> ExitCode {
    let CommandLine { settings, command } = CommandLine::parse();
    let outcome = match command {
        Command::Demo(demo) => demo.run(settings).await,
        Command::Serve(serve) => serve.run(settings).await,
        Command::Migrate(migrate) => migrate.run(settings).await,
        Command::Import(import) => import.run(settings).await,
        Command::Token(token) => token.run(settings).await,
        Command::Identity(identity) => identity.run(settings).await,
        Command::Invite(invite) => invite.run(settings).await,
        Command::Password(password) => password.run(settings).await,
        Command::Connectors(connectors) => connectors.run(settings).await,
        Command::Keys(keys) => keys.run(settings),
        Command::Schema(schema) => schema.run(),
        Command::Policy(policy) => policy.run(settings).await,
        Command::Encryption(encryption) => encryption.run(settings).await,
        Command::Erasure(erasure) => erasure.run(settings).await,
        Command::Retention(retention) => retention.run(settings).await,
        Command::Audit(audit) => audit.run(settings).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::Ended(code)) => ExitCode::from(code),
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Prints the failure, and those of its causes that it does not already tell.
fn complain(failure: &CliError) {
    let mut line = failure.to_string();
    let mut cause = failure.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = deeper.source();
    }
    writeln!(io::stderr(), "error: {line}").ok();
}

/// Writes a line to standard output; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), CliError> {
    let mut output = io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Output(cause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
