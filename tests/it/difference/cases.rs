//! Edits of the shipped set, one of each sort.

use kaifong::catalogue::{TYPES, Type, find};
use kaifong::policy::Policies;
use kaifong::policy::difference::Change;
use kaifong::policy::scenario::Answer;
use kaifong::store::Store;
use sea_orm::ConnectionTrait;

use super::{askers, brute_force, check, edited, told, under};
use crate::app::noon;
use crate::databases::TestDatabase;

/// An edit: what it is, what it does to the text, the types to look at, and as what people are called.
type Edit = (
    &'static str,
    fn(String) -> String,
    &'static [&'static str],
    (&'static [&'static str], &'static str),
);

fn replaced(text: String, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the shipped set has no `{from}`");
    text.replacen(from, to, 1)
}

/// The text without the policy of this id.
fn without(text: String, id: &str) -> String {
    let begin = text.find(&format!("@id(\"{id}\")")).unwrap();
    let end = text[begin..].find(";\n").unwrap() + begin + 2;
    format!("{}{}", &text[..begin], &text[end..])
}

/// A replacement inside the policy of this id.
fn within(text: String, id: &str, from: &str, to: &str) -> String {
    let begin = text.find(&format!("@id(\"{id}\")")).unwrap();
    let (before, after) = text.split_at(begin);
    let end = after.find(";\n").unwrap() + 2;
    let (policy, rest) = after.split_at(end);
    format!("{before}{}{rest}", replaced(policy.to_owned(), from, to))
}

fn with(text: String, rule: &str) -> String {
    text + "\n@id(\"more\") @en(\"More.\") @zh(\"更多。\")\n" + rule
}

const EDITS: &[Edit] = &[
    (
        "a permit is added",
        |text| {
            with(
                text,
                r#"permit (principal is User, action == Action::"Volunteer.identityNumber:masked", resource is Volunteer)
                   when { principal.coordinates.contains(resource.organisation) };"#,
            )
        },
        &["Volunteer"],
        (&["COORDINATOR"], "USER"),
    ),
    (
        "a permit is dropped, and rows with it",
        |text| without(text, "coordinator-sees-volunteers"),
        &["Volunteer", "Certificate"],
        (&["COORDINATOR"], "USER"),
    ),
    (
        "a forbid is added",
        |text| {
            with(
                text,
                r#"forbid (principal is User, action in [Action::"Volunteer.birthDate", Action::"Volunteer.district"], resource is Volunteer)
                   unless { principal.administers.contains(resource.organisation) };"#,
            )
        },
        &["Volunteer"],
        (&["ADMINISTRATOR"], "USER"),
    ),
    (
        "a condition is widened",
        |text| {
            within(
                text,
                "team-leader-sees-contacts-on-the-day",
                "resource.rosteredShifts.containsAny(principal.leadsToday)",
                "resource.rosteredIn.containsAny(principal.leads)",
            )
        },
        &["Volunteer"],
        (&["TEAM_LEADER"], "USER"),
    ),
    (
        "a condition on the own record is narrowed",
        |text| {
            within(
                text,
                "volunteer-keeps-own-record",
                "when {",
                "when { resource.status == \"PAUSED\" &&",
            )
        },
        &["Volunteer"],
        (&[], "VOLUNTEER"),
    ),
    (
        "a masked twin is dropped",
        |text| {
            within(
                text,
                "volunteer-sees-names-on-the-same-shift-masked",
                ", Action::\"identityMasked\"",
                "",
            )
        },
        &["Volunteer"],
        (&[], "VOLUNTEER"),
    ),
    (
        "a masked twin is added",
        |text| {
            within(
                text,
                "volunteer-sees-names-on-the-same-shift-masked",
                "Action::\"identityMasked\"",
                "Action::\"identityMasked\", Action::\"contactMasked\"",
            )
        },
        &["Volunteer"],
        (&[], "VOLUNTEER"),
    ),
    (
        "a row rule of partners is changed",
        |text| {
            within(
                text,
                "partner-sees-that-volunteers-are-on-shared-rosters",
                "resource.rosteredIn.containsAny(principal.seesRosterOf)",
                "resource.listedIn.containsAny(principal.seesRosterOf)",
            )
        },
        &["Volunteer"],
        (&[], "USER"),
    ),
    (
        "a deed is given",
        |text| {
            within(
                text,
                "team-leader-reports-progress",
                "Action::\"Shift.change\"",
                "Action::\"Shift.change\", Action::\"Shift.archive\", Action::\"editPlan\"",
            )
        },
        &["Shift"],
        (&["TEAM_LEADER"], "USER"),
    ),
    (
        "everybody loses a field",
        |text| {
            with(
                text,
                r#"forbid (principal, action == Action::"Organisation.telephone", resource);"#,
            )
        },
        &["Organisation"],
        (&[], "USER"),
    ),
    (
        "members of many organisations gain a field",
        |text| {
            with(
                text,
                r#"permit (principal is User, action == Action::"Shift.internalNote", resource is Shift)
                   when { principal.memberOf.contains(resource.organisation) };"#,
            )
        },
        &["Shift"],
        (
            &[
                "ADMINISTRATOR",
                "COORDINATOR",
                "TEAM_LEADER",
                "TEACHER",
                "VOLUNTEER",
            ],
            "USER",
        ),
    ),
    (
        "guardians lose what they see of their children",
        |text| {
            within(
                text,
                "guardian-sees-own-children",
                "     Action::\"health\",\n",
                "",
            )
        },
        &["Student", "Enrolment"],
        (&[], "GUARDIAN"),
    ),
    (
        "recipients lose their notices",
        |text| without(text, "recipient-reads-own-notices"),
        &["Notice"],
        (&[], "USER"),
    ),
    (
        "who is not signed in sees the directory",
        |text| {
            with(
                without(text, "anonymous-sees-nothing"),
                r#"permit (principal is Anonymous, action in Action::"directory", resource is Organisation);"#,
            )
        },
        &["Organisation"],
        (&[], "USER"),
    ),
    (
        "the import loses shifts",
        |text| without(text, "import-keeps-shifts"),
        &["Shift"],
        (&[], "USER"),
    ),
    (
        "two policies change each other's effect",
        |text| {
            let text = without(text, "administrator-keeps-volunteers-records");
            with(
                text,
                r#"permit (principal is User, action == Action::"Volunteer.phone:edit", resource is Volunteer)
                   when { principal.coordinates.contains(resource.organisation) };"#,
            )
        },
        &["Volunteer"],
        (&["ADMINISTRATOR", "COORDINATOR"], "USER"),
    ),
];

