//! All rows of a database as they are, without any view; and how a row is rewritten.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use kaifong::catalogue::{AttributeShape, Cell, Field, Kind, Shape, TYPES, Type};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, SqlErr, Statement, TryGetable,
    Value,
};
use uuid::Uuid;

/// The cells of a row by column.
pub type Row = HashMap<&'static str, Cell>;

/// Every row of every type, by the type's name.
pub type Rows = HashMap<&'static str, BTreeMap<Uuid, Row>>;

/// The columns of a type that name other rows, with the type they lead to.
pub fn links(of: &'static Type) -> Vec<(&'static str, &'static Type)> {
    let mut found: Vec<(&'static str, &'static Type)> = Vec::new();
    for field in of.fields {
        if let Shape::One { column, target } = field.shape {
            found.push((column, kaifong::catalogue::find(target).unwrap()));
        }
    }
    for attribute in of.attributes {
        if let AttributeShape::Ref { column, entity, .. } = attribute.shape
            && !found.iter().any(|(known, _)| *known == column)
        {
            let target = TYPES.iter().find(|target| target.entity == entity);
            found.push((column, target.unwrap()));
        }
    }
    found
}

/// The fields of a type that are columns with a value.
pub fn values(of: &'static Type) -> impl Iterator<Item = (&'static Field, &'static str, Kind)> {
    let column = |field: &'static Field| Some((field, field.column()?, field.kind()?));
    of.fields.iter().filter_map(column)
}

/// Everything there is.
pub async fn all(database: &DatabaseConnection) -> Rows {
    let mut rows = Rows::new();
    for of in TYPES {
        let links = links(of);
        let mut columns: Vec<&str> = values(of).map(|(_, column, _)| column).collect();
        columns.extend(links.iter().map(|(column, _)| *column));
        let columns = columns.join(", ");
        let text = format!("SELECT id, {columns} FROM {} ORDER BY id", of.table);
        let found = rows.entry(of.name).or_default();
        for row in query(database, text).await {
            let id: Uuid = row.try_get("", "id").unwrap();
            let mut cells = Row::new();
            for (_, column, kind) in values(of) {
                cells.insert(column, read(&row, column, kind));
            }
            for (column, _) in &links {
                cells.insert(
                    column,
                    get::<Uuid>(&row, column).map_or(Cell::Null, Cell::Id),
                );
            }
            found.insert(id, cells);
        }
    }
    rows
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Option<T> {
    row.try_get::<Option<T>>("", column).unwrap()
}

fn read(row: &QueryResult, column: &str, kind: Kind) -> Cell {
    match kind {
        Kind::Int => get::<i32>(row, column).map_or(Cell::Null, |v| Cell::Int(v.into())),
        Kind::Float => get::<f64>(row, column).map_or(Cell::Null, Cell::Float),
        Kind::Bool => get::<bool>(row, column).map_or(Cell::Null, Cell::Bool),
        Kind::Time => get::<DateTime<Utc>>(row, column).map_or(Cell::Null, Cell::Time),
        Kind::Date => get::<NaiveDate>(row, column).map_or(Cell::Null, Cell::Date),
        _ => get::<String>(row, column).map_or(Cell::Null, Cell::Text),
    }
}

async fn query(database: &DatabaseConnection, text: String) -> Vec<QueryResult> {
    let statement = Statement::from_string(database.get_database_backend(), text);
    database.query_all_raw(statement).await.unwrap()
}

/// The columns of a table, and those of them that may be null.
pub async fn columns(database: &DatabaseConnection, table: &str) -> (Vec<String>, HashSet<String>) {
    let text = match database.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT column_name::text AS name, is_nullable = 'NO' AS full FROM information_schema.columns WHERE table_name = '{table}'"
        ),
        _ => format!("SELECT name, \"notnull\" = 1 AS full FROM pragma_table_info('{table}')"),
    };
    let (mut every, mut nullable) = (Vec::new(), HashSet::new());
    for row in query(database, text).await {
        let name: String = row.try_get("", "name").unwrap();
        if !row.try_get::<bool>("", "full").unwrap() {
            nullable.insert(name.clone());
        }
        every.push(name);
    }
    (every, nullable)
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => unreachable!("a null is written as text"),
        Cell::Bool(value) => (*value).into(),
        Cell::Int(value) => i32::try_from(*value).unwrap().into(),
        Cell::Float(value) => (*value).into(),
        Cell::Text(text) => text.clone().into(),
        Cell::Id(id) => (*id).into(),
        Cell::Time(time) => (*time).into(),
        Cell::Date(date) => (*date).into(),
    }
}

