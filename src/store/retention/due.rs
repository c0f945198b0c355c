//! What was kept long enough, and of it what is held.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::retention::{Rule, Subject, cut_off};
use crate::store::erasure::{NOBODY, in_force};
use crate::store::sql::Sql;
use crate::store::{Store, StoreError};

/// How much of a kind of data is due.
pub struct Due {
    /// The kind.
    pub rule: &'static Rule,
    /// After how many months.
    pub months: i32,
    /// How many rows would go.
    pub due: i64,
    /// How many would, but are held.
    pub held: i64,
}

/// By what a row is due: its kind, whose it is, and before when its time began.
#[derive(Clone, Copy)]
pub(in crate::store) struct DueBy {
    pub(super) subject: Subject,
    pub(super) organisation: Uuid,
    pub(super) before: DateTime<Utc>,
}

impl Store {
    /// What a run would do for an organisation now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn retention_due(&self, organisation: Uuid) -> Result<Vec<Due>, StoreError> {
        let mut all = Vec::new();
        for (rule, months) in self.retention_in_force(organisation).await? {
            if rule.subject.is_chained() {
                all.push(self.cut_due(rule, organisation).await?);
                continue;
            }
            let Some(before) = cut_off(self.now, months) else {
                continue;
            };
            let due = self
                .count_due(rule.subject, organisation, before, false)
                .await?;
            let held = self
                .count_due(rule.subject, organisation, before, true)
                .await?;
            all.push(Due {
                rule,
                months,
                due,
                held,
            });
        }
        Ok(all)
    }

    pub(super) async fn count_due(
        &self,
        subject: Subject,
        organisation: Uuid,
        before: DateTime<Utc>,
        held: bool,
    ) -> Result<i64, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT COUNT(*) ");
            due(sql, subject, organisation, before);
            sql.push(if held { " AND " } else { " AND NOT " });
            is_held(sql, subject, self.now);
        });
        let rows = rows.await?;
        let count = rows.first().map(|row| row.try_get_by_index(0));
        Ok(count.transpose()?.unwrap_or_default())
    }

    /// Whether a row is still there, due and not held, now that whoever changes or holds it would
    /// have to wait.
    pub(in crate::store) async fn is_still_due(
        &self,
        transaction: &impl ConnectionTrait,
        due_by: &DueBy,
        id: Uuid,
    ) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT x.id ");
        due(&mut sql, due_by.subject, due_by.organisation, due_by.before);
        sql.push(" AND x.id = ").bind(id).push(" AND NOT ");
        is_held(&mut sql, due_by.subject, self.now);
        Ok(transaction.query_one_raw(sql.finish()).await?.is_some())
    }

    /// The next rows that are due and not held, after this one, each with the shift of a place on a
    /// roster, or else itself.
    pub(super) async fn next_due(
        &self,
        subject: Subject,
        organisation: Uuid,
        before: DateTime<Utc>,
        after: Option<Uuid>,
        most: usize,
    ) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT x.id, ");
            sql.push(match subject {
                Subject::Rosters => "x.shift_id ",
                _ => "x.id ",
            });
            due(sql, subject, organisation, before);
            sql.push(" AND NOT ");
            is_held(sql, subject, self.now);
            if let Some(after) = after {
                sql.push(" AND x.id > ").bind(after);
            }
            sql.push(" ORDER BY x.id LIMIT ").push(&most.to_string());
        });
        let read = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.await?.iter().map(read).collect()
    }
}

