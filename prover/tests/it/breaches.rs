//! Each promise notices its own breach: the shipped set is broken on purpose, once for each.

use kaifong_prover::{Breached, Outcome, Report};

use crate::rig::{Files, solver, unproved};

/// A breach: the promise that is broken, the set that breaks it, and the request that shows it:
/// who, what of them matters, which record, what of it matters, which action, by which policy.
struct Breach {
    promise: &'static str,
    files: Files,
    who: &'static str,
    record: &'static str,
    action: &'static str,
    by: &'static [&'static str],
}

fn breach(
    promise: &'static str,
    files: Files,
    (who, record, action): (&'static str, &'static str, &'static str),
    by: &'static [&'static str],
) -> Breach {
    Breach {
        promise,
        files,
        who,
        record,
        action,
        by,
    }
}

#[rustfmt::skip]
fn breaches() -> Vec<Breach> {
    let shipped = Files::shipped;
    vec![
        breach("anonymous-gets-nothing",
            shipped().without("anonymous-sees-nothing")
                .with("  principal is User || principal is Partner\n", "  principal is User || principal is Partner || principal is Anonymous\n"),
            ("Anonymous A", "Holiday A", "Holiday.date"),
            &["everyone-signed-in-sees-the-directory"]),
        breach("jobs-read-no-identity-numbers",
            shipped().and(r#"permit (principal is Job, action in Action::"identityNumberMasked", resource is Student) when { principal.role == "import" };"#),
            ("Job A: role = \"import\"", "Student A", "Student.identityNumber:masked"),
            &["added"]),
        breach("only-the-leads-administrator-switches-the-desensitised-display",
            shipped().without("only-the-lead-switches-the-desensitised-display")
                .with("  principal.administers.contains(resource.lead)\n};\n\n@id(\"administrator-sees-shares-received\")",
                      "  principal.administers.contains(resource.lead) || principal.administers.contains(resource.partner)\n};\n\n@id(\"administrator-sees-shares-received\")"),
            ("User A: administers = Organisation A", "Partnership A: partner = Organisation A", "Partnership.desensitised:edit"),
            &["administrator-shares"]),
        breach("who-edits-also-reads",
            shipped().with("    Action::\"identityNumberMasked\",\n    Action::\"health\",\n", "    Action::\"identityNumberMasked\",\n"),
            ("User A: ownVolunteers = Volunteer A", "Volunteer A", "Volunteer.healthRemark:edit"),
            &["volunteer-keeps-own-record"]),
        breach("who-reads-in-full-also-reads-masked",
            shipped().with("    Action::\"phone\",\n    Action::\"phoneMasked\",\n", "    Action::\"phone\",\n"),
            ("User A: teaches = Class A", "Guardian A: classes = Class A", "Guardian.phone"),
            &["teacher-sees-the-families-of-own-classes"]),
        breach("no-policy-fails",
            shipped().and(r#"permit (principal is User, action in Action::"reference", resource is Tag) when { (if principal.memberOf.isEmpty() then 9223372036854775807 else 0) + 1 > 0 };"#),
            ("User A", "Tag A", "Tag.code"),
            &["everyone-signed-in-sees-the-directory"]),
        breach("partner-reads-names-only-where-shared-in-full",
            shipped().with("  action in Action::\"desensitized\",\n", "  action in [Action::\"desensitized\", Action::\"identity\"],\n"),
            ("Partner A: seesNamesMaskedOf = Project A", "Volunteer A: rosteredIn = Project A", "Volunteer.nameEn"),
            &["partner-sees-volunteers-desensitised"]),
        breach("partner-reads-contacts-only-where-shared",
            shipped().with("  action in Action::\"desensitized\",\n", "  action in [Action::\"desensitized\", Action::\"contactMasked\"],\n"),
            ("Partner A: seesNamesMaskedOf = Project A", "Volunteer A: rosteredIn = Project A", "Volunteer.email:masked"),
            &["partner-sees-volunteers-desensitised"]),
        breach("partner-reads-notes-only-where-shared",
            shipped().with("  resource.rosteredIn.containsAny(principal.seesNotesOf) ||\n", "  resource.rosteredIn.containsAny(principal.seesRosterOf) ||\n"),
            ("Partner A: seesRosterOf = Project A", "Volunteer A: rosteredIn = Project A", "Volunteer.internalNotes"),
            &["partner-sees-notes-on-volunteers-where-shared"]),
        breach("partner-reads-no-sensitive-particulars",
            shipped().without("partner-never-sees-sensitive-particulars")
                .and(r#"permit (principal is Partner, action in Action::"emergencyMasked", resource is Volunteer) when { resource.rosteredIn.containsAny(principal.seesContactsOf) };"#),
            ("Partner A: seesContactsOf = Project A", "Volunteer A: rosteredIn = Project A", "Volunteer.emergencyContactName:masked"),
            &["added"]),
        breach("partner-reads-no-families",
            shipped().without("partner-never-sees-people-other-than-volunteers")
                .and(r#"permit (principal is Partner, action in Action::"presence", resource is Account) when { resource.organisations.containsAny(principal.leadOrganisations) };"#),
            ("Partner A: leadOrganisations = Organisation A", "Account A: organisations = Organisation A", "User.list"),
            &["added"]),
        breach("read-only-partner-sees-time-place-and-task-type",
            shipped().with("  action in Action::\"readOnly\",\n", "  action in [Action::\"readOnly\", Action::\"plan\"],\n"),
            ("Partner A: seesFrameOf = Project A", "Shift A", "Shift.department"),
            &["partner-sees-time-place-and-task-type"]),
        breach("partner-without-the-right-to-edit-changes-nothing",
            shipped().with("  principal.editsRosterOf.contains(resource.project) ||\n", "  principal.seesRosterOf.contains(resource.project) ||\n"),
            ("Partner A: seesRosterOf = Project A", "Assignment A", "Assignment.unassign"),
            &["partner-makes-rosters-in-scope"]),
        breach("ended-share-gives-nothing",
            shipped().with(" &&\n  principal.leadOrganisations.contains(resource.lead)\n", "\n"),
            ("Partner A: organisation = Organisation A", "Partnership A: partner = Organisation A", "Partnership.archivedAt"),
            &["partner-sees-own-shares"]),
        breach("guardian-reads-no-student-but-the-wards",
            shipped().with("  (resource is Student || resource is Enrolment) &&\n  principal.wards.contains(resource.student)\n",
                           "  (resource is Student || resource is Enrolment) &&\n  principal.wardSchools.contains(resource.organisation)\n"),
            ("User A: wardSchools = Organisation A", "Student A: organisation = Organisation A", "Student.birthDate"),
            &["guardian-sees-own-children"]),
        breach("health-is-read-by-the-person-and-the-guardian",
            shipped().without("health-stays-with-the-person-and-the-guardian")
                .and(r#"permit (principal is User, action in Action::"health", resource is Student) when { resource.classes.containsAny(principal.teaches) };"#),
            ("User A: teaches = Class A", "Student A: classes = Class A", "Student.healthRemark"),
            &["added"]),
        breach("identity-number-is-read-by-its-owner",
            shipped().without("nobody-reads-identity-numbers-of-others")
                .and(r#"permit (principal is User, action in Action::"identityNumber", resource is Volunteer) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Volunteer A: organisation = Organisation A", "Volunteer.identityNumber"),
            &["added"]),
        breach("nobody-is-scored-without-consent",
            scored("principal.coordinates.contains(resource.organisation)"),
            ("User A: coordinates = Organisation A", "Volunteer A: organisation = Organisation A", "Volunteer.score"),
            &["added"]),
    ]
}

/// The shipped set with an action for scoring, allowed under a condition.
fn scored(condition: &str) -> Files {
    Files::shipped()
        .with_schema(
            "  listedShifts: Set<Shift>,\n};",
            "  listedShifts: Set<Shift>,\n  consents: Set<String>,\n};\n\
             action \"Volunteer.score\" appliesTo { principal: [User], resource: [Volunteer] };",
        )
        .and(&format!(
            "permit (principal is User, action == Action::\"Volunteer.score\", \
             resource is Volunteer) when {{ {condition} }};"
        ))
}

fn broken<'a>(report: &'a Report, promise: &str) -> &'a [Breached] {
    let verdict = report.promises.iter().find(|p| p.id == promise).unwrap();
    match &verdict.outcome {
        Outcome::Broken { examples } => examples,
        other => panic!("{promise} is {}", other.code()),
    }
}

/// A right of a share is two sets, and which of them an example takes is the solver's choice.
fn by_project(told: &str) -> String {
    told.replace("OfShifts = Shift A", "Of = Project A")
        .replace("rosteredShifts = Shift A", "rosteredIn = Project A")
        .replace(": shift = Shift A", "")
        .replace(": project = Project A", "")
}

#[test]
fn each_promise_notices_its_own_breach_and_shows_it() {
    let Some(solver) = solver() else { return };
    let mut tried = Vec::new();
    for breach in breaches() {
        let report = breach.files.proved(&solver);
        assert_eq!(unproved(&report), [(breach.promise, "BROKEN")], "{report}");
        let examples = broken(&report, breach.promise);
        let found = examples.iter().find(|e| {
            let example = &e.example;
            e.actions.iter().any(|action| action == breach.action)
                && by_project(&example.who.to_string()) == breach.who
                && by_project(&example.record.to_string()) == breach.record
        });
        let found = found.unwrap_or_else(|| panic!("{}: {report}", breach.promise));
        let by: Vec<&str> = found
            .example
            .allowed_by
            .iter()
            .map(|p| p.id.as_str())
            .collect();
        assert_eq!(by, breach.by, "{}", breach.promise);
        tried.push(breach.promise);
    }
    // a promise without a breach here would be one that nobody has seen to work
    let files = Files::shipped();
    let promises = kaifong_prover::Promises::of(&files.invariants, &files.set()).unwrap();
    let mut all: Vec<&str> = promises.all().iter().map(|p| p.id.as_str()).collect();
    all.sort_unstable();
    tried.sort_unstable();
    assert_eq!(tried, all);
}

#[test]
fn what_a_pair_lacks_is_named() {
    let Some(solver) = solver() else { return };
    let phone = "    Action::\"phone\",\n    Action::\"phoneMasked\",\n";
    let files = Files::shipped().with(phone, "    Action::\"phone\",\n");
    let report = files.proved(&solver);
    let found = broken(&report, "who-reads-in-full-also-reads-masked");
    assert_eq!(
        report.to_string().matches("against it").count(),
        found.len(),
        "{report}"
    );
    let but: Vec<_> = found.iter().filter_map(|b| b.but.as_deref()).collect();
    assert_eq!(but, ["but is refused Guardian.phone:masked"]);
}

#[test]
fn a_promise_about_what_is_to_come_is_kept_when_it_comes() {
    let Some(solver) = solver() else { return };
    let kept = "principal.coordinates.contains(resource.organisation) && \
                resource.consents.contains(\"scoring\")";
    let report = scored(kept).proved(&solver);
    assert_eq!(unproved(&report), [], "{report}");
    let promise = report
        .promises
        .iter()
        .find(|p| p.id.contains("scored"))
        .unwrap();
    assert_eq!(
        (promise.outcome.code(), promise.environments),
        ("PROVED", 1)
    );
}
