//! What a row is to a viewer: one word for each sort of row.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::ties::Tie;
use super::viewers::Me;

/// What a row can be to a viewer, from the closest to the furthest, as officers are told.
pub const WORDS: [(&str, &str); 32] = [
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
        "own space",
        "a space that the viewer's organisation leads, or a row of it",
    ),
    (
        "joined",
        "a space that the viewer's organisation is in, or a row of it; of its steps, those about that",
    ),
    (
        "invited",
        "a space to which the viewer's organisation is asked, or a row about that",
    ),
    (
        "brought",
        "a template of the viewer's organisation that was brought into a space",
    ),
    (
        "draft",
        "a text on consent of the viewer's organisation or a child's school that is being written",
    ),
    (
        "answered",
        "a request for access that was answered, about the viewer or an own child",
    ),
    (
        "answered here",
        "a request for access of the viewer's organisation that was answered",
    ),
    (
        "waiting here",
        "a request for access of the viewer's organisation that waits for its answer",
    ),
    (
        "of staff",
        "a note about somebody of the viewer's organisation who is no volunteer",
    ),
    (
        "of an officer",
        "an invitation to be a privacy officer of the viewer's organisation",
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
        "own" => ![
            "branch",
            "given",
            "received",
            "own space",
            "joined",
            "invited",
            "rest",
            "own",
        ]
        .contains(&narrow),
        _ => false,
    }
}

impl Me {
    /// What a row is to this viewer: one of [`WORDS`].
    pub fn sees_as(&self, of: &str, tie: &Tie) -> &'static str {
        let to = |mine: &BTreeSet<Uuid>| !tie.about.is_disjoint(mine);
        let published = tie.word == "PUBLISHED";
        match of {
            "Partnership" | "PartnershipScope" | "PartnershipStep" | "PartnerToken"
            | "PartnerTokenShare"
                if !self.shares.is_empty() =>
            {
                if to(&self.person) {
                    "this share"
                } else {
                    "rest"
                }
            }
            "Partnership" | "PartnershipScope" | "PartnershipStep" | "PartnerToken"
            | "PartnerTokenShare" => match tie.lead {
                Some(lead) if self.organisations.contains(&lead) => "given",
                _ if to(&self.organisations) => "received",
                _ => "rest",
            },
            "ShiftTemplate" => match tie.lead {
                Some(lead) if !self.organisations.contains(&lead) && to(&self.organisations) => {
                    "joined"
                }
                Some(lead) if self.organisations.contains(&lead) && tie.word == "BROUGHT" => {
                    "brought"
                }
                _ => self.place(tie),
            },
            "Space" | "SpaceMember" | "SpaceProject" | "SpaceStep" | "SpaceTemplate" => {
                match tie.lead {
                    Some(lead) if self.organisations.contains(&lead) => "own space",
                    _ if to(&self.organisations) => "joined",
                    _ if !tie.asked.is_disjoint(&self.organisations) => "invited",
                    _ => "rest",
                }
            }
            "Notice" if published && to(&self.person) => "sent",
            "Notice" if published && tie.whole && to(&self.organisations) => "for all",
            "Notice" if published && to(&self.led) => "led",
            "Notice" if published && to(&self.ward_classes) => "child's class",
            "Notice" if published && tie.forwardable && to(&self.shared) => "passed on",
            "Notice" if to(&self.classes) => "own class",
            "Notice" => self.place(tie),
            "ConsentText" if tie.word == "DRAFT" => match self.place(tie) {
                "own" | "child's school" => "draft",
                place => place,
            },
            "DataRequest" if tie.word == "COPY" && (to(&self.person) || to(&self.wards)) => {
                "answered"
            }
            "DataRequest" if tie.word == "COPY" && self.place(tie) == "own" => "answered here",
            "DataRequest"
                if tie.word == "WAITING"
                    && !to(&self.person)
                    && !to(&self.wards)
                    && self.place(tie) == "own" =>
            {
                "waiting here"
            }
            "CorrectionNote"
                if tie.word != "VOLUNTEER"
                    && !to(&self.person)
                    && !to(&self.wards)
                    && !to(&self.classes)
                    && self.place(tie) == "own" =>
            {
                "of staff"
            }
            "Invitation" if tie.word == "PRIVACY_OFFICER" && self.place(tie) == "own" => {
                "of an officer"
            }
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
