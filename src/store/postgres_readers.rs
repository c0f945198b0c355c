//! Connections to PostgreSQL that are held for reading.
//!
//! A pool asks a connection that comes back whether it is well, which costs the database and the
//! server a turn each: as much as a short statement. So a few connections stay here between two
//! statements. One on which anything went wrong, or whose statement nobody waited for, goes back to
//! the pool, which looks at it; and one that was not needed for a while is asked before it is used.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgArguments, PgConnection, PgPool, PgRow, Postgres};
use sea_orm::sqlx::{self, Arguments as _, AssertSqlSafe, Connection as _, Executor as _};
use sea_orm::{DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement, Value};
use tokio::task::AbortHandle;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber as _;
use uuid::Uuid;

use super::StoreError;
use super::readers::Visit;
use super::statements::Statements;

/// How many connections are held.
const HELD: usize = 4;
/// After how long a connection is asked whether it is well before it is used.
const TRUSTED: Duration = Duration::from_secs(1);
/// After how long a connection that was not needed goes back to the pool.
const NEEDED: Duration = Duration::from_secs(60);

/// Connections that only read.
pub struct PostgresReaders {
    pool: PgPool,
    /// The one that was used last is the last.
    held: Mutex<Vec<(PoolConnection<Postgres>, Instant)>>,
    statements: Statements,
    /// Gives them up when the pool is closed, which waits for all that it gave.
    giving_up: OnceLock<AbortHandle>,
}

impl PostgresReaders {
    /// Readers of the database behind this connection, if that is PostgreSQL.
    pub fn of(database: &DatabaseConnection, statements: &Statements) -> Option<Arc<Self>> {
        let postgres = database.get_database_backend() == DbBackend::Postgres;
        postgres.then(|| {
            Arc::new(Self {
                pool: database.get_postgres_connection_pool().clone(),
                held: Mutex::default(),
                statements: statements.clone(),
                giving_up: OnceLock::new(),
            })
        })
    }

    /// Runs a statement.
    pub async fn read<V: Visit>(
        self: &Arc<Self>,
        statement: Statement,
        visit: V,
    ) -> Result<V, StoreError> {
        let mut connection = self.connection().await?;
        let begun = Instant::now();
        // The driver enters the span of the request twice for each row. It has nothing to tell the
        // log, so here it has none.
        let reading = run(&mut connection, &statement, visit);
        let read = reading.with_subscriber(Dispatch::none()).await;
        self.statements
            .put(&statement.sql, begun.elapsed(), read.is_err());
        let visit = read?;
        self.hold(connection);
        Ok(visit)
    }

    async fn connection(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        while let Some((mut connection, since)) = self.last() {
            if since.elapsed() < TRUSTED || connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
        let acquired = self.pool.acquire().await;
        acquired.map_err(|cause| DbErr::Conn(RuntimeErr::SqlxError(cause.into())).into())
    }

    fn last(&self) -> Option<(PoolConnection<Postgres>, Instant)> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.pop()
    }

    fn hold(self: &Arc<Self>, connection: PoolConnection<Postgres>) {
        self.giving_up.get_or_init(|| {
            let (closed, readers) = (self.pool.close_event(), Arc::downgrade(self));
            let giving_up = tokio::spawn(async move {
                closed.await;
                if let Some(readers) = readers.upgrade() {
                    while readers.last().is_some() {}
                }
            });
            giving_up.abort_handle()
        });
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let unneeded = held.first().is_some_and(|(_, s)| s.elapsed() > NEEDED);
        let first = unneeded.then(|| held.remove(0));
        let spare = match held.len() < HELD {
            true => {
                held.push((connection, Instant::now()));
                None
            }
            false => Some(connection),
        };
        drop(held);
        drop((first, spare));
        // It may have been closed in the meantime.
        if self.pool.is_closed() {
            while self.last().is_some() {}
        }
    }
}

impl Drop for PostgresReaders {
    /// There may be no runtime any more in which the pool could take them back.
    fn drop(&mut self) {
        if let Some(giving_up) = self.giving_up.get() {
            giving_up.abort();
        }
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (connection, _) in held.drain(..) {
            drop(connection.detach());
        }
    }
}

async fn run<V: Visit>(
    connection: &mut PgConnection,
    statement: &Statement,
    mut visit: V,
) -> Result<V, StoreError> {
    let values = statement
        .values
        .as_ref()
        .map_or(&[][..], |values| &values.0);
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), 16 * values.len());
    for value in values {
        bind(&mut arguments, value)?;
    }
    let query = sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), arguments);
    let mut rows = connection.fetch(query);
    while let Some(row) = next(&mut rows).await? {
        visit.row(&row)?;
    }
    Ok(visit)
}

async fn next<S>(rows: &mut S) -> Result<Option<PgRow>, StoreError>
where
    S: futures_util::TryStream<Ok = PgRow, Error = sqlx::Error> + Unpin,
{
    let row = rows.try_next().await;
    row.map_err(|cause| DbErr::Query(RuntimeErr::SqlxError(cause.into())).into())
}

/// Binds a value as the rest of the program binds it.
fn bind(arguments: &mut PgArguments, value: &Value) -> Result<(), StoreError> {
    let unknown = || StoreError::Type("bound value");
    let bound = match value {
        Value::String(text) => arguments.add(text.as_deref()),
        Value::Uuid(id) => arguments.add(*id),
        Value::Bool(flag) => arguments.add(*flag),
        Value::Int(number) => arguments.add(*number),
        Value::BigInt(number) => arguments.add(*number),
        Value::Double(number) => arguments.add(*number),
        Value::ChronoDateTimeUtc(time) => arguments.add(*time),
        Value::ChronoDate(date) => arguments.add(*date),
        Value::Array(_, Some(values)) => {
            let id = |value: &Value| match value {
                Value::Uuid(Some(id)) => Ok(*id),
                _ => Err(unknown()),
            };
            let ids: Result<Vec<Uuid>, StoreError> = values.iter().map(id).collect();
            arguments.add(ids?)
        }
        _ => return Err(unknown()),
    };
    bound.map_err(|_| unknown())
}
