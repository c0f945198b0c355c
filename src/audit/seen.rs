//! What an answer showed, as it is collected while the answer is written.
//!
//! For each row one id, in the section of its type and of what was shown of it: rows of a page are
//! mostly shown alike, so that sections are few.

use uuid::Uuid;

use super::person::is_personal;
use crate::catalogue::Type;

/// The name under which the reading of the log itself is logged, beside the names of fields.
pub const DISCLOSURES: &str = "disclosures";
/// The same of the trail of changes.
pub const CHANGES: &str = "changes";
/// The same of the copy of everything that is held on a person.
pub const COPY: &str = "copy";
/// The same of why somebody sees something of a record.
pub const EXPLAINED: &str = "explain";

/// Rows of one type of which the same was shown.
pub struct Section {
    /// The type.
    pub of: &'static Type,
    /// The fields that were shown in full, each the bit of its place in the type.
    pub full: u64,
    /// Those that were shown masked.
    pub masked: u64,
    /// What about the rows was read, where it was not the rows: [`DISCLOSURES`], [`CHANGES`], [`COPY`]
    /// or [`EXPLAINED`].
    pub record: Option<&'static str>,
    /// The rows.
    pub rows: Vec<Uuid>,
}

/// What was shown so far.
#[derive(Default)]
pub struct Seen {
    sections: Vec<Section>,
    last: usize,
}

impl Seen {
    /// A row was shown, with these fields of it.
    pub fn row(&mut self, of: &'static Type, row: Uuid, full: u64, masked: u64) {
        self.put(of, row, (full, masked, None));
    }

    /// The log of a row was read.
    pub fn log(&mut self, of: &'static Type, row: Uuid) {
        self.put(of, row, (0, 0, Some(DISCLOSURES)));
    }

    /// The changes of a row were read, with these fields of it.
    pub fn changes(&mut self, of: &'static Type, row: Uuid, full: u64, masked: u64) {
        self.put(of, row, (full, masked, Some(CHANGES)));
    }

    /// A part of the copy of what is held on a person was given.
    pub fn copy(&mut self, of: &'static Type, row: Uuid) {
        self.put(of, row, (0, 0, Some(COPY)));
    }

    /// It was told why somebody sees something of a row.
    pub fn explained(&mut self, of: &'static Type, row: Uuid) {
        self.put(of, row, (0, 0, Some(EXPLAINED)));
    }

    fn put(
        &mut self,
        of: &'static Type,
        row: Uuid,
        (full, masked, record): (u64, u64, Option<&'static str>),
    ) {
        let same = |section: &Section| {
            std::ptr::eq(section.of, of)
                && (section.full, section.masked, section.record) == (full, masked, record)
        };
        if let Some(section) = self.sections.get_mut(self.last)
            && same(section)
        {
            return section.rows.push(row);
        }
        if !is_personal(of) {
            return;
        }
        let found = self.sections.iter().position(same);
        self.last = found.unwrap_or(self.sections.len());
        match self.sections.get_mut(self.last) {
            Some(section) => section.rows.push(row),
            None => self.sections.push(Section {
                of,
                full,
                masked,
                record,
                rows: vec![row],
            }),
        }
    }

    /// Whether nothing about any person was shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// All of it.
    #[must_use]
    pub fn sections(self) -> Vec<Section> {
        self.sections
    }
}

/// Under which token something was asked.
#[derive(Clone, Default)]
pub struct Bearer {
    /// The token's own id.
    pub token: Option<String>,
    /// The session in which a person asks.
    pub session: Option<String>,
    /// What the data may be used for.
    pub purpose: Option<String>,
    /// The shares that it covers.
    pub shares: Vec<Uuid>,
}

/// Who changes something: a viewer, or the server itself.
#[derive(Clone, Default)]
pub struct Actor {
    /// What kind of viewer.
    pub kind: &'static str,
    /// The person's account, if it is a person.
    pub account: Option<Uuid>,
    /// Its id, if it is not.
    pub id: Option<String>,
    /// The roles it holds.
    pub roles: Vec<&'static str>,
    /// The organisations for which it acts.
    pub organisations: Vec<Uuid>,
    /// Under which token.
    pub bearer: Bearer,
    /// The version of the policies.
    pub policy: String,
    /// Why, in the words of whoever asked.
    pub reason: Option<String>,
}

impl Actor {
    /// A job of the server's own.
    #[must_use]
    pub fn job(name: &str) -> Self {
        Self {
            kind: "Job",
            id: Some(name.to_owned()),
            ..Self::default()
        }
    }
}

/// An answer that showed something about persons, to be logged before it is given.
pub struct Disclosure {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What kind of viewer it was.
    pub kind: &'static str,
    /// The person's account, if it was a person.
    pub account: Option<Uuid>,
    /// Its id, if it was not.
    pub id: Option<String>,
    /// The roles it held.
    pub roles: Vec<&'static str>,
    /// The organisations for which it acted.
    pub organisations: Vec<Uuid>,
    /// Under which token.
    pub bearer: Bearer,
    /// The version of the policies.
    pub policy: String,
    /// What was shown.
    pub sections: Vec<Section>,
}

impl Section {
    /// The names of the fields of these bits.
    #[must_use]
    pub fn names(&self, bits: u64) -> Vec<&'static str> {
        let fields = self.of.fields.iter().take(64).enumerate();
        let there = fields.filter(|(at, _)| bits >> at & 1 == 1);
        there.map(|(_, field)| field.name).collect()
    }
}
