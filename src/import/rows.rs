//! Cuts a CSV file into rows without losing count of its lines.
//!
//! A row is usually one line, more where a quoted field holds line breaks. Where a quote goes wrong
//! only the line on which its row starts is lost: reading goes on with the next line, so that one
//! stray quote does not swallow the rest of the file.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use csv::ByteRecord;

use super::field::Fault;
use super::report::Reason;

/// No row of a real file comes near this many bytes.
const LONGEST_ROW: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One row: the line on which it starts, and its fields or what is wrong with them.
pub(super) type Row = (u64, Result<ByteRecord, Fault>);

pub(super) struct Rows<I> {
    input: I,
    read: u64,
    /// Lines that were read as part of a broken row and come again as rows of their own.
    again: VecDeque<Line>,
}

struct Line {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

impl<I: BufRead> Rows<I> {
    pub(super) fn new(input: I) -> Self {
        Self {
            input,
            read: 0,
            again: VecDeque::new(),
        }
    }

    /// The next row that is not blank; a row must have `width` fields if one is given.
    pub(super) fn next(&mut self, width: Option<usize>) -> io::Result<Option<Row>> {
        let first = loop {
            match self.line()? {
                None => return Ok(None),
                Some(line) if line.bytes.trim_ascii().is_empty() && !line.too_long => {}
                Some(line) => break line,
            }
        };
        let number = first.number;
        let mut quotes = Quotes::FieldStart;
        let mut text = Vec::new();
        let mut following: Vec<Line> = Vec::new();
        let mut line = first;
        let fault = loop {
            if line.too_long || text.len() + line.bytes.len() > LONGEST_ROW {
                break Some(match following.is_empty() {
                    true => Fault::new(
                        Reason::TooLong,
                        format!("the row is longer than {LONGEST_ROW} bytes"),
                    ),
                    false => unclosed(),
                });
            }
            if !text.is_empty() {
                text.push(b'\n');
            }
            text.extend_from_slice(&line.bytes);
            quotes = quotes.after_line(&line.bytes);
            match quotes {
                Quotes::Broken => break Some(broken()),
                Quotes::Inside => match self.line()? {
                    None => break Some(unclosed()),
                    Some(more) => {
                        following.push(Line {
                            number: more.number,
                            bytes: more.bytes.clone(),
                            too_long: more.too_long,
                        });
                        line = more;
                    }
                },
                _ => break None,
            }
        };
        let outcome = match fault {
            Some(fault) => Err(fault),
            None => fields(&text).and_then(|record| match width {
                Some(width) if record.len() != width => Err(Fault::new(
                    Reason::FieldCount,
                    format!("the row has {} fields, the header {width}", record.len()),
                )),
                _ => Ok(record),
            }),
        };
        if outcome.is_err() {
            for line in following.into_iter().rev() {
                self.again.push_front(line);
            }
        }
        Ok(Some((number, outcome)))
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let limit = LONGEST_ROW as u64 + 1;
        if Read::take(&mut self.input, limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let too_long = bytes.len() > LONGEST_ROW;
        if too_long && !bytes.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
        }
        self.read += 1;
        if bytes.ends_with(b"\n") {
            bytes.pop();
        }
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
        if self.read == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Some(Line {
            number: self.read,
            bytes,
            too_long,
        }))
    }
}

fn unclosed() -> Fault {
    Fault::new(
        Reason::BadQuote,
        "a quoted field of the row does not end".to_owned(),
    )
}

fn broken() -> Fault {
    Fault::new(
        Reason::BadQuote,
        "text follows the closing quote of a field".to_owned(),
    )
}

fn fields(text: &[u8]) -> Result<ByteRecord, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(text.len().max(1))
        .from_reader(text);
    let mut record = ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => Ok(record),
        Ok(false) | Err(_) => Err(broken()),
    }
}

/// Where a reader stands with respect to quotes.
#[derive(Clone, Copy)]
enum Quotes {
    FieldStart,
    Bare,
    Inside,
    AfterQuote,
    Broken,
}

impl Quotes {
    fn after_line(mut self, line: &[u8]) -> Self {
        for byte in line {
            self = match (self, byte) {
                (Self::Broken, _) => return Self::Broken,
                (Self::Inside, b'"') => Self::AfterQuote,
                (Self::Inside, _) => Self::Inside,
                (Self::FieldStart, b'"') => Self::Inside,
                (Self::AfterQuote, b'"') => Self::Inside,
                (_, b',') => Self::FieldStart,
                (Self::AfterQuote, _) => Self::Broken,
                (Self::FieldStart | Self::Bare, _) => Self::Bare,
            };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, Result<Vec<String>, Reason>)> {
        let mut rows = Rows::new(text);
        let mut out = Vec::new();
        while let Some((line, row)) = rows.next(Some(2)).unwrap() {
            let row = row
                .map(|record| {
                    let text = |field| String::from_utf8_lossy(field).into_owned();
                    record.iter().map(text).collect()
                })
                .map_err(|fault| fault.code);
            out.push((line, row));
        }
        out
    }

    fn row(a: &str, b: &str) -> Result<Vec<String>, Reason> {
        Ok(vec![a.to_owned(), b.to_owned()])
    }

    #[test]
    fn rows_know_the_line_on_which_they_start() {
        assert_eq!(
            read(b"\xEF\xBB\xBFa,b\r\n\r\n\"c\nd\",\"e \"\"f\"\"\"\n  \ng,5\" pipe"),
            [
                (1, row("a", "b")),
                (3, row("c\nd", "e \"f\"")),
                (6, row("g", "5\" pipe")),
            ]
        );
    }

    #[test]
    fn a_stray_quote_costs_one_line() {
        assert_eq!(
            read(b"\"a,b\n\"c\",d\ne,f\n"),
            [
                (1, Err(Reason::BadQuote)),
                (2, row("c", "d")),
                (3, row("e", "f")),
            ]
        );
        assert_eq!(
            read(b"a,\"b\nc,d\n"),
            [(1, Err(Reason::BadQuote)), (2, row("c", "d"))]
        );
    }

    #[test]
    fn a_row_that_is_too_long_is_skipped_not_kept() {
        let mut text = vec![b'x'; 3 * LONGEST_ROW];
        text.extend_from_slice(b",y\na,b\na,b,c\n");
        assert_eq!(
            read(&text),
            [
                (1, Err(Reason::TooLong)),
                (2, row("a", "b")),
                (3, Err(Reason::FieldCount)),
            ]
        );
    }
}
