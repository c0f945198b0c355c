//! The past as a directory: the same answers as the store gives for today.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Past;
use super::row::{Row, Stood};
use crate::store::StoreError;
use crate::store::directory::{ON_ROSTER, today};
use crate::store::sql::hong_kong_day;
use crate::viewer::{Directory, Grant, InForce, InSession, Parts, Role, Scope, Share, Standing};

/// The rows under an id as they stood.
fn stood<'a>(
    rows: &'a std::collections::HashMap<Uuid, Vec<Row>>,
    id: Uuid,
    at: DateTime<Utc>,
) -> impl Iterator<Item = (Uuid, Stood<'a>)> {
    let rows = rows.get(&id).into_iter().flatten();
    rows.filter_map(move |row| Some((row.id, row.at(at)?)))
}

impl Past {
    fn may_sign_in(&self, account: Uuid, at: DateTime<Utc>) -> bool {
        let stood = self.accounts.get(&account).and_then(|row| row.at(at));
        stood.is_some_and(|stood| stood.text("status") == "ACTIVE")
    }

    fn roles(&self, account: Uuid, at: DateTime<Utc>) -> Vec<Role> {
        let held = stood(&self.memberships, account, at).map(|(_, stood)| stood);
        held.filter(Stood::in_its_time)
            .filter_map(|stood| {
                Some(Role {
                    role: stood.text("role").to_owned(),
                    organisation: stood.id("organisation")?,
                    project: stood.id("project"),
                    class: stood.id("class"),
                })
            })
            .collect()
    }

    /// The organisations below these in the tree.
    fn below(&self, heads: Vec<Uuid>) -> Vec<Uuid> {
        let (mut all, mut next) = (Vec::new(), heads);
        while let Some(head) = next.pop() {
            for branch in self.branches.get(&head).into_iter().flatten() {
                if !all.contains(branch) {
                    all.push(*branch);
                    next.push(*branch);
                }
            }
        }
        all
    }

    fn shifts_of_the_day(&self, project: Uuid, at: DateTime<Utc>) -> Vec<Uuid> {
        let (_, begins, ends) = today(at);
        let shifts = stood(&self.shifts, project, at);
        let on_the_day = shifts.filter(|(_, shift)| {
            shift.time("startsAt").is_some_and(|starts| starts < ends)
                && shift.time("endsAt").is_some_and(|over| over > begins)
        });
        on_the_day.map(|(id, _)| id).collect()
    }

    fn wards(&self, standing: &mut Standing, at: DateTime<Utc>) {
        for guardian in &standing.guardians {
            for (_, tie) in stood(&self.guardianships, *guardian, at) {
                let Some(student) = tie.id("student").filter(|_| tie.flag("hasAccess")) else {
                    continue;
                };
                standing.wards.push(student);
                standing.ward_schools.extend(self.schools.get(&student));
                let today = hong_kong_day(at);
                let enrolled = stood(&self.enrolments, student, at)
                    .filter(|(_, stood)| stood.date("endsOn").is_none_or(|last| last >= today));
                let classes = enrolled.filter_map(|(_, stood)| stood.id("class"));
                standing.ward_classes.extend(classes);
            }
        }
    }

    fn covered(&self, share: Uuid, at: DateTime<Utc>) -> Vec<Scope> {
        let mut all = Vec::new();
        for (_, scope) in stood(&self.scopes, share, at) {
            let Some(project) = scope.id("project") else {
                continue;
            };
            let (department, only) = (scope.id("department"), scope.id("shift"));
            if department.is_none() && only.is_none() {
                all.push(Scope::Project(project));
                continue;
            }
            let shifts = self.shifts.get(&project).into_iter().flatten();
            let shifts = shifts.filter(|shift| {
                only.is_none_or(|only| only == shift.id)
                    && department.is_none_or(|one| shift.names("department") == Some(one))
            });
            all.extend(shifts.map(|shift| Scope::Shift {
                project,
                shift: shift.id,
            }));
        }
        all
    }

