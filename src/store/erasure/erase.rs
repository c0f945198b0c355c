//! One person is erased, in one transaction or not at all.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use super::Person;
use super::known::Known;
use super::nobody::NOBODY;
use super::references::{Reference, Treatment, of};
use crate::catalogue;
use crate::policy::Permit;
use crate::store::events::{Changes, Event};
use crate::store::retention::DueBy;
use crate::store::trail::Writing;
use crate::store::vault::Pseudonyms;
use crate::store::{Store, StoreError};

/// Who is to be erased, and why.
pub struct Order {
    /// What kind of record it is.
    pub person: Person,
    /// The record.
    pub id: Uuid,
    /// Why.
    pub ground: Ground,
    /// How it comes about.
    pub way: Way,
    /// Who does it.
    pub by: Option<Uuid>,
    /// A sign-in is erased only where no others than these organisations have the person; whoever
    /// has it where there are none.
    pub organisations: Option<Vec<Uuid>>,
}

/// Why somebody is erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// The person asked for it.
    Request,
    /// What the data was kept for is done.
    NoLongerNeeded,
    /// The person withdrew what it rested on.
    ConsentWithdrawn,
    /// It should never have been there.
    Mistake,
}

impl Ground {
    /// Every ground, with its word for programs.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Request, "REQUEST"),
        (Self::NoLongerNeeded, "NO_LONGER_NEEDED"),
        (Self::ConsentWithdrawn, "CONSENT_WITHDRAWN"),
        (Self::Mistake, "MISTAKE"),
    ];

    /// The ground with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, known)| *known == word)
            .map(|(ground, _)| ground)
    }

    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::NoLongerNeeded => "NO_LONGER_NEEDED",
            Self::ConsentWithdrawn => "CONSENT_WITHDRAWN",
            Self::Mistake => "MISTAKE",
        }
    }
}

/// How an erasure comes about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// A privacy officer does it.
    Officer,
    /// The nightly job does it.
    Retention,
    /// Whoever keeps the server does it.
    Command,
}

impl Way {
    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Officer => "OFFICER",
            Self::Retention => "RETENTION",
            Self::Command => "COMMAND",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Erased {
    /// The person is gone.
    Done,
    /// There is no such record.
    Gone,
    /// It is held.
    Held,
    /// Other organisations have the person too.
    Elsewhere,
}

/// The deed of the nightly job.
pub(in crate::store) const EXPIRE: &str = "Organisation.expire";

/// What is said of the person's row, beside the person.
#[derive(Default)]
struct Row {
    organisation: Option<Uuid>,
    account: Option<Uuid>,
    hours: i32,
    source: Option<String>,
    external: Option<String>,
}

pub(super) type Counts = BTreeMap<&'static str, u64>;

impl Store {
    /// Erases a person, under the permit for it on the record.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn erase(&self, permit: &Permit, order: &Order) -> Result<Erased, StoreError> {
        let action = format!("{}.erase", order.person.name());
        if !permit.covers(&action, order.id) && !permit.covers_bulk(EXPIRE) {
            return Err(StoreError::Unpermitted);
        }
        self.erase_by_command(order).await
    }

