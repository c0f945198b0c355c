//! Loads the records that `crate::import` reads, by external id: new ones are inserted, those that
//! say something else are updated, the others are left alone.
//!
//! A load is one transaction, so a failed one leaves nothing half done and a dry run leaves nothing
//! at all. It streams: a batch is looked up with one query and inserted with one statement. Only the
//! columns that the source speaks of are compared and changed; what people of the house added to a
//! row stays, and a row that they archived stays archived.

mod alliance;
mod holidays;
mod load;
mod organisations;
mod shifts;
mod tags;

pub use alliance::{Alliance, PERMITS, load_alliance};
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr, EntityTrait};
use uuid::Uuid;

use crate::import::{
    HolidayRecord, ImportError, OrganisationRecord, Parsed, Report, ShiftRecord, TagRecord,
};
use crate::policy::Permit;
use crate::store::StoreError;

/// Why a load stopped; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is refused as a whole.
    #[error(transparent)]
    File(#[from] ImportError),
    /// The database refused.
    #[error("the database refused the import: {0}")]
    Database(#[from] DbErr),
    /// What the load changes cannot be put into the trail.
    #[error("the trail of changes cannot be written: {0}")]
    Trail(#[from] StoreError),
    /// The load came without the permit for it; a fault of the program.
    #[error("a load came without its permit")]
    Unpermitted,
    /// There is no such project, or it was put away.
    #[error("there is no project `{0}`")]
    UnknownProject(Uuid),
    /// The project is another organisation's.
    #[error("the project `{project}` does not belong to the organisation `{organisation}`")]
    ForeignProject {
        /// The project asked for.
        project: Uuid,
        /// The organisation asked for.
        organisation: Uuid,
    },
}

/// How a load is done.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The name under which external ids are kept: the same name finds the same rows again.
    pub source: &'a str,
    /// The time that new and changed rows are stamped with.
    pub now: DateTime<Utc>,
    /// Whether everything is undone at the end.
    pub dry_run: bool,
    /// The permit to import rows of the type.
    pub permit: &'a Permit,
}

impl Run<'_> {
    fn permitted(&self, of: &str) -> Result<(), LoadError> {
        if self.permit.covers_bulk(&format!("{of}.import")) {
            return Ok(());
        }
        Err(LoadError::Unpermitted)
    }
}

/// Told after each batch what came of the load so far.
pub type Progress<'a> = &'a mut (dyn FnMut(&Report) + Send);

/// Loads schools as organisations of the kind `SCHOOL`.
pub async fn load_organisations<I>(
    db: &DatabaseConnection,
    records: I,
    run: Run<'_>,
    progress: Progress<'_>,
) -> Result<Report, LoadError>
where
    I: Iterator<Item = Result<Parsed<OrganisationRecord>, ImportError>> + Send,
{
    run.permitted("Organisation")?;
    load::load(db, organisations::Organisations, records, run, progress).await
}

/// Loads a schedule as shifts of a project, which must be the organisation's if one is given.
///
/// A shift that came into another project of the organisation before is rejected, not moved.
pub async fn load_shifts<I>(
    db: &DatabaseConnection,
    records: I,
    project: Uuid,
    organisation: Option<Uuid>,
    run: Run<'_>,
    progress: Progress<'_>,
) -> Result<Report, LoadError>
where
    I: Iterator<Item = Result<Parsed<ShiftRecord>, ImportError>> + Send,
{
    run.permitted("Shift")?;
    let found = entity::project::Entity::find_by_id(project).one(db).await?;
    let found = found
        .filter(|found| found.archived_at.is_none())
        .ok_or(LoadError::UnknownProject(project))?;
    if let Some(organisation) = organisation.filter(|id| *id != found.organisation_id) {
        return Err(LoadError::ForeignProject {
            project,
            organisation,
        });
    }
    let target = shifts::Shifts {
        organisation_id: found.organisation_id,
        project_id: project,
    };
    load::load(db, target, records, run, progress).await
}

/// Loads holidays: the name in the records' language is set, names in others stay.
pub async fn load_holidays<I>(
    db: &DatabaseConnection,
    records: I,
    run: Run<'_>,
    progress: Progress<'_>,
) -> Result<Report, LoadError>
where
    I: Iterator<Item = Result<Parsed<HolidayRecord>, ImportError>> + Send,
{
    run.permitted("Holiday")?;
    load::load(db, holidays::Holidays, records, run, progress).await
}

/// Loads tags, which are found again by vocabulary and code; the source only names the report.
pub async fn load_tags<I>(
    db: &DatabaseConnection,
    records: I,
    run: Run<'_>,
    progress: Progress<'_>,
) -> Result<Report, LoadError>
where
    I: Iterator<Item = Result<Parsed<TagRecord>, ImportError>> + Send,
{
    run.permitted("Tag")?;
    load::load(db, tags::Tags, records, run, progress).await
}
