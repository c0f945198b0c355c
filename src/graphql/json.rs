//! JSON text, written as rows are shown, and responses that hold such text.
//!
//! A root field whose answer is text goes through the executor as [`Value::Binary`], which nothing
//! else of ours is; [`written`] puts the text where the value stands.

use async_graphql::{Response, Value};

use super::sink::{Key, Sink, words};

/// Makes JSON text.
#[derive(Default)]
pub struct Text {
    out: Vec<u8>,
    /// Whether the next key or item is the first of its object or list.
    first: bool,
}

impl Text {
    /// No text yet, and room for about so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        let out = Vec::with_capacity(bytes);
        Self { out, first: false }
    }

    /// The text as a value for the executor to carry.
    pub fn done(self) -> Value {
        Value::Binary(self.out.into())
    }

    fn comma(&mut self) {
        if self.first {
            self.first = false;
        } else {
            self.out.push(b',');
        }
    }

    fn json(&mut self, value: &impl serde::Serialize) {
        // Writing numbers and texts to memory does not fail.
        let _ = serde_json::to_writer(&mut self.out, value);
    }
}

impl Sink for Text {
    fn value(&mut self, value: &Value) {
        self.json(value);
    }

    fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    fn bool(&mut self, value: bool) {
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn int(&mut self, value: i64) {
        self.json(&value);
    }

    fn float(&mut self, value: f64) {
        self.json(&value);
    }

    fn text(&mut self, value: &str) {
        if escapes(value.as_bytes()) {
            self.json(&value);
        } else {
            self.plain(value);
        }
    }

    fn plain(&mut self, value: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(value.as_bytes());
        self.out.push(b'"');
    }

    fn ascii(&mut self, write: &dyn Fn(&mut Vec<u8>)) {
        self.out.push(b'"');
        write(&mut self.out);
        self.out.push(b'"');
    }

    fn words(&mut self, json: &str) {
        if is_plain_list(json.as_bytes()) {
            self.out.extend_from_slice(json.as_bytes());
        } else {
            self.json(&words(json));
        }
    }

    fn open_object(&mut self, _: usize) {
        self.out.push(b'{');
        self.first = true;
    }

    fn key(&mut self, key: &Key) {
        self.comma();
        self.out.extend_from_slice(key.text.as_bytes());
    }

    fn close_object(&mut self) {
        self.out.push(b'}');
        self.first = false;
    }

    fn open_list(&mut self, _: usize) {
        self.out.push(b'[');
        self.first = true;
    }

    fn item(&mut self) {
        self.comma();
    }

    fn close_list(&mut self) {
        self.out.push(b']');
        self.first = false;
    }
}

/// Whether JSON escapes something in a text. (Without an early end, so that many bytes are looked
/// at at a time.)
fn escapes(text: &[u8]) -> bool {
    let bad = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    text.iter().fold(false, |found, byte| found | bad(*byte))
}

/// Whether a text is a JSON list of texts, written without any space and any escape.
fn is_plain_list(text: &[u8]) -> bool {
    let [b'[', b'"', words @ .., b'"', b']'] = text else {
        return text == b"[]";
    };
    // Many bytes at a time: that nothing but a quote ends a word.
    let bad = |byte: u8| (byte < 0x20) | (byte == b'\\');
    if words.iter().fold(false, |found, byte| found | bad(*byte)) {
        return false;
    }
    // Between two words are just these.
    let mut rest = words;
    while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
        match rest.get(quote..) {
            Some([b'"', b',', b'"', more @ ..]) => rest = more,
            _ => return false,
        }
    }
    true
}

/// A response as JSON, the texts of root fields in their places.
///
/// # Errors
/// Where a value cannot be written as JSON, which none of the graph's is.
pub fn written(response: &Response) -> serde_json::Result<Vec<u8>> {
    let Value::Object(roots) = &response.data else {
        return serde_json::to_vec(response);
    };
    let length: usize = roots.values().map(length).sum();
    let mut out = Vec::with_capacity(length + 1024);
    out.push(b'{');
    if !response.errors.is_empty() {
        out.extend_from_slice(b"\"errors\":");
        serde_json::to_writer(&mut out, &response.errors)?;
        out.push(b',');
    }
    out.extend_from_slice(b"\"data\":{");
    for (at, (key, value)) in roots.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        serde_json::to_writer(&mut out, key)?;
        out.push(b':');
        match value {
            Value::Binary(text) => out.extend_from_slice(text),
            value => serde_json::to_writer(&mut out, value)?,
        }
    }
    out.push(b'}');
    if !response.extensions.is_empty() {
        out.extend_from_slice(b",\"extensions\":");
        serde_json::to_writer(&mut out, &response.extensions)?;
    }
    out.push(b'}');
    Ok(out)
}

fn length(value: &Value) -> usize {
    match value {
        Value::Binary(text) => text.len() + 64,
        _ => 256,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graphql::sink::Values;

    /// The same told to both sinks.
    fn both(tell: impl Fn(&mut dyn Sink)) -> (String, String) {
        let (mut text, mut values) = (Text::default(), Values::default());
        tell(&mut text);
        tell(&mut values);
        let fast = String::from_utf8(text.out).unwrap();
        (fast, serde_json::to_string(&values.done()).unwrap())
    }

    proptest! {
        #[test]
        fn texts_are_written_as_the_library_writes_them(text in "\\PC*|[\\x00-\\x7f]*") {
            let (fast, slow) = both(|sink| sink.text(&text));
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn numbers_are_written_as_the_library_writes_them(int: i64, float: f64) {
            let (fast, slow) = both(|sink| sink.int(int));
            prop_assert_eq!(fast, slow);
            let (fast, slow) = both(|sink| sink.float(float));
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn lists_of_words_are_written_as_the_library_writes_them(
            words in proptest::collection::vec("\\PC*|[\\x00-\\x7f]{0,3}|[,\"\\\\]{0,3}", 0..4),
            spaced: bool,
        ) {
            let json = match spaced {
                true => serde_json::to_string_pretty(&words).unwrap(),
                false => serde_json::to_string(&words).unwrap(),
            };
            let (fast, slow) = both(|sink| sink.words(&json));
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn what_is_no_list_of_words_is_an_empty_one(json in "[\\[\\]\",a1 ]{0,9}") {
            let (fast, slow) = both(|sink| sink.words(&json));
            prop_assert_eq!(fast, slow, "{}", json);
        }
    }
}
