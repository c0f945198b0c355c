//! The prover: a program of its own, asked about a draft in a folder of its own.
//!
//! It runs as a child, one at a time, with a time limit, and never on a thread that answers
//! requests: whoever asks waits for it on a thread for waiting. What it said of a set is known
//! again for a while, so that who publishes what was just tried does not wait twice.

use std::collections::VecDeque;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::verdict::{refuted, unasked};
use crate::policy::gate::{Fault, Proof, Proofs, Set};
use crate::policy::{Document, Policies};
use crate::private_file;

/// The prover's name; it is looked for beside this program, then on the `PATH`.
const NAME: &str = "kaifong-prover";
/// The variable that names its solver.
const SOLVER: &str = "KAIFONG_CVC5";
/// How many certificates are known again.
const KNOWN: usize = 32;
/// How long the solver may take for one question at most, in seconds.
const QUESTION: u64 = 20;
/// How often it is looked whether it ended.
const LOOK: Duration = Duration::from_millis(20);
/// How much it may say, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

/// The prover, if it is on this machine.
#[must_use]
pub fn find() -> Option<PathBuf> {
    let name = format!("{NAME}{}", env::consts::EXE_SUFFIX);
    let beside = env::current_exe().ok();
    let beside = beside.as_deref().and_then(Path::parent).map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = beside.into_iter().chain(env::split_paths(&path));
    folders.find_map(|folder| Some(folder.join(&name)).filter(|file| file.is_file()))
}

/// Where the prover is, and what it said.
pub struct Prover {
    /// Where the settings say that it is; else it is looked for.
    path: Option<PathBuf>,
    /// How long it may take.
    patience: Duration,
    one: Mutex<()>,
    known: Mutex<VecDeque<Known>>,
}

/// A certificate, and what it is of.
struct Known {
    set: String,
    promises: String,
    certificate: Document,
}

