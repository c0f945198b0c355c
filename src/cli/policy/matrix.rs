//! `kaifong policy matrix`

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use chrono::Utc;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{CliError, SettingFlags, print, print_json};
use crate::app::{self, Matrix as Table, MatrixLine, MatrixSort};

/// Show who sees and does what: viewers against every field and deed
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy matrix --type Volunteer             the roles of the demo against a volunteer
  kaifong policy matrix ./policies --type Shift      the same under the set in this folder
  kaifong policy matrix --output who-sees-what.html  a page for a meeting
  kaifong policy matrix --format csv > before.csv    for a spreadsheet, or to compare
  kaifong policy matrix --as 7d9f6a0e-…              a person of the settings' database
  kaifong policy matrix ./policies --against shipped what your set changes of the built-in one

F is the full value, M its mask, ✓ that it may be set or done, – nothing at all. The word
says on which attribute of the record it depends: `F organisation / M rosteredIn / –`.")]
pub(super) struct Matrix {
    /// The folder of the set [default: the one of the settings, or the built-in set; for named people what is in force]
    dir: Option<PathBuf>,
    /// A user or a share of the settings' database instead of the demo's roles; can be given
    /// more than once
    #[arg(long = "as", value_name = "ID")]
    who: Vec<String>,
    /// Tell only what differs from the set in this folder; `shipped` is the built-in set
    #[arg(long, value_name = "DIR", conflicts_with = "who")]
    against: Option<PathBuf>,
    /// Only this type
    #[arg(long = "type", value_name = "TYPE")]
    of: Option<String>,
    /// The form [default: by the name of --output, else text]
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Write to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The form of the matrix.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A table for a terminal
    Text,
    /// For a spreadsheet
    Csv,
    /// A page
    Html,
    /// For a program
    Json,
}

impl Matrix {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let (only, now) = (self.of.as_deref(), Utc::now());
        let table = if self.who.is_empty() {
            let folder = self.dir.as_deref().or(config.policies_dir.as_deref());
            app::matrix_of_roles(folder, only, now).await?
        } else {
            let folder = self.dir.as_deref();
            app::matrix_of(&config, folder, &self.who, only, now).await?
        };
        let form = self.format.unwrap_or_else(|| self.by_name());
        if let Some(other) = &self.against {
            let other = Some(other.as_path()).filter(|path| path.as_os_str() != "shipped");
            let before = app::matrix_of_roles(other, only, now).await?;
            let changes = changes(&before, &table);
            return match form {
                Form::Json => print_json(&changes),
                _ if changes.is_empty() => print("nothing differs 沒有分別"),
                _ => changes.iter().try_for_each(|change| print(&change.line())),
            };
        }
        let written = match form {
            Form::Text => text(&table),
            Form::Csv => csv(&table),
            Form::Html => html(&table),
            Form::Json if self.output.is_none() => return print_json(&table),
            Form::Json => serde_json::to_string_pretty(&table)
                .map_err(|error| CliError::Output(error.into()))?,
        };
        match self.output {
            None => print(written.trim_end()),
            Some(path) => {
                fs::write(&path, written).map_err(|cause| CliError::Write { path, cause })
            }
        }
    }

    fn by_name(&self) -> Form {
        let ending = self.output.as_ref().and_then(|path| path.extension());
        match ending.and_then(|ending| ending.to_str()) {
            Some("csv") => Form::Csv,
            Some("html" | "htm") => Form::Html,
            Some("json") => Form::Json,
            _ => Form::Text,
        }
    }
}

/// A cell that is not as it was.
#[derive(Serialize)]
struct Change {
    #[serde(rename = "type")]
    of: String,
    name: String,
    viewer: String,
    before: String,
    after: String,
}

impl Change {
    fn line(&self) -> String {
        let Self {
            of,
            name,
            viewer,
            before,
            after,
        } = self;
        format!("{of}.{name}, {viewer}: {before}  →  {after}")
    }
}

