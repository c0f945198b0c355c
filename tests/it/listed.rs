//! Tokens of partners that tests list as the keeper of a server does.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kaifong::store::{NewToken, Store};
use kaifong::viewer::{Claims, Directory};
use sea_orm::{DatabaseConnection, EntityTrait};
use uuid::Uuid;

/// Lists a token for these shares, unless it is, and says what it says for an hour.
pub async fn listed(
    database: &DatabaseConnection,
    token: Uuid,
    shares: &[Uuid],
    now: DateTime<Utc>,
) -> Claims {
    let store = Store::new(database.clone());
    let partnerships = entity::partnership::Entity::find();
    let partnerships = partnerships.all(database).await.unwrap();
    let of = partnerships.iter().filter(|p| shares.contains(&p.id));
    let there = store.grant(token, now).await.unwrap().is_some();
    if !there {
        let listed = NewToken {
            id: token,
            partner: of.clone().next().unwrap().partner_id,
            name: "a token of the tests".to_owned(),
            purpose: None,
            scopes: Vec::new(),
            audience: "kaifong".to_owned(),
            expires: now + TimeDelta::days(1),
            shares: of.map(|p| (p.id, p.lead_id)).collect(),
        };
        store.list_token(listed, now).await.unwrap();
    }
    let shares = shares.iter().map(Uuid::to_string).collect();
    Claims::of_partner(token, shares, now, Duration::from_secs(3600))
}
