//! What each row of the demo is tied to, told from the demo's own rows.
//!
//! Nothing of the server is asked here: not the attributes that policies read, not the SQL that
//! finds them. So an error there cannot hide in the matrix.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kaifong::demo::Demo;
use uuid::Uuid;

use crate::app::noon;

/// A row and what it is tied to.
#[derive(Default)]
pub struct Tie {
    pub id: Uuid,
    /// The organisations, projects, shifts, people … that it is about.
    pub about: BTreeSet<Uuid>,
    /// The organisation that shares, for shares.
    pub lead: Option<Uuid>,
    /// Its state or role, where it has one.
    pub word: String,
    /// Of a notice: whether it goes to the whole organisation, and whether it may be passed on.
    pub whole: bool,
    pub forwardable: bool,
    /// Who is asked to join, for spaces.
    pub asked: BTreeSet<Uuid>,
}

/// Standings in which somebody is on a roster.
pub const ON_ROSTER: [&str; 4] = ["OFFERED", "ACCEPTED", "ATTENDED", "ABSENT"];

/// The day of the tests, in Hong Kong.
pub fn today() -> NaiveDate {
    noon().date_naive()
}

fn tie(id: Uuid, about: impl IntoIterator<Item = Uuid>) -> Tie {
    Tie {
        id,
        about: about.into_iter().chain([id]).collect(),
        ..Tie::default()
    }
}

fn worded(id: Uuid, word: &str, about: impl IntoIterator<Item = Uuid>) -> Tie {
    Tie {
        word: word.to_owned(),
        ..tie(id, about)
    }
}

/// Every row of the demo, by the name of its type.
pub fn ties(demo: &Demo) -> BTreeMap<&'static str, Vec<Tie>> {
    let mut all = BTreeMap::new();
    organisations(demo, &mut all);
    work(demo, &mut all);
    schools(demo, &mut all);
    notices(demo, &mut all);
    requests(demo, &mut all);
    invitations(demo, &mut all);
    consents(demo, &mut all);
    all
}

type Ties = BTreeMap<&'static str, Vec<Tie>>;

fn organisations(demo: &Demo, all: &mut Ties) {
    let rows = demo.organisations.iter();
    all.insert("Organisation", rows.map(|o| tie(o.id, [])).collect());
    let rows = demo.departments.iter();
    all.insert(
        "Department",
        rows.map(|d| tie(d.id, [d.organisation_id])).collect(),
    );
    let alive = |m: &&entity::membership::Model| m.valid_to.is_none_or(|to| to > noon());
    let accounts = demo.accounts.iter().map(|account| {
        let held = demo
            .memberships
            .iter()
            .filter(|m| m.account_id == account.id);
        let held = held.filter(alive);
        tie(
            account.id,
            held.flat_map(|m| [Some(m.organisation_id), m.class_id])
                .flatten(),
        )
    });
    all.insert("User", accounts.collect());
    let memberships = demo.memberships.iter().map(|m| {
        let about = [Some(m.account_id), Some(m.organisation_id), m.class_id];
        worded(m.id, &m.role, about.into_iter().flatten())
    });
    all.insert("Membership", memberships.collect());
    let shares = demo.partnerships.iter().map(|p| Tie {
        lead: Some(p.lead_id),
        ..worded(p.id, &p.state, [p.lead_id, p.partner_id])
    });
    all.insert("Partnership", shares.collect());
    let scopes = demo.partnership_scopes.iter().map(|s| Tie {
        lead: Some(s.lead_id),
        ..tie(s.id, [s.lead_id, s.partner_id, s.partnership_id])
    });
    all.insert("PartnershipScope", scopes.collect());
    let steps = demo.partnership_steps.iter().map(|s| Tie {
        lead: Some(s.lead_id),
        ..tie(s.id, [s.lead_id, s.partner_id, s.partnership_id])
    });
    all.insert("PartnershipStep", steps.collect());
    let tokens = demo.partner_token_shares.iter().map(|s| Tie {
        lead: Some(s.lead_id),
        ..tie(s.partner_token_id, [s.partner_id, s.partnership_id])
    });
    all.insert("PartnerToken", tokens.collect());
    let shares = demo.partner_token_shares.iter().map(|s| Tie {
        lead: Some(s.lead_id),
        ..tie(s.id, [s.partner_id, s.partnership_id])
    });
    all.insert("PartnerTokenShare", shares.collect());
    spaces(demo, all);
    all.insert("Tag", demo.tags.iter().map(|t| tie(t.id, [])).collect());
    all.insert(
        "Holiday",
        demo.holidays.iter().map(|h| tie(h.id, [])).collect(),
    );
}

