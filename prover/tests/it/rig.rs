//! The shipped set, to be proved as it is or broken on purpose.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kaifong_prover::{Document, Outcome, Promises, Report, Set, Solver, prove};

/// The folder of the shipped set.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies")
}

/// The solver of this machine. Without one a bare machine says what it skips; CI fails.
pub fn solver() -> Option<Solver> {
    match Solver::find(Duration::from_secs(120)) {
        Ok(solver) => Some(solver),
        Err(why) => {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "proofs must be tested in CI, but {why}"
            );
            eprintln!("SKIPPED: the proofs, since {why}");
            None
        }
    }
}

/// The files of a set, in memory.
#[derive(Clone)]
pub struct Files {
    pub schema: Document,
    pub policies: Vec<Document>,
    pub invariants: Vec<Document>,
}

impl Files {
    /// Those that ship.
    pub fn shipped() -> Self {
        let read = |path: PathBuf| Document {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        };
        let all = |folder: PathBuf| {
            let entries = std::fs::read_dir(folder).unwrap();
            let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
            paths.retain(|path| path.extension().is_some_and(|e| e == "cedar"));
            paths.sort();
            paths.into_iter().map(read).collect::<Vec<_>>()
        };
        Self {
            schema: read(folder().join("schema.cedarschema")),
            policies: all(folder()),
            invariants: all(folder().join("invariants")),
        }
    }

    /// With one place of a policy written otherwise.
    pub fn with(mut self, from: &str, to: &str) -> Self {
        let mut places = 0;
        for document in &mut self.policies {
            for place in written(&document.text, from).into_iter().rev() {
                document.text.replace_range(place, to);
                places += 1;
            }
        }
        assert_eq!(places, 1, "`{from}` is not there once");
        self
    }

    /// Without a policy.
    pub fn without(mut self, id: &str) -> Self {
        let head = format!("@id(\"{id}\")");
        let mut found = 0;
        for document in &mut self.policies {
            if let Some(start) = document.text.find(&head) {
                let rest = &document.text[start + 1..];
                let end = rest
                    .find("\n@id(")
                    .map_or(document.text.len(), |at| start + 1 + at);
                document.text.replace_range(start..end, "");
                found += 1;
            }
        }
        assert_eq!(found, 1, "there is no policy `{id}`");
        self
    }

    /// With one more policy.
    pub fn and(mut self, policy: &str) -> Self {
        let text = format!("@id(\"added\") @en(\"Added.\") @zh(\"新增。\")\n{policy}");
        let name = "added.cedar".to_owned();
        self.policies.push(Document { name, text });
        self
    }

    /// With something else in the schema.
    pub fn with_schema(mut self, from: &str, to: &str) -> Self {
        assert_eq!(self.schema.text.matches(from).count(), 1, "`{from}`");
        self.schema.text = self.schema.text.replace(from, to);
        self
    }

    /// The promises alone, written anew.
    pub fn promising(mut self, promise: &str) -> Self {
        let text = format!("@en(\"Promised.\") @zh(\"承諾。\")\n{promise}");
        let name = "promised.cedar".to_owned();
        self.invariants = vec![Document { name, text }];
        self
    }

    pub fn set(&self) -> Set {
        Set::of(&self.schema, &self.policies).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn proved(&self, solver: &Solver) -> Report {
        let set = self.set();
        let promises = Promises::of(&self.invariants, &set).unwrap_or_else(|e| panic!("{e}"));
        prove(&set, &promises, solver)
    }
}

/// Where something is written in a text, however it is laid out.
pub fn written(text: &str, what: &str) -> Vec<Range<usize>> {
    let what: String = what.split_whitespace().collect();
    let (mut dense, mut places) = (String::new(), Vec::new());
    for (at, letter) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        dense.push(letter);
        places.resize(dense.len(), at);
    }
    let place = |(at, found): (usize, &str)| {
        let last = found.chars().next_back().unwrap();
        let end = places[at + found.len() - last.len_utf8()] + last.len_utf8();
        places[at]..end
    };
    dense.match_indices(&what).map(place).collect()
}

/// The promises that are not proved, with their codes.
pub fn unproved(report: &Report) -> Vec<(&str, &'static str)> {
    let promises = report.promises.iter();
    promises
        .filter(|p| !matches!(p.outcome, Outcome::Proved | Outcome::Waiting { .. }))
        .map(|p| (p.id.as_str(), p.outcome.code()))
        .collect()
}
