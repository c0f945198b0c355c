//! What erasing a person would do, told before it is done.

use uuid::Uuid;

use super::Person;
use super::nobody::NOBODY;
use super::references::{Reference, Treatment, of};
use crate::catalogue;
use crate::store::{Store, StoreError};

/// What erasing a person would do.
pub struct Preview {
    /// What stands in the way.
    pub obstacle: Option<Obstacle>,
    /// What becomes of the rows; nothing is said of a person whom others have too.
    pub lines: Vec<PreviewLine>,
}

/// What stands in the way of erasing somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// The person, or what the person has a part in, is held.
    Held,
    /// Other organisations have the person too.
    Elsewhere,
}

/// What becomes of the rows of a column.
pub struct PreviewLine {
    /// The table.
    pub table: &'static str,
    /// The column; none of the row itself.
    pub column: Option<&'static str>,
    /// What becomes of them.
    pub treatment: Treatment,
    /// How many there are; unsaid of a sign-in that may be others' too.
    pub count: Option<i64>,
    /// Why, in English.
    pub en: &'static str,
    /// Why, in traditional Chinese.
    pub zh: &'static str,
}

impl Store {
    /// What erasing a person would do, for the officers of some organisations, or for whoever keeps
    /// the server where none are named. None where there is no such record.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn preview_erasure(
        &self,
        person: Person,
        id: Uuid,
        organisations: Option<&[Uuid]>,
    ) -> Result<Option<Preview>, StoreError> {
        let own = self.rows(|sql| {
            sql.push("SELECT id FROM ")
                .push(person.table())
                .push(" WHERE id = ")
                .bind(id);
            if person == Person::Volunteer {
                sql.push(" AND (source IS NULL OR source <> ")
                    .bind(NOBODY)
                    .push(")");
            }
        });
        if own.await?.is_empty() {
            return Ok(None);
        }
        if let (Person::User, Some(organisations)) = (person, organisations)
            && self.is_elsewhere(&self.database, id, organisations).await?
        {
            let obstacle = Some(Obstacle::Elsewhere);
            let lines = Vec::new();
            return Ok(Some(Preview { obstacle, lines }));
        }
        let held = self.is_held(&self.database, person, id).await?;
        let mut lines = vec![itself(person)];
        for reference in of(person) {
            // Of a sign-in, an officer is told of what the own organisations have, and of how the
            // person signs in; what others have is not told by how much it is.
            let within = match (person, organisations) {
                (Person::User, Some(organisations)) if !is_of_sign_in(reference.table) => {
                    Some(organisations)
                }
                _ => None,
            };
            if within.is_some() && !OF_ORGANISATIONS.contains(&reference.table) {
                lines.push(line(reference, None));
                continue;
            }
            let rows = self.rows(|sql| {
                sql.push("SELECT COUNT(*) FROM ").push(reference.table);
                sql.push(" WHERE ")
                    .push(reference.column)
                    .push(" = ")
                    .bind(id);
                if let Some(organisations) = within {
                    sql.push(" AND organisation_id")
                        .among(organisations.iter().copied());
                }
            });
            let rows = rows.await?;
            let count = rows.first().map(|row| row.try_get_by_index(0));
            lines.push(line(reference, count.transpose()?));
        }
        if matches!(person, Person::Volunteer | Person::Guardian) {
            lines.push(PreviewLine {
                table: "account",
                column: None,
                treatment: Treatment::Emptied,
                count: None,
                en: "The sign-in loses the role that came with this record, and is erased too if nothing else hangs on it.",
                zh: "登入帳戶會失去隨此紀錄而來的職務；如再無其他關連，亦一併刪除。",
            });
        }
        let obstacle = held.then_some(Obstacle::Held);
        Ok(Some(Preview { obstacle, lines }))
    }
}

/// Tables whose rows say of which organisation they are.
const OF_ORGANISATIONS: [&str; 10] = [
    "consent",
    "correction_note",
    "data_request",
    "data_request_step",
    "guardian",
    "legal_hold",
    "membership",
    "notice",
    "notice_receipt",
    "volunteer",
];

fn is_of_sign_in(table: &str) -> bool {
    let mut places = catalogue::about::places();
    places.any(|place| place.table == table && place.is_of_sign_in())
}

fn line(reference: &Reference, count: Option<i64>) -> PreviewLine {
    PreviewLine {
        table: reference.table,
        column: Some(reference.column),
        treatment: reference.treatment,
        count,
        en: reference.en,
        zh: reference.zh,
    }
}

fn itself(person: Person) -> PreviewLine {
    let (treatment, en, zh) = match person {
        Person::User => (
            Treatment::Emptied,
            "Name, address and all ways to sign in go; a number stays for what cannot be changed.",
            "姓名、地址及一切登入方法會刪除；只為不可更改的紀錄保留編號。",
        ),
        _ => (
            Treatment::Erased,
            "It is the person's record.",
            "此乃該人的紀錄。",
        ),
    };
    PreviewLine {
        table: person.table(),
        column: None,
        treatment,
        count: Some(1),
        en,
        zh,
    }
}
