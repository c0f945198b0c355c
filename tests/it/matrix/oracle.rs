//! Holds the answers of the engine against the decisions.

use kaifong::catalogue::{TYPES, Write};

use super::decisions::{BEYOND, Beyond, COLUMNS, DOES, Does, EVERYBODY_DOES, Fields, SEES, SETS};
use super::pages::Matrix;
use super::sorts::{WORDS, includes};

/// The rows of the decisions that a viewer of the demo is: the fullest of them counts.
fn rows(viewer: &str) -> Vec<&str> {
    match viewer {
        "school administrator" => vec!["administrator"],
        "team leader" => vec!["team leader", "volunteer"],
        other => vec![other],
    }
}

/// What a cell says of a sort of row.
fn said(cell: &str, word: &str) -> char {
    let parts = cell.split(" / ").map(|part| {
        let (answer, words) = part.split_once(' ').unwrap_or((part, ""));
        let words: Vec<&str> = words.split(", ").filter(|word| !word.is_empty()).collect();
        for word in &words {
            assert!(
                WORDS.iter().any(|(known, _)| known == word),
                "`{word}` in `{cell}`"
            );
        }
        (answer.chars().next().unwrap(), words)
    });
    let parts: Vec<(char, Vec<&str>)> = parts.collect();
    let named = parts.iter().find(|(_, words)| words.contains(&word));
    let broad = || {
        parts
            .iter()
            .find(|(_, words)| words.iter().any(|w| includes(w, word)))
    };
    let other = || parts.iter().find(|(_, words)| words.is_empty());
    named
        .or_else(broad)
        .or_else(other)
        .map_or('–', |(answer, _)| *answer)
}

fn fullest(answers: impl Iterator<Item = char>) -> char {
    answers
        .max_by_key(|answer| "–M✓F".find(*answer))
        .unwrap_or('–')
}

fn row<'a, T>(table: &'a [(&str, T)], viewer: &str) -> impl Iterator<Item = &'a T> {
    let rows = rows(viewer);
    table
        .iter()
        .filter(move |(name, _)| rows.contains(name))
        .map(|(_, cells)| cells)
}

/// What was decided about a field, where the decisions speak of it.
fn decided_to_see(viewer: &str, of: &str, field: &str, word: &str) -> Option<char> {
    let about = |(_, types): &(&str, &[Fields])| {
        types
            .iter()
            .any(|(ty, fields)| *ty == of && fields.contains(&field))
    };
    let column = COLUMNS.iter().position(about)?;
    Some(fullest(
        row(&SEES, viewer).map(|cells| said(cells[column], word)),
    ))
}

/// What was decided about a deed or about setting a field: what is not listed is not done.
fn decided_to_do(table: &[Does], viewer: &str, of: &str, what: &str, word: &str) -> char {
    let listed = |fields: &str| {
        let (some, but) = fields.split_once(" - ").unwrap_or((fields, ""));
        let holds = |list: &str| list.split(", ").any(|name| name == what);
        (some == "*" || holds(some)) && !holds(but)
    };
    let entries = row(table, viewer).flat_map(|entries| entries.iter());
    let entries = entries.filter(|(ty, fields, _)| *ty == of && listed(fields));
    fullest(entries.map(|(_, _, cell)| said(cell, word)))
}

/// Where the answers are not those that were decided.
pub fn disagreements(matrix: &Matrix) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut beyond: Vec<bool> = vec![false; BEYOND.len()];
    for (viewer, types) in matrix {
        for of in TYPES {
            for (word, answers) in &types[of.name] {
                let mut check = |question: &str, decided: Option<char>| {
                    let Some(decided) = decided else {
                        return;
                    };
                    let fits = |beyond: &Beyond| {
                        let (ty, fields) = beyond.about;
                        (beyond.viewer, ty, beyond.word) == (*viewer, of.name, *word)
                            && fields.contains(&question)
                    };
                    let argued = BEYOND.iter().position(fits);
                    let wanted = argued.map_or(decided, |at| BEYOND[at].answer);
                    if let Some(at) = argued {
                        beyond[at] |= wanted != decided;
                    }
                    let answer = answers[question];
                    if answer != wanted {
                        wrong.push(format!(
                            "{viewer}: {}.{question} of `{word}` is {answer}, decided was {wanted}",
                            of.name
                        ));
                    }
                };
                check("list", decided_to_see(viewer, of.name, "list", word));
                for field in of.fields {
                    check(
                        field.name,
                        decided_to_see(viewer, of.name, field.name, word),
                    );
                    if field.write != Write::Never {
                        let decided = decided_to_do(&SETS, viewer, of.name, field.name, word);
                        check(&format!("{}:edit", field.name), Some(decided));
                    }
                }
                for deed in of.deeds {
                    let everybody = EVERYBODY_DOES.iter();
                    let everybody = everybody
                        .filter(|(ty, name, _)| (of.name, deed.name) == (*ty, *name))
                        .map(|(_, _, cell)| said(cell, word));
                    let own = decided_to_do(&DOES, viewer, of.name, deed.name, word);
                    check(deed.name, Some(fullest(everybody.chain([own]))));
                }
            }
        }
    }
    let stale = BEYOND.iter().zip(beyond).filter(|(_, used)| !used);
    wrong.extend(stale.map(
        |(
            Beyond {
                viewer,
                about,
                word,
                why,
                ..
            },
            _,
        )| {
            format!(
                "{viewer}: {} of `{word}` is as decided: strike off \"{why}\"",
                about.0
            )
        },
    ));
    wrong
}