/// The cells that differ. Both are of the same catalogue and the same viewers.
fn changes(before: &Table, after: &Table) -> Vec<Change> {
    let mut all = Vec::new();
    for (old, new) in before.lines.iter().zip(&after.lines) {
        let cells = old.cells.iter().zip(&new.cells).zip(&after.viewers);
        all.extend(
            cells
                .filter(|((old, new), _)| old != new)
                .map(|((before, after), viewer)| Change {
                    of: new.of.to_owned(),
                    name: name(new),
                    viewer: viewer.clone(),
                    before: before.clone(),
                    after: after.clone(),
                }),
        );
    }
    all
}

/// The name of a line, with what it is about.
fn name(line: &MatrixLine) -> String {
    match line.sort {
        MatrixSort::Sees => line.name.clone(),
        MatrixSort::Sets => format!("edit {}", line.name),
        MatrixSort::Does => format!("{}!", line.name),
    }
}

/// The lines by type.
fn types(table: &Table) -> Vec<(&'static str, Vec<&MatrixLine>)> {
    let mut types: Vec<(&'static str, Vec<&MatrixLine>)> = Vec::new();
    for line in &table.lines {
        match types.last_mut() {
            Some((of, lines)) if *of == line.of => lines.push(line),
            _ => types.push((line.of, vec![line])),
        }
    }
    types
}

fn text(table: &Table) -> String {
    let mut out = String::new();
    for (of, lines) in types(table) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let head = [of.to_owned()].into_iter().chain(table.viewers.clone());
        rows.push(head.collect());
        for line in lines {
            let cells = line.cells.iter().cloned();
            rows.push([name(line)].into_iter().chain(cells).collect());
        }
        let wide = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..=table.viewers.len()).map(wide).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| {
                let gap = width.saturating_sub(cell.chars().count());
                format!("{cell}{}", " ".repeat(gap))
            });
            let cells: Vec<String> = cells.collect();
            let _ = writeln!(out, "{}", cells.join("  ").trim_end());
        }
        out.push('\n');
    }
    out
}

fn csv(table: &Table) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = String::new();
    let head = ["type", "sort", "name"].into_iter();
    let head = head.chain(table.viewers.iter().map(String::as_str));
    let head: Vec<String> = head.map(quoted).collect();
    let _ = write!(out, "{}\r\n", head.join(","));
    for line in &table.lines {
        let sort = match line.sort {
            MatrixSort::Sees => "sees",
            MatrixSort::Sets => "sets",
            MatrixSort::Does => "does",
        };
        let cells = [line.of, sort, line.name.as_str()].into_iter();
        let cells = cells.chain(line.cells.iter().map(String::as_str));
        let cells: Vec<String> = cells.map(quoted).collect();
        let _ = write!(out, "{}\r\n", cells.join(","));
    }
    out
}

const PAGE: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Who sees and does what 誰看到甚麼、可作甚麼</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; margin-bottom: 2rem; }
th, td { border: 1px solid #bbb; padding: .25rem .5rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: #eee; }
.f { background: #dff3e0; } .m { background: #fff3cd; } .n { color: #6b6b6b; }
</style></head><body>
<h1>Who sees and does what 誰看到甚麼、可作甚麼</h1>
<p><b>F</b> the full value 完整 · <b>M</b> its mask 遮蔽 · <b>✓</b> may be set or done 准許 · <b>–</b> nothing 隱藏、拒絕.
The word says on which attribute of the record it depends. 字詞表示取決於紀錄的哪個屬性。</p>
";

fn html(table: &Table) -> String {
    let safe = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
    };
    let mut out = PAGE.to_owned();
    let _ = writeln!(out, "<p>{}</p>", safe(&table.version));
    for (of, lines) in types(table) {
        let _ = writeln!(out, "<h2>{}</h2>\n<table><thead><tr><th></th>", safe(of));
        for viewer in &table.viewers {
            let _ = write!(out, "<th scope=\"col\">{}</th>", safe(viewer));
        }
        out.push_str("</tr></thead><tbody>\n");
        for line in lines {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", safe(&name(line)));
            for cell in &line.cells {
                let class = match cell.chars().next() {
                    Some('F' | '✓') => "f",
                    Some('M') => "m",
                    _ => "n",
                };
                let _ = write!(out, "<td class=\"{class}\">{}</td>", safe(cell));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table>\n");
    }
    out.push_str("</body></html>\n");
    out
}
