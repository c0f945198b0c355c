//! Rows of one layout, side by side, their texts in one piece of memory.
//!
//! A page has thousands of cells; each is a few bytes here, and none is an allocation of its own.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::entity::Record;
use super::layout::Layout;
use super::protected::Protected;
use crate::catalogue::CellRef;

/// A cell as it lies among others; a text is a part of their common memory.
#[derive(Clone, Copy)]
enum Packed {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text { from: u32, to: u32 },
    Id(Uuid),
    Time(DateTime<Utc>),
    Date(NaiveDate),
}

/// Rows as the store found them, for one layout. Each opens as a [`Protected`] only.
#[derive(Clone)]
pub struct Rows {
    layout: Arc<Layout>,
    ids: Vec<Uuid>,
    cells: Vec<Packed>,
    text: String,
    records: HashMap<Uuid, Record>,
}

/// Rows that are being filled in. What went in does not come out.
#[derive(Clone)]
pub struct Filling {
    rows: Rows,
    expected: usize,
}

/// How much text a cell has, more or less.
const CELL_TEXT: usize = 12;
/// How many bytes of an answer a cell takes beside its text, more or less: a key, marks, a number.
const CELL_FRAME: usize = 18;

/// The texts of a page have no room any more.
#[derive(Debug, thiserror::Error)]
#[error("the rows hold more than four gigabytes of text")]
pub struct Overfull;

impl Filling {
    /// No row yet.
    #[must_use]
    pub fn new(layout: &Arc<Layout>) -> Self {
        Self::expecting(layout, 0)
    }

    /// No row yet, and so many to come at most. Room for them is made with the first.
    #[must_use]
    pub fn expecting(layout: &Arc<Layout>, expected: usize) -> Self {
        let rows = Rows {
            layout: Arc::clone(layout),
            ids: Vec::new(),
            cells: Vec::new(),
            text: String::new(),
            records: HashMap::new(),
        };
        Self { rows, expected }
    }

    /// Begins a row; one cell for each column of the layout must follow, in its order.
    pub fn begin(&mut self, id: Uuid) {
        if self.rows.ids.is_empty() {
            let cells = self.expected * self.rows.layout.columns().len();
            self.rows.ids.reserve_exact(self.expected);
            self.rows.cells.reserve_exact(cells);
            self.rows.text.reserve_exact(cells * CELL_TEXT);
        }
        self.rows.ids.push(id);
    }

    /// Adds a cell to the row that was begun.
    ///
    /// # Errors
    /// Where there is no room for its text.
    pub fn put(&mut self, cell: CellRef<'_>) -> Result<(), Overfull> {
        let packed = match cell {
            CellRef::Null => Packed::Null,
            CellRef::Bool(value) => Packed::Bool(value),
            CellRef::Int(value) => Packed::Int(value),
            CellRef::Float(value) => Packed::Float(value),
            CellRef::Text(text) => {
                let from = self.rows.text.len();
                self.rows.text.push_str(text);
                let place = |at: usize| u32::try_from(at).map_err(|_| Overfull);
                let (from, to) = (place(from)?, place(self.rows.text.len())?);
                Packed::Text { from, to }
            }
            CellRef::Id(id) => Packed::Id(id),
            CellRef::Time(time) => Packed::Time(time),
            CellRef::Date(date) => Packed::Date(date),
        };
        self.rows.cells.push(packed);
        Ok(())
    }

    /// What the rows are for.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.rows.layout
    }

    /// How many rows were begun.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.ids.len()
    }

    /// Whether none was begun.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.ids.is_empty()
    }

    /// The ids of the rows, for finding the records that only Cedar's rules need.
    #[must_use]
    pub fn ids(&self) -> &[Uuid] {
        &self.rows.ids
    }

    /// The rows, with their records if the layout needs any.
    #[must_use]
    pub fn sealed(mut self, records: HashMap<Uuid, Record>) -> Rows {
        self.rows.records = records;
        self.rows
    }
}

impl Rows {
    /// No rows.
    #[must_use]
    pub fn none(layout: &Arc<Layout>) -> Self {
        Filling::new(layout).sealed(HashMap::new())
    }

    /// How many bytes they take in an answer, more or less.
    #[must_use]
    pub fn extent(&self) -> usize {
        self.text.len() + self.cells.len() * CELL_FRAME
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Protected<'_>> {
        self.ids.get(at).map(|id| Protected::new(self, at, *id))
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Protected<'_>> {
        let each = self.ids.iter().enumerate();
        each.map(|(at, id)| Protected::new(self, at, *id))
    }

    /// The one with this id.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<Protected<'_>> {
        self.iter().find(|row| row.id() == id)
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn cells(&self, at: usize) -> Cells<'_> {
        let width = self.layout.columns().len();
        let cells = self.cells.get(at * width..(at + 1) * width);
        Cells {
            cells: cells.unwrap_or_default(),
            text: &self.text,
        }
    }

    pub(super) fn record(&self, id: Uuid) -> Option<&Record> {
        self.records.get(&id)
    }
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    cells: &'a [Packed],
    text: &'a str,
}

impl<'a> Cells<'a> {
    /// One of them; null where the row has no such column.
    pub(super) fn get(self, at: usize) -> CellRef<'a> {
        match self.cells.get(at) {
            None | Some(Packed::Null) => CellRef::Null,
            Some(Packed::Bool(value)) => CellRef::Bool(*value),
            Some(Packed::Int(value)) => CellRef::Int(*value),
            Some(Packed::Float(value)) => CellRef::Float(*value),
            Some(Packed::Text { from, to }) => {
                let text = self.text.get(*from as usize..*to as usize);
                CellRef::Text(text.unwrap_or_default())
            }
            Some(Packed::Id(id)) => CellRef::Id(*id),
            Some(Packed::Time(time)) => CellRef::Time(*time),
            Some(Packed::Date(date)) => CellRef::Date(*date),
        }
    }
}
