//! A row whose columns open only through a decision.

use std::borrow::Cow;

use uuid::Uuid;

use super::entity::Record;
use super::layout::{Slot, View};
use super::mask::masked;
use super::rows::{Cells, Rows};
use crate::catalogue::{CellRef, Kind};

/// A row as the store found it, for one layout. There is no way to its cells but [`Self::show`]:
/// no public field, no `Deref`, no `Debug`.
///
/// ```compile_fail
/// fn peek<'a>(row: &kaifong::policy::Protected<'a>) -> &'a kaifong::policy::Rows {
///     row.rows
/// }
/// ```
/// ```compile_fail
/// fn peek(row: &kaifong::policy::Protected<'_>) {
///     row.cells();
/// }
/// ```
/// ```compile_fail
/// fn peek(rows: &kaifong::policy::Rows) {
///     rows.cells(0);
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Protected<'a> {
    rows: &'a Rows,
    at: usize,
    id: Uuid,
}

/// What a viewer sees of a cell.
pub enum Shown<'a> {
    /// The value itself.
    Full(CellRef<'a>),
    /// Its mask.
    Masked(Kind, Cow<'static, str>),
    /// Nothing.
    Hidden,
}

impl<'a> Protected<'a> {
    pub(super) fn new(rows: &'a Rows, at: usize, id: Uuid) -> Self {
        Self { rows, at, id }
    }

    /// Its id, which is visible whenever the row is.
    #[must_use]
    pub fn id(self) -> Uuid {
        self.id
    }

    /// What the viewer sees of a field. The decision comes before the look at the value.
    #[must_use]
    pub fn show(self, slot: Slot) -> Shown<'a> {
        let layout = self.rows.layout();
        self.decided(slot, || layout.cell(slot, self))
    }

    /// What the viewer sees of another value of a field, such as one that it had before. It is
    /// decided by the row as it is now.
    #[must_use]
    pub fn show_other<'b>(self, slot: Slot, value: CellRef<'b>) -> Shown<'b> {
        self.decided(slot, || value)
    }

    fn decided<'b>(self, slot: Slot, value: impl FnOnce() -> CellRef<'b>) -> Shown<'b> {
        let layout = self.rows.layout();
        match layout.view(slot, self) {
            View::Full => Shown::Full(value()),
            View::Masked => {
                let kind = layout.kind(slot);
                match kind.and_then(|k| Some((k, masked(k, value())?))) {
                    Some((kind, mask)) => Shown::Masked(kind, mask),
                    None => Shown::Hidden,
                }
            }
            View::Hidden => Shown::Hidden,
        }
    }

    /// Whether the viewer may follow a relation or do a deed.
    #[must_use]
    pub fn allows(self, slot: Slot) -> bool {
        self.rows.layout().view(slot, self) == View::Full
    }

    /// Whether an identity number is not shown in full only because the answer may hold names: by
    /// the pair rule.
    #[must_use]
    pub fn withheld_as_pair(self, slot: Slot) -> bool {
        self.rows.layout().withheld(slot, self)
    }

    pub(super) fn cells(self) -> Cells<'a> {
        self.rows.cells(self.at)
    }

    pub(super) fn record(self) -> Option<&'a Record> {
        self.rows.record(self.id)
    }
}
