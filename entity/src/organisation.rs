//! The table `organisation`.

use sea_orm::entity::prelude::*;

/// An organisation: an NGO, a school, a funder, a government body or a company.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    /// One of `NGO`, `SCHOOL`, `FUNDER`, `GOVERNMENT`, `COMPANY`, `OTHER`.
    pub kind: String,
    pub parent_id: Option<Uuid>,
    pub district: Option<String>,
    pub address_en: Option<String>,
    pub address_zh: Option<String>,
    pub telephone: Option<String>,
    pub email: Option<String>,
    pub website: Option<String>,
    pub registration_number: Option<String>,
    pub school_category: Option<String>,
    pub school_level: Option<String>,
    pub school_session: Option<String>,
    pub school_gender: Option<String>,
    pub finance_type: Option<String>,
    pub religion: Option<String>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Degrees north.
    pub latitude: Option<f64>,
    pub source: Option<String>,
    /// The key in `source`; unique with it.
    pub external_id: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
    /// When the row was put away; null while it is in use.
    pub archived_at: Option<DateTimeUtc>,
    /// Whether its privacy officers look after the policies of all; set on the command line only.
    pub keeps_policies: bool,
    /// Where data about its people may go: ISO 3166 codes as a JSON array; `ANYWHERE`, or nowhere.
    pub residency: String,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
    Parent,
}

impl ActiveModelBehavior for ActiveModel {}
