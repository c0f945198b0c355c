//! What other rows are called in a copy, as far as its reader may know that: the lens says so, cell by
//! cell, as everywhere else.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::eyes::Eyes;
use crate::audit;
use crate::catalogue::{self, Field, Type};
use crate::graphql::disclose::bit;
use crate::graphql::error::GraphError;
use crate::rights::copy::{Known, Says};

/// The fields by which rows are called.
const CALLED: [&str; 7] = [
    "nameZh", "nameEn", "titleZh", "titleEn", "title", "startsAt", "purpose",
];

/// Rows that are led to, by type.
pub type Wanted = BTreeMap<&'static str, BTreeSet<Uuid>>;

/// What they are called.
pub struct Related(BTreeMap<(&'static str, Uuid), Called>);

/// What a row is called, as far as that is known.
struct Called {
    names: Vec<String>,
    known: Known,
    /// The fields of it that are told in full, and those that are told masked, for the log.
    told: (u64, u64),
}

impl Related {
    /// Looks them up.
    pub async fn of(eyes: &Eyes, wanted: &Wanted) -> Result<Self, GraphError> {
        let mut found = BTreeMap::new();
        for (name, ids) in wanted {
            let Some(of) = catalogue::find(name) else {
                continue;
            };
            let ids: Vec<Uuid> = ids.iter().copied().collect();
            let fields = CALLED.iter().filter_map(|name| of.field(name));
            let fields: Vec<_> = fields.filter(|field| field.kind().is_some()).collect();
            let seen = eyes.look(of, &fields, &ids).await?;
            for id in ids {
                let mut called = Called {
                    names: Vec::new(),
                    known: Known::Hidden,
                    told: (0, 0),
                };
                for (at, field) in fields.iter().enumerate() {
                    let (value, how) = seen.least(id, at, field);
                    match how {
                        Known::Full => called.told.0 |= bit(of, field.name),
                        Known::Masked => called.told.1 |= bit(of, field.name),
                        Known::Hidden => continue,
                    }
                    called.names.extend(value.as_str().map(str::to_owned));
                    called.known = how;
                }
                found.insert((*name, id), called);
            }
        }
        Ok(Self(found))
    }

    /// What a row is called, which is then shown.
    pub fn says(&self, of: &'static str, id: Uuid, shown: &mut audit::Seen) -> Says {
        let (called, known) = match (self.0.get(&(of, id)), catalogue::find(of)) {
            (Some(called), Some(known)) if called.known != Known::Hidden => {
                shown.row(known, id, called.told.0, called.told.1);
                (called.names.clone(), called.known)
            }
            _ => (Vec::new(), Known::Hidden),
        };
        Says::Row {
            of: of.to_owned(),
            called,
            known,
        }
    }
}

/// What is known of these fields of one row.
pub async fn known(
    eyes: &Eyes,
    of: &'static Type,
    row: Uuid,
    fields: &[&'static Field],
) -> Result<BTreeMap<&'static str, (serde_json::Value, Known)>, GraphError> {
    let seen = eyes.look(of, fields, &[row]).await?;
    let fields = fields.iter().enumerate();
    let all = fields.map(|(at, field)| (field.name, seen.least(row, at, field)));
    Ok(all.collect())
}