/// Lets trails be written over, which the database itself refuses: for a comparison only.
pub async fn unfreeze(database: &DatabaseConnection) {
    let triggers: &[&str] = match database.get_database_backend() {
        DbBackend::Postgres => &[
            "steps_stay ON partnership_step",
            "steps_stay ON space_step",
            "consents_stay ON consent",
            "consents_go ON consent",
            "data_request_steps_stay ON data_request_step",
            "data_request_steps_go ON data_request_step",
            "refusals_stay ON data_request_refusal",
        ],
        _ => &[
            "partnership_step_never_changed",
            "partnership_step_never_deleted",
            "partnership_step_never_replaced",
            "space_step_never_changed",
            "space_step_never_deleted",
            "space_step_never_replaced",
            "consent_never_changed",
            "consent_never_deleted",
            "consent_never_replaced",
            "data_request_step_never_changed",
            "data_request_step_never_deleted",
            "data_request_step_never_replaced",
            "data_request_refusal_never_changed",
            "data_request_refusal_kept",
            "data_request_refusal_never_replaced",
        ],
    };
    for trigger in triggers {
        let text = format!("DROP TRIGGER IF EXISTS {trigger}");
        database.execute_unprepared(&text).await.unwrap();
    }
}

/// Writes cells of a row.
pub async fn write(
    database: &DatabaseConnection,
    of: &Type,
    id: Uuid,
    cells: &[(&'static str, Cell)],
) {
    if cells.is_empty() {
        return;
    }
    let backend = database.get_database_backend();
    let mut bound = Vec::new();
    let mut bind = |value: Value| {
        bound.push(value);
        match backend {
            DbBackend::Postgres => format!("${}", bound.len()),
            _ => "?".to_owned(),
        }
    };
    let mut set = Vec::new();
    for (column, cell) in cells {
        set.push(match cell {
            Cell::Null => format!("{column} = NULL"),
            cell => format!("{column} = {}", bind(value(cell))),
        });
    }
    let id = bind(id.into());
    let text = format!("UPDATE {} SET {} WHERE id = {id}", of.table, set.join(", "));
    let statement = Statement::from_sql_and_values(backend, text, bound);
    let done = database.execute_raw(statement).await.unwrap();
    assert_eq!(done.rows_affected(), 1, "{} {id} is there", of.name);
}

/// Removes a row; whether that could be done. It cannot where a row leads to it by a column that no
/// relation of the catalogue shows.
pub async fn remove(database: &DatabaseConnection, of: &Type, id: Uuid) -> bool {
    let backend = database.get_database_backend();
    let place = if backend == DbBackend::Postgres {
        "$1"
    } else {
        "?"
    };
    let text = format!("DELETE FROM {} WHERE id = {place}", of.table);
    let statement = Statement::from_sql_and_values(backend, text, [Value::from(id)]);
    let done = match database.execute_raw(statement).await {
        Err(error) if error.to_string().to_lowercase().contains("foreign key") => return false,
        done => done.unwrap(),
    };
    assert_eq!(done.rows_affected(), 1, "{} {id} is there", of.name);
    true
}

/// Adds a row like another, without its external id, under which there can be only one.
/// Whether it could be added.
pub async fn add_like(database: &DatabaseConnection, of: &Type, like: Uuid, id: Uuid) -> bool {
    let backend = database.get_database_backend();
    let (columns, _) = columns(database, of.table).await;
    let places = if backend == DbBackend::Postgres {
        ["$1", "$2"]
    } else {
        ["?", "?"]
    };
    let copied = columns.iter().map(|column| match column.as_str() {
        "id" => places[0].to_owned(),
        "external_id" => "NULL".to_owned(),
        column => column.to_owned(),
    });
    let text = format!(
        "INSERT INTO {0} ({1}) SELECT {2} FROM {0} WHERE id = {3}",
        of.table,
        columns.join(", "),
        copied.collect::<Vec<_>>().join(", "),
        places[1],
    );
    let bound = [Value::from(id), Value::from(like)];
    let statement = Statement::from_sql_and_values(backend, text, bound);
    match database.execute_raw(statement).await {
        Ok(done) => {
            assert_eq!(done.rows_affected(), 1, "{} {like} is there", of.name);
            true
        }
        // A volunteer is on a roster once, a share and a space have one step of each number, a space one
        // place of each organisation: there is no second row like this one.
        Err(error) => {
            let twice = matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)));
            let once = [
                "Assignment",
                "Consent",
                "PartnershipStep",
                "DataRequestStep",
                "SpaceMember",
                "SpaceStep",
            ]
            .contains(&of.name);
            assert!(once && twice, "{}: {error}", of.name);
            false
        }
    }
}
