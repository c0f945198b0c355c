//! A folder of policies, read with care: whatever is in it, and however it changes meanwhile.
//!
//! Nothing is read whole before its size is known to be small, nothing but ordinary files is
//! opened, no link leads out of the folder, and a folder that changes during the read is refused.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::report::Fault;
use crate::policy::load::{Document, shipped};

/// How large one file may be, in bytes.
pub(super) const LARGEST: u64 = 1024 * 1024;
/// How many files a folder may have.
pub(super) const MOST: usize = 2_000;

/// What the gate takes: a schema, policies and scenarios; and what was promised and proved of them.
#[derive(Clone)]
pub struct Set {
    /// `schema.cedarschema`.
    pub schema: Document,
    /// Every `*.cedar`, in the order of their names.
    pub policies: Vec<Document>,
    /// Every `scenarios/*.toml`, in the order of their names.
    pub scenarios: Vec<Document>,
    /// Every `invariants/*.cedar`, in the order of their names.
    pub invariants: Vec<Document>,
    /// `certificate.json`, if there is one.
    pub certificate: Option<Document>,
}

/// What tells one state of a file from another.
#[derive(PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    size: u64,
    changed: Option<SystemTime>,
}

impl Set {
    /// The set that ships with the server.
    #[must_use]
    pub fn shipped() -> Self {
        Self {
            schema: shipped::SCHEMA.document(),
            policies: shipped::documents(),
            scenarios: shipped::scenarios(),
            invariants: shipped::invariants(),
            certificate: Some(shipped::certificate()),
        }
    }

    /// The set in a folder.
    ///
    /// # Errors
    /// Everything that keeps the folder from being read.
    pub fn read(folder: &Path) -> Result<Self, Vec<Fault>> {
        Self::read_with(folder, |_| {})
    }

    /// The same; `between` is called after each file, so that a test can change something.
    fn read_with(folder: &Path, mut between: impl FnMut(&Path)) -> Result<Self, Vec<Fault>> {
        let root = fs::canonicalize(folder).map_err(|error| vec![unread(folder, &error)])?;
        let before = list(folder)?;
        let mut faults = Vec::new();
        let mut stamps = Vec::new();
        let mut set = Self {
            schema: Document {
                name: String::new(),
                text: String::new(),
            },
            policies: Vec::new(),
            scenarios: Vec::new(),
            invariants: Vec::new(),
            certificate: None,
        };
        let mut listed = before.clone();
        listed.insert(0, folder.join("schema.cedarschema"));
        for path in &listed {
            match document(path, &root) {
                Ok((document, stamp)) => {
                    stamps.push(stamp);
                    let promised = path.parent().is_some_and(|p| p.ends_with(INVARIANTS));
                    match path.extension().and_then(|e| e.to_str()) {
                        Some("cedar") if promised => set.invariants.push(document),
                        Some("cedar") => set.policies.push(document),
                        Some("toml") => set.scenarios.push(document),
                        Some("json") => set.certificate = Some(document),
                        _ => set.schema = document,
                    }
                }
                Err(fault) => faults.push(fault),
            }
            between(path);
        }
        let after: Vec<Option<Stamp>> = stamps.iter().map(|s| stamp_of(&s.path)).collect();
        if !stamps.iter().map(Some).eq(after.iter().map(Option::as_ref)) || before != list(folder)?
        {
            faults.push(Fault::new(
                &folder.display().to_string(),
                1,
                "the files changed while they were read; try again when nobody is writing them",
                "讀取期間檔案被更改；請在沒有人寫入時再試",
            ));
        }
        if faults.is_empty() {
            Ok(set)
        } else {
            Err(faults)
        }
    }
}

/// The folders of a set, and its certificate.
pub(super) const SCENARIOS: &str = "scenarios";
pub(super) const INVARIANTS: &str = "invariants";
pub(super) const CERTIFICATE: &str = "certificate.json";

