//! `volunteers.csv`.

use std::io::BufRead;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::table::Table;
use super::super::{External, ImportError, Parsed, district};
use super::cell::{Ascending, count, date, number, time, word, words};
use super::numbered;

/// A volunteer of an organisation. What they are called and how they are reached stays as the file
/// has it.
#[derive(Clone, PartialEq)]
pub struct VolunteerRecord {
    /// The number.
    pub external_id: String,
    /// The number of the organisation.
    pub organisation: u64,
    /// The number of the department.
    pub department: u64,
    /// The name; such files have one, in whichever script, and it is kept as the Chinese one.
    pub name_zh: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The identity card number.
    pub identity_number: Option<String>,
    /// Skills.
    pub skills: Vec<String>,
    /// When the person can come.
    pub availability: Vec<String>,
    /// One of the 18 districts, in English.
    pub district: Option<String>,
    /// The date of birth.
    pub birth_date: Option<NaiveDate>,
    /// `ACTIVE`, `PAUSED` or `LEFT`.
    pub status: &'static str,
    /// Hours served.
    pub hours: i32,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
}

impl External for VolunteerRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

const COLUMNS: [&str; 14] = [
    "id",
    "org_id",
    "department_id",
    "name",
    "phone",
    "email",
    "hkid",
    "skills",
    "availability",
    "district",
    "birth_date",
    "status",
    "hours_total",
    "created_at",
];

const STATUS: [(&str, &str); 3] = [("active", "ACTIVE"), ("paused", "PAUSED"), ("left", "LEFT")];

/// Reads `volunteers.csv`.
pub fn volunteers<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<VolunteerRecord>, ImportError>>, ImportError> {
    let mut ids = Ascending::default();
    Table::ascending(input, &COLUMNS, move |cells| {
        Ok(VolunteerRecord {
            external_id: numbered(ids.next(cells)?),
            organisation: number(cells, "org_id")?,
            department: number(cells, "department_id")?,
            name_zh: cells.required("name")?,
            phone: cells.text("phone")?,
            email: cells.text("email")?,
            identity_number: cells.text("hkid")?,
            skills: words(cells, "skills")?,
            availability: words(cells, "availability")?,
            district: cells.text("district")?.map(|d| district(&d).to_owned()),
            birth_date: date(cells, "birth_date")?,
            status: word(cells, "status", &STATUS)?,
            hours: count(cells, "hours_total")?,
            created_at: time(cells, "created_at")?,
        })
    })
}
