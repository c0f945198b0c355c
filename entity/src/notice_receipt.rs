//! The table `notice_receipt`.

use sea_orm::entity::prelude::*;

/// What became of a notice at one recipient, for one child where there is one.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_receipt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub notice_id: Uuid,
    pub recipient_id: Uuid,
    /// The child that the notice is about, if any.
    pub student_id: Option<Uuid>,
    /// The wording of the notice that the receipt is about.
    pub notice_version: i32,
    pub delivered_at: Option<DateTimeUtc>,
    pub read_at: Option<DateTimeUtc>,
    pub signed_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
    /// When the row was put away; null while it is in use.
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
        belongs_to = "super::notice::Entity",
        from = "Column::NoticeId",
        to = "super::notice::Column::Id"
    )]
    Notice,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::RecipientId",
        to = "super::account::Column::Id"
    )]
    Recipient,
    #[sea_orm(
        belongs_to = "super::student::Entity",
        from = "Column::StudentId",
        to = "super::student::Column::Id"
    )]
    Student,
}

impl ActiveModelBehavior for ActiveModel {}
