//! `kaifong policy fmt`

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::check::told;
use super::paint::Paint;
use super::{CliError, Format, print, print_json};
use crate::app::{self, PolicyFault};

/// Lay policy files out as they should be, comments and all
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy fmt ./policies                    every *.cedar of the folder
  kaifong policy fmt ./policies/volunteers.cedar   one file
  kaifong policy fmt --check ./policies            change nothing; say what would change
  kaifong policy fmt - < draft.cedar               from standard input to standard output

The exit code is 1 where a file is not well formed or, with --check, not laid out.")]
pub(super) struct Fmt {
    /// Files or folders; `-` is standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Change nothing, and fail if something would change
    #[arg(long)]
    check: bool,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What became of the files.
#[derive(Default, Serialize)]
struct Done {
    files: usize,
    /// Those that were, or with --check would be, laid out anew.
    changed: Vec<String>,
    faults: Vec<PolicyFault>,
}

impl Fmt {
    pub(super) fn run(self) -> Result<(), CliError> {
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            return self.stream();
        }
        let mut done = Done::default();
        for file in self.files()? {
            done.files += 1;
            let read = |cause| CliError::Read {
                path: file.clone(),
                cause,
            };
            let text = fs::read_to_string(&file).map_err(read)?;
            let name = file.display().to_string();
            match app::formatted(&name, &text) {
                Err(fault) => done.faults.push(fault),
                Ok(laid_out) if laid_out == text => {}
                Ok(laid_out) => {
                    if !self.check {
                        write(&file, &laid_out)?;
                    }
                    done.changed.push(name);
                }
            }
        }
        self.tell(&done)
    }

    fn tell(&self, done: &Done) -> Result<(), CliError> {
        let paint = Paint::of_terminal();
        match self.format {
            Format::Json => print_json(done)?,
            Format::Text => {
                for fault in &done.faults {
                    print(&told(fault, paint))?;
                }
                let word = if self.check {
                    "is not laid out 未排版"
                } else {
                    "was laid out 已排版"
                };
                for name in &done.changed {
                    print(&format!("{name} {word}"))?;
                }
                if done.faults.is_empty() && done.changed.is_empty() {
                    print(&format!("{} files, all as they should be", done.files))?;
                }
            }
        }
        let undone = if self.check { done.changed.len() } else { 0 };
        match done.faults.len() + undone {
            0 => Ok(()),
            faults => Err(CliError::Faults(faults)),
        }
    }

    fn stream(&self) -> Result<(), CliError> {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|cause| CliError::Read {
                path: "-".into(),
                cause,
            })?;
        match app::formatted("-", &text) {
            Err(fault) => {
                print(&told(&fault, Paint::of_terminal()))?;
                Err(CliError::Faults(1))
            }
            Ok(laid_out) if self.check && laid_out != text => Err(CliError::Faults(1)),
            Ok(laid_out) => print(laid_out.trim_end()),
        }
    }

    /// The files, those of a folder in the order of their names.
    fn files(&self) -> Result<Vec<PathBuf>, CliError> {
        let mut files = Vec::new();
        for path in &self.paths {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let read = |cause| CliError::Read {
                path: path.clone(),
                cause,
            };
            let mut within = Vec::new();
            for entry in fs::read_dir(path).map_err(read)? {
                let file = entry.map_err(read)?.path();
                if file.extension().is_some_and(|e| e == "cedar") {
                    within.push(file);
                }
            }
            within.sort();
            files.extend(within);
        }
        Ok(files)
    }
}

/// Writes beside the file first, so that it is never half written.
fn write(file: &PathBuf, text: &str) -> Result<(), CliError> {
    let beside = file.with_extension("cedar.new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, file))
        .map_err(|cause| CliError::Write {
            path: file.clone(),
            cause,
        })
}
