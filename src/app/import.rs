//! Importing a file.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use chrono::Utc;
use sea_orm::DatabaseConnection;

use super::publish::in_force;
use super::tokens::id_of;
use super::vault::vault;
use super::{AppError, database};
use crate::catalogue;
use crate::config::Config;
use crate::import::{self, Report};
use crate::policy::{Lens, Permit};
use crate::store::Store;
use crate::store::import::{self as load, Alliance, Run};
use crate::viewer::Viewer;

/// What a file to import holds.
#[derive(Clone, Copy, Debug)]
pub enum ImportKind {
    /// Schools.
    Schools,
    /// Shifts.
    Shifts,
    /// Public holidays.
    Holidays,
    /// Tags.
    Tags,
    /// An alliance: a folder of files.
    Alliance,
}

impl ImportKind {
    /// The types of its rows.
    const fn of(self) -> &'static [&'static str] {
        match self {
            Self::Schools => &["Organisation"],
            Self::Shifts => &["Shift"],
            Self::Holidays => &["Holiday"],
            Self::Tags => &["Tag"],
            Self::Alliance => &load::PERMITS,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Schools => "schools",
            Self::Shifts => "shifts",
            Self::Holidays => "holidays",
            Self::Tags => "tags",
            Self::Alliance => "alliance",
        }
    }
}

/// What to import, and where to.
pub struct ImportOrder {
    /// What the file holds.
    pub kind: ImportKind,
    /// The file, or the folder of an alliance.
    pub file: PathBuf,
    /// The organisation that the rows belong to.
    pub organisation: Option<String>,
    /// The project that the rows belong to.
    pub project: Option<String>,
    /// The name of the source.
    pub source: Option<String>,
    /// Whether to change nothing.
    pub dry_run: bool,
}

/// Imports a file or a folder, all of it or nothing, and tells how far it got: a report for each
/// file. The policies must let the internal job `import` do it.
///
/// # Errors
///
/// The file cannot be read, or the database cannot be opened or changed.
pub async fn import(
    config: &Config,
    order: &ImportOrder,
    progress: &(dyn Fn(&Report) + Sync),
) -> Result<Vec<Report>, AppError> {
    let database = database(config).await?;
    let permits = permits_to_import(config, &database, order.kind).await?;
    let Some(permit) = permits.first() else {
        return Err(AppError::Missing("there is nothing of this kind to load"));
    };
    let kind = order.kind.name();
    let run = Run {
        source: order.source.as_deref().unwrap_or(kind),
        now: Utc::now(),
        dry_run: order.dry_run,
        permit,
    };
    let path = order.file.as_path();
    let mut told = |report: &Report| progress(report);
    let report = match order.kind {
        ImportKind::Alliance => {
            let files = alliance(path)?;
            let vault = vault(config, &database).await?;
            return Ok(
                load::load_alliance(&database, files, &permits, run, &vault, &mut told).await?,
            );
        }
        ImportKind::Schools => {
            let records = import::schools(read(path)?)?;
            load::load_organisations(&database, records, run, &mut told).await?
        }
        ImportKind::Shifts => {
            let project = order.project.as_deref();
            let project = project.ok_or(AppError::Missing("a schedule needs `--project ID`"))?;
            let project = id_of(project, "Project")?;
            let organisation = order.organisation.as_deref();
            let organisation = organisation
                .map(|id| id_of(id, "Organisation"))
                .transpose()?;
            let records = import::shifts(read(path)?)?;
            load::load_shifts(&database, records, project, organisation, run, &mut told).await?
        }
        ImportKind::Holidays => {
            let language = import::language_of(path)?;
            let records = import::holidays(read(path)?, language)?;
            load::load_holidays(&database, records, run, &mut told).await?
        }
        ImportKind::Tags => {
            let vocabulary = import::vocabulary_of(path).unwrap_or(kind);
            let records = import::tags(read(path)?, vocabulary)?;
            load::load_tags(&database, records, run, &mut told).await?
        }
    };
    Ok(vec![report])
}

/// The files of an alliance's folder, opened.
fn alliance(folder: &Path) -> Result<Alliance<'static>, AppError> {
    let file = |name: &str| read(&folder.join(name));
    let members = folder.join("members.csv");
    let members = match members.exists() {
        false => None,
        true => Some([
            Box::new(import::members(read(&members)?)?) as _,
            Box::new(import::members(read(&members)?)?) as _,
        ]),
    };
    Ok(Alliance {
        organisations: Box::new(import::organisations(file("organisations.csv")?)?),
        departments: Box::new(import::departments(file("departments.csv")?)?),
        projects: Box::new(import::projects(file("projects.csv")?)?),
        shares: Box::new(import::shares(file("partnerships.csv")?)?),
        scopes: Box::new(import::scopes(file("partnership_projects.csv")?)?),
        volunteers: Box::new(import::volunteers(file("volunteers.csv")?)?),
        shifts: Box::new(import::alliance_shifts(file("shifts.csv")?)?),
        assignments: Box::new(import::assignments(file("assignments.csv")?)?),
        members,
    })
}

/// What the policies in force say to the internal job `import`.
async fn permits_to_import(
    config: &Config,
    database: &DatabaseConnection,
    kind: ImportKind,
) -> Result<Vec<Permit>, AppError> {
    let refused = || AppError::Missing("the policies do not let the job `import` load this");
    let (policies, _) = in_force(config, &Store::new(database.clone())).await?;
    let lens = Lens::new(policies, Viewer::job("import"));
    let lens = lens.map_err(|_| refused())?;
    let permit = |name: &&str| {
        let of = catalogue::find(name).ok_or_else(refused)?;
        let deed = of.deed("import").ok_or_else(refused)?;
        lens.permit_bulk(of, deed).map_err(|_| refused())
    };
    kind.of().iter().map(permit).collect()
}

fn read(path: &Path) -> Result<impl BufRead + Send + use<>, AppError> {
    let file = File::open(path).map_err(|cause| AppError::File {
        path: path.to_owned(),
        cause,
    })?;
    Ok(BufReader::new(file))
}
