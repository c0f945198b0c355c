//! The copy of what is held on a person, entry by entry: what stands in it, whatever the form.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

/// Something in English and in traditional Chinese.
pub type Words = (String, String);

/// How much of a value the reader may know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// All of it.
    Full,
    /// Its mask.
    Masked,
    /// Nothing.
    Hidden,
}

impl Known {
    /// The code of it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Masked => "MASKED",
            Self::Hidden => "HIDDEN",
        }
    }
}

/// What is said of a copy that the officer looks at before the answer.
pub const PREVIEW: (&str, &str) = (
    "Preview before the answer: this has not been given to the person. What is told to nobody but the \
     person, such as how they sign in, is not in it.",
    "回覆前的預覽：此副本尚未交予當事人。只向當事人本人提供的內容（例如登入方式）不在其中。",
);

/// What the copy begins with.
pub struct Head {
    /// Whether it is looked at before the answer.
    pub preview: bool,
    /// The identifier of the request.
    pub request: String,
    /// Who holds the data: names in Chinese and English, where they may be known.
    pub organisation: Vec<String>,
    /// The day on which the request came.
    pub opened: NaiveDate,
    /// When it was answered.
    pub answered: Option<DateTime<Utc>>,
    /// Whether it was answered in part only.
    pub partly: bool,
    /// Why something is left out.
    pub reasons: Option<String>,
    /// What is left out.
    pub withheld: Vec<String>,
    /// When the copy was made.
    pub made: DateTime<Utc>,
}

/// A row about the person, or one that mentions the person.
pub struct Entry {
    /// The name of its type.
    pub of: String,
    /// What that is called.
    pub words: Words,
    /// Its identifier, where it has one.
    pub id: Option<String>,
    /// Whether it only mentions the person.
    pub mention: bool,
    /// When it was made.
    pub made: DateTime<Utc>,
    /// What it says.
    pub items: Vec<Item>,
    /// What is kept as a secret and not told, though it is there.
    pub secrets: usize,
}

/// One thing that a row says.
pub struct Item {
    /// The name of the field.
    pub name: String,
    /// What that is called.
    pub words: Words,
    /// What it says.
    pub says: Says,
    /// What the person says of its accuracy: the words, and what it should be.
    pub disputed: Vec<(String, String)>,
}

/// A value, or another row that is named.
pub enum Says {
    /// A value, as far as the reader may know it.
    Value(Value, Known),
    /// The person whose copy it is.
    You,
    /// Another row.
    Row {
        /// The name of its type.
        of: String,
        /// What it is called, as far as the reader may know that.
        called: Vec<String>,
        /// How far that is.
        known: Known,
    },
}
