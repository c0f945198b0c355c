//! Trusted documents: an allow-list of what clients may ask, made when the clients were built.
//!
//! A document is asked for by `documentId` (the appendix on persisted documents of GraphQL over
//! HTTP: `sha256:` with the hash of its text, or the id of the file as it is there), or by
//! `extensions.persistedQuery.sha256Hash`, as Apollo's clients do. Relay brings no transport of its
//! own, so what sends its requests says `documentId` too; there is no third way. The list comes from
//! a file and from nowhere else: what a client sends is never added to it.

mod manifest;

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use self::manifest::Entry;
use super::{gate::Gate, refusal::Refusal};
use crate::graphql::Graph;

/// The documents that are trusted.
#[derive(Clone, Default)]
pub struct Trusted {
    file: Arc<str>,
    /// As the file has them, each with the id that the file gives it.
    listed: Arc<[(String, Arc<str>)]>,
    /// By every id that they have.
    documents: Arc<HashMap<String, Arc<str>>>,
    only: bool,
}

/// Why the server does not start with these documents.
#[derive(Debug, thiserror::Error)]
pub enum TrustedError {
    /// The file is not a list of documents.
    #[error("trusted documents, `{file}`: {reason}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A document cannot be trusted.
    #[error("trusted documents, `{file}`, document `{id}`: {reason}")]
    Document {
        /// The file.
        file: String,
        /// What the document is asked for by.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing could ever be asked.
    #[error("`trusted_only` needs `trusted_documents`: without them nothing could be asked")]
    Nothing,
}

/// How a request names its document.
pub(super) enum Named {
    /// `documentId`.
    Id(String),
    /// `extensions.persistedQuery.sha256Hash`.
    Hash(String),
}

/// The text that is carried out.
pub(super) enum Chosen {
    /// Looked at when the server started.
    Trusted(Arc<str>),
    /// To be looked at.
    Open(String),
}

impl Trusted {
    /// No documents.
    ///
    /// # Errors
    ///
    /// Nothing else may be asked either.
    pub fn none(only: bool) -> Result<Self, TrustedError> {
        match only {
            true => Err(TrustedError::Nothing),
            false => Ok(Self::default()),
        }
    }

    /// The documents of a manifest; `file` is its name, for complaints.
    ///
    /// # Errors
    ///
    /// It is no manifest, an id cannot be one, or a hash is not its document's.
    pub fn read(file: &str, text: &str, only: bool) -> Result<Self, TrustedError> {
        let entries = manifest::entries(text).map_err(|reason| TrustedError::File {
            file: file.to_owned(),
            reason,
        })?;
        let mut documents: HashMap<String, Arc<str>> = HashMap::new();
        let mut listed = Vec::new();
        for Entry { id, text } in entries {
            let wrong = |reason: &str| complaint(file, &id, reason);
            let hash = hash(&text);
            let text: Arc<str> = text.into();
            let claimed = id.strip_prefix("sha256:");
            if claimed
                .or(Some(&*id).filter(|id| is_hash(id)))
                .is_some_and(|given| *given != hash)
            {
                return Err(wrong("its text has another hash"));
            }
            if !is_id(&id) {
                return Err(wrong(
                    "an id has letters, digits, `-`, `.`, `_`, `~` and `:`",
                ));
            }
            let known = documents.insert(id.clone(), text.clone());
            if known.is_some_and(|other| other != text) {
                return Err(wrong("another document has the same id"));
            }
            documents.insert(format!("sha256:{hash}"), text.clone());
            listed.push((id, text));
        }
        Ok(Self {
            file: file.into(),
            listed: listed.into(),
            documents: Arc::new(documents),
            only,
        })
    }

    /// Whether each of them could be asked of this graph.
    pub(super) async fn check(&self, gate: &Gate, graph: &Graph) -> Result<(), TrustedError> {
        let checker = graph.checker();
        for (id, text) in self.listed.iter() {
            let wrong = |reason: String| complaint(&self.file, id, &reason);
            gate.admit_document(text)
                .map_err(|cause| wrong(cause.to_string()))?;
            checker.check(text).await.map_err(wrong)?;
        }
        Ok(())
    }

    /// How many documents there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.listed.len()
    }

