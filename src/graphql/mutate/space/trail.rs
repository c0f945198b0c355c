//! What the trail of a space says.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::catalogue::{self, Cell};
use crate::graphql::scope::Scope;
use crate::store::Draft;

/// The steps that are added to a trail.
pub struct Trail {
    space: Uuid,
    lead: Uuid,
    account: Option<Uuid>,
    /// The number of the last step.
    pub number: i32,
    /// The rows.
    pub drafts: Vec<Draft>,
}

impl Trail {
    /// The trail of a space after this many steps.
    pub fn of(scope: &Scope, space: Uuid, lead: Uuid, number: i32) -> Self {
        Self {
            space,
            lead,
            account: scope.lens.viewer().account(),
            number,
            drafts: Vec::new(),
        }
    }

    /// Says that something was done about an organisation.
    pub fn say(
        &mut self,
        deed: &str,
        organisation: Uuid,
        before: Map<String, Json>,
        after: Map<String, Json>,
    ) {
        let Some(of) = catalogue::find("SpaceStep") else {
            return;
        };
        self.number += 1;
        let mut draft = Draft::new(of);
        for (column, cell) in [
            ("space_id", Cell::Id(self.space)),
            ("lead_id", Cell::Id(self.lead)),
            ("organisation_id", Cell::Id(organisation)),
            ("number", Cell::Int(self.number.into())),
            ("deed", Cell::Text(deed.to_owned())),
            ("account_id", self.account.map_or(Cell::Null, Cell::Id)),
            ("before_values", Cell::Text(json!(before).to_string())),
            ("after_values", Cell::Text(json!(after).to_string())),
        ] {
            draft.put(column, &cell);
        }
        self.drafts.push(draft);
    }
}
