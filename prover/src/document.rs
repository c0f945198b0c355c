//! Files of Cedar, and where in them something is wrong.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use cedar_policy::{Policy, PolicyId, PolicySet};
use sha2::{Digest, Sha256};

/// A file: its name and its text.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name by which errors speak of it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Why a set or its promises cannot be read: file, line, reason.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct ReadError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl ReadError {
    /// The stable code of every such error.
    pub const CODE: &str = "SET_UNREADABLE";

    /// An error at an offset of a file.
    pub(crate) fn at(document: &Document, offset: usize, reason: impl Into<String>) -> Self {
        let before = document.text.get(..offset).unwrap_or(&document.text);
        Self {
            file: document.name.clone(),
            line: before.matches('\n').count() + 1,
            reason: reason.into(),
        }
    }

    fn whole(path: &Path, reason: impl Into<String>) -> Self {
        Self {
            file: path.display().to_string(),
            line: 1,
            reason: reason.into(),
        }
    }
}

impl Document {
    /// Reads one file.
    pub(crate) fn read(path: &Path) -> Result<Self, ReadError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ReadError::whole(path, format!("it cannot be read: {error}")))?;
        Ok(Self {
            name: path.display().to_string(),
            text,
        })
    }

    /// Reads every `*.cedar` of a folder, in the order of their names.
    pub(crate) fn read_all(folder: &Path) -> Result<Vec<Self>, ReadError> {
        let entries = std::fs::read_dir(folder)
            .map_err(|error| ReadError::whole(folder, format!("it cannot be read: {error}")))?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "cedar"))
            .collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Its policies under the names of their `@id`, each with the offset at which it begins.
    pub(crate) fn policies(&self) -> Result<Vec<(Policy, usize)>, ReadError> {
        let set = PolicySet::from_str(&self.text)
            .map_err(|errors| ReadError::at(self, pointed(&errors).unwrap_or(0), told(&errors)))?;
        let begins = |text: &str, from: usize| {
            let rest = self.text.get(from..).unwrap_or_default();
            from + rest.find(text.trim()).unwrap_or(0)
        };
        if let Some(template) = set.templates().next() {
            let offset = begins(&template.to_string(), 0);
            return Err(ReadError::at(self, offset, "templates are not used here"));
        }
        // Cedar numbers the policies of a file as they come: `policy2` stands before `policy10`.
        let mut policies: Vec<&Policy> = set.policies().collect();
        policies.sort_by_key(|policy| (policy.id().to_string().len(), policy.id().to_string()));
        let mut found = Vec::new();
        let mut from = 0;
        for policy in policies {
            let text = policy.to_string();
            let offset = begins(&text, from);
            from = offset + text.trim().len();
            let missing = |key: &str| policy.annotation(key).is_none_or(|v| v.trim().is_empty());
            if let Some(key) = ["id", "en", "zh"].into_iter().find(|key| missing(key)) {
                let reason = format!("a policy has no `@{key}(\"…\")`");
                return Err(ReadError::at(self, offset, reason));
            }
            let id = PolicyId::new(policy.annotation("id").unwrap_or_default());
            found.push((policy.new_id(id), offset));
        }
        Ok(found)
    }
}

/// The hash of some texts, in hexadecimal. The server computes the same of the same files.
pub(crate) fn hash<'a>(documents: impl IntoIterator<Item = &'a Document>) -> String {
    let mut hash = Sha256::new();
    for document in documents {
        hash.update(document.text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Where an error points in its file, as an offset.
pub(crate) fn pointed(error: &dyn miette::Diagnostic) -> Option<usize> {
    Some(error.labels()?.next()?.offset())
}

/// What an error says, on one line.
pub(crate) fn told(error: &dyn miette::Diagnostic) -> String {
    let text = error.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