/// A space and what is in it are about those who are in it; a place also about whose it is, and a step
/// only about that one.
fn spaces(demo: &Demo, all: &mut Ties) {
    let standing = |space: Uuid, state: &str| -> BTreeSet<Uuid> {
        let places = demo.space_members.iter().filter(|m| m.space_id == space);
        let so = places.filter(|m| m.state == state);
        so.map(|m| m.organisation_id).collect()
    };
    let spaces = demo.spaces.iter().map(|s| Tie {
        lead: Some(s.lead_id),
        asked: standing(s.id, "INVITED"),
        ..tie(s.id, standing(s.id, "JOINED"))
    });
    all.insert("Space", spaces.collect());
    let places = demo.space_members.iter().map(|m| Tie {
        lead: Some(m.lead_id),
        asked: [m.organisation_id].into(),
        ..tie(m.id, standing(m.space_id, "JOINED"))
    });
    all.insert("SpaceMember", places.collect());
    let brought = demo.space_projects.iter().map(|p| Tie {
        lead: Some(p.lead_id),
        ..tie(p.id, standing(p.space_id, "JOINED"))
    });
    all.insert("SpaceProject", brought.collect());
    let steps = demo.space_steps.iter().map(|s| Tie {
        lead: Some(s.lead_id),
        ..tie(s.id, [s.organisation_id])
    });
    all.insert("SpaceStep", steps.collect());
    let templates = demo.space_templates.iter().map(|t| Tie {
        lead: demo
            .spaces
            .iter()
            .find(|s| s.id == t.space_id)
            .map(|s| s.lead_id),
        ..tie(t.id, standing(t.space_id, "JOINED"))
    });
    all.insert("SpaceTemplate", templates.collect());
    let templates = demo.shift_templates.iter().map(|t| {
        let brought = demo
            .space_templates
            .iter()
            .find(|b| b.shift_template_id == t.id);
        let read = brought
            .map(|b| standing(b.space_id, "JOINED"))
            .unwrap_or_default();
        Tie {
            lead: Some(t.organisation_id),
            ..worded(
                t.id,
                if brought.is_some() { "BROUGHT" } else { "" },
                read.into_iter().chain([t.organisation_id]),
            )
        }
    });
    all.insert("ShiftTemplate", templates.collect());
}

fn work(demo: &Demo, all: &mut Ties) {
    let projects = demo.projects.iter().map(|project| {
        let shifts = demo.shifts.iter().filter(|s| s.project_id == project.id);
        tie(
            project.id,
            shifts.map(|s| s.id).chain([project.organisation_id]),
        )
    });
    all.insert("Project", projects.collect());
    let rows = demo.shifts.iter();
    let shifts = rows.map(|s| tie(s.id, [s.organisation_id, s.project_id]));
    all.insert("Shift", shifts.collect());
    let mut rostered: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for a in &demo.assignments {
        if ON_ROSTER.contains(&a.status.as_str()) {
            let on = rostered.entry(a.volunteer_id).or_default();
            on.extend([a.project_id, a.shift_id]);
        }
    }
    let volunteers = demo.volunteers.iter().map(|v| {
        let on = rostered.get(&v.id).into_iter().flatten().copied();
        tie(v.id, on.chain([v.organisation_id]))
    });
    all.insert("Volunteer", volunteers.collect());
    let rows = demo.certificates.iter();
    let certificates = rows.map(|c| tie(c.id, [c.organisation_id, c.volunteer_id]));
    all.insert("Certificate", certificates.collect());
    let assignments = demo.assignments.iter().map(|a| {
        let about = [a.organisation_id, a.project_id, a.shift_id, a.volunteer_id];
        worded(a.id, &a.status, about)
    });
    all.insert("Assignment", assignments.collect());
}

fn schools(demo: &Demo, all: &mut Ties) {
    let rows = demo.school_classes.iter();
    all.insert(
        "Class",
        rows.map(|c| tie(c.id, [c.organisation_id])).collect(),
    );
    let mut classes: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for e in &demo.enrolments {
        if e.ends_on.is_none_or(|ends| ends >= today()) {
            classes.entry(e.student_id).or_default().insert(e.class_id);
        }
    }
    let of = |student: Uuid| classes.get(&student).cloned().unwrap_or_default();
    let rows = demo.students.iter();
    let students = rows.map(|s| tie(s.id, of(s.id).into_iter().chain([s.organisation_id])));
    all.insert("Student", students.collect());
    let guardians = demo.guardians.iter().map(|g| {
        let wards = demo.guardianships.iter().filter(|b| b.guardian_id == g.id);
        let wards = wards.flat_map(|b| of(b.student_id).into_iter().chain([b.student_id]));
        tie(g.id, wards.chain([g.organisation_id]))
    });
    all.insert("Guardian", guardians.collect());
    let bonds = demo.guardianships.iter().map(|b| {
        let word = if b.has_access { "ACCESS" } else { "NO_ACCESS" };
        let about = [b.organisation_id, b.student_id, b.guardian_id];
        worded(b.id, word, of(b.student_id).into_iter().chain(about))
    });
    all.insert("Guardianship", bonds.collect());
    let rows = demo.enrolments.iter();
    let enrolments = rows.map(|e| tie(e.id, [e.organisation_id, e.class_id, e.student_id]));
    all.insert("Enrolment", enrolments.collect());
}

