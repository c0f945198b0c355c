//! Questions whether what belongs to a row meets something, asked of each row once.
//!
//! Policies ask the same of a row several times in other words: whether a volunteer is on a roster
//! of these projects, was ever on one of those, each once for the row and once for a cell. Asked one
//! by one, each is a search of its own. Where rows are few and known by their ids, PostgreSQL looks
//! through what belongs to a row once, and answers all of them.

use uuid::Uuid;

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

impl Group {
    /// The conditions that all of its questions have, and for each the rest of its own. What is asked
    /// once for all keeps its column out of the answers, which an index alone can then give.
    fn parted(&self) -> (Vec<&'static str>, Vec<Vec<&'static str>>) {
        let whens = self.tests.iter().map(|test| question(test).map(|of| of.1));
        let mut rests: Vec<Vec<&str>> = whens.map(|when| conditions(when.unwrap_or(""))).collect();
        let mut shared = rests.first().cloned().unwrap_or_default();
        shared.retain(|condition| rests.iter().all(|rest| rest.contains(condition)));
        for rest in &mut rests {
            rest.retain(|condition| !shared.contains(condition));
        }
        (shared, rests)
    }
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
            let (shared, rests) = group.parted();
            for (at, (test, rest)) in group.tests.iter().zip(&rests).enumerate() {
                let Some((value, _, ids)) = question(test) else {
                    continue;
                };
                sql.push(if at > 0 { ", " } else { "" });
                sql.push("COALESCE(bool_or(").push(value);
                sql.among(ids.iter().copied());
                for condition in rest {
                    sql.push(" AND (").timed(condition).push(")");
                }
                sql.push(&format!("), FALSE) AS answer{at}"));
            }
            sql.push(" FROM ").push(group.from).push(" WHERE ");
            sql.push(group.own).push(" = ").column(&self.alias, "id");
            for condition in shared {
                sql.push(" AND (").timed(condition).push(")");
            }
            // What none of them counts need not be looked at.
            let mut rests: Vec<&Vec<&str>> = rests.iter().collect();
            rests.sort_unstable();
            rests.dedup();
            if rests.iter().all(|rest| !rest.is_empty()) {
                for (at, rest) in rests.into_iter().enumerate() {
                    sql.push(if at > 0 { ") OR (" } else { " AND ((" });
                    for (at, condition) in rest.iter().enumerate() {
                        sql.push(if at > 0 { ") AND (" } else { "(" });
                        sql.timed(condition);
                    }
                    sql.push(")");
                }
                sql.push("))");
            }
            sql.push(&format!(") together{number}"));
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
fn question(test: &Test) -> Option<(&'static str, &'static str, &[Uuid])> {
    match test {
        Test::Meets(attribute, ids) => match attribute.shape {
            AttributeShape::Set { value, when, .. } => Some((value, when, ids)),
            _ => None,
        },
        _ => None,
    }
}

/// The conditions that a text joins by `AND`, outside of every bracket and quotation.
fn conditions(text: &'static str) -> Vec<&'static str> {
    let (mut depth, mut quoted, mut from) = (0_usize, false, 0);
    let mut found = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 => {
                let rest = text.get(at..).unwrap_or_default();
                if rest.starts_with(" OR ") || rest.starts_with(" BETWEEN ") {
                    return vec![text];
                }
                if at >= from && rest.starts_with(" AND ") {
                    found.push(text.get(from..at).unwrap_or_default());
                    from = at + " AND ".len();
                }
            }
            _ => {}
        }
    }
    found.push(text.get(from..).unwrap_or_default());
    found
}

#[cfg(test)]
mod tests {
    use super::conditions;

    #[test]
    fn conditions_are_parted_only_where_all_must_hold() {
        let parted = |text| conditions(text);
        assert_eq!(parted("a IS NULL"), ["a IS NULL"]);
        assert_eq!(
            parted("a IS NULL AND b IN ('X AND Y', '(') AND (c OR (d AND e))"),
            ["a IS NULL", "b IN ('X AND Y', '(')", "(c OR (d AND e))"]
        );
        assert_eq!(parted("a AND b OR c"), ["a AND b OR c"]);
        assert_eq!(parted("a BETWEEN 1 AND 2"), ["a BETWEEN 1 AND 2"]);
    }
}
