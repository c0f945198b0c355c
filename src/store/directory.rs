//! Roles and shares as they stand, for making viewers.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::sql::Sql;
use super::{Store, StoreError};
use crate::viewer::{Directory, Grant, InForce, InSession, Role, Scope, Share, Standing};

/// Hong Kong is eight hours ahead of UTC, all year.
const HONG_KONG: i32 = 8 * 3600;

/// What an assignment is while it puts a volunteer on a roster.
pub(super) const ON_ROSTER: [&str; 6] = [
    "PENDING",
    "OFFERED",
    "ACCEPTED",
    "CONFIRMED",
    "ATTENDED",
    "ABSENT",
];

/// The day in Hong Kong at an instant, and when it begins and ends.
pub(super) fn today(now: DateTime<Utc>) -> (NaiveDate, DateTime<Utc>, DateTime<Utc>) {
    let Some(zone) = FixedOffset::east_opt(HONG_KONG) else {
        return (now.date_naive(), now, now);
    };
    let day = now.with_timezone(&zone).date_naive();
    let begins =
        day.and_time(NaiveTime::MIN).and_utc() - chrono::Duration::seconds(HONG_KONG.into());
    (day, begins, begins + Days::new(1))
}

impl Store {
    pub(super) async fn rows(
        &self,
        write: impl FnOnce(&mut Sql),
    ) -> Result<Vec<QueryResult>, StoreError> {
        let mut sql = self.sql();
        write(&mut sql);
        Ok(self.database.query_all_raw(sql.finish()).await?)
    }

    /// The first column of each row.
    async fn ids(&self, write: impl FnOnce(&mut Sql)) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.rows(write).await?;
        rows.iter()
            .map(|row| Ok(row.try_get_by_index(0)?))
            .collect()
    }

    async fn roles(
        &self,
        account: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Role>, Option<DateTime<Utc>>), StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push(
                    "SELECT role, organisation_id, project_id, class_id, valid_to, valid_from ",
                );
                sql.push("FROM membership WHERE account_id = ")
                    .bind(account);
                sql.push(" AND archived_at IS NULL AND (valid_to IS NULL OR valid_to > ")
                    .bind(now);
                sql.push(") ORDER BY id");
            })
            .await?;
        let mut roles = Vec::new();
        let mut until: Option<DateTime<Utc>> = None;
        let mut ends = |at: Option<DateTime<Utc>>| {
            until = until.into_iter().chain(at).min();
        };
        for row in rows {
            let from: Option<DateTime<Utc>> = row.try_get_by_index(5)?;
            if let Some(from) = from.filter(|from| *from > now) {
                ends(Some(from));
                continue;
            }
            ends(row.try_get_by_index(4)?);
            roles.push(Role {
                role: row.try_get_by_index(0)?,
                organisation: row.try_get_by_index(1)?,
                project: row.try_get_by_index(2)?,
                class: row.try_get_by_index(3)?,
            });
        }
        Ok((roles, until))
    }
}

impl Directory for Store {
    type Error = StoreError;

