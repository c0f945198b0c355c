//! What an edited set changes, as it is told: in words, in numbers, with examples.

use serde::{Deserialize, Serialize};

use super::promises::{Promised, promised, sentences};
use crate::policy::gate::Set;
use crate::policy::scenario::Answer;

/// What an edited set changes against another, over the data.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The version of the old set.
    pub version_before: String,
    /// The version of the new set.
    pub version_after: String,
    /// The whole in English sentences.
    pub english: Vec<String>,
    /// The whole in Chinese sentences.
    pub chinese: Vec<String>,
    /// The promises and scenarios that are gone, changed or new.
    pub promises: Vec<Promised>,
    /// Who gains and who loses what.
    pub changes: Vec<Change>,
    /// What the prover says of the sets, whatever the data; empty where it was not asked.
    pub verdicts: Vec<Verdict>,
    /// Whether the prover was asked, and answered.
    pub proved: bool,
    /// Whether everything was looked at; if not, more may change than is told.
    pub complete: bool,
    /// How long it took, in milliseconds.
    pub milliseconds: f64,
    /// How long of it the policies and the data took, without the prover.
    pub data_milliseconds: f64,
}

/// Who gains or loses one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Whether it is gained; else it is lost.
    pub gains: bool,
    /// How many viewers.
    pub viewers: u64,
    /// Whether there may be more.
    pub viewers_capped: bool,
    /// As what they ask, for programs.
    pub role: String,
    /// As what they ask, in English.
    pub role_english: String,
    /// As what they ask, in Chinese.
    pub role_chinese: String,
    /// Whose people or partners they are, where it is one organisation.
    pub organisation: Option<String>,
    /// The type of the records.
    #[serde(rename = "type")]
    pub of: String,
    /// A field, `edit` and a field, a deed, or `there`.
    pub subject: String,
    /// The answer under the old set.
    pub before: Answer,
    /// The answer under the new set.
    pub after: Answer,
    /// Of how many records. None where the deed is not about one that is there.
    pub records: u64,
    /// Whether there may be more.
    pub records_capped: bool,
    /// Whose records, where they are one organisation's.
    pub records_organisation: Option<String>,
    /// The sentence in English.
    pub english: String,
    /// The sentence in Chinese.
    pub chinese: String,
    /// At most five, to be asked of an explanation.
    pub examples: Vec<Example>,
}

/// Something to ask an explanation of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The user or the share, or `nobody`.
    pub viewer: String,
    /// The record.
    pub record: String,
    /// The field, `edit` and a field, a deed, or `there`.
    pub field: String,
}

/// What a set changes for one kind of asker and one action, whatever the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The kind of asker.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The kind of record.
    #[serde(rename = "type")]
    pub of: String,
    /// What changes.
    pub verdict: VerdictKind,
}

/// What a set changes, whatever the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// Nothing.
    Same,
    /// It allows more.
    Wider,
    /// It allows less.
    Narrower,
    /// It allows some more and some less.
    Neither,
}

/// What the prover writes.
#[derive(Deserialize)]
struct Comparison {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    principal: String,
    resource: String,
    actions: Vec<String>,
    verdict: String,
}

impl Difference {
    /// Takes what the prover wrote; whether that could be read. What it could not decide is not
    /// among the verdicts, and is told.
    pub fn prove(&mut self, written: &str) -> bool {
        let Ok(comparison) = serde_json::from_str::<Comparison>(written) else {
            return false;
        };
        let mut undecided = 0;
        for row in comparison.rows {
            let verdict = match row.verdict.as_str() {
                "same" => VerdictKind::Same,
                "wider" => VerdictKind::Wider,
                "narrower" => VerdictKind::Narrower,
                "neither" => VerdictKind::Neither,
                _ => {
                    undecided += row.actions.len();
                    continue;
                }
            };
            self.verdicts
                .extend(row.actions.into_iter().map(|action| Verdict {
                    principal: row.principal.clone(),
                    action,
                    of: row.resource.clone(),
                    verdict,
                }));
        }
        if undecided > 0 {
            let en = format!("The prover could not decide on {undecided} questions.");
            self.english.push(en);
            self.chinese
                .push(format!("證明程式未能判定 {undecided} 條問題。"));
        }
        self.proved = true;
        true
    }

    /// Takes in which promises and scenarios of the second set are not those of the first. It is
    /// told before all else: what is promised no more, no later look will find.
    pub fn promise(&mut self, old: &Set, new: &Set) {
        let found = promised(old, new);
        let (english, chinese): (Vec<_>, Vec<_>) = sentences(&found).into_iter().unzip();
        self.english.splice(0..0, english);
        self.chinese.splice(0..0, chinese);
        self.promises = found;
    }

    /// Whether nothing changes for anybody, as far as it was looked, and nothing that is promised.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.promises.is_empty()
    }
}
