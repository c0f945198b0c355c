//! That one of several parts holds a row, put so that a database finds few rows from their side.

use super::count::Part;
use super::own::condition;
use crate::catalogue::Type;
use crate::policy::{Condition, Test};
use crate::store::sql::Sql;

/// How many alternatives one list takes; SQLite knows of no more than 500.
const ARMS: usize = 200;

/// Adds that one of these parts holds the row.
///
/// Alternatives that begin with what belongs to a row are each looked up by themselves: put beside
/// each other as questions, all of them would be asked of each of a million rows.
pub fn any(sql: &mut Sql, of: &Type, parts: &[Part], alias: &str) {
    if parts.is_empty() {
        return sql.word("FALSE");
    }
    let (own, plain): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.own.is_some());
    let arms: Vec<&Condition> = plain
        .iter()
        .flat_map(|part| match &part.rows {
            Condition::Any(arms) if !arms.is_empty() => arms.iter().collect(),
            whole => vec![whole],
        })
        .collect();
    let (narrow, wide): (Vec<&Condition>, Vec<&Condition>) =
        arms.into_iter().partition(|arm| is_narrow(arm));
    let mut or = Or::default();
    sql.push("(");
    for arm in wide {
        or.next(sql);
        condition(sql, arm, alias, None);
    }
    match narrow[..] {
        [] => {}
        [only] => {
            or.next(sql);
            condition(sql, only, alias, None);
        }
        _ => {
            for arms in narrow.chunks(ARMS) {
                or.next(sql);
                looked_up(sql, of, arms, alias);
            }
        }
    }
    for part in own {
        or.next(sql);
        of_people(sql, part, alias);
    }
    sql.push(")");
}

/// The words between alternatives.
#[derive(Default)]
struct Or(bool);

impl Or {
    fn next(&mut self, sql: &mut Sql) {
        if std::mem::replace(&mut self.0, true) {
            sql.push(" OR ");
        }
    }
}

/// Whether a condition asks, among what must all be so, for something that belongs to the row.
fn is_narrow(condition: &Condition) -> bool {
    match condition {
        Condition::Test(Test::Meets(..)) => true,
        Condition::All(parts) => parts.iter().any(is_narrow),
        _ => false,
    }
}

/// Adds that the row is among those of these conditions.
fn looked_up(sql: &mut Sql, of: &Type, arms: &[&Condition], alias: &str) {
    sql.column(alias, "id").push(" IN (");
    for (at, arm) in arms.iter().enumerate() {
        if at > 0 {
            sql.push(" UNION ALL ");
        }
        let one = sql.alias();
        sql.push("SELECT ").column(&one, "id");
        sql.push(" FROM ").push(of.table).push(" ").push(&one);
        sql.push(" WHERE ");
        condition(sql, arm, &one, None);
    }
    sql.push(")");
}

/// Adds that the part holds the row for somebody among its people.
fn of_people(sql: &mut Sql, part: &Part, alias: &str) {
    let Some(own) = &part.own else {
        return sql.word("FALSE");
    };
    sql.push("(");
    condition(sql, &own.apart, alias, None);
    sql.push(" AND ").exists();
    sql.push("SELECT 1 FROM account who WHERE who.id")
        .among(own.people.iter().copied())
        .push(" AND ");
    condition(sql, &part.rows, alias, Some("who.id"));
    sql.push("))");
}
