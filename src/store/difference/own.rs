//! What is a person's own, as a relation between people and ids.
//!
//! These are the same tables and the same terms by which one person's standing is looked up
//! (`directory`); a test holds the two against each other.

use crate::catalogue::{AttributeShape, Type};
use crate::policy::difference::{Own, asks_own, separate};
use crate::policy::{Condition, Test};
use crate::store::sql::Sql;
use crate::store::view;

/// A relation: its tables, the column of the person, that of what is the person's own, and on which
/// terms. Its names are its own, so that it can stand beside any other table. Most rows are nobody's:
/// that the person is there is said, so that an index is begun with it.
struct Relation {
    from: &'static str,
    person: &'static str,
    value: &'static str,
    when: &'static str,
}

const fn relation(own: Own) -> Relation {
    let (from, person, value, when) = match own {
        Own::Account => ("account own_who", "own_who.id", "own_who.id", "TRUE"),
        Own::Volunteers => (
            "volunteer own_v",
            "own_v.account_id",
            "own_v.id",
            "own_v.account_id IS NOT NULL AND own_v.archived_at IS NULL",
        ),
        Own::Shifts => (
            "volunteer own_v JOIN assignment own_a ON own_a.volunteer_id = own_v.id",
            "own_v.account_id",
            "own_a.shift_id",
            "own_v.account_id IS NOT NULL AND own_v.archived_at IS NULL \
             AND own_a.archived_at IS NULL AND own_a.status IN \
             ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED', 'ABSENT')",
        ),
        Own::Guardians => (
            "guardian own_p",
            "own_p.account_id",
            "own_p.id",
            "own_p.account_id IS NOT NULL AND own_p.archived_at IS NULL",
        ),
        Own::Wards => (WARDS, "own_p.account_id", "own_g.student_id", ACCESS),
        Own::WardSchools => (WARDS, "own_p.account_id", "own_s.organisation_id", ACCESS),
        Own::WardClasses => (
            "guardian own_p JOIN guardianship own_g ON own_g.guardian_id = own_p.id \
             JOIN enrolment own_e ON own_e.student_id = own_g.student_id",
            "own_p.account_id",
            "own_e.class_id",
            "own_p.account_id IS NOT NULL AND own_p.archived_at IS NULL \
             AND own_g.archived_at IS NULL AND own_g.has_access AND own_e.archived_at IS NULL AND (own_e.ends_on IS NULL OR own_e.ends_on >= {today})",
        ),
    };
    Relation {
        from,
        person,
        value,
        when,
    }
}

const WARDS: &str = "guardian own_p JOIN guardianship own_g ON own_g.guardian_id = own_p.id \
                     JOIN student own_s ON own_s.id = own_g.student_id";
const ACCESS: &str = "own_p.account_id IS NOT NULL AND own_p.archived_at IS NULL \
                      AND own_g.archived_at IS NULL AND own_g.has_access";

/// Adds a condition about the row `alias` and the person `who`; without one, nothing is the own.
pub fn condition(sql: &mut Sql, condition: &Condition, alias: &str, who: Option<&str>) {
    written(sql, &separate(condition), Row { alias, who }, true);
}

/// The row that a condition is about, and the person.
#[derive(Clone, Copy)]
struct Row<'a> {
    alias: &'a str,
    who: Option<&'a str>,
}

/// Adds a condition whose questions are apart; `so` where it is wanted and not its opposite.
fn written(sql: &mut Sql, condition: &Condition, row: Row<'_>, so: bool) {
    let join = |sql: &mut Sql, parts: &[Condition], word: &str| {
        sql.push("(");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                sql.push(word);
            }
            written(sql, part, row, so);
        }
        sql.push(")");
    };
    match condition {
        Condition::Not(inner) => {
            sql.push("NOT ");
            written(sql, inner, row, !so);
        }
        Condition::All(parts) if parts.is_empty() => sql.word("TRUE"),
        Condition::Any(parts) if parts.is_empty() => sql.word("FALSE"),
        Condition::All(parts) => join(sql, parts, " AND "),
        Condition::Any(parts) => join(sql, parts, " OR "),
        Condition::Test(test) => match (asks_own(test), row.who) {
            (Some(own), Some(who)) => is_own(sql, own, test, row.alias, who),
            (Some(_), None) => sql.word("FALSE"),
            (None, _) if so => among(sql, test, row.alias),
            (None, _) => view::test(sql, test, row.alias),
        },
        known => view::condition(sql, known, row.alias),
    }
}

/// Adds a question that is to be answered yes. Whether a set of the row has one of few members is
/// asked of the members, so that few rows are found from their side; a list of a million rows would
/// else be walked through.
fn among(sql: &mut Sql, test: &Test, alias: &str) {
    let Test::Meets(attribute, ids) = test else {
        return view::test(sql, test, alias);
    };
    let AttributeShape::Set {
        from,
        own,
        value,
        when,
        ..
    } = attribute.shape
    else {
        return sql.word("FALSE");
    };
    sql.column(alias, "id").push(" IN (SELECT ").push(own);
    sql.push(" FROM ").push(from).push(" WHERE ").push(value);
    sql.among(ids.iter().copied())
        .push(" AND (")
        .timed(when)
        .push("))");
}

/// Adds whether what the row `alias` names is the person's own.
fn is_own(sql: &mut Sql, own: Own, test: &Test, alias: &str, who: &str) {
    if let (Own::Account, Test::Is(attribute, _)) = (own, test) {
        let column = named(&attribute.shape);
        sql.push("(")
            .column(alias, column)
            .push(" IS NOT NULL AND ");
        sql.column(alias, column).push(" = ").push(who).push(")");
        return;
    }
    sql.exists().push("SELECT 1 FROM ");
    joined(sql, own, test, alias);
    sql.push(" AND ").seldom(|sql| {
        sql.push(relation(own).person).push(" = ").push(who);
    });
    sql.push(")");
}

/// Adds the tables by which the row `alias` names what is somebody's own, and that it does.
fn joined(sql: &mut Sql, own: Own, test: &Test, alias: &str) {
    let Relation {
        from, value, when, ..
    } = relation(own);
    sql.push(from);
    if let Test::Meets(attribute, _) = test
        && let AttributeShape::Set {
            from: set,
            own: of_row,
            value: member,
            when: such,
            ..
        } = attribute.shape
    {
        sql.push(", ")
            .push(set)
            .push(" WHERE ")
            .push(of_row)
            .push(" = ");
        sql.column(alias, "id")
            .push(" AND ")
            .push(member)
            .push(" = ");
        sql.push(value).push(" AND (").timed(such).push(") AND (");
    } else if let Test::Is(attribute, _) = test {
        sql.push(" WHERE ").column(alias, named(&attribute.shape));
        sql.push(" = ").apart(value).push(" AND (");
    } else {
        sql.push(" WHERE FALSE AND (");
    }
    sql.timed(when).push(")");
}

/// Adds ` FROM … WHERE …`: people and the rows `alias` that name what is theirs. The column of the
/// person is given back.
pub fn pairs(sql: &mut Sql, of: &Type, own: Own, test: &Test, alias: &str) -> &'static str {
    sql.push(" FROM ")
        .push(of.table)
        .push(" ")
        .push(alias)
        .push(", ");
    joined(sql, own, test, alias);
    relation(own).person
}

/// The column of the person in those pairs.
pub const fn person(own: Own) -> &'static str {
    relation(own).person
}

fn named(shape: &AttributeShape) -> &'static str {
    match shape {
        AttributeShape::Ref { column, .. } => column,
        _ => "id",
    }
}
