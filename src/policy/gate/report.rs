//! What the gate says: steps, their faults and their times, in words for the officer.

use std::time::{Duration, Instant};

use serde::Serialize;

/// Something that is wrong, or worth knowing: where, and why in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The policy it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// What is wrong, in English.
    pub en: String,
    /// What is wrong, in Chinese.
    pub zh: String,
}

impl Fault {
    /// A fault at a line of a file.
    #[must_use]
    pub fn new(file: &str, line: usize, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            policy: None,
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The same, about a policy.
    #[must_use]
    pub fn about(mut self, policy: impl ToString) -> Self {
        self.policy = Some(policy.to_string());
        self
    }
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is wrong.
    Passed,
    /// Something is wrong.
    Failed,
    /// It was not tried, since it needs an earlier step or was given nothing to do.
    Skipped,
    /// The invariants are proved by a certificate for exactly this set.
    Certified,
    /// No certificate is there for this set.
    NotProved,
}

/// One step of the gate.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its name, one word.
    pub name: &'static str,
    /// What it looks at, in English.
    pub en: &'static str,
    /// What it looks at, in Chinese.
    pub zh: &'static str,
    /// How it went.
    pub state: State,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
    /// What is worth knowing and stops nothing.
    pub notes: Vec<Fault>,
    /// How long it took, in milliseconds.
    pub milliseconds: f64,
}

impl Step {
    /// A step that ended now.
    #[must_use]
    pub fn ended(kind: Kind, state: State, faults: Vec<Fault>, began: Instant) -> Self {
        let (name, en, zh) = kind;
        Self {
            name,
            en,
            zh,
            state,
            faults,
            notes: Vec::new(),
            milliseconds: milliseconds(began.elapsed()),
        }
    }

    /// A step that was tried and ended now; it failed if it has faults.
    #[must_use]
    pub fn tried(kind: Kind, faults: Vec<Fault>, began: Instant) -> Self {
        let state = if faults.is_empty() {
            State::Passed
        } else {
            State::Failed
        };
        Self::ended(kind, state, faults, began)
    }

    /// A step that was not tried.
    #[must_use]
    pub fn skipped(kind: Kind) -> Self {
        Self::ended(kind, State::Skipped, Vec::new(), Instant::now())
    }
}

/// The name of a step and what it looks at, in both languages.
pub type Kind = (&'static str, &'static str, &'static str);

/// The steps, in their order.
pub const STEPS: [Kind; 9] = [
    READ, PARSE, NAMES, VALIDATE, LISTS, SCENARIOS, PROOFS, DIFFERENCE, READY,
];

/// The files are read.
pub const READ: Kind = ("read", "the files can be read", "檔案可以讀取");
/// The files are well formed.
pub const PARSE: Kind = ("parse", "the files are well formed", "檔案格式正確");
/// Each policy has an id and both sentences.
pub const NAMES: Kind = (
    "names",
    "each policy has an id of its own and a sentence in both languages",
    "每條政策都有獨一的編號及中英文句子",
);
/// The policies speak only of what there is.
pub const VALIDATE: Kind = (
    "validate",
    "the policies speak only of what the schema knows",
    "政策只提及結構檔所定義的事物",
);
/// The database can answer the rules on rows.
pub const LISTS: Kind = (
    "lists",
    "the database can answer what decides which rows are there",
    "資料庫能回答決定哪些紀錄可見的規則",
);
/// The scenarios come out as they say.
pub const SCENARIOS: Kind = (
    "scenarios",
    "the scenarios come out as they say",
    "各情境的結果與預期相符",
);
/// The invariants hold for all requests.
pub const PROOFS: Kind = (
    "proofs",
    "the promises are proved for all requests",
    "各項承諾已證明對所有請求成立",
);
/// What it changes for whom is told; where there is no data to look at, it is skipped.
pub const DIFFERENCE: Kind = (
    "difference",
    "what it changes against the set in force is told",
    "列明與現行政策集相比的改變",
);
/// The set can go live.
pub const READY: Kind = ("ready", "the set can go live", "可以啟用");

/// What the gate found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whether the set may go live.
    pub ready: bool,
    /// The first characters of the set's hash, if it could be read as policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How many policies there are.
    pub policies: usize,
    /// How many scenarios there are, and how many questions they ask.
    pub scenarios: usize,
    /// How many questions the scenarios ask.
    pub questions: usize,
    /// The policies that decide no question of any scenario.
    pub unexercised: Vec<String>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// How long it took in all, in milliseconds.
    pub milliseconds: f64,
}

impl Report {
    /// Puts in what the data said of a set that is ready; the gate itself has none to ask.
    pub fn differs(&mut self, told: Step) {
        if !self.ready {
            return;
        }
        self.milliseconds += told.milliseconds;
        if let Some(step) = self.steps.iter_mut().find(|step| step.name == told.name) {
            *step = told;
        }
    }

    /// Every fault of every step.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.steps.iter().flat_map(|step| &step.faults)
    }
}

pub(in crate::policy) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}
