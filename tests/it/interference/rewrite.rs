//! Makes a database differ from what it was in nothing but what one viewer does not see.

use std::collections::{BTreeSet, HashMap, HashSet};

use kaifong::catalogue::{Cell, Field, Kind, Shape, TYPES, Type};
use sea_orm::DatabaseConnection;
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use super::dice::Dice;
use super::oracle::{Oracle, Sees};
use super::rows::{self, Row, Rows};

/// Columns that decide beyond the attributes: sets are found through them, or viewers made.
const BASIS: &[(&str, &[&str])] = &[
    ("account", &["status"]),
    (
        "assignment",
        &["status", "volunteer_id", "project_id", "shift_id"],
    ),
    (
        "consent",
        &[
            "volunteer_id",
            "student_id",
            "receiver_id",
            "number",
            "purpose",
            "act",
        ],
    ),
    ("consent_text", &["published_at", "purpose"]),
    // a note is read with the record that it is about
    (
        "correction_note",
        &["volunteer_id", "student_id", "guardian_id"],
    ),
    // of a request there is only one step with a number
    ("data_request_step", &["data_request_id", "number"]),
    ("enrolment", &["ends_on", "student_id", "class_id"]),
    ("guardianship", &["student_id", "guardian_id", "has_access"]),
    (
        "membership",
        &[
            "role",
            "valid_from",
            "valid_to",
            "account_id",
            "class_id",
            "organisation_id",
        ],
    ),
    ("notice", &["class_id"]),
    ("notice_receipt", &["notice_id", "recipient_id"]),
    ("organisation", &["parent_id"]),
    // of what a token is for, its viewer is made
    (
        "partner_token",
        &[
            "organisation_id",
            "issuer_id",
            "scopes",
            "expires_at",
            "revoked_at",
        ],
    ),
    (
        "partner_token_share",
        &["partner_token_id", "partnership_id", "project_id"],
    ),
    // a share tells the names of what it covers
    (
        "partnership_scope",
        &["project_id", "department_id", "shift_id"],
    ),
    // of a share there is only one step with a number
    ("partnership_step", &["partnership_id", "number"]),
    ("shift", &["project_id", "department_id"]),
    // who is in a space sees it, and its trail has one step with a number
    ("space_member", &["space_id", "organisation_id", "state"]),
    ("space_project", &["space_id", "project_id"]),
    ("space_step", &["space_id", "number"]),
    // who is in the spaces of a template reads it
    ("space_template", &["space_id", "shift_template_id"]),
];

/// What was done.
#[derive(Default)]
pub struct Rewritten {
    /// Cells of listed rows that are masked or hidden.
    pub cells: usize,
    /// Listed rows whose visible relation leads to another hidden row, or to none.
    pub targets: usize,
    /// Rows that are not listed: other values, one more, one less.
    pub changed: usize,
    pub inserted: usize,
    pub deleted: usize,
    /// The fields of those cells, and one cell of each.
    pub fields: HashMap<(&'static str, &'static str), (&'static Type, &'static Field, Uuid)>,
}

pub struct Rewriting<'a> {
    pub database: &'a DatabaseConnection,
    pub rows: &'a Rows,
    pub oracle: &'a Oracle,
    pub dice: &'a mut Dice,
    pub done: Rewritten,
    pub(super) gone: HashSet<(&'static str, Uuid)>,
}

pub(super) fn named(
    list: &[(&str, &'static [&'static str])],
    of: &Type,
) -> &'static [&'static str] {
    list.iter()
        .find(|(table, _)| *table == of.table)
        .map_or(&[], |(_, columns)| columns)
}

impl<'a> Rewriting<'a> {
    pub fn new(
        database: &'a DatabaseConnection,
        rows: &'a Rows,
        oracle: &'a Oracle,
        dice: &'a mut Dice,
    ) -> Self {
        let (done, gone) = (Rewritten::default(), HashSet::new());
        Self {
            database,
            rows,
            oracle,
            dice,
            done,
            gone,
        }
    }

    pub async fn run(mut self) -> Rewritten {
        rows::unfreeze(self.database).await;
        self.delete().await;
        let added = self.insert().await;
        for of in TYPES {
            let (_, nullable) = rows::columns(self.database, of.table).await;
            let fixed: BTreeSet<&str> = self.oracle.read(of);
            let fixed = fixed.into_iter().chain(named(BASIS, of).iter().copied());
            let fixed: HashSet<&str> = fixed.chain(["archived_at"]).collect();
            let rows = self.rows;
            let there = rows[of.name].iter().map(|(id, row)| (*id, *id, row));
            let added = added
                .iter()
                .filter(|(of_added, ..)| of_added.name == of.name);
            let added = added.map(|(_, id, like)| (*id, *like, &rows[of.name][like]));
            for (id, like, row) in there.chain(added) {
                if !self.gone.contains(&(of.name, id)) {
                    let listed = self.oracle.lists(of, like);
                    self.row(of, id, row, listed, &fixed, &nullable).await;
                }
            }
        }
        self.done
    }