    fn share(&self, id: Uuid, at: DateTime<Utc>) -> Result<Option<Share>, StoreError> {
        let stood = self.shares.get(&id).and_then(|row| row.at(at));
        let Some(stood) = stood.filter(|s| s.text("state") == "ACTIVE" && s.in_its_time()) else {
            return Ok(None);
        };
        let (Some(lead), Some(partner)) = (stood.id("lead"), stood.id("partner")) else {
            return Ok(None);
        };
        Ok(Some(Share {
            id,
            lead,
            partner,
            level: stood.text("level").to_owned(),
            groups: stood.words("fieldGroups")?,
            desensitised: stood.flag("desensitised"),
            purpose: stood.word("purpose"),
            scopes: self.covered(id, at),
        }))
    }
}

impl Directory for Past {
    type Error = StoreError;

    async fn standing(
        &self,
        account: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Option<Standing>, StoreError> {
        if !self.may_sign_in(account, at) {
            return Ok(None);
        }
        let roles = self.roles(account, at);
        let of = |role: &'static str| roles.iter().filter(move |held| held.role == role);
        let heads = of("ADMINISTRATOR").map(|held| held.organisation).collect();
        let officer = of("PRIVACY_OFFICER").map(|held| held.organisation);
        let led = of("TEAM_LEADER").filter_map(|held| held.project);
        let mut standing = Standing {
            branches: self.below(heads),
            policies_kept: officer.filter(|id| self.keepers.contains(id)).collect(),
            shifts_today: led.flat_map(|id| self.shifts_of_the_day(id, at)).collect(),
            ..Standing::default()
        };
        let own = |(id, row): (Uuid, Stood<'_>)| (row.id("user") == Some(account)).then_some(id);
        let volunteers = stood(&self.volunteers, account, at).filter_map(own);
        standing.volunteers = volunteers.collect();
        for volunteer in &standing.volunteers {
            let listed = stood(&self.assignments, *volunteer, at).map(|(_, stood)| stood);
            let rostered = listed.filter(|stood| ON_ROSTER.contains(&stood.text("status")));
            let shifts = rostered.filter_map(|stood| stood.id("shift"));
            standing.shifts.extend(shifts);
        }
        let guardians = stood(&self.guardians, account, at).filter_map(own);
        standing.guardians = guardians.collect();
        self.wards(&mut standing, at);
        standing.roles = roles;
        Ok(Some(standing))
    }

    async fn session(
        &self,
        _: Uuid,
        _: Uuid,
        _: DateTime<Utc>,
    ) -> Result<Option<InSession>, StoreError> {
        Ok(None)
    }

    async fn shares(&self, ids: &[Uuid], at: DateTime<Utc>) -> Result<InForce, StoreError> {
        let mut in_force = InForce::default();
        for id in ids {
            in_force.shares.extend(self.share(*id, at)?);
        }
        Ok(in_force)
    }

    async fn grant(&self, id: Uuid, at: DateTime<Utc>) -> Result<Option<Grant>, StoreError> {
        let Some(stood_then) = self.tokens.get(&id).and_then(|row| row.at(at)) else {
            return Ok(None);
        };
        let revoked = stood_then.time("revokedAt").is_some_and(|end| end <= at);
        let (Some(partner), Some(expires)) =
            (stood_then.id("organisation"), stood_then.time("expiresAt"))
        else {
            return Ok(None);
        };
        if revoked || expires <= at {
            return Ok(None);
        }
        let holds = |issuer: Uuid| {
            self.may_sign_in(issuer, at)
                && self
                    .roles(issuer, at)
                    .iter()
                    .any(|held| held.role == "ADMINISTRATOR" && held.organisation == partner)
        };
        let mut shares: BTreeMap<Uuid, Parts> = BTreeMap::new();
        for (_, part) in stood(&self.parts, id, at) {
            let Some(share) = part.id("partnership") else {
                continue;
            };
            let parts = match (shares.remove(&share), part.id("project")) {
                (None, Some(project)) => Parts::Projects([project].into()),
                (None, None) => Parts::Whole,
                (Some(parts), project) => parts.and(project),
            };
            shares.insert(share, parts);
        }
        Ok(Some(Grant {
            id,
            partner,
            purpose: stood_then.word("purpose"),
            scopes: stood_then.words("scopes")?,
            networks: Vec::new(),
            audience: String::new(),
            long_lived: true,
            expires,
            shares,
            issuer_holds: stood_then.id("issuer").is_none_or(holds),
            until: None,
        }))
    }
}
