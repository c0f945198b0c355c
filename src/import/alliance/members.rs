//! `members.csv`, which a folder may have: who signs in, and in which role.

use std::io::BufRead;

use super::super::table::Table;
use super::super::{External, ImportError, Parsed};
use super::cell::{number, word};

/// A person who signs in, with a role in one organisation.
#[derive(Clone, PartialEq)]
pub struct MemberRecord {
    /// The id of the account, a uuid: the directory that people sign in with has given it.
    pub external_id: String,
    /// The number of the organisation.
    pub organisation: u64,
    /// The name in English.
    pub name_en: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The role in the organisation.
    pub role: &'static str,
}

impl External for MemberRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

const ROLES: [(&str, &str); 3] = [
    ("administrator", "ADMINISTRATOR"),
    ("coordinator", "COORDINATOR"),
    ("privacy_officer", "PRIVACY_OFFICER"),
];

/// Reads `members.csv`.
pub fn members<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<MemberRecord>, ImportError>>, ImportError> {
    let columns = ["id", "org_id", "name", "email", "role"];
    Table::open(input, &columns, &[], |cells| {
        Ok(MemberRecord {
            external_id: cells.required("id")?,
            organisation: number(cells, "org_id")?,
            name_en: cells.text("name")?,
            email: cells.text("email")?,
            role: word(cells, "role", &ROLES)?,
        })
    })
}
