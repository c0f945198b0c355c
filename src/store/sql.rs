//! A statement in the making.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::sea_query::ArrayType;
use sea_orm::{DbBackend, Statement, Value};

use super::together::Together;
use super::vault::Vault;
use crate::policy::{Layout, Test};

/// Text with bound values. Names come from the catalogue; values are only ever bound.
pub struct Sql {
    backend: DbBackend,
    now: DateTime<Utc>,
    text: String,
    values: Vec<Value>,
    aliases: usize,
    together: Together,
    vault: Vault,
}

impl Sql {
    /// An empty statement.
    pub fn new(backend: DbBackend, now: DateTime<Utc>) -> Self {
        Self {
            backend,
            now,
            text: String::with_capacity(512),
            values: Vec::new(),
            aliases: 0,
            together: Together::default(),
            vault: Vault::default(),
        }
    }

    /// The same, with the vault under whose hashes sealed values are found.
    pub fn under(mut self, vault: &Vault) -> Self {
        self.vault = vault.clone();
        self
    }

    /// The vault under whose hashes sealed values are found.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a condition of the catalogue, in which `{now}` and `{today}` stand for the instant and
    /// its day in Hong Kong.
    pub fn timed(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            self.push(before);
            match after.split_once('}') {
                Some(("now", after)) => {
                    self.bind(self.now);
                    rest = after;
                }
                Some(("today", after)) => {
                    self.bind(hong_kong_day(self.now));
                    rest = after;
                }
                _ => rest = after,
            }
        }
        self.push(rest)
    }

    /// Adds text, as the last thing.
    pub fn word(&mut self, text: &str) {
        self.push(text);
    }

    /// Adds a bound value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if self.backend == DbBackend::Postgres {
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// Adds a column of a table.
    pub fn column(&mut self, alias: &str, column: &str) -> &mut Self {
        self.push(alias).push(".").push(column)
    }

    /// Adds that what stands before is one of these.
    ///
    /// A database keeps a prepared statement by its text. So that lists of all lengths make few
    /// texts, PostgreSQL is given ids as one array, and other lists are filled up, by their last
    /// value again, to a power of two.
    pub fn among<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.len() < 2 {
            return match values.pop() {
                Some(value) => self.push(" = ").bind(value),
                None if self.backend == DbBackend::Postgres => {
                    self.push(" = ANY(CAST('{}' AS uuid[]))")
                }
                None => self.push(" IN ()"),
            };
        }
        if self.backend == DbBackend::Postgres
            && values.iter().all(|value| matches!(value, Value::Uuid(_)))
        {
            let ids = Value::Array(ArrayType::Uuid, Some(Box::new(values)));
            return self.push(" = ANY(").bind(ids).push(")");
        }
        let last = values.last().cloned();
        let room = values.len().next_power_of_two();
        if room <= MOST_FILLED {
            values.extend(std::iter::repeat_n(last, room - values.len()).flatten());
        }
        self.push(" IN (");
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    /// Has questions to the rows of a layout that belong together asked together, where the database
    /// can; the rows are to be few.
    pub fn ask_together(&mut self, layout: &Layout, alias: &str) {
        if self.backend == DbBackend::Postgres {
            self.together = Together::of(layout, alias);
        }
    }

    /// Adds, after the table of these rows, what asks those questions.
    pub fn join_together(&mut self) {
        let together = std::mem::take(&mut self.together);
        together.join(self);
        self.together = together;
    }

    /// Adds the answer to a question that is asked together with others; whether it is.
    pub fn answered(&mut self, test: &Test, alias: &str) -> bool {
        let name = self.together.name(test, alias);
        name.is_some_and(|name| {
            self.push(&name);
            true
        })
    }

    /// Adds a question that hardly any row answers with yes.
    ///
    /// Where a column is empty in nearly all rows, SQLite's statistics say that its index finds a
    /// million rows for a value, and it walks through the table instead; so it is told.
    pub fn seldom(&mut self, question: impl FnOnce(&mut Self)) -> &mut Self {
        let sqlite = self.backend == DbBackend::Sqlite;
        if sqlite {
            self.push("likelihood(");
        }
        question(self);
        if sqlite {
            self.push(", 0.000001)");
        }
        self
    }

    /// Adds a column by whose index nothing is to be looked up here.
    pub fn apart(&mut self, column: &str) -> &mut Self {
        if self.backend == DbBackend::Sqlite {
            self.push("+");
        }
        self.push(column)
    }

    /// Adds a statement that gives one column `id`, of which only the first rows are wanted.
    ///
    /// PostgreSQL, told so, walks through the whole table in the hope that such a row comes soon;
    /// so it is not told, and rows are still made one by one.
    pub fn first(&mut self, take: usize, statement: impl FnOnce(&mut Self)) -> &mut Self {
        let postgres = self.backend == DbBackend::Postgres;
        if postgres {
            self.push("WITH found AS MATERIALIZED (");
        }
        statement(self);
        if postgres {
            self.push(") SELECT id FROM found");
        }
        self.push(&format!(" LIMIT {take}"))
    }

    /// Adds what begins a question whether there is a row, `EXISTS (`.
    ///
    /// SQLite 3.51 makes a join of such a question, and then takes a row that is found twice for
    /// two rows where a page has an offset; the sign, which does nothing else, keeps it from that.
    pub fn exists(&mut self) -> &mut Self {
        self.push(match self.backend {
            DbBackend::Sqlite => "+EXISTS (",
            _ => "EXISTS (",
        })
    }

    /// The position of a text in another, from 1, or 0.
    pub fn position(&mut self) -> &'static str {
        if self.backend == DbBackend::Postgres {
            "strpos"
        } else {
            "instr"
        }
    }

    /// What stands before and after a list of words to make it rows with a column `value`.
    pub fn items(&self) -> (&'static str, &'static str) {
        if self.backend == DbBackend::Postgres {
            (
                "jsonb_array_elements_text(CAST(",
                " AS jsonb)) AS item(value)",
            )
        } else {
            ("json_each(", ") AS item")
        }
    }

    /// Whether an order in which nulls come last is better spelt out, for the sake of indexes.
    pub fn spells_nulls(&self) -> bool {
        self.backend == DbBackend::Sqlite
    }

    /// A name for one more table.
    pub fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// The finished statement.
    pub fn finish(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

/// The longest list that is filled up.
const MOST_FILLED: usize = 1024;

/// The day in Hong Kong, which is eight hours ahead of UTC all year.
pub fn hong_kong_day(now: DateTime<Utc>) -> NaiveDate {
    now.checked_add_signed(TimeDelta::hours(8))
        .unwrap_or(now)
        .date_naive()
}
