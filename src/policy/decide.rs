//! A condition becomes a closure over the cells of a row.

use std::collections::HashSet;

use uuid::Uuid;

use super::condition::{Condition, Test};
use super::rows::Cells;
use crate::catalogue::CellRef;

/// Answers for one row.
pub type Decide = Box<dyn Fn(Cells<'_>) -> bool + Send + Sync>;

/// Makes a closure of a condition; `place` says in which cell a question finds its answer: the
/// value of the attribute, or for a set whether it meets the asked ones.
pub fn decide(condition: &Condition, place: &mut impl FnMut(&Test) -> usize) -> Decide {
    match condition {
        Condition::Always => Box::new(|_| true),
        Condition::Never => Box::new(|_| false),
        Condition::Not(inner) => {
            let inner = decide(inner, place);
            Box::new(move |cells| !inner(cells))
        }
        Condition::All(parts) => {
            let parts: Vec<Decide> = parts.iter().map(|p| decide(p, place)).collect();
            Box::new(move |cells| parts.iter().all(|p| p(cells)))
        }
        Condition::Any(parts) => {
            let parts: Vec<Decide> = parts.iter().map(|p| decide(p, place)).collect();
            Box::new(move |cells| parts.iter().any(|p| p(cells)))
        }
        Condition::Test(test) => answer(test, place(test)),
    }
}

fn answer(test: &Test, at: usize) -> Decide {
    match test {
        Test::Is(_, ids) => one_of(ids.clone(), at),
        Test::Has(_) => Box::new(move |cells| cells.get(at) != CellRef::Null),
        Test::Word(_, words) => {
            let words = words.clone();
            Box::new(move |cells| match cells.get(at) {
                CellRef::Text(text) => words
                    .binary_search_by(|word| word.as_str().cmp(text))
                    .is_ok(),
                _ => false,
            })
        }
        Test::Flag(_) | Test::Meets(..) => {
            Box::new(move |cells| cells.get(at) == CellRef::Bool(true))
        }
    }
}

fn one_of(ids: Vec<Uuid>, at: usize) -> Decide {
    if let [only] = ids[..] {
        return Box::new(move |cells| matches!(cells.get(at), CellRef::Id(id) if id == only));
    }
    if ids.len() <= 8 {
        return Box::new(
            move |cells| matches!(cells.get(at), CellRef::Id(id) if ids.contains(&id)),
        );
    }
    let ids: HashSet<Uuid> = ids.into_iter().collect();
    Box::new(move |cells| matches!(cells.get(at), CellRef::Id(id) if ids.contains(&id)))
}
