//! The policies as somebody else meets them: a person, a partner under a share, or nobody.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::graphql::Asker;
use crate::policy::{Lens, Policies};
use crate::store::{Store, StoreError};
use crate::viewer::{Claimed, Directory, Viewer, assemble};

/// Why nobody can be asked about.
#[derive(Debug, thiserror::Error)]
pub enum AskedError {
    /// There is no such person, or the person may not sign in.
    #[error("there is no such person")]
    Person,
    /// There is no such share, or it is not in force.
    #[error("there is no such share in force")]
    Share,
    /// The viewer does not fit the policies, or cannot be made.
    #[error("no viewer can be made: {0}")]
    Viewer(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody's view at an instant. What is named `who` is the subject of a partner.
///
/// # Errors
/// There is no such person or share, or the database fails.
pub async fn viewer_of(
    store: &Store,
    asker: Asker,
    who: &str,
    now: DateTime<Utc>,
) -> Result<Viewer, AskedError> {
    let (subject, shares);
    let claimed = match asker {
        Asker::Nobody => None,
        Asker::Account(id) => {
            store.standing(id, now).await?.ok_or(AskedError::Person)?;
            subject = id.to_string();
            Some(Claimed::User { subject: &subject })
        }
        Asker::Share(id) => {
            if store.shares(&[id], now).await?.shares.is_empty() {
                return Err(AskedError::Share);
            }
            shares = [id.to_string()];
            Some(Claimed::Partner {
                subject: who,
                shares: &shares,
                scope: None,
            })
        }
    };
    let viewer = assemble(claimed, store, now).await;
    viewer.map_err(|error| AskedError::Viewer(error.to_string()))
}

/// The policies as a viewer meets them.
///
/// # Errors
/// The viewer does not fit them.
pub fn lens(policies: &Arc<Policies>, viewer: Viewer) -> Result<Arc<Lens>, AskedError> {
    let lens = Lens::new(Arc::clone(policies), viewer);
    let lens = lens.map_err(|error| AskedError::Viewer(error.to_string()))?;
    Ok(Arc::new(lens))
}
