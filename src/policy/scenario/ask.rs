//! A case is asked as the server would be asked.
//!
//! What is shown comes from a layout over the rules of the viewer's [`Lens`], as for a page of rows
//! ([`Served`]); what is done comes from Cedar itself. Cedar is asked about everything besides, since it
//! names the policies that decided; should the two ever differ, that is a fault too.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use cedar_policy::{Entities, EntityUid, Policy, PolicyId, PolicySet};

use super::question::{Answer, Question};
use super::served::Served;
use crate::catalogue::Type;
use crate::policy::entity::Record;
use crate::policy::gate::Fault;
use crate::policy::lens::{Decided, Lens};

/// A scenario over its world: one viewer, one record, some questions.
pub struct Case {
    pub file: String,
    pub line: usize,
    pub en: String,
    pub zh: String,
    /// Who asks, by name.
    pub who: String,
    /// Of which record, by name.
    pub name: String,
    pub lens: Arc<Lens>,
    pub record: Record,
    /// The record as it would be made: nothing points to it yet.
    pub fresh: Record,
    pub asked: Vec<(Question, Answer)>,
    /// Whether a permit for everything is added, so that only the safeguards are left.
    pub even_if: bool,
    /// The viewer and the record as Cedar takes them, made when they are first asked about.
    pub there: Known,
    /// The same with the record as it would be made.
    pub made: Known,
}

/// The viewer and a record as Cedar takes them, or why it does not.
pub type Known = OnceCell<Result<(EntityUid, Entities), String>>;

/// The policy that permits everything, for scenarios of safeguards.
pub fn everything() -> Option<Policy> {
    static EVERYTHING: LazyLock<Option<Policy>> = LazyLock::new(|| {
        let id = Some(PolicyId::new("everything"));
        Policy::parse(id, "permit (principal, action, resource);").ok()
    });
    EVERYTHING.clone()
}

impl Case {
    pub fn of(&self) -> &'static Type {
        self.record.of()
    }

    /// Whether the question is about the record as it would be made.
    pub fn is_fresh(question: Question) -> bool {
        matches!(question, Question::Do(deed) if !deed.scope.of_a_row())
    }

    /// What Cedar says of an action.
    pub fn decided(&self, slice: &PolicySet, action: &str, fresh: bool) -> Result<Decided, String> {
        let (entities, record) = if fresh {
            (&self.made, &self.fresh)
        } else {
            (&self.there, &self.record)
        };
        let entities = entities.get_or_init(|| self.lens.entities(record));
        let entities = entities.as_ref().map_err(Clone::clone)?;
        self.lens.decided_among(slice, action, entities)
    }

    /// The policies that can matter to an action.
    pub fn slice(&self, action: &str) -> Cow<'_, PolicySet> {
        let policies = self.lens.policies();
        let slice = policies.slices.get(self.lens.viewer().kind(), action);
        let Some(policy) = everything().filter(|_| self.even_if) else {
            return Cow::Borrowed(slice);
        };
        let mut slice = slice.clone();
        // refused where a policy has that id already, and then the scenario fails
        let _ = slice.add(policy);
        Cow::Owned(slice)
    }
}

/// Where a case does not come out as it says; the policies that decided are added to `exercised`.
pub fn faults(case: &Case, exercised: &mut BTreeSet<String>) -> Vec<Fault> {
    let shown = (!case.even_if).then(|| Served::of(case));
    let mut faults = Vec::new();
    let slices = &case.lens.policies().slices;
    let decisions: RefCell<HashMap<(String, bool), Told>> = RefCell::default();
    for (question, expected) in &case.asked {
        let fresh = Case::is_fresh(*question);
        let mut asked = Vec::new();
        let got = question.answer(case.of(), &mut |action| {
            // What no policy can tell apart is asked once.
            let action = slices.first(action);
            let told = decisions
                .borrow_mut()
                .entry((action.to_owned(), fresh))
                .or_insert_with(|| told(case, action, fresh))
                .clone();
            exercised.extend(told.by.iter().cloned());
            asked.push(told.clone());
            told.allowed
        });
        if let Some(served) = shown.as_ref().map(|shown| shown.answer(case, *question))
            && served != got
        {
            faults.push(Fault::new(
                &case.file,
                case.line,
                format!(
                    "“{}”: the server would answer {} for `{}`, Cedar itself {}; this is a fault of the program",
                    case.en,
                    served.en(),
                    question.word(),
                    got.en()
                ),
                format!("「{}」：伺服器與 Cedar 對 `{}` 的結果不同；這是程式錯誤", case.zh, question.word()),
            ));
        }
        if got != *expected {
            faults.push(unlike(case, *question, *expected, got, &asked));
        }
    }
    faults
}

