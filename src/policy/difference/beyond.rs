//! What lies in some conditions and in none of others, said as briefly as can be.
//!
//! The database is to find few rows among a million, so that what it is asked must name them: of
//! two long rules that differ in one word, the difference is that word.

use super::possible::possible;
use crate::policy::condition::Condition;

/// How many alternatives a condition may come to.
const MOST: usize = 96;

/// The rows for which all of `yes` hold and none of `no`.
#[must_use]
pub fn beyond(yes: &[Condition], no: &[Condition]) -> Condition {
    let wanted = terms(&Condition::all(yes.iter().cloned()));
    let refused: Vec<Condition> = no.iter().flat_map(terms).collect();
    let parts = wanted.into_iter().filter_map(|term| {
        if refused.iter().any(|other| term.implies(other)) {
            return None;
        }
        let against = refused.iter().filter(|other| possible(&[&term, other]));
        let against = Condition::any(against.cloned());
        let part = Condition::all([term, against.negate()]);
        possible(&[&part]).then_some(part)
    });
    Condition::any(parts)
}

/// The alternatives of a condition; itself where they would be too many.
fn terms(condition: &Condition) -> Vec<Condition> {
    let found = alternatives(condition).unwrap_or_else(|| vec![condition.clone()]);
    let mut kept: Vec<Condition> = Vec::new();
    for term in found {
        if kept.iter().any(|known| term.implies(known)) {
            continue;
        }
        kept.retain(|known| !known.implies(&term));
        kept.push(term);
    }
    kept
}

fn alternatives(condition: &Condition) -> Option<Vec<Condition>> {
    match condition {
        Condition::Never => Some(Vec::new()),
        Condition::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(alternatives(part)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        Condition::All(parts) => {
            let mut all = vec![Condition::Always];
            for part in parts {
                let more = alternatives(part)?;
                if all.len() * more.len() > 4 * MOST {
                    return None;
                }
                let pairs = all
                    .iter()
                    .flat_map(|one| more.iter().map(move |o| both(one, o)));
                let mut next: Vec<Condition> = Vec::new();
                for term in pairs {
                    let known = next.iter().any(|known| term.implies(known));
                    if !known && possible(&[&term]) {
                        next.push(term);
                    }
                }
                all = next;
            }
            (all.len() <= MOST).then_some(all)
        }
        other => Some(vec![other.clone()]),
    }
}

fn both(one: &Condition, other: &Condition) -> Condition {
    if one.implies(other) {
        return one.clone();
    }
    if other.implies(one) {
        return other.clone();
    }
    Condition::all([one.clone(), other.clone()])
}
