//! The table `partner_token_share`.

use sea_orm::entity::prelude::*;

/// A share that a partner's token is for, whole or only one project of it.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_token_share")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub partner_token_id: Uuid,
    pub partnership_id: Uuid,
    /// The project, if only one.
    pub project_id: Option<Uuid>,
    /// The share's lead, kept here for the policies.
    pub lead_id: Uuid,
    /// The share's partner, kept here for the policies.
    pub partner_id: Uuid,
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
        belongs_to = "super::partner_token::Entity",
        from = "Column::PartnerTokenId",
        to = "super::partner_token::Column::Id"
    )]
    PartnerToken,
    #[sea_orm(
        belongs_to = "super::partnership::Entity",
        from = "Column::PartnershipId",
        to = "super::partnership::Column::Id"
    )]
    Partnership,
    #[sea_orm(
        belongs_to = "super::project::Entity",
        from = "Column::ProjectId",
        to = "super::project::Column::Id"
    )]
    Project,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::LeadId",
        to = "super::organisation::Column::Id"
    )]
    Lead,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::PartnerId",
        to = "super::organisation::Column::Id"
    )]
    Partner,
}

impl ActiveModelBehavior for ActiveModel {}
