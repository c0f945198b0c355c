//! Which promises and scenarios of a set are gone, new or changed against another.
//!
//! They decide nothing, so that no viewer and no row tells them apart, nor does the version of a set.
//! But what is promised no more, nothing proves: whoever takes a promise away gets the rest proved.

use std::collections::BTreeMap;
use std::str::FromStr;

use cedar_policy::PolicySet;
use serde::Serialize;

use crate::policy::gate::Set;
use crate::policy::load::Document;

/// How many sentences are told of one sort; of the rest, their number.
const MOST: usize = 10;

/// A promise or a scenario that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promised {
    /// What it is.
    pub sort: PromisedSort,
    /// What became of it.
    pub turn: PromisedTurn,
    /// The file that it is in; where it is gone, the file that it was in.
    pub file: String,
    /// Its sentence in English; of what scenarios are about, the file.
    pub english: String,
    /// Its sentence in Chinese.
    pub chinese: String,
}

/// What can be promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromisedSort {
    /// A promise, proved for all requests.
    Promise,
    /// A scenario, asked by example.
    Scenario,
    /// The people and records that the scenarios of a file are about.
    Ground,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromisedTurn {
    /// It is not there any more.
    Gone,
    /// It says something else.
    Changed,
    /// It is there now.
    New,
}

/// One of a set: its file, its sentences, and what it comes to.
struct Kept {
    file: String,
    english: String,
    chinese: String,
    content: String,
}

type All = BTreeMap<(PromisedSort, String), Kept>;

/// What is gone, changed and new in the second set against the first; what is gone comes first.
#[must_use]
pub fn promised(old: &Set, new: &Set) -> Vec<Promised> {
    let (mut before, after) = (all(old), all(new));
    let mut found = Vec::new();
    for ((sort, key), kept) in after {
        let turn = match before.remove(&(sort, key)) {
            Some(known) if known.content == kept.content => continue,
            Some(_) => PromisedTurn::Changed,
            None => PromisedTurn::New,
        };
        found.push(told(sort, turn, kept));
    }
    let gone = before.into_iter();
    found.extend(gone.map(|((sort, _), kept)| told(sort, PromisedTurn::Gone, kept)));
    // the people of a file that comes or goes do so with its scenarios
    found.retain(|one| one.sort != PromisedSort::Ground || one.turn == PromisedTurn::Changed);
    found.sort_by(|a, b| (a.turn, a.sort, &a.english).cmp(&(b.turn, b.sort, &b.english)));
    found
}

fn told(sort: PromisedSort, turn: PromisedTurn, kept: Kept) -> Promised {
    let Kept {
        file,
        english,
        chinese,
        ..
    } = kept;
    Promised {
        sort,
        turn,
        file,
        english,
        chinese,
    }
}

/// The sentences for these, in English and in Chinese.
#[must_use]
pub fn sentences(found: &[Promised]) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = Vec::new();
    for alike in found.chunk_by(|a, b| (a.sort, a.turn) == (b.sort, b.turn)) {
        told.extend(alike.iter().take(MOST).map(Promised::sentence));
        if let more @ 1.. = alike.len().saturating_sub(MOST) {
            told.extend(alike.first().map(|one| one.more(more)));
        }
    }
    told
}

impl Promised {
    /// Whether something that held is not asked any more, or not as it was.
    #[must_use]
    pub fn takes_away(&self) -> bool {
        self.turn != PromisedTurn::New
    }

