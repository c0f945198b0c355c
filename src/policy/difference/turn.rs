//! Of which rows the answers to one viewer turn into others.

use super::beyond::beyond;
use super::changed::Affected;
use crate::catalogue::{DeedScope, Type};
use crate::policy::condition::Condition;
use crate::policy::lens::{Lens, Rule};
use crate::policy::scenario::{Answer, Question};

/// An answer that turns into another.
#[derive(Clone)]
pub struct Turn {
    /// The type of the rows.
    pub of: &'static Type,
    /// The question.
    pub question: Question,
    /// The answer under the old set.
    pub before: Answer,
    /// The answer under the new set.
    pub after: Answer,
    /// Of which rows.
    pub rows: Turned,
}

/// Of which rows an answer turns into another.
#[derive(Clone, PartialEq)]
pub enum Turned {
    /// Of the rows that are there and for which this holds.
    Rows(Condition),
    /// Of rows that are still to be made, such as this.
    New(Condition),
    /// Whatever the rows.
    Whole,
}

/// Which answers to a viewer turn into others.
#[derive(Default)]
pub struct Turns {
    /// Those that can be told from the rules.
    pub told: Vec<Turn>,
    /// Questions that only Cedar can answer, row by row.
    pub opaque: Vec<(&'static Type, Question)>,
}

/// Which answers to a viewer turn into others, of these questions.
#[must_use]
pub fn turns(old: &Lens, new: &Lens, asked: &[&Affected]) -> Turns {
    let mut turns = Turns::default();
    for Affected { of, question, .. } in asked {
        match turned(old, new, of, *question) {
            Some(told) => turns.told.extend(told),
            None => turns.opaque.push((of, *question)),
        }
    }
    turns
}

/// Where an answer is given: all of the first hold, and none of the second.
type Where = (Vec<Condition>, Vec<Condition>);

/// `None` where only Cedar can say.
fn turned(old: &Lens, new: &Lens, of: &'static Type, question: Question) -> Option<Vec<Turn>> {
    let make = |before, after, rows| Turn {
        of,
        question,
        before,
        after,
        rows,
    };
    if let Question::Do(deed) = question
        && deed.scope == DeedScope::Bulk
    {
        let whole = |lens: &Lens| {
            let allowed = lens.permit_bulk(of, deed).is_ok();
            answered(allowed)
        };
        let (before, after) = (whole(old), whole(new));
        let turned = before != after;
        return Some(
            turned
                .then(|| make(before, after, Turned::Whole))
                .into_iter()
                .collect(),
        );
    }
    let fresh = matches!(question, Question::Do(deed) if deed.scope == DeedScope::New);
    let (was, is) = (answers(old, of, question)?, answers(new, of, question)?);
    let mut all = Vec::new();
    if was == is {
        return Some(all);
    }
    for (before, (yes, no)) in &was {
        for (after, (now_yes, now_no)) in is.iter().filter(|(after, _)| after != before) {
            let rows = beyond(
                &[now_yes.as_slice(), yes].concat(),
                &[now_no.as_slice(), no].concat(),
            );
            match rows {
                Condition::Never => {}
                rows if fresh => all.push(make(*before, *after, Turned::New(rows))),
                rows => all.push(make(*before, *after, Turned::Rows(rows))),
            }
        }
    }
    Some(all)
}

const fn answered(allowed: bool) -> Answer {
    if allowed {
        Answer::Allowed
    } else {
        Answer::Refused
    }
}

/// Where each answer is given; `None` where only Cedar can say.
fn answers(lens: &Lens, of: &'static Type, question: Question) -> Option<Vec<(Answer, Where)>> {
    let known = |rule: &Rule| match rule {
        Rule::Condition(condition) => Some(condition.clone()),
        Rule::Opaque => None,
    };
    let rows = (*lens.rows(of)).clone();
    let both = |rule: &Condition| Condition::all([rows.clone(), rule.clone()]);
    Some(match question {
        Question::There => vec![
            (Answer::Full, (vec![rows.clone()], Vec::new())),
            (Answer::Hidden, (Vec::new(), vec![rows])),
        ],
        Question::See(field) => {
            let sight = lens.sight(of, field);
            let full = known(&sight.full)?;
            let masked = match &sight.masked {
                Some(rule) => known(rule)?,
                None => Condition::Never,
            };
            let seen = vec![both(&full), both(&masked)];
            vec![
                (Answer::Full, (vec![rows.clone(), full.clone()], Vec::new())),
                (Answer::Masked, (vec![rows, masked], vec![full])),
                (Answer::Hidden, (Vec::new(), seen)),
            ]
        }
        Question::Edit(_) | Question::Do(_) => {
            let rule = known(&lens.rule(of, &question.action(of)))?;
            let fresh = matches!(question, Question::Do(deed) if !deed.scope.of_a_row());
            let rule = if fresh { rule } else { both(&rule) };
            vec![
                (Answer::Allowed, (vec![rule.clone()], Vec::new())),
                (Answer::Refused, (Vec::new(), vec![rule])),
            ]
        }
    })
}

/// The answer about a row as Cedar itself gives it.
#[must_use]
pub fn asked(lens: &Lens, record: &crate::policy::Record, question: Question) -> Answer {
    question.answer(record.of(), &mut |action| lens.allows(action, record))
}

/// Whether an answer gives more than another.
#[must_use]
pub const fn gives_more(after: Answer, before: Answer) -> bool {
    const fn height(answer: Answer) -> u8 {
        match answer {
            Answer::Hidden | Answer::Refused => 0,
            Answer::Masked => 1,
            Answer::Full | Answer::Allowed => 2,
        }
    }
    height(after) > height(before)
}
