//! The solver: cvc5, a program of its own that is found, asked, and given up on when it hangs.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, Env, WellFormedAsserts, err};
use tokio::process::Command;
use tokio::time::timeout;

/// The variable that names the solver.
pub const VARIABLE: &str = "KAIFONG_CVC5";

/// How long it may take to start and say its version.
const START: Duration = Duration::from_secs(10);

/// How often in a row a process may fail before no other is started.
const FAILURES: usize = 3;

/// The solver as it was found on this machine.
#[derive(Clone, Debug)]
pub struct Solver {
    path: PathBuf,
    version: String,
    patience: Duration,
}

/// Why there is no solver to ask.
#[derive(Debug, thiserror::Error)]
pub enum SolverError {
    /// There is none.
    #[error(
        "the solver cvc5 is not {0}; `apt-get install cvc5` (Debian, Ubuntu) brings it, or \
         `pip install cvc5` with {VARIABLE} set to Kaifong's `prover/cvc5-from-wheel`"
    )]
    Missing(String),
    /// It does not start, or does not say its version.
    #[error("the solver `{}` does not work: {reason}", path.display())]
    Broken {
        /// The program.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
}

impl SolverError {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "SOLVER_MISSING",
            Self::Broken { .. } => "SOLVER_BROKEN",
        }
    }
}

impl Solver {
    /// The solver that `KAIFONG_CVC5` names, else `cvc5` on the `PATH`. One question may take it
    /// as long as `patience`.
    ///
    /// # Errors
    /// Where there is none, or it does not tell its version.
    pub fn find(patience: Duration) -> Result<Self, SolverError> {
        let path = match env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            Some(named) => {
                let path = PathBuf::from(named);
                let missing = || SolverError::Missing(format!("at `{}`", path.display()));
                program(&path).ok_or_else(missing)?
            }
            None => on_path(OsStr::new("cvc5"))
                .ok_or_else(|| SolverError::Missing("on the PATH".to_owned()))?,
        };
        Self::at(path, patience)
    }

    /// The solver at a path.
    ///
    /// # Errors
    /// Where it does not tell its version.
    pub fn at(path: PathBuf, patience: Duration) -> Result<Self, SolverError> {
        let mut command = Command::new(&path);
        command
            .arg("--version")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let asking = async {
            match timeout(START, command.output()).await {
                Ok(Ok(output)) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err(format!("it said nothing for {} s", START.as_secs())),
            }
        };
        let said = runtime().and_then(|runtime| runtime.block_on(asking));
        // "This is cvc5 version 1.0.3" is Debian's, "This is cvc5 version 1.2.0 [git …]" others'
        let version = said.and_then(|said| {
            said.split_once("cvc5 version ")
                .and_then(|(_, rest)| rest.split_whitespace().next().map(str::to_owned))
                .ok_or_else(|| "it does not say that it is cvc5".to_owned())
        });
        match version {
            Ok(version) => Ok(Self {
                path,
                version: format!("cvc5 {version}"),
                patience,
            }),
            Err(reason) => Err(SolverError::Broken { path, reason }),
        }
    }

    /// Its name and version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    fn start(&self) -> Result<CedarSymCompiler<LocalSolver>, String> {
        let limit = format!("--tlimit-per={}", self.patience.as_millis());
        let mut command = Command::new(&self.path);
        command
            .args(["--lang", "smt", limit.as_str()])
            .kill_on_drop(true);
        let solver = LocalSolver::from_command(&mut command).map_err(|e| e.to_string())?;
        CedarSymCompiler::new(solver).map_err(|error| error.to_string())
    }
}

/// A process of the solver. It is started at the first question, and again after it failed.
pub(crate) struct Line {
    solver: Solver,
    process: Option<CedarSymCompiler<LocalSolver>>,
    failures: usize,
}

impl Line {
    pub(crate) fn to(solver: &Solver) -> Self {
        Self {
            solver: solver.clone(),
            process: None,
            failures: 0,
        }
    }

    /// Whether nothing satisfies the asserts: what was claimed holds.
    pub(crate) async fn holds(&mut self, asserts: &WellFormedAsserts<'_>) -> Result<bool, String> {
        let mut process = self.process()?;
        let answer = timeout(self.solver.patience * 2, process.check_unsat(asserts)).await;
        self.keep(process, answer)
    }

    /// What satisfies the asserts: an example against what was claimed.
    pub(crate) async fn against(
        &mut self,
        asserts: &WellFormedAsserts<'_>,
    ) -> Result<Option<Env>, String> {
        let mut process = self.process()?;
        let answer = timeout(self.solver.patience * 2, process.check_sat(asserts)).await;
        self.keep(process, answer)
    }

    fn process(&mut self) -> Result<CedarSymCompiler<LocalSolver>, String> {
        match self.process.take() {
            Some(process) => Ok(process),
            None if self.failures >= FAILURES => Err(format!(
                "the solver failed {FAILURES} times and is not asked again"
            )),
            None => self.solver.start(),
        }
    }

    /// A process that gave no answer may be in the middle of one: it is not asked again.
    fn keep<T>(
        &mut self,
        process: CedarSymCompiler<LocalSolver>,
        answer: Result<err::Result<T>, tokio::time::error::Elapsed>,
    ) -> Result<T, String> {
        match answer {
            Ok(Ok(answer)) => {
                self.process = Some(process);
                self.failures = 0;
                Ok(answer)
            }
            // it has answered, and waits for the next question
            Ok(Err(err::Error::SolverUnknown)) => {
                self.process = Some(process);
                Err("the solver does not know".to_owned())
            }
            Ok(Err(error)) => {
                self.failures += 1;
                Err(told(&error))
            }
            Err(_) => {
                self.failures += 1;
                let seconds = (self.solver.patience * 2).as_secs_f32();
                Err(format!("the solver gave no answer in {seconds} s"))
            }
        }
    }
}

/// What a thread talks to its solver with.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let made = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    made.map_err(|error| error.to_string())
}

/// An error with its causes, on one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = deeper.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A program named by a path, or by a name to be found on the `PATH`.
fn program(named: &Path) -> Option<PathBuf> {
    match named.components().count() {
        0 | 1 if !named.is_file() => on_path(named.as_os_str()),
        _ => named.is_file().then(|| named.to_owned()),
    }
}

fn on_path(name: &OsStr) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).map(|folder| folder.join(name));
    found.into_iter().find(|file| file.is_file())
}
