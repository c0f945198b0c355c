//! The table `partner_token`.

use sea_orm::entity::prelude::*;

/// A token that was issued for a partner organisation. Neither the token nor anything from which it
/// could be made is here.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The partner.
    pub organisation_id: Uuid,
    /// Who issued it; nobody where it was issued on the command line.
    pub issuer_id: Option<Uuid>,
    pub name: String,
    /// What the data may be used for.
    pub purpose: Option<String>,
    /// The scopes that it was narrowed to; empty where it is as wide as its shares.
    pub scopes: String,
    /// The networks from which it may be used; empty where from everywhere.
    pub networks: String,
    /// For which service it is.
    pub audience: String,
    /// Whether it holds to the end by itself, rather than for a short while at a time.
    pub long_lived: bool,
    /// From when it is no longer good, however often it is refreshed.
    pub expires_at: DateTimeUtc,
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    /// Who revoked it, where it was a person.
    pub revoked_by_id: Option<Uuid>,
    /// How often it was refreshed: only the refresh token of this number is good.
    pub refreshes: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub revision: i32,
    pub archived_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::IssuerId",
        to = "super::account::Column::Id"
    )]
    Issuer,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::RevokedById",
        to = "super::account::Column::Id"
    )]
    RevokedBy,
}

impl ActiveModelBehavior for ActiveModel {}
