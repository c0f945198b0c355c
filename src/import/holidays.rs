//! General holidays, published as one JSON list for each language with the same ids.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;

use super::elements::Elements;
use super::field::{self, Fault, shown};
use super::report::Reason;
use super::table::Seen;
use super::{External, ImportError, Parsed};

/// The language in which a list gives its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English (`en`).
    English,
    /// Traditional Chinese (`tc`).
    Traditional,
    /// Simplified Chinese (`sc`).
    Simplified,
}

impl Language {
    const ALL: [Self; 3] = [Self::English, Self::Traditional, Self::Simplified];

    /// The government's abbreviation, as file names and `--language` have it.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Traditional => "tc",
            Self::Simplified => "sc",
        }
    }

    /// The language of an abbreviation or a language tag: `en`, `tc` or `zh-HK`, `sc` or `zh-CN`.
    pub fn parse(code: &str) -> Option<Self> {
        match code.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "tc" | "zh-hk" | "zh-hant" => Some(Self::Traditional),
            "sc" | "zh-cn" | "zh-hans" => Some(Self::Simplified),
            _ => None,
        }
    }
}

/// A holiday with its name in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct HolidayRecord {
    /// The publisher's id, the same in each language.
    pub external_id: String,
    /// The day.
    pub date: NaiveDate,
    /// Which name this is.
    pub language: Language,
    /// The name.
    pub name: String,
}

impl External for HolidayRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

/// The language that a file's name ends in: `hk-en.json` is English.
pub fn language_of(path: &Path) -> Result<Language, ImportError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| Language::parse(stem.rsplit_once('-')?.1))
        .ok_or_else(|| {
            let name = path.file_name().unwrap_or_default();
            ImportError::UnknownLanguage(name.to_string_lossy().into_owned())
        })
}

/// The lists in other languages that lie beside a list: `hk-tc.json` beside `hk-en.json`.
pub fn sibling_languages(path: &Path) -> Vec<(Language, PathBuf)> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let Some((base, own)) = stem.and_then(|stem| stem.rsplit_once('-')) else {
        return Vec::new();
    };
    let others = Language::ALL.into_iter().filter(|l| l.code() != own);
    others
        .map(|language| {
            let name = format!("{base}-{}.json", language.code());
            (language, path.with_file_name(name))
        })
        .filter(|(_, sibling)| sibling.is_file())
        .collect()
}

/// Reads a list of holidays whose names are in `language`.
pub fn holidays<I: BufRead>(
    input: I,
    language: Language,
) -> Result<impl Iterator<Item = Result<Parsed<HolidayRecord>, ImportError>>, ImportError> {
    let mut seen = Seen::default();
    Ok(Elements::new(input).map(move |element| {
        let (line, text) = element?;
        let record = holiday(&text, language).and_then(|record| {
            seen.once(&record.external_id, line)?;
            Ok(record)
        });
        Ok(match record {
            Ok(record) => Parsed::Record { line, record },
            Err(fault) => Parsed::Rejected(fault.on(line)),
        })
    }))
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    name: String,
    date: String,
}

fn holiday(text: &[u8], language: Language) -> Result<HolidayRecord, Fault> {
    let text = std::str::from_utf8(text).map_err(|_| {
        Fault::new(
            Reason::InvalidUtf8,
            "the element is not UTF-8 text".to_owned(),
        )
    })?;
    let entry: Entry = serde_json::from_str(text).map_err(|error| {
        // the position within the element would be taken for one in the file
        let cause = error.to_string();
        let cause = cause.split(" at line ").next().unwrap_or_default();
        Fault::new(
            Reason::BadJson,
            format!("the element is not an object with id, name and date: {cause}"),
        )
    })?;
    let written = field::required("date", &entry.date)?;
    let date = NaiveDate::parse_from_str(&written, "%Y-%m-%d").map_err(|_| {
        Fault::new(
            Reason::BadDate,
            format!(
                "`date` is not a date such as 2026-12-25: {}",
                shown(&written)
            ),
        )
    })?;
    Ok(HolidayRecord {
        external_id: field::required("id", &entry.id)?,
        date,
        language,
        name: field::required("name", &entry.name)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_stands_in_the_name_of_the_file() {
        let language = |name: &str| language_of(Path::new(name));
        assert_eq!(language("data/hk-en.json").unwrap(), Language::English);
        assert_eq!(language("hk-tc.json").unwrap(), Language::Traditional);
        assert_eq!(language("hk-sc.json").unwrap(), Language::Simplified);
        assert_eq!(
            language("data/list.json").unwrap_err().to_string(),
            "the language of `list.json` is unknown: name the file *-en, *-tc or *-sc, or give it"
        );
    }
}