/// The demo's people and records. Most guardians cannot sign in, so that the others can be asked about
/// everything: who cannot sign in gains and loses nothing.
async fn world(database: &TestDatabase) -> Store {
    kaifong::demo::load(&database.db, noon()).await.unwrap();
    let fewer = "UPDATE account SET status = 'DISABLED' WHERE id IN \
                 (SELECT account_id FROM guardian WHERE name_en < 'T')";
    database.db.execute_unprepared(fewer).await.unwrap();
    Store::new(database.db.clone()).at(noon())
}

/// A change but for its words.
fn seen(change: &Change, before: Answer, after: Answer, gains: bool) -> String {
    let Change {
        of,
        subject,
        role,
        organisation,
        viewers,
        records,
        ..
    } = change;
    format!(
        "{of} {subject} {before:?} {after:?} {gains} {role} {organisation:?} {viewers} {records}"
    )
}

async fn checked(edits: impl Iterator<Item = &'static Edit> + Clone) {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let people = askers(&store, [&old, &old]).await;
        for (name, edit, types, called) in edits.clone() {
            let new = edited(edit);
            let types: Vec<&'static Type> = types.iter().map(|name| find(name).unwrap()).collect();
            let name = &format!("{}: {name}", database.name);
            let (told, there) = check(&store, name, (&people, &new), &types, *called).await;
            assert!(told > 0, "{name}: nothing is told");
            // the other way round it is the same, with losses for gains
            let again = super::told(&store, &new, &old, 100_000).await;
            let (mut one, mut other) = (Vec::new(), Vec::new());
            for change in &there.changes {
                one.push(seen(change, change.before, change.after, change.gains));
            }
            for change in &again.changes {
                other.push(seen(change, change.after, change.before, !change.gains));
            }
            one.sort();
            other.sort();
            assert_eq!(one, other, "{name}: back is not the same way");
            eprintln!("{name}: {:#?}", there.english);
            eprintln!("{:#?}", there.chinese);
        }
        database.close().await;
    }
}

#[tokio::test]
async fn the_difference_is_what_brute_force_finds_for_the_first_edits() {
    checked(EDITS.iter().step_by(2)).await;
}