fn notices(demo: &Demo, all: &mut Ties) {
    let notices = demo.notices.iter().map(|n| {
        let sent = demo.notice_receipts.iter().filter(|r| r.notice_id == n.id);
        let about = [Some(n.organisation_id), n.project_id, n.class_id];
        let about = about
            .into_iter()
            .flatten()
            .chain(sent.map(|r| r.recipient_id));
        Tie {
            whole: n.project_id.is_none() && n.class_id.is_none(),
            forwardable: n.forwardable,
            ..worded(n.id, &n.status, about)
        }
    });
    all.insert("Notice", notices.collect());
    let receipts = demo.notice_receipts.iter().map(|r| {
        let notice = demo.notices.iter().find(|n| n.id == r.notice_id);
        let class = notice.and_then(|n| n.class_id);
        let about = [
            Some(r.organisation_id),
            Some(r.recipient_id),
            r.student_id,
            class,
        ];
        tie(r.id, about.into_iter().flatten())
    });
    all.insert("NoticeReceipt", receipts.collect());
}

fn requests(demo: &Demo, all: &mut Ties) {
    let requests = demo.data_requests.iter().map(|r| {
        let whose = [r.volunteer_id, r.student_id, r.guardian_id, r.account_id];
        let about = whose.into_iter().flatten().chain([r.organisation_id]);
        let word = match (r.kind.as_str(), r.state.as_str()) {
            ("ACCESS", "ANSWERED") => "COPY",
            ("ACCESS", "OPEN") => "WAITING",
            _ => "",
        };
        worded(r.id, word, about)
    });
    all.insert("DataRequest", requests.collect());
    let steps = demo.data_request_steps.iter().map(|s| {
        let whose = [s.volunteer_id, s.student_id, s.guardian_id, s.account_id];
        let about = whose.into_iter().flatten().chain([s.organisation_id]);
        tie(s.id, about)
    });
    all.insert("DataRequestStep", steps.collect());
    let refusals = demo.data_request_refusals.iter();
    let refusals = refusals.map(|r| tie(r.id, [r.organisation_id]));
    all.insert("DataRequestRefusal", refusals.collect());
    // A note stands on the rosters and in the classes of the record whose data is disputed.
    let places = demo.projects.iter().map(|p| p.id);
    let places = places.chain(demo.shifts.iter().map(|s| s.id));
    let places: BTreeSet<Uuid> = places
        .chain(demo.school_classes.iter().map(|c| c.id))
        .collect();
    let records = ["Volunteer", "Student", "Guardian"].into_iter();
    let records: BTreeMap<Uuid, &Tie> = records
        .flat_map(|of| &all[of])
        .map(|tie| (tie.id, tie))
        .collect();
    let notes = demo.correction_notes.iter().map(|n| {
        let whose = [n.volunteer_id, n.student_id, n.guardian_id, n.account_id];
        let record = whose.iter().flatten().find_map(|id| records.get(id));
        let stands = record.into_iter().flat_map(|r| r.about.iter().copied());
        let stands = stands.filter(|id| places.contains(id));
        let about = whose.into_iter().flatten().chain([n.organisation_id]);
        let about = about.chain(stands);
        let word = if n.volunteer_id.is_some() {
            "VOLUNTEER"
        } else {
            ""
        };
        worded(n.id, word, about)
    });
    let notes = notes.collect();
    all.insert("CorrectionNote", notes);
}

fn invitations(demo: &Demo, all: &mut Ties) {
    let invitations = demo.invitations.iter();
    let invitations = invitations.map(|i| worded(i.id, &i.role, [i.organisation_id]));
    all.insert("Invitation", invitations.collect());
}

fn consents(demo: &Demo, all: &mut Ties) {
    let texts = demo.consent_texts.iter();
    let texts = texts.map(|t| worded(t.id, &t.status, [t.organisation_id]));
    all.insert("ConsentText", texts.collect());
    let consents = demo.consents.iter().map(|c| {
        let about = [Some(c.organisation_id), c.volunteer_id, c.student_id];
        tie(c.id, about.into_iter().flatten())
    });
    all.insert("Consent", consents.collect());
}