/// The rows of a kind that began before an instant, under the name `x`.
fn due(sql: &mut Sql, subject: Subject, organisation: Uuid, before: DateTime<Utc>) {
    sql.push("FROM ").push(table(subject));
    if subject == Subject::Rosters {
        sql.push(" x JOIN shift s ON s.id = x.shift_id JOIN volunteer v ON v.id = x.volunteer_id");
    } else {
        sql.push(" x");
    }
    if subject.is_of_sign_in() {
        of_accounts(sql, organisation);
    } else if subject.is_chained() {
        // It goes by its chain, and never row by row.
        sql.push(" WHERE 1 = 0");
        return;
    } else {
        sql.push(" WHERE x.organisation_id = ").bind(organisation);
    }
    sql.push(" AND ");
    match subject {
        Subject::Notices => {
            sql.push("COALESCE(x.published_at, x.created_at) < ")
                .bind(before);
        }
        Subject::Rosters => {
            sql.push("s.ends_at < ").bind(before);
            sql.push(" AND (v.source IS NULL OR v.source <> ")
                .bind(NOBODY)
                .push(")");
        }
        Subject::LeftVolunteers => {
            sql.push("(x.archived_at < ").bind(before);
            sql.push(" OR (x.archived_at IS NULL AND x.status = 'LEFT' AND x.updated_at < ");
            sql.bind(before).push("))");
            sql.push(" AND (x.source IS NULL OR x.source <> ")
                .bind(NOBODY)
                .push(")");
        }
        Subject::IdleVolunteers => {
            sql.push("x.archived_at IS NULL AND x.status <> 'LEFT' AND x.updated_at < ");
            sql.bind(before);
            sql.push(" AND x.created_at < ").bind(before);
            sql.push(" AND x.hours_total = 0 AND NOT EXISTS ");
            sql.push("(SELECT 1 FROM assignment a WHERE a.volunteer_id = x.id)");
        }
        Subject::LeftStudents => {
            sql.push("x.status = 'LEFT' AND x.updated_at < ")
                .bind(before);
        }
        Subject::Sessions => {
            sql.push("(x.ends_at < ").bind(before);
            sql.push(" OR x.ended_at < ").bind(before).push(")");
        }
        Subject::SignInLinks => {
            sql.push("(x.ends_at < ").bind(before);
            sql.push(" OR x.used_at < ").bind(before).push(")");
        }
        Subject::Letters => {
            sql.push("x.ends_at < ").bind(before);
        }
        Subject::RecoveryCodes => {
            sql.push("x.used_at < ").bind(before);
        }
        Subject::OutsideSignIns | Subject::SignInPlaces => {
            sql.push("x.created_at < ").bind(before);
        }
        Subject::Invitations => {
            sql.push("x.accepted_at IS NULL AND x.ends_at < ")
                .bind(before);
        }
        Subject::Disclosures | Subject::Changes => {}
        Subject::LoneGuardians => {
            sql.push("x.updated_at < ").bind(before);
            sql.push(" AND NOT EXISTS (SELECT 1 FROM guardianship g WHERE g.guardian_id = x.id)");
        }
    }
}

/// That a row `x` is of somebody whom the organisation has, in whatever way and at any time.
fn of_accounts(sql: &mut Sql, organisation: Uuid) {
    sql.push(" WHERE x.account_id IN (");
    for (at, table) in ["membership", "volunteer", "guardian"].iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION " });
        sql.push("SELECT account_id FROM ").push(table);
        sql.push(" WHERE account_id IS NOT NULL AND organisation_id = ")
            .bind(organisation);
    }
    sql.push(")");
}

/// That a row `x` is held, by itself or with what it is part of.
fn is_held(sql: &mut Sql, subject: Subject, now: DateTime<Utc>) {
    sql.push("EXISTS (SELECT 1 FROM legal_hold h WHERE ");
    in_force(sql, "h", now);
    sql.push(match subject {
        // What a person received goes no sooner than the person.
        Subject::Notices => {
            " AND (h.subject_id = x.id OR h.subject_id IN \
             (SELECT r.student_id FROM notice_receipt r WHERE r.notice_id = x.id) OR h.subject_id IN \
             (SELECT r.recipient_id FROM notice_receipt r WHERE r.notice_id = x.id))"
        }
        Subject::LoneGuardians => {
            " AND (h.subject_id = x.id OR (h.subject_id = x.account_id AND h.organisation_id = x.organisation_id))"
        }
        Subject::Disclosures | Subject::Changes => "",
        // What nobody accepted is about nobody who could be held.
        Subject::Invitations => " AND h.subject_id = x.id",
        Subject::Rosters => " AND h.subject_id IN (x.shift_id, x.volunteer_id)",
        Subject::LeftVolunteers | Subject::IdleVolunteers => {
            " AND (h.subject_id = x.id \
             OR (h.subject_id = x.account_id AND h.organisation_id = x.organisation_id) \
             OR h.subject_id IN (SELECT a.shift_id FROM assignment a WHERE a.volunteer_id = x.id))"
        }
        Subject::Sessions
        | Subject::SignInLinks
        | Subject::Letters
        | Subject::RecoveryCodes
        | Subject::OutsideSignIns
        | Subject::SignInPlaces => " AND h.subject_id = x.account_id",
        Subject::LeftStudents => {
            " AND (h.subject_id = x.id OR h.subject_id IN \
             (SELECT r.notice_id FROM notice_receipt r WHERE r.student_id = x.id))"
        }
    });
    sql.push(")");
}

pub(super) const fn table(subject: Subject) -> &'static str {
    match subject {
        Subject::Notices => "notice",
        Subject::Rosters => "assignment",
        Subject::LeftVolunteers | Subject::IdleVolunteers => "volunteer",
        Subject::LeftStudents => "student",
        Subject::LoneGuardians => "guardian",
        Subject::Sessions => "session",
        Subject::SignInLinks => "sign_in_link",
        Subject::Letters => "letter",
        Subject::RecoveryCodes => "recovery_code",
        Subject::OutsideSignIns => "outside_sign_in",
        Subject::SignInPlaces => "sign_in_place",
        Subject::Invitations => "invitation",
        Subject::Disclosures => "audit_entry",
        Subject::Changes => "trail_entry",
    }
}
