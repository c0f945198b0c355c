//! Writing under the vault: a value that must be sealed is written in no other way.

use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::any_sealed;
use crate::catalogue::Type;
use crate::store::{Store, StoreError};

impl Store {
    /// Seals what must be sealed of a row that is about to be written, with the newest key.
    pub(in crate::store) async fn seal_for(
        &self,
        database: &impl ConnectionTrait,
        of: &'static Type,
        row: Uuid,
        columns: &mut Vec<(&'static str, Value)>,
    ) -> Result<(), StoreError> {
        if !any_sealed(of, columns) {
            return Ok(());
        }
        let kept_up = self.vault.keep_up(database).await;
        kept_up.map_err(|_| StoreError::UnknownKey)?;
        self.vault.seal_columns(of, row, columns)
    }
}
