//! Organisations, fetched for many volunteers at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::SimpleObject;
use async_graphql::dataloader::Loader;
use entity::organisation;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

/// An organisation.
#[derive(SimpleObject, Clone)]
pub struct Organisation {
    pub external_id: Option<String>,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
}

/// Finds organisations by id.
pub struct Organisations(pub DatabaseConnection);

impl Loader<Uuid> for Organisations {
    type Value = Organisation;
    type Error = Arc<DbErr>;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Organisation>, Arc<DbErr>> {
        let found = organisation::Entity::find()
            .filter(organisation::Column::Id.is_in(ids.iter().copied()))
            .all(&self.0)
            .await?;
        let named = found.into_iter().map(|row| {
            let organisation = Organisation {
                external_id: row.external_id,
                name_en: row.name_en,
                name_zh: row.name_zh,
            };
            (row.id, organisation)
        });
        Ok(named.collect())
    }
}
