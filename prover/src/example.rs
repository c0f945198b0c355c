//! An example for people: who, which record, which field, and the policies that say so.

use cedar_policy::{EntityUid, PolicyId, PolicySet};
use serde::Serialize;

use crate::case::{Breach, Case, Reference};
use crate::set::Set;
use crate::words::{action_in_words, type_in_words};

/// A request that was replayed through the authorizer.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    /// Who asks.
    pub who: Party,
    /// For which record.
    pub record: Party,
    /// For which action.
    pub action: String,
    /// What happens, in English.
    pub en: String,
    /// What happens, in Chinese.
    pub zh: String,
    /// The policies that allow it.
    pub allowed_by: Vec<Told>,
}

/// A person or a record.
#[derive(Clone, Debug, Serialize)]
pub struct Party {
    /// Its type and name.
    pub name: String,
    /// Its type in Chinese.
    pub zh: String,
    /// What of it matters, by name; all else can be anything, and other sets are empty.
    pub matters: Vec<Attribute>,
}

/// An attribute without which the example would be none.
#[derive(Clone, Debug, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A policy with its sentences.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Its name.
    pub id: String,
    /// Its sentence in English.
    pub en: String,
    /// Its sentence in Chinese.
    pub zh: String,
}

impl Example {
    /// The example that a case is, once it was confirmed, with `policies` allowing its action.
    pub(crate) fn of(
        case: &Case,
        set: &Set,
        policies: &PolicySet,
        breach: &Breach<'_>,
    ) -> Option<Self> {
        let case = case.plain(set, breach)?;
        let action = case.action.id().unescaped().to_owned();
        let (en, zh) = action_in_words(&action, set.is_in(&case.action, "deeds"));
        let party = |of: &Reference| {
            let attributes = case.matters(of, set, breach).into_iter();
            Party {
                name: of.to_string(),
                zh: type_in_words(&of.of).1.to_owned(),
                matters: attributes
                    .map(|(name, value)| Attribute { name, value })
                    .collect(),
            }
        };
        Some(Self {
            who: party(&case.principal),
            record: party(&case.resource),
            allowed_by: reasons(&case, set, policies, &case.action),
            action,
            en,
            zh,
        })
    }
}

/// The policies by which an action is allowed.
fn reasons(case: &Case, set: &Set, policies: &PolicySet, action: &EntityUid) -> Vec<Told> {
    let answer = case
        .replay(set)
        .and_then(|replay| replay.ask(policies, action));
    let told = |id: &PolicyId| Told {
        id: id.to_string(),
        en: policies.annotation(id, "en").unwrap_or_default().to_owned(),
        zh: policies.annotation(id, "zh").unwrap_or_default().to_owned(),
    };
    let mut reasons: Vec<Told> = answer
        .iter()
        .flat_map(|answer| answer.diagnostics().reason())
        .map(told)
        .collect();
    reasons.sort_by(|a, b| a.id.cmp(&b.id));
    reasons
}
