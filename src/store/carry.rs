//! Events from server to server: notices that PostgreSQL sends when a transaction is kept, and
//! forgets with one that is not; on SQLite, rows of a table, which are kept and forgotten likewise.
//!
//! On PostgreSQL a server whose store is watched hears its own events in this way too, so that each
//! is heard once; on SQLite it passes over its own. A notice names a type, ids and columns, and nothing that is in them.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::events::{Changes, Event, Heard};
use crate::catalogue::{self, Type};

/// The channel.
pub const EVENTS: &str = "kaifong_events";

/// The ids of one notice, which PostgreSQL lets have 8,000 bytes.
const MOST_IDS: usize = 128;

/// A notice.
#[derive(Serialize, Deserialize)]
struct Notice {
    of: String,
    /// Too many to name where there are none.
    ids: Option<Vec<Uuid>>,
    what: What,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Made,
    Columns(Vec<String>),
    Fields(Vec<String>),
}

/// Sends these events of a server when the transaction is kept.
pub async fn send(
    transaction: &impl ConnectionTrait,
    server: Uuid,
    events: &[Event],
) -> Result<(), DbErr> {
    for notice in notices(events) {
        notify(transaction, server, &notice).await?;
    }
    Ok(())
}

/// Says, when the transaction is kept, that more rows of a type changed than one would name.
pub async fn send_many(transaction: &impl ConnectionTrait, of: &str) -> Result<(), DbErr> {
    let (of, ids, what) = (of.to_owned(), None, What::Made);
    notify(transaction, Uuid::nil(), &Notice { of, ids, what }).await
}

fn notices(events: &[Event]) -> impl Iterator<Item = Notice> {
    let alike =
        |one: &Event, other: &Event| std::ptr::eq(one.of, other.of) && one.what == other.what;
    let parts = events.chunk_by(alike).flat_map(|all| all.chunks(MOST_IDS));
    parts.filter_map(|part| {
        let first = part.first()?;
        Some(Notice {
            of: first.of.name.to_owned(),
            ids: Some(part.iter().map(|event| event.id).collect()),
            what: what(&first.what),
        })
    })
}

async fn notify(
    transaction: &impl ConnectionTrait,
    server: Uuid,
    notice: &Notice,
) -> Result<(), DbErr> {
    let text = serde_json::to_string(notice).map_err(|error| DbErr::Custom(error.to_string()))?;
    let backend = transaction.get_database_backend();
    let (sql, first) = match backend {
        DbBackend::Postgres => ("SELECT pg_notify($1, $2)", EVENTS.into()),
        _ => (
            "INSERT INTO server_event (server, notice) VALUES (?, ?)",
            server.into(),
        ),
    };
    let statement = Statement::from_sql_and_values(backend, sql, [first, text.into()]);
    transaction.execute_raw(statement).await?;
    Ok(())
}

/// What a notice tells. One that cannot be read may have been of anything.
pub fn heard(text: &str) -> Vec<Heard> {
    let Ok(notice) = serde_json::from_str::<Notice>(text) else {
        return vec![Heard::Missed(None)];
    };
    // Of a type that this server does not know, nobody here can have asked.
    let Some(of) = catalogue::find(&notice.of) else {
        return Vec::new();
    };
    let Some(ids) = notice.ids else {
        return vec![Heard::Missed(Some(of))];
    };
    let what = changes(of, &notice.what);
    let event = |id| {
        let what = what.clone();
        Heard::Changed(Event { of, id, what })
    };
    ids.into_iter().map(event).collect()
}

fn what(changes: &Changes) -> What {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match changes {
        Changes::Made => What::Made,
        Changes::Columns(columns) => What::Columns(owned(columns)),
        Changes::Fields(names) => What::Fields(owned(names)),
    }
}

/// The same with the catalogue's names; a column that shows in none of its fields shows nowhere.
fn changes(of: &'static Type, what: &What) -> Changes {
    let fields = of.fields.iter();
    match what {
        What::Made => Changes::Made,
        What::Columns(names) => {
            let columns = fields.filter_map(|field| field.column());
            let named = |column: &&str| names.iter().any(|name| name == column);
            Changes::Columns(columns.filter(named).collect())
        }
        What::Fields(names) => {
            let all = fields.map(|field| field.name);
            Changes::Fields(
                all.filter(|field| names.iter().any(|n| n == field))
                    .collect(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: &[Event]) -> Vec<String> {
        let text = |notice| serde_json::to_string(&notice).unwrap();
        notices(events).map(text).collect()
    }

    #[test]
    fn what_is_told_is_heard_in_its_order_and_fits_in_a_notice() {
        let mut events = Vec::new();
        for of in catalogue::TYPES {
            let columns: Vec<_> = of.fields.iter().filter_map(|f| f.column()).collect();
            let fields = of.fields.iter().map(|field| field.name).collect();
            for what in [
                Changes::Made,
                Changes::Columns(columns),
                Changes::Fields(fields),
            ] {
                for _ in 0..300 {
                    let (id, what) = (Uuid::new_v4(), what.clone());
                    events.push(Event { of, id, what });
                }
            }
        }
        let texts = told(&events);
        assert!(texts.iter().all(|text| text.len() < 8000));
        let plain = |event: &Event| (event.of.name, event.id, event.what.clone());
        let mut all = Vec::new();
        for heard in texts.iter().flat_map(|text| heard(text)) {
            match heard {
                Heard::Changed(event) => all.push(plain(&event)),
                Heard::Missed(_) => panic!("missed"),
            }
        }
        assert_eq!(all, events.iter().map(plain).collect::<Vec<_>>());
    }

    #[test]
    fn what_cannot_be_read_may_have_been_anything() {
        for text in [
            "",
            "{}",
            "null",
            r#"{"of":"Shift","ids":["x"],"what":"made"}"#,
        ] {
            assert!(matches!(heard(text)[..], [Heard::Missed(None)]), "{text}");
        }
        let many = r#"{"of":"Shift","ids":null,"what":"made"}"#;
        assert!(matches!(heard(many)[..], [Heard::Missed(Some(of))] if of.name == "Shift"));
        let newer = r#"{"of":"Unheard","ids":null,"what":"made"}"#;
        assert!(heard(newer).is_empty());
    }
}
