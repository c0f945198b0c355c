//! A whole alliance from a folder, on both databases.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

use chrono::{DateTime, Utc};
use entity::{assignment, partnership, partnership_scope, shift, volunteer};
use kaifong::catalogue;
use kaifong::import::{self, Reason, Report};
use kaifong::policy::{Lens, Permit, Policies};
use kaifong::store::Vault;
use kaifong::store::import::{Alliance, LoadError, PERMITS, Run, load_alliance};
use kaifong::viewer::Viewer;
use sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait, QueryOrder};

use crate::databases::{TestDatabase, fixture};

pub fn noon() -> DateTime<Utc> {
    "2026-03-02T04:00:00Z".parse().unwrap()
}

pub fn permits() -> Vec<Permit> {
    let lens = Lens::new(Policies::shipped().unwrap(), Viewer::job("import")).unwrap();
    let permit = |name: &&str| {
        let of = catalogue::find(name).unwrap();
        lens.permit_bulk(of, of.deed("import").unwrap()).unwrap()
    };
    PERMITS.iter().map(permit).collect()
}

pub fn files(folder: &Path) -> Alliance<'static> {
    let file = |name: &str| BufReader::new(File::open(folder.join(name)).unwrap());
    Alliance {
        organisations: Box::new(import::organisations(file("organisations.csv")).unwrap()),
        departments: Box::new(import::departments(file("departments.csv")).unwrap()),
        projects: Box::new(import::projects(file("projects.csv")).unwrap()),
        shares: Box::new(import::shares(file("partnerships.csv")).unwrap()),
        scopes: Box::new(import::scopes(file("partnership_projects.csv")).unwrap()),
        volunteers: Box::new(import::volunteers(file("volunteers.csv")).unwrap()),
        shifts: Box::new(import::alliance_shifts(file("shifts.csv")).unwrap()),
        assignments: Box::new(import::assignments(file("assignments.csv")).unwrap()),
        members: None,
    }
}

async fn load(
    db: &DatabaseConnection,
    permits: &[Permit],
    dry_run: bool,
) -> Result<Vec<Report>, LoadError> {
    let run = Run {
        source: "former",
        now: noon(),
        dry_run,
        permit: &permits[0],
    };
    let folder = fixture("import/alliance");
    load_alliance(
        db,
        files(&folder),
        permits,
        run,
        &Vault::default(),
        &mut |_| {},
    )
    .await
}

/// The lines of a file that were rejected, with the reason.
type Rejected = Vec<(u64, Reason)>;

/// Of each file: inserted, unchanged, rejected.
type Told = Vec<(String, u64, u64, Rejected)>;

fn told(reports: &[Report]) -> Told {
    let one = |report: &Report| {
        let rejected = report.rejected.iter().map(|r| (r.line, r.code)).collect();
        assert_eq!(report.updated, 0, "{report}");
        (
            report.kind.to_string(),
            report.inserted,
            report.unchanged,
            rejected,
        )
    };
    reports.iter().map(one).collect()
}

#[tokio::test]
async fn an_alliance_loads_and_loads_again_unchanged() {
    use Reason::{BadDate, BadDuration, NotAscending, UnknownReference, UnknownWord};
    let bad: [(&str, u64, Rejected); 8] = [
        ("organisations", 2, vec![]),
        ("departments", 2, vec![(4, UnknownReference)]),
        // a department of another organisation is none of one's own
        ("projects", 1, vec![(3, UnknownReference), (4, UnknownWord)]),
        ("shares", 1, vec![]),
        ("scopes", 1, vec![(3, UnknownReference)]),
        ("volunteers", 2, vec![(4, NotAscending), (5, BadDate)]),
        ("shifts", 1, vec![(3, BadDuration)]),
        (
            "assignments",
            2,
            vec![(4, UnknownReference), (5, UnknownReference)],
        ),
    ];
    for test in TestDatabase::each().await {
        let permits = permits();
        let wanted = |inserted: bool| -> Vec<_> {
            let one = |(kind, count, rejected): &(&str, u64, Rejected)| {
                let (new, same) = if inserted { (*count, 0) } else { (0, *count) };
                ((*kind).to_owned(), new, same, rejected.clone())
            };
            bad.iter().map(one).collect()
        };
        let dry = load(&test.db, &permits, true).await.unwrap();
        assert_eq!(told(&dry), wanted(true), "{}", test.name);
        let kept = volunteer::Entity::find().count(&test.db).await.unwrap();
        assert_eq!(kept, 0, "{}: a dry run keeps nothing", test.name);
        let first = load(&test.db, &permits, false).await.unwrap();
        assert_eq!(told(&first), wanted(true), "{}", test.name);
        let again = load(&test.db, &permits, false).await.unwrap();
        assert_eq!(told(&again), wanted(false), "{}", test.name);
        check(&test).await;
        test.close().await;
    }
}

