//! Whose fault it is when the database fails: what a client can be told to do about it.

use sea_orm::sqlx::{self, postgres::PgDatabaseError, sqlite::SqliteError};
use sea_orm::{DbErr, RuntimeErr};

use super::StoreError;

/// What kind of failure it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The database is away or busy; later it may be there.
    Away,
    /// There is no room for changes.
    Full,
    /// A row like this is there already.
    Taken,
    /// The program's own.
    Own,
}

impl StoreError {
    /// What kind of failure this is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Database(DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => Fault::Away,
            Self::Database(
                DbErr::Exec(RuntimeErr::SqlxError(cause))
                | DbErr::Query(RuntimeErr::SqlxError(cause)),
            ) => of_driver(cause),
            Self::Sqlite(cause) => cause
                .sqlite_error()
                .map_or(Fault::Own, |error| of_sqlite(error.extended_code)),
            Self::Unlogged(cause) => cause.fault(),
            _ => Fault::Own,
        }
    }
}

fn of_driver(cause: &sqlx::Error) -> Fault {
    match cause {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Fault::Away,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<PgDatabaseError>().is_some() {
                of_postgres(&code)
            } else if error.try_downcast_ref::<SqliteError>().is_some() {
                code.parse().map_or(Fault::Own, of_sqlite)
            } else {
                Fault::Own
            }
        }
        _ => Fault::Own,
    }
}

/// By SQLSTATE.
fn of_postgres(code: &str) -> Fault {
    match code {
        "23505" => Fault::Taken,
        "53100" => Fault::Full,
        // shut down, crashed, or starting; locked; to be tried again
        "57P01" | "57P02" | "57P03" | "55P03" | "40001" | "40P01" | "25006" => Fault::Away,
        // connections and resources
        _ if code.starts_with("08") || code.starts_with("53") => Fault::Away,
        _ => Fault::Own,
    }
}

/// By the extended result code, whose last byte is the code itself.
fn of_sqlite(code: i32) -> Fault {
    /// `SQLITE_CONSTRAINT_UNIQUE` and `SQLITE_CONSTRAINT_PRIMARYKEY`.
    const TAKEN: [i32; 2] = [2067, 1555];
    /// `SQLITE_FULL`; what a quota or a limit of the file's size does to a write, or to the
    /// memory that the processes share: `SQLITE_IOERR_WRITE`, `SQLITE_IOERR_SHMSIZE`.
    const FULL: [i32; 3] = [13, 778, 4874];
    /// `SQLITE_BUSY`, `SQLITE_LOCKED`, `SQLITE_IOERR`, `SQLITE_CANTOPEN`.
    const AWAY: [i32; 4] = [5, 6, 10, 14];
    match code {
        code if TAKEN.contains(&code) => Fault::Taken,
        code if FULL.contains(&code) => Fault::Full,
        code if AWAY.contains(&(code & 0xff)) => Fault::Away,
        _ => Fault::Own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_fault() {
        for (code, fault) in [
            (5, Fault::Away),
            (517, Fault::Away),
            (261, Fault::Away),
            (10, Fault::Away),
            (266, Fault::Away),
            (13, Fault::Full),
            (778, Fault::Full),
            (2067, Fault::Taken),
            (787, Fault::Own),
            (1, Fault::Own),
        ] {
            assert_eq!(of_sqlite(code), fault, "{code}");
        }
        for (code, fault) in [
            ("57P01", Fault::Away),
            ("08006", Fault::Away),
            ("53300", Fault::Away),
            ("53100", Fault::Full),
            ("23505", Fault::Taken),
            ("23503", Fault::Own),
            ("42601", Fault::Own),
            ("", Fault::Own),
        ] {
            assert_eq!(of_postgres(code), fault, "{code}");
        }
    }
}
