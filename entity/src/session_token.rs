//! The table `session_token`.

use sea_orm::entity::prelude::*;

/// A token that renews a session once.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub session_id: Uuid,
    /// Its SHA-256.
    pub hash: String,
    /// When it was used; whoever uses it again ends the session.
    pub used_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The row that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::session::Entity",
        from = "Column::SessionId",
        to = "super::session::Column::Id"
    )]
    Session,
}

impl ActiveModelBehavior for ActiveModel {}
