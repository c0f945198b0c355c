//! Names, sessions, codes and counts of sign-in.
//!
//! These rows are nobody's to see: no type of the graph is made of them, no viewer reads them, so no
//! permit is asked for. Whoever calls has already shown a password, a token or a code; what is here
//! makes each of them count once, however many ask at the same moment.

mod codes;
mod letters;
mod links;
mod logins;
mod outside;
mod rates;
mod sessions;

pub use codes::AuthenticatorRow;
pub use letters::{LetterRow, NewLetter};
pub use links::{LinkRow, NewLink};
pub use logins::{LoginRow, Named};
pub use outside::CameBack;
pub use rates::Paid;
pub use sessions::{NewSession, Renewed, SessionRow};

use sea_orm::{ConnectionTrait, SqlErr};

use super::sql::Sql;
use super::{Store, StoreError};

impl Store {
    /// Carries a statement out; how many rows it touched.
    async fn execute(&self, write: impl FnOnce(&mut Sql)) -> Result<u64, StoreError> {
        let mut sql = self.sql();
        write(&mut sql);
        Ok(self
            .database
            .execute_raw(sql.finish())
            .await?
            .rows_affected())
    }

    /// The same inside a transaction.
    async fn execute_in(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        write: impl FnOnce(&mut Sql),
    ) -> Result<u64, StoreError> {
        let mut sql = self.sql();
        write(&mut sql);
        Ok(transaction.execute_raw(sql.finish()).await?.rows_affected())
    }
}

/// Whether a row of the kind is there already.
fn is_taken(error: &StoreError) -> bool {
    let StoreError::Database(error) = error else {
        return false;
    };
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
