//! What a row is to a viewer: one word for each sort of row.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::ties::Tie;
use super::viewers::Me;

/// What a row can be to a viewer, from the closest to the furthest, as officers are told.
pub const WORDS: [(&str, &str); 22] = [
    (
        "mine",
        "the viewer's own record, or a row about the viewer in person",
    ),
    ("sent", "a published notice that was sent to the viewer"),
    (
        "own child",
        "a child to whose record the viewer has access, or a row about it",
    ),
    (
        "other guardian",
        "another guardian of an own child, or that guardian's relation to it",
    ),
    (
        "child's teacher",
        "somebody who teaches a class of an own child, in that role",
    ),
    (
        "child's class",
        "a class in which an own child is now; of notices, the published ones",
    ),
    ("child's school", "the school of an own child"),
    (
        "own class",
        "a class that the viewer teaches, or somebody or something in it",
    ),
    (
        "today",
        "on the roster of one of today's shifts of a project that the viewer leads",
    ),
    (
        "led",
        "of a project that the viewer leads; of notices, the published ones",
    ),
    (
        "same shift",
        "on the roster of a shift on whose roster the viewer is",
    ),
    (
        "withdrew",
        "was asked for a shift on whose roster the viewer is, and will not come",
    ),
    (
        "for all",
        "a published notice to the whole of the viewer's organisation",
    ),
    ("this share", "the share for which the token was made"),
    (
        "passed on",
        "a published notice to a shared project that may be passed on",
    ),
    ("shared", "of a project that the viewer's share covers"),
    (
        "lead",
        "of the organisation that shares, beyond what the share covers",
    ),
    (
        "given",
        "a share of which the viewer's organisation is the lead",
    ),
    (
        "received",
        "a share of which the viewer's organisation is the partner",
    ),
    (
        "own",
        "of the viewer's organisation; for a teacher, of the school",
    ),
    ("branch", "of a branch of the viewer's organisation"),
    ("rest", "everything else; in the tables it has no word"),
];

/// Who sees a row of a broader sort sees it as one of these too: a cell that says `own` speaks of
/// `led` as well, unless it names it.
pub fn includes(broad: &str, narrow: &str) -> bool {
    match broad {
        "led" => narrow == "today",
        "own" => !["branch", "given", "received", "rest", "own"].contains(&narrow),
        _ => false,
    }
}

impl Me {
    /// What a row is to this viewer: one of [`WORDS`].
    pub fn sees_as(&self, of: &str, tie: &Tie) -> &'static str {
        let to = |mine: &BTreeSet<Uuid>| !tie.about.is_disjoint(mine);
        let published = tie.word == "PUBLISHED";
        match of {
            "Partnership" | "PartnershipScope" if !self.shares.is_empty() => {
                if to(&self.person) {
                    "this share"
                } else {
                    "rest"
                }
            }
            "Partnership" | "PartnershipScope" => match tie.lead {
                Some(lead) if self.organisations.contains(&lead) => "given",
                _ if to(&self.organisations) => "received",
                _ => "rest",
            },
            "Notice" if published && to(&self.person) => "sent",
            "Notice" if published && tie.whole && to(&self.organisations) => "for all",
            "Notice" if published && to(&self.led) => "led",
            "Notice" if published && to(&self.ward_classes) => "child's class",
            "Notice" if published && tie.forwardable && to(&self.shared) => "passed on",
            "Notice" if to(&self.classes) => "own class",
            "Notice" => self.place(tie),
            "Guardian" | "Guardianship" if to(&self.wards) => {
                let own = to(&self.person) && tie.word != "NO_ACCESS";
                if own { "mine" } else { "other guardian" }
            }
            _ if to(&self.person) => "mine",
            "User" | "Membership" if to(&self.ward_classes) => "child's teacher",
            "Assignment" if !to(&self.led) && to(&self.shifts) => {
                let gone = ["DECLINED", "CANCELLED"].contains(&tie.word.as_str());
                if gone { "withdrew" } else { "same shift" }
            }
            _ if to(&self.wards) => "own child",
            _ if to(&self.ward_classes) => "child's class",
            _ if to(&self.classes) => "own class",
            "Volunteer" if to(&self.today) => "today",
            _ if to(&self.led) => "led",
            _ if to(&self.shifts) => "same shift",
            _ => self.place(tie),
        }
    }

    /// What a row is by its organisation alone.
    fn place(&self, tie: &Tie) -> &'static str {
        let to = |mine: &BTreeSet<Uuid>| !tie.about.is_disjoint(mine);
        match () {
            () if to(&self.shared) => "shared",
            () if to(&self.leads) => "lead",
            () if to(&self.organisations) => "own",
            () if to(&self.branches) => "branch",
            () if to(&self.schools) => "child's school",
            () => "rest",
        }
    }
}
