//! The rows are gathered by which viewers of the past are made.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::Past;
use super::row::{Row, Rows};
use crate::catalogue::{self, Type};
use crate::store::find::MOST_IDS;
use crate::store::sql::Sql;
use crate::store::{Store, StoreError};

/// Whose past is asked for.
#[derive(Clone, Copy)]
pub struct Asked {
    /// The organisation whose record it is about: its people come first, and only tokens for its
    /// shares are looked at.
    pub organisation: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until before when.
    pub until: DateTime<Utc>,
    /// At most so many people.
    pub most: usize,
}

/// Takes rows of one type after the other.
struct Gather<'a> {
    store: &'a Store,
    asked: Asked,
    unread: bool,
}

impl Store {
    /// What people, and partners with tokens for shares of the organisation, held in the interval.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn past(&self, asked: Asked) -> Result<Past, StoreError> {
        let mut past = Past {
            from: Some(asked.from),
            until: Some(asked.until),
            ..Past::default()
        };
        let mut gather = Gather {
            store: self,
            asked,
            unread: false,
        };
        let above = gather.organisations(&mut past).await?;
        gather.people(&mut past, above).await?;
        gather.partners(&mut past).await?;
        gather.roles(&mut past).await?;
        gather.own(&mut past).await?;
        gather.families(&mut past).await?;
        gather.shifts(&mut past).await?;
        past.unread = gather.unread;
        Ok(past)
    }
}

