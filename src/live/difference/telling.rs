//! What was counted, in words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::gather::{Bundle, Counted};
use super::tally::{Counting, EXAMPLES, Tally, Whose as Who, shown};
use super::viewers::Class;
use crate::catalogue::{self, Type};
use crate::graphql::encode_id;
use crate::policy::difference::{
    Change, Difference, Example, Number, Told, Whose, gives_more, nobody, own_tests,
};
use crate::policy::scenario::{Answer, Question};
use crate::policy::{Condition, Test};
use crate::store::difference::Part;
use crate::store::{Store, StoreError};

/// Puts together what is told.
pub struct Telling<'a> {
    store: &'a Store,
    cap: u64,
    counted: Vec<(Bundle, Tally, Option<BTreeSet<Uuid>>)>,
    /// Whether somebody was not looked at who may be concerned.
    partial: bool,
}

impl<'a> Telling<'a> {
    pub fn new(store: &'a Store, cap: u64) -> Self {
        Self {
            store,
            cap,
            counted: Vec::new(),
            partial: false,
        }
    }

    /// Counts what turns alike.
    pub async fn add(&mut self, mut bundle: Bundle, classes: &[Class]) -> Result<(), StoreError> {
        let of = |places: &[usize]| -> (u64, bool) {
            let classes = places.iter().filter_map(|at| classes.get(*at));
            classes.fold((0, false), |(n, more), class| {
                (n + class.count, more || class.more)
            })
        };
        let empty = Counted::Whole(Vec::new());
        let (tally, pinned) = match std::mem::replace(&mut bundle.counted, empty) {
            Counted::Done(tally) => (tally, None),
            Counted::Rows(rows) => {
                let counting = Counting::new(self.store, classes, bundle.of, self.cap);
                let tally = counting.count(&rows).await?;
                self.partial |= tally.partial;
                if tally.records() == 0 {
                    return Ok(());
                }
                bundle.organisations.clone_from(&tally.organisations);
                (tally, None)
            }
            Counted::Whole(places) => {
                let (viewers, viewers_capped) = of(&places);
                let tally = Tally {
                    viewers,
                    viewers_capped,
                    ..Tally::default()
                };
                (tally, None)
            }
            Counted::New(parts) => {
                let mut tally = Tally::default();
                let mut pinned: Option<BTreeSet<Uuid>> = Some(BTreeSet::new());
                for rows in &parts {
                    let (viewers, more) = of(&rows.classes);
                    tally.viewers += viewers;
                    // whether somebody has what must be the own is not asked
                    tally.viewers_capped |= more || !own_tests(&rows.rows).is_empty();
                    pinned = pinned
                        .zip(of_organisations(&rows.rows))
                        .map(|(known, more)| &known | &more);
                    let part = Part {
                        rows: rows.rows.clone(),
                        own: None,
                    };
                    let part = std::slice::from_ref(&part);
                    let like = self.store.some_turned(bundle.of, part, EXAMPLES).await?;
                    let viewers = rows.classes.iter().filter_map(|at| classes.get(*at));
                    let viewers: Vec<Who> = viewers.flat_map(shown).collect();
                    tally.examples.extend(viewers.into_iter().zip(like));
                }
                tally.examples.truncate(EXAMPLES);
                (tally, pinned)
            }
        };
        self.counted.push((bundle, tally, pinned));
        Ok(())
    }

    /// Everything in words; `complete` says whether everybody was looked at.
    pub async fn told(self, complete: bool) -> Result<Difference, StoreError> {
        let complete = complete && !self.partial;
        let mut ids: BTreeSet<Uuid> = BTreeSet::new();
        for (bundle, tally, pinned) in &self.counted {
            ids.extend(bundle.organisations.iter().flatten());
            ids.extend(tally.by.keys().flatten());
            ids.extend(pinned.iter().flatten());
        }
        // of many, only their number is told
        let names = match ids.len() {
            0..5_000 => self.store.organisation_names(&ids).await?,
            _ => HashMap::new(),
        };
        let mut told = Difference {
            version_before: String::new(),
            version_after: String::new(),
            english: Vec::new(),
            chinese: Vec::new(),
            promises: Vec::new(),
            changes: Vec::new(),
            verdicts: Vec::new(),
            proved: false,
            complete,
            milliseconds: 0.0,
            data_milliseconds: 0.0,
        };
        let mut sentences: BTreeMap<Place, (String, String)> = BTreeMap::new();
        for (at, (bundle, tally, pinned)) in self.counted.iter().enumerate() {
            let of_viewers = whose(bundle.organisations.iter().copied(), false, &names);
            let of_records = match pinned {
                Some(pinned) => whose(pinned.iter().map(|id| Some(*id)), false, &names),
                None => whose(tally.by.keys().copied(), tally.records_capped, &names),
            };
            // organisations are of nobody but themselves
            let of_records = match of_records {
                Whose::Several(_) if bundle.of.name == "Organisation" => Whose::Unsaid,
                other => other,
            };
            let number = |of: u64, capped| Number {
                of: of.min(self.cap),
                capped: capped || of > self.cap,
            };
            let sentence = Told {
                role: &bundle.role,
                viewers: number(tally.viewers, tally.viewers_capped),
                of_viewers: &of_viewers,
                of: bundle.of,
                questions: &bundle.questions,
                before: bundle.before,
                after: bundle.after,
                records: number(tally.records(), tally.records_capped),
                of_records: &of_records,
            };
            let gains = gives_more(bundle.after, bundle.before);
            sentences.insert(
                (!gains, place(bundle.of), sort(bundle), at),
                (sentence.english(), sentence.chinese()),
            );
            for question in &bundle.questions {
                told.changes
                    .push(change(bundle, tally, &sentence, *question));
            }
        }
        told.changes.sort_by_key(|change| {
            let gives = gives_more(change.after, change.before);
            let most = std::cmp::Reverse(change.viewers.saturating_mul(change.records.max(1)));
            (!gives, most)
        });
        (told.english, told.chinese) = sentences.into_values().unzip();
        let gains = told.changes.iter().any(|change| change.gains);
        let loses = told.changes.iter().any(|change| !change.gains);
        if complete && let Some((en, zh)) = nobody(gains, loses) {
            told.english.push(en.to_owned());
            told.chinese.push(zh.to_owned());
        }
        if !complete {
            told.english.push(INCOMPLETE.0.to_owned());
            told.chinese.push(INCOMPLETE.1.to_owned());
        }
        Ok(told)
    }
}

