//! What the prover is told, and how it answers.
//!
//! It ends with 0 where everything is proved, with 1 where something is not, and with 2 where it
//! could not be asked: no such folder, a set that cannot be read, no solver.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use kaifong_prover::{
    CERTIFICATE, Certificate, Change, Promises, ReadError, Report, Set, Solver, SolverError,
    compare, prove,
};

/// Proves what Kaifong's policies promise, for every request there can be.
#[derive(Parser)]
#[command(name = "kaifong-prover", version, propagate_version = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prove the promises of a set and certify it
    #[command(after_help = "\
Examples:
  kaifong-prover prove policies             prove, and write policies/certificate.json
  kaifong-prover prove policies --check     prove, and see that the certificate is current

The promises are in invariants/*.cedar of the folder. The solver is the program that
KAIFONG_CVC5 names, else cvc5 on the PATH. Exit codes: 0 all proved, 1 not, 2 could not ask.")]
    Prove {
        /// The folder of the set
        #[arg(default_value = "policies")]
        dir: PathBuf,
        #[command(flatten)]
        manner: Manner,
        /// Where the certificate is written [default: certificate.json in the folder]
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
        /// Write nothing; fail unless the certificate is current
        #[arg(long)]
        check: bool,
    },
    /// Compare two sets: for whom, and for what, the new one allows more, or less
    #[command(after_help = "\
Examples:
  kaifong-prover compare policies edited
  kaifong-prover compare policies edited --format json

Each difference comes with a request that only one of the sets allows. Exit codes: 0 compared,
1 something is undecided, 2 could not ask.")]
    Compare {
        /// The folder of the old set
        old: PathBuf,
        /// The folder of the new set
        new: PathBuf,
        #[command(flatten)]
        manner: Manner,
    },
}

#[derive(clap::Args)]
struct Manner {
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many seconds the solver may take for one question
    #[arg(long, value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Why the prover could not be asked, or not answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Set(#[from] ReadError),
    #[error(transparent)]
    Solver(#[from] SolverError),
    #[error("the certificate `{}` cannot be written: {cause}", path.display())]
    Certificate { path: PathBuf, cause: io::Error },
    #[error("the sets cannot be compared: {0}")]
    Comparison(String),
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Failure {
    fn code(&self) -> &'static str {
        match self {
            Self::Set(_) => ReadError::CODE,
            Self::Solver(error) => error.code(),
            Self::Comparison(_) => "COMPARISON",
            Self::Certificate { .. } => "CERTIFICATE_UNWRITTEN",
            Self::Output(_) | Self::Json(_) => "OUTPUT",
        }
    }
}

/// Does what the arguments of the process say.
pub fn run() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Prove {
            dir,
            manner,
            certificate,
            check,
        } => {
            let at = certificate.unwrap_or_else(|| dir.join(CERTIFICATE));
            proved(&dir, &manner, &at, check)
        }
        Command::Compare { old, new, manner } => compared(&old, &new, &manner),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            writeln!(io::stderr(), "error[{}]: {failure}", failure.code()).ok();
            ExitCode::from(2)
        }
    }
}

impl Manner {
    fn solver(&self) -> Result<Solver, SolverError> {
        Solver::find(Duration::from_secs(self.timeout))
    }
}

fn proved(dir: &Path, manner: &Manner, at: &Path, check: bool) -> Result<bool, Failure> {
    let set = Set::read(dir)?;
    let promises = Promises::read(dir, &set)?;
    let report = prove(&set, &promises, &manner.solver()?);
    let word = certified(&report, at, check)?;
    match manner.format {
        Format::Json => {
            let mut json = serde_json::to_value(&report)?;
            if let Some(object) = json.as_object_mut() {
                object.insert("proved".to_owned(), report.holds().into());
                object.insert("certificate".to_owned(), word.code().into());
            }
            print(&serde_json::to_string_pretty(&json)?)?;
        }
        Format::Text => print(&format!("{report}\n{}", word.told(at)))?,
    }
    Ok(report.holds() && !matches!(word, Word::Stale))
}

fn compared(old: &Path, new: &Path, manner: &Manner) -> Result<bool, Failure> {
    let (old, new) = (Set::read(old)?, Set::read(new)?);
    let comparison = compare(&old, &new, &manner.solver()?).map_err(Failure::Comparison)?;
    match manner.format {
        Format::Json => print(&serde_json::to_string_pretty(&comparison)?)?,
        Format::Text => print(&comparison.to_string())?,
    }
    Ok(comparison
        .rows
        .iter()
        .all(|row| row.verdict != Change::Undecided))
}

/// What became of the certificate.
enum Word {
    Written,
    Current,
    Stale,
    None,
}

impl Word {
    fn code(&self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Current => "current",
            Self::Stale => "stale",
            Self::None => "none",
        }
    }

    fn told(&self, at: &Path) -> String {
        let at = at.display();
        match self {
            Self::Written => format!("the certificate is in {at}"),
            Self::Current => format!("the certificate {at} is current"),
            Self::Stale => format!(
                "CERTIFICATE_STALE: {at} is not of this set; `kaifong-prover prove` without \
                 `--check` renews it"
            ),
            Self::None => "what is not proved gets no certificate".to_owned(),
        }
    }
}

/// Writes the certificate of a report, unless the one that is there says the same.
fn certified(report: &Report, at: &Path, check: bool) -> Result<Word, Failure> {
    let Some(certificate) = Certificate::of(report) else {
        return Ok(Word::None);
    };
    if Certificate::read(at).is_some_and(|there| there.says_as(&certificate)) {
        return Ok(Word::Current);
    }
    if check {
        return Ok(Word::Stale);
    }
    certificate
        .write(at)
        .map_err(|cause| Failure::Certificate {
            path: at.to_owned(),
            cause,
        })?;
    Ok(Word::Written)
}

/// Writes to standard output; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(cause.into()),
        _ => Ok(()),
    }
}
