//! Promises: what a set of policies must hold for every request there can be.
//!
//! They are written in Cedar, beside the set in `invariants/*.cedar`, and never decide anything.
//! A `forbid` promises that whatever it matches is never allowed. A `permit` names the requests of
//! a promise about two questions (`@also`) or about evaluation itself (`@holds`).

use std::path::Path;

use cedar_policy::{Effect, Policy, PolicySet, RequestEnv};

use crate::document::{Document, ReadError, hash};
use crate::set::{Reach, Set, named, valid};

/// The promises of a set.
pub struct Promises {
    pub(crate) all: Vec<Promise>,
    hash: String,
}

/// One promise.
pub struct Promise {
    /// Who promises what, by name.
    pub id: String,
    /// The promise in English.
    pub en: String,
    /// The promise in Chinese.
    pub zh: String,
    pub(crate) kind: Kind,
    /// The action that the schema does not have yet, so that nothing can break the promise.
    pub(crate) waits_for: Option<String>,
    pub(crate) policy: Policy,
    reach: Reach,
}

/// What is promised of the requests that a promise names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They are never allowed.
    Never,
    /// Who is allowed one is also allowed its sibling.
    Also(Sibling),
    /// No policy fails on them.
    NoErrors,
}

/// Another action on the same record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sibling {
    /// `T.field:edit` has `T.field`.
    Full,
    /// `T.field` has `T.field:masked`.
    Masked,
}

impl Sibling {
    /// The sibling's name, where the action is one that can have it.
    pub(crate) fn of(self, action: &str) -> Option<String> {
        match self {
            Self::Full => action.strip_suffix(":edit").map(str::to_owned),
            Self::Masked if action.contains(':') => None,
            Self::Masked => Some(format!("{action}:masked")),
        }
    }
}

impl Promises {
    /// Reads the promises of a folder: `invariants/*.cedar`.
    ///
    /// # Errors
    /// Where a file cannot be read, and as for [`Self::of`].
    pub fn read(folder: &Path, set: &Set) -> Result<Self, ReadError> {
        Self::of(&Document::read_all(&folder.join("invariants"))?, set)
    }

    /// The promises of these files, for a set.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and line. A set without a promise is wrong too.
    pub fn of(documents: &[Document], set: &Set) -> Result<Self, ReadError> {
        let named = named(documents)?;
        let Some((_, _, first)) = named.first() else {
            return Err(ReadError {
                file: "invariants".to_owned(),
                line: 1,
                reason: "there is no promise to prove".to_owned(),
            });
        };
        let mut all = Vec::new();
        let mut due = Vec::new();
        for (policy, offset, document) in &named {
            let wrong = |reason: String| ReadError::at(document, *offset, reason);
            let promise = Promise::of(policy, set).map_err(wrong)?;
            if promise.waits_for.is_none() {
                due.push((policy.clone(), *offset, *document));
            }
            all.push(promise);
        }
        valid(&set.schema, &due, first)?;
        Ok(Self {
            all,
            hash: hash(documents),
        })
    }

    /// The hash of their files.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The promises, in the order of their files.
    #[must_use]
    pub fn all(&self) -> &[Promise] {
        &self.all
    }
}

impl Promise {
    fn of(policy: &Policy, set: &Set) -> Result<Self, String> {
        let text = |key: &str| policy.annotation(key).unwrap_or_default().to_owned();
        let kind = match (
            policy.effect(),
            policy.annotation("also"),
            policy.annotation("holds"),
        ) {
            (Effect::Forbid, None, None) => Kind::Never,
            (Effect::Permit, Some("full"), None) => Kind::Also(Sibling::Full),
            (Effect::Permit, Some("masked"), None) => Kind::Also(Sibling::Masked),
            (Effect::Permit, None, Some("no-errors")) => Kind::NoErrors,
            _ => {
                return Err(format!(
                    "the promise `{}` is neither a `forbid` nor a `permit` with \
                     `@also(\"full\")`, `@also(\"masked\")` or `@holds(\"no-errors\")`",
                    policy.id()
                ));
            }
        };
        if kind != Kind::Never && policy.has_non_scope_constraint() {
            let id = policy.id();
            return Err(format!(
                "the promise `{id}` can have a scope, but no condition"
            ));
        }
        let waits_for = policy
            .annotation("once")
            .filter(|action| !set.knows(action));
        Ok(Self {
            id: policy.id().to_string(),
            en: text("en"),
            zh: text("zh"),
            kind,
            waits_for: waits_for.map(str::to_owned),
            policy: policy.clone(),
            reach: Reach::of(policy, &set.actions),
        })
    }

    /// Whether it is about an environment.
    pub(crate) fn names(&self, environment: &RequestEnv) -> bool {
        self.waits_for.is_none() && self.reach.lets(environment)
    }

    /// The most that a set may allow: everything that this does not match.
    pub(crate) fn bound(&self) -> Result<PolicySet, String> {
        let everything = Policy::parse(
            Some(cedar_policy::PolicyId::new("everything else")),
            "permit (principal, action, resource);",
        )
        .map_err(|error| error.to_string())?;
        PolicySet::from_policies([everything, self.policy.clone()]).map_err(|e| e.to_string())
    }
}