    async fn standing(
        &self,
        account: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Standing>, StoreError> {
        if !self.may_sign_in(account).await? {
            return Ok(None);
        }
        let (roles, until) = self.roles(account, now).await?;
        let mut standing = Standing {
            until,
            ..Standing::default()
        };
        let holds = |role: &str| roles.iter().any(|r| r.role == role);
        if holds("ADMINISTRATOR") {
            let heads = roles
                .iter()
                .filter(|r| r.role == "ADMINISTRATOR")
                .map(|r| r.organisation);
            standing.branches = self.branches(heads.collect()).await?;
        }
        if holds("PRIVACY_OFFICER") {
            let officer = roles.iter().filter(|r| r.role == "PRIVACY_OFFICER");
            standing.policies_kept = self
                .ids(|sql| {
                    sql.push("SELECT id FROM organisation WHERE keeps_policies ");
                    sql.push("AND archived_at IS NULL AND id");
                    sql.among(officer.map(|r| r.organisation));
                })
                .await?;
        }
        let leads = || {
            roles
                .iter()
                .filter(|r| r.role == "TEAM_LEADER")
                .filter_map(|r| r.project)
        };
        let (day, begins, ends) = today(now);
        if leads().next().is_some() {
            standing.shifts_today = self
                .ids(|sql| {
                    sql.push("SELECT id FROM shift WHERE archived_at IS NULL AND starts_at < ");
                    sql.bind(ends).push(" AND ends_at > ").bind(begins);
                    sql.push(" AND project_id").among(leads());
                })
                .await?;
            standing.until = standing.until.into_iter().chain([ends]).min();
        }
        standing.volunteers = self
            .ids(|sql| {
                sql.push("SELECT id FROM volunteer WHERE archived_at IS NULL AND account_id = ");
                sql.bind(account);
            })
            .await?;
        if !standing.volunteers.is_empty() {
            standing.shifts = self
                .ids(|sql| {
                    sql.push("SELECT DISTINCT shift_id FROM assignment WHERE archived_at IS NULL ");
                    sql.push("AND status").among(ON_ROSTER);
                    sql.push(" AND volunteer_id")
                        .among(standing.volunteers.iter().copied());
                })
                .await?;
        }
        standing.guardians = self
            .ids(|sql| {
                sql.push("SELECT id FROM guardian WHERE archived_at IS NULL AND account_id = ");
                sql.bind(account);
            })
            .await?;
        if !standing.guardians.is_empty() {
            self.wards(&mut standing, day, ends).await?;
        }
        standing.roles = roles;
        Ok(Some(standing))
    }

    async fn session(
        &self,
        session: Uuid,
        account: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<InSession>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT ends_at, second_factor_at FROM session WHERE ended_at IS NULL ");
                sql.push("AND ends_at > ").bind(now);
                sql.push(" AND id = ").bind(session);
                sql.push(" AND account_id = ").bind(account);
            })
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let proved: Option<DateTime<Utc>> = row.try_get_by_index(1)?;
        Ok(Some(InSession {
            until: row.try_get_by_index(0)?,
            withheld: match proved {
                Some(_) => Vec::new(),
                None => self.second_factor.to_vec(),
            },
        }))
    }

    async fn shares(&self, ids: &[Uuid], now: DateTime<Utc>) -> Result<InForce, StoreError> {
        let mut in_force = InForce::default();
        if ids.is_empty() {
            return Ok(in_force);
        }
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id, lead_id, partner_id, level, field_groups, desensitised, ");
                sql.push(
                    "valid_to, valid_from, purpose FROM partnership WHERE archived_at IS NULL ",
                );
                sql.push("AND state = 'ACTIVE' AND (valid_to IS NULL OR valid_to > ")
                    .bind(now);
                sql.push(") AND id")
                    .among(ids.iter().copied())
                    .push(" ORDER BY id");
            })
            .await?;
        let mut until: Option<DateTime<Utc>> = None;
        let mut ends = |at: Option<DateTime<Utc>>| {
            until = until.into_iter().chain(at).min();
        };
        for row in rows {
            let from: Option<DateTime<Utc>> = row.try_get_by_index(7)?;
            if let Some(from) = from.filter(|from| *from > now) {
                ends(Some(from));
                continue;
            }
            ends(row.try_get_by_index(6)?);
            let id = row.try_get_by_index(0)?;
            let groups: String = row.try_get_by_index(4)?;
            in_force.shares.push(Share {
                id,
                lead: row.try_get_by_index(1)?,
                partner: row.try_get_by_index(2)?,
                level: row.try_get_by_index(3)?,
                groups: serde_json::from_str(&groups)
                    .map_err(|_| StoreError::Type("partnership.field_groups"))?,
                desensitised: row.try_get_by_index(5)?,
                purpose: row.try_get_by_index(8)?,
                scopes: self.scopes(id).await?,
            });
        }
        in_force.until = until;
        Ok(in_force)
    }

    async fn grant(&self, id: Uuid, now: DateTime<Utc>) -> Result<Option<Grant>, StoreError> {
        self.listed(id, now).await
    }
}

