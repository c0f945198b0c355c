//! The table `login`.

use sea_orm::entity::prelude::*;

/// The name and password with which a person signs in.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub account_id: Uuid,
    pub updated_at: DateTimeUtc,
    /// The e-mail address, in lower case.
    pub name: String,
    /// The password, as argon2id leaves it; null where there is none.
    pub hash: Option<String>,
}

opaque!(Model);

/// The row that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
