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
        breach("partner-reads-of-disputes-only-what-it-sees",
            shipped().and(r#"permit (principal is Partner, action in Action::"disputeWords", resource is CorrectionNote) when { resource.disputedField == "nameZh" && resource.rosteredIn.containsAny(principal.seesNamesMaskedOf) };"#),
            ("Partner A: seesNamesMaskedOf = Project A", "CorrectionNote A: disputedField = \"nameZh\"; rosteredIn = Project A", "CorrectionNote.statement"),
            &["added"]),
        breach("disputes-are-read-with-the-data",
            shipped().and(r#"permit (principal is User, action in Action::"dispute", resource is CorrectionNote) when { resource.disputedField == "address" && resource.rosteredIn.containsAny(principal.leads) };"#),
            ("User A: leads = Project A", "CorrectionNote A: disputedField = \"address\"; rosteredIn = Project A", "CorrectionNote.notedAt"),
            &["added"]),
        breach("words-on-hidden-contacts-are-read-on-the-day",
            shipped().and(r#"permit (principal is User, action in Action::"disputeWords", resource is CorrectionNote) when { resource.disputedField == "phone" && resource.rosteredIn.containsAny(principal.leads) };"#),
            ("User A: leads = Project A", "CorrectionNote A: disputedField = \"phone\"; rosteredIn = Project A", "CorrectionNote.proposedValue"),
            &["added"]),
        breach("administrator-reads-nobodys-log",
            shipped().without("nobody-else-reads-a-log")
                .and(r#"permit (principal is User, action in Action::"readLogs", resource is Student) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Student A: organisation = Organisation A", "Student.readDisclosures"),
            &["added"]),
        breach("no-partner-and-no-job-reads-a-log",
            shipped().without("nobody-else-reads-a-log")
                .and(r#"permit (principal is Job, action in Action::"readLogs", resource is Guardian) when { principal.role == "import" };"#),
            ("Job A: role = \"import\"", "Guardian A", "Guardian.readDisclosures"),
            &["added"]),
        breach("nobody-but-the-officer-drills-a-breach",
            shipped()
                .and(r#"permit (principal is User, action in Action::"drillBreaches", resource is Volunteer) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Volunteer A: organisation = Organisation A", "Volunteer.drillBreach"),
            &["added"]),
        breach("administrator-reads-nobodys-trail",
            shipped().without("nobody-else-reads-a-trail")
                .and(r#"permit (principal is User, action in Action::"readTrails", resource is Student) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Student A: organisation = Organisation A", "Student.readChanges"),
            &["added"]),
        breach("no-partner-and-no-job-reads-a-trail",
            shipped().without("nobody-else-reads-a-trail")
                .and(r#"permit (principal is Job, action in Action::"readTrails", resource is Guardian) when { principal.role == "import" };"#),
            ("Job A: role = \"import\"", "Guardian A", "Guardian.readChanges"),
            &["added"]),
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
                .with("  principal.administers.contains(resource.lead)\n};\n\n@id(\"administrator-answers-shares-received\")",
                      "  principal.administers.contains(resource.lead) || principal.administers.contains(resource.partner)\n};\n\n@id(\"administrator-answers-shares-received\")"),
            ("User A: administers = Organisation A", "Partnership A: partner = Organisation A", "Partnership.desensitised:edit"),
            &["administrator-shares"]),
        breach("only-the-partners-administrator-answers-an-offer",
            shipped().with("     Action::\"share\",\n     Action::\"tendShares\"],\n", "     Action::\"share\",\n     Action::\"answerShares\",\n     Action::\"tendShares\"],\n"),
            ("User A: administers = Organisation A", "Partnership A: lead = Organisation A", "Partnership.accept"),
            &["administrator-shares"]),
        breach("only-the-two-sides-read-what-became-of-a-share",
            shipped().and(r#"permit (principal is Partner, action in Action::"shareTrail", resource) when { resource.partner == principal.organisation && principal.leadOrganisations.contains(resource.lead) };"#),
            ("Partner A: leadOrganisations = Organisation B; organisation = Organisation A", "PartnershipStep A: lead = Organisation B; partner = Organisation A", "PartnershipStep.after"),
            &["added"]),
        breach("partner-hands-nothing-on-to-anybody",
            shipped().without("partner-hands-nothing-on")
                .and(r#"permit (principal is Partner, action == Action::"Partnership.create", resource is Partnership) when { resource.lead == principal.organisation && !principal.plansOf.isEmpty() };"#),
            ("Partner A: organisation = Organisation A; plansOf = Project A", "Partnership A: lead = Organisation A", "Partnership.create"),
            &["added"]),
        breach("partner-reads-no-notice-that-is-not-to-be-forwarded",
            shipped().without("partner-never-gets-notices-not-to-be-forwarded")
                .with("  resource.forwardable &&\n", ""),
            ("Partner A: editsProgressOf = Project A", "Notice A: forwardable = no; project = Project A; status = \"PUBLISHED\"", "Notice.author"),
            &["partner-reads-forwardable-notices"]),
        breach("only-privacy-officers-erase",
            shipped().and(r#"permit (principal is User, action == Action::"Volunteer.erase", resource is Volunteer) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Volunteer A: organisation = Organisation A", "Volunteer.erase"),
            &["added"]),
        breach("only-privacy-officers-hold-and-release",
            shipped().and(r#"permit (principal is User, action == Action::"Organisation.releaseHold", resource is Organisation) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Organisation A", "Organisation.releaseHold"),
            &["added"]),
        breach("only-the-nightly-job-erases-by-itself",
            shipped().and(r#"permit (principal is Job, action == Action::"Organisation.expire", resource is Organisation) when { principal.role == "import" };"#),
            ("Job A: role = \"import\"", "Organisation A", "Organisation.expire"),
            &["added"]),
        breach("data-never-leaves-for-a-place-that-is-not-allowed",
            shipped().with(" &&\n  (resource.residency.contains(\"ANYWHERE\") ||\n   resource.residency.contains(principal.place))\n", "\n"),
            ("Job A", "Organisation A", "Organisation.transfer"),
            &["data-goes-where-the-organisation-lets-it"]),
        breach("nobody-invites-into-an-organisation-that-is-not-theirs",
            shipped().and(r#"permit (principal is User, action == Action::"Invitation.send", resource is Invitation) when { principal.oversees.contains(resource.organisation) && !principal.officerOf.contains(resource.organisation) && resource.role == "COORDINATOR" };"#),
            ("User A: oversees = Organisation A", "Invitation A: organisation = Organisation A; role = \"COORDINATOR\"", "Invitation.send"),
            &["added"]),
        breach("nobody-gives-a-role-that-is-not-theirs-to-give",
            shipped().without("only-a-privacy-officer-names-another")
                .and(r#"permit (principal is User, action == Action::"Invitation.send", resource is Invitation) when { principal.administers.contains(resource.organisation) && resource.role == "PRIVACY_OFFICER" };"#),
            ("User A: administers = Organisation A", "Invitation A: organisation = Organisation A; role = \"PRIVACY_OFFICER\"", "Invitation.send"),
            &["added"]),
        breach("invited-addresses-stay-with-who-invites",
            shipped().and(r#"permit (principal is User, action == Action::"Invitation.email:masked", resource is Invitation) when { principal.coordinates.contains(resource.organisation) };"#),
            ("User A: coordinates = Organisation A", "Invitation A: organisation = Organisation A", "Invitation.email:masked"),
            &["added"]),
        breach("being-in-a-space-shows-no-work",
            shipped().and(r#"permit (principal is User, action == Action::"Shift.place", resource is Shift) when { principal.keepsPoliciesOf.contains(resource.organisation) };"#),
            ("User A: keepsPoliciesOf = Organisation A", "Shift A: organisation = Organisation A", "Shift.place"),
            &["added"]),
        breach("templates-are-read-at-home-and-in-their-spaces",
            shipped().without("templates-not-to-be-forwarded-stay"),
            ("User A: administers = Organisation A", "ShiftTemplate A: forwardable = no; sharedWith = Organisation A", "ShiftTemplate.durationMinutes"),
            &["members-read-templates-in-spaces"]),
        breach("templates-are-changed-at-home",
            shipped().with("  action in Action::\"template\",\n", "  action in [Action::\"template\", Action::\"editTemplate\"],\n"),
            ("User A: administers = Organisation A", "ShiftTemplate A: forwardable = yes; sharedWith = Organisation A", "ShiftTemplate.durationMinutes:edit"),
            &["members-read-templates-in-spaces"]),
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
            shipped().with("{\n  resource.rosteredIn.containsAny(principal.seesNotesOf) ||\n", "{\n  resource.rosteredIn.containsAny(principal.seesRosterOf) ||\n"),
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
            ("Partner A: organisation = Organisation A; shares = Partnership B", "Partnership A: partner = Organisation A; share = Partnership B", "Partnership.archivedAt"),
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
        breach("name-with-number-is-had-by-the-person",
            shipped().and(r#"permit (principal is User, action in Action::"nameWithIdentityNumber", resource is Volunteer) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "Volunteer A: organisation = Organisation A", "Volunteer.nameWithIdentityNumber"),
            &["added"]),
        breach("nobody-is-scored-without-consent",
            shipped().with("  principal.role == \"matching\" &&\n  resource.scoringConsentedTo.contains(resource.organisation)\n",
                           "  principal.role == \"matching\"\n"),
            ("Job A: role = \"matching\"", "Volunteer A", "Volunteer.score"),
            &["matching-scores-who-consented"]),
        breach("small-groups-are-seen-by-who-keeps-the-records",
            shipped().and(r#"permit (principal is Partner, action in Action::"smallGroups", resource is Volunteer) when { resource.rosteredIn.containsAny(principal.seesNamesOf) };"#),
            ("Partner A: seesNamesOf = Project A", "Volunteer A: rosteredIn = Project A", "Volunteer.seeSmallGroups"),
            &["added"]),
        breach("requests-are-read-by-the-person-the-guardian-and-the-officer",
            shipped().and(r#"permit (principal is User, action in Action::"dataRequest", resource is DataRequest) when { principal.administers.contains(resource.organisation) };"#),
            ("User A: administers = Organisation A", "DataRequest A: organisation = Organisation A", "DataRequest.capacity"),
            &["added"]),
        breach("only-a-privacy-officer-answers-requests-for-data",
            shipped().and(r#"permit (principal is User, action in Action::"answerForData", resource is DataRequest) when { resource has volunteer && principal.ownVolunteers.contains(resource.volunteer) };"#),
            ("User A: ownVolunteers = Volunteer A", "DataRequest A: volunteer = Volunteer A", "DataRequest.answer"),
            &["added"]),
        breach("no-copy-leaves-before-it-is-answered",
            shipped().and(r#"permit (principal is User, action in Action::"fetchData", resource is DataRequest) when { resource.kind == "ACCESS" && principal.officerOf.contains(resource.organisation) };"#),
            ("User A: officerOf = Organisation A", "DataRequest A: kind = \"ACCESS\"; organisation = Organisation A", "DataRequest.export"),
            &["added"]),
        breach("requests-are-made-by-the-person-the-guardian-and-the-officer",
            shipped().and(r#"permit (principal is User, action in Action::"askForData", resource is DataRequest) when { resource.wasVolunteer.contains(principal.account) };"#),
            ("User A: account = Account A", "DataRequest A: wasVolunteer = Account A", "DataRequest.withdraw"),
            &["added"]),
        breach("no-copy-is-looked-at-but-by-who-answers",
            shipped().without("nobody-answers-what-they-asked-for"),
            ("User A: account = Account A; officerOf = Organisation A", "DataRequest A: kind = \"ACCESS\"; opener = Account A; organisation = Organisation A; state = \"OPEN\"", "DataRequest.preview"),
            &["privacy-officer-looks-at-the-copy-before-the-answer"]),
        breach("nobody-markets-to-who-did-not-consent",
            shipped().without("direct-marketing-takes-consent"),
            ("Partner A: marketsFor = Organisation A; organisation = Organisation A; seesNotesOf = Project A", "Volunteer A: rosteredIn = Project A", "Volunteer.internalNotes"),
            &["partner-reads-disputes-of-notes-where-shared"]),
        breach("consent-is-given-by-the-person-or-the-guardian",
            shipped().and(r#"permit (principal is User, action in Action::"consenting", resource is Student) when { resource.classes.containsAny(principal.teaches) };"#),
            ("User A: teaches = Class A", "Student A: classes = Class A", "Student.giveConsent"),
            &["added"]),
        breach("who-gave-consent-and-when-is-not-everybodys",
            shipped().and(r#"permit (principal is User, action in Action::"consentTrail", resource is Consent) when { principal.coordinates.contains(resource.organisation) };"#),
            ("User A: coordinates = Organisation A", "Consent A: organisation = Organisation A", "Consent.at"),
            &["added"]),
        breach("only-administrators-of-the-partner-issue-its-tokens",
            shipped().and(r#"permit (principal is User, action in Action::"issueTokens", resource) when { principal.coordinates.contains(resource.partner) };"#),
            ("User A: coordinates = Organisation A", "PartnerToken A: partner = Organisation A", "PartnerToken.issue"),
            &["added"]),
        breach("only-the-two-sides-end-a-token",
            shipped().and(r#"permit (principal is User, action in Action::"revokeTokens", resource) when { principal.officerOf.contains(resource.partner) };"#),
            ("User A: officerOf = Organisation A", "PartnerToken A: partner = Organisation A", "PartnerToken.revoke"),
            &["added"]),
        breach("a-partner-sees-only-the-shares-of-its-token",
            shipped().with("  principal.shares.contains(resource.share) &&\n", ""),
            ("Partner A: leadOrganisations = Organisation B; organisation = Organisation A", "Partnership A: lead = Organisation B; partner = Organisation A", "Partnership.archivedAt"),
            &["partner-sees-own-shares"]),
    ]
}

/// The shipped set with a promise about an action that is to come.
fn promised() -> Files {
    Files::shipped().promising(
        "@id(\"x\") @once(\"Volunteer.rank\") \
         forbid (principal, action in Action::\"Volunteer.rank\", resource is Volunteer) \
         unless { resource.scoringConsentedTo.contains(resource.organisation) };",
    )
}

/// The same once it has come, allowed under a condition.
fn ranked(condition: &str) -> Files {
    promised()
        .with_schema(
            "  sharingConsentedTo: Set<Organisation>,\n};",
            "  sharingConsentedTo: Set<Organisation>,\n};\n\
             action \"Volunteer.rank\" appliesTo { principal: [User], resource: [Volunteer] };",
        )
        .and(&format!(
            "permit (principal is User, action == Action::\"Volunteer.rank\", \
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
    let report = promised().proved(&solver);
    let outcomes: Vec<_> = report.promises.iter().map(|p| p.outcome.code()).collect();
    assert_eq!(outcomes, ["WAITING"]);
    let open = "principal.coordinates.contains(resource.organisation)";
    assert_eq!(unproved(&ranked(open).proved(&solver)), [("x", "BROKEN")]);
    let kept = format!("{open} && resource.scoringConsentedTo.contains(resource.organisation)");
    let report = ranked(&kept).proved(&solver);
    assert_eq!(unproved(&report), [], "{report}");
    let promise = report.promises.iter().find(|p| p.id == "x").unwrap();
    assert_eq!(
        (promise.outcome.code(), promise.environments),
        ("PROVED", 1)
    );
}