impl Prover {
    /// The prover of the settings.
    #[must_use]
    pub fn new(path: Option<PathBuf>, patience: Duration) -> Self {
        Self {
            path,
            patience,
            one: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// What it says of a set, unless the set has a certificate of its own.
    fn proof(&self, set: &Set, policies: &Policies, given_up: &AtomicBool) -> Proof {
        if set.is_certified(policies) {
            return Proof::Certified;
        }
        let promises = set.promises();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let again = known()
            .iter()
            .find(|known| known.set == policies.hash() && known.promises == promises)
            .map(|known| known.certificate.clone());
        if let Some(certificate) = again {
            return Proof::Made(certificate);
        }
        let Some(path) = self.path.clone().or_else(find) else {
            return Proof::Missing(vec![unasked::absent(set)]);
        };
        match self.ask(&path, set, given_up) {
            Ok(certificate) => {
                let mut proved = set.clone();
                proved.certificate = Some(certificate.clone());
                if !proved.is_certified(policies) {
                    return Proof::Missing(vec![unasked::strange(set)]);
                }
                let mut known = known();
                known.push_front(Known {
                    set: policies.hash().to_owned(),
                    promises,
                    certificate: certificate.clone(),
                });
                known.truncate(KNOWN);
                Proof::Made(certificate)
            }
            Err(faults) => Proof::Missing(faults),
        }
    }

    /// The turn of whoever waits for it; none once nobody waits any more.
    fn turn(&self, given_up: &AtomicBool) -> Option<MutexGuard<'_, ()>> {
        loop {
            match self.one.try_lock() {
                Ok(turn) => return Some(turn),
                Err(TryLockError::Poisoned(turn)) => return Some(turn.into_inner()),
                Err(TryLockError::WouldBlock) if given_up.load(SeqCst) => return None,
                Err(TryLockError::WouldBlock) => sleep(LOOK),
            }
        }
    }

    /// What it says of two sets, whatever the data; nothing where it cannot be asked.
    #[must_use]
    pub fn compared(&self, sets: [&Set; 2], given_up: &AtomicBool) -> Option<String> {
        let path = self.path.clone().or_else(find)?;
        let compared = || -> io::Result<Option<String>> {
            let Some(turn) = self.turn(given_up) else {
                return Ok(None);
            };
            let [old, new] = sets.map(|set| Scratch::of(&set.clone().named()));
            let (old, new) = (old?, new?);
            let said = old.0.join("said.json");
            let mut command = asked(&path);
            command
                .arg("compare")
                .args([old.set(), new.set()])
                .args(["--format", "json"])
                .stdout(File::create(&said)?)
                .stderr(Stdio::null());
            let ended = Running(command.spawn()?).wait(self.patience, given_up)?;
            drop(turn);
            Ok(ended.map(|_| text(&said)))
        };
        compared().unwrap_or_else(|error| {
            tracing::error!(%error, "the prover could not be asked");
            None
        })
    }

    /// Asks, and gives the certificate, or why there is none.
    fn ask(&self, path: &Path, set: &Set, given_up: &AtomicBool) -> Result<Document, Vec<Fault>> {
        let failed = |error: io::Error| {
            tracing::error!(%error, "the prover could not be asked");
            vec![unasked::failed(set)]
        };
        let turn = self
            .turn(given_up)
            .ok_or_else(|| vec![unasked::given_up(set)])?;
        let desk = Scratch::of(set).map_err(failed)?;
        let seconds = self.patience.as_secs().clamp(1, QUESTION).to_string();
        let (said, complaint) = (desk.0.join("said.json"), desk.0.join("complaint"));
        let mut command = asked(path);
        command
            .arg("prove")
            .arg(desk.set())
            .args(["--format", "json", "--timeout", &seconds])
            .stdout(File::create(&said).map_err(failed)?)
            .stderr(File::create(&complaint).map_err(failed)?);
        let child = command.spawn().map_err(failed)?;
        let ended = Running(child).wait(self.patience, given_up);
        drop(turn);
        match ended.map_err(failed)? {
            None if given_up.load(SeqCst) => Err(vec![unasked::given_up(set)]),
            None => Err(vec![unasked::too_long(set, self.patience)]),
            Some(status) => match status.code() {
                Some(0) => {
                    let certificate = fs::read_to_string(desk.set().join("certificate.json"));
                    Ok(Document {
                        name: "certificate.json".to_owned(),
                        text: certificate.map_err(failed)?,
                    })
                }
                Some(1) => Err(refuted(set, &text(&said))),
                _ => {
                    let folder = format!("{}/", desk.set().display());
                    let complaint = text(&complaint).replace(&folder, "");
                    Err(vec![unasked::complained(set, &complaint)])
                }
            },
        }
    }
}

/// The prover about to be asked, with nothing of this program's settings.
fn asked(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.stdin(Stdio::null());
    // The settings hold secrets, and are none of its business; its solver is.
    let own = |name: &str| name.starts_with("KAIFONG_") && name != SOLVER;
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(own)) {
        command.env_remove(name);
    }
    // Its solvers are of its group, so that they end with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// What is in a file of its, as far as it is read.
fn text(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text));
    read.map(|_| text).unwrap_or_default()
}

/// A prover that runs, and is ended with all that it began when nobody waits any more.
struct Running(Child);

impl Running {
    /// How it ended; nothing where it took too long or nobody waits any more.
    fn wait(mut self, patience: Duration, given_up: &AtomicBool) -> io::Result<Option<ExitStatus>> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            if given_up.load(SeqCst) || began.elapsed() >= patience {
                return Ok(None);
            }
            sleep(LOOK);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        // The group first: a solver that is alone would go on until its own time is over.
        #[cfg(unix)]
        {
            let group = format!("-{}", self.0.id());
            let kill = Command::new("kill").args(["-KILL", "--", &group]).status();
            kill.ok();
        }
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A folder with a set in it that only this user may look into, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn of(set: &Set) -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("kaifong-proof-{}", Uuid::new_v4()));
        private_file::make_folder(&folder)?;
        let scratch = Self(folder);
        for below in ["", "scenarios", "invariants"] {
            private_file::make_folder(&scratch.set().join(below))?;
        }
        for file in set.files() {
            // A name of a set is never a way out of its folder.
            fs::write(scratch.set().join(file.name), file.text)?;
        }
        Ok(scratch)
    }

    fn set(&self) -> PathBuf {
        self.0.join("policies")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The prover as the gate asks it.
pub struct Asked {
    /// The prover.
    pub prover: Arc<Prover>,
    /// Whether what is not proved may not go live.
    pub required: bool,
    /// Whether nobody waits for it any more.
    pub given_up: Arc<AtomicBool>,
}

impl Proofs for Asked {
    fn proof(&self, set: &Set, policies: &Policies) -> Proof {
        self.prover.proof(set, policies, &self.given_up)
    }

    fn required(&self) -> bool {
        self.required
    }
}
