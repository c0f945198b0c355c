//! Hidden rows that go and hidden rows that come.

use std::collections::HashMap;

use kaifong::catalogue::{Cell, TYPES, Type};
use uuid::Uuid;

use super::rewrite::{Rewriting, named};
use super::rows::{self, Row};

/// Rows that are part of an attribute or a derived cell of the rows that they name.
const PARTS: &[(&str, &[&str])] = &[
    ("assignment", &["volunteer_id", "shift_id"]),
    ("enrolment", &["student_id"]),
    ("guardianship", &["student_id", "guardian_id"]),
    ("membership", &["account_id"]),
    ("notice_receipt", &["notice_id"]),
    ("shift", &["project_id"]),
    ("space_member", &["space_id"]),
    ("space_template", &["shift_template_id"]),
];

/// The most rows that go together.
const MOST: usize = 60;

impl Rewriting<'_> {
    /// Hidden rows that go, each with all that leads to it.
    pub(super) async fn delete(&mut self) {
        let mut below: HashMap<(&'static str, Uuid), Vec<(&'static Type, Uuid)>> = HashMap::new();
        for of in TYPES {
            for (id, row) in &self.rows[of.name] {
                for (column, target) in rows::links(of) {
                    if let Cell::Id(up) = row[column] {
                        below.entry((target.name, up)).or_default().push((*of, *id));
                    }
                }
            }
        }
        for of in TYPES {
            for _ in 0..8 {
                let Some(id) = self.hidden(of) else { continue };
                let mut family = Vec::new();
                if self.family(of, id, &below, &mut family) {
                    for (of, id) in family {
                        if !rows::remove(self.database, of, id).await {
                            break;
                        }
                        self.gone.insert((of.name, id));
                        self.done.deleted += 1;
                    }
                }
            }
        }
    }

    fn family(
        &self,
        of: &'static Type,
        id: Uuid,
        below: &HashMap<(&'static str, Uuid), Vec<(&'static Type, Uuid)>>,
        family: &mut Vec<(&'static Type, Uuid)>,
    ) -> bool {
        let known = |family: &[(&'static Type, Uuid)]| {
            family
                .iter()
                .any(|(other, known)| other.name == of.name && *known == id)
        };
        if known(family) || self.gone.contains(&(of.name, id)) {
            return true;
        }
        if self.oracle.lists(of, id) || self.matters(of, id) || family.len() > MOST {
            return false;
        }
        let below_this = below.get(&(of.name, id)).map_or(&[][..], Vec::as_slice);
        if !below_this
            .iter()
            .all(|(of, id)| self.family(of, *id, below, family))
        {
            return false;
        }
        if !known(family) {
            family.push((of, id));
        }
        true
    }

    /// More rows like some that are hidden.
    pub(super) async fn insert(&mut self) -> Vec<(&'static Type, Uuid, Uuid)> {
        let mut added = Vec::new();
        // A tag's code is unique.
        for of in TYPES.iter().filter(|of| of.table != "tag") {
            for _ in 0..6 {
                let Some(like) = self.hidden(of) else {
                    continue;
                };
                if self.matters(of, like) {
                    continue;
                }
                let id = self.dice.id();
                if !rows::add_like(self.database, of, like, id).await {
                    continue;
                }
                added.push((*of, id, like));
                self.done.inserted += 1;
            }
        }
        added
    }

    /// Some hidden row that is still there.
    fn hidden(&mut self, of: &'static Type) -> Option<Uuid> {
        let hidden = self.rows[of.name]
            .keys()
            .filter(|id| !self.oracle.lists(of, **id));
        let left: Vec<Uuid> = hidden
            .filter(|id| !self.gone.contains(&(of.name, **id)))
            .copied()
            .collect();
        (!left.is_empty()).then(|| *self.dice.pick(&left))
    }

    /// Whether a row is part of an attribute or a derived cell of a row that is listed.
    fn matters(&self, of: &Type, id: Uuid) -> bool {
        let row = &self.rows[of.name][&id];
        let listed = |column: &&str| {
            let target = TYPES.iter().find(|t| leads(column, t));
            matches!((target, &row[*column]), (Some(target), Cell::Id(id)) if self.oracle.lists(target, *id))
        };
        if named(PARTS, of).iter().any(listed) {
            return true;
        }
        // The classes of a student are those of the guardians too.
        let guardian = kaifong::catalogue::find("Guardian").unwrap();
        let theirs = |other: &Row| {
            let same = matches!((&other["student_id"], &row["student_id"]), (Cell::Id(a), Cell::Id(b)) if a == b);
            same && matches!(other["guardian_id"], Cell::Id(id) if self.oracle.lists(guardian, id))
        };
        of.table == "enrolment" && self.rows["Guardianship"].values().any(theirs)
    }
}

/// Whether a column by its name leads to a type.
fn leads(column: &str, target: &Type) -> bool {
    column.strip_suffix("_id") == Some(target.table)
}
