//! Whose data each column of the database is: the persons, and for every table which rows are about
//! them, which mention them, and what each column says.
//!
//! The one inventory for whatever must be found of a person: the copy that a person asks for, and what
//! keeps, erases or discloses. A test holds it against the live database, so that no table and no
//! column can be forgotten: whoever adds one says here whose it is.

mod persons;
mod places;
mod sign_in;
mod trails;
mod work;

use super::{Field, Kind, Sealing, Shape, Type, find};

pub use persons::{PERSONS, Person, correctable};
pub use places::{COMMON, NOBODYS, Place, Via, places};

/// How a column is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// A value of this kind.
    Value(Kind),
    /// A sealed text.
    Sealed,
    /// The id of a row of this type.
    Id(&'static str),
}

/// A column of a place as it goes into the copy.
#[derive(Clone, Copy)]
pub struct Told {
    /// The column.
    pub column: &'static str,
    /// The name under which it is told.
    pub name: &'static str,
    /// How it is read.
    pub reads: Reads,
    /// Whether it is about a third person, and so told only as far as the reader may know.
    pub third: bool,
    /// In English and in Chinese, where no field of the catalogue has words for it.
    pub words: Option<(&'static str, &'static str)>,
}

impl Place {
    /// The type of the catalogue, if the table has one.
    #[must_use]
    pub fn of(&self) -> Option<&'static Type> {
        super::TYPES
            .iter()
            .copied()
            .find(|of| of.table == self.table)
    }

    /// Whether it is about how somebody signs in, wherever that is used.
    #[must_use]
    pub fn is_of_sign_in(&self) -> bool {
        self.table == "account"
            || sign_in::PLACES
                .iter()
                .any(|place| place.table == self.table)
    }

    /// The name of the place: of the type, or its own.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.of().map_or(self.table, |of| of.name)
    }

    /// What is told of a row: of the catalogue in the order of its fields, then what it does not know.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        let fields = self.of().map_or(&[][..], |of| of.fields);
        let known = fields.iter().filter_map(|field| self.of_field(field));
        let own = self.own.iter().map(|(column, kind, en, zh)| Told {
            column,
            name: column,
            reads: Reads::Value(*kind),
            third: false,
            words: Some((en, zh)),
        });
        known.chain(own).collect()
    }

    fn of_field(&self, field: &'static Field) -> Option<Told> {
        let column = field.column()?;
        let third = self.third.contains(&column);
        let common = column == "created_at" || column == "archived_at";
        let placed = third
            || common
            || self.facts.contains(&column)
            || self.refers.contains(&column)
            || self.mentions.contains(&column)
            || self.whose.iter().any(|(whose, _)| *whose == column);
        let reads = match (&field.shape, field.sealing) {
            (Shape::One { target, .. }, _) => Reads::Id(find(target)?.name),
            (Shape::Value { kind, .. }, Sealing::Open) => Reads::Value(*kind),
            (Shape::Value { .. }, _) => Reads::Sealed,
            (Shape::Many { .. }, _) => return None,
        };
        placed.then_some(Told {
            column,
            name: field.name,
            reads,
            third,
            words: None,
        })
    }

    /// Every column that has a place here, beside those that all tables have.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        // one column may lead to persons of several kinds
        let before = |at: usize, column| self.whose.iter().take(at).any(|(c, _)| *c == column);
        let whose = self.whose.iter().enumerate();
        let whose = whose.filter(move |(at, (column, _))| !before(*at, *column));
        let whose = whose.map(|(_, (column, _))| *column);
        let own = self.own.iter().map(|(column, ..)| *column);
        let lists = [
            self.facts,
            self.third,
            self.refers,
            self.mentions,
            self.secrets,
            self.rest,
        ];
        whose
            .filter(|column| *column != "id")
            .chain(own)
            .chain(lists.into_iter().flatten().copied())
    }
}
