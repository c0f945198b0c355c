//! Invitations: how one is made with its letter, and how it becomes a membership.
//!
//! Nothing here looks for an account of the invited address before somebody who holds the link comes:
//! to invite whoever has an account is the same work as to invite whoever has none.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::events::{Changes, Event};
use super::sql::Sql;
use super::trail::Writing;
use super::write::insert;
use super::{Draft, NewLetter, Paid, Store, StoreError};
use crate::catalogue::{self, Cell, Type};
use crate::policy::Permit;

/// The deed of which the permit of an invitation, and of its acceptance, must be.
pub const SEND: &str = "Invitation.send";

/// What a letter of an invitation is about, as it is kept. It has the id of the invitation.
pub(super) const LETTER: &str = "JOIN";

/// So many invitations at once go out of an organisation, after a rest.
const AT_ONCE: i64 = 20;
/// And one more after so many milliseconds.
const STEP: i64 = 120_000;

/// An invitation that can be accepted, for whoever holds its link. It has no `Debug`.
pub struct Invited {
    /// The organisation that invites.
    pub held_by: Uuid,
    /// Its id.
    pub id: Uuid,
    /// The address to which it went.
    pub email: String,
    /// The role.
    pub role: String,
    /// The organisation, in English and in Chinese.
    pub organisation: (Option<String>, Option<String>),
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Who invited to what: what is asked again before somebody joins.
pub struct Standing {
    /// Who invited, if that one is still known.
    pub invited_by: Option<Uuid>,
}

/// Somebody who holds the link of an invitation and would accept it. It has no `Debug`.
pub struct Arrival {
    /// The invitation.
    pub invitation: Uuid,
    /// The hash of what is in the link.
    pub link: String,
    /// Who comes.
    pub who: Comer,
}

/// Who accepts an invitation. It has no `Debug`.
pub enum Comer {
    /// Somebody who has signed in.
    Known(Uuid),
    /// Somebody who has no account yet.
    New(Newcomer),
}

/// Somebody who has no account yet. It has no `Debug`.
pub struct Newcomer {
    /// The address, as a name to sign in with.
    pub name: String,
    /// The hash of the password.
    pub password: String,
    /// The person's name in English.
    pub name_en: Option<String>,
    /// The person's name in Chinese.
    pub name_zh: Option<String>,
    /// The language to write in.
    pub locale: String,
}

/// What became of an acceptance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joined {
    /// The person has the role now.
    Done,
    /// The link is not good any more.
    Over,
    /// The address has an account: its owner signs in first.
    Known,
}

