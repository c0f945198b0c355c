//! The tokens of partners: how they are listed, and what becomes of them.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::events::{Changes, Event};
use super::write::insert;
use super::{Draft, Store, StoreError};
use crate::catalogue::{self, Cell};

impl Store {
    /// Takes the step from one refresh token to the next, unless another took it. Nothing of the
    /// token as it is shown changes by it, so that the trail has nothing of it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn refresh_token(&self, id: Uuid, number: i32) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("UPDATE partner_token SET refreshes = refreshes + 1 ");
        sql.push("WHERE revoked_at IS NULL AND refreshes = ")
            .bind(number);
        sql.push(" AND id = ").bind(id);
        let done = self.database.execute_raw(sql.finish()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Revokes a token that was given back, or that somebody stole: possession is the permit.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_token(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(of) = catalogue::find("PartnerToken") else {
            return Ok(());
        };
        let columns = vec!["revoked_at"];
        let _counting = self.watch.counts(of.table, &columns);
        let mut sql = self.sql();
        sql.push("UPDATE partner_token SET revision = revision + 1, updated_at = ")
            .bind(now);
        sql.push(", revoked_at = ").bind(now);
        sql.push(" WHERE revoked_at IS NULL AND id = ").bind(id);
        let transaction = self.writing("PartnerToken.revoke", now).await?;
        transaction.changes(of, &[id]).await?;
        let done = transaction.execute_raw(sql.finish()).await?;
        let what = Changes::Columns(columns);
        let events = match done.rows_affected() {
            0 => Vec::new(),
            _ => vec![Event { of, id, what }],
        };
        self.commit(transaction, events).await
    }
}

/// A token that the keeper of the server makes, who holds the key itself.
pub struct NewToken {
    /// Its id.
    pub id: Uuid,
    /// The partner that will bear it.
    pub partner: Uuid,
    /// By which name it is known.
    pub name: String,
    /// What the data may be used for.
    pub purpose: Option<String>,
    /// The scopes that it is narrowed to.
    pub scopes: Vec<String>,
    /// For which service it is.
    pub audience: String,
    /// From when it is no longer good.
    pub expires: DateTime<Utc>,
    /// The shares that it is for, each with its lead.
    pub shares: Vec<(Uuid, Uuid)>,
}

impl Store {
    /// Lists a token that is made on the command line, where there is no viewer to be asked about.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_token(&self, token: NewToken, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (Some(tokens), Some(shares)) = (
            catalogue::find("PartnerToken"),
            catalogue::find("PartnerTokenShare"),
        ) else {
            return Ok(());
        };
        let words = |words: &[String]| Cell::Text(serde_json::json!(words).to_string());
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut draft = Draft::new(tokens);
        draft.id = token.id;
        for (column, cell) in [
            ("organisation_id", Cell::Id(token.partner)),
            ("name", text(&token.name)),
            ("purpose", token.purpose.map_or(Cell::Null, Cell::Text)),
            ("scopes", words(&token.scopes)),
            ("audience", text(&token.audience)),
            ("long_lived", Cell::Bool(true)),
            ("expires_at", Cell::Time(token.expires)),
        ] {
            draft.put(column, &cell);
        }
        let mut drafts = vec![draft];
        for (share, lead) in token.shares {
            let mut draft = Draft::new(shares);
            for (column, id) in [
                ("partner_token_id", token.id),
                ("partnership_id", share),
                ("lead_id", lead),
                ("partner_id", token.partner),
            ] {
                draft.put(column, &Cell::Id(id));
            }
            drafts.push(draft);
        }
        let made = drafts.iter().map(|draft| Event {
            of: draft.of,
            id: draft.id,
            what: Changes::Made,
        });
        let events = made.collect();
        let _counting = self.watch.counts(tokens.table, &[]);
        let transaction = self.writing("PartnerToken.issue", now).await?;
        for draft in drafts {
            insert(&transaction, draft, now).await?;
        }
        self.commit(transaction, events).await
    }
}
