//! What must be known of a person or a share to say what it amounts to.

use std::future::Future;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Grant;

/// Looks up roles and shares as they stand at an instant.
pub trait Directory: Send + Sync {
    /// What can go wrong while looking.
    type Error: std::error::Error + Send + Sync + 'static;

    /// How a person stands; `None` where there is no such person or the person may not sign in.
    fn standing(
        &self,
        account: Uuid,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<Standing>, Self::Error>> + Send;

    /// How a session of a person stands; `None` where it is over or another's.
    fn session(
        &self,
        session: Uuid,
        account: Uuid,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<InSession>, Self::Error>> + Send;

    /// Those of these shares that are in force.
    fn shares(
        &self,
        ids: &[Uuid],
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<InForce, Self::Error>> + Send;

    /// The partner's token that is listed under this id; `None` where there is none, or it has
    /// ended or was revoked.
    fn grant(
        &self,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<Grant>, Self::Error>> + Send;
}

/// How a person stands at an instant.
#[derive(Default)]
pub struct Standing {
    /// The roles held.
    pub roles: Vec<Role>,
    /// Of the organisations whose privacy officer the person is, those that look after the policies.
    pub policies_kept: Vec<Uuid>,
    /// Branches below the organisations that the person administers.
    pub branches: Vec<Uuid>,
    /// Shifts of today in the projects that the person leads.
    pub shifts_today: Vec<Uuid>,
    /// Volunteer records that are the person's own.
    pub volunteers: Vec<Uuid>,
    /// Shifts on whose roster the person is.
    pub shifts: Vec<Uuid>,
    /// Guardian records that are the person's own.
    pub guardians: Vec<Uuid>,
    /// Students whose record the person may see as a guardian.
    pub wards: Vec<Uuid>,
    /// Their classes.
    pub ward_classes: Vec<Uuid>,
    /// Their schools.
    pub ward_schools: Vec<Uuid>,
    /// When the first of this ends.
    pub until: Option<DateTime<Utc>>,
}

impl Standing {
    /// The same person without some roles, and without what follows from them.
    #[must_use]
    pub fn without(mut self, roles: &[String]) -> Self {
        let withheld = |role: &str| roles.iter().any(|name| name == role);
        self.roles.retain(|role| !withheld(&role.role));
        if withheld("ADMINISTRATOR") {
            self.branches.clear();
        }
        if withheld("PRIVACY_OFFICER") {
            self.policies_kept.clear();
        }
        if withheld("TEAM_LEADER") {
            self.shifts_today.clear();
        }
        self
    }
}

/// How a session stands.
pub struct InSession {
    /// When it ends at the latest.
    pub until: DateTime<Utc>,
    /// The roles that count only with a second factor, where the session has none.
    pub withheld: Vec<String>,
}

/// A role of a person.
pub struct Role {
    /// `ADMINISTRATOR`, `COORDINATOR` and so on.
    pub role: String,
    /// In which organisation.
    pub organisation: Uuid,
    /// In which project, if in one.
    pub project: Option<Uuid>,
    /// In which class, if in one.
    pub class: Option<Uuid>,
}

/// Shares in force at an instant.
#[derive(Default)]
pub struct InForce {
    /// The shares.
    pub shares: Vec<Share>,
    /// When the first of them ends, or another begins.
    pub until: Option<DateTime<Utc>>,
}

/// A share in force.
pub struct Share {
    /// Its id.
    pub id: Uuid,
    /// Who shares.
    pub lead: Uuid,
    /// With whom.
    pub partner: Uuid,
    /// `READ_ONLY`, `EDIT` or `ADMIN`.
    pub level: String,
    /// `ROSTER`, `CONTACTS`, `NOTES`, `HISTORY`, `ORIGINS`.
    pub groups: Vec<String>,
    /// Whether people are shown as first character and `XX`.
    pub desensitised: bool,
    /// What for, in the words of the two.
    pub purpose: Option<String>,
    /// What it covers.
    pub scopes: Vec<Scope>,
}

/// What a share covers.
pub enum Scope {
    /// A whole project.
    Project(Uuid),
    /// One shift of a project, named or of a department that was named.
    Shift {
        /// The project.
        project: Uuid,
        /// The shift.
        shift: Uuid,
    },
}
