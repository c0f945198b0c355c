//! What tables have in common: the columns of every row, references and indexes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

/// A table with the columns that every row has.
pub fn table(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("revision").default(1))
        .col(timestamp_with_time_zone_null("archived_at"))
        .take()
}

/// A column of `table` that points to the id of `target`, which then cannot be deleted.
///
/// It belongs inside `CREATE TABLE`: SQLite cannot add it later.
pub fn reference(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}_reference"))
        .from(table, column)
        .to(target, "id")
        .on_delete(ForeignKeyAction::Restrict)
        .take()
}

/// An index by which lists of `table` are read.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    over(table, columns)
        .name(format!("{table}_by_{}", columns.join("_")))
        .take()
}

/// An index that lets no two rows of `table` agree in all of `columns`; a null agrees with none.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    over(table, columns)
        .name(format!("{table}_unique_{}", columns.join("_")))
        .unique()
        .take()
}

fn over(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
