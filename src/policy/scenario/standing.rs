//! How the people and partners of a file stand: what a viewer is made of.
//!
//! This is the [`Directory`] of the file's world. The viewers themselves are made by
//! [`assemble`], as those of real tokens are.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::people::Person;
use super::world::{World, id_of};
use crate::viewer::{
    Claimed, Directory, Grant, InForce, InSession, Role, Scope, Share, Standing, Viewer, assemble,
};

impl World {
    /// The viewer of this name: a person, a partner, `nobody`, `job` and the name of the work, or
    /// `connector`, its name, `in` and the code of the place.
    pub fn viewer(&self, who: &str) -> Option<Viewer> {
        if who == "nobody" {
            return Some(Viewer::anonymous());
        }
        if let Some(role) = who.strip_prefix("job ") {
            return Some(Viewer::job(role));
        }
        if let Some((name, place)) = who
            .strip_prefix("connector ")
            .and_then(|connector| connector.split_once(" in "))
        {
            let place = if place == "nowhere" { "" } else { place };
            return Some(Viewer::connector(name, place));
        }
        let (subject, shares);
        let claimed = match self.partners.get(who) {
            Some(partner) => {
                shares = [partner.share.id.to_string()];
                Claimed::Partner {
                    subject: who,
                    shares: &shares,
                    scope: partner.scope.as_deref(),
                }
            }
            None if self.people.contains_key(who) => {
                subject = id_of("Account", who).to_string();
                Claimed::User { subject: &subject }
            }
            None => return None,
        };
        // nothing here waits: the first look has the answer
        let made = pin!(assemble(Some(claimed), self, DateTime::<Utc>::UNIX_EPOCH));
        match { made }
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(made) => made.ok(),
            Poll::Pending => None,
        }
    }

    fn below(&self, heads: &BTreeSet<Uuid>) -> Vec<Uuid> {
        let mut below: BTreeSet<Uuid> = BTreeSet::new();
        loop {
            let more = self.of("Organisation").filter(|row| {
                let parent = row.one("parent");
                parent.is_some_and(|p| heads.contains(&p) || below.contains(&p))
            });
            let more: Vec<Uuid> = more.map(|row| row.id).collect();
            let before = below.len();
            below.extend(more);
            if below.len() == before {
                return below.into_iter().collect();
            }
        }
    }

    fn stands(&self, name: &str, person: &Person) -> Standing {
        let held = |role: &'static str| person.roles.iter().filter(move |r| r.role == role);
        let heads = held("ADMINISTRATOR").map(|r| r.organisation).collect();
        let led: BTreeSet<Uuid> = held("TEAM_LEADER").filter_map(|r| r.project).collect();
        let own = |of| {
            let mine = |row: &&super::world::Row| row.person.as_deref() == Some(name);
            self.of(of).filter(mine)
        };
        let guardians: Vec<Uuid> = own("Guardian").map(|row| row.id).collect();
        let open = |row: &&super::world::Row| {
            let guardian = row.one("guardian");
            let access = crate::policy::entity::Value::Flag(true);
            guardian.is_some_and(|id| guardians.contains(&id))
                && row.values.get("hasAccess") == Some(&access)
        };
        let wards = self.of("Guardianship").filter(open);
        let wards: Vec<Uuid> = wards.filter_map(|row| row.one("student")).collect();
        let children = || wards.iter().filter_map(|id| self.row(*id));
        let today = self.of("Shift").filter(|row| row.today);
        let today = today.filter(|row| row.one("project").is_some_and(|p| led.contains(&p)));
        Standing {
            roles: person
                .roles
                .iter()
                .map(|r| Role {
                    role: r.role.clone(),
                    organisation: r.organisation,
                    project: r.project,
                    class: r.class,
                })
                .collect(),
            policies_kept: held("PRIVACY_OFFICER")
                .map(|r| r.organisation)
                .filter(|id| self.row(*id).is_some_and(|row| row.keeps_policies))
                .collect(),
            branches: self.below(&heads),
            shifts_today: today.map(|row| row.id).collect(),
            volunteers: own("Volunteer").map(|row| row.id).collect(),
            shifts: own("Volunteer")
                .flat_map(|row| row.many("rosteredShifts"))
                .collect(),
            ward_classes: children().flat_map(|row| row.many("classes")).collect(),
            ward_schools: children()
                .filter_map(|row| row.one("organisation"))
                .collect(),
            guardians,
            wards,
            until: None,
        }
    }
}

impl Directory for World {
    type Error = Infallible;

    async fn standing(
        &self,
        account: Uuid,
        _now: DateTime<Utc>,
    ) -> Result<Option<Standing>, Infallible> {
        let mut people = self.people.iter();
        let found = people.find(|(name, _)| id_of("Account", name) == account);
        Ok(found.map(|(name, person)| self.stands(name, person)))
    }

    async fn session(
        &self,
        _session: Uuid,
        _account: Uuid,
        _now: DateTime<Utc>,
    ) -> Result<Option<InSession>, Infallible> {
        Ok(None)
    }

    /// Partners are asked about without tokens.
    async fn grant(&self, _: Uuid, _: DateTime<Utc>) -> Result<Option<Grant>, Infallible> {
        Ok(None)
    }

    async fn shares(&self, ids: &[Uuid], _now: DateTime<Utc>) -> Result<InForce, Infallible> {
        let alive = self.partners.values();
        let alive = alive.filter(|partner| partner.in_force && ids.contains(&partner.share.id));
        let shares = alive.map(|partner| {
            let share = &partner.share;
            let scopes = share.scopes.iter().map(|scope| match scope {
                Scope::Project(id) => Scope::Project(*id),
                Scope::Shift { project, shift } => Scope::Shift {
                    project: *project,
                    shift: *shift,
                },
            });
            Share {
                id: share.id,
                lead: share.lead,
                partner: share.partner,
                level: share.level.clone(),
                groups: share.groups.clone(),
                desensitised: share.desensitised,
                purpose: share.purpose.clone(),
                scopes: scopes.collect(),
            }
        });
        Ok(InForce {
            shares: shares.collect(),
            until: None,
        })
    }
}