/// A decision, the policies that made it, and why it could not be made.
#[derive(Clone)]
struct Told {
    allowed: bool,
    by: Vec<String>,
    failed: Option<String>,
}

fn told(case: &Case, action: &str, fresh: bool) -> Told {
    match case.decided(&case.slice(action), action, fresh) {
        Ok(decided) => Told {
            allowed: decided.allowed,
            by: decided.by.iter().map(ToString::to_string).collect(),
            failed: None,
        },
        Err(reason) => Told {
            allowed: false,
            by: Vec::new(),
            failed: Some(reason),
        },
    }
}

fn unlike(case: &Case, question: Question, expected: Answer, got: Answer, asked: &[Told]) -> Fault {
    let policies = case.lens.policies();
    let last = asked.last();
    let by: BTreeSet<&String> = match got {
        Answer::Hidden | Answer::Refused => asked
            .iter()
            .filter(|told| !told.allowed)
            .flat_map(|told| &told.by)
            .collect(),
        _ => last.into_iter().flat_map(|told| &told.by).collect(),
    };
    let sentence = |id: &String, zh: bool| {
        let (en_text, zh_text) = policies.sentence(id).unwrap_or(("", ""));
        format!("`{id}`: {}", if zh { zh_text } else { en_text })
    };
    let listed = |zh| {
        let all: Vec<String> = by.iter().map(|id| sentence(id, zh)).collect();
        all.join(" | ")
    };
    let failed = asked.iter().find_map(|told| told.failed.as_deref());
    let (why_en, why_zh) = match failed {
        Some(reason) => (
            format!("a policy fails: {reason}"),
            format!("有政策出錯：{reason}"),
        ),
        None if by.is_empty() => ("no policy permits it".to_owned(), "沒有政策准許".to_owned()),
        None => (
            format!("decided by {}", listed(false)),
            format!("由此決定：{}", listed(true)),
        ),
    };
    let (who, name, word) = (&case.who, &case.name, question.word());
    let fault = Fault::new(
        &case.file,
        case.line,
        format!(
            "“{}”: {who} and {name}: `{word}` should be {}, but is {}; {why_en}",
            case.en,
            expected.en(),
            got.en()
        ),
        format!(
            "「{}」：{who} 對 {name} 的 `{word}`：預期{}，實際{}；{why_zh}",
            case.zh,
            expected.zh(),
            got.zh()
        ),
    );
    match by.first() {
        Some(id) => fault.about(id),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::Case;
    use crate::policy::gate::Set;
    use crate::policy::load::Policies;
    use crate::policy::scenario::{book, question::Groups};

    /// What the scenarios ask of one action for all that are like it, Cedar itself would answer
    /// alike for each of them under the whole set.
    #[test]
    fn actions_that_are_asked_once_are_decided_alike() {
        let set = Set::shipped();
        let policies = Policies::load(&set.schema, &set.policies).unwrap();
        let groups = Groups::of(&policies);
        let cases = book::cases(&policies, &groups, &set.scenarios).cases;
        let (mut asked, mut spared) = (0, 0);
        for case in cases.iter().filter(|case| !case.even_if) {
            let known = |record| case.lens.entities(record).unwrap();
            let (there, fresh) = (known(&case.record), known(&case.fresh));
            for (question, _) in &case.asked {
                let action = question.action(case.of());
                let first = policies.slices.first(&action).to_owned();
                let is_fresh = Case::is_fresh(*question);
                let entities = if is_fresh { &fresh } else { &there };
                let alone = case.lens.decided_among(&policies.all, &action, entities);
                let alike = case.decided(&case.slice(&first), &first, is_fresh).unwrap();
                assert_eq!(
                    alone.unwrap().allowed,
                    alike.allowed,
                    "{action}: {}",
                    case.en
                );
                asked += 1;
                spared += usize::from(action != first);
            }
        }
        assert!(
            asked > 1_000 && spared > 300,
            "{asked} asked, {spared} alike"
        );
    }
}
