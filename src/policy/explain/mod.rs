//! Why a viewer sees of a record what they see, and what would have to be true for more.
//!
//! A pure question to a [`Lens`] and a [`Record`]: each decision on the way is told with the
//! policies that made it, and where the answer is no, the policies whose scope fits are taken apart
//! ([`nearest`]): which part of their condition was false. This is the whole view, for officers;
//! whoever asks for others must decide what of it they may know ([`Told::public`]).

mod held;
mod nearest;
mod words;

use serde::Serialize;

use super::entity::Record;
use super::lens::Lens;
use super::scenario::{Answer, Question};
use crate::catalogue::Kind;
use crate::viewer::PrincipalKind;

pub use nearest::{Clause, Near, Truth};

/// Why the answer is what it is.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The question, as an action of the schema.
    pub action: String,
    /// The answer.
    pub answer: Answer,
    /// The decisions on the way, in their order.
    pub steps: Vec<Step>,
    /// Where more could be seen or done: the policies that come closest to a yes, closest first.
    pub nearest: Vec<Near>,
    /// Where no policy gives this to such a viewer at all: to whom policies give it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given_to: Vec<&'static str>,
}

/// One decision.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What was asked.
    pub action: String,
    /// Whether it is allowed.
    pub allowed: bool,
    /// The policies that decided; none where nothing permits it.
    pub by: Vec<Told>,
    /// Why no decision could be made, which is a no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A policy, as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Its sentence in English.
    pub en: String,
    /// Its sentence in Chinese.
    pub zh: String,
    /// The file it is in.
    pub file: String,
    /// The line at which it begins.
    pub line: usize,
    /// Whether its sentences may be told to anybody.
    #[serde(skip)]
    pub public: bool,
}

/// The same without what is for officers alone: how far it is to another answer.
#[must_use]
pub fn explain_briefly(lens: &Lens, record: &Record, word: &str) -> Option<Explanation> {
    let question = Question::named(record.of(), word)?;
    let (answer, steps) = decisions(lens, record, question);
    Some(Explanation {
        action: question.action(record.of()),
        answer,
        steps,
        nearest: Vec::new(),
        given_to: Vec::new(),
    })
}

fn decisions(lens: &Lens, record: &Record, question: Question) -> (Answer, Vec<Step>) {
    let mut steps = Vec::new();
    let answer = question.answer(record.of(), &mut |action| {
        let step = step(lens, record, action);
        let allowed = step.allowed;
        steps.push(step);
        allowed
    });
    // In full is by itself; beside names it takes the right to the pair too.
    let number = matches!(question, Question::See(field) if field.kind() == Some(Kind::Hkid));
    if let (true, Answer::Full, Some(pair)) = (number, answer, record.of().pair()) {
        let action = format!("{}.{}", record.of().name, pair.name);
        steps.push(step(lens, record, &action));
    }
    (answer, steps)
}

/// Explains an answer. The word is the name of a field, `edit` and a field, a deed, or `there`;
/// `None` where the type of the record has nothing of that name.
#[must_use]
pub fn explain(lens: &Lens, record: &Record, word: &str) -> Option<Explanation> {
    let question = Question::named(record.of(), word)?;
    let (answer, steps) = decisions(lens, record, question);
    let mut refused = steps.iter().filter(|step| !step.allowed);
    let missing = refused.next().map(|step| step.action.clone());
    let mut nearest: Vec<Near> = Vec::new();
    let mut given_to = Vec::new();
    if let Some(missing) = missing {
        nearest = nearest::nearest(lens, record, &missing);
        if nearest.is_empty() {
            let policies = lens.policies();
            let given = PrincipalKind::ALL.into_iter().filter(|kind| {
                let slice = policies.slices.get(*kind, &missing);
                slice
                    .policies()
                    .any(|policy| policy.effect() == cedar_policy::Effect::Permit)
            });
            given_to = given.map(PrincipalKind::entity).collect();
        }
    }
    Some(Explanation {
        action: question.action(record.of()),
        answer,
        steps,
        nearest,
        given_to,
    })
}

fn step(lens: &Lens, record: &Record, action: &str) -> Step {
    let slice = lens.policies().slices.get(lens.viewer().kind(), action);
    let (allowed, by, failed) = match lens.decided(slice, action, record) {
        Ok(decided) => (decided.allowed, decided.by, None),
        Err(reason) => (false, Vec::new(), Some(reason)),
    };
    let mut by: Vec<Told> = by.iter().map(|id| told(lens, id.as_ref())).collect();
    by.sort_by(|a, b| a.id.cmp(&b.id));
    Step {
        action: action.to_owned(),
        allowed,
        by,
        failed,
    }
}

fn told(lens: &Lens, id: &str) -> Told {
    let policies = lens.policies();
    let (en, zh) = policies.sentence(id).unwrap_or_default();
    let (file, line) = policies.place(id).unwrap_or_default();
    Told {
        id: id.to_owned(),
        en: en.to_owned(),
        zh: zh.to_owned(),
        file: file.to_owned(),
        line,
        public: policies.is_public(id),
    }
}
