//! Who held what in the past: roles, shares and tokens as they stood at instants of an interval.
//!
//! Rows are taken as they are now and what the trail says of them since is undone. A [`Past`] is a
//! directory like the store itself, so that viewers of the past are made by the code that makes
//! those of today. Of what was taken away without a trace nothing is known here; the tree of
//! organisations, the times of shifts and the departments that they belong to are as they are now.

mod directory;
mod gather;
mod row;

pub use gather::Asked;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use self::row::Row;
use super::sql::hong_kong_day;

/// How many days are looked at one by one; those who see more on some day are told for these.
pub const DAYS: usize = 400;

/// What people and partners held between two instants.
#[derive(Default)]
pub struct Past {
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    /// The people who held something then.
    people: Vec<Uuid>,
    accounts: HashMap<Uuid, Row>,
    memberships: HashMap<Uuid, Vec<Row>>,
    volunteers: HashMap<Uuid, Vec<Row>>,
    assignments: HashMap<Uuid, Vec<Row>>,
    guardians: HashMap<Uuid, Vec<Row>>,
    guardianships: HashMap<Uuid, Vec<Row>>,
    schools: HashMap<Uuid, Uuid>,
    enrolments: HashMap<Uuid, Vec<Row>>,
    branches: HashMap<Uuid, Vec<Uuid>>,
    keepers: BTreeSet<Uuid>,
    /// The shifts of a project.
    shifts: HashMap<Uuid, Vec<Row>>,
    shares: HashMap<Uuid, Row>,
    scopes: HashMap<Uuid, Vec<Row>>,
    tokens: HashMap<Uuid, Row>,
    parts: HashMap<Uuid, Vec<Row>>,
    unread: bool,
    more: bool,
}

impl Past {
    /// The people who held something, by their accounts; those of the organisation first.
    #[must_use]
    pub fn people(&self) -> &[Uuid] {
        &self.people
    }

    /// Whether a person held, at some instant of the interval, a role in an organisation.
    #[must_use]
    pub fn belonged(&self, account: Uuid, organisation: Uuid) -> bool {
        let instants = self.instants_of(account);
        let roles = self.memberships.get(&account).into_iter().flatten();
        let mut there = roles.flat_map(|role| instants.iter().filter_map(|at| role.at(*at)));
        there.any(|role| role.in_its_time() && role.id("organisation") == Some(organisation))
    }

    /// The tokens of partners that were made for shares of the organisation, each with the partner.
    #[must_use]
    pub fn tokens(&self) -> Vec<(Uuid, Option<Uuid>)> {
        let tokens = self.tokens.iter();
        let mut all: Vec<_> = tokens
            .map(|(id, row)| (*id, row.names("organisation")))
            .collect();
        all.sort_unstable();
        all
    }

    /// The shares that a token was made for.
    #[must_use]
    pub fn shares_of(&self, token: Uuid) -> BTreeSet<Uuid> {
        let parts = self.parts.get(&token).into_iter().flatten();
        parts.filter_map(|part| part.names("partnership")).collect()
    }

    /// Whether there are changes that nobody can read any more.
    #[must_use]
    pub fn unread(&self) -> bool {
        self.unread
    }

    /// Whether more people held something than are looked at.
    #[must_use]
    pub fn more(&self) -> bool {
        self.more
    }

    /// The instants at which what a person holds may have become something else, in their order;
    /// the beginning first.
    #[must_use]
    pub fn instants_of(&self, account: Uuid) -> Vec<DateTime<Utc>> {
        let mut all = Vec::new();
        let mut rows: Vec<&Row> = self.accounts.get(&account).into_iter().collect();
        rows.extend(self.memberships.get(&account).into_iter().flatten());
        let mut by_day = rows.iter().any(|row| row.names("project").is_some());
        for volunteer in self.volunteers.get(&account).into_iter().flatten() {
            rows.push(volunteer);
            rows.extend(self.assignments.get(&volunteer.id).into_iter().flatten());
        }
        for guardian in self.guardians.get(&account).into_iter().flatten() {
            rows.push(guardian);
            for tie in self.guardianships.get(&guardian.id).into_iter().flatten() {
                by_day = true;
                rows.push(tie);
                let student = tie.names("student");
                let enrolments = student.and_then(|student| self.enrolments.get(&student));
                rows.extend(enrolments.into_iter().flatten());
            }
        }
        all.extend(rows.into_iter().flat_map(Row::instants));
        if by_day {
            all.extend(self.days());
        }
        self.within(all)
    }

    /// The same of a token.
    #[must_use]
    pub fn instants_of_token(&self, token: Uuid) -> Vec<DateTime<Utc>> {
        let mut rows: Vec<&Row> = self.tokens.get(&token).into_iter().collect();
        let issuer = rows.first().and_then(|row| row.names("issuer"));
        rows.extend(self.parts.get(&token).into_iter().flatten());
        for share in self.shares_of(token) {
            rows.extend(self.shares.get(&share));
            rows.extend(self.scopes.get(&share).into_iter().flatten());
        }
        if let Some(issuer) = issuer {
            rows.extend(self.accounts.get(&issuer));
            rows.extend(self.memberships.get(&issuer).into_iter().flatten());
        }
        self.within(rows.into_iter().flat_map(Row::instants).collect())
    }

    /// Those within the interval, its beginning first, each once.
    fn within(&self, mut all: Vec<DateTime<Utc>>) -> Vec<DateTime<Utc>> {
        let (Some(from), Some(until)) = (self.from, self.until) else {
            return Vec::new();
        };
        all.retain(|at| from < *at && *at < until);
        all.push(from);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The midnights of Hong Kong in the interval.
    fn days(&self) -> Vec<DateTime<Utc>> {
        let (Some(from), Some(until)) = (self.from, self.until) else {
            return Vec::new();
        };
        let day = hong_kong_day(from)
            .and_time(chrono::NaiveTime::MIN)
            .and_utc();
        let begins = day - TimeDelta::hours(8);
        let days = (1..=DAYS).map(|n| begins + TimeDelta::days(n as i64));
        days.take_while(|at| *at < until).collect()
    }
}
