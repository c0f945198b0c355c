//! A set of policies is read, checked whole, and only then put to use.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use super::certificate::hash;
use super::form;
use super::slice::Slices;
use crate::catalogue::{self, Type};
use crate::viewer::PrincipalKind;

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

impl LoadError {
    fn new(document: &Document, offset: usize, reason: impl Into<String>) -> Self {
        let before = document.text.get(..offset).unwrap_or(&document.text);
        let line = before.matches('\n').count() + 1;
        Self {
            file: document.name.clone(),
            line,
            reason: reason.into(),
        }
    }
}

/// A set of policies that passed every check. It never changes.
pub struct Policies {
    pub(super) schema: Schema,
    pub(super) slices: Slices,
    all: PolicySet,
    hash: String,
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
        let unread = |path: &Path, error: std::io::Error| LoadError {
            file: path.display().to_string(),
            line: 1,
            reason: format!("it cannot be read: {error}"),
        };
        let document = |path: &Path| -> Result<Document, LoadError> {
            let text = std::fs::read_to_string(path).map_err(|error| unread(path, error))?;
            Ok(Document {
                name: path.display().to_string(),
                text,
            })
        };
        let entries = std::fs::read_dir(folder).map_err(|error| unread(folder, error))?;
        let mut paths: Vec<_> = entries
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "cedar"))
            .collect();
        paths.sort();
        let documents = paths
            .iter()
            .map(|p| document(p))
            .collect::<Result<Vec<_>, _>>()?;
        Self::load(&document(&folder.join("schema.cedarschema"))?, &documents)
    }

    /// Checks a set: it parses, each policy has an id of its own and a sentence in both languages,
    /// it is valid in strict mode, and what decides rows can be put to the database.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and line.
    pub fn load(schema: &Document, documents: &[Document]) -> Result<Arc<Self>, LoadError> {
        let (parsed, _warnings) = Schema::from_cedarschema_str(&schema.text)
            .map_err(|error| LoadError::new(schema, pointed(&error).unwrap_or(0), told(&error)))?;
        let mut named: Vec<(Policy, usize, &Document)> = Vec::new();
        for document in documents {
            for policy in policies_of(document)? {
                if let Some((_, _, first)) = named.iter().find(|(p, ..)| p.id() == policy.0.id()) {
                    let reason = format!("`{}` is also in {}", policy.0.id(), first.name);
                    return Err(LoadError::new(document, policy.1, reason));
                }
                named.push((policy.0, policy.1, document));
            }
        }
        let all = PolicySet::from_policies(named.iter().map(|(policy, ..)| policy.clone()))
            .map_err(|error| LoadError::new(schema, 0, error.to_string()))?;
        let within = |id: &PolicyId, place: Option<usize>, reason: String| match named
            .iter()
            .find(|(p, ..)| p.id() == id)
        {
            Some((_, start, document)) => LoadError::new(document, place.unwrap_or(*start), reason),
            None => LoadError::new(schema, 0, reason),
        };
        let at = |id: &PolicyId, reason: String| within(id, None, reason);
        let validation = Validator::new(parsed.clone()).validate(&all, ValidationMode::Strict);
        if let Some(error) = validation.validation_errors().next() {
            return Err(within(error.policy_id(), pointed(error), told(error)));
        }
        let slices = Slices::of(&all, &parsed)
            .map_err(|error| LoadError::new(schema, 0, error.to_string()))?;
        for of in catalogue::TYPES {
            check_row_rules(&slices, of, &at)?;
        }
        let hash = hash(std::iter::once(schema).chain(documents));
        Ok(Arc::new(Self {
            schema: parsed,
            slices,
            all,
            hash,
        }))
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

/// The policies of a file, each with the offset at which it begins.
fn policies_of(document: &Document) -> Result<Vec<(Policy, usize)>, LoadError> {
    let set = PolicySet::from_str(&document.text)
        .map_err(|errors| LoadError::new(document, pointed(&errors).unwrap_or(0), told(&errors)))?;
    let begins = |text: &str, from: usize| {
        let rest = document.text.get(from..).unwrap_or_default();
        from + rest.find(text.trim()).unwrap_or(0)
    };
    if let Some(template) = set.templates().next() {
        let offset = begins(&template.to_string(), 0);
        let reason = "templates are not used here";
        return Err(LoadError::new(document, offset, reason));
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
        let need = |key: &str| {
            policy
                .annotation(key)
                .filter(|v| !v.trim().is_empty())
                .map(str::to_owned)
                .ok_or_else(|| {
                    LoadError::new(document, offset, format!("a policy has no `@{key}(\"…\")`"))
                })
        };
        let id = need("id")?;
        need("en")?;
        need("zh")?;
        found.push((policy.new_id(PolicyId::new(id)), offset));
    }
    Ok(found)
}

/// Where an error points in its file, as an offset.
fn pointed(error: &dyn miette::Diagnostic) -> Option<usize> {
    Some(error.labels()?.next()?.offset())
}

/// What an error says, on one line.
fn told(error: &dyn miette::Diagnostic) -> String {
    let text = error.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What decides whether a row is there must be a question that a database answers.
fn check_row_rules(
    slices: &Slices,
    of: &'static Type,
    at: &impl Fn(&PolicyId, String) -> LoadError,
) -> Result<(), LoadError> {
    let action = format!("{}.list", of.name);
    for policy in PrincipalKind::ALL
        .iter()
        .flat_map(|kind| slices.get(*kind, &action).policies())
    {
        let pst = policy
            .to_pst()
            .map_err(|error| at(policy.id(), error.to_string()))?;
        form::translatable(pst.body().clauses(), of).map_err(|opaque| {
            let (id, name) = (policy.id(), of.name);
            let reason = format!(
                "`{id}` decides which rows of {name} are there, but the database cannot answer it: {}",
                opaque.0
            );
            at(id, reason)
        })?;
    }
    Ok(())
}

pub(super) mod shipped {
    //! The files in `policies/`, embedded.

    use super::Document;

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

    pub const CERTIFICATE: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/policies/certificate.json"
    ));

    include!(concat!(env!("OUT_DIR"), "/policies.rs"));
}
