//! Whether a document may be parsed at all.
//!
//! The parser descends once for each bracket: two thousand of them overflow its
//! stack, which no error handling survives. So brackets and tokens are counted
//! first, in one pass without recursion. The pass must never think that a
//! bracket is in a string or a comment where the parser thinks otherwise; what
//! the two could read differently, an unfinished string, is refused.

use serde_json::{Map, Value};

use crate::config::Limits;

/// Counts before parsing.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    tokens: usize,
    nesting: usize,
    variables_nesting: usize,
}

/// Why a document or its variables were not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Too many tokens.
    #[error("the document has more than {0} tokens")]
    TooManyTokens(usize),
    /// Brackets nest too deep.
    #[error("the document nests its brackets deeper than {0}")]
    NestsTooDeep(usize),
    /// A string does not end.
    #[error("the document has a string that does not end")]
    UnfinishedString,
    /// Variables nest too deep.
    #[error("the variables nest deeper than {0}")]
    VariablesNestTooDeep(usize),
}

impl GateError {
    /// A code for clients that never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooManyTokens(_) => "DOCUMENT_TOO_LONG",
            Self::NestsTooDeep(_) => "DOCUMENT_TOO_DEEP",
            Self::UnfinishedString => "DOCUMENT_UNFINISHED_STRING",
            Self::VariablesNestTooDeep(_) => "VARIABLES_TOO_DEEP",
        }
    }
}

