//! What two sides agree on: how much, at which level, what for and for how long.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The groups of fields that a share can include beyond the frame. Names are none: people are shown
/// by name where the share is not desensitised.
pub const GROUPS: [&str; 5] = ["ROSTER", "CONTACTS", "NOTES", "HISTORY", "ORIGINS"];

/// What a partner may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// See the frame.
    ReadOnly,
    /// Also report progress and change rosters.
    Edit,
    /// Also plan.
    Admin,
}

/// A part of the lead's work: a project, or within it what one department does, or one shift.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Covers {
    /// The project.
    pub project: Uuid,
    /// Only what this department does.
    pub department: Option<Uuid>,
    /// Only this shift.
    pub shift: Option<Uuid>,
}

/// What was agreed, or is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// What the partner may do.
    pub level: Level,
    /// What it sees beyond the frame.
    pub groups: BTreeSet<String>,
    /// What it may use the data for.
    pub purpose: Option<String>,
    /// From when.
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub to: Option<DateTime<Utc>>,
    /// Of what.
    pub covers: BTreeSet<Covers>,
}

impl Level {
    /// The name under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "READ_ONLY",
            Self::Edit => "EDIT",
            Self::Admin => "ADMIN",
        }
    }

    /// The level of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "READ_ONLY" => Self::ReadOnly,
            "EDIT" => Self::Edit,
            "ADMIN" => Self::Admin,
            _ => return None,
        })
    }
}

impl Covers {
    /// Whether all of the other is in it, as far as the two tell by themselves.
    fn includes(&self, other: &Self) -> bool {
        self.project == other.project
            && (self.department.is_none() || self.department == other.department)
            && (self.shift.is_none() || self.shift == other.shift)
    }
}

/// Whether the new terms give nothing that the old ones did not: no higher level, no other group,
/// purpose or part of the work, no earlier beginning and no later end.
#[must_use]
pub fn takes_only_away(old: &Terms, new: &Terms) -> bool {
    let begins = match (old.from, new.from) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(old), Some(new)) => new >= old,
    };
    let ends = match (old.to, new.to) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(old), Some(new)) => new <= old,
    };
    let covered = |part: &Covers| old.covers.iter().any(|whole| whole.includes(part));
    new.level <= old.level
        && new.groups.is_subset(&old.groups)
        && new.purpose == old.purpose
        && begins
        && ends
        && new.covers.iter().all(covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(hour * 3600, 0)
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn part(project: u128, department: Option<u128>, shift: Option<u128>) -> Covers {
        Covers {
            project: id(project),
            department: department.map(id),
            shift: shift.map(id),
        }
    }

    fn agreed() -> Terms {
        Terms {
            level: Level::Edit,
            groups: ["ROSTER", "CONTACTS"].map(str::to_owned).into(),
            purpose: Some("meals".into()),
            from: at(10),
            to: at(20),
            covers: [part(1, None, None), part(2, Some(5), None)].into(),
        }
    }

    /// What is done to the terms that were agreed.
    type Change = fn(&mut Terms);

    #[test]
    fn less_is_no_more() {
        let less: [Change; 11] = [
            |_| {},
            |t| t.level = Level::ReadOnly,
            |t| t.groups.clear(),
            |t| {
                t.groups.remove("CONTACTS");
            },
            |t| t.from = at(11),
            |t| t.to = at(19),
            |t| t.covers = [part(1, None, None)].into(),
            |t| t.covers = [part(1, Some(9), None)].into(),
            |t| t.covers = [part(1, None, Some(9)), part(1, Some(3), Some(8))].into(),
            |t| t.covers = [part(2, Some(5), Some(9))].into(),
            |t| t.covers.clear(),
        ];
        for (number, change) in less.into_iter().enumerate() {
            let mut new = agreed();
            change(&mut new);
            assert!(takes_only_away(&agreed(), &new), "{number}");
        }
    }

    #[test]
    fn whatever_gives_more_needs_both() {
        let more: [Change; 14] = [
            |t| t.level = Level::Admin,
            |t| {
                t.groups.insert("NOTES".into());
            },
            |t| t.groups = ["NOTES".to_owned()].into(),
            |t| t.purpose = Some("visits".into()),
            |t| t.purpose = None,
            |t| t.from = at(9),
            |t| t.from = None,
            |t| t.to = at(21),
            |t| t.to = None,
            |t| {
                t.covers.insert(part(3, None, None));
            },
            |t| {
                t.covers.insert(part(2, None, None));
            },
            |t| {
                t.covers.insert(part(2, Some(6), None));
            },
            |t| {
                t.covers.insert(part(2, None, Some(9)));
            },
            // Less of one thing does not pay for more of another.
            |t| {
                t.level = Level::ReadOnly;
                t.to = at(21);
            },
        ];
        for (number, change) in more.into_iter().enumerate() {
            let mut new = agreed();
            change(&mut new);
            assert!(!takes_only_away(&agreed(), &new), "{number}");
        }
        let open = Terms {
            from: None,
            to: None,
            ..agreed()
        };
        assert!(takes_only_away(&open, &agreed()), "times may be set");
        assert!(Level::named("NONE").is_none() && Level::named("EDIT") == Some(Level::Edit));
    }
}
