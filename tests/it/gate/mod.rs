//! The gate: what passes, what is refused and with what words, and what the officer is told.

mod broken;
mod files;
mod fit;
mod officer;
mod scenarios;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::scratch::Scratch;

/// The program in an empty environment, in this folder.
fn policy(scratch: &Scratch, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kaifong"))
        .env_clear()
        .current_dir(scratch.path(""))
        .arg("policy")
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it says for a program.
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let errors = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {}{errors}", stdout(output))
    })
}

/// The shipped policies.
fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

/// A copy of the shipped policies in a folder of the test's own.
fn copy(scratch: &Scratch) -> PathBuf {
    let folder = scratch.path("set");
    for part in ["", "scenarios"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
        for entry in std::fs::read_dir(shipped().join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap();
                std::fs::copy(&path, folder.join(part).join(name)).unwrap();
            }
        }
    }
    folder
}

/// Changes a file of a set.
fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}