#[tokio::test]
async fn the_difference_is_what_brute_force_finds_for_the_other_edits() {
    checked(EDITS.iter().skip(1).step_by(2)).await;
}

#[tokio::test]
async fn what_is_only_written_otherwise_changes_nothing() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let written: [fn(String) -> String; 4] = [
            |text| text,
            |text| format!("// a remark\n{text}").replace("\n)\nwhen", "\n) // another\nwhen"),
            |text| text.replace("@id(\"", "@id(\"renamed-"),
            |text| text.replace("  ", "\t"),
        ];
        for edit in written {
            let new = edited(edit);
            let statements = store.statements().put;
            let difference = told(&store, &old, &new, 100_000).await;
            assert!(difference.is_empty());
            assert_eq!(difference.english, ["Nobody gains or loses anything."]);
            assert_eq!(difference.chinese, ["沒有人因此獲得或失去任何權限。"]);
            assert_eq!(store.statements().put, statements, "the data was looked at");
        }
        database.close().await;
    }
}

/// Policies that are another text and say the same come to nothing too, after a look at the rules.
#[tokio::test]
async fn what_says_the_same_in_other_words_changes_nothing() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let new = edited(|text| {
            let text = within(
                text,
                "coordinator-sees-volunteers",
                "principal.coordinates.contains(resource.organisation)",
                "!(!(principal.coordinates.contains(resource.organisation)))",
            );
            with(
                text,
                r#"permit (principal is User, action == Action::"Volunteer.phone", resource is Volunteer)
                   when { principal.coordinates.contains(resource.organisation) && resource.status == "ACTIVE" };"#,
            )
        });
        assert_ne!(old.version(), new.version());
        let difference = told(&store, &old, &new, 100_000).await;
        assert_eq!(difference.english, ["Nobody gains or loses anything."]);
        database.close().await;
    }
}

/// Above the cap a number is a lower bound and says so; below it nothing changes.
#[tokio::test]
async fn what_is_capped_says_so() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        for (_, edit, ..) in EDITS {
            let new = edited(edit);
            let whole = told(&store, &old, &new, 100_000).await;
            let capped = told(&store, &old, &new, 3).await;
            let key = |c: &kaifong::policy::difference::Change| {
                let organisation = c.organisation.clone();
                (
                    c.of.clone(),
                    c.subject.clone(),
                    c.before.en(),
                    c.after.en(),
                    c.role.clone(),
                    organisation,
                )
            };
            // where not everybody could be looked at, that is told
            let fewer = whole.changes.len() - capped.changes.len();
            assert!(fewer == 0 || !capped.complete, "{fewer} fewer");
            for change in &capped.changes {
                let exact = whole
                    .changes
                    .iter()
                    .find(|c| key(c) == key(change))
                    .unwrap();
                for (said, more, truth) in [
                    (change.viewers, change.viewers_capped, exact.viewers),
                    (change.records, change.records_capped, exact.records),
                ] {
                    assert!(said <= 3 && said <= truth, "{change:?} of {exact:?}");
                    assert!(more || said == truth, "{change:?} of {exact:?}");
                }
            }
        }
        database.close().await;
    }
}

/// Rules that only Cedar decides are asked on a sample of the rows, and the numbers say so.
#[tokio::test]
async fn what_only_cedar_can_say_is_sampled() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let new = edited(|text| {
            with(
                text,
                r#"forbid (principal is User, action == Action::"Volunteer.phone", resource is Volunteer)
                   when { resource.status like "ACT*" };"#,
            )
        });
        let difference = told(&store, &old, &new, 100_000).await;
        let changes = &difference.changes;
        assert!(!changes.is_empty());
        for change in changes {
            assert!(!change.gains && change.subject == "phone", "{change:?}");
            // the demo has more volunteers than the sample
            assert!(change.records_capped && change.records > 0, "{change:?}");
        }
        database.close().await;
    }
}

