//! Imports, from the file to the rows, on both databases.

mod real;
mod refused;
mod runs;
mod subjects;

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use entity::{organisation, project};
use kaifong::catalogue::TYPES;
use kaifong::import::{self, Reason, Report};
use kaifong::policy::{Lens, Permit, Policies};
use kaifong::store::import::{
    LoadError, Run, load_holidays, load_organisations, load_shifts, load_tags,
};
use kaifong::viewer::Viewer;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, DatabaseConnection};
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    "2026-03-02T04:00:00Z".parse().unwrap()
}

pub fn run(source: &str) -> Run<'_> {
    Run {
        source,
        now: noon(),
        dry_run: false,
        permit: permit("Organisation"),
    }
}

/// The permit of the internal job `import` for a type, from the shipped policies.
fn permit(of: &str) -> &'static Permit {
    static PERMITS: OnceLock<HashMap<&str, Permit>> = OnceLock::new();
    let made = || {
        let lens = Lens::new(Policies::shipped().unwrap(), Viewer::job("import")).unwrap();
        let types = TYPES
            .iter()
            .filter_map(|of| Some((of.name, *of, of.deed("import")?)));
        types
            .map(|(name, of, deed)| (name, lens.permit_bulk(of, deed).unwrap()))
            .collect()
    };
    &PERMITS.get_or_init(made)[of]
}

/// The same run, for a type.
pub fn of<'a>(of: &str, run: Run<'a>) -> Run<'a> {
    Run {
        permit: permit(of),
        ..run
    }
}

fn open(path: &Path) -> BufReader<File> {
    BufReader::new(File::open(path).unwrap())
}

fn counts(report: &Report) -> (u64, u64, u64, usize) {
    (
        report.inserted,
        report.updated,
        report.unchanged,
        report.rejected.len(),
    )
}

fn rejected(report: &Report) -> Vec<(u64, Reason)> {
    report.rejected.iter().map(|r| (r.line, r.code)).collect()
}

pub async fn schools(
    db: &DatabaseConnection,
    path: &Path,
    run: Run<'_>,
) -> Result<Report, LoadError> {
    load_organisations(db, import::schools(open(path))?, run, &mut |_| {}).await
}

pub async fn schedule(
    db: &DatabaseConnection,
    path: &Path,
    project: Uuid,
    run: Run<'_>,
) -> Result<Report, LoadError> {
    load_shifts(
        db,
        import::shifts(open(path))?,
        project,
        None,
        of("Shift", run),
        &mut |_| {},
    )
    .await
}

async fn holidays(db: &DatabaseConnection, path: &Path, run: Run<'_>) -> Result<Report, LoadError> {
    let language = import::language_of(path)?;
    load_holidays(
        db,
        import::holidays(open(path), language)?,
        of("Holiday", run),
        &mut |_| {},
    )
    .await
}

async fn tags(db: &DatabaseConnection, path: &Path, run: Run<'_>) -> Result<Report, LoadError> {
    let vocabulary = import::vocabulary_of(path).unwrap();
    let run = of("Tag", run);
    load_tags(db, import::tags(open(path), vocabulary)?, run, &mut |_| {}).await
}

/// Two projects of one organisation.
async fn projects(db: &DatabaseConnection) -> [project::Model; 2] {
    let organisation = organisation::ActiveModel {
        id: Set(Uuid::new_v4()),
        kind: Set("NGO".to_owned()),
        created_at: Set(noon()),
        updated_at: Set(noon()),
        revision: Set(1),
        keeps_policies: Set(false),
        ..Default::default()
    };
    let organisation = organisation.insert(db).await.unwrap();
    let mut made = Vec::new();
    for category in ["CANTEEN", "VISIT"] {
        let project = project::ActiveModel {
            id: Set(Uuid::new_v4()),
            organisation_id: Set(organisation.id),
            category: Set(category.to_owned()),
            status: Set("ACTIVE".to_owned()),
            created_at: Set(noon()),
            updated_at: Set(noon()),
            revision: Set(1),
            ..Default::default()
        };
        made.push(project.insert(db).await.unwrap());
    }
    made.try_into().ok().unwrap()
}