    /// Erases a person at the word of whoever keeps the server, where there is no viewer to be
    /// asked about.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn erase_by_command(&self, order: &Order) -> Result<Erased, StoreError> {
        let pseudonyms = self.pseudonyms().await?;
        self.carry_out(&pseudonyms, order, true).await
    }

    /// Erases a person who was kept long enough, if that still is so once nobody can change the
    /// record meanwhile.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub(in crate::store) async fn expire_person(
        &self,
        permit: &Permit,
        order: &Order,
        due: &DueBy,
    ) -> Result<Erased, StoreError> {
        if !permit.covers_bulk(EXPIRE) {
            return Err(StoreError::Unpermitted);
        }
        let pseudonyms = self.pseudonyms().await?;
        self.carry_out_if(&pseudonyms, order, true, Some(due)).await
    }

    /// Erases a person, and keeps that it was done unless that is kept already.
    pub(super) async fn carry_out(
        &self,
        pseudonyms: &Pseudonyms,
        order: &Order,
        recorded: bool,
    ) -> Result<Erased, StoreError> {
        self.carry_out_if(pseudonyms, order, recorded, None).await
    }

    async fn carry_out_if(
        &self,
        pseudonyms: &Pseudonyms,
        order: &Order,
        recorded: bool,
        due: Option<&DueBy>,
    ) -> Result<Erased, StoreError> {
        let touched = [
            "account",
            "session",
            "membership",
            "guardianship",
            "enrolment",
        ];
        let touched = touched
            .into_iter()
            .chain(["volunteer", "guardian", "student", "assignment"]);
        let _counting: Vec<_> = touched.map(|table| self.watch.counts(table, &[])).collect();
        let deed = format!("{}.erase", order.person.name());
        let transaction = match order.way {
            Way::Officer => self.writing(&deed, self.now).await?,
            Way::Retention => self.by_job("retention", &deed).await?,
            Way::Command => self.by_job("command", &deed).await?,
        };
        let mut events = Vec::new();
        if let Some(due) = due {
            let locked = self.lock(&*transaction, order.person.table(), order.id);
            if !locked.await? || !self.is_still_due(&*transaction, due, order.id).await? {
                transaction.undo().await?;
                return Ok(Erased::Gone);
            }
        }
        let erased = self
            .erase_in(&transaction, pseudonyms, order, recorded, &mut events)
            .await?;
        if erased != Erased::Done {
            transaction.undo().await?;
            return Ok(erased);
        }
        self.commit(transaction, events).await?;
        self.log.forgot();
        self.settle().await;
        Ok(erased)
    }

    /// Has SQLite write over what it keeps beside the file: until then the old pages lie there.
    pub(in crate::store) async fn settle(&self) {
        if self.database.get_database_backend() != DbBackend::Sqlite {
            return;
        }
        let settle = "PRAGMA wal_checkpoint(TRUNCATE)";
        if let Err(error) = self.database.execute_unprepared(settle).await {
            tracing::warn!(%error, "erased rows lie in the write-ahead log until it is written over");
        }
    }

    async fn erase_in(
        &self,
        transaction: &Writing,
        pseudonyms: &Pseudonyms,
        order: &Order,
        recorded: bool,
        events: &mut Vec<Event>,
    ) -> Result<Erased, StoreError> {
        let (person, id) = (order.person, order.id);
        if !self.lock(&**transaction, person.table(), id).await? {
            return Ok(Erased::Gone);
        }
        let row = self.row(transaction, person, id).await?;
        if row.source.as_deref() == Some(NOBODY) {
            return Ok(Erased::Gone);
        }
        // First of all: what others hold is not told by whether it stands in the way.
        if let (Person::User, Some(organisations)) = (person, &order.organisations)
            && self.is_elsewhere(&**transaction, id, organisations).await?
        {
            return Ok(Erased::Elsewhere);
        }
        let places = match person {
            Person::Volunteer => self.places(transaction, id).await?,
            Person::Student | Person::Guardian | Person::User => Vec::new(),
        };
        // A hold on one of the shifts comes before this, or waits for it.
        let shifts: BTreeSet<Uuid> = places.iter().map(|(_, shift)| *shift).collect();
        for shift in shifts {
            self.lock(&**transaction, "shift", shift).await?;
        }
        if self.is_held(&**transaction, person, id).await? {
            return Ok(Erased::Held);
        }
        let mut counts = Counts::new();
        let mut forgotten = vec![Known::of(transaction, order, id).await?];
        if let (Person::Volunteer, Some(organisation)) = (person, row.organisation) {
            let out = self.take_out(transaction, organisation, &places).await?;
            counts.insert("assignment", out);
            self.keep_hours(transaction, organisation, row.hours)
                .await?;
            events.extend(rosters(&places));
        }
        self.strip(transaction, person, id, &mut counts).await?;
        let left = match (row.account, row.organisation) {
            (Some(account), Some(organisation)) => {
                let way = (account, person, organisation);
                let alone = self.leave(transaction, way, &mut counts).await?;
                alone.then_some(account)
            }
            _ => None,
        };
        if recorded {
            let external = match (&row.source, &row.external, row.organisation) {
                (Some(source), Some(key), Some(organisation)) => {
                    Some(pseudonyms.external(organisation, source, key))
                }
                _ => None,
            };
            let pseudonym = pseudonyms.of(person, id);
            self.record_erasure(
                &**transaction,
                order,
                row.organisation,
                pseudonym,
                external,
                &counts,
            )
            .await?;
        }
        if let Some(account) = left
            // What a replay does not name is left: it may have had more since.
            && recorded
            && self.lock(&**transaction, "account", account).await?
            && !self.is_held(&**transaction, Person::User, account).await?
        {
            let mut counts = Counts::new();
            let follows = Order {
                person: Person::User,
                id: account,
                organisations: None,
                ..*order
            };
            let known = Known::of(transaction, &follows, account).await?;
            self.strip(transaction, Person::User, account, &mut counts)
                .await?;
            forgotten.push(known);
            let pseudonym = pseudonyms.of(Person::User, account);
            self.record_erasure(&**transaction, &follows, None, pseudonym, None, &counts)
                .await?;
        }
        // What is kept about persons apart from rows: the log and the trail no longer say of whom.
        for known in forgotten {
            known.forget(transaction, self.now).await?;
        }
        Ok(Erased::Done)
    }

    async fn row(
        &self,
        transaction: &Writing,
        person: Person,
        id: Uuid,
    ) -> Result<Row, StoreError> {
        let columns = match person {
            Person::Volunteer => "organisation_id, account_id, hours_total, source, external_id",
            Person::Student => "organisation_id",
            Person::Guardian => "organisation_id, account_id",
            Person::User => return Ok(Row::default()),
        };
        let mut sql = self.sql();
        sql.push("SELECT ")
            .push(columns)
            .push(" FROM ")
            .push(person.table());
        sql.push(" WHERE id = ").bind(id);
        let Some(row) = transaction.query_one_raw(sql.finish()).await? else {
            return Ok(Row::default());
        };
        let mut found = Row {
            organisation: row.try_get_by_index(0)?,
            ..Row::default()
        };
        if person != Person::Student {
            found.account = row.try_get_by_index(1)?;
        }
        if person == Person::Volunteer {
            found.hours = row.try_get_by_index(2)?;
            found.source = row.try_get_by_index(3)?;
            found.external = row.try_get_by_index(4)?;
        }
        Ok(found)
    }

    async fn places(
        &self,
        transaction: &Writing,
        volunteer: Uuid,
    ) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT id, shift_id FROM assignment WHERE volunteer_id = ")
            .bind(volunteer);
        sql.push(" ORDER BY id");
        let rows = transaction.query_all_raw(sql.finish()).await?;
        let read =
            |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(read).collect()
    }

    /// Does what the list of references says, and what is to be done to the row itself.
    async fn strip(
        &self,
        transaction: &Writing,
        person: Person,
        id: Uuid,
        counts: &mut Counts,
    ) -> Result<(), StoreError> {
        self.under_way(transaction, id, true).await?;
        for reference in of(person) {
            let done = self.treat(transaction, reference, id).await?;
            if done > 0 {
                *counts.entry(reference.table).or_default() += done;
            }
        }
        let mut sql = self.sql();
        if person == Person::User {
            sql.push("UPDATE account SET name_en = NULL, name_zh = NULL, email = NULL, ");
            sql.push("locale = 'zh-HK', status = 'DISABLED', revision = revision + 1, ");
            sql.push("updated_at = ").bind(self.now);
            sql.push(", archived_at = ").bind(self.now);
        } else {
            sql.push("DELETE FROM ").push(person.table());
        }
        sql.push(" WHERE id = ").bind(id);
        let own = transaction.execute_raw(sql.finish()).await?.rows_affected();
        *counts.entry(person.table()).or_default() += own;
        self.under_way(transaction, id, false).await
    }

    /// Tells the triggers that somebody is being erased, or no longer is.
    pub(super) async fn under_way(
        &self,
        transaction: &Writing,
        id: Uuid,
        begins: bool,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql();
        match begins {
            true => sql
                .push("INSERT INTO erasure_under_way (id) VALUES (")
                .bind(id)
                .push(")"),
            false => sql
                .push("DELETE FROM erasure_under_way WHERE id = ")
                .bind(id),
        };
        transaction.execute_raw(sql.finish()).await?;
        Ok(())
    }

    async fn treat(
        &self,
        transaction: &Writing,
        reference: &Reference,
        id: Uuid,
    ) -> Result<u64, StoreError> {
        let (table, column) = (reference.table, reference.column);
        if matches!(reference.treatment, Treatment::Emptied | Treatment::Erased) {
            transaction.strips(table, column, id).await?;
        }
        let mut sql = self.sql();
        match reference.treatment {
            Treatment::Kept | Treatment::TakenOut => return Ok(0),
            Treatment::Emptied => {
                sql.push("UPDATE ").push(table).push(" SET ").push(column);
                sql.push(" = NULL, revision = revision + 1, updated_at = ")
                    .bind(self.now);
            }
            Treatment::Erased => {
                if table == "session" {
                    let mut tokens = self.sql();
                    tokens.push("DELETE FROM session_token WHERE session_id IN ");
                    tokens
                        .push("(SELECT id FROM session WHERE account_id = ")
                        .bind(id);
                    tokens.push(")");
                    transaction.execute_raw(tokens.finish()).await?;
                }
                sql.push("DELETE FROM ").push(table);
            }
        }
        sql.push(" WHERE ").push(column).push(" = ").bind(id);
        Ok(transaction.execute_raw(sql.finish()).await?.rows_affected())
    }
}

/// That the rosters of some shifts changed.
pub(in crate::store) fn rosters(places: &[(Uuid, Uuid)]) -> Vec<Event> {
    let shifts: BTreeSet<Uuid> = places.iter().map(|(_, shift)| *shift).collect();
    let Some(of) = catalogue::find("Shift") else {
        return Vec::new();
    };
    let what = Changes::Fields(vec!["filled", "assignments"]);
    let event = |id| Event {
        of,
        id,
        what: what.clone(),
    };
    shifts.into_iter().map(event).collect()
}
