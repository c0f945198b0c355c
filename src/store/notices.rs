//! Publishing a notice: its recipients are worked out and each gets a receipt.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::events::{Changes, Event};
use super::sql::{Sql, hong_kong_day};
use super::write::{Change, Changed, Draft, insert, update};
use super::{Store, StoreError};
use crate::catalogue::{self, Cell};
use crate::policy::{Permit, Record, Value};

/// Where a receipt stands.
#[derive(Default)]
pub struct ReceiptStanding {
    /// Whether it was read.
    pub read: bool,
    /// Whether it was signed.
    pub signed: bool,
    /// Whether the notice is to be signed, and by this recipient.
    pub may_sign: bool,
    /// The notice.
    pub notice: Uuid,
}

impl Store {
    /// Publishes a notice, under the permit for this action on it: its state and the receipts of
    /// all recipients, all or nothing.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn publish(
        &self,
        permit: &Permit,
        action: &str,
        notice: &Record,
        revision: i32,
        now: DateTime<Utc>,
    ) -> Result<Changed, StoreError> {
        if !permit.covers(action, notice.id()) {
            return Err(StoreError::Unpermitted);
        }
        let transaction = self.writing(action, now).await?;
        let columns = vec![("status", "PUBLISHED".into()), ("published_at", now.into())];
        let change = Change {
            of: notice.of(),
            id: notice.id(),
            revision,
            columns,
        };
        if update(&transaction, change, now).await? == Changed::Overtaken {
            return Ok(Changed::Overtaken);
        }
        let (Some(receipts), Some(Value::Id(organisation))) = (
            catalogue::find("NoticeReceipt"),
            notice.value("organisation"),
        ) else {
            return Err(StoreError::Type("notice.organisation_id"));
        };
        let edition = edition(&*transaction, notice.id(), now).await?.into();
        let mut made = Vec::new();
        for (recipient, student) in recipients(&*transaction, notice, *organisation, now).await? {
            let mut draft = Draft::new(receipts);
            draft.put("organisation_id", &Cell::Id(*organisation));
            draft.put("notice_id", &Cell::Id(notice.id()));
            draft.put("recipient_id", &Cell::Id(recipient));
            draft.put("student_id", &student.map_or(Cell::Null, Cell::Id));
            draft.put("notice_version", &Cell::Int(edition));
            draft.put("delivered_at", &Cell::Time(now));
            let (of, id, what) = (receipts, draft.id, Changes::Made);
            made.push(Event { of, id, what });
            insert(&transaction, draft, now).await?;
        }
        let what = Changes::Columns(vec!["status", "published_at"]);
        let (of, id) = (notice.of(), notice.id());
        made.push(Event { of, id, what });
        self.commit(transaction, made).await?;
        Ok(Changed::Done)
    }

    /// Which edition of its text a notice has.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn edition(&self, notice: Uuid) -> Result<i32, StoreError> {
        edition(&self.database, notice, self.now).await
    }

    /// Where a receipt stands.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn receipt(&self, id: Uuid) -> Result<ReceiptStanding, StoreError> {
        let mut sql = self.sql();
        sql.push(
            "SELECT r.read_at IS NOT NULL, r.signed_at IS NOT NULL, n.requires_signature AND ",
        );
        // A notice about a child is signed by a guardian who may sign for that child.
        sql.push("(r.student_id IS NULL OR EXISTS (SELECT 1 FROM guardianship g ");
        sql.push("JOIN guardian p ON p.id = g.guardian_id WHERE g.student_id = r.student_id ");
        sql.push(
            "AND p.account_id = r.recipient_id AND g.may_sign AND g.archived_at IS NULL)), n.id ",
        );
        sql.push("FROM notice_receipt r JOIN notice n ON n.id = r.notice_id WHERE r.id = ")
            .bind(id);
        let Some(row) = self.database.query_one_raw(sql.finish()).await? else {
            return Ok(ReceiptStanding::default());
        };
        Ok(ReceiptStanding {
            read: row.try_get_by_index(0)?,
            signed: row.try_get_by_index(1)?,
            may_sign: row.try_get_by_index(2)?,
            notice: row.try_get_by_index(3)?,
        })
    }

    /// The request by which a volunteer is on the roster of a shift, if any.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn on_roster(
        &self,
        shift: Uuid,
        volunteer: Uuid,
    ) -> Result<Option<Uuid>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT id FROM assignment WHERE archived_at IS NULL ");
        sql.push("AND status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED') AND shift_id = ")
            .bind(shift);
        sql.push(" AND volunteer_id = ")
            .bind(volunteer)
            .push(" ORDER BY id LIMIT 1");
        let row = self.database.query_one_raw(sql.finish()).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }
}

async fn edition(
    database: &impl ConnectionTrait,
    notice: Uuid,
    now: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let mut sql = Sql::new(database.get_database_backend(), now);
    sql.push("SELECT version FROM notice WHERE id = ")
        .bind(notice);
    let row = database.query_one_raw(sql.finish()).await?;
    Ok(row
        .map(|row| row.try_get_by_index::<i32>(0))
        .transpose()?
        .unwrap_or(1))
}

/// Who a notice is for: the guardians of a class, each for each child; the people of a project; or
/// the members of an organisation.
async fn recipients(
    database: &impl ConnectionTrait,
    notice: &Record,
    organisation: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Option<Uuid>)>, StoreError> {
    let mut sql = Sql::new(database.get_database_backend(), now);
    let valid = |sql: &mut Sql| {
        sql.push(" AND m.archived_at IS NULL AND (m.valid_from IS NULL OR m.valid_from <= ");
        sql.bind(now)
            .push(") AND (m.valid_to IS NULL OR m.valid_to > ")
            .bind(now)
            .push(")");
    };
    if let Some(Value::Id(class)) = notice.value("class") {
        sql.push("SELECT DISTINCT p.account_id, e.student_id FROM enrolment e ");
        sql.push("JOIN guardianship g ON g.student_id = e.student_id ");
        sql.push("JOIN guardian p ON p.id = g.guardian_id WHERE p.account_id IS NOT NULL ");
        sql.push("AND g.has_access AND g.receives_notices AND g.archived_at IS NULL ");
        sql.push("AND e.archived_at IS NULL AND (e.ends_on IS NULL OR e.ends_on >= ");
        sql.bind(hong_kong_day(now))
            .push(") AND e.class_id = ")
            .bind(*class);
    } else if let Some(Value::Id(project)) = notice.value("project") {
        sql.push("SELECT v.account_id, NULL FROM volunteer v JOIN assignment a ");
        sql.push(
            "ON a.volunteer_id = v.id WHERE v.account_id IS NOT NULL AND a.archived_at IS NULL ",
        );
        sql.push("AND a.status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED') AND a.project_id = ");
        sql.bind(*project);
        sql.push(" UNION SELECT m.account_id, NULL FROM membership m WHERE m.project_id = ");
        sql.bind(*project);
        valid(&mut sql);
    } else {
        sql.push("SELECT DISTINCT m.account_id, NULL FROM membership m WHERE m.organisation_id = ");
        sql.bind(organisation);
        valid(&mut sql);
    }
    let rows = database.query_all_raw(sql.finish()).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let student = match notice.value("class") {
            Some(_) => Some(row.try_get_by_index(1)?),
            None => None,
        };
        found.push((row.try_get_by_index(0)?, student));
    }
    Ok(found)
}
