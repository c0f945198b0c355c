//! Text columns that sort and compare alike on both databases.
//!
//! SQLite compares text by its bytes; PostgreSQL does so only where a column says `COLLATE "C"`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// A text that is always there.
pub fn text(name: &'static str, backend: DbBackend) -> ColumnDef {
    collated(name, backend).not_null().take()
}

/// A text that may be missing.
pub fn optional_text(name: &'static str, backend: DbBackend) -> ColumnDef {
    collated(name, backend).null().take()
}

/// A list of strings as the text of a JSON array; empty unless given.
pub fn list(name: &'static str, backend: DbBackend) -> ColumnDef {
    collated(name, backend).not_null().default("[]").take()
}

fn collated(name: &'static str, backend: DbBackend) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text();
    if backend == DbBackend::Postgres {
        column.extra(r#"COLLATE "C""#);
    }
    column
}
