//! Importing a file.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::tokens::id_of;
use super::{AppError, database, policies};
use crate::catalogue;
use crate::config::Config;
use crate::import::{self, Report};
use crate::policy::{Lens, Permit};
use crate::store::import::{self as load, Run};
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
}

impl ImportKind {
    /// The type of its rows.
    const fn of(self) -> &'static str {
        match self {
            Self::Schools => "Organisation",
            Self::Shifts => "Shift",
            Self::Holidays => "Holiday",
            Self::Tags => "Tag",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Schools => "schools",
            Self::Shifts => "shifts",
            Self::Holidays => "holidays",
            Self::Tags => "tags",
        }
    }
}

/// What to import, and where to.
pub struct ImportOrder {
    /// What the file holds.
    pub kind: ImportKind,
    /// The file.
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

/// Imports a file, all of it or nothing, and tells how far it got. The policies
/// must let the internal job `import` do it.
///
/// # Errors
///
/// The file cannot be read, or the database cannot be opened or changed.
pub async fn import(
    config: &Config,
    order: &ImportOrder,
    progress: &(dyn Fn(&Report) + Sync),
) -> Result<Report, AppError> {
    let permit = permit_to_import(config, order.kind)?;
    let database = database(config).await?;
    let kind = order.kind.name();
    let run = Run {
        source: order.source.as_deref().unwrap_or(kind),
        now: Utc::now(),
        dry_run: order.dry_run,
        permit: &permit,
    };
    let path = order.file.as_path();
    let mut told = |report: &Report| progress(report);
    Ok(match order.kind {
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
    })
}

/// What the policies say to the internal job `import`.
fn permit_to_import(config: &Config, kind: ImportKind) -> Result<Permit, AppError> {
    let refused = || AppError::Missing("the policies do not let the job `import` load this");
    let lens = Lens::new(
        policies(config.policies_dir.as_deref())?,
        Viewer::job("import"),
    );
    let of = catalogue::find(kind.of()).ok_or_else(refused)?;
    let deed = of.deed("import").ok_or_else(refused)?;
    lens.map_err(|_| refused())?
        .permit_bulk(of, deed)
        .map_err(|_| refused())
}

fn read(path: &Path) -> Result<impl BufRead + Send + use<>, AppError> {
    let file = File::open(path).map_err(|cause| AppError::File {
        path: path.to_owned(),
        cause,
    })?;
    Ok(BufReader::new(file))
}
