//! `organisations.csv`, `departments.csv` and `projects.csv`.

use std::io::BufRead;

use super::super::table::Table;
use super::super::{External, ImportError, Parsed, district};
use super::cell::{Ascending, number, word};
use super::numbered;

/// An organisation of the alliance.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberOrganisationRecord {
    /// Its number.
    pub external_id: String,
    /// The name in English.
    pub name_en: Option<String>,
    /// The name in Chinese.
    pub name_zh: Option<String>,
    /// One of the 18 districts, in English.
    pub district: Option<String>,
    /// The registration number of the charity.
    pub registration_number: Option<String>,
}

/// A department.
#[derive(Clone, Debug, PartialEq)]
pub struct DepartmentRecord {
    /// Its number.
    pub external_id: String,
    /// The number of its organisation.
    pub organisation: u64,
    /// The name in English.
    pub name_en: String,
}

/// A project.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectRecord {
    /// Its number.
    pub external_id: String,
    /// The number of its organisation.
    pub organisation: u64,
    /// The number of the department that runs it.
    pub department: u64,
    /// The name in English.
    pub name_en: String,
    /// `PLANNED`, `ACTIVE` or `CLOSED`.
    pub status: &'static str,
}

impl External for MemberOrganisationRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

impl External for DepartmentRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

impl External for ProjectRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

/// Reads `organisations.csv`.
pub fn organisations<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<MemberOrganisationRecord>, ImportError>>, ImportError>
{
    let mut ids = Ascending::default();
    let columns = ["id", "name_en", "name_zh", "district", "reg_no"];
    Table::ascending(input, &columns, move |cells| {
        Ok(MemberOrganisationRecord {
            external_id: numbered(ids.next(cells)?),
            name_en: cells.text("name_en")?,
            name_zh: cells.text("name_zh")?,
            district: cells.text("district")?.map(|d| district(&d).to_owned()),
            registration_number: cells.text("reg_no")?,
        })
    })
}

/// Reads `departments.csv`.
pub fn departments<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<DepartmentRecord>, ImportError>>, ImportError> {
    let mut ids = Ascending::default();
    Table::ascending(input, &["id", "org_id", "name"], move |cells| {
        Ok(DepartmentRecord {
            external_id: numbered(ids.next(cells)?),
            organisation: number(cells, "org_id")?,
            name_en: cells.required("name")?,
        })
    })
}

const STATUS: [(&str, &str); 3] = [
    ("planned", "PLANNED"),
    ("active", "ACTIVE"),
    ("closed", "CLOSED"),
];

/// Reads `projects.csv`.
pub fn projects<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<ProjectRecord>, ImportError>>, ImportError> {
    let mut ids = Ascending::default();
    let columns = ["id", "org_id", "department_id", "name", "status"];
    Table::ascending(input, &columns, move |cells| {
        Ok(ProjectRecord {
            external_id: numbered(ids.next(cells)?),
            organisation: number(cells, "org_id")?,
            department: number(cells, "department_id")?,
            name_en: cells.required("name")?,
            status: word(cells, "status", &STATUS)?,
        })
    })
}
