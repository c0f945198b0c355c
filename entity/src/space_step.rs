//! The table `space_step`.

use sea_orm::entity::prelude::*;

/// Something that was done in a space. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "space_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub space_id: Uuid,
    /// The space's lead, kept here for the policies.
    pub lead_id: Uuid,
    /// The organisation that it is about.
    pub organisation_id: Uuid,
    /// Counts the steps of a space, from 1.
    pub number: i32,
    /// What was done: `CREATE`, `INVITE` and so on.
    pub deed: String,
    /// Who did it.
    pub account_id: Option<Uuid>,
    /// What the changed values were, as the text of a JSON object.
    pub before_values: String,
    /// What they became.
    pub after_values: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
    pub archived_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::space::Entity",
        from = "Column::SpaceId",
        to = "super::space::Column::Id"
    )]
    Space,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::LeadId",
        to = "super::organisation::Column::Id"
    )]
    Lead,
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
