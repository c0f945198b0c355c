//! What a new set changes, in each direction, with a request that shows it.

use kaifong_prover::{Change, Comparison, Row, compare};

use crate::rig::{Files, solver};

fn compared(old: &Files, new: &Files) -> Option<Comparison> {
    let solver = solver()?;
    Some(compare(&old.set(), &new.set(), &solver).unwrap())
}

/// The rows that are not the same: verdict, asker, record and actions.
fn changes(comparison: &Comparison) -> Vec<(Change, String)> {
    let rows = comparison
        .rows
        .iter()
        .filter(|row| row.verdict != Change::Same);
    rows.map(|row| {
        let actions = row.actions.join(" ");
        (
            row.verdict,
            format!("{} {}: {actions}", row.principal, row.resource),
        )
    })
    .collect()
}

fn row<'a>(comparison: &'a Comparison, action: &str, principal: &str) -> &'a Row {
    let mut rows = comparison
        .rows
        .iter()
        .filter(|row| row.principal == principal);
    rows.find(|row| row.actions.iter().any(|a| a == action))
        .unwrap()
}

#[test]
fn every_environment_is_in_one_row_and_a_set_is_the_same_as_itself() {
    let Some(comparison) = compared(&Files::shipped(), &Files::shipped()) else {
        return;
    };
    assert_eq!(changes(&comparison), []);
    let mut all: Vec<(String, String)> = comparison
        .rows
        .iter()
        .flat_map(|row| {
            row.actions
                .iter()
                .map(|a| (row.principal.clone(), a.clone()))
        })
        .collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
    let actions = all
        .iter()
        .filter(|(principal, _)| principal == "User")
        .count();
    assert_eq!(
        count,
        4 * actions,
        "each action is asked for by the four kinds of asker"
    );
    assert!(all.contains(&("User".to_owned(), "Shift.assign".to_owned())));
}

/// Other words for the same are proved to be the same.
#[test]
fn a_set_in_other_words_is_the_same() {
    let other = Files::shipped().with(
        "  resource.status == \"PUBLISHED\" &&\n  resource.recipients.contains(principal.account)\n",
        "  !(resource.status != \"PUBLISHED\" || !resource.recipients.contains(principal.account))\n",
    );
    let Some(comparison) = compared(&Files::shipped(), &other) else {
        return;
    };
    assert_eq!(changes(&comparison), []);
    assert!(comparison.solved > 0);
}

#[test]
fn each_direction_is_told_with_its_example() {
    let old = Files::shipped();
    let new = old
        .clone()
        // more: partners of a desensitised share see masked contacts
        .with(
            "  action in Action::\"desensitized\",\n",
            "  action in [Action::\"desensitized\", Action::\"contactMasked\"],\n",
        )
        // less: volunteers no longer see what is noted about their own health
        .with(
            "    Action::\"identityNumberMasked\",\n    Action::\"health\",\n",
            "    Action::\"identityNumberMasked\",\n",
        )
        // other: the frame follows the roster
        .with(
            "  principal.seesFrameOf.contains(resource.project) ||\n  principal.seesFrameOfShifts.contains(resource.shift)\n",
            "  principal.seesRosterOf.contains(resource.project) ||\n  principal.seesFrameOfShifts.contains(resource.shift)\n",
        );
    let Some(comparison) = compared(&old, &new) else {
        return;
    };
    assert_eq!(
        changes(&comparison),
        [
            (
                Change::Neither,
                "Partner Shift: Shift.endsAt Shift.list Shift.place Shift.startsAt Shift.taskType"
                    .to_owned()
            ),
            (
                Change::Wider,
                "Partner Volunteer: Volunteer.email:masked Volunteer.phone:masked".to_owned()
            ),
            (
                Change::Narrower,
                "User Volunteer: Volunteer.healthRemark".to_owned()
            ),
        ]
    );
    let told = |party: &kaifong_prover::Party| {
        let matters = party.matters.iter();
        matters
            .map(|a| format!("{}={}", a.name, a.value))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let frame = row(&comparison, "Shift.list", "Partner");
    let gained = frame.gained.as_ref().unwrap();
    let lost = frame.lost.as_ref().unwrap();
    assert_eq!(told(&gained.who), "seesRosterOf=Project A");
    assert_eq!(told(&lost.who), "seesFrameOf=Project A");
    assert_eq!(told(&lost.record), "project=Project A");
    let health = row(&comparison, "Volunteer.healthRemark", "User");
    assert!(health.gained.is_none());
    let lost = health.lost.as_ref().unwrap();
    assert_eq!(told(&lost.who), "ownVolunteers=Volunteer A");
    assert_eq!(lost.allowed_by[0].id, "volunteer-keeps-own-record");
    let contacts = row(&comparison, "Volunteer.phone:masked", "Partner");
    assert!(contacts.gained.is_some() && contacts.lost.is_none());
}

/// Which group an action is in is a policy too: moving it is told, though no rule changed.
#[test]
fn another_schema_is_compared_by_what_each_set_means() {
    let old = Files::shipped();
    let new = old
        .clone()
        .with_schema(
            "action \"Volunteer.birthDate\"\n  in [\"birth\"]",
            "action \"Volunteer.birthDate\"\n  in [\"profile\"]",
        )
        .with_schema(
            "action \"Tag.import\"",
            "action \"Tag.colour\" in [\"reference\"] appliesTo { principal: [User], resource: \
             [Tag] };\naction \"Tag.import\"",
        );
    let Some(comparison) = compared(&old, &new) else {
        return;
    };
    let gained = row(&comparison, "Volunteer.birthDate", "User");
    assert_eq!(
        gained.verdict,
        Change::Wider,
        "coordinators see the profile: {gained}"
    );
    let matters = &gained.gained.as_ref().unwrap().who.matters;
    assert_eq!(matters[0].name, "coordinates");
    assert_eq!(
        row(&comparison, "Tag.colour", "User").verdict,
        Change::Wider
    );
    assert_eq!(changes(&comparison).len(), 2);
    let back = compared(&new, &old).unwrap();
    assert_eq!(
        row(&back, "Volunteer.birthDate", "User").verdict,
        Change::Narrower
    );
    let gone = row(&back, "Tag.colour", "User");
    assert_eq!(gone.verdict, Change::Narrower);
    assert_eq!(gone.lost.as_ref().unwrap().record.name, "Tag A");
}

/// What cannot be told is not called the same.
#[test]
fn doubt_is_not_the_same() {
    let asking = |schema: &str| {
        let files = Files::shipped().and(
            "permit (principal is User, action in Action::\"reference\", resource is Tag) when \
             { action in Action::\"reference\" };",
        );
        files.with_schema("// ----- Reference -----", schema)
    };
    let old = asking("// ----- Reference -----");
    let new = asking("// ----- Tags and holidays -----").with(
        "  principal is User || principal is Partner\n",
        "  principal is User\n",
    );
    let Some(comparison) = compared(&old, &new) else {
        return;
    };
    let tags = row(&comparison, "Tag.code", "User");
    assert_eq!(tags.verdict, Change::Undecided);
    assert!(tags.reason.as_ref().unwrap().contains("the schemas differ"));
    assert_eq!(
        row(&comparison, "Tag.code", "Partner").verdict,
        Change::Narrower
    );
}
