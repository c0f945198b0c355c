//! Questions that only Cedar can answer, asked of a sample of the rows.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::gather::{Bundle, Counted, Gathered, changed};
use super::label::label;
use super::tally::{EXAMPLES, Tally, shown};
use super::viewers::Class;
use crate::catalogue::Type;
use crate::live::LiveError;
use crate::policy::Lens;
use crate::policy::difference::{Affected, asked};
use crate::policy::scenario::{Answer, Question};
use crate::store::Store;

/// How many rows of a type are looked at.
const SAMPLE: usize = 200;

impl Gathered {
    /// Asks Cedar itself about a sample of rows, where rules cannot tell.
    pub async fn sampled(
        &mut self,
        store: &Store,
        class: &Class,
        [old, new]: &[Lens; 2],
        opaque: &[(&'static Type, Question)],
        questions: &[&Affected],
    ) -> Result<(), LiveError> {
        let mut types: Vec<&'static Type> = opaque.iter().map(|(of, _)| *of).collect();
        types.dedup_by_key(|of| of.name);
        for of in types {
            let ids = store.some_rows(of, SAMPLE).await?;
            let records = store.records(of, &ids).await?;
            let mine = opaque.iter().filter(|(known, _)| known.name == of.name);
            for (_, question) in mine {
                let mut turned: BTreeMap<(usize, usize), Vec<Uuid>> = BTreeMap::new();
                for id in &ids {
                    let Some(record) = records.get(id) else {
                        continue;
                    };
                    let answers = (asked(old, record, *question), asked(new, record, *question));
                    if answers.0 != answers.1 {
                        let key = (answers.0 as usize, answers.1 as usize);
                        turned.entry(key).or_default().push(*id);
                    }
                }
                for ((before, after), rows) in turned {
                    let changed = changed(questions, of, *question);
                    let (role, organisation) = label(class, changed);
                    let viewers = shown(class).into_iter().take(1);
                    let examples = viewers
                        .flat_map(|viewer| rows.iter().map(move |row| (viewer, *row)))
                        .take(EXAMPLES);
                    let tally = Tally {
                        viewers: 1,
                        viewers_capped: class.count > 1 || class.more,
                        by: BTreeMap::from([(None, rows.len() as u64)]),
                        records_capped: ids.len() == SAMPLE,
                        organisations: BTreeSet::from([organisation]),
                        partial: false,
                        examples: examples.collect(),
                    };
                    let answer = |at: usize| {
                        let known = Answer::ALL.into_iter().find(|a| *a as usize == at);
                        known.unwrap_or(Answer::Hidden)
                    };
                    self.sample(Bundle {
                        role,
                        organisations: BTreeSet::from([organisation]),
                        of,
                        questions: vec![*question],
                        before: answer(before),
                        after: answer(after),
                        counted: Counted::Done(tally),
                    });
                }
            }
        }
        Ok(())
    }

    /// Takes what a sample showed, together with what it showed for others of the same role.
    fn sample(&mut self, more: Bundle) {
        let same = |known: &&mut Bundle| {
            let word = |bundle: &Bundle| bundle.questions.first().map(|q| q.word());
            known.role == more.role
                && known.organisations == more.organisations
                && known.of.name == more.of.name
                && (known.before, known.after) == (more.before, more.after)
                && word(known) == word(&more)
        };
        let known = self.sampled.iter_mut().find(same);
        match (known, more.counted) {
            (
                Some(Bundle {
                    counted: Counted::Done(known),
                    ..
                }),
                Counted::Done(tally),
            ) => {
                known.viewers += tally.viewers;
                known.viewers_capped |= tally.viewers_capped;
                for (whose, count) in tally.by {
                    let most = known.by.entry(whose).or_default();
                    // others may see the same of other rows
                    known.records_capped |= *most > 0;
                    *most = (*most).max(count);
                }
                known.records_capped |= tally.records_capped;
            }
            (_, counted) => self.sampled.push(Bundle { counted, ..more }),
        }
    }
}
