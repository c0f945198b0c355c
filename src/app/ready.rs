//! Whether a server on this database can work.

use std::pin::Pin;
use std::sync::Arc;

use ::migration::{Migrator, MigratorTrait};
use sea_orm::DatabaseConnection;

/// Looks whether the database answers and is up to date; a word says what is missing.
pub type Look =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), &'static str>> + Send>> + Send + Sync>;

/// What looks at this database, without changing anything in it.
pub(super) fn look(database: DatabaseConnection) -> Look {
    Arc::new(move || {
        let database = database.clone();
        Box::pin(async move {
            match Migrator::get_pending_migrations_read_only(&database).await {
                Ok(pending) if pending.is_empty() => Ok(()),
                Ok(_) => Err("migrations"),
                Err(_) => Err("database"),
            }
        })
    })
}
