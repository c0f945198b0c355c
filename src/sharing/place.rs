//! How an organisation stands in a space, and how it comes to stand otherwise.

use super::NoStep;

/// How an organisation stands in a space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Asked to join, and has not answered.
    Invited,
    /// In it.
    Joined,
    /// Was asked, and would not.
    Declined,
    /// Was in it, and left.
    Left,
    /// Was put out of it.
    Removed,
}

/// What changes how an organisation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// The lead asks it to join.
    Invite,
    /// It joins.
    Join,
    /// It would not.
    Decline,
    /// It leaves.
    Leave,
    /// The lead puts it out.
    Remove,
}

impl Place {
    /// Every place.
    const ALL: [Self; 5] = [
        Self::Invited,
        Self::Joined,
        Self::Declined,
        Self::Left,
        Self::Removed,
    ];

    /// The name under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "INVITED",
            Self::Joined => "JOINED",
            Self::Declined => "DECLINED",
            Self::Left => "LEFT",
            Self::Removed => "REMOVED",
        }
    }

    /// The place of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.name() == name)
    }
}

/// How an organisation stands after a turn; before the first it stands nowhere. The lead is in its
/// own space for as long as that is open.
///
/// # Errors
/// Where there is no such step.
pub fn turn(now: Option<Place>, turn: Turn, lead: bool) -> Result<Place, NoStep> {
    match (turn, now) {
        _ if lead => Err(NoStep::Side),
        (Turn::Invite, None | Some(Place::Declined | Place::Left | Place::Removed)) => {
            Ok(Place::Invited)
        }
        (Turn::Join, Some(Place::Invited)) => Ok(Place::Joined),
        (Turn::Decline, Some(Place::Invited)) => Ok(Place::Declined),
        (Turn::Leave, Some(Place::Joined)) => Ok(Place::Left),
        (Turn::Remove, Some(Place::Invited | Place::Joined)) => Ok(Place::Removed),
        _ => Err(NoStep::State),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_in_a_space_who_did_not_join_when_asked() {
        use Place::{Declined, Invited, Joined, Left, Removed};
        let turns = [
            Turn::Invite,
            Turn::Join,
            Turn::Decline,
            Turn::Leave,
            Turn::Remove,
        ];
        let no = None;
        // Of each place, what becomes of it by these turns.
        let table = [
            (None, [Some(Invited), no, no, no, no]),
            (
                Some(Invited),
                [no, Some(Joined), Some(Declined), no, Some(Removed)],
            ),
            (Some(Joined), [no, no, no, Some(Left), Some(Removed)]),
            (Some(Declined), [Some(Invited), no, no, no, no]),
            (Some(Left), [Some(Invited), no, no, no, no]),
            (Some(Removed), [Some(Invited), no, no, no, no]),
        ];
        for (place, after) in table {
            for (what, wanted) in turns.into_iter().zip(after) {
                assert_eq!(turn(place, what, false).ok(), wanted, "{place:?} {what:?}");
                assert_eq!(turn(place, what, true), Err(NoStep::Side), "the lead stays");
            }
        }
        for place in Place::ALL {
            assert_eq!(Place::named(place.name()), Some(place));
        }
        assert_eq!(Place::named("MEMBER"), None);
    }
}
