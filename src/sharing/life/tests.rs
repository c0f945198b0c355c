//! Every state, deed and side, against a table that was written by hand.

use super::*;

const LEAD_HOLDS: State = State::Suspended(Hold::One(Side::Lead));
const PARTNER_HOLDS: State = State::Suspended(Hold::One(Side::Partner));
const BOTH_HOLD: State = State::Suspended(Hold::Both);

const STATES: [State; 7] = [
    State::Proposed,
    State::Active,
    LEAD_HOLDS,
    PARTNER_HOLDS,
    BOTH_HOLD,
    State::Declined,
    State::Ended,
];

/// A deed of a side, and what becomes of each of [`STATES`] while no change waits. A letter is the
/// state that follows: Proposed, Active, held by the Lead, by the paRtner, by Both, Declined, Ended.
/// `=` is the same state, `-` that there is no such step.
#[rustfmt::skip]
const PLAIN: [(Deed, Side, &str); 20] = [
    (Deed::Accept, Side::Lead,           "-------"),
    (Deed::Accept, Side::Partner,        "A------"),
    (Deed::Decline, Side::Lead,          "-------"),
    (Deed::Decline, Side::Partner,       "D------"),
    (Deed::Change, Side::Lead,           "=====--"),
    (Deed::Change, Side::Partner,        "-------"),
    (Deed::ProposeChange, Side::Lead,    "-====--"),
    (Deed::ProposeChange, Side::Partner, "-====--"),
    (Deed::AcceptChange, Side::Lead,     "-------"),
    (Deed::AcceptChange, Side::Partner,  "-------"),
    (Deed::DeclineChange, Side::Lead,    "-------"),
    (Deed::DeclineChange, Side::Partner, "-------"),
    (Deed::Suspend, Side::Lead,          "-L-B---"),
    (Deed::Suspend, Side::Partner,       "-RB----"),
    (Deed::Resume, Side::Lead,           "--A-R--"),
    (Deed::Resume, Side::Partner,        "---AL--"),
    (Deed::Revoke, Side::Lead,           "EEEEE--"),
    (Deed::Revoke, Side::Partner,        "-EEEE--"),
    (Deed::Archive, Side::Lead,          "EEEEEDE"),
    (Deed::Archive, Side::Partner,       "-------"),
];

/// Which deeds are there while a change waits that the same side proposed, or that the other did;
/// and whether the change waits still after them.
#[rustfmt::skip]
const WAITING: [(Deed, Side, [bool; 2], bool); 20] = [
    (Deed::Accept, Side::Lead,           [false, false], false),
    (Deed::Accept, Side::Partner,        [false, false], false),
    (Deed::Decline, Side::Lead,          [false, false], false),
    (Deed::Decline, Side::Partner,       [false, false], false),
    (Deed::Change, Side::Lead,           [true, true], false),
    (Deed::Change, Side::Partner,        [false, false], false),
    (Deed::ProposeChange, Side::Lead,    [true, false], true),
    (Deed::ProposeChange, Side::Partner, [true, false], true),
    (Deed::AcceptChange, Side::Lead,     [false, true], false),
    (Deed::AcceptChange, Side::Partner,  [false, true], false),
    (Deed::DeclineChange, Side::Lead,    [true, true], false),
    (Deed::DeclineChange, Side::Partner, [true, true], false),
    (Deed::Suspend, Side::Lead,          [true, true], true),
    (Deed::Suspend, Side::Partner,       [true, true], true),
    (Deed::Resume, Side::Lead,           [false, false], true),
    (Deed::Resume, Side::Partner,        [false, false], true),
    (Deed::Revoke, Side::Lead,           [true, true], false),
    (Deed::Revoke, Side::Partner,        [true, true], false),
    (Deed::Archive, Side::Lead,          [true, true], false),
    (Deed::Archive, Side::Partner,       [false, false], false),
];

fn told(letter: char, now: State) -> Option<State> {
    Some(match letter {
        '=' => now,
        'P' => State::Proposed,
        'A' => State::Active,
        'L' => LEAD_HOLDS,
        'R' => PARTNER_HOLDS,
        'B' => BOTH_HOLD,
        'D' => State::Declined,
        'E' => State::Ended,
        _ => return None,
    })
}

fn standing(state: State, proposed_by: Option<Side>) -> Standing {
    Standing { state, proposed_by }
}

#[test]
fn every_state_deed_and_side_is_as_the_table_says() {
    assert_eq!(PLAIN.len(), Deed::ALL.len() * 2);
    for deed in Deed::ALL {
        for side in [Side::Lead, Side::Partner] {
            let row = PLAIN.iter().find(|(d, s, _)| (*d, *s) == (deed, side));
            let letters = row.unwrap().2;
            assert_eq!(letters.chars().count(), STATES.len());
            for (state, letter) in STATES.into_iter().zip(letters.chars()) {
                let after = step(standing(state, None), deed, side);
                let about = format!("{state:?} {deed:?} {side:?}");
                assert_eq!(after.ok().map(|s| s.state), told(letter, state), "{about}");
                let waits = after.ok().and_then(|s| s.proposed_by);
                let proposes = deed == Deed::ProposeChange && after.is_ok();
                assert_eq!(waits, proposes.then_some(side), "{about}");
            }
        }
    }
}

#[test]
fn a_change_that_waits_is_answered_by_the_other_side() {
    for (deed, side, there, still) in WAITING {
        for (by, there) in [(side, there[0]), (side.other(), there[1])] {
            let now = standing(State::Active, Some(by));
            let after = step(now, deed, side);
            let about = format!("{deed:?} {side:?}, proposed by {by:?}");
            assert_eq!(after.is_ok(), there, "{about}");
            if let Ok(after) = after {
                assert_eq!(after.proposed_by, still.then_some(by), "{about}");
            }
        }
    }
}

#[test]
fn what_is_over_stays_over() {
    for state in [State::Declined, State::Ended] {
        for deed in Deed::ALL {
            for side in [Side::Lead, Side::Partner] {
                if let Ok(after) = step(standing(state, None), deed, side) {
                    assert_eq!((after.state, deed), (state, Deed::Archive));
                }
            }
        }
    }
}

/// From the offer to a share in force there is no way without the partner.
#[test]
fn the_lead_alone_puts_nothing_in_force() {
    let mut reached = vec![standing(State::Proposed, None)];
    let mut at = 0;
    while let Some(now) = reached.get(at).copied() {
        at += 1;
        for deed in Deed::ALL {
            let after = step(now, deed, Side::Lead);
            reached.extend(after.ok().filter(|after| !reached.contains(after)));
        }
    }
    assert!(
        reached.iter().all(|s| s.state != State::Active),
        "{reached:?}"
    );
    assert_eq!(reached.len(), 2, "the offer stands or is withdrawn");
}

#[test]
fn names_say_the_state() {
    for state in STATES {
        let hold = state.hold().map(Hold::name);
        assert_eq!(State::named(state.name(), hold), Some(state));
    }
    assert_eq!(State::named("SUSPENDED", None), Some(LEAD_HOLDS));
    assert_eq!(State::named("OPEN", None), None);
    assert_eq!(Side::named("BOTH"), None);
}
