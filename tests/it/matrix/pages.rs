//! The answers as pages that a privacy officer can read: one Markdown file a type.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use cedar_policy::SchemaFragment;
use kaifong::catalogue::{TYPES, Type, Write};

use super::answers::{Question, Sorts};
use super::sorts::{WORDS, includes};
use super::viewers::VIEWERS;

/// The answers to every viewer, by type.
pub type Matrix = Vec<(&'static str, BTreeMap<&'static str, Sorts>)>;

/// The groups of each action, as `policies/schema.cedarschema` names them.
fn groups() -> BTreeMap<String, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schema.cedarschema");
    let text = std::fs::read_to_string(file).unwrap();
    let (fragment, _) = SchemaFragment::from_cedarschema_str(&text).unwrap();
    let actions = fragment.to_json_value().unwrap()[""]["actions"].take();
    let actions = actions.as_object().unwrap();
    let of = |action: &serde_json::Value| {
        let groups = action["memberOf"].as_array().into_iter().flatten();
        let groups: Vec<&str> = groups.filter_map(|group| group["id"].as_str()).collect();
        groups.join(", ")
    };
    actions
        .iter()
        .map(|(name, action)| (name.clone(), of(action)))
        .collect()
}

/// The answers to one question in a cell: `F mine / M led / –` is F for what is the viewer's own,
/// else M for what is led, else nothing.
pub fn cell(sorts: &Sorts, question: &str) -> String {
    let mut runs: Vec<(char, Vec<&str>)> = Vec::new();
    for (word, said) in sorts {
        match runs
            .iter_mut()
            .find(|(answer, _)| *answer == said[question])
        {
            Some((_, words)) => words.push(word),
            None => runs.push((said[question], vec![word])),
        }
    }
    let last = sorts.last().map(|(word, _)| *word).unwrap_or_default();
    // what is answered like the furthest needs no word, and comes last
    runs.sort_by_key(|(_, words)| words.contains(&last));
    let texts = runs.iter().map(|(answer, words)| {
        let covered = |word: &&&str| words.iter().any(|broad| includes(broad, word));
        let words: Vec<&str> = match words.contains(&last) {
            true => Vec::new(),
            false => words
                .iter()
                .filter(|word| !covered(word))
                .copied()
                .collect(),
        };
        format!("{answer} {}", words.join(", "))
            .trim_end()
            .to_owned()
    });
    texts.collect::<Vec<_>>().join(" / ")
}

/// A row of a table: a group, its fields, and a cell for each viewer. Fields of a group that are
/// answered alike share a row.
struct Line {
    group: String,
    names: Vec<String>,
    cells: Vec<String>,
}

fn lines(
    of: &'static Type,
    matrix: &Matrix,
    questions: impl Iterator<Item = (Question, String)>,
    groups: &BTreeMap<String, String>,
) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (question, name) in questions {
        let group = groups[&format!("{}.{question}", of.name)].clone();
        let cells = matrix
            .iter()
            .map(|(_, types)| cell(&types[of.name], &question));
        let cells: Vec<String> = cells.collect();
        match lines
            .iter_mut()
            .find(|line| line.group == group && line.cells == cells)
        {
            Some(line) => line.names.push(name),
            None => lines.push(Line {
                group,
                names: vec![name],
                cells,
            }),
        }
    }
    lines
}

fn table(page: &mut String, title: &str, lines: &[Line]) {
    let _ = write!(page, "\n| Group | {title} |");
    for viewer in VIEWERS {
        let _ = write!(page, " {viewer} |");
    }
    let _ = writeln!(page, "\n|{}", "---|".repeat(VIEWERS.len() + 2));
    for line in lines {
        let cells = line.cells.join(" | ");
        let _ = writeln!(
            page,
            "| {} | {} | {cells} |",
            line.group,
            line.names.join(", ")
        );
    }
}

fn page(of: &'static Type, matrix: &Matrix, groups: &BTreeMap<String, String>) -> String {
    let mut page = format!("# {}\n\n{}\n", of.name, of.doc);
    let list = ("list".to_owned(), "*that it is there*".to_owned());
    let fields = of.fields.iter().map(|field| {
        let masked = field.kind().is_some_and(|kind| kind.maskable());
        let name = format!("{}{}", field.name, if masked { " (M)" } else { "" });
        (field.name.to_owned(), name)
    });
    let seen = [list].into_iter().chain(fields);
    table(&mut page, "Sees", &lines(of, matrix, seen, groups));
    let edits = of.fields.iter().filter(|field| field.write != Write::Never);
    let edits = edits.map(|field| (format!("{}:edit", field.name), field.name.to_owned()));
    let edits = lines(of, matrix, edits, groups);
    if !edits.is_empty() {
        table(&mut page, "Sets", &edits);
    }
    let deeds = of
        .deeds
        .iter()
        .map(|deed| (deed.name.to_owned(), deed.name.to_owned()));
    let deeds = lines(of, matrix, deeds, groups);
    if !deeds.is_empty() {
        table(&mut page, "Does", &deeds);
    }
    page
}

const INTRODUCTION: &str = "\
# Who sees and does what

One page for each type of record, for whoever answers for privacy. The pages are made from the \
policies and the demo's data by a test, which fails when an answer changes; so every change of a \
policy shows here as a difference to be read and agreed to. After reading it, renew the pages with \
`KAIFONG_RENEW=1 cargo nextest run -E 'test(matrix)'`.

A table has a column for each viewer. **F** is the full value, **M** its mask (張XX), **–** nothing \
at all; **✓** means that it may be set or done. A relation that is F can be followed; the records \
behind it decide for themselves. Fields that have a mask are marked (M). The group is the word with \
which policies speak of the fields; some fields are in two.

Where the answer depends on the record, a cell goes from what is closest to the viewer to what is \
furthest: `F today / M led / –` means the full value of who is on a roster of today, else the mask \
of who is on a led roster, else nothing. What has no word is everything else.

The team leader is a volunteer too, as most are: `mine` and `same shift` come from that. The row \
*Does* for `create` asks whether a record like those there may be made; `import` is done in bulk by \
an internal job only; policies are published for all organisations alike.

";

fn introduction() -> String {
    let mut page = format!("{INTRODUCTION}| Word | Which records |\n|---|---|\n");
    for (word, meaning) in WORDS {
        let _ = writeln!(page, "| {word} | {meaning} |");
    }
    page.push_str("\n| Page | What it is about |\n|---|---|\n");
    for of in TYPES {
        let _ = writeln!(page, "| [{}]({}) | {} |", of.name, file(of), of.doc);
    }
    page
}

fn file(of: &Type) -> String {
    let mut name = String::new();
    for letter in of.singular.chars() {
        if letter.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    format!("{name}.md")
}

/// Every page, by the name of its file.
pub fn pages(matrix: &Matrix) -> BTreeMap<String, String> {
    let groups = groups();
    let pages = TYPES.iter().map(|of| (file(of), page(of, matrix, &groups)));
    pages
        .chain([("README.md".to_owned(), introduction())])
        .collect()
}
