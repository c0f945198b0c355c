//! Who sees and does what: viewers against every field and deed, told from their rules alone.
//!
//! No row is looked at, so it is as quick for a million rows as for one. A cell says what is seen
//! in full and what masked, and of which rows: by the attribute of the row on which it depends.

use std::sync::Arc;

use serde::Serialize;

use super::condition::{Condition, Test};
use super::lens::{Lens, Rule};
use crate::catalogue::{TYPES, Type, Write};

/// Viewers against fields and deeds.
#[derive(Clone, Debug, Serialize)]
pub struct Matrix {
    /// The version of the policies.
    pub version: String,
    /// The viewers, in the order of the cells.
    pub viewers: Vec<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A field, the setting of a field, or a deed.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The type of the rows.
    #[serde(rename = "type")]
    pub of: &'static str,
    /// What it is.
    pub sort: Sort,
    /// Its name.
    pub name: String,
    /// A cell for each viewer: `F organisation / M rosteredIn / –`.
    pub cells: Vec<String>,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// That a row is there, or that a field is seen.
    Sees,
    /// That a field may be set.
    Sets,
    /// That a deed may be done.
    Does,
}

/// The matrix of these viewers, of one type or of all.
#[must_use]
pub fn matrix(viewers: &[(String, Arc<Lens>)], only: Option<&Type>) -> Matrix {
    let mut lines = Vec::new();
    let types = TYPES.iter().copied();
    for of in types.filter(|of| only.is_none_or(|only| only.name == of.name)) {
        let mut line = |sort, name: String, cell: &dyn Fn(&Lens) -> String| {
            lines.push(Line {
                of: of.name,
                sort,
                name,
                cells: viewers.iter().map(|(_, lens)| cell(lens)).collect(),
            });
        };
        line(Sort::Sees, "list".to_owned(), &|lens| {
            cell([('F', Rule::Condition((*lens.rows(of)).clone()))], None)
        });
        for field in of.fields {
            line(Sort::Sees, field.name.to_owned(), &|lens| {
                let sight = lens.sight(of, field);
                let masked = sight.masked.map(|rule| ('M', (*rule).clone()));
                let full = ('F', (*sight.full).clone());
                cell([full].into_iter().chain(masked), Some(&lens.rows(of)))
            });
        }
        for field in of.fields.iter().filter(|field| field.write != Write::Never) {
            line(Sort::Sets, field.name.to_owned(), &|lens| {
                let rule = lens.rule(of, &format!("{}:edit", field.action(of)));
                cell([('✓', (*rule).clone())], None)
            });
        }
        for deed in of.deeds {
            line(Sort::Does, deed.name.to_owned(), &|lens| {
                cell([('✓', (*lens.deed(of, deed)).clone())], None)
            });
        }
    }
    let version = viewers.first().map(|(_, lens)| lens.version().to_owned());
    Matrix {
        version: version.unwrap_or_default(),
        viewers: viewers.iter().map(|(name, _)| name.clone()).collect(),
        lines,
    }
}

/// What is allowed of which rows; `rows` says which of them are there.
fn cell(rules: impl IntoIterator<Item = (char, Rule)>, rows: Option<&Condition>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut known: Vec<Condition> = Vec::new();
    for (sign, rule) in rules {
        let condition = match rule {
            Rule::Condition(condition) => condition,
            Rule::Opaque => {
                parts.push(format!("{sign} ?"));
                continue;
            }
        };
        // of what is not there nothing is seen, and a mask says nothing where the whole is seen
        let condition = match rows {
            Some(Condition::Never) => Condition::Never,
            Some(rows) if rows.implies(&condition) => rows.clone(),
            _ => condition,
        };
        let condition = beyond(condition, &known);
        if condition == Condition::Never || known.iter().any(|k| condition.implies(k)) {
            continue;
        }
        if condition == Condition::Always {
            parts.push(sign.to_string());
            return parts.join(" / ");
        }
        parts.push(format!("{sign} {}", words(&condition)));
        known.push(condition);
    }
    parts.push("–".to_owned());
    parts.join(" / ")
}

/// What a condition allows beyond what is known: the alternatives that say something new.
fn beyond(condition: Condition, known: &[Condition]) -> Condition {
    match condition {
        Condition::Any(parts) => Condition::any(
            parts
                .into_iter()
                .filter(|part| !known.iter().any(|known| part.implies(known))),
        ),
        other => other,
    }
}

/// The attributes on which a condition depends.
fn words(condition: &Condition) -> String {
    let joined = |parts: &[Condition], by: &str| {
        let mut texts: Vec<String> = parts.iter().map(words).collect();
        texts.dedup();
        texts.join(by)
    };
    match condition {
        Condition::Always => String::new(),
        Condition::Never => "–".to_owned(),
        Condition::Not(inner) => format!("not ({})", words(inner)),
        Condition::All(parts) => joined(parts, " + "),
        Condition::Any(parts) => joined(parts, ", "),
        Condition::Test(test) => match test {
            Test::Is(attribute, _) | Test::Meets(attribute, _) | Test::Flag(attribute) => {
                attribute.name.to_owned()
            }
            Test::Has(attribute) => format!("has {}", attribute.name),
            Test::Word(attribute, words) => format!("{}={}", attribute.name, words.join("|")),
        },
    }
}
