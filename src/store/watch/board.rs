//! What other processes with the same SQLite file changed: they leave word in a table, in the
//! transaction that changes, and the file's count of commits says when to look there.

use std::sync::Weak;
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::sleep;
use uuid::Uuid;

use super::{Means, State, carry};
use crate::store::events::Heard;

/// How often the count of commits is looked at: a change is heard within a second.
const GLANCE: Duration = Duration::from_millis(100);

/// What was left last.
const LAST: &str = "SELECT COALESCE(MAX(id), 0) FROM server_event";

/// What was left since, and by whom.
const SINCE: &str = "SELECT id, server, notice FROM server_event WHERE id > ?1 ORDER BY id";

/// How far the board was read.
pub(super) struct Board {
    own: Uuid,
    commits: Option<u64>,
    last: i64,
}

impl Board {
    /// One on which everything that is there so far has been read.
    pub(super) fn read(lookout: &Connection, own: Uuid) -> rusqlite::Result<Self> {
        Ok(Self {
            own,
            commits: None,
            last: lookout.query_row(LAST, [], |row| row.get(0))?,
        })
    }

    /// What others left since; nothing where that cannot be said now.
    fn news(&mut self, lookout: &Connection) -> rusqlite::Result<Vec<Heard>> {
        let mut statement = lookout.prepare_cached(SINCE)?;
        let mut rows = statement.query([self.last])?;
        let (mut last, mut news) = (self.last, Vec::new());
        while let Some(row) = rows.next()? {
            let (id, server, notice): (i64, Uuid, String) = (row.get(0)?, uuid(row)?, row.get(2)?);
            if id != last + 1 {
                // What lay between is no longer there, whatever it was.
                news.push(Heard::Missed(None));
            }
            last = id;
            if server != self.own {
                news.extend(carry::heard(&notice));
            }
        }
        self.last = last;
        Ok(news)
    }
}

fn uuid(row: &rusqlite::Row<'_>) -> rusqlite::Result<Uuid> {
    let bytes: Vec<u8> = row.get(1)?;
    // Whose it is matters only where it is our own.
    Ok(Uuid::from_slice(&bytes).unwrap_or_default())
}

/// Reads until nobody watches any more.
pub(super) async fn run(state: Weak<State>, mut board: Board) {
    loop {
        sleep(GLANCE).await;
        let Some(state) = state.upgrade() else {
            return;
        };
        let Means::File(lookout) = &state.means else {
            return;
        };
        let now = lookout.commits();
        if now.is_none() || now == board.commits {
            continue;
        }
        let news = board.news(&lookout.lock());
        // Where the file is locked, it is read at the next glance.
        if let Ok(news) = news {
            board.commits = now;
            news.into_iter().for_each(|heard| state.events.say(heard));
        }
    }
}