impl Store {
    /// Makes an invitation and puts its letter down, both or neither, under the permit for it.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn invite(
        &self,
        permit: &Permit,
        mut draft: Draft,
        ends_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !permit.covers(SEND, draft.id) {
            return Err(StoreError::Unpermitted);
        }
        let (of, id) = (draft.of, draft.id);
        let letter = NewLetter {
            id,
            account: None,
            kind: LETTER,
            // The address is with the invitation.
            sealed: "",
            ends_at,
        };
        let transaction = self.writing(SEND, now).await?;
        self.seal_for(&*transaction, of, id, &mut draft.columns)
            .await?;
        insert(&transaction, draft, now).await?;
        self.add_letter_in(&transaction, &letter).await?;
        let what = Changes::Made;
        self.commit(transaction, vec![Event { of, id, what }]).await
    }

    /// Counts an invitation of an organisation: whether one may go out now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn pay_invitation(&self, organisation: Uuid) -> Result<Option<Duration>, StoreError> {
        let hash = Sha256::new()
            .chain_update(b"invitations of an organisation")
            .chain_update(organisation.as_bytes())
            .finalize();
        let whom = Uuid::from_slice(hash.get(..16).unwrap_or_default()).unwrap_or_default();
        Ok(match self.pay(whom, STEP, STEP * (AT_ONCE - 1)).await? {
            Paid::Yes => None,
            Paid::After(wait) => Some(wait),
        })
    }

    /// Whether the organisation has invited this address to the same already, and it can still be
    /// accepted.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_invited(
        &self,
        of: &'static Type,
        email: &str,
        same: &[(&'static str, Cell)],
    ) -> Result<bool, StoreError> {
        let hashes = self.vault.hashes(of, "email", email);
        for hash in hashes {
            let found = self.rows(|sql| {
                sql.push("SELECT id FROM invitation WHERE email_hash = ")
                    .bind(hash.as_str());
                sql.push(" AND state = 'SENT' AND ends_at > ")
                    .bind(self.now());
                for (column, cell) in same {
                    sql.push(" AND ").push(column);
                    match cell {
                        Cell::Id(id) => sql.push(" = ").bind(*id),
                        Cell::Text(text) => sql.push(" = ").bind(text.as_str()),
                        _ => sql.push(" IS NULL"),
                    };
                }
            });
            if !found.await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The invitation of a link that is good now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn invitation_by_link(&self, link: &str) -> Result<Option<Invited>, StoreError> {
        self.invited(|sql| {
            sql.push("i.hash = ").bind(link);
        })
        .await
    }

    /// The invitation whose letter is to be sent, if it can still be accepted.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn invitation_to_send(&self, id: Uuid) -> Result<Option<Invited>, StoreError> {
        self.invited(|sql| {
            sql.push("i.id = ").bind(id);
        })
        .await
    }

    async fn invited(&self, of: impl FnOnce(&mut Sql)) -> Result<Option<Invited>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT i.id, i.email, i.role, o.name_en, o.name_zh, i.ends_at, o.id ");
            sql.push("FROM invitation i JOIN organisation o ON o.id = i.organisation_id WHERE ");
            of(sql);
            still_open(sql, "i.", self.now());
        });
        let rows = rows.await?;
        let (Some(row), Some(of)) = (rows.first(), catalogue::find("Invitation")) else {
            return Ok(None);
        };
        let id = row.try_get_by_index(0)?;
        let kept: Option<String> = row.try_get_by_index(1)?;
        let Some(kept) = kept else {
            return Ok(None);
        };
        let email = self.vault.open(of, "email", id, &kept)?.unwrap_or(kept);
        Ok(Some(Invited {
            id,
            email,
            role: row.try_get_by_index(2)?,
            organisation: (row.try_get_by_index(3)?, row.try_get_by_index(4)?),
            ends_at: row.try_get_by_index(5)?,
            held_by: row.try_get_by_index(6)?,
        }))
    }

    /// Gives an invitation another link; the one before is void. Whether it can still be accepted.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn link_invitation(&self, id: Uuid, link: &str) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("UPDATE invitation SET hash = ").bind(link);
        sql.push(" WHERE id = ").bind(id);
        still_open(&mut sql, "", self.now());
        // Of a secret there is nothing to tell in the trail.
        let done = self.database.execute_raw(sql.finish()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Who invited to it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn invitation_standing(&self, id: Uuid) -> Result<Option<Standing>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT invited_by_id FROM invitation WHERE id = ")
                    .bind(id);
            })
            .await?;
        let read = |row: &QueryResult| {
            Ok(Standing {
                invited_by: row.try_get_by_index(0)?,
            })
        };
        rows.first().map(read).transpose()
    }

    /// Accepts an invitation: the link is used, whoever is new gets an account, and the person the
    /// role; or nothing of it is done. The permit is that of whoever invited, asked for again.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn join(
        &self,
        permit: &Permit,
        arrival: &Arrival,
        now: DateTime<Utc>,
    ) -> Result<Joined, StoreError> {
        if !permit.covers(SEND, arrival.invitation) {
            return Err(StoreError::Unpermitted);
        }
        let _counting = [
            self.watch.counts("account", &[]),
            self.watch.counts("membership", &[]),
        ];
        let transaction = self.by_job("entrance", "Invitation.accept").await?;
        if let Some(of) = catalogue::find("Invitation") {
            transaction.changes(of, &[arrival.invitation]).await?;
        }
        let mut events = Vec::new();
        let joined = self.joined(&transaction, arrival, now, &mut events).await;
        match joined {
            Ok(Joined::Done) => {
                self.commit(transaction, events).await?;
                Ok(Joined::Done)
            }
            other => {
                transaction.undo().await?;
                other
            }
        }
    }

    async fn joined(
        &self,
        transaction: &Writing,
        arrival: &Arrival,
        now: DateTime<Utc>,
        events: &mut Vec<Event>,
    ) -> Result<Joined, StoreError> {
        // Of many who come with one link the first takes it; the others wait here, and find it used.
        let mut sql = self.sql();
        sql.push(
            "UPDATE invitation SET state = 'ACCEPTED', revision = revision + 1, accepted_at = ",
        );
        sql.bind(now).push(", updated_at = ").bind(now);
        sql.push(" WHERE id = ").bind(arrival.invitation);
        sql.push(" AND hash = ").bind(arrival.link.as_str());
        still_open(&mut sql, "", now);
        sql.push(" RETURNING organisation_id, project_id, class_id, role");
        let Some(taken) = transaction.query_one_raw(sql.finish()).await? else {
            return Ok(Joined::Over);
        };
        let organisation: Uuid = taken.try_get_by_index(0)?;
        let role: String = taken.try_get_by_index(3)?;
        let places = [
            ("project_id", taken.try_get_by_index::<Option<Uuid>>(1)?),
            ("class_id", taken.try_get_by_index(2)?),
        ];
        let account = match &arrival.who {
            Comer::Known(account) => {
                let mut sql = self.sql();
                sql.push("SELECT id FROM account WHERE status = 'ACTIVE' AND archived_at IS NULL ");
                sql.push("AND id = ").bind(*account);
                if transaction.query_one_raw(sql.finish()).await?.is_none() {
                    return Ok(Joined::Over);
                }
                *account
            }
            Comer::New(new) => match self.admit(transaction, new, now, events).await? {
                Some(account) => account,
                None => return Ok(Joined::Known),
            },
        };
        let mut sql = self.sql();
        sql.push("UPDATE invitation SET account_id = ")
            .bind(account);
        sql.push(" WHERE id = ").bind(arrival.invitation);
        transaction.execute_raw(sql.finish()).await?;
        if let Some(of) = catalogue::find("Invitation") {
            let what = Changes::Columns(vec!["accepted_at", "account_id"]);
            let id = arrival.invitation;
            events.push(Event { of, id, what });
        }
        let mut sql = self.sql();
        sql.push("SELECT id FROM membership WHERE archived_at IS NULL AND account_id = ");
        sql.bind(account)
            .push(" AND organisation_id = ")
            .bind(organisation);
        sql.push(" AND role = ").bind(role.as_str());
        for (column, place) in places {
            sql.push(" AND ").push(column);
            match place {
                Some(place) => sql.push(" = ").bind(place),
                None => sql.push(" IS NULL"),
            };
        }
        sql.push(" AND (valid_from IS NULL OR valid_from <= ")
            .bind(now);
        sql.push(") AND valid_to IS NULL");
        let holds = transaction.query_one_raw(sql.finish()).await?.is_some();
        if let Some(of) = catalogue::find("Membership").filter(|_| !holds) {
            let mut draft = Draft::new(of);
            draft.put("account_id", &Cell::Id(account));
            draft.put("organisation_id", &Cell::Id(organisation));
            draft.put("role", &Cell::Text(role));
            draft.put("valid_from", &Cell::Time(now));
            for (column, place) in places {
                draft.put(column, &place.map_or(Cell::Null, Cell::Id));
            }
            let (id, what) = (draft.id, Changes::Made);
            insert(transaction, draft, now).await?;
            events.push(Event { of, id, what });
        }
        Ok(Joined::Done)
    }

    /// Makes an account that signs in with this address; none where the address has one.
    async fn admit(
        &self,
        transaction: &Writing,
        new: &Newcomer,
        now: DateTime<Utc>,
        events: &mut Vec<Event>,
    ) -> Result<Option<Uuid>, StoreError> {
        let Some(of) = catalogue::find("User") else {
            return Ok(None);
        };
        let mut draft = Draft::new(of);
        let text = |text: &str| Cell::Text(text.to_owned());
        let named = |name: &Option<String>| name.as_deref().map_or(Cell::Null, text);
        for (column, cell) in [
            ("name_en", named(&new.name_en)),
            ("name_zh", named(&new.name_zh)),
            ("email", text(&new.name)),
            ("locale", text(&new.locale)),
            ("status", text("ACTIVE")),
        ] {
            draft.put(column, &cell);
        }
        let (id, what) = (draft.id, Changes::Made);
        insert(transaction, draft, now).await?;
        events.push(Event { of, id, what });
        let mut sql = self.sql();
        sql.push("INSERT INTO login (id, created_at, updated_at, account_id, name, hash) VALUES (");
        sql.bind(Uuid::new_v4()).push(", ").bind(now);
        sql.push(", ").bind(now).push(", ").bind(id);
        sql.push(", ").bind(new.name.as_str());
        sql.push(", ").bind(new.password.as_str());
        sql.push(") ON CONFLICT (name) DO NOTHING");
        let made = transaction.execute_raw(sql.finish()).await?;
        Ok((made.rows_affected() == 1).then_some(id))
    }
}

/// That an invitation can be accepted at an instant.
fn still_open(sql: &mut Sql, of: &str, now: DateTime<Utc>) {
    sql.push(" AND ").push(of).push("state = 'SENT' AND ");
    sql.push(of).push("archived_at IS NULL AND ");
    sql.push(of).push("ends_at > ").bind(now);
    sql.push(" AND EXISTS (SELECT 1 FROM organisation e WHERE e.id = ");
    sql.push(of)
        .push("organisation_id AND e.archived_at IS NULL)");
}
