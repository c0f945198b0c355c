//! The table `erasure`.

use sea_orm::entity::prelude::*;

/// That the record of a person was erased; it names nobody. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    /// Whose record it was; nobody's of a sign-in.
    pub organisation_id: Option<Uuid>,
    /// The type of the record, such as `Volunteer`.
    pub kind: String,
    /// A keyed hash of the row's id.
    pub pseudonym: String,
    /// `REQUEST`, `NO_LONGER_NEEDED` and so on.
    pub ground: String,
    /// `OFFICER`, `RETENTION`, `COMMAND`, `REPLAY`.
    pub way: String,
    /// Who did it, if a person.
    pub account_id: Option<Uuid>,
    /// A keyed hash of its key where it was imported from.
    pub external: Option<String>,
    /// How many rows went, by table: the text of a JSON object.
    pub counts: String,
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
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
