//! What turns for each class, put together over the classes.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::label::label;
use super::tally::{Rows, Tally};
use super::viewers::Class;
use crate::catalogue::Type;
use crate::policy::Condition;
use crate::policy::difference::{Affected, Role, Turn, Turned};
use crate::policy::scenario::{Answer, Question};

/// Of how many organisations viewers are told one by one; of more, all together.
const ORGANISATIONS: usize = 8;

/// What changes alike for whom: answers to questions of one type that turn from one into another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// As what the viewers ask.
    pub role: Role,
    /// Whose people they are.
    pub organisation: Option<Uuid>,
    of: usize,
    before: usize,
    after: usize,
}

/// What was found for one key and one question.
struct Found {
    of: &'static Type,
    question: Question,
    before: Answer,
    after: Answer,
    what: What,
}

/// Of what.
#[derive(Clone, PartialEq)]
enum What {
    Rows(Vec<Rows>),
    /// Rows that are still to be made, by these classes.
    New(Vec<Rows>),
    /// Whatever the rows.
    Whole(Vec<usize>),
}

/// Questions that turn alike, to be counted once.
pub struct Bundle {
    /// As what the viewers ask.
    pub role: Role,
    /// Of which organisations they are.
    pub organisations: BTreeSet<Option<Uuid>>,
    /// The type of the rows.
    pub of: &'static Type,
    /// The questions.
    pub questions: Vec<Question>,
    /// The answer before.
    pub before: Answer,
    /// The answer after.
    pub after: Answer,
    /// Of what.
    pub counted: Counted,
}

/// What is counted, or was.
pub enum Counted {
    /// Rows, for the viewers of classes.
    Rows(Vec<Rows>),
    /// Rows that are still to be made.
    New(Vec<Rows>),
    /// Whatever the rows, for the viewers of these classes.
    Whole(Vec<usize>),
    /// A sample was looked at, row by row.
    Done(Tally),
}

/// What turns, over all classes so far.
#[derive(Default)]
pub struct Gathered {
    /// The classes.
    pub classes: Vec<Class>,
    found: BTreeMap<(Key, String), Found>,
    pub(super) sampled: Vec<Bundle>,
}

impl Gathered {
    /// Takes what turns for a class.
    pub fn take(&mut self, class: Class, turns: Vec<Turn>, questions: &[&Affected]) {
        let place = self.classes.len();
        for turn in turns {
            let changed = changed(questions, turn.of, turn.question);
            let (role, organisation) = label(&class, changed);
            let key = key(role, organisation, &turn);
            let what = match turn.rows {
                Turned::Whole => What::Whole(vec![place]),
                Turned::New(rows) => What::New(vec![one(rows, place, organisation)]),
                Turned::Rows(rows) => What::Rows(vec![one(rows, place, organisation)]),
            };
            let found = Found {
                of: turn.of,
                question: turn.question,
                before: turn.before,
                after: turn.after,
                what,
            };
            self.add((key, turn.question.word()), found);
        }
        self.classes.push(class);
    }

    fn add(&mut self, key: (Key, String), found: Found) {
        match self.found.get_mut(&key) {
            Some(known) => known.what.join(found.what),
            None => drop(self.found.insert(key, found)),
        }
    }

    /// What is to be counted: questions that turn alike together, and viewers of many organisations
    /// together.
    pub fn bundles(&mut self) -> Vec<Bundle> {
        let mut wide: BTreeMap<(Key, String), BTreeSet<Option<Uuid>>> = BTreeMap::new();
        for (key, word) in self.found.keys() {
            let whole = (anywhere(key), word.clone());
            wide.entry(whole).or_default().insert(key.organisation);
        }
        wide.retain(|_, organisations| organisations.len() > ORGANISATIONS);
        let mut organised: BTreeMap<(Key, String), BTreeSet<Option<Uuid>>> = BTreeMap::new();
        for ((key, word), found) in std::mem::take(&mut self.found) {
            let whole = (anywhere(&key), word.clone());
            let key = if wide.contains_key(&whole) {
                whole
            } else {
                (key.clone(), word)
            };
            let all = wide.get(&key).cloned();
            let all = all.unwrap_or_else(|| BTreeSet::from([key.0.organisation]));
            organised.insert(key.clone(), all);
            self.add(key, found);
        }
        let mut bundles: Vec<(Key, What, Bundle)> = Vec::new();
        for ((key, word), found) in std::mem::take(&mut self.found) {
            let alike = bundles.iter_mut().find(|(known, what, bundle)| {
                let first = bundle.questions.first();
                *known == key
                    && *what == found.what
                    && first.is_some_and(|first| alike(*first, found.question))
            });
            if let Some((_, _, bundle)) = alike {
                bundle.questions.push(found.question);
                continue;
            }
            let organisations = organised.remove(&(key.clone(), word));
            let bundle = Bundle {
                role: key.role.clone(),
                organisations: organisations.unwrap_or_default(),
                of: found.of,
                questions: vec![found.question],
                before: found.before,
                after: found.after,
                counted: match found.what.clone() {
                    What::Rows(rows) => Counted::Rows(rows),
                    What::New(rows) => Counted::New(rows),
                    What::Whole(classes) => Counted::Whole(classes),
                },
            };
            bundles.push((key, found.what, bundle));
        }
        let told = bundles.into_iter().map(|(_, _, bundle)| bundle);
        told.chain(std::mem::take(&mut self.sampled)).collect()
    }
}

impl What {
    fn join(&mut self, more: Self) {
        match (self, more) {
            (Self::Whole(all), Self::Whole(more)) => all.extend(more),
            (Self::Rows(all), Self::Rows(more)) | (Self::New(all), Self::New(more)) => {
                for rows in more {
                    match all.iter_mut().find(|known| known.rows == rows.rows) {
                        Some(known) => {
                            known.classes.extend(rows.classes);
                            known.organisations.extend(rows.organisations);
                        }
                        None => all.push(rows),
                    }
                }
            }
            // a question is of one sort
            _ => {}
        }
    }
}

fn one(rows: Condition, class: usize, organisation: Option<Uuid>) -> Rows {
    Rows {
        rows,
        classes: vec![class],
        organisations: BTreeSet::from([organisation]),
    }
}

fn key(role: Role, organisation: Option<Uuid>, turn: &Turn) -> Key {
    Key {
        role,
        organisation,
        of: std::ptr::from_ref(turn.of) as usize,
        before: turn.before as usize,
        after: turn.after as usize,
    }
}

fn anywhere(key: &Key) -> Key {
    Key {
        organisation: None,
        ..key.clone()
    }
}

/// What the policies that changed read of whoever asks this.
pub(super) fn changed<'a>(
    questions: &'a [&Affected],
    of: &'static Type,
    question: Question,
) -> &'a BTreeSet<String> {
    static NOTHING: BTreeSet<String> = BTreeSet::new();
    let asked = questions
        .iter()
        .find(|asked| asked.of.name == of.name && asked.question.word() == question.word());
    asked.map_or(&NOTHING, |asked| &asked.changed)
}

/// Whether two questions can be told in one sentence.
fn alike(one: Question, other: Question) -> bool {
    matches!(
        (one, other),
        (Question::See(_), Question::See(_)) | (Question::Edit(_), Question::Edit(_))
    )
}