impl Gate {
    /// A gate with these limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            tokens: limits.query_tokens,
            nesting: limits.query_nesting,
            variables_nesting: limits.variables_nesting,
        }
    }

    /// Whether the document is short and flat enough to be parsed.
    ///
    /// # Errors
    ///
    /// The limit that it exceeds first, or a string without an end.
    pub fn admit_document(&self, document: &str) -> Result<(), GateError> {
        let (mut rest, mut tokens, mut depth) = (document.as_bytes(), 0_usize, 0_usize);
        while let Some(first) = rest.first() {
            let length = match first {
                b' ' | b',' | b'\t' | b'\n' | b'\r' => {
                    rest = after(rest, 1);
                    continue;
                }
                b'#' => {
                    rest = after(rest, until(rest, ends_line));
                    continue;
                }
                b'"' => string_length(rest).ok_or(GateError::UnfinishedString)?,
                b'{' | b'[' | b'(' => {
                    depth += 1;
                    1
                }
                b'}' | b']' | b')' => {
                    depth = depth.saturating_sub(1);
                    1
                }
                letter if is_word(*letter) => until(rest, |byte| !is_word(byte)),
                _ => 1,
            };
            tokens += 1;
            if depth > self.nesting {
                return Err(GateError::NestsTooDeep(self.nesting));
            }
            if tokens > self.tokens {
                return Err(GateError::TooManyTokens(self.tokens));
            }
            rest = after(rest, length);
        }
        Ok(())
    }

    /// Whether the variables are flat enough to be walked through.
    ///
    /// # Errors
    ///
    /// They nest deeper than the limit.
    pub fn admit_variables(&self, variables: &Map<String, Value>) -> Result<(), GateError> {
        let mut waiting: Vec<(&Value, usize)> =
            variables.values().map(|value| (value, 1)).collect();
        while let Some((value, depth)) = waiting.pop() {
            if depth > self.variables_nesting {
                return Err(GateError::VariablesNestTooDeep(self.variables_nesting));
            }
            match value {
                Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
                Value::Object(fields) => {
                    waiting.extend(fields.values().map(|item| (item, depth + 1)))
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The length of the string that begins here, quotes included, if it ends.
fn string_length(text: &[u8]) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    let (mut at, block) = match text.starts_with(BLOCK) {
        true => (3, true),
        false => (1, false),
    };
    loop {
        let rest = text.get(at..)?;
        at += match (rest.first()?, block) {
            (b'\\', true) if after(rest, 1).starts_with(BLOCK) => 4,
            (b'"', true) if rest.starts_with(BLOCK) => return Some(at + 3),
            (b'"', false) => return Some(at + 1),
            (b'\\', false) => 2,
            (byte, false) if ends_line(*byte) => return None,
            _ => 1,
        };
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn until(text: &[u8], stop: impl Fn(u8) -> bool) -> usize {
    text.iter()
        .position(|byte| stop(*byte))
        .unwrap_or(text.len())
}

fn after(text: &[u8], length: usize) -> &[u8] {
    text.get(length..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use proptest::prelude::*;

    use super::*;

    const GATE: Gate = Gate {
        tokens: 50,
        nesting: 5,
        variables_nesting: 3,
    };
    const DEEP: &str = "[[[[[[[[[[";

    #[test]
    fn brackets_and_tokens_are_counted() {
        let table = [
            ("{ a(b: [1, 2]) { c } }", Ok(())),
            ("{{{{{", Ok(())),
            ("{([{([", Err(GateError::NestsTooDeep(5))),
            ("[] [] [] [] [] [] []", Ok(())),
            ("", Ok(())),
        ];
        for (document, expected) in table {
            assert_eq!(GATE.admit_document(document), expected, "{document}");
        }
        assert_eq!(GATE.admit_document(&"ab1_ ".repeat(50)), Ok(()));
        assert_eq!(
            GATE.admit_document(&"a ".repeat(51)),
            Err(GateError::TooManyTokens(50))
        );
        assert_eq!(
            GATE.admit_document(&"!".repeat(51)),
            Err(GateError::TooManyTokens(50))
        );
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        for quiet in [
            format!("{{ a(b: \"{DEEP}\") }}"),
            format!("{{ a(b: \"\\\"{DEEP}\") }}"),
            format!("{{ a(b: \"\"\"\n\"{DEEP}\"\n\"\"\") }}"),
            format!("{{ a(b: \"\"\"\\\"\"\"{DEEP}\"\"\") }}"),
            format!("{{ a # {DEEP}\n }}"),
            format!("{{ a # \"\n b }}  # {DEEP}"),
        ] {
            assert_eq!(GATE.admit_document(&quiet), Ok(()), "{quiet}");
        }
    }

    #[test]
    fn brackets_are_not_hidden_where_the_parser_would_see_them() {
        for loud in [
            format!("{{ a # comment\r {DEEP}"),
            format!("{{ a(b: \"\" {DEEP}"),
            format!("{{ a(b: \"\\\\\" {DEEP}"),
            format!("{{ a(b: \"\"\"\"\"\" {DEEP}"),
            format!("{{ a(b: \"#\" {DEEP}"),
            format!("\u{feff}{DEEP}"),
        ] {
            assert_eq!(
                GATE.admit_document(&loud),
                Err(GateError::NestsTooDeep(5)),
                "{loud}"
            );
        }
        for unfinished in [
            format!("{{ a(b: \"\"\" \" {DEEP}"),
            format!("{{ a(b: \"\"\"x\\\\\"\"\" {DEEP}"),
            format!("{{ a(b: \" {DEEP}"),
            format!("{{ a(b: \"\n {DEEP}"),
            format!("{{ a(b: \"\r {DEEP}"),
            "\"\\".to_owned(),
        ] {
            let verdict = GATE.admit_document(&unfinished);
            assert_eq!(verdict, Err(GateError::UnfinishedString), "{unfinished}");
        }
    }

    #[test]
    fn variables_are_counted_by_depth() {
        let verdict = |value: Value| GATE.admit_variables(value.as_object().unwrap());
        assert_eq!(
            verdict(serde_json::json!({ "a": [[1]], "b": { "c": { "d": 1 } } })),
            Ok(())
        );
        let deep = serde_json::json!({ "a": [{ "b": [1] }] });
        assert_eq!(verdict(deep), Err(GateError::VariablesNestTooDeep(3)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Brackets enough to overflow the parser follow whatever could be read
        /// as a string or a comment. If the gate lets them pass, the parser must
        /// think as the gate does; where it does not, this test ends the process.
        #[test]
        fn the_parser_never_sees_the_brackets_that_the_gate_does_not(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "\"", "\"\"\"", "\\", "\\\"", "\\u0041", "#", "\n", "\r", " ", "1,", "義", "\u{feff}",
                ]),
                0..8,
            ),
        ) {
            let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
            let document = format!("{{a(b:[{}{deep}])}}", pieces.concat());
            let gate = Gate { tokens: 100_000, nesting: 64, variables_nesting: 1 };
            if gate.admit_document(&document).is_ok() {
                parse_query(&document).ok();
            }
        }
    }
}
