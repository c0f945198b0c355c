//! A CSV file with a checked header, read as records of one kind.

use std::collections::HashMap;
use std::io::BufRead;

use csv::StringRecord;

use super::field::{self, Fault, shown};
use super::report::Reason;
use super::rows::Rows;
use super::{External, ImportError, Parsed};

/// Where the columns that a kind reads stand in this file.
pub(super) struct Columns {
    width: usize,
    places: Vec<(&'static str, usize)>,
}

impl Columns {
    fn find<I: BufRead>(
        rows: &mut Rows<I>,
        required: &[&'static str],
        optional: &[&'static str],
    ) -> Result<Self, ImportError> {
        let header = match rows.next(None)? {
            None => return Err(ImportError::Empty),
            Some((_, Err(_))) => return Err(ImportError::HeaderEncoding),
            Some((_, Ok(header))) => {
                StringRecord::from_byte_record(header).map_err(|_| ImportError::HeaderEncoding)?
            }
        };
        let mut places = Vec::new();
        for (columns, must) in [(required, true), (optional, false)] {
            for &column in columns {
                let mut found = header.iter().enumerate();
                let mut found = found.by_ref().filter(|(_, name)| name.trim() == column);
                match (found.next(), found.next()) {
                    (Some((place, _)), None) => places.push((column, place)),
                    (Some(_), Some(_)) => return Err(ImportError::RepeatedColumn(column)),
                    (None, _) if must => return Err(ImportError::MissingColumn(column)),
                    (None, _) => {}
                }
            }
        }
        Ok(Self {
            width: header.len(),
            places,
        })
    }
}

/// One row, its fields found by the names of their columns.
pub(super) struct Cells<'a> {
    columns: &'a Columns,
    row: StringRecord,
}

impl Cells<'_> {
    fn raw(&self, column: &str) -> &str {
        let place = self.columns.places.iter().find(|(name, _)| *name == column);
        place
            .and_then(|(_, place)| self.row.get(*place))
            .unwrap_or_default()
    }

    /// What stands in the column, if anything does.
    pub(super) fn text(&self, column: &'static str) -> Result<Option<String>, Fault> {
        field::text(column, self.raw(column))
    }

    /// What stands in the column, unless it only says that it does not apply.
    pub(super) fn applicable(&self, column: &'static str) -> Result<Option<String>, Fault> {
        Ok(self.text(column)?.filter(|text| text != "N.A."))
    }

    /// What stands in the column, where something must.
    pub(super) fn required(&self, column: &'static str) -> Result<String, Fault> {
        field::required(column, self.raw(column))
    }

    /// The degrees in the column, at most `limit` from zero.
    pub(super) fn degrees(&self, column: &'static str, limit: f64) -> Result<Option<f64>, Fault> {
        field::degrees(column, self.raw(column), limit)
    }
}

/// Reads the records of a CSV file one after another.
pub(super) struct Table<I, F> {
    rows: Rows<I>,
    columns: Columns,
    parse: F,
    /// The ids so far, unless the file keeps them in order.
    seen: Option<Seen>,
}

impl<I, F, R> Table<I, F>
where
    I: BufRead,
    F: FnMut(&Cells<'_>) -> Result<R, Fault>,
    R: External,
{
    /// Checks the header: every required column must be there, others may be, in any order.
    pub(super) fn open(
        input: I,
        required: &[&'static str],
        optional: &[&'static str],
        parse: F,
    ) -> Result<Self, ImportError> {
        let mut rows = Rows::new(input);
        let columns = Columns::find(&mut rows, required, optional)?;
        Ok(Self {
            rows,
            columns,
            parse,
            seen: Some(Seen::default()),
        })
    }

    /// The same for a file of any length: `parse` sees to it that no id occurs twice.
    pub(super) fn ascending(
        input: I,
        required: &[&'static str],
        parse: F,
    ) -> Result<Self, ImportError> {
        let table = Self::open(input, required, &[], parse)?;
        Ok(Self {
            seen: None,
            ..table
        })
    }

    fn record(&mut self, row: csv::ByteRecord, line: u64) -> Result<R, Fault> {
        let row = StringRecord::from_byte_record(row).map_err(|error| {
            let field = error.utf8_error().field();
            let reason = match self.columns.places.iter().find(|(_, at)| *at == field) {
                Some((column, _)) => format!("`{column}` is not UTF-8 text"),
                None => format!("field {} is not UTF-8 text", field + 1),
            };
            Fault::new(Reason::InvalidUtf8, reason)
        })?;
        let record = (self.parse)(&Cells {
            columns: &self.columns,
            row,
        })?;
        if let Some(seen) = &mut self.seen {
            seen.once(record.external_id(), line)?;
        }
        Ok(record)
    }
}

impl<I, F, R> Iterator for Table<I, F>
where
    I: BufRead,
    F: FnMut(&Cells<'_>) -> Result<R, Fault>,
    R: External,
{
    type Item = Result<Parsed<R>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (line, row) = match self.rows.next(Some(self.columns.width)) {
            Ok(row) => row?,
            Err(error) => return Some(Err(error.into())),
        };
        Some(Ok(match row.and_then(|row| self.record(row, line)) {
            Ok(record) => Parsed::Record { line, record },
            Err(fault) => Parsed::Rejected(fault.on(line)),
        }))
    }
}

/// The ids of the records taken over so far, with their lines.
#[derive(Default)]
pub(super) struct Seen(HashMap<String, u64>);

impl Seen {
    /// Refuses an id that occurred before.
    pub(super) fn once(&mut self, id: &str, line: u64) -> Result<(), Fault> {
        match self.0.get(id) {
            Some(before) => Err(Fault::new(
                Reason::DuplicateId,
                format!("{} occurred before, on line {before}", shown(id)),
            )),
            None => {
                self.0.insert(id.to_owned(), line);
                Ok(())
            }
        }
    }
}
