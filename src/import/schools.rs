//! The Education Bureau's list of schools: each row is a school at one place in one session.

use std::io::BufRead;

use super::field::{self, Fault};
use super::table::{Cells, Table};
use super::{External, ImportError, Parsed, district};

/// A school, as the list gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganisationRecord {
    /// The school number. Its twelve digits name the school, the place, the session and the level, so
    /// that a school with morning and afternoon sessions has two; the list holds none twice.
    pub external_id: String,
    /// The name in English.
    pub name_en: Option<String>,
    /// The name in Chinese.
    pub name_zh: Option<String>,
    /// One of the 18 districts, in English.
    pub district: Option<String>,
    /// The address in English.
    pub address_en: Option<String>,
    /// The address in Chinese.
    pub address_zh: Option<String>,
    /// One telephone number or several, separated by a comma and a space.
    pub telephone: Option<String>,
    /// For example `Aided Primary Schools`.
    pub school_category: Option<String>,
    /// For example `PRIMARY`.
    pub school_level: Option<String>,
    /// For example `WHOLE DAY` or `A.M.`.
    pub school_session: Option<String>,
    /// `CO-ED`, `BOYS` or `GIRLS`.
    pub school_gender: Option<String>,
    /// For example `AIDED`.
    pub finance_type: Option<String>,
    /// For example `BUDDHISM`.
    pub religion: Option<String>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Degrees north.
    pub latitude: Option<f64>,
}

impl External for OrganisationRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

const COLUMNS: [&str; 17] = [
    "school_no",
    "category",
    "name_en",
    "name_zh",
    "address_en",
    "address_zh",
    "longitude",
    "latitude",
    "students_gender",
    "session",
    "district_en",
    "district_zh",
    "finance_type",
    "level_en",
    "level_zh",
    "telephone",
    "religion",
];

/// Reads a list of schools.
pub fn schools<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<OrganisationRecord>, ImportError>>, ImportError> {
    Table::open(input, &COLUMNS, &[], school)
}

fn school(cells: &Cells<'_>) -> Result<OrganisationRecord, Fault> {
    let record = OrganisationRecord {
        external_id: cells.required("school_no")?,
        name_en: cells.text("name_en")?,
        name_zh: cells.text("name_zh")?,
        district: match cells.applicable("district_en")? {
            Some(name) => Some(name),
            None => cells.applicable("district_zh")?,
        }
        .map(|name| district(&name).to_owned()),
        address_en: cells.applicable("address_en")?,
        address_zh: cells.applicable("address_zh")?,
        telephone: cells
            .applicable("telephone")?
            .map(|number| field::telephone(&number)),
        school_category: cells.applicable("category")?,
        school_level: cells.applicable("level_en")?,
        school_session: cells.applicable("session")?,
        school_gender: cells.applicable("students_gender")?,
        finance_type: cells.applicable("finance_type")?,
        religion: cells.applicable("religion")?,
        longitude: cells.degrees("longitude", 180.0)?,
        latitude: cells.degrees("latitude", 90.0)?,
    };
    match (&record.name_en, &record.name_zh) {
        (None, None) => Err(field::empty("name_en")),
        _ => Ok(record),
    }
}