/// The policies, scenarios, promises and certificate of a folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>, Vec<Fault>> {
    let within = |folder: &Path, ending: &str| -> std::io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == ending) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    };
    let mut paths = within(folder, "cedar").map_err(|error| vec![unread(folder, &error)])?;
    for (name, ending) in [(SCENARIOS, "toml"), (INVARIANTS, "cedar")] {
        let below = folder.join(name);
        if fs::symlink_metadata(&below).is_ok() {
            let found = within(&below, ending).map_err(|error| vec![unread(&below, &error)])?;
            paths.extend(found);
        }
    }
    let certificate = folder.join(CERTIFICATE);
    paths.extend(
        fs::symlink_metadata(&certificate)
            .is_ok()
            .then_some(certificate),
    );
    if paths.len() > MOST {
        return Err(vec![Fault::new(
            &folder.display().to_string(),
            1,
            format!(
                "the folder has {} files of policies and scenarios, more than {MOST}",
                paths.len()
            ),
            format!("資料夾有 {} 個政策及情境檔案，超過上限 {MOST}", paths.len()),
        )]);
    }
    Ok(paths)
}

fn document(path: &Path, root: &Path) -> Result<(Document, Stamp), Fault> {
    let name = path.display().to_string();
    let unread = |error: std::io::Error| unread(path, &error);
    let real = fs::canonicalize(path).map_err(unread)?;
    if !real.starts_with(root) {
        return Err(Fault::new(
            &name,
            1,
            "it is a link that leads out of the folder; put the file itself here",
            "這是指向資料夾以外的連結；請將檔案本身放在此處",
        ));
    }
    let ordinary = |metadata: &Metadata| {
        if metadata.is_file() {
            return Ok(());
        }
        let (en, zh) = ("it is not an ordinary file", "這不是普通檔案");
        Err(Fault::new(&name, 1, en, zh))
    };
    // before it is opened, since to open a pipe is to wait for somebody who writes
    ordinary(&fs::metadata(&real).map_err(unread)?)?;
    let file = File::open(&real).map_err(unread)?;
    let metadata = file.metadata().map_err(unread)?;
    ordinary(&metadata)?;
    let large = || {
        Fault::new(
            &name,
            1,
            format!("it is larger than {} kilobytes", LARGEST / 1024),
            format!("檔案大於 {} KB", LARGEST / 1024),
        )
    };
    if metadata.len() > LARGEST {
        return Err(large());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        return Err(large());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to());
        let line = good
            .unwrap_or_default()
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        Fault::new(
            &name,
            line + 1,
            "it is not text in UTF-8 from here on; save it as UTF-8",
            "由此處起不是 UTF-8 文字；請以 UTF-8 儲存",
        )
    })?;
    let stamp = Stamp {
        path: path.to_owned(),
        size: metadata.len(),
        changed: metadata.modified().ok(),
    };
    Ok((Document { name, text }, stamp))
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp {
        path: path.to_owned(),
        size: metadata.len(),
        changed: metadata.modified().ok(),
    })
}

fn unread(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(
        &path.display().to_string(),
        1,
        format!("it cannot be read: {error}"),
        format!("無法讀取：{error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kaifong-{name}-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(folder.join("scenarios")).unwrap();
        fs::write(folder.join("schema.cedarschema"), "entity User;").unwrap();
        fs::write(folder.join("a.cedar"), "// a").unwrap();
        fs::write(folder.join("b.cedar"), "// b").unwrap();
        folder
    }

    /// A change while the folder is read.
    type Change = fn(&Path);

    #[test]
    fn a_folder_that_changes_during_the_read_is_refused() {
        let changes: [(&str, Change); 4] = [
            ("longer", |f| {
                fs::write(f.join("a.cedar"), "// longer").unwrap()
            }),
            ("gone", |f| fs::remove_file(f.join("a.cedar")).unwrap()),
            ("more", |f| fs::write(f.join("c.cedar"), "// c").unwrap()),
            ("moved", |f| {
                fs::rename(f.join("b.cedar"), f.join("a.cedar")).unwrap()
            }),
        ];
        for (name, change) in changes {
            let folder = folder(name);
            let read = Set::read_with(&folder, |path| {
                // once a and b were read
                if path.ends_with("b.cedar") {
                    change(&folder);
                }
            });
            let faults = read.err().unwrap();
            assert!(
                faults.iter().any(|f| f.en.contains("changed while")),
                "{name}"
            );
            fs::remove_dir_all(&folder).unwrap();
        }
        let still = folder("still");
        let set = Set::read(&still)
            .map_err(|faults| format!("{faults:?}"))
            .unwrap();
        assert_eq!(set.policies.len(), 2);
        fs::remove_dir_all(&still).unwrap();
    }
}
