//! The certificate of a set: which files were proved, of what, by whom and when.
//!
//! The server believes it by the hashes alone, without a prover. It guards against a set that
//! nobody proved, not against somebody who can write files beside it.

use std::io;
use std::path::Path;

use chrono::{SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::report::{Outcome, Report};

/// The name of the file in a set's folder.
pub const FILE: &str = "certificate.json";

/// What was proved.
#[derive(Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The form of this file.
    pub format: u32,
    /// The hash of the schema and the policies.
    pub set: String,
    /// The hash of the promises.
    pub invariants: String,
    /// The promises that hold, by name.
    pub proved: Vec<String>,
    /// The promises that wait for an action that the schema does not have yet.
    pub waiting: Vec<String>,
    /// The prover and its version.
    pub prover: String,
    /// The solver and its version.
    pub solver: String,
    /// When it was proved.
    pub proved_at: String,
}

impl Certificate {
    /// The certificate of a report; none where a promise does not hold.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        if !report.holds() {
            return None;
        }
        let named = |proved: bool| {
            let promises = report.promises.iter();
            let of = promises.filter(|p| matches!(p.outcome, Outcome::Proved) == proved);
            of.map(|p| p.id.clone()).collect()
        };
        Some(Self {
            format: 1,
            set: report.set.clone(),
            invariants: report.invariants.clone(),
            proved: named(true),
            waiting: named(false),
            prover: concat!("kaifong-prover ", env!("CARGO_PKG_VERSION")).to_owned(),
            solver: report.solver.clone(),
            proved_at: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        })
    }

    /// The certificate in a file; none where there is none that can be read.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Whether it says the same as another of the same files, whenever it was made.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        (
            self.format,
            &self.set,
            &self.invariants,
            &self.proved,
            &self.waiting,
        ) == (
            other.format,
            &other.set,
            &other.invariants,
            &other.proved,
            &other.waiting,
        )
    }

    /// Writes it to a file, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        std::fs::write(&beside, text + "\n")?;
        std::fs::rename(&beside, path)
    }
}
