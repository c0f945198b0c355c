//! What the server's read path makes of a case: a layout over the rules of the viewer's lens.

use std::collections::HashMap;
use std::sync::Arc;

use super::ask::Case;
use super::question::{Answer, Question};
use crate::catalogue::{CellRef, DeedScope};
use crate::policy::condition::{Condition, Test};
use crate::policy::entity::{Record, Value};
use crate::policy::layout::{Column, Layout, Slot};
use crate::policy::protected::Shown;
use crate::policy::rows::{Filling, Rows};

/// What the server's read path makes of the record.
pub struct Served {
    there: bool,
    rows: Option<Rows>,
    slots: HashMap<String, Slot>,
}

impl Served {
    pub fn of(case: &Case) -> Self {
        let of = case.of();
        let mut slots = HashMap::new();
        let there = holds(&case.lens.rows(of), &case.record);
        if !there {
            // the database does not bring it: no field is ever asked
            let rows = None;
            return Self { there, rows, slots };
        }
        let mut layout = Layout::new(of, &case.lens);
        for (question, _) in &case.asked {
            let slot = match question {
                Question::See(field) => layout.field(field),
                Question::Do(deed) if deed.scope.of_a_row() => layout.deed(deed),
                _ => continue,
            };
            slots.insert(question.action(of), slot);
        }
        Self {
            there,
            rows: fill(layout, &case.record),
            slots,
        }
    }

    pub fn answer(&self, case: &Case, question: Question) -> Answer {
        let (of, lens) = (case.of(), &case.lens);
        let done = |yes| {
            if yes {
                Answer::Allowed
            } else {
                Answer::Refused
            }
        };
        let row = self.rows.as_ref().filter(|_| self.there);
        let row = row.and_then(|rows| rows.get(0));
        let slot = self.slots.get(&question.action(of)).copied();
        match question {
            Question::There if row.is_some() => Answer::Full,
            Question::There => Answer::Hidden,
            Question::See(_) => match row.zip(slot).map(|(row, slot)| row.show(slot)) {
                Some(Shown::Full(_)) => Answer::Full,
                Some(Shown::Masked(..)) => Answer::Masked,
                Some(Shown::Hidden) | None => Answer::Hidden,
            },
            Question::Edit(_) => {
                done(row.is_some() && lens.allows(&question.action(of), &case.record))
            }
            Question::Do(deed) => match deed.scope {
                DeedScope::Existing | DeedScope::Right => {
                    done(row.zip(slot).is_some_and(|(row, slot)| row.allows(slot)))
                }
                DeedScope::New => done(lens.permit(&question.action(of), &case.fresh).is_ok()),
                DeedScope::Bulk => done(lens.permit_bulk(of, deed).is_ok()),
            },
        }
    }
}

/// One row as the store would bring it, its values apart.
fn fill(layout: Layout, record: &Record) -> Option<Rows> {
    let layout = Arc::new(layout);
    let mut filling = Filling::new(&layout);
    filling.begin(record.id());
    for column in layout.columns() {
        let cell = match column {
            Column::Field(_) | Column::Target(_) => CellRef::Null,
            Column::Attribute(attribute) => match record.value(attribute.name) {
                Some(Value::Id(id)) => CellRef::Id(*id),
                Some(Value::Text(text)) => CellRef::Text(text),
                Some(Value::Flag(flag)) => CellRef::Bool(*flag),
                Some(Value::Ids(_) | Value::Words(_)) | None => CellRef::Null,
            },
            Column::Fact(test) => CellRef::Bool(is_so(test, record)),
        };
        filling.put(cell).ok()?;
    }
    let records = HashMap::from([(record.id(), record.clone())]);
    filling.sealed(records).ok()
}

/// Whether a record meets a condition, as the database would answer.
fn holds(condition: &Condition, record: &Record) -> bool {
    match condition {
        Condition::Always => true,
        Condition::Never => false,
        Condition::Not(inner) => !holds(inner, record),
        Condition::All(parts) => parts.iter().all(|part| holds(part, record)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, record)),
        Condition::Test(test) => is_so(test, record),
    }
}

fn is_so(test: &Test, record: &Record) -> bool {
    let value = |attribute: &crate::catalogue::Attribute| record.value(attribute.name);
    match test {
        Test::Is(attribute, ids) => {
            matches!(value(attribute), Some(Value::Id(id)) if ids.contains(id))
        }
        Test::Has(attribute) => value(attribute).is_some(),
        Test::Word(attribute, words) => {
            matches!(value(attribute), Some(Value::Text(text)) if words.contains(text))
        }
        Test::Flag(attribute) => value(attribute) == Some(&Value::Flag(true)),
        Test::Meets(attribute, asked) => {
            matches!(value(attribute), Some(Value::Ids(ids)) if asked.iter().any(|id| ids.contains(id)))
        }
    }
}
