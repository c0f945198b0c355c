//! What must not be in any log of the tests.
//!
//! Where `KAIFONG_TEST_SECRETS` names a folder, each secret that a test makes or gets is written
//! there, and so is the log of each server: that of a process when it ends, and what is said inside
//! the tests themselves, at the finest level. When all tests are through, `.ci/secrets` searches the
//! logs for the secrets.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, Once};

use tracing_subscriber::EnvFilter;

use crate::scratch::Scratch;

/// What is shorter is no secret: a test that makes up a token of three letters would find it in
/// every log.
const SHORTEST: usize = 16;

/// What is kept of what is said inside the tests: of what handles requests, all.
const LEVELS: &str = "info,kaifong=trace,axum=trace,tower_http=trace,hyper=debug";

fn folder() -> Option<PathBuf> {
    std::env::var_os("KAIFONG_TEST_SECRETS").map(PathBuf::from)
}

/// A secret was used: a token (whole, and its parts that say something), a key, a password.
pub fn used(secret: &str) {
    let Some(folder) = folder() else {
        return;
    };
    let mut lines = String::new();
    // The header of a token is no secret, and the same for many.
    for part in secret.split('.').skip(1).chain([secret]) {
        if part.len() >= SHORTEST && !part.contains('\n') {
            lines += part;
            lines.push('\n');
        }
    }
    // One write, so that those of other tests do not come in between.
    let file = folder.join("secrets");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

/// The secret lines of a key's file.
pub fn used_key(path: &Path) {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with("-----"))
        .for_each(used);
}

/// The log of a process that has ended.
pub fn logged(log: &Path) {
    if let Some(folder) = folder() {
        let kept = folder
            .join("logs")
            .join(format!("{}.log", uuid::Uuid::new_v4()));
        fs::create_dir_all(folder.join("logs")).unwrap();
        fs::copy(log, kept).ok();
    }
}

/// From now on what is logged inside this process is kept, all of it.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Some(folder) = folder() else {
            return;
        };
        fs::create_dir_all(folder.join("logs")).unwrap();
        let file = folder
            .join("logs")
            .join(format!("inside-{}.log", std::process::id()));
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .unwrap();
        let lines = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(LEVELS))
            .with_ansi(false)
            .with_writer(Mutex::new(file));
        lines.try_init().ok();
    });
}

/// The search finds what was planted, passes what is clean, and does not pass where nothing was
/// there to be searched.
#[test]
fn a_planted_secret_is_found() {
    let search = |folder: &Path| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/secrets");
        let done = Command::new(script).arg(folder).output().unwrap();
        let said =
            String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap();
        assert!(
            !said.contains("aPlantedSecret"),
            "it is not told again: {said}"
        );
        done.status.success()
    };
    let scratch = Scratch::new();
    let folder = scratch.path("found");
    fs::create_dir_all(folder.join("logs")).unwrap();
    assert!(!search(&folder), "there are no secrets");
    fs::write(folder.join("secrets"), "aPlantedSecretOfTheTests\n").unwrap();
    assert!(!search(&folder), "there are no logs");
    fs::write(folder.join("logs/one.log"), "INFO answered status=200\n").unwrap();
    assert!(search(&folder), "nothing is in the log");
    fs::write(
        folder.join("logs/two.log"),
        "a=\"aPlantedSecretOfTheTests\"\n",
    )
    .unwrap();
    assert!(!search(&folder), "it is in the log");
}
