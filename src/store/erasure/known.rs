//! What the log of disclosures and the trail of changes know of a person who is being erased.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Way;
use super::erase::Order;
use crate::catalogue;
use crate::store::StoreError;
use crate::store::log::{forget_rows, rows_about};
use crate::store::trail::Writing;

/// The records behind whose pseudonyms the person is. They are found while the rows are there, and
/// forgotten when they are not: whoever writes an entry holds the end of the log last of all, so that
/// nobody waits for another in a circle.
pub(super) struct Known {
    records: Vec<Uuid>,
    who: &'static str,
}

impl Known {
    /// The person's record and the rows about it.
    pub(super) async fn of(
        transaction: &Writing,
        order: &Order,
        id: Uuid,
    ) -> Result<Self, StoreError> {
        let of = catalogue::find(order.person.name()).ok_or(StoreError::Type("erasure"))?;
        let rows = rows_about(&**transaction, of, id).await?;
        let records: Vec<Uuid> = rows.into_keys().collect();
        let who = match order.way {
            Way::Officer => "User",
            Way::Retention | Way::Command => "Job",
        };
        transaction.forgets(&records);
        Ok(Self { records, who })
    }

    /// Destroys the keys that lead from the log and the trail to the person.
    pub(super) async fn forget(
        self,
        transaction: &Writing,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        forget_rows(transaction, &self.records, self.who, now).await?;
        Ok(())
    }
}
