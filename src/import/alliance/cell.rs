//! What the cells of these files may hold, beyond text.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::field::{Fault, empty, shown};
use super::super::report::Reason;
use super::super::table::Cells;

/// The ids of a file: whole numbers, each greater than the one before.
#[derive(Default)]
pub(super) struct Ascending(u64);

impl Ascending {
    /// The id of a row.
    pub(super) fn next(&mut self, cells: &Cells<'_>) -> Result<u64, Fault> {
        let id = number(cells, "id")?;
        if id <= self.0 {
            let reason = format!("the ids must ascend: {id} comes after {}", self.0);
            return Err(Fault::new(Reason::NotAscending, reason));
        }
        self.0 = id;
        Ok(id)
    }
}

/// A whole number, which must be there.
pub(super) fn number(cells: &Cells<'_>, column: &'static str) -> Result<u64, Fault> {
    optional_number(cells, column)?.ok_or_else(|| empty(column))
}

/// A whole number of at most nine digits.
pub(super) fn optional_number(
    cells: &Cells<'_>,
    column: &'static str,
) -> Result<Option<u64>, Fault> {
    let Some(text) = cells.text(column)? else {
        return Ok(None);
    };
    let digits = text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse().ok().filter(|_| digits) {
        Some(number) => Ok(Some(number)),
        None => Err(wrong(Reason::BadNumber, column, "a whole number", &text)),
    }
}

/// A count that a column of the database holds.
pub(super) fn count(cells: &Cells<'_>, column: &'static str) -> Result<i32, Fault> {
    let count = number(cells, column)?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// `t` or `f`.
pub(super) fn flag(cells: &Cells<'_>, column: &'static str) -> Result<bool, Fault> {
    match cells.required(column)?.as_str() {
        "t" | "true" => Ok(true),
        "f" | "false" => Ok(false),
        other => Err(wrong(Reason::UnknownWord, column, "`t` or `f`", other)),
    }
}

/// One of some words, as the word that records hold for it.
pub(super) fn word(
    cells: &Cells<'_>,
    column: &'static str,
    words: &[(&str, &'static str)],
) -> Result<&'static str, Fault> {
    let given = cells.required(column)?;
    let found = words.iter().find(|(word, _)| *word == given);
    found.map(|(_, held)| *held).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let known = format!("one of {}", known.join(", "));
        wrong(Reason::UnknownWord, column, &known, &given)
    })
}

/// `{a,b}`, or a single word.
pub(super) fn words(cells: &Cells<'_>, column: &'static str) -> Result<Vec<String>, Fault> {
    let text = cells.text(column)?.unwrap_or_default();
    let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
    let items = inner.unwrap_or(&text).split(',').map(str::trim);
    Ok(items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect())
}

/// An instant with its zone.
pub(super) fn time(cells: &Cells<'_>, column: &'static str) -> Result<DateTime<Utc>, Fault> {
    let text = cells.required(column)?;
    match DateTime::parse_from_rfc3339(&text) {
        Ok(time) => Ok(time.with_timezone(&Utc)),
        Err(_) => Err(wrong(
            Reason::BadDate,
            column,
            "a time with its zone such as 2026-03-01T09:00:00+08:00",
            &text,
        )),
    }
}

/// A day.
pub(super) fn date(cells: &Cells<'_>, column: &'static str) -> Result<Option<NaiveDate>, Fault> {
    let Some(text) = cells.text(column)? else {
        return Ok(None);
    };
    match NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
        Ok(date) => Ok(Some(date)),
        Err(_) => Err(wrong(
            Reason::BadDate,
            column,
            "a day such as 2026-03-01",
            &text,
        )),
    }
}

fn wrong(code: Reason, column: &str, expected: &str, given: &str) -> Fault {
    Fault::new(
        code,
        format!("`{column}` is not {expected}: {}", shown(given)),
    )
}
