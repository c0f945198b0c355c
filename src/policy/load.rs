//! A set of policies is read, checked whole, and only then put to use.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema};

use super::bare::Bare;
use super::certificate::hash;
use super::gate::{Fault, Set, check};
use super::parts::Parts;
use super::slice::Slices;

/// A policy file: its name and its text.
#[derive(Clone)]
pub struct Document {
    /// The name by which errors speak of it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Why a set of policies is not used: file, line, reason.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl From<Fault> for LoadError {
    fn from(fault: Fault) -> Self {
        Self {
            file: fault.file,
            line: fault.line,
            reason: fault.en,
        }
    }
}

/// A policy as it is written.
pub struct Written {
    /// Its id.
    pub id: String,
    /// Its file.
    pub file: String,
    /// The line at which it begins, from 1.
    pub line: usize,
    /// Whether it permits; else it forbids.
    pub permits: bool,
    /// Its sentence in English.
    pub en: String,
    /// Its sentence in Chinese.
    pub zh: String,
    /// Its text.
    pub text: String,
}

/// A set of policies that passed every check. It never changes.
pub struct Policies {
    pub(super) schema: Schema,
    /// The same with one action of each sort: what rules are made under, since it is far smaller.
    pub(super) outline: Schema,
    pub(super) parts: Parts,
    pub(super) bare: Bare,
    pub(super) slices: Slices,
    pub(super) all: PolicySet,
    hash: String,
    /// In which file and line each policy begins.
    places: HashMap<String, (String, usize)>,
}

impl Policies {
    /// The set that ships with the server.
    ///
    /// # Errors
    /// Never with a released binary: a test loads it.
    pub fn shipped() -> Result<Arc<Self>, LoadError> {
        Self::load(&shipped::SCHEMA.document(), &shipped::documents())
    }

    /// The set in a folder: `schema.cedarschema` and every `*.cedar`, in the order of their names.
    ///
    /// # Errors
    /// Where a file cannot be read, and as for [`Self::load`].
    pub fn read(folder: &Path) -> Result<Arc<Self>, LoadError> {
        let set = Set::read(folder).map_err(|faults| {
            let unread = || LoadError {
                file: folder.display().to_string(),
                line: 1,
                reason: "it cannot be read".to_owned(),
            };
            faults.into_iter().next().map_or_else(unread, Into::into)
        })?;
        Self::load(&set.schema, &set.policies)
    }

    /// Checks a set: it parses, each policy has an id of its own and a sentence in both languages,
    /// it is valid in strict mode, and what decides rows can be put to the database.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and line.
    pub fn load(schema: &Document, documents: &[Document]) -> Result<Arc<Self>, LoadError> {
        let (steps, policies) = check(schema, documents, &mut |_| {});
        policies.ok_or_else(|| {
            let unknown = || LoadError {
                file: schema.name.clone(),
                line: 1,
                reason: "the set is not sound".to_owned(),
            };
            let mut faults = steps.into_iter().flat_map(|step| step.faults);
            faults.next().map_or_else(unknown, Into::into)
        })
    }

    /// A set that passed every check.
    pub(super) fn of(
        (parsed, outline, parts): (Schema, Schema, Parts),
        slices: Slices,
        (all, bare): (PolicySet, Bare),
        places: HashMap<String, (String, usize)>,
        schema: &Document,
        documents: &[Document],
    ) -> Self {
        let hash = hash(std::iter::once(schema).chain(documents));
        Self {
            schema: parsed,
            outline,
            parts,
            bare,
            slices,
            all,
            hash,
            places,
        }
    }

    /// In which file and line a policy begins.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<(&str, usize)> {
        let (file, line) = self.places.get(id)?;
        Some((file, *line))
    }

    /// The first characters of the set's hash.
    #[must_use]
    pub fn version(&self) -> &str {
        self.hash.get(..12).unwrap_or(&self.hash)
    }

    /// The hash of the set's files.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Each policy as it is written, in the order of files and lines.
    #[must_use]
    pub fn written(&self) -> Vec<Written> {
        let one = |policy: &Policy| {
            let text = |key| policy.annotation(key).unwrap_or_default().to_owned();
            let id = policy.id().to_string();
            let (file, line) = self.place(&id).unwrap_or_default();
            Written {
                file: file.to_owned(),
                line,
                permits: policy.effect() == Effect::Permit,
                en: text("en"),
                zh: text("zh"),
                text: policy.to_string(),
                id,
            }
        };
        let mut all: Vec<Written> = self.all.policies().map(one).collect();
        all.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        all
    }

    /// How many policies there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.num_of_policies()
    }

    /// The actions of the schema that apply to rows, by name.
    #[must_use]
    pub fn actions(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .schema
            .request_envs()
            .map(|e| e.action().id().unescaped().to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The English and the Chinese sentence of a policy.
    #[must_use]
    pub fn sentence(&self, id: &str) -> Option<(&str, &str)> {
        let policy = self.all.policy(&PolicyId::new(id))?;
        let text = |key| policy.annotation(key).unwrap_or_default();
        Some((text("en"), text("zh")))
    }

    /// Whether a policy's sentences may be told to anybody.
    #[must_use]
    pub fn is_public(&self, id: &str) -> bool {
        let policy = self.all.policy(&PolicyId::new(id));
        policy.is_some_and(|policy| policy.annotation("public").is_some())
    }

    /// Each policy's id with its English and Chinese sentence.
    #[must_use]
    pub fn sentences(&self) -> Vec<(String, String, String)> {
        let text = |p: &Policy, key| p.annotation(key).unwrap_or_default().to_owned();
        let mut list: Vec<_> = self
            .all
            .policies()
            .map(|p| (p.id().to_string(), text(p, "en"), text(p, "zh")))
            .collect();
        list.sort();
        list
    }
}

pub(super) mod shipped {
    //! The files in `policies/`, embedded.

    use crate::policy::load::Document;

    pub struct File(&'static str, &'static str);

    impl File {
        pub fn document(&self) -> Document {
            Document {
                name: self.0.to_owned(),
                text: self.1.to_owned(),
            }
        }
    }

    macro_rules! file {
        ($name:literal) => {
            File(
                concat!("policies/", $name),
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/", $name)),
            )
        };
    }

    pub const SCHEMA: File = file!("schema.cedarschema");

    const CERTIFICATE: File = file!("certificate.json");

    pub fn certificate() -> Document {
        CERTIFICATE.document()
    }

    include!(concat!(env!("OUT_DIR"), "/policies.rs"));
}
