//! Whether a set of policies is proved: its certificate, believed by the hashes of the files.
//!
//! `kaifong-prover` makes the certificate; here nothing is proved. It guards against a set that
//! nobody proved, not against somebody who can write files beside it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::gate::Set;
use super::load::{Document, Policies, shipped};

/// The form of certificates that is understood.
const FORMAT: u64 = 1;

/// The name of the certificate in a set's folder.
const FILE: &str = "certificate.json";

/// Why a set does not go live: nobody has proved what it promises.
#[derive(Debug, thiserror::Error)]
#[error(
    "POLICIES_UNPROVED: the set in `{}` has no valid proof: {why}; `kaifong policy prove {}` proves \
     it, `require_proof = false` does without",
    folder.display(),
    folder.display()
)]
pub struct Unproved {
    folder: PathBuf,
    why: Why,
}

impl Unproved {
    /// Its stable code.
    pub const CODE: &str = "POLICIES_UNPROVED";
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("`{0}` cannot be read: {1}")]
    Unread(String, std::io::Error),
    #[error("the certificate is none that this server understands")]
    Strange,
    #[error("the certificate is of other policies or another schema")]
    OtherSet,
    #[error("the certificate is of other promises")]
    OtherPromises,
    #[error("the certificate says of no promise that it was proved")]
    Nothing,
}

impl Policies {
    /// Whether the set was proved: its folder, or the shipped one, has a certificate for exactly
    /// these policies and the promises beside them.
    ///
    /// # Errors
    /// Where it was not.
    pub fn proved(&self, folder: Option<&Path>) -> Result<(), Unproved> {
        let outcome = match folder {
            Some(folder) => read(folder)
                .and_then(|(text, promises)| certified(&text, self.hash(), &hash(&promises))),
            None => {
                let promises = hash(&shipped::invariants());
                certified(&shipped::certificate().text, self.hash(), &promises)
            }
        };
        outcome.map_err(|why| Unproved {
            folder: folder.unwrap_or(Path::new("policies")).to_owned(),
            why,
        })
    }
}

impl Set {
    /// Whether its own certificate is for exactly these policies, which are its own, and for the
    /// promises beside them.
    #[must_use]
    pub fn is_certified(&self, policies: &Policies) -> bool {
        let certificate = self.certificate.as_ref();
        certificate.is_some_and(|certificate| {
            certified(&certificate.text, policies.hash(), &hash(&self.invariants)).is_ok()
        })
    }

    /// Its version: the first characters of the hash of its schema and its policies.
    #[must_use]
    pub fn version(&self) -> String {
        let mut hash = hash(std::iter::once(&self.schema).chain(&self.policies));
        hash.truncate(12);
        hash
    }

    /// What tells its promises from others.
    #[must_use]
    pub fn promises(&self) -> String {
        hash(&self.invariants)
    }
}

/// The certificate of a folder, and the promises in it.
fn read(folder: &Path) -> Result<(String, Vec<Document>), Why> {
    let text = |path: &Path| {
        let unread = |error| Why::Unread(path.display().to_string(), error);
        std::fs::read_to_string(path).map_err(unread)
    };
    let certificate = text(&folder.join(FILE))?;
    let promises = folder.join("invariants");
    let entries = std::fs::read_dir(&promises)
        .map_err(|error| Why::Unread(promises.display().to_string(), error))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "cedar"))
        .collect();
    paths.sort();
    let documents = paths.iter().map(|path| {
        Ok(Document {
            name: path.display().to_string(),
            text: text(path)?,
        })
    });
    Ok((certificate, documents.collect::<Result<_, Why>>()?))
}

fn certified(certificate: &str, set: &str, promises: &str) -> Result<(), Why> {
    let certificate: Value = serde_json::from_str(certificate).map_err(|_| Why::Strange)?;
    if certificate["format"].as_u64() != Some(FORMAT) {
        return Err(Why::Strange);
    }
    if certificate["set"].as_str() != Some(set) {
        return Err(Why::OtherSet);
    }
    if certificate["invariants"].as_str() != Some(promises) {
        return Err(Why::OtherPromises);
    }
    match certificate["proved"].as_array() {
        Some(proved) if !proved.is_empty() => Ok(()),
        _ => Err(Why::Nothing),
    }
}

/// The hash of some texts, in hexadecimal. The prover computes the same of the same files.
pub(super) fn hash<'a>(documents: impl IntoIterator<Item = &'a Document>) -> String {
    let mut hash = Sha256::new();
    for document in documents {
        hash.update(document.text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
