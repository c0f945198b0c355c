//! What two sets answer differently at all, by the text of the policies that decide it.
//!
//! A word in a comment, another order or another name changes nothing; a question whose policies
//! are the same in both sets is not asked again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cedar_policy::PolicyId;
use uuid::Uuid;

use super::reads::{Reads, reads};
use crate::catalogue::{Kind, TYPES, Type, Write};
use crate::policy::load::Policies;
use crate::policy::scenario::Question;
use crate::viewer::PrincipalKind;

/// Two sets, and what is known of their policies.
pub struct Compared {
    old: Side,
    new: Side,
}

struct Side {
    policies: Arc<Policies>,
    texts: HashMap<PolicyId, String>,
    reads: HashMap<PolicyId, Reads>,
}

/// A question that may be answered otherwise, and by whom.
pub struct Affected {
    /// The type of the rows.
    pub of: &'static Type,
    /// The question.
    pub question: Question,
    /// What the policies that changed read of whoever asks.
    pub changed: BTreeSet<String>,
}

/// Everything that may be answered otherwise to one kind of viewers.
pub struct Affecting {
    /// The questions.
    pub questions: Vec<Affected>,
    /// What the policies that decide them read of whoever asks.
    pub reads: BTreeSet<String>,
    /// Nobody is concerned but those of whom one of these is not empty, if anything is said here.
    pub needs: Option<BTreeSet<String>>,
    /// Some policy reads what is a person's own so that a class cannot stand for its people.
    pub odd: bool,
    /// People whom policies name.
    pub named: BTreeSet<Uuid>,
}

impl Compared {
    /// Looks at the policies of both.
    #[must_use]
    pub fn of(old: &Arc<Policies>, new: &Arc<Policies>) -> Self {
        let side = |policies: &Arc<Policies>| Side {
            texts: policies
                .all
                .policies()
                .map(|policy| {
                    let mut json = policy.to_json().unwrap_or_default();
                    if let Some(of) = json.as_object_mut() {
                        of.remove("annotations");
                        // the slice has let it through
                        of.remove("action");
                    }
                    (policy.id().clone(), json.to_string())
                })
                .collect(),
            reads: policies
                .all
                .policies()
                .map(|policy| (policy.id().clone(), reads(policy)))
                .collect(),
            policies: Arc::clone(policies),
        };
        Self {
            old: side(old),
            new: side(new),
        }
    }

    /// What may be answered otherwise to viewers of this kind.
    #[must_use]
    pub fn affecting(&self, kind: PrincipalKind) -> Affecting {
        let mut actions: HashMap<String, Option<Vec<&Reads>>> = HashMap::new();
        let mut all = Affecting {
            questions: Vec::new(),
            reads: BTreeSet::new(),
            needs: Some(BTreeSet::new()),
            odd: false,
            named: BTreeSet::new(),
        };
        for of in TYPES.iter().copied() {
            for question in questions(of) {
                let mut changed = Vec::new();
                for action in deciding(of, question) {
                    let found = actions
                        .entry(action)
                        .or_insert_with_key(|action| self.changed(kind, action));
                    changed.extend(found.iter().flatten().copied());
                }
                if changed.is_empty() {
                    continue;
                }
                for read in &changed {
                    all.needs = match (all.needs.take(), &read.needs) {
                        (Some(known), Some(more)) => Some(&known | more),
                        _ => None,
                    };
                }
                for action in deciding(of, question) {
                    for read in self.deciding(kind, &action) {
                        all.reads.extend(read.attributes.iter().cloned());
                        all.odd |= read.odd;
                        all.named.extend(&read.named);
                    }
                }
                let changed = changed.iter().flat_map(|read| read.attributes.clone());
                all.questions.push(Affected {
                    of,
                    question,
                    changed: changed.collect(),
                });
            }
        }
        all
    }

    /// The policies that decide an action in one set and not in the other; `None` where there is no
    /// such.
    fn changed(&self, kind: PrincipalKind, action: &str) -> Option<Vec<&Reads>> {
        let (old, new) = (self.old.slice(kind, action), self.new.slice(kind, action));
        let asks = |side: &[(&String, &Reads)]| side.iter().any(|(_, read)| read.asks_action);
        let hashes = (self.old.policies.hash(), self.new.policies.hash());
        // which action it is may mean something else under another schema
        if asks(&old) && asks(&new) && hashes.0 != hashes.1 {
            let both = old.into_iter().chain(new).map(|(_, read)| read);
            return Some(both.collect());
        }
        let lacks = |side: &[(&String, &Reads)], text: &String| {
            !side.iter().any(|(known, _)| *known == text)
        };
        let gone = old.iter().filter(|(text, _)| lacks(&new, text));
        let come = new.iter().filter(|(text, _)| lacks(&old, text));
        let changed: Vec<&Reads> = gone.chain(come).map(|(_, read)| *read).collect();
        (!changed.is_empty()).then_some(changed)
    }

    /// What the policies read that decide an action in either set.
    fn deciding(&self, kind: PrincipalKind, action: &str) -> Vec<&Reads> {
        let (old, new) = (self.old.slice(kind, action), self.new.slice(kind, action));
        old.into_iter().chain(new).map(|(_, read)| read).collect()
    }
}

impl Side {
    fn slice(&self, kind: PrincipalKind, action: &str) -> Vec<(&String, &Reads)> {
        let slice = self.policies.slices.get(kind, action).policies();
        slice
            .filter_map(|policy| {
                let id = policy.id();
                Some((self.texts.get(id)?, self.reads.get(id)?))
            })
            .collect()
    }
}

/// Every question about rows of a type.
fn questions(of: &'static Type) -> impl Iterator<Item = Question> {
    let edits = of.fields.iter().filter(|field| field.write != Write::Never);
    [Question::There]
        .into_iter()
        .chain(of.fields.iter().map(Question::See))
        .chain(edits.map(Question::Edit))
        .chain(of.deeds.iter().map(Question::Do))
}

/// The actions that an answer depends on.
fn deciding(of: &'static Type, question: Question) -> Vec<String> {
    let action = question.action(of);
    let mut all = Vec::new();
    if !matches!(question, Question::Do(deed) if !deed.scope.of_a_row()) {
        all.push(Question::There.action(of));
    }
    if let Question::See(field) = question
        && field.kind().is_some_and(Kind::maskable)
    {
        all.push(format!("{action}:masked"));
    }
    if !all.contains(&action) {
        all.push(action);
    }
    all
}
