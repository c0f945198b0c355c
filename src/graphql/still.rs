//! Whether a partner's viewer still holds what it held when its answer was begun.
//!
//! A share can be suspended or revoked while an answer is being made. Before its first byte the
//! answer is looked at once more: where the watch says that nothing changed that is all, otherwise
//! the shares are read again. People's roles are read at the beginning of each request only.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Graph, claimed, to_the_microsecond};
use crate::policy::Lens;
use crate::store::Mark;
use crate::viewer::{self, Claims, PrincipalKind};

/// The moment before a viewer was made.
#[derive(Clone, Copy)]
pub struct Moment(Option<Mark>);

impl Graph {
    /// This moment, for a viewer that is to be made.
    pub(super) fn moment(&self, claims: Option<&Claims>) -> Moment {
        let partner = claims.is_some_and(|c| claimed(c).kind() == PrincipalKind::Partner);
        let mark = || self.store.watch().mark(PrincipalKind::Partner);
        Moment(partner.then(mark).flatten())
    }

    /// Whether the viewer of these claims, made after that moment for a request of this instant,
    /// still holds all that it did. Where nobody can say so, it does not.
    pub(super) async fn still(
        &self,
        claims: Option<&Claims>,
        lens: &Arc<Lens>,
        at: Moment,
        asked: DateTime<Utc>,
    ) -> bool {
        let now = self.now().max(asked);
        if lens.viewer().until().is_some_and(|until| until <= now) {
            return false;
        }
        let Some(holder) = claims.map(claimed) else {
            return true;
        };
        if holder.kind() != PrincipalKind::Partner {
            return true;
        }
        let mark = self.store.watch().mark(PrincipalKind::Partner);
        if at.0.is_some() && mark == at.0 {
            return true;
        }
        let again = viewer::assemble(Some(holder), &self.store, to_the_microsecond(now));
        match again.await {
            Ok(again) => again.holds_all_of(lens.viewer()),
            Err(error) => {
                tracing::warn!(%error, "the shares of an answer could not be read again");
                false
            }
        }
    }
}
