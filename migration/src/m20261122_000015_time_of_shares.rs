//! Up to which instant the passing of time is in the trail of a share; and a group of fields that
//! never had an effect is no group any more: who is not desensitised is shown by name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::timestamp_with_time_zone_null;
use sea_orm_migration::sea_orm::ConnectionTrait;

/// When time was last looked at for each share.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// What was changed last was changed by somebody: time has had its effect since then.
const SETTLED: &str = "UPDATE partnership SET settled_at = updated_at";

/// The groups are the text of a JSON array.
const GROUPS: &str = r#"UPDATE partnership SET field_groups =
    REPLACE(REPLACE(REPLACE(field_groups, ',"NAMES"', ''), '"NAMES",', ''), '"NAMES"', '')
    WHERE field_groups LIKE '%"NAMES"%'"#;

/// A change that waits is the text of a JSON object, with the purpose in it: one that is the very
/// word is written otherwise, and means the same.
const PROPOSED: &str = r#"UPDATE partnership SET proposed_change =
    REPLACE(REPLACE(REPLACE(REPLACE(proposed_change,
        '"purpose":"NAMES"', '"purpose":"N\u0041MES"'),
        ',"NAMES"', ''), '"NAMES",', ''), '["NAMES"]', '[]')
    WHERE proposed_change LIKE '%"NAMES"%'"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("partnership")
            .add_column(timestamp_with_time_zone_null("settled_at"))
            .take();
        manager.alter_table(add).await?;
        let database = manager.get_connection();
        for statement in [SETTLED, GROUPS, PROPOSED] {
            database.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("partnership")
            .drop_column("settled_at")
            .take();
        manager.alter_table(drop).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
