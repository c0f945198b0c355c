//! Cuts a JSON list into its elements as it is read, with the line on which each starts.
//!
//! Nothing is parsed here but strings and nesting, so that a broken element is rejected alone.

use std::io::{BufRead, Bytes};

use super::ImportError;

/// No element of a real list comes near this many bytes.
const LONGEST_ELEMENT: usize = 64 * 1024;

pub(super) struct Elements<I> {
    bytes: Bytes<I>,
    line: u64,
    state: State,
}

enum State {
    Unopened,
    Open,
    Ended,
}

impl<I: BufRead> Elements<I> {
    pub(super) fn new(input: I) -> Self {
        Self {
            bytes: input.bytes(),
            line: 1,
            state: State::Unopened,
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, ImportError> {
        Ok(self.bytes.next().transpose()?)
    }

    fn open(&mut self) -> Result<(), ImportError> {
        loop {
            match self.byte()? {
                // the byte order mark
                Some(0xEF | 0xBB | 0xBF | b' ' | b'\t' | b'\r') => {}
                Some(b'\n') => self.line += 1,
                Some(b'[') => return Ok(()),
                _ => return Err(ImportError::NotAList),
            }
        }
    }

    /// The next element's line and text; an element may be empty where two commas meet.
    fn element(&mut self) -> Result<Option<(u64, Vec<u8>)>, ImportError> {
        match self.state {
            State::Unopened => self.open()?,
            State::Open => {}
            State::Ended => return Ok(None),
        }
        self.state = State::Open;
        let mut text = Vec::new();
        let mut start = None;
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        loop {
            let byte = self.byte()?.ok_or(ImportError::Unfinished)?;
            match byte {
                // a JSON string ends on its line: a missing quote costs what stands there
                b'\n' if in_string => {
                    self.line += 1;
                    break;
                }
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b'{' | b'[' => depth += 1,
                b',' if depth == 0 => break,
                b']' if depth == 0 => {
                    self.state = State::Ended;
                    if start.is_none() {
                        return Ok(None);
                    }
                    break;
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if start.is_none() && !byte.is_ascii_whitespace() {
                start = Some(self.line);
            }
            if byte == b'\n' {
                self.line += 1;
            }
            text.push(byte);
            if text.len() > LONGEST_ELEMENT {
                return Err(ImportError::Unfinished);
            }
        }
        Ok(Some((start.unwrap_or(self.line), text)))
    }
}

impl<I: BufRead> Iterator for Elements<I> {
    type Item = Result<(u64, Vec<u8>), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.element()
            .inspect_err(|_| self.state = State::Ended)
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(u64, String)>, ImportError> {
        Elements::new(text.as_bytes())
            .map(|element| {
                let (line, text) = element?;
                Ok((line, String::from_utf8_lossy(&text).trim().to_owned()))
            })
            .collect()
    }

    #[test]
    fn elements_know_their_lines() {
        let elements = read("\u{feff}[\n {\"a\": \"],}\\\"\"},\n\n {\"b\":\n [1,2]}\n]\n").unwrap();
        assert_eq!(
            elements,
            [
                (2, "{\"a\": \"],}\\\"\"}".to_owned()),
                (4, "{\"b\":\n [1,2]}".to_owned()),
            ]
        );
        assert_eq!(read("[]").unwrap(), []);
        assert_eq!(read("[1, 2 ]").unwrap().len(), 2);
    }

    #[test]
    fn a_missing_quote_costs_one_element() {
        let line = |text| read(text).unwrap().pop().unwrap();
        let last = "{\"b\": 1}".to_owned();
        assert_eq!(
            line("[{\"a\": \"x, \"c\": \"d\"},\n{\"b\": 1}]"),
            (2, last.clone())
        );
        assert_eq!(
            line("[{\n\"a\": \"x,\n\"c\": 2\n},\n{\"b\": 1}]"),
            (5, last)
        );
    }

    #[test]
    fn what_is_not_a_whole_list_is_refused() {
        assert!(matches!(read("{}"), Err(ImportError::NotAList)));
        assert!(matches!(read(""), Err(ImportError::NotAList)));
        assert!(matches!(read("[1, {"), Err(ImportError::Unfinished)));
    }
}
