//! Who acts with sets of policies: a person, as far as the policies in force let that person.

use std::sync::Arc;

use super::publish::Office;
use super::source::InForce;
use super::{LiveError, Side, in_force};
use crate::catalogue;
use crate::policy::gate::Set;
use crate::policy::{Lens, Permit, Policies};
use crate::store::PolicyDeed;
use crate::viewer::{Claimed, Viewer, assemble};

/// The acting person under the policies in force.
pub(super) struct Acting {
    /// The number of the published set in force, and the version in force.
    pub after: Option<i32>,
    pub version: String,
    /// The set in force.
    pub set: Arc<Set>,
    pub policies: Arc<Policies>,
    pub viewer: Viewer,
    pub permit: Permit,
}

impl Acting {
    /// The set in force, to be held against another.
    pub fn side(&self) -> Side<'_> {
        Side {
            set: &self.set,
            policies: &self.policies,
        }
    }
}

/// What decides who may act.
struct Deciding {
    /// The number of the published set in force.
    after: Option<i32>,
    /// The version in force.
    version: String,
    /// The set in force.
    set: Arc<Set>,
    policies: Arc<Policies>,
}

impl Office<'_> {
    /// The person, if the policies in force let that person do it.
    pub(super) async fn acting(&self, deed: PolicyDeed) -> Result<Acting, LiveError> {
        let Deciding {
            after,
            version,
            set,
            policies,
        } = self.deciding().await?;
        let subject = &self.account.to_string();
        let claimed = Some(Claimed::User { subject });
        let viewer = assemble(claimed, self.store, self.now)
            .await
            .map_err(|error| LiveError::Person(error.to_string()))?;
        let permit = match permit(&policies, viewer.clone(), deed) {
            Err(LiveError::Refused(what)) if self.store.policy_keepers().await?.is_empty() => {
                return Err(LiveError::NoKeeper(what));
            }
            decided => decided?,
        };
        Ok(Acting {
            after,
            version,
            set,
            policies,
            viewer,
            permit,
        })
    }

    /// The published set in force, its version, and the policies that decide: its own. A set that
    /// this program cannot use decides nothing, and must be replaced; then it is for the policies
    /// of the settings to say by whom.
    async fn deciding(&self) -> Result<Deciding, LiveError> {
        match in_force(self.store, self.proofs.required()).await {
            Ok(Some(InForce {
                number,
                set,
                policies,
            })) => Ok(Deciding {
                after: number,
                version: policies.version().to_owned(),
                set,
                policies,
            }),
            Ok(None) => {
                let policies = self.source.policies()?;
                Ok(Deciding {
                    after: None,
                    version: policies.version().to_owned(),
                    set: Arc::new(self.source.set()?),
                    policies,
                })
            }
            Err(LiveError::Unfit(number, unfit)) => {
                let kept = self.store.policy_set(number).await?;
                let kept = kept.ok_or(LiveError::Unfit(number, unfit))?;
                Ok(Deciding {
                    after: Some(number),
                    version: kept.version,
                    set: Arc::new(kept.set),
                    policies: self.source.policies()?,
                })
            }
            Err(error) => Err(error),
        }
    }
}

/// What these policies say of the deed, which is on all organisations alike.
pub(super) fn permit(
    policies: &Arc<Policies>,
    viewer: Viewer,
    deed: PolicyDeed,
) -> Result<Permit, LiveError> {
    let refused = || {
        LiveError::Refused(match deed {
            PolicyDeed::Publish => "publish",
            PolicyDeed::Rollback => "roll back",
            PolicyDeed::Approve => "approve",
        })
    };
    let lens = Lens::new(Arc::clone(policies), viewer).map_err(|_| refused())?;
    let of = catalogue::find("Organisation").ok_or_else(refused)?;
    let deed = of.deed(deed.name()).ok_or_else(refused)?;
    lens.permit_bulk(of, deed).map_err(|_| refused())
}