/// Where a policy reads what is a person's own so that no class can stand for it, some people are
/// looked at one by one; that there are others is told.
#[tokio::test]
async fn of_what_a_class_cannot_tell_some_are_looked_at() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let new = edited(|text| {
            with(
                text,
                r#"forbid (principal is User, action == Action::"Holiday.date", resource is Holiday)
                   unless { principal.wards.isEmpty() };"#,
            )
        });
        let people = under(&askers(&store, [&old, &old]).await, &new);
        let holiday = [find("Holiday").unwrap()];
        let found = brute_force(&store, &people, &holiday, (&[], "USER")).await;
        let truth: Vec<_> = found.values().collect();
        assert_eq!(truth.len(), 1);
        let difference = told(&store, &old, &new, 100_000).await;
        let few = people
            .iter()
            .filter(|asker| asker.other.is_none() && asker.partner.is_none());
        assert_eq!(difference.complete, few.count() <= 50);
        assert_eq!(difference.changes.len(), 1, "{difference:#?}");
        let change = &difference.changes[0];
        assert!(!change.gains && change.viewers > 0);
        assert!(change.viewers_capped || difference.complete);
        assert!(change.viewers <= truth[0].viewers.len() as u64);
        assert_eq!(change.records, truth[0].records.len() as u64);
        let last = difference.english.last().unwrap();
        let said = last.starts_with("Not everybody could be looked at");
        assert_eq!(said, !difference.complete, "{last}");
        database.close().await;
    }
}

/// People whom a policy names are told apart from those who hold the same roles.
#[tokio::test]
async fn who_is_named_is_looked_at_alone() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let one = kaifong::demo::holders()
            .into_iter()
            .find_map(|holder| match holder.kind {
                kaifong::demo::DemoToken::User { account_id, .. }
                    if holder.role == "coordinator" =>
                {
                    Some(account_id)
                }
                _ => None,
            });
        let one = one.unwrap();
        let new = edited(|text| {
            with(
                text,
                &format!(
                    r#"permit (principal == User::"{one}", action == Action::"Volunteer.birthDate", resource is Volunteer);"#
                ),
            )
        });
        let volunteer = [find("Volunteer").unwrap()];
        let people = askers(&store, [&old, &old]).await;
        let (told, difference) =
            check(&store, "named", (&people, &new), &volunteer, (&[], "USER")).await;
        assert_eq!((told, difference.changes[0].viewers), (1, 1));
        // who cannot sign in gains nothing
        let id = if database.name == "SQLite" {
            format!("X'{}'", one.simple())
        } else {
            format!("'{one}'")
        };
        let disable = format!("UPDATE account SET status = 'DISABLED' WHERE id = {id}");
        database.db.execute_unprepared(&disable).await.unwrap();
        let difference = super::told(&store, &old, &new, 100_000).await;
        assert!(difference.is_empty(), "{difference:?}");
        database.close().await;
    }
}

/// Deeds on rows that are still to be made, and on rows in bulk, are about no record that is there.
#[tokio::test]
async fn deeds_on_what_is_not_there_yet_are_told_without_records() {
    for database in TestDatabase::each().await {
        let store = world(&database).await;
        let old = Policies::shipped().unwrap();
        let new = edited(|text| {
            with(
                text,
                r#"permit (principal is User, action == Action::"Volunteer.create", resource is Volunteer)
                   when { principal.coordinates.contains(resource.organisation) };
                   @id("fewer") @en("Fewer.") @zh("較少。")
                   forbid (principal, action in Action::"keepPolicies", resource);"#,
            )
        });
        let difference = told(&store, &old, &new, 100_000).await;
        let (gains, losses): (Vec<_>, Vec<_>) =
            difference.changes.iter().partition(|change| change.gains);
        assert!(!gains.is_empty());
        for change in gains {
            assert_eq!(
                (change.of.as_str(), change.subject.as_str()),
                ("Volunteer", "create")
            );
            assert_eq!((change.role.as_str(), change.records), ("COORDINATOR", 0));
        }
        let mut subjects: Vec<&str> = losses.iter().map(|c| c.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(
            subjects,
            ["approvePolicies", "publishPolicies", "rollBackPolicies"]
        );
        for change in losses {
            // a policy that forbids it to everybody makes no difference between people
            assert_eq!((change.role.as_str(), change.records), ("USER", 0));
        }
        database.close().await;
    }
}

/// What is told of types that no edit touches is nothing.
#[tokio::test]
async fn nothing_else_is_told() {
    let database = TestDatabase::sqlite().await;
    let store = world(&database).await;
    let old = Policies::shipped().unwrap();
    for (name, edit, types, _) in EDITS {
        let difference = told(&store, &old, &edited(edit), 100_000).await;
        let others = TYPES.iter().filter(|of| !types.contains(&of.name));
        let others: Vec<&str> = others.map(|of| of.name).collect();
        let wrong = difference
            .changes
            .iter()
            .find(|c| others.contains(&c.of.as_str()));
        assert!(wrong.is_none(), "{name}: {wrong:?}");
    }
    database.close().await;
}
