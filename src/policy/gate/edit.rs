//! A set as it would be after some changes, and its files by their own names.
//!
//! Changes come from far away, so that the limits of a folder hold for them too: names that are
//! none, files that are too large or too many, and what only the prover writes are refused.

use std::collections::BTreeSet;

use super::folder::{CERTIFICATE, INVARIANTS, LARGEST, MOST, SCENARIOS, Set};
use super::report::Fault;
use crate::policy::load::Document;

/// The name of the schema.
const SCHEMA: &str = "schema.cedarschema";
/// How large all files of a set may be together, in bytes.
const LARGEST_SET: u64 = 16 * LARGEST;
/// How long the name of a file may be, in bytes, without its folder.
const LONGEST_NAME: usize = 100;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `schema.cedarschema`.
    Schema,
    /// `*.cedar`.
    Policies,
    /// `scenarios/*.toml`.
    Scenarios,
    /// `invariants/*.cedar`.
    Invariants,
    /// `certificate.json`.
    Certificate,
}

/// A file of a set, by its name in the set's folder.
pub struct File<'a> {
    /// Its name: `volunteers.cedar`, `scenarios/people.toml`.
    pub name: &'a str,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Its text.
    pub text: &'a str,
}

/// A file that gets this text, or goes.
#[derive(Clone)]
pub struct Change {
    /// Its name in the set's folder.
    pub name: String,
    /// Its text; none where the file goes.
    pub text: Option<String>,
}

/// Changes of the set in force.
#[derive(Clone)]
pub struct Draft {
    /// The version from which the editor started.
    pub base: String,
    /// The number of the set from which the editor started, or that it had none, where that is said:
    /// promises and scenarios may change while the version stays.
    pub number: Option<Option<i32>>,
    /// The files that change.
    pub changes: Vec<Change>,
}

impl FileKind {
    /// The kind of file that has this name.
    fn of(name: &str) -> Option<Self> {
        let below = |folder: &str, ending: &str| {
            let rest = name.strip_prefix(folder)?.strip_prefix('/')?;
            rest.strip_suffix(ending).filter(|stem| sound(stem))
        };
        match name {
            SCHEMA => Some(Self::Schema),
            CERTIFICATE => Some(Self::Certificate),
            _ if below(SCENARIOS, ".toml").is_some() => Some(Self::Scenarios),
            _ if below(INVARIANTS, ".cedar").is_some() => Some(Self::Invariants),
            _ => {
                let stem = name.strip_suffix(".cedar")?;
                sound(stem).then_some(Self::Policies)
            }
        }
    }
}

/// Whether a name without folder and ending is one that every system takes and every eye can read.
fn sound(stem: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
    !stem.is_empty()
        && stem.len() <= LONGEST_NAME
        && stem.chars().all(fits)
        && !stem.starts_with(['.', ' '])
        && !stem.ends_with(['.', ' '])
}

impl Set {
    /// The same set, its files named as they are in its folder, wherever that is.
    #[must_use]
    pub fn named(self) -> Self {
        let named = |folder: &str, document: Document| {
            let last = document.name.rsplit(['/', '\\']).next();
            let last = last.unwrap_or_default();
            let name = match folder {
                "" => last.to_owned(),
                folder => format!("{folder}/{last}"),
            };
            Document { name, ..document }
        };
        let all = |folder: &str, documents: Vec<Document>| {
            let documents = documents.into_iter();
            documents.map(|document| named(folder, document)).collect()
        };
        Self {
            schema: Document {
                name: SCHEMA.to_owned(),
                ..self.schema
            },
            policies: all("", self.policies),
            scenarios: all(SCENARIOS, self.scenarios),
            invariants: all(INVARIANTS, self.invariants),
            certificate: self.certificate.map(|document| named("", document)),
        }
    }

