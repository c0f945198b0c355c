//! Shares are offered from a space: one act, an offer to each of several members, on the same terms.

use std::collections::BTreeSet;

use async_graphql::{Name, Value};
use uuid::Uuid;

use super::{Decided, Input, Work, not_yours};
use crate::catalogue;
use crate::graphql::mutate::create::{self, Prepared};
use crate::graphql::mutate::payload::{UserError, UserErrorCode};
use crate::graphql::schema::Mutate;
use crate::sharing::Place;
use crate::store::{Draft, Offer};

/// The terms that an offer takes as they were given.
const TERMS: [&str; 8] = [
    "level",
    "fieldGroups",
    "desensitised",
    "purpose",
    "validFrom",
    "validTo",
    "projectIds",
    "scopes",
];

impl Work<'_> {
    /// Offers a share to each of the partners, all of them or none. Every offer is decided as if it
    /// were made by itself; and both sides must be in the space, and the projects brought into it.
    pub(super) async fn offered(&self, input: &Input) -> Decided {
        let share = catalogue::find("Partnership");
        let Some((of, deed)) = share.and_then(|of| Some((of, of.deed("create")?))) else {
            return Ok(Ok(None));
        };
        let lead = match self.organisations(input, "organisationId").await? {
            Ok(lead) => lead.first().copied().unwrap_or_default(),
            Err(error) => return Ok(Err(vec![error])),
        };
        if !self.works_for(lead) {
            return Ok(Err(vec![not_yours("organisationId")]));
        }
        let partners = match self.organisations(input, "partnerIds").await? {
            Ok(partners) => partners,
            Err(error) => return Ok(Err(vec![error])),
        };
        let organisations = catalogue::find("Organisation");
        let encoded = |id: Uuid| {
            let of = organisations.map(|of| crate::graphql::id::encode(of, id));
            Value::from(of.unwrap_or_default())
        };
        let mut offers = Vec::new();
        for partner in partners {
            if self.stands(partner) != Some(Place::Joined) {
                return Ok(Err(vec![not_a_member()]));
            }
            let mut terms = Input::new();
            for name in TERMS {
                if let Some(value) = input.get(name) {
                    terms.insert(Name::new(name), value.clone());
                }
            }
            terms.insert(Name::new("leadId"), encoded(lead));
            terms.insert(Name::new("partnerId"), encoded(partner));
            let mutate = Mutate { of, deed };
            // Deciding one takes as long as deciding a share; it is on the heap for that.
            let prepared = Box::pin(create::prepare(self.scope, mutate, &terms)).await?;
            let Prepared { permit, mut drafts } = match prepared {
                Ok(prepared) => prepared,
                Err(errors) => return Ok(Err(errors.into_iter().map(of_partners).collect())),
            };
            if !self.holds_all(lead, &drafts) {
                return Ok(Err(vec![not_in_the_space()]));
            }
            if let Some(share) = drafts.first_mut() {
                share.columns.push(("space_id", self.current.id().into()));
            }
            offers.push(Offer { permit, drafts });
        }
        let mut step = self.step(self.trail());
        step.offers = offers;
        Ok(Ok(Some(step)))
    }

    /// Whether all that is offered is of projects that this organisation brought into the space.
    fn holds_all(&self, lead: Uuid, drafts: &[Draft]) -> bool {
        let rows = self.row.projects.iter();
        let own = rows.filter(|row| row.organisation == lead);
        let here: BTreeSet<Uuid> = own.map(|row| row.project).collect();
        let scopes = drafts
            .iter()
            .filter(|draft| draft.of.table == "partnership_scope");
        let mut projects = scopes.flat_map(|draft| &draft.columns);
        projects.all(|(column, value)| {
            *column != "project_id" || here.iter().any(|id| *value == (*id).into())
        })
    }
}

/// What stands in the way of one offer, as this deed names its inputs.
fn of_partners(error: UserError) -> UserError {
    let field = error.field.map(|field| match field.as_str() {
        "partnerId" => "partnerIds".to_owned(),
        "leadId" => "organisationId".to_owned(),
        _ => field,
    });
    UserError { field, ..error }
}

fn not_a_member() -> UserError {
    UserError::new(
        UserErrorCode::Conflict,
        "Shares are offered to members of the space.",
        "只可向協作空間的成員機構提出分享。",
        Some("partnerIds"),
    )
}

fn not_in_the_space() -> UserError {
    UserError::new(
        UserErrorCode::Conflict,
        "Only projects that your organisation brought into the space are shared from it.",
        "只可從協作空間分享由本機構帶入的計劃。",
        Some("projectIds"),
    )
}
