//! The log of disclosures and the trail of changes go by the oldest part of their chains.
//!
//! One chain is of all organisations, so that it goes when the longest of their periods is over, and
//! not while anything of anybody is held: what it would show is not known without reading it. A
//! report says that it was cut, not how many entries of others went.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::due::Due;
use super::run::RunCount;
use crate::policy::Permit;
use crate::retention::{Rule, SCHEDULE, Subject, cut_off};
use crate::store::erasure::in_force;
use crate::store::log::Book;
use crate::store::{Store, StoreError};

/// What a kind of data is kept in.
const fn book(subject: Subject) -> Option<Book> {
    match subject {
        Subject::Disclosures => Some(Book::Log),
        Subject::Changes => Some(Book::Trail),
        _ => None,
    }
}

/// A chain of which something is due.
struct Chained {
    book: Book,
    months: i32,
    before: DateTime<Utc>,
    holders: Vec<Uuid>,
}

impl Store {
    /// What a run would do with a chain, as far as an organisation is told: whether it would be cut,
    /// or is not since something of the organisation's is held.
    pub(super) async fn cut_due(
        &self,
        rule: &'static Rule,
        organisation: Uuid,
    ) -> Result<Due, StoreError> {
        let months = self.longest(rule).await?;
        let due = self.chained(rule, months).await?;
        let held = |chained: &Chained| chained.holders.contains(&organisation);
        Ok(Due {
            rule,
            months,
            due: i64::from(due.as_ref().is_some_and(|due| due.holders.is_empty())),
            held: i64::from(due.as_ref().is_some_and(held)),
        })
    }

    /// Cuts both chains, or tells what would be; what each organisation is told of it.
    pub(super) async fn cut_chains(
        &self,
        permit: &Permit,
        organisations: &[Uuid],
        dry: bool,
    ) -> Result<Vec<RunCount>, StoreError> {
        let mut report = Vec::new();
        for rule in SCHEDULE.iter().filter(|rule| rule.subject.is_chained()) {
            let months = self.longest(rule).await?;
            let Some(due) = self.chained(rule, months).await? else {
                if !dry {
                    self.finish(rule).await?;
                }
                continue;
            };
            let is_held = !due.holders.is_empty();
            if !dry && !is_held {
                self.cut(permit, due.book, due.before).await?;
            }
            let told = match is_held {
                true => &due.holders,
                false => organisations,
            };
            report.extend(told.iter().map(|organisation| RunCount {
                organisation: *organisation,
                subject: rule.code.to_owned(),
                months: due.months,
                done: i32::from(!is_held),
                held: i32::from(is_held),
            }));
        }
        Ok(report)
    }

    async fn chained(&self, rule: &Rule, months: i32) -> Result<Option<Chained>, StoreError> {
        let before = cut_off(self.now, months);
        let Some((book, before)) = book(rule.subject).zip(before) else {
            return Ok(None);
        };
        if !self.is_cut_due(book, before).await? {
            return Ok(None);
        }
        Ok(Some(Chained {
            book,
            months,
            before,
            holders: self.holders().await?,
        }))
    }

    /// Takes away what was cut off, where whoever cut it did not come to that.
    async fn finish(&self, rule: &Rule) -> Result<(), StoreError> {
        match book(rule.subject) {
            Some(book) if self.holders().await?.is_empty() => self.sweep(book).await,
            _ => Ok(()),
        }
    }

    /// The organisations that hold anything of anybody.
    async fn holders(&self) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT DISTINCT h.organisation_id FROM legal_hold h WHERE ");
            in_force(sql, "h", self.now);
        });
        let rows = rows.await?;
        let holders = rows.iter().map(|row| row.try_get_by_index(0));
        Ok(holders.collect::<Result<_, _>>()?)
    }

    /// The most months that any organisation keeps a kind of data.
    async fn longest(&self, rule: &Rule) -> Result<i32, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT r.months FROM organisation o LEFT JOIN retention_rule r ON ");
            sql.push("r.organisation_id = o.id AND r.subject = ")
                .bind(rule.code);
            sql.push(" AND r.number = (SELECT MAX(l.number) FROM retention_rule l WHERE ");
            sql.push("l.organisation_id = o.id AND l.subject = ")
                .bind(rule.code)
                .push(")");
        });
        let mut longest = None;
        for row in rows.await? {
            let own: Option<i32> = row.try_get_by_index(0)?;
            let own = own.filter(|months| rule.allows(*months));
            longest = longest.max(Some(own.unwrap_or(rule.months)));
        }
        Ok(longest.unwrap_or(rule.months))
    }
}
