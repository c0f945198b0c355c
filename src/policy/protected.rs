//! A row whose columns open only through a decision.

use std::sync::Arc;

use uuid::Uuid;

use super::entity::Record;
use super::layout::{Layout, Slot, View};
use super::mask::masked;
use crate::catalogue::{Cell, Kind};

/// A row as the store found it, for one layout. There is no way to its cells but [`Self::show`]:
/// no public field, no `Deref`, no `Debug`.
///
/// ```compile_fail
/// fn peek(row: &kaifong::policy::Protected) -> &kaifong::catalogue::Cell {
///     &row.cells[0]
/// }
/// ```
/// ```compile_fail
/// fn peek(row: &kaifong::policy::Protected) -> &[kaifong::catalogue::Cell] {
///     row.cells()
/// }
/// ```
pub struct Protected {
    layout: Arc<Layout>,
    id: Uuid,
    cells: Vec<Cell>,
    record: Option<Record>,
}

/// What a viewer sees of a cell.
pub enum Shown<'a> {
    /// The value itself.
    Full(&'a Cell),
    /// Its mask.
    Masked(Kind, String),
    /// Nothing.
    Hidden,
}

impl Protected {
    /// Seals a row: one cell for each column of the layout, in its order, and the record if the
    /// layout needs it.
    #[must_use]
    pub fn seal(layout: &Arc<Layout>, id: Uuid, cells: Vec<Cell>, record: Option<Record>) -> Self {
        Self {
            layout: Arc::clone(layout),
            id,
            cells,
            record,
        }
    }

    /// Its id, which is visible whenever the row is.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What the viewer sees of a field. The decision comes before the look at the value.
    #[must_use]
    pub fn show(&self, slot: Slot) -> Shown<'_> {
        match self.layout.view(slot, self) {
            View::Full => Shown::Full(self.layout.cell(slot, self)),
            View::Masked => {
                let kind = self.layout.kind(slot);
                match kind.and_then(|k| Some((k, masked(k, self.layout.cell(slot, self))?))) {
                    Some((kind, mask)) => Shown::Masked(kind, mask),
                    None => Shown::Hidden,
                }
            }
            View::Hidden => Shown::Hidden,
        }
    }

    /// Whether the viewer may follow a relation or do a deed.
    #[must_use]
    pub fn allows(&self, slot: Slot) -> bool {
        self.layout.view(slot, self) == View::Full
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }
}
