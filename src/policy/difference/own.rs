//! What is a person's own, as a rule speaks of it before it is said which person.
//!
//! A million people have a record of their own each. So as not to look at them one by one, the
//! viewer of a class of people holds a *stand-in* for each thing of its own: an id that no row has.
//! In a condition made for that viewer, a stand-in among the ids means "what is the person's own".
//! The store then joins the people to the rows.

use uuid::Uuid;

use crate::policy::condition::{Condition, Test};

/// A kind of thing that is a person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Own {
    /// The sign-in.
    Account,
    /// The volunteer records.
    Volunteers,
    /// The shifts on whose roster the person is.
    Shifts,
    /// The guardian records.
    Guardians,
    /// The children to whose record the person has access.
    Wards,
    /// Their schools.
    WardSchools,
    /// Their classes.
    WardClasses,
}

impl Own {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Account,
        Self::Volunteers,
        Self::Shifts,
        Self::Guardians,
        Self::Wards,
        Self::WardSchools,
        Self::WardClasses,
    ];

    /// The attribute of the principal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Volunteers => "ownVolunteers",
            Self::Shifts => "ownShifts",
            Self::Guardians => "ownGuardians",
            Self::Wards => "wards",
            Self::WardSchools => "wardSchools",
            Self::WardClasses => "wardClasses",
        }
    }

    /// The kind of this attribute, if it is a person's own.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.name() == name)
    }

    /// The id that stands in for it. No row has such an id: it is of no version of ids.
    #[must_use]
    pub fn stand_in(self) -> Uuid {
        const BASE: u128 = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ff00;
        Uuid::from_u128(BASE + self as u128)
    }

    /// The kind for which an id stands in, if it is a stand-in.
    #[must_use]
    pub fn of(id: Uuid) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.stand_in() == id)
    }
}

/// For what a question asks, if it asks of nothing but one thing that is a person's own.
#[must_use]
pub fn asks_own(test: &Test) -> Option<Own> {
    match test {
        Test::Is(_, ids) | Test::Meets(_, ids) => match ids[..] {
            [only] => Own::of(only),
            _ => None,
        },
        _ => None,
    }
}

/// The same condition, in which each question asks either of known ids or of one thing that is a
/// person's own.
#[must_use]
pub fn separate(condition: &Condition) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(separate).collect();
    match condition {
        Condition::Not(inner) => separate(inner).negate(),
        Condition::All(parts) => Condition::All(all(parts)),
        Condition::Any(parts) => Condition::Any(all(parts)),
        Condition::Test(test) => match test {
            Test::Is(attribute, ids) => apart(ids, |ids| Test::Is(attribute, ids)),
            Test::Meets(attribute, ids) => apart(ids, |ids| Test::Meets(attribute, ids)),
            other => Condition::Test(other.clone()),
        },
        other => other.clone(),
    }
}

fn apart(ids: &[Uuid], test: impl Fn(Vec<Uuid>) -> Test) -> Condition {
    let (own, known): (Vec<Uuid>, Vec<Uuid>) = ids.iter().partition(|id| Own::of(**id).is_some());
    let mut parts: Vec<Condition> = Vec::new();
    if !known.is_empty() {
        parts.push(Condition::Test(test(known)));
    }
    parts.extend(own.into_iter().map(|id| Condition::Test(test(vec![id]))));
    match parts.len() {
        1 => parts.remove(0),
        _ => Condition::Any(parts),
    }
}

/// The questions of a condition that ask for what is a person's own, each once.
#[must_use]
pub fn own_tests(condition: &Condition) -> Vec<Test> {
    let mut found: Vec<Test> = Vec::new();
    let separate = separate(condition);
    for test in separate.tests().filter(|test| asks_own(test).is_some()) {
        if !found.contains(test) {
            found.push(test.clone());
        }
    }
    found
}

/// The condition where this question is answered so; all of what is a person's own where none is
/// named.
#[must_use]
pub fn assuming(condition: &Condition, only: Option<&Test>, answer: bool) -> Condition {
    assumed(&separate(condition), only, answer)
}

fn assumed(condition: &Condition, only: Option<&Test>, answer: bool) -> Condition {
    let again = |part: &Condition| assumed(part, only, answer);
    match condition {
        Condition::Not(inner) => again(inner).negate(),
        Condition::All(parts) => Condition::all(parts.iter().map(again)),
        Condition::Any(parts) => Condition::any(parts.iter().map(again)),
        Condition::Test(test) if asks_own(test).is_some() && only.is_none_or(|t| t == test) => {
            Condition::constant(answer)
        }
        other => other.clone(),
    }
}