/// What is said where not everybody was looked at.
const INCOMPLETE: (&str, &str) = (
    "Not everybody could be looked at: more may change than is told here.",
    "未能查看所有人：實際改變可能較此處所列為多。",
);

/// Where a sentence stands: gains first, by type and sort.
type Place = (bool, usize, u8, usize);

fn place(of: &Type) -> usize {
    let types = catalogue::TYPES.iter();
    types.take_while(|known| known.name != of.name).count()
}

fn sort(bundle: &Bundle) -> u8 {
    match bundle.questions.first() {
        None | Some(Question::There) => 0,
        Some(Question::See(_)) => match bundle.after {
            Answer::Full => 1,
            _ => 2,
        },
        Some(Question::Edit(_)) => 3,
        Some(Question::Do(_)) => 4,
    }
}

fn change(bundle: &Bundle, tally: &Tally, told: &Told<'_>, question: Question) -> Change {
    let questions = [question];
    let told = Told {
        questions: &questions,
        ..told.clone()
    };
    let (one, many, zh) = bundle.role.words();
    let subject = question.word();
    let examples = tally.examples.iter().filter_map(|(who, row)| {
        Some(Example {
            viewer: match who {
                Who::Person(id) => encode_id(catalogue::find("User")?, *id),
                Who::Share(id) => encode_id(catalogue::find("Partnership")?, *id),
                Who::Nobody => "nobody".to_owned(),
            },
            record: encode_id(bundle.of, *row),
            field: subject.clone(),
        })
    });
    let name = |whose: &Whose| match whose {
        Whose::One(en, _) => Some(en.clone()),
        _ => None,
    };
    Change {
        gains: gives_more(bundle.after, bundle.before),
        viewers: told.viewers.of,
        viewers_capped: told.viewers.capped,
        role: bundle.role.code(),
        role_english: if told.viewers.of == 1 { one } else { many },
        role_chinese: zh.chars().skip(usize::from(!bundle.role.alone())).collect(),
        organisation: name(told.of_viewers),
        of: bundle.of.name.to_owned(),
        examples: examples.collect(),
        before: bundle.before,
        after: bundle.after,
        records: told.records.of,
        records_capped: told.records.capped,
        records_organisation: name(told.of_records),
        english: told.english(),
        chinese: told.chinese(),
        subject,
    }
}

fn whose(
    all: impl Iterator<Item = Option<Uuid>>,
    more: bool,
    names: &HashMap<Uuid, (String, String)>,
) -> Whose {
    let all: BTreeSet<Option<Uuid>> = all.collect();
    let known: Vec<Uuid> = all.iter().copied().flatten().collect();
    match known[..] {
        _ if more || known.is_empty() || known.len() < all.len() => Whose::Unsaid,
        [one] => match names.get(&one) {
            Some((en, zh)) => Whose::One(en.clone(), zh.clone()),
            None => Whose::Unsaid,
        },
        _ => Whose::Several(known.len()),
    }
}

/// The organisations to which a condition binds rows, if it binds them to any.
fn of_organisations(condition: &Condition) -> Option<BTreeSet<Uuid>> {
    match condition {
        Condition::Test(Test::Is(attribute, ids))
            if ["organisation", "lead"].contains(&attribute.name) =>
        {
            Some(ids.iter().copied().collect())
        }
        Condition::All(parts) => parts.iter().find_map(of_organisations),
        Condition::Any(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(of_organisations).collect();
            Some(all?.into_iter().flatten().collect())
        }
        _ => None,
    }
}