impl Gather<'_> {
    /// Rows that have one of these ids in a column.
    async fn rows(
        &mut self,
        of: &str,
        fields: &[&'static str],
        column: &str,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<Row>, StoreError> {
        let ids: BTreeSet<Uuid> = ids.into_iter().collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut all = Vec::new();
        for part in ids.chunks(MOST_IDS) {
            let which = |sql: &mut Sql| {
                sql.column("t", column).among(part.iter().copied());
            };
            let found = self.some(of, fields, which).await?;
            all.extend(found);
        }
        Ok(all)
    }

    async fn some(
        &mut self,
        of: &str,
        fields: &[&'static str],
        which: impl FnOnce(&mut Sql),
    ) -> Result<Vec<Row>, StoreError> {
        let of: &'static Type = catalogue::find(of).ok_or(StoreError::Type("type"))?;
        let since = self.asked.from;
        let found = self.store.rows_since(of, fields, since, which).await?;
        let Rows { rows, unread } = found;
        self.unread |= unread;
        Ok(rows)
    }

    /// The tree of organisations; those above the one that is asked about, and itself.
    async fn organisations(&self, past: &mut Past) -> Result<Vec<Uuid>, StoreError> {
        let mut sql = self.store.sql();
        sql.push("SELECT id, parent_id, keeps_policies, archived_at FROM organisation");
        let mut parents = HashMap::new();
        for row in self.store.database.query_all_raw(sql.finish()).await? {
            let id: Uuid = row.try_get_by_index(0)?;
            let parent: Option<Uuid> = row.try_get_by_index(1)?;
            let archived: Option<DateTime<Utc>> = row.try_get_by_index(3)?;
            if row.try_get_by_index::<bool>(2)? && archived.is_none() {
                past.keepers.insert(id);
            }
            if let Some(parent) = parent {
                parents.insert(id, parent);
                past.branches.entry(parent).or_default().push(id);
            }
        }
        let mut above = vec![self.asked.organisation];
        while let Some(parent) = above.last().and_then(|id| parents.get(id)) {
            if above.contains(parent) {
                break;
            }
            above.push(*parent);
        }
        Ok(above)
    }

    /// Everybody who may have held something, those of these organisations first.
    async fn people(&self, past: &mut Past, above: Vec<Uuid>) -> Result<(), StoreError> {
        let Asked {
            from, until, most, ..
        } = self.asked;
        let mut sql = self.store.sql();
        sql.push("SELECT x.account_id FROM (");
        for (at, table) in ["membership", "guardian", "volunteer"].iter().enumerate() {
            sql.push(if at == 0 { "" } else { " UNION ALL " });
            sql.push("SELECT account_id, CASE WHEN organisation_id");
            sql.among(above.iter().copied());
            sql.push(" THEN 0 ELSE 1 END AS elsewhere FROM ")
                .push(table);
            sql.push(" WHERE account_id IS NOT NULL AND created_at < ")
                .bind(until);
            sql.push(" AND (archived_at IS NULL OR archived_at > ")
                .bind(from)
                .push(")");
            if at == 0 {
                // What was changed since may have ended later once.
                sql.push(" AND (valid_to IS NULL OR valid_to > ").bind(from);
                sql.push(" OR updated_at > ").bind(from).push(")");
            }
        }
        sql.push(") x GROUP BY x.account_id ORDER BY MIN(x.elsewhere), x.account_id");
        sql.push(&format!(" LIMIT {}", most + 1));
        for row in self.store.database.query_all_raw(sql.finish()).await? {
            past.people.push(row.try_get_by_index(0)?);
        }
        past.more = past.people.len() > most;
        past.people.truncate(most);
        Ok(())
    }

    /// Tokens for shares of the organisation, and the shares.
    async fn partners(&mut self, past: &mut Past) -> Result<(), StoreError> {
        let Asked {
            organisation,
            from,
            until,
            ..
        } = self.asked;
        let of_tokens = [
            "organisation",
            "issuer",
            "purpose",
            "scopes",
            "expiresAt",
            "revokedAt",
        ];
        let which = |sql: &mut Sql| {
            sql.push("t.created_at < ").bind(until);
            sql.push(" AND (t.expires_at > ").bind(from);
            sql.push(" OR t.updated_at > ").bind(from);
            sql.push(") AND t.id IN (SELECT s.partner_token_id FROM partner_token_share s ");
            sql.push("WHERE s.lead_id = ").bind(organisation).push(")");
        };
        let tokens = self.some("PartnerToken", &of_tokens, which).await?;
        past.tokens = tokens.into_iter().map(|row| (row.id, row)).collect();
        let parts = ["partnerToken", "partnership", "project"];
        let tokens = past.tokens.keys().copied();
        let parts = self
            .rows("PartnerTokenShare", &parts, "partner_token_id", tokens)
            .await?;
        let shares: Vec<Uuid> = parts
            .iter()
            .filter_map(|part| part.names("partnership"))
            .collect();
        past.parts = by(parts, "partnerToken");
        let fields = [
            "lead",
            "partner",
            "state",
            "level",
            "fieldGroups",
            "desensitised",
            "purpose",
            "validFrom",
            "validTo",
        ];
        let found = self
            .rows("Partnership", &fields, "id", shares.iter().copied())
            .await?;
        past.shares = found.into_iter().map(|row| (row.id, row)).collect();
        let fields = ["partnership", "project", "department", "shift"];
        let scopes = self
            .rows("PartnershipScope", &fields, "partnership_id", shares)
            .await?;
        past.scopes = by(scopes, "partnership");
        Ok(())
    }

    /// The sign-ins and roles of the people, and of those who issued tokens.
    async fn roles(&mut self, past: &mut Past) -> Result<(), StoreError> {
        let issuers = past.tokens.values().filter_map(|row| row.names("issuer"));
        let all: Vec<Uuid> = past.people.iter().copied().chain(issuers).collect();
        let accounts = self
            .rows("User", &["status"], "id", all.iter().copied())
            .await?;
        past.accounts = accounts.into_iter().map(|row| (row.id, row)).collect();
        let fields = [
            "user",
            "organisation",
            "project",
            "class",
            "role",
            "validFrom",
            "validTo",
        ];
        let roles = self.rows("Membership", &fields, "account_id", all).await?;
        past.memberships = by(roles, "user");
        Ok(())
    }

    /// The people's own records as volunteers, and the rosters they are on.
    async fn own(&mut self, past: &mut Past) -> Result<(), StoreError> {
        let people = past.people.clone();
        let own = self
            .rows("Volunteer", &["user"], "account_id", people)
            .await?;
        let ids: Vec<Uuid> = own.iter().map(|row| row.id).collect();
        past.volunteers = by(own, "user");
        let fields = ["volunteer", "shift", "status"];
        let rosters = self
            .rows("Assignment", &fields, "volunteer_id", ids)
            .await?;
        past.assignments = by(rosters, "volunteer");
        Ok(())
    }

    /// The people's own records as guardians, and their children.
    async fn families(&mut self, past: &mut Past) -> Result<(), StoreError> {
        let people = past.people.clone();
        let own = self
            .rows("Guardian", &["user"], "account_id", people)
            .await?;
        let ids: Vec<Uuid> = own.iter().map(|row| row.id).collect();
        past.guardians = by(own, "user");
        let fields = ["guardian", "student", "hasAccess"];
        let ties = self
            .rows("Guardianship", &fields, "guardian_id", ids)
            .await?;
        let students: Vec<Uuid> = ties.iter().filter_map(|tie| tie.names("student")).collect();
        past.guardianships = by(ties, "guardian");
        let found = self
            .rows("Student", &["organisation"], "id", students.iter().copied())
            .await?;
        let schools = found
            .iter()
            .filter_map(|row| Some((row.id, row.names("organisation")?)));
        past.schools = schools.collect();
        let fields = ["student", "class", "endsOn"];
        let enrolments = self
            .rows("Enrolment", &fields, "student_id", students)
            .await?;
        past.enrolments = by(enrolments, "student");
        Ok(())
    }

    /// The shifts that matter one by one: those of leaders on the days of the interval, and those of
    /// shares that cover less than a project.
    async fn shifts(&mut self, past: &mut Past) -> Result<(), StoreError> {
        let fields = ["project", "department", "startsAt", "endsAt"];
        let scopes = past.scopes.values().flatten();
        let narrow = scopes
            .filter(|scope| scope.names("department").is_some() || scope.names("shift").is_some());
        let narrow: BTreeSet<Uuid> = narrow.filter_map(|scope| scope.names("project")).collect();
        let mut all = self
            .rows("Shift", &fields, "project_id", narrow.iter().copied())
            .await?;
        let roles = past.memberships.values().flatten();
        let led = roles.filter_map(|role| role.names("project"));
        let led: Vec<Uuid> = led.filter(|project| !narrow.contains(project)).collect();
        let day = chrono::TimeDelta::days(1);
        let (from, until) = (self.asked.from - day, self.asked.until + day);
        for part in led.chunks(MOST_IDS) {
            let which = |sql: &mut Sql| {
                sql.push("t.ends_at > ").bind(from);
                sql.push(" AND t.starts_at < ").bind(until);
                sql.push(" AND t.project_id").among(part.iter().copied());
            };
            all.extend(self.some("Shift", &fields, which).await?);
        }
        past.shifts = by(all, "project");
        Ok(())
    }
}

/// The rows by the id that they have in a field.
fn by(rows: Vec<Row>, field: &str) -> HashMap<Uuid, Vec<Row>> {
    let mut all: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for row in rows {
        if let Some(id) = row.names(field) {
            all.entry(id).or_default().push(row);
        }
    }
    all
}
