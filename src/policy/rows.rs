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
    layout: Arc<Layout>,
    ids: Vec<Uuid>,
    cells: Vec<Packed>,
    /// Each text begins with a character; whether all is text is asked once, at the end.
    text: Vec<u8>,
    expected: usize,
}

/// How much text a cell has, more or less.
const CELL_TEXT: usize = 12;
/// How many bytes of an answer a cell takes beside its text, more or less: a key, marks, a number.
const CELL_FRAME: usize = 18;

/// What cannot be a text of a page.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// There is no room for it.
    #[error("the rows hold more than four gigabytes of text")]
    Overfull,
    /// It is not text.
    #[error("the rows hold bytes that are not text")]
    NotText,
}

impl Filling {
    /// No row yet.
    #[must_use]
    pub fn new(layout: &Arc<Layout>) -> Self {
        Self::expecting(layout, 0)
    }

    /// No row yet, and so many to come at most. Room for them is made with the first.
    #[must_use]
    pub fn expecting(layout: &Arc<Layout>, expected: usize) -> Self {
        Self {
            layout: Arc::clone(layout),
            ids: Vec::new(),
            cells: Vec::new(),
            text: Vec::new(),
            expected,
        }
    }

    /// Begins a row; one cell for each column of the layout must follow, in its order.
    pub fn begin(&mut self, id: Uuid) {
        if self.ids.is_empty() {
            let cells = self.expected * self.layout.columns().len();
            self.ids.reserve_exact(self.expected);
            self.cells.reserve_exact(cells);
            self.text.reserve_exact(cells * CELL_TEXT);
        }
        self.ids.push(id);
    }

    /// Adds a cell to the row that was begun.
    ///
    /// # Errors
    /// Where there is no room for its text.
    #[inline]
    pub fn put(&mut self, cell: CellRef<'_>) -> Result<(), Unfit> {
        self.cells.push(match cell {
            CellRef::Null => Packed::Null,
            CellRef::Bool(value) => Packed::Bool(value),
            CellRef::Int(value) => Packed::Int(value),
            CellRef::Float(value) => Packed::Float(value),
            CellRef::Text(text) => return self.put_text(text.as_bytes()),
            CellRef::Id(id) => Packed::Id(id),
            CellRef::Time(time) => Packed::Time(time),
            CellRef::Date(date) => Packed::Date(date),
        });
        Ok(())
    }

    /// Adds a cell of text to the row that was begun. The bytes are looked at when the rows are
    /// sealed, all at once.
    ///
    /// # Errors
    /// Where there is no room for it, or it begins in the middle of a character.
    #[inline]
    pub fn put_text(&mut self, text: &[u8]) -> Result<(), Unfit> {
        // Then all of it is text only if each is: what one leaves open the next cannot end.
        if text.first().is_some_and(|byte| byte & 0xc0 == 0x80) {
            return Err(Unfit::NotText);
        }
        let place = |at: usize| u32::try_from(at).map_err(|_| Unfit::Overfull);
        let from = place(self.text.len())?;
        self.text.extend_from_slice(text);
        let to = place(self.text.len())?;
        self.cells.push(Packed::Text { from, to });
        Ok(())
    }

    /// What the rows are for.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many rows were begun.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none was begun.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids of the rows, for finding the records that only Cedar's rules need.
    #[must_use]
    pub fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// The rows, with their records if the layout needs any.
    ///
    /// # Errors
    /// Where what was put in as text is not text.
    pub fn sealed(self, records: HashMap<Uuid, Record>) -> Result<Rows, Unfit> {
        // To copy it costs a fraction of what the standard library takes to look at Chinese.
        let text = simdutf8::basic::from_utf8(&self.text).map_err(|_| Unfit::NotText)?;
        Ok(Rows {
            layout: self.layout,
            ids: self.ids,
            cells: self.cells,
            text: text.to_owned(),
            records,
        })
    }
}

impl Rows {
    /// No rows.
    #[must_use]
    pub fn none(layout: &Arc<Layout>) -> Self {
        Self {
            layout: Arc::clone(layout),
            ids: Vec::new(),
            cells: Vec::new(),
            text: String::new(),
            records: HashMap::new(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::TYPES;
    use crate::policy::{Lens, Policies};
    use crate::viewer::Viewer;

    fn filling() -> Filling {
        let policies = Policies::shipped().unwrap();
        let lens = Lens::new(policies, Viewer::anonymous()).unwrap();
        let mut filling = Filling::new(&Arc::new(Layout::new(TYPES[0], &Arc::new(lens))));
        filling.begin(Uuid::nil());
        filling
    }

    #[test]
    fn texts_come_out_as_they_went_in() {
        let mut filling = filling();
        let texts = ["陳大文", "", "é", "plain"];
        for text in texts {
            filling.put_text(text.as_bytes()).unwrap();
        }
        let rows = filling.sealed(HashMap::new()).unwrap();
        let cells = Cells {
            cells: &rows.cells,
            text: &rows.text,
        };
        for (at, text) in texts.into_iter().enumerate() {
            assert!(matches!(cells.get(at), CellRef::Text(found) if found == text));
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        // One that begins within a character, alone or behind the one that it would end.
        let [first, rest @ ..] = "陳".as_bytes() else {
            panic!("no bytes");
        };
        assert!(matches!(filling().put_text(rest), Err(Unfit::NotText)));
        let mut cut = filling();
        cut.put_text(&[*first]).unwrap();
        assert!(matches!(cut.put_text(rest), Err(Unfit::NotText)));
        // One that ends within a character, before another text or as the last.
        for after in ["", "文", "a"] {
            let mut open = filling();
            open.put_text(&"陳".as_bytes()[..2]).unwrap();
            open.put_text(after.as_bytes()).unwrap();
            let sealed = open.sealed(HashMap::new());
            assert!(matches!(sealed, Err(Unfit::NotText)), "{after}");
        }
        let mut wrong = filling();
        wrong.put_text(b"a\xff").unwrap();
        assert!(wrong.sealed(HashMap::new()).is_err());
    }
}
