//! Volunteers and the list of them.

use async_graphql::dataloader::DataLoader;
use async_graphql::{ComplexObject, Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::volunteer;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::organisation::{Organisation, Organisations};

/// Whether a volunteer can be asked.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum VolunteerStatus {
    Active,
    Paused,
    Left,
}

/// A person who volunteers for one organisation.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Volunteer {
    pub id: Uuid,
    pub external_id: Option<String>,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub skills: Vec<String>,
    pub availability: Vec<String>,
    pub district: Option<String>,
    pub birth_date: Option<NaiveDate>,
    pub status: VolunteerStatus,
    pub hours: i32,
    pub created_at: DateTime<Utc>,
    #[graphql(skip)]
    pub organisation_id: Uuid,
}

#[ComplexObject]
impl Volunteer {
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        let loader = context.data::<DataLoader<Organisations>>()?;
        Ok(loader.load_one(self.organisation_id).await?)
    }
}

impl TryFrom<volunteer::Model> for Volunteer {
    type Error = async_graphql::Error;

    fn try_from(row: volunteer::Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            external_id: row.external_id,
            name_zh: row.name_zh,
            name_en: row.name_en,
            phone: row.phone,
            email: row.email,
            skills: serde_json::from_str(&row.skills)?,
            availability: serde_json::from_str(&row.availability)?,
            district: row.district,
            birth_date: row.birth_date,
            status: match row.status.as_str() {
                "PAUSED" => VolunteerStatus::Paused,
                "LEFT" => VolunteerStatus::Left,
                _ => VolunteerStatus::Active,
            },
            hours: row.hours_total,
            created_at: row.created_at,
            organisation_id: row.organisation_id,
        })
    }
}

/// A page of volunteers.
#[derive(SimpleObject)]
pub struct VolunteerConnection {
    pub nodes: Vec<Volunteer>,
}

/// What can be asked for.
pub struct Query;

#[Object]
impl Query {
    /// The volunteers of an organisation, as their source numbers them.
    async fn volunteers(
        &self,
        context: &Context<'_>,
        organisation: Uuid,
        first: u64,
        #[graphql(default)] offset: u64,
    ) -> Result<VolunteerConnection> {
        let database = context.data::<DatabaseConnection>()?;
        let rows = volunteer::Entity::find()
            .filter(volunteer::Column::OrganisationId.eq(organisation))
            .filter(volunteer::Column::ArchivedAt.is_null())
            .order_by_asc(volunteer::Column::ExternalId)
            .order_by_asc(volunteer::Column::Id)
            .limit(first)
            .offset(offset)
            .all(database)
            .await?;
        let nodes = rows.into_iter().map(Volunteer::try_from);
        Ok(VolunteerConnection {
            nodes: nodes.collect::<Result<_>>()?,
        })
    }
}
