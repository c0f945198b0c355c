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
    variable_values: usize,
}

/// How many of something there are, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// How many there are.
    pub asked: usize,
    /// How many there may be.
    pub allowed: usize,
}

/// Why a document or its variables were not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Too many tokens.
    #[error("the document has more than {} tokens", .0.allowed)]
    TooManyTokens(Excess),
    /// Brackets nest too deep.
    #[error("the document nests its brackets deeper than {}", .0.allowed)]
    NestsTooDeep(Excess),
    /// A string does not end.
    #[error("the document has a string that does not end")]
    UnfinishedString,
    /// Variables nest too deep.
    #[error("the variables nest deeper than {}", .0.allowed)]
    VariablesNestTooDeep(Excess),
    /// Variables hold too much.
    #[error("the variables hold more than {} values", .0.allowed)]
    TooManyValues(Excess),
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
            Self::TooManyValues(_) => "VARIABLES_TOO_LONG",
        }
    }

    /// The setting that says how many there may be, with how far over it they are.
    #[must_use]
    pub fn excess(self) -> Option<(&'static str, Excess)> {
        match self {
            Self::TooManyTokens(excess) => Some(("max_query_tokens", excess)),
            Self::NestsTooDeep(excess) => Some(("max_query_nesting", excess)),
            Self::UnfinishedString => None,
            Self::VariablesNestTooDeep(excess) => Some(("max_variables_nesting", excess)),
            Self::TooManyValues(excess) => Some(("max_variable_values", excess)),
        }
    }
}

impl Excess {
    /// Nothing where there are no more than there may be.
    fn over(asked: usize, allowed: usize) -> Option<Self> {
        (asked > allowed).then_some(Self { asked, allowed })
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
            variable_values: limits.variable_values,
        }
    }

    /// Whether the document is short and flat enough to be parsed.
    ///
    /// # Errors
    ///
    /// A limit that it exceeds, or a string without an end.
    pub fn admit_document(&self, document: &str) -> Result<(), GateError> {
        let (mut rest, mut tokens, mut depth) = (document.as_bytes(), 0_usize, 0_usize);
        let mut deepest = 0;
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
                    deepest = deepest.max(depth);
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
            rest = after(rest, length);
        }
        if let Some(excess) = Excess::over(deepest, self.nesting) {
            return Err(GateError::NestsTooDeep(excess));
        }
        match Excess::over(tokens, self.tokens) {
            Some(excess) => Err(GateError::TooManyTokens(excess)),
            None => Ok(()),
        }
    }

    /// Whether the variables are few and flat enough to be walked through.
    ///
    /// # Errors
    ///
    /// They hold more, or nest deeper, than the limit.
    pub fn admit_variables(&self, variables: &Map<String, Value>) -> Result<(), GateError> {
        let mut waiting: Vec<(&Value, usize)> =
            variables.values().map(|value| (value, 1)).collect();
        let (mut values, mut deepest) = (0, 0);
        while let Some((value, depth)) = waiting.pop() {
            values += 1;
            deepest = deepest.max(depth);
            match value {
                Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
                Value::Object(fields) => {
                    waiting.extend(fields.values().map(|item| (item, depth + 1)))
                }
                _ => {}
            }
        }
        if let Some(excess) = Excess::over(deepest, self.variables_nesting) {
            return Err(GateError::VariablesNestTooDeep(excess));
        }
        match Excess::over(values, self.variable_values) {
            Some(excess) => Err(GateError::TooManyValues(excess)),
            None => Ok(()),
        }
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
        variable_values: 6,
    };
    const DEEP: &str = "[[[[[[[[[[";

    fn excess(asked: usize, allowed: usize) -> Excess {
        Excess { asked, allowed }
    }

    #[test]
    fn brackets_and_tokens_are_counted() {
        let table = [
            ("{ a(b: [1, 2]) { c } }", Ok(())),
            ("{{{{{", Ok(())),
            ("{([{([", Err(GateError::NestsTooDeep(excess(6, 5)))),
            ("{([{([}])])}", Err(GateError::NestsTooDeep(excess(6, 5)))),
            ("[] [] [] [] [] [] []", Ok(())),
            ("", Ok(())),
        ];
        for (document, expected) in table {
            assert_eq!(GATE.admit_document(document), expected, "{document}");
        }
        assert_eq!(GATE.admit_document(&"ab1_ ".repeat(50)), Ok(()));
        assert_eq!(
            GATE.admit_document(&"a ".repeat(53)),
            Err(GateError::TooManyTokens(excess(53, 50)))
        );
        assert_eq!(
            GATE.admit_document(&"!".repeat(51)),
            Err(GateError::TooManyTokens(excess(51, 50)))
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
            let verdict = GATE.admit_document(&loud);
            assert!(matches!(verdict, Err(GateError::NestsTooDeep(_))), "{loud}");
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
        assert_eq!(
            verdict(deep),
            Err(GateError::VariablesNestTooDeep(excess(4, 3)))
        );
        assert_eq!(verdict(serde_json::json!({ "a": [1, 2, 3, 4, 5] })), Ok(()));
        assert_eq!(
            verdict(serde_json::json!({ "a": [1, 2, 3, 4, 5], "b": null })),
            Err(GateError::TooManyValues(excess(7, 6)))
        );
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
            let gate = Gate { tokens: 100_000, nesting: 64, variables_nesting: 1, variable_values: 1 };
            if gate.admit_document(&document).is_ok() {
                parse_query(&document).ok();
            }
        }
    }
}
