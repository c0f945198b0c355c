//! Whether there can be a row for which conditions hold.
//!
//! The answer "no" is certain; "yes" may mean that it could not be told in so many steps. What is a
//! person's own may be anything: such questions are only held against themselves.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::own::{asks_own, separate};
use crate::catalogue::Attribute;
use crate::policy::condition::{Condition, Test};

/// After how many steps it is given up.
const STEPS: usize = 4_000;

/// Whether all of these can hold of one row.
#[must_use]
pub fn possible(parts: &[&Condition]) -> bool {
    let parts: Vec<Condition> = parts.iter().map(|part| separate(part)).collect();
    let todo = parts.iter().map(|part| (part, true)).collect();
    let mut steps = STEPS;
    holds(todo, Vec::new(), &mut steps)
}

/// A condition, and whether it shall hold.
type Wanted<'a> = (&'a Condition, bool);

fn holds<'a>(
    mut todo: Vec<Wanted<'a>>,
    mut known: Vec<(&'a Test, bool)>,
    steps: &mut usize,
) -> bool {
    let mut choices: Vec<(&'a [Condition], Wanted<'a>)> = Vec::new();
    while let Some((condition, wanted)) = todo.pop() {
        if *steps == 0 {
            return true;
        }
        *steps -= 1;
        match (condition, wanted) {
            (Condition::Always, true) | (Condition::Never, false) => {}
            (Condition::Always, false) | (Condition::Never, true) => return false,
            (Condition::Not(inner), wanted) => todo.push((inner, !wanted)),
            (Condition::All(parts), true) | (Condition::Any(parts), false) => {
                todo.extend(parts.iter().map(|part| (part, wanted)));
            }
            (Condition::All(parts), false) | (Condition::Any(parts), true) => {
                choices.push((parts, (condition, wanted)));
            }
            (Condition::Test(test), wanted) => {
                known.push((test, wanted));
                if !consistent(&known) {
                    return false;
                }
            }
        }
    }
    // of what is left to choose, that with the fewest choices first
    choices.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.len()));
    let Some((parts, (_, wanted))) = choices.pop() else {
        return true;
    };
    parts.iter().any(|part| {
        let mut todo: Vec<Wanted<'a>> = choices.iter().map(|(_, whole)| *whole).collect();
        todo.push((part, wanted));
        holds(todo, known.clone(), steps)
    })
}

/// What is known of one attribute of a row.
#[derive(Default)]
struct Known<T: Ord> {
    /// It is one of these.
    among: Option<BTreeSet<T>>,
    /// It is none of these.
    not: BTreeSet<T>,
}

impl<T: Ord + Clone> Known<T> {
    fn take(&mut self, values: &[T], wanted: bool) {
        if !wanted {
            return self.not.extend(values.iter().cloned());
        }
        let values: BTreeSet<T> = values.iter().cloned().collect();
        self.among = Some(match self.among.take() {
            Some(among) => among.intersection(&values).cloned().collect(),
            None => values,
        });
    }

    fn can_be(&self) -> bool {
        let among = self.among.as_ref();
        among.is_none_or(|among| among.iter().any(|value| !self.not.contains(value)))
    }
}

/// Whether answers to questions can be of one row.
fn consistent(known: &[(&Test, bool)]) -> bool {
    let Some(((last, wanted), before)) = known.split_last() else {
        return true;
    };
    if before
        .iter()
        .any(|(test, other)| test == last && other != wanted)
    {
        return false;
    }
    if asks_own(last).is_some() {
        return true;
    }
    let of = attribute(last);
    let about: Vec<&(&Test, bool)> = known
        .iter()
        .filter(|(test, _)| attribute(test) == of && asks_own(test).is_none())
        .collect();
    let mut ids = Known::<Uuid>::default();
    let mut words = Known::<String>::default();
    let (mut there, mut absent) = (false, false);
    let mut met: Vec<&Vec<Uuid>> = Vec::new();
    let mut unmet: BTreeSet<Uuid> = BTreeSet::new();
    for (test, wanted) in about {
        match test {
            Test::Is(_, values) => {
                there |= wanted;
                ids.take(values, *wanted);
            }
            Test::Has(_) if *wanted => there = true,
            Test::Has(_) => absent = true,
            Test::Word(_, values) => words.take(values, *wanted),
            Test::Meets(_, values) if *wanted => met.push(values),
            Test::Meets(_, values) => unmet.extend(values),
            // a flag that is set and is not was seen above
            Test::Flag(_) => {}
        }
    }
    let meets = met
        .iter()
        .all(|values| values.iter().any(|id| !unmet.contains(id)));
    ids.can_be() && words.can_be() && meets && !(there && absent)
}

fn attribute(test: &Test) -> &'static Attribute {
    match test {
        Test::Is(attribute, _)
        | Test::Has(attribute)
        | Test::Word(attribute, _)
        | Test::Flag(attribute)
        | Test::Meets(attribute, _) => attribute,
    }
}