    /// Every file.
    #[must_use]
    pub fn files(&self) -> Vec<File<'_>> {
        let kinds = [
            (FileKind::Schema, std::slice::from_ref(&self.schema)),
            (FileKind::Policies, &self.policies),
            (FileKind::Scenarios, &self.scenarios),
            (FileKind::Invariants, &self.invariants),
            (FileKind::Certificate, self.certificate.as_slice()),
        ];
        kinds
            .into_iter()
            .flat_map(|(kind, documents)| {
                documents.iter().map(move |document| File {
                    name: &document.name,
                    kind,
                    text: &document.text,
                })
            })
            .collect()
    }

    /// The set as it would be after these changes.
    ///
    /// # Errors
    /// Every change that cannot be made, and why.
    pub fn changed(self, changes: &[Change]) -> Result<Self, Vec<Fault>> {
        let mut set = self.named();
        let mut faults = Vec::new();
        let mut named: BTreeSet<String> = BTreeSet::new();
        for change in changes {
            let refused = match named.insert(change.name.to_lowercase()) {
                true => set.change(change).err(),
                false => Some(fault(
                    &change.name,
                    "the file is named twice; send each file once",
                    "同一檔案出現兩次；每個檔案只可提交一次",
                )),
            };
            faults.extend(refused);
        }
        faults.extend(set.too_much());
        for documents in [&mut set.policies, &mut set.scenarios, &mut set.invariants] {
            documents.sort_by(|a, b| a.name.cmp(&b.name));
        }
        match faults.is_empty() {
            true => Ok(set),
            false => Err(faults),
        }
    }

    fn change(&mut self, change: &Change) -> Result<(), Fault> {
        let name = &change.name;
        let kind = FileKind::of(name).ok_or_else(|| {
            fault(
                name,
                "this is no name of a file of policies; there are `schema.cedarschema`, \
                 `NAME.cedar`, `scenarios/NAME.toml` and `invariants/NAME.cedar`, where NAME has \
                 letters, digits, `-`, `_`, `.` and spaces",
                "這不是政策檔案的名稱；可用 `schema.cedarschema`、`名稱.cedar`、\
                 `scenarios/名稱.toml` 及 `invariants/名稱.cedar`，名稱只可有文字、數字、`-`、`_`、`.` 及空格",
            )
        })?;
        if let Some(text) = &change.text {
            readable(name, text)?;
        }
        let documents = match kind {
            FileKind::Certificate => {
                return Err(fault(
                    name,
                    "the certificate is written by the prover and cannot be sent; leave it out",
                    "證書由證明程式產生，不能提交；請略去",
                ));
            }
            FileKind::Schema => {
                self.schema.text = change
                    .text
                    .clone()
                    .ok_or_else(|| fault(name, "the schema cannot go", "結構檔不能刪除"))?;
                return Ok(());
            }
            FileKind::Policies => &mut self.policies,
            FileKind::Scenarios => &mut self.scenarios,
            FileKind::Invariants => &mut self.invariants,
        };
        let there = documents.iter().position(|document| document.name == *name);
        match (there, &change.text) {
            (Some(at), None) => {
                documents.remove(at);
            }
            (None, None) => {
                return Err(fault(
                    name,
                    "there is no such file, so it cannot go",
                    "沒有此檔案，無法刪除",
                ));
            }
            (Some(at), Some(text)) => {
                if let Some(document) = documents.get_mut(at) {
                    document.text.clone_from(text);
                }
            }
            (None, Some(text)) => {
                let lower = name.to_lowercase();
                if documents.iter().any(|d| d.name.to_lowercase() == lower) {
                    return Err(fault(
                        name,
                        "there is a file whose name differs in capital letters only",
                        "已有名稱相同、只是大小寫不同的檔案",
                    ));
                }
                documents.push(Document {
                    name: name.clone(),
                    text: text.clone(),
                });
            }
        }
        Ok(())
    }

    /// Why there is too much of it.
    fn too_much(&self) -> Option<Fault> {
        let files = self.files();
        let bytes: u64 = files.iter().map(|file| file.text.len() as u64).sum();
        if files.len() > MOST {
            let many = files.len();
            return Some(fault(
                SCHEMA,
                format!("the set would have {many} files, more than {MOST}"),
                format!("政策集將有 {many} 個檔案，超過上限 {MOST}"),
            ));
        }
        let most = LARGEST_SET / 1024;
        (bytes > LARGEST_SET).then(|| {
            fault(
                SCHEMA,
                format!("the files would come to more than {most} kilobytes together"),
                format!("檔案合共將超過 {most} KB"),
            )
        })
    }
}

/// Refuses a text that no file of a folder may hold.
fn readable(name: &str, text: &str) -> Result<(), Fault> {
    if text.len() as u64 > LARGEST {
        let most = LARGEST / 1024;
        return Err(fault(
            name,
            format!("it is larger than {most} kilobytes"),
            format!("檔案大於 {most} KB"),
        ));
    }
    if let Some(at) = text.find('\0') {
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        return Err(Fault::new(
            &shown(name),
            line,
            "it has a character here that no text has",
            "此處有文字檔不應有的字元",
        ));
    }
    Ok(())
}

fn fault(name: &str, en: impl Into<String>, zh: impl Into<String>) -> Fault {
    Fault::new(&shown(name), 1, en, zh)
}

/// A name that may be anything, as it can be shown: short, and without what cannot be seen.
fn shown(name: &str) -> String {
    let seen = |c: char| match c {
        c if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' => c,
        _ => '\u{fffd}',
    };
    let mut short: String = name.chars().take(LONGEST_NAME).map(seen).collect();
    if name.chars().nth(LONGEST_NAME).is_some() {
        short.push('…');
    }
    short
}
