//! A vocabulary of tags: codes, names in English and French, and the groups they belong to.

use std::io::BufRead;
use std::path::Path;

use super::field::{self, Fault};
use super::table::{Cells, Table};
use super::{External, ImportError, Parsed};

/// A term of a vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub struct TagRecord {
    /// The vocabulary, for example `interest`.
    pub vocabulary: String,
    /// The code, unique within the vocabulary.
    pub code: String,
    /// The name in English.
    pub name_en: Option<String>,
    /// The name in French.
    pub name_fr: Option<String>,
    /// The codes of the groups above it; where there are several they are separated by `;`.
    pub parent_code: Option<String>,
}

impl External for TagRecord {
    fn external_id(&self) -> &str {
        &self.code
    }
}

const COLUMNS: [&str; 3] = ["Code", "Name (en-CA)", "Name (fr-CA)"];

/// Reads a vocabulary; `vocabulary` is its name.
pub fn tags<I: BufRead>(
    input: I,
    vocabulary: &str,
) -> Result<impl Iterator<Item = Result<Parsed<TagRecord>, ImportError>>, ImportError> {
    let vocabulary = vocabulary.to_owned();
    Table::open(input, &COLUMNS, &["Groups"], move |cells| {
        tag(cells, &vocabulary)
    })
}

/// The vocabulary's name: the file's, without its ending.
pub fn vocabulary_of(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn tag(cells: &Cells<'_>, vocabulary: &str) -> Result<TagRecord, Fault> {
    let record = TagRecord {
        vocabulary: vocabulary.to_owned(),
        code: cells.required("Code")?,
        name_en: cells.text("Name (en-CA)")?,
        name_fr: cells.text("Name (fr-CA)")?,
        parent_code: cells.text("Groups")?.and_then(|groups| {
            let codes = groups.split(';').map(str::trim).filter(|c| !c.is_empty());
            let codes = codes.collect::<Vec<_>>().join(";");
            (!codes.is_empty()).then_some(codes)
        }),
    };
    match (&record.name_en, &record.name_fr) {
        (None, None) => Err(field::empty("Name (en-CA)")),
        _ => Ok(record),
    }
}
