//! The table `data_request_refusal`.

use sea_orm::entity::prelude::*;

/// An entry of the log of refusals. A row is never changed, and stays for four years.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request_refusal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who refused.
    pub organisation_id: Uuid,
    /// `ACCESS` or `CORRECTION`.
    pub kind: String,
    /// On which ground.
    pub ground: String,
    /// What the officer noted; it names nobody.
    pub particulars: String,
    /// The day on which the request came.
    pub opened_on: Date,
    /// The day on which it was refused.
    pub refused_on: Date,
    /// Until when it cannot be taken away.
    pub kept_until: Date,
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
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl ActiveModelBehavior for ActiveModel {}