    async fn row(
        &mut self,
        of: &'static Type,
        id: Uuid,
        row: &Row,
        listed: bool,
        fixed: &HashSet<&str>,
        nullable: &HashSet<String>,
    ) {
        let mut cells: Vec<(&'static str, Cell)> = Vec::new();
        for field in of.fields {
            let Some(column) = field.column().filter(|column| !fixed.contains(column)) else {
                continue;
            };
            let sees = match listed {
                true => self.oracle.sees(of, field, id),
                false => Sees::Nothing,
            };
            if self.dice.chance(25) || self.counted(of, column, row) || self.shared(of, column, id)
            {
                continue;
            }
            let nullable = nullable.contains(column);
            let new = match field.shape {
                Shape::One { target, .. } => {
                    let target = kaifong::catalogue::find(target).unwrap();
                    self.target(target, &row[column], sees, nullable)
                }
                _ if sees == Sees::All => None,
                _ => Some(self.value(field.kind().unwrap(), &row[column], sees, nullable)),
            };
            // Of an identifier at the source there can be only one.
            let new = match new {
                Some(Cell::Text(text)) if column == "external_id" => {
                    Some(Cell::Text(format!("{text}{id}")))
                }
                new => new,
            };
            let Some(new) = new.filter(|new| *new != row[column]) else {
                continue;
            };
            if listed && sees == Sees::All {
                self.done.targets += 1;
            } else if listed {
                self.done.cells += 1;
                self.done
                    .fields
                    .insert((of.name, field.name), (of, field, id));
            }
            cells.push((column, new));
        }
        if !listed && !cells.is_empty() {
            self.done.changed += 1;
        }
        rows::write(self.database, of, id, &cells).await;
    }

    /// Whether a share that the viewer sees tells the cell: the names of what it covers.
    fn shared(&self, of: &Type, column: &str, id: Uuid) -> bool {
        let names = match (of.table, column) {
            ("project", "name_en" | "name_zh") => "project_id",
            ("department", "name_en" | "name_zh") => "department_id",
            ("shift", "starts_at") => "shift_id",
            _ => return false,
        };
        let scope = kaifong::catalogue::find("PartnershipScope").unwrap();
        let covered = |(scope_id, row): (&Uuid, &Row)| {
            row[names] == Cell::Id(id) && self.oracle.lists(scope, *scope_id)
        };
        // A space tells the names of the projects in it.
        let brought = kaifong::catalogue::find("SpaceProject").unwrap();
        let told = |(brought_id, row): (&Uuid, &Row)| {
            row["project_id"] == Cell::Id(id) && self.oracle.lists(brought, *brought_id)
        };
        let by_a_space = || of.table == "project" && self.rows[brought.name].iter().any(told);
        self.rows[scope.name].iter().any(covered) || by_a_space()
    }

    /// Whether a notice's figures count the cell.
    fn counted(&self, of: &Type, column: &str, row: &Row) -> bool {
        let notice = kaifong::catalogue::find("Notice").unwrap();
        (of.table, column) == ("notice_receipt", "read_at")
            && matches!(row["notice_id"], Cell::Id(id) if self.oracle.lists(notice, id))
    }

    fn value(&mut self, kind: Kind, old: &Cell, sees: Sees, nullable: bool) -> Cell {
        if kind == Kind::PersonName && sees == Sees::Mask {
            let text = if let Cell::Text(text) = old { text } else { "" };
            return match text.graphemes(true).find(|g| !g.trim().is_empty()) {
                Some(first) => Cell::Text(format!("{first}{}", self.dice.text())),
                None if nullable && self.dice.chance(50) => Cell::Null,
                None => Cell::Text(" ".repeat(self.dice.below(3))),
            };
        }
        match nullable && self.dice.chance(25) {
            true => Cell::Null,
            false => self.dice.value(kind),
        }
    }

    /// Where a relation leads: anywhere where it is hidden; where it is seen, from a hidden row to
    /// another one or to none.
    fn target(
        &mut self,
        target: &'static Type,
        old: &Cell,
        sees: Sees,
        nullable: bool,
    ) -> Option<Cell> {
        let account = self.oracle.lens.viewer().account().map(Cell::Id);
        let own = |cell: &Cell| target.table == "account" && account.as_ref() == Some(cell);
        let hidden = matches!(old, Cell::Id(id) if !self.oracle.lists(target, *id));
        if (sees == Sees::All && !hidden) || own(old) {
            return None;
        }
        if nullable && self.dice.chance(30) {
            return Some(Cell::Null);
        }
        let there = self.rows[target.name].keys().filter(|id| {
            let kept = !self.gone.contains(&(target.name, **id));
            kept && (sees != Sees::All || !self.oracle.lists(target, **id))
        });
        let there: Vec<Uuid> = there.copied().collect();
        if there.is_empty() {
            // All that there were of it are gone.
            return None;
        }
        let new = Cell::Id(*self.dice.pick(&there));
        (!own(&new)).then_some(new)
    }
}