impl Store {
    /// Whether a person may issue tokens of a partner, and until when that is so at least.
    pub(super) async fn may_issue(
        &self,
        account: Uuid,
        partner: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(bool, Option<DateTime<Utc>>), StoreError> {
        if !self.may_sign_in(account).await? {
            return Ok((false, None));
        }
        let (roles, until) = self.roles(account, now).await?;
        let administers = |r: &Role| r.role == "ADMINISTRATOR" && r.organisation == partner;
        Ok((roles.iter().any(administers), until))
    }

    async fn may_sign_in(&self, account: Uuid) -> Result<bool, StoreError> {
        let known = self
            .ids(|sql| {
                sql.push("SELECT id FROM account WHERE status = 'ACTIVE' AND archived_at IS NULL ");
                sql.push("AND id = ").bind(account);
            })
            .await?;
        Ok(!known.is_empty())
    }

    /// The organisations below these in the tree.
    async fn branches(&self, heads: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        self.ids(|sql| {
            sql.push("WITH RECURSIVE below(id) AS (SELECT o.id FROM organisation o ");
            sql.push("WHERE o.parent_id").among(heads);
            sql.push(" UNION SELECT o.id FROM organisation o JOIN below b ON o.parent_id = b.id) ");
            sql.push("SELECT id FROM below");
        })
        .await
    }

    /// The students whose records a guardian may see, their classes and their schools.
    async fn wards(
        &self,
        standing: &mut Standing,
        day: NaiveDate,
        ends: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT g.student_id, s.organisation_id FROM guardianship g ");
                sql.push("JOIN student s ON s.id = g.student_id WHERE g.archived_at IS NULL ");
                sql.push("AND g.has_access AND g.guardian_id");
                sql.among(standing.guardians.iter().copied());
            })
            .await?;
        for row in rows {
            standing.wards.push(row.try_get_by_index(0)?);
            standing.ward_schools.push(row.try_get_by_index(1)?);
        }
        if standing.wards.is_empty() {
            return Ok(());
        }
        standing.ward_classes = self
            .ids(|sql| {
                let day: Value = day.into();
                sql.push("SELECT class_id FROM enrolment WHERE archived_at IS NULL ");
                sql.push("AND (ends_on IS NULL OR ends_on >= ").bind(day);
                sql.push(") AND student_id")
                    .among(standing.wards.iter().copied());
            })
            .await?;
        standing.until = standing.until.into_iter().chain([ends]).min();
        Ok(())
    }

    /// What a share covers. A department is the shifts that it has in the project at this instant.
    async fn scopes(&self, share: Uuid) -> Result<Vec<Scope>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT c.project_id, c.department_id, s.id FROM partnership_scope c ");
                sql.push("LEFT JOIN shift s ON s.project_id = c.project_id ");
                sql.push("AND (s.id = c.shift_id OR c.shift_id IS NULL) ");
                sql.push("AND (s.department_id = c.department_id OR c.department_id IS NULL) ");
                sql.push("AND (c.shift_id IS NOT NULL OR c.department_id IS NOT NULL) ");
                sql.push("WHERE c.archived_at IS NULL AND c.partnership_id = ")
                    .bind(share);
                sql.push(
                    " AND (s.id IS NOT NULL OR (c.shift_id IS NULL AND c.department_id IS NULL))",
                );
            })
            .await?;
        let mut scopes = Vec::new();
        for row in rows {
            let project = row.try_get_by_index(0)?;
            let shift: Option<Uuid> = row.try_get_by_index(2)?;
            scopes.push(match shift {
                Some(shift) => Scope::Shift { project, shift },
                None => Scope::Project(project),
            });
        }
        Ok(scopes)
    }
}