    fn sentence(&self) -> (String, String) {
        let (en, zh, file) = (&self.english, &self.chinese, &self.file);
        match (self.sort, self.turn) {
            (PromisedSort::Promise, PromisedTurn::Gone) => (
                format!("The promise “{en}” is gone: nothing proves it any more."),
                format!("承諾「{zh}」已被刪除：不再有任何證明確保其成立。"),
            ),
            (PromisedSort::Promise, PromisedTurn::Changed) => (
                format!("The promise “{en}” is not what it was; read it in `{file}`."),
                format!("承諾「{zh}」的內容已更改；請查看 `{file}`。"),
            ),
            (PromisedSort::Promise, PromisedTurn::New) => (
                format!("The promise “{en}” is new."),
                format!("新增承諾「{zh}」。"),
            ),
            (PromisedSort::Scenario, PromisedTurn::Gone) => (
                format!("The scenario “{en}” is gone: nothing checks it any more."),
                format!("情境「{zh}」已被刪除：不再有任何檢查確保其成立。"),
            ),
            (PromisedSort::Scenario, PromisedTurn::Changed) => (
                format!("The scenario “{en}” is not what it was; read it in `{file}`."),
                format!("情境「{zh}」的內容已更改；請查看 `{file}`。"),
            ),
            (PromisedSort::Scenario, PromisedTurn::New) => (
                format!("The scenario “{en}” is new."),
                format!("新增情境「{zh}」。"),
            ),
            (PromisedSort::Ground, _) => (
                format!(
                    "The people and records that the scenarios of `{file}` are about are not what they were."
                ),
                format!("`{file}` 各情境所用的人物及紀錄已更改。"),
            ),
        }
    }

    /// That there are more of the same.
    fn more(&self, more: usize) -> (String, String) {
        let (en, zh) = match self.sort {
            PromisedSort::Promise => ("promises", "項承諾"),
            PromisedSort::Scenario => ("scenarios", "個情境"),
            PromisedSort::Ground => ("files of scenarios", "個情境檔案"),
        };
        match self.turn {
            PromisedTurn::Gone => (
                format!("{more} more {en} are gone."),
                format!("另有 {more} {zh}已被刪除。"),
            ),
            PromisedTurn::Changed => (
                format!("{more} more {en} are not what they were."),
                format!("另有 {more} {zh}已更改。"),
            ),
            PromisedTurn::New => (
                format!("{more} more {en} are new."),
                format!("另有 {more} {zh}為新增。"),
            ),
        }
    }
}

/// Everything that a set promises. A file that cannot be read promises nothing.
fn all(set: &Set) -> All {
    let mut all = All::new();
    for document in &set.invariants {
        promises(document, &mut all);
    }
    for document in &set.scenarios {
        scenarios(document, &mut all);
    }
    all
}

/// The name of a file in its set's folder, wherever that is.
fn file_of(folder: &str, document: &Document) -> String {
    let last = document.name.rsplit(['/', '\\']).next();
    format!("{folder}/{}", last.unwrap_or_default())
}

fn promises(document: &Document, all: &mut All) {
    let file = file_of("invariants", document);
    for promise in PolicySet::from_str(&document.text)
        .iter()
        .flat_map(PolicySet::policies)
    {
        let said = |key| promise.annotation(key).unwrap_or_default().to_owned();
        let content = promise
            .to_json()
            .unwrap_or_else(|_| promise.to_string().into());
        let kept = Kept {
            file: file.clone(),
            english: said("en"),
            chinese: said("zh"),
            content: content.to_string(),
        };
        all.insert((PromisedSort::Promise, said("id")), kept);
    }
}

fn scenarios(document: &Document, all: &mut All) {
    let file = file_of("scenarios", document);
    let Ok(mut book) = document.text.parse::<toml::Table>() else {
        return;
    };
    let told = book.remove("scenario");
    // why a mutant cannot be noticed is no promise
    book.remove("equivalent");
    let ground = Kept {
        file: file.clone(),
        english: file.clone(),
        chinese: file.clone(),
        content: book.to_string(),
    };
    all.insert((PromisedSort::Ground, file.clone()), ground);
    let told = told.as_ref().and_then(toml::Value::as_array);
    for scenario in told.into_iter().flatten() {
        let said = |key| {
            let text = scenario.get(key).and_then(toml::Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let kept = Kept {
            file: file.clone(),
            english: said("en"),
            chinese: said("zh"),
            content: scenario.to_string(),
        };
        all.insert((PromisedSort::Scenario, said("en")), kept);
    }
}