    /// The hash by which the first of them is asked for.
    #[must_use]
    pub fn first(&self) -> Option<String> {
        let (_, text) = self.listed.first()?;
        Some(format!("sha256:{}", hash(text)))
    }

    /// What a request that gives a text, names a document, or does both, asks for.
    pub(super) fn choose(
        &self,
        text: Option<String>,
        named: Option<Named>,
    ) -> Result<Chosen, Refusal> {
        let Some(named) = named else {
            let text = text.ok_or_else(nothing_asked)?;
            if !self.only {
                return Ok(Chosen::Open(text));
            }
            // The whole text of a trusted document is as good as its hash.
            return match self.documents.get(&format!("sha256:{}", hash(&text))) {
                Some(known) => Ok(Chosen::Trusted(known.clone())),
                None => Err(Refusal::NotTrusted),
            };
        };
        // A client that must send a text beside the name, as graphql-ws must, sends an empty one.
        let text = text.filter(|text| !text.is_empty());
        match (self.named(&named), text) {
            (Some(known), None) => Ok(Chosen::Trusted(known.clone())),
            (Some(known), Some(text)) if **known == *text => Ok(Chosen::Trusted(known.clone())),
            (Some(_), Some(_)) => Err(other_text()),
            (None, Some(_)) if self.only => Err(Refusal::NotTrusted),
            // Apollo's clients send the text along when the hash is not known; it is not kept.
            (None, Some(text)) => match named.is_hash_of(&text) {
                true => Ok(Chosen::Open(text)),
                false => Err(other_text()),
            },
            (None, None) if self.documents.is_empty() => Err(Refusal::NoPersistedDocuments),
            (None, None) => Err(Refusal::UnknownDocument),
        }
    }

    fn named(&self, named: &Named) -> Option<&Arc<str>> {
        match named {
            Named::Id(id) => self.documents.get(id),
            Named::Hash(hash) => {
                let hashed = self.documents.get(&format!("sha256:{hash}"));
                hashed.or_else(|| self.documents.get(hash))
            }
        }
    }
}

impl Named {
    /// How these parameters name a document, if they do.
    pub(super) fn of(
        id: Option<String>,
        extensions: &Map<String, Value>,
    ) -> Result<Option<Self>, Refusal> {
        let persisted = extensions.get("persistedQuery");
        let hash = match persisted.map(|persisted| persisted.get("sha256Hash")) {
            None => None,
            Some(Some(Value::String(hash))) => Some(hash.clone()),
            Some(_) => {
                let message = "`extensions.persistedQuery` should have a `sha256Hash`";
                return Err(Refusal::Shape(message.to_owned()));
            }
        };
        match (id, hash) {
            (None, None) => Ok(None),
            (Some(id), None) => Ok(Some(Self::Id(id))),
            (None, Some(hash)) => Ok(Some(Self::Hash(hash))),
            (Some(_), Some(_)) => {
                let message = "name the document once: `documentId` or `persistedQuery`";
                Err(Refusal::Shape(message.to_owned()))
            }
        }
    }

    fn is_hash_of(&self, text: &str) -> bool {
        match self {
            Self::Id(id) => id.strip_prefix("sha256:") == Some(&hash(text)),
            Self::Hash(given) => *given == hash(text),
        }
    }
}

fn complaint(file: &str, id: &str, reason: &str) -> TrustedError {
    TrustedError::Document {
        file: file.to_owned(),
        id: id.chars().take(80).collect(),
        reason: reason.to_owned(),
    }
}

fn nothing_asked() -> Refusal {
    Refusal::Shape("`query` should be a string, or `documentId` name a document".to_owned())
}

fn other_text() -> Refusal {
    Refusal::Shape("`query` is not the document that is named beside it".to_owned())
}

/// SHA-256 in lower-case hexadecimal digits.
fn hash(text: &str) -> String {
    use std::fmt::Write;
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        // Writing to a string does not fail.
        write!(digits, "{byte:02x}").ok();
    }
    digits
}

/// Whether an id is, by its shape, a hash by SHA-256.
fn is_hash(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether an id is one by the appendix: RFC 3986's unreserved characters and colons.
fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    (1..=200).contains(&id.len()) && id.bytes().all(plain)
}
