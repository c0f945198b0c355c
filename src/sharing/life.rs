//! The states of a share, and what each side can do in each of them.

/// One of the two that a share is between.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// Who shares.
    Lead,
    /// With whom.
    Partner,
}

/// Who holds a share that is suspended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// One side.
    One(Side),
    /// Each of the two.
    Both,
}

/// Where a share is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Offered by the lead.
    Proposed,
    /// Agreed, and in force within its times.
    Active,
    /// Stopped for the moment.
    Suspended(Hold),
    /// Refused by the partner.
    Declined,
    /// Over.
    Ended,
}

/// A share as it stands: its state, and whose change of it waits for the other side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Where it is in its life.
    pub state: State,
    /// Who proposed the change that waits, if one does.
    pub proposed_by: Option<Side>,
}

/// Something that a side does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Accepts the offer.
    Accept,
    /// Refuses the offer.
    Decline,
    /// Changes the offer, or takes away from what was agreed.
    Change,
    /// Proposes a change to the other side.
    ProposeChange,
    /// Agrees to the change that the other side proposed.
    AcceptChange,
    /// Refuses the change that the other side proposed, or takes back its own.
    DeclineChange,
    /// Stops the share for the moment.
    Suspend,
    /// Lets go of its hold.
    Resume,
    /// Ends the share for good.
    Revoke,
    /// Puts the share away.
    Archive,
}

/// Why there is no such step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoStep {
    /// Not in this state.
    State,
    /// Not for this side.
    Side,
    /// The other side's change has to be answered first.
    Waiting,
    /// No change waits.
    NothingWaits,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 10] = [
        Self::Accept,
        Self::Decline,
        Self::Change,
        Self::ProposeChange,
        Self::AcceptChange,
        Self::DeclineChange,
        Self::Suspend,
        Self::Resume,
        Self::Revoke,
        Self::Archive,
    ];
}

impl Side {
    /// The name under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "LEAD",
            Self::Partner => "PARTNER",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Lead => Self::Partner,
            Self::Partner => Self::Lead,
        }
    }

    /// The side of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Lead, Self::Partner]
            .into_iter()
            .find(|side| side.name() == name)
    }
}

impl Hold {
    /// The name under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::One(side) => side.name(),
            Self::Both => "BOTH",
        }
    }
}

impl State {
    /// The name under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "PROPOSED",
            Self::Active => "ACTIVE",
            Self::Suspended(_) => "SUSPENDED",
            Self::Declined => "DECLINED",
            Self::Ended => "ENDED",
        }
    }

    /// Who holds it, if it is held.
    #[must_use]
    pub const fn hold(self) -> Option<Hold> {
        match self {
            Self::Suspended(hold) => Some(hold),
            _ => None,
        }
    }

    /// The state that these names say. A suspension without a holder is the lead's.
    #[must_use]
    pub fn named(state: &str, hold: Option<&str>) -> Option<Self> {
        Some(match state {
            "PROPOSED" => Self::Proposed,
            "ACTIVE" => Self::Active,
            "SUSPENDED" => Self::Suspended(match hold {
                Some("BOTH") => Hold::Both,
                Some("PARTNER") => Hold::One(Side::Partner),
                _ => Hold::One(Side::Lead),
            }),
            "DECLINED" => Self::Declined,
            "ENDED" => Self::Ended,
            _ => return None,
        })
    }
}

/// How a share stands after a deed of a side.
///
/// # Errors
/// Where there is no such step.
pub fn step(now: Standing, deed: Deed, side: Side) -> Result<Standing, NoStep> {
    use State::{Active, Declined, Ended, Proposed, Suspended};
    let to = |state| {
        Ok(Standing {
            state,
            proposed_by: None,
        })
    };
    let agreed = matches!(now.state, Active | Suspended(_));
    match (deed, now.state, side) {
        (Deed::Accept, Proposed, Side::Partner) => to(Active),
        (Deed::Decline, Proposed, Side::Partner) => to(Declined),
        (Deed::Accept | Deed::Decline, Proposed, Side::Lead) => Err(NoStep::Side),

        (Deed::Change, Proposed | Active | Suspended(_), Side::Lead) => to(now.state),
        (Deed::Change, Proposed | Active | Suspended(_), Side::Partner) => Err(NoStep::Side),

        (Deed::ProposeChange, _, side) if agreed => match now.proposed_by {
            Some(by) if by != side => Err(NoStep::Waiting),
            _ => Ok(Standing {
                state: now.state,
                proposed_by: Some(side),
            }),
        },
        (Deed::AcceptChange, _, side) if agreed => match now.proposed_by {
            None => Err(NoStep::NothingWaits),
            Some(by) if by == side => Err(NoStep::Side),
            Some(_) => to(now.state),
        },
        (Deed::DeclineChange, _, _) if agreed => match now.proposed_by {
            None => Err(NoStep::NothingWaits),
            Some(_) => to(now.state),
        },

        (Deed::Suspend, Active, side) => Ok(held(now, Hold::One(side))),
        (Deed::Suspend, Suspended(Hold::One(by)), side) if by != side => Ok(held(now, Hold::Both)),
        (Deed::Resume, Suspended(Hold::One(by)), side) if by == side => Ok(Standing {
            state: Active,
            ..now
        }),
        (Deed::Resume, Suspended(Hold::Both), side) => Ok(held(now, Hold::One(side.other()))),
        (Deed::Resume, Suspended(_), _) => Err(NoStep::Side),

        (Deed::Revoke, Active | Suspended(_), _) | (Deed::Revoke, Proposed, Side::Lead) => {
            to(Ended)
        }
        // An offer is refused, not revoked, by the one to whom it is made.
        (Deed::Revoke, Proposed, Side::Partner) => Err(NoStep::Side),

        (Deed::Archive, _, Side::Partner) => Err(NoStep::Side),
        (Deed::Archive, Declined, Side::Lead) => to(Declined),
        (Deed::Archive, _, Side::Lead) => to(Ended),
        _ => Err(NoStep::State),
    }
}

const fn held(now: Standing, hold: Hold) -> Standing {
    Standing {
        state: State::Suspended(hold),
        proposed_by: now.proposed_by,
    }
}

#[cfg(test)]
mod tests;
