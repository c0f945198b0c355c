//! Questions whether what belongs to a row meets something, asked of each row once.
//!
//! Policies ask the same of a row several times in other words: whether a volunteer is on a roster
//! of these projects, was ever on one of those, each once for the row and once for a cell. Asked one
//! by one, each is a search of its own. Where rows are few and known by their ids, PostgreSQL looks
//! through what belongs to a row once, and answers all of them.

use super::sql::Sql;
use crate::catalogue::AttributeShape;
use crate::policy::{Layout, Test};

/// From how many different questions on they are asked together.
const SEVERAL: usize = 2;

/// Questions that are asked together, and what their answers are called.
#[derive(Default)]
pub struct Together {
    /// What the rows are called that are asked; others may be asked the same for themselves.
    alias: String,
    groups: Vec<Group>,
}

/// Questions to the same rows.
struct Group {
    from: &'static str,
    own: &'static str,
    tests: Vec<Test>,
}

impl Together {
    /// All that decides on the rows of a layout and on their cells.
    pub fn of(layout: &Layout, alias: &str) -> Self {
        let rows = layout.lens().rows(layout.of());
        let facts = layout.facts().chain(rows.tests());
        let mut groups: Vec<Group> = Vec::new();
        for test in facts {
            let Some((from, own)) = asked_of(test) else {
                continue;
            };
            let known = groups
                .iter_mut()
                .find(|group| (group.from, group.own) == (from, own));
            match known {
                Some(group) if group.tests.contains(test) => {}
                Some(group) => group.tests.push(test.clone()),
                None => groups.push(Group {
                    from,
                    own,
                    tests: vec![test.clone()],
                }),
            }
        }
        groups.retain(|group| group.tests.len() >= SEVERAL);
        Self {
            alias: alias.to_owned(),
            groups,
        }
    }

    /// What the answer to a question is called, if it is asked together with others.
    pub fn name(&self, test: &Test, alias: &str) -> Option<String> {
        let groups = self.groups.iter().enumerate();
        let mut groups = groups.filter(|_| self.alias == alias);
        groups.find_map(|(group, asked)| {
            let at = asked.tests.iter().position(|known| known == test)?;
            Some(format!("together{group}.answer{at}"))
        })
    }

    /// Adds, after the table of the rows, what asks the questions of each.
    pub fn join(&self, sql: &mut Sql) {
        for (number, group) in self.groups.iter().enumerate() {
            sql.push(" CROSS JOIN LATERAL (SELECT ");
            for (at, test) in group.tests.iter().enumerate() {
                let Some((value, when, ids)) = question(test) else {
                    continue;
                };
                sql.push(if at > 0 { ", " } else { "" });
                sql.push("COALESCE(bool_or(").push(value);
                sql.among(ids.iter().copied()).push(" AND (");
                sql.timed(when).push(&format!(")), FALSE) AS answer{at}"));
            }
            sql.push(" FROM ").push(group.from).push(" WHERE ");
            sql.push(group.own).push(" = ").column(&self.alias, "id");
            // What none of them counts need not be looked at.
            let mut whens: Vec<&str> = Vec::new();
            for (_, when, _) in group.tests.iter().filter_map(question) {
                if !whens.contains(&when) {
                    whens.push(when);
                }
            }
            for (at, when) in whens.iter().enumerate() {
                sql.push(if at > 0 { ") OR (" } else { " AND ((" });
                sql.timed(when);
            }
            sql.push(&format!("))) together{number}"));
        }
    }
}

fn asked_of(test: &Test) -> Option<(&'static str, &'static str)> {
    match test {
        Test::Meets(attribute, _) => match attribute.shape {
            AttributeShape::Set { from, own, .. } => Some((from, own)),
            _ => None,
        },
        _ => None,
    }
}

/// What has to be one of which ids, and when it counts.
fn question(test: &Test) -> Option<(&'static str, &'static str, &[uuid::Uuid])> {
    match test {
        Test::Meets(attribute, ids) => match attribute.shape {
            AttributeShape::Set { value, when, .. } => Some((value, when, ids)),
            _ => None,
        },
        _ => None,
    }
}