async fn check(test: &TestDatabase) {
    let volunteers = volunteer::Entity::find().order_by_asc(volunteer::Column::ExternalId);
    let volunteers = volunteers.all(&test.db).await.unwrap();
    let keys: Vec<_> = volunteers
        .iter()
        .map(|v| v.external_id.as_deref())
        .collect();
    assert_eq!(keys, [Some("000000009"), Some("000000010")]);
    let first = &volunteers[0];
    assert_eq!(first.name_zh.as_deref(), Some("陳樣本"));
    assert_eq!(first.phone.as_deref(), Some("+852 50000001"));
    assert_eq!(first.skills, r#"["cooking","driving"]"#);
    assert_eq!(first.created_at.to_rfc3339(), "2025-01-01T00:00:00+00:00");
    for volunteer in &volunteers {
        assert_eq!(
            volunteer.id.get_version_num(),
            4,
            "an id that tells nothing"
        );
    }
    let shift = shift::Entity::find().one(&test.db).await.unwrap().unwrap();
    let roster = assignment::Entity::find().order_by_asc(assignment::Column::Id);
    let roster = roster.all(&test.db).await.unwrap();
    let seen: Vec<_> = roster
        .iter()
        .map(|a| (a.status.as_str(), a.volunteer_id, a.shift_id, a.project_id))
        .collect();
    let on = (shift.id, shift.project_id);
    assert_eq!(
        seen,
        [
            ("CONFIRMED", volunteers[0].id, on.0, on.1),
            ("CANCELLED", volunteers[1].id, on.0, on.1),
        ]
    );
    let share = partnership::Entity::find().one(&test.db).await.unwrap();
    let share = share.unwrap();
    let groups = r#"["ROSTER","HISTORY","ORIGINS"]"#;
    assert_eq!(
        (share.field_groups.as_str(), share.desensitised),
        (groups, true)
    );
    let scope = partnership_scope::Entity::find().one(&test.db).await;
    assert_eq!(scope.unwrap().unwrap().project_id, shift.project_id);
}

/// Whoever is on a roster already, by another record of the file or of a file of before.
#[tokio::test]
async fn nobody_is_on_the_roster_of_a_shift_twice() {
    use Reason::OnRosterTwice;
    const HEADER: &str = "id,shift_id,volunteer_id,org_id,status,hours\n";
    let rosters: [(&str, u64, u64, Rejected); 4] = [
        // The first of two has the place; who has withdrawn has none.
        (
            "1,1,9,1,confirmed,\n2,1,9,1,pending,\n3,1,10,1,cancelled,\n4,1,10,1,pending,\n\
             5,1,10,1,cancelled,\n6,1,10,1,attended,2\n",
            4,
            0,
            vec![(3, OnRosterTwice), (7, OnRosterTwice)],
        ),
        ("7,1,9,1,attended,2\n", 0, 0, vec![(2, OnRosterTwice)]),
        ("7,1,9,1,cancelled,\n", 1, 0, vec![]),
        // The same file gives the place up and takes it.
        ("1,1,9,1,cancelled,\n8,1,9,1,confirmed,\n", 1, 1, vec![]),
    ];
    for test in TestDatabase::each().await {
        let permits = permits();
        for (lines, inserted, updated, rejected) in &rosters {
            let mut alliance = files(&fixture("import/alliance"));
            let file = Cursor::new(format!("{HEADER}{lines}"));
            alliance.assignments = Box::new(import::assignments(file).unwrap());
            let run = Run {
                source: "former",
                now: noon(),
                dry_run: false,
                permit: &permits[0],
            };
            let reports = load_alliance(
                &test.db,
                alliance,
                &permits,
                run,
                &Vault::default(),
                &mut |_| {},
            )
            .await;
            let reports = reports.unwrap();
            let report = reports.last().unwrap();
            let codes: Rejected = report.rejected.iter().map(|r| (r.line, r.code)).collect();
            assert_eq!(codes, *rejected, "{}: {lines}", test.name);
            assert_eq!((report.inserted, report.updated), (*inserted, *updated));
            let told = report.to_string();
            assert_eq!(
                told.matches("ON_ROSTER_TWICE").count(),
                rejected.len(),
                "{told}"
            );
        }
        let roster = assignment::Entity::find().all(&test.db).await.unwrap();
        let mut on: Vec<_> = roster
            .iter()
            .filter(|a| !["CANCELLED", "DECLINED"].contains(&a.status.as_str()))
            .map(|a| (a.external_id.clone().unwrap_or_default(), &*a.status))
            .collect();
        on.sort();
        let four = ("000000004".to_owned(), "PENDING");
        let eight = ("000000008".to_owned(), "CONFIRMED");
        assert_eq!(on, [four, eight], "{}", test.name);
        test.close().await;
    }
}

#[tokio::test]
async fn an_alliance_needs_the_permit_for_each_of_its_types() {
    let test = TestDatabase::sqlite().await;
    let mut permits = permits();
    permits.pop();
    let refused = load(&test.db, &permits, false).await;
    assert!(matches!(refused, Err(LoadError::Unpermitted)));
    test.close().await;
}
