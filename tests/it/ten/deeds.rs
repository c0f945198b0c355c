//! What a partner may do at each level, by doing it: an edit share reports progress, an admin share
//! plans too, no share touches notes, and none reaches beyond what it covers.

use async_graphql::{Request, Variables};
use serde_json::{Value, json};

use super::agreed::Share;
use super::world::World;
use crate::app::{App, noon};
use crate::asking::id;
use crate::listed::listed;

/// What comes of a change of a shift under a share: `DONE`, or why not.
async fn tried(app: &App, share: &Share, input: &Value) -> String {
    let claims = listed(&app.database.db, share.id, &[share.id], noon()).await;
    let query = "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { userErrors { code } } }";
    let request = Request::new(query).variables(Variables::from_json(json!({ "input": input })));
    let answer = app.graph.execute(request, Some(&claims), noon()).await;
    let answer = serde_json::to_value(answer).unwrap();
    let payload = &answer["data"]["shiftChange"];
    let code = match payload.is_null() {
        true => &answer["errors"][0]["extensions"]["code"],
        false => &payload["userErrors"][0]["code"],
    };
    code.as_str().unwrap_or("DONE").to_owned()
}

/// Tries everything on a shift that the share covers, and something on one that it does not.
pub async fn check(app: &App, world: &World, [lead, partner]: [usize; 2], share: &Share) {
    let forbidden = "FORBIDDEN";
    let shifts = world.shifts_of(lead);
    // Values stay as they are: what is seen afterwards is what was seen before.
    if let Some(shift) = shifts.iter().find(|shift| share.covers(shift)) {
        let may = |yes: bool| if yes { "DONE" } else { forbidden };
        for (field, value, may) in [
            ("progress", json!(shift.progress), may(share.edits)),
            ("place", json!(shift.place), may(share.plans)),
            ("needed", json!(shift.needed), may(share.plans)),
            ("internalNote", json!(shift.internal_note), forbidden),
        ] {
            let mut input = json!({ "id": id("Shift", shift.id) });
            input[field] = value;
            let wanted = if share.in_force(noon()) {
                may
            } else {
                "NOT_FOUND"
            };
            let found = tried(app, share, &input).await;
            assert_eq!(found, wanted, "{lead} to {partner}, {field}: {share:?}");
        }
    }
    let own = world.shifts_of(partner);
    let beyond = shifts.iter().filter(|shift| !share.covers(shift)).take(1);
    for shift in beyond.chain(own.iter().take(1)) {
        let input = json!({ "id": id("Shift", shift.id), "progress": shift.progress });
        let found = tried(app, share, &input).await;
        assert_eq!(found, "NOT_FOUND", "{lead} to {partner}, beyond: {share:?}");
    }
}
