//! A run of the job: organisation by organisation, kind by kind, in batches, each kept or not by
//! itself. What a run did not come to, the next one does.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, QueryResult, TransactionTrait};
use uuid::Uuid;

use super::due::{DueBy, table};
use crate::policy::Permit;
use crate::retention::{Rule, Subject, cut_off};
use crate::store::erasure::{EXPIRE, Erased, Ground, Order, Person, Way, rosters};
use crate::store::log::forget_rows;
use crate::store::{Store, StoreError};

/// How many rows go in one transaction.
const BATCH: usize = 100;

/// What a run did, or would do, with a kind of data of an organisation.
pub struct RunCount {
    /// The organisation.
    pub organisation: Uuid,
    /// The word of the kind.
    pub subject: String,
    /// After how many months.
    pub months: i32,
    /// How many rows went, or would.
    pub done: i32,
    /// How many were due but are held.
    pub held: i32,
}

/// A run, as its report says.
pub struct RunRow {
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// Whether it only counted.
    pub dry: bool,
    /// What it did for one organisation.
    pub count: RunCount,
}

impl Store {
    /// Erases everywhere what was kept long enough, under the permit for it, or only counts; the
    /// report is kept. For a night that another server has taken there is none.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn run_retention(
        &self,
        permit: &Permit,
        night: Option<NaiveDate>,
        dry: bool,
    ) -> Result<Option<Vec<RunCount>>, StoreError> {
        if !permit.covers_bulk(EXPIRE) {
            return Err(StoreError::Unpermitted);
        }
        let run = Uuid::now_v7();
        let mut sql = self.sql();
        sql.push("INSERT INTO retention_run (id, created_at, day, dry_run) VALUES (")
            .bind(run);
        sql.push(", ").bind(self.now).push(", ").bind(night);
        sql.push(", ")
            .bind(dry)
            .push(") ON CONFLICT (day) DO NOTHING");
        if self
            .database
            .execute_raw(sql.finish())
            .await?
            .rows_affected()
            == 0
        {
            return Ok(None);
        }
        let mut report = Vec::new();
        let organisations = self.organisations_with_data().await?;
        for organisation in organisations.iter().copied() {
            for (rule, months) in self.retention_in_force(organisation).await? {
                if rule.subject.is_chained() {
                    continue;
                }
                let Some(before) = cut_off(self.now, months) else {
                    continue;
                };
                let held = self
                    .count_due(rule.subject, organisation, before, true)
                    .await?;
                let done = match dry {
                    true => {
                        self.count_due(rule.subject, organisation, before, false)
                            .await?
                    }
                    false => self.expire(permit, rule, organisation, before).await?,
                };
                if done == 0 && held == 0 {
                    continue;
                }
                let few = |many: i64| i32::try_from(many).unwrap_or(i32::MAX);
                let count = RunCount {
                    organisation,
                    subject: rule.code.to_owned(),
                    months,
                    done: few(done),
                    held: few(held),
                };
                self.keep_count(run, &count).await?;
                report.push(count);
            }
        }
        for count in self.cut_chains(permit, &organisations, dry).await? {
            self.keep_count(run, &count).await?;
            report.push(count);
        }
        let mut sql = self.sql();
        sql.push("UPDATE retention_run SET ended_at = ")
            .bind(self.now);
        sql.push(" WHERE id = ").bind(run);
        self.database.execute_raw(sql.finish()).await?;
        if !dry {
            self.settle().await;
        }
        Ok(Some(report))
    }

    /// What the last runs did for an organisation, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn retention_runs(
        &self,
        organisation: Uuid,
        most: u64,
    ) -> Result<Vec<RunRow>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT r.created_at, r.ended_at, r.dry_run, c.subject, c.months, c.done, ");
            sql.push("c.held FROM retention_count c JOIN retention_run r ON r.id = c.run_id ");
            sql.push("WHERE c.organisation_id = ").bind(organisation);
            sql.push(" ORDER BY r.created_at DESC, c.subject LIMIT ")
                .push(&most.to_string());
        });
        let read = |row: &QueryResult| {
            Ok(RunRow {
                began: row.try_get_by_index(0)?,
                ended: row.try_get_by_index(1)?,
                dry: row.try_get_by_index(2)?,
                count: RunCount {
                    organisation,
                    subject: row.try_get_by_index(3)?,
                    months: row.try_get_by_index(4)?,
                    done: row.try_get_by_index(5)?,
                    held: row.try_get_by_index(6)?,
                },
            })
        };
        rows.await?.iter().map(read).collect()
    }

    async fn organisations_with_data(&self) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.rows(|sql| {
            let tables = [
                "volunteer",
                "student",
                "guardian",
                "notice",
                "assignment",
                "membership",
                "invitation",
            ];
            for (at, table) in tables.into_iter().enumerate() {
                sql.push(if at == 0 { "" } else { " UNION " });
                sql.push("SELECT organisation_id FROM ").push(table);
            }
        });
        let read = |row: &QueryResult| Ok(row.try_get_by_index(0)?);
        rows.await?.iter().map(read).collect()
    }

    async fn keep_count(&self, run: Uuid, count: &RunCount) -> Result<(), StoreError> {
        let mut sql = self.sql();
        sql.push("INSERT INTO retention_count (id, run_id, organisation_id, subject, months, ");
        sql.push("done, held) VALUES (").bind(Uuid::now_v7());
        sql.push(", ").bind(run).push(", ").bind(count.organisation);
        sql.push(", ")
            .bind(count.subject.as_str())
            .push(", ")
            .bind(count.months);
        sql.push(", ")
            .bind(count.done)
            .push(", ")
            .bind(count.held)
            .push(")");
        self.database.execute_raw(sql.finish()).await?;
        Ok(())
    }

    async fn expire(
        &self,
        permit: &Permit,
        rule: &Rule,
        organisation: Uuid,
        before: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let (mut done, mut after) = (0, None);
        let due = DueBy {
            subject: rule.subject,
            organisation,
            before,
        };
        loop {
            let next = self
                .next_due(rule.subject, organisation, before, after, BATCH)
                .await?;
            let Some((last, _)) = next.last() else {
                return Ok(done);
            };
            after = Some(*last);
            done += match rule.subject {
                Subject::Notices => self.expire_notices(&due, &next).await?,
                Subject::Invitations => self.expire_invitations(&due, &next).await?,
                Subject::Rosters => self.expire_places(&due, &next).await?,
                Subject::LeftVolunteers | Subject::IdleVolunteers => {
                    self.expire_people(permit, Person::Volunteer, &due, &next)
                        .await?
                }
                Subject::LeftStudents => {
                    self.expire_people(permit, Person::Student, &due, &next)
                        .await?
                }
                Subject::LoneGuardians => {
                    self.expire_people(permit, Person::Guardian, &due, &next)
                        .await?
                }
                Subject::Sessions
                | Subject::SignInLinks
                | Subject::Letters
                | Subject::RecoveryCodes
                | Subject::OutsideSignIns
                | Subject::SignInPlaces => self.expire_sign_ins(&due, &next).await?,
                // They go by their chain: no row of them is due by itself.
                Subject::Disclosures | Subject::Changes => 0,
            };
        }
    }

    async fn expire_people(
        &self,
        permit: &Permit,
        person: Person,
        due_by: &DueBy,
        due: &[(Uuid, Uuid)],
    ) -> Result<i64, StoreError> {
        let mut done = 0;
        for (id, _) in due {
            let order = Order {
                person,
                id: *id,
                ground: Ground::NoLongerNeeded,
                way: Way::Retention,
                by: None,
                organisations: None,
            };
            done += i64::from(self.expire_person(permit, &order, due_by).await? == Erased::Done);
        }
        Ok(done)
    }

    async fn expire_notices(
        &self,
        due_by: &DueBy,
        due: &[(Uuid, Uuid)],
    ) -> Result<i64, StoreError> {
        let transaction = self.by_job("retention", EXPIRE).await?;
        let (mut done, mut gone) = (0, Vec::new());
        for (id, _) in due {
            // A hold that is placed meanwhile comes before this, or waits for it.
            if !self.lock(&*transaction, "notice", *id).await?
                || !self.is_still_due(&*transaction, due_by, *id).await?
            {
                continue;
            }
            for (table, column) in [("notice_receipt", "notice_id"), ("notice", "id")] {
                let rows = transaction.strips(table, column, *id).await?;
                if table == "notice_receipt" {
                    gone.extend(rows);
                }
                let mut sql = self.sql();
                sql.push("DELETE FROM ").push(table).push(" WHERE ");
                sql.push(column).push(" = ").bind(*id);
                transaction.execute_raw(sql.finish()).await?;
            }
            done += 1;
        }
        // What goes here does not stay in the log and the trail.
        transaction.forgets(&gone);
        forget_rows(&transaction, &gone, "Job", self.now).await?;
        transaction.keep().await?;
        self.log.forgot();
        Ok(done)
    }

    /// What sign-in kept goes with what hangs on it; whoever still uses it comes before, or waits.
    async fn expire_sign_ins(
        &self,
        due_by: &DueBy,
        due: &[(Uuid, Uuid)],
    ) -> Result<i64, StoreError> {
        let table = table(due_by.subject);
        let _counting = self.watch.counts(table, &[]);
        let transaction = self.database.begin().await?;
        let mut done = 0;
        for (id, _) in due {
            let mut sql = self.sql();
            sql.push("UPDATE ")
                .push(table)
                .push(" SET id = id WHERE id = ");
            sql.bind(*id);
            transaction.execute_raw(sql.finish()).await?;
            if !self.is_still_due(&transaction, due_by, *id).await? {
                continue;
            }
            if due_by.subject == Subject::Sessions {
                let mut sql = self.sql();
                sql.push("DELETE FROM session_token WHERE session_id = ")
                    .bind(*id);
                transaction.execute_raw(sql.finish()).await?;
            }
            let mut sql = self.sql();
            sql.push("DELETE FROM ")
                .push(table)
                .push(" WHERE id = ")
                .bind(*id);
            transaction.execute_raw(sql.finish()).await?;
            done += 1;
        }
        transaction.commit().await?;
        Ok(done)
    }

    /// Nobody accepted them: they go, and the trail keeps no value of them.
    async fn expire_invitations(
        &self,
        due_by: &DueBy,
        due: &[(Uuid, Uuid)],
    ) -> Result<i64, StoreError> {
        let transaction = self.by_job("retention", EXPIRE).await?;
        let mut done = 0;
        for (id, _) in due {
            // Whoever accepts it comes before this, or waits for it.
            if !self.lock(&*transaction, "invitation", *id).await?
                || !self.is_still_due(&*transaction, due_by, *id).await?
            {
                continue;
            }
            transaction.strips("invitation", "id", *id).await?;
            let mut sql = self.sql();
            sql.push("DELETE FROM invitation WHERE id = ").bind(*id);
            transaction.execute_raw(sql.finish()).await?;
            done += 1;
        }
        transaction.keep().await?;
        Ok(done)
    }

    async fn expire_places(&self, due_by: &DueBy, due: &[(Uuid, Uuid)]) -> Result<i64, StoreError> {
        let _counting = self.watch.counts("assignment", &[]);
        let transaction = self.by_job("retention", EXPIRE).await?;
        let mut places = Vec::new();
        for (place, shift) in due {
            if self.lock(&*transaction, "shift", *shift).await?
                && self.lock_volunteer_of(&*transaction, *place).await?
                && self.is_still_due(&*transaction, due_by, *place).await?
            {
                places.push((*place, *shift));
            }
        }
        let done = self
            .take_out(&transaction, due_by.organisation, &places)
            .await?;
        // Who was on the roster is not to be found by what the log and the trail say of the place.
        let rows: Vec<Uuid> = places.iter().map(|(place, _)| *place).collect();
        forget_rows(&transaction, &rows, "Job", self.now).await?;
        self.commit(transaction, rosters(&places)).await?;
        self.log.forgot();
        Ok(i64::try_from(done).unwrap_or(i64::MAX))
    }

    async fn lock_volunteer_of(
        &self,
        transaction: &impl ConnectionTrait,
        place: Uuid,
    ) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT volunteer_id FROM assignment WHERE id = ")
            .bind(place);
        let row = transaction.query_one_raw(sql.finish()).await?;
        match row.map(|row| row.try_get_by_index(0)).transpose()? {
            Some(volunteer) => self.lock(transaction, "volunteer", volunteer).await,
            None => Ok(false),
        }
    }
}
