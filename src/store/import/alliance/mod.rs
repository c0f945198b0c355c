//! Loads a whole alliance: each file after those of which its records speak, all in one transaction.
//!
//! Organisations, volunteers, shifts and assignments are found again by their numbers, which they
//! keep as external ids. The few rows that keep none have ids that follow from source and number.
//! Ids of volunteers are drawn at random: they tell nothing of the numbers.

mod members;
mod organisations;
mod rosters;
mod shares;
mod steps;
mod volunteers;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::load::{Active, Row, Target, begin, end, load_into};
use super::{LoadError, Progress, Run};
use crate::import::{
    AllianceShiftRecord, AssignmentRecord, DepartmentRecord, ImportError, MemberOrganisationRecord,
    MemberRecord, Parsed, ProjectRecord, Reason, Report, ScopeRecord, ShareRecord, VolunteerRecord,
    numbered,
};
use crate::policy::Permit;
use crate::store::Vault;
use crate::store::trail::Writing;

/// The records of one file, as they are read.
type Records<'a, R> = Box<dyn Iterator<Item = Result<Parsed<R>, ImportError>> + Send + 'a>;

/// The files of an alliance.
pub struct Alliance<'a> {
    /// Its organisations.
    pub organisations: Records<'a, MemberOrganisationRecord>,
    /// Their departments.
    pub departments: Records<'a, DepartmentRecord>,
    /// Their projects.
    pub projects: Records<'a, ProjectRecord>,
    /// What they share.
    pub shares: Records<'a, ShareRecord>,
    /// How much of it.
    pub scopes: Records<'a, ScopeRecord>,
    /// Their volunteers.
    pub volunteers: Records<'a, VolunteerRecord>,
    /// The shifts of the projects.
    pub shifts: Records<'a, AllianceShiftRecord>,
    /// Who is on their rosters.
    pub assignments: Records<'a, AssignmentRecord>,
    /// Who signs in; read twice, for the accounts and for the roles.
    pub members: Option<[Records<'a, MemberRecord>; 2]>,
}

/// The types of which a load needs permits.
pub const PERMITS: [&str; 10] = [
    "Organisation",
    "Department",
    "Project",
    "Partnership",
    "PartnershipScope",
    "Volunteer",
    "Shift",
    "Assignment",
    "User",
    "Membership",
];

/// What stands in for a record of which others speak, by what they call it.
#[derive(Default)]
struct Known {
    /// Organisations, by number.
    organisations: HashMap<String, Uuid>,
    /// Departments, projects and shares, by id, with the organisation that they are of.
    others: HashMap<Uuid, Uuid>,
    /// The partners of shares.
    partners: HashMap<Uuid, Uuid>,
    source: String,
}

impl Known {
    async fn organisations(transaction: &DatabaseTransaction, source: &str) -> Result<Self, DbErr> {
        use entity::organisation::{Column, Entity};
        let rows: Vec<(Option<String>, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::ExternalId, Column::Id])
            .filter(Column::Source.eq(source))
            .into_tuple()
            .all(transaction)
            .await?;
        let known = rows.into_iter().filter_map(|(key, id)| Some((key?, id)));
        Ok(Self {
            organisations: known.collect(),
            source: source.to_owned(),
            ..Self::default()
        })
    }

    /// Adds departments, projects or shares: their ids, and whose they are.
    fn add(&mut self, rows: Vec<(Uuid, Uuid)>) {
        self.others.extend(rows);
    }

    fn organisation(&self, number: u64) -> Option<Uuid> {
        self.organisations.get(&numbered(number)).copied()
    }

    /// The id of a department, project or share, and whose it is.
    fn other(&self, kind: &str, number: u64) -> Option<(Uuid, Uuid)> {
        let id = identified(&self.source, kind, &numbered(number));
        self.others.get(&id).map(|of| (id, *of))
    }
}

/// Says that a record speaks of something that is not there.
fn unknown(what: &str, number: u64) -> (Reason, String) {
    (
        Reason::UnknownReference,
        format!("there is no {what} {number}"),
    )
}

/// The id of a row that keeps no external id. No person has one of these.
fn identified(source: &str, kind: &str, key: &str) -> Uuid {
    let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kaifong:import");
    Uuid::new_v5(&space, format!("{source}/{kind}/{key}").as_bytes())
}

/// Loads an alliance, all of it or nothing, and tells what came of each file.
///
/// # Errors
/// Where a file is refused as a whole, the database refuses, or a permit is missing.
pub async fn load_alliance(
    db: &DatabaseConnection,
    files: Alliance<'_>,
    permits: &[Permit],
    run: Run<'_>,
    vault: &Vault,
    progress: Progress<'_>,
) -> Result<Vec<Report>, LoadError> {
    for of in PERMITS {
        let action = format!("{of}.import");
        if !permits.iter().any(|permit| permit.covers_bulk(&action)) {
            return Err(LoadError::Unpermitted);
        }
    }
    let transaction = begin(db, "alliance.import", run).await?;
    let mut load = Load {
        transaction: &transaction,
        run,
        vault,
        progress,
        reports: Vec::new(),
    };
    load.all(files).await?;
    let reports = load.reports;
    end(db, transaction, run).await?;
    Ok(reports)
}

struct Load<'a> {
    transaction: &'a Writing,
    run: Run<'a>,
    vault: &'a Vault,
    progress: Progress<'a>,
    reports: Vec<Report>,
}

impl Load<'_> {
    async fn all(&mut self, files: Alliance<'_>) -> Result<(), LoadError> {
        let (transaction, source) = (self.transaction, self.run.source);
        self.one(organisations::Organisations, files.organisations)
            .await?;
        let mut known = Known::organisations(transaction, source).await?;
        let target = organisations::Departments(&known);
        self.one(target, files.departments).await?;
        known.add(organisations::departments(transaction).await?);
        let target = organisations::Projects(&known);
        self.one(target, files.projects).await?;
        known.add(organisations::projects(transaction).await?);
        let agreed = shares::shares(transaction).await?;
        let agreed = agreed.into_iter().map(|(id, ..)| id).collect();
        self.one(shares::Shares(&known), files.shares).await?;
        for (id, lead, partner) in shares::shares(transaction).await? {
            known.add(vec![(id, lead)]);
            known.partners.insert(id, partner);
        }
        self.one(shares::Scopes::of(&known, agreed), files.scopes)
            .await?;
        steps::begin_trails(transaction, self.run).await?;
        if let Some([accounts, roles]) = files.members {
            self.one(members::Accounts(&known), accounts).await?;
            self.one(members::Memberships(&known), roles).await?;
        }
        let target = volunteers::Volunteers::of(&known, self.vault);
        self.one(target, files.volunteers).await?;
        self.one(rosters::Shifts(&known), files.shifts).await?;
        self.one(rosters::Assignments::of(&known), files.assignments)
            .await
    }

    async fn one<T: Target>(
        &mut self,
        target: T,
        records: Records<'_, T::Record>,
    ) -> Result<(), LoadError>
    where
        Row<T>: IntoActiveModel<Active<T>> + Send + Sync,
        Active<T>: Send,
    {
        let report = load_into(self.transaction, target, records, self.run, self.progress).await?;
        self.reports.push(report);
        Ok(())
    }
}

/// What is the same for every target here.
macro_rules! stamped {
    ($model:ty, $active:ty) => {
        fn touch(&self, row: &mut $active, before: &$model, run: Run<'_>) {
            row.updated_at = Set(run.now);
            row.revision = Set(before.revision + 1);
        }

        fn admit(&self, _: &$model) -> Result<(), (Reason, String)> {
            Ok(())
        }
    };
}
use stamped;
