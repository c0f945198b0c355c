//! Shares that are loaded from a file begin with a step, and what two sides have agreed on is not for a
//! file to widen.

use std::io::Cursor;

use entity::{partnership, partnership_scope, partnership_step};
use kaifong::import::{self, Reason};
use kaifong::store::Vault;
use kaifong::store::import::{Run, load_alliance};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::alliance::{files, noon, permits};
use crate::databases::{TestDatabase, fixture};

const SHARES: &str = "id,owner_org_id,partner_org_id,level,desensitized,status\n";
const SCOPES: &str = "partnership_id,project_id\n";

/// Loads an alliance with these shares and parts of them; what was rejected of each.
async fn load(test: &TestDatabase, shares: &str, scopes: &str) -> [Vec<(u64, Reason)>; 2] {
    let permits = permits();
    let mut alliance = files(&fixture("import/alliance"));
    let file = Cursor::new(format!("{SHARES}{shares}"));
    alliance.shares = Box::new(import::shares(file).unwrap());
    let file = Cursor::new(format!("{SCOPES}{scopes}"));
    alliance.scopes = Box::new(import::scopes(file).unwrap());
    let run = Run {
        source: "former",
        now: noon(),
        dry_run: false,
        permit: &permits[0],
    };
    let reports = load_alliance(
        &test.db,
        alliance,
        &permits,
        run,
        &Vault::default(),
        &mut |_| {},
    )
    .await;
    let reports = reports.unwrap();
    ["shares", "scopes"].map(|kind| {
        let report = reports.iter().find(|r| r.kind.to_string() == kind).unwrap();
        report.rejected.iter().map(|r| (r.line, r.code)).collect()
    })
}

#[tokio::test]
async fn a_share_from_a_file_begins_with_a_step_and_stays_as_it_was_agreed() {
    for test in TestDatabase::each().await {
        let one = "1,1,2,read_only,t,active\n";
        // Nobody shares with the own organisation, in a file either.
        let shares = format!("{one}2,1,1,edit,t,active\n");
        let rejected = load(&test, &shares, "").await;
        assert_eq!(rejected, [vec![(3, Reason::WithItself)], vec![]]);
        let share = partnership::Entity::find()
            .one(&test.db)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((share.last_step, share.settled_at), (1, Some(noon())));
        let steps = partnership_step::Entity::find()
            .all(&test.db)
            .await
            .unwrap();
        assert_eq!(steps.len(), 1, "{}", test.name);
        let step = &steps[0];
        assert_eq!(
            (step.partnership_id, step.number, &*step.deed, &*step.side),
            (share.id, 1, "IMPORT", "NEITHER")
        );
        assert_eq!((step.account_id, step.created_at), (None, noon()));
        let after: Value = serde_json::from_str(&step.after_values).unwrap();
        assert_eq!(after["state"], json!("ACTIVE"));
        assert_eq!(
            after["fieldGroups"],
            json!(["ROSTER", "HISTORY", "ORIGINS"])
        );
        // The same file gives the share no more of the lead's work than it had.
        let parts = async || {
            partnership_scope::Entity::find()
                .count(&test.db)
                .await
                .unwrap()
        };
        assert_eq!(parts().await, 0);
        let rejected = load(&test, one, "1,1\n").await;
        assert_eq!(
            rejected,
            [vec![], vec![(2, Reason::AgreedAlready)]],
            "{}",
            test.name
        );
        assert_eq!(parts().await, 0);
        let steps = partnership_step::Entity::find()
            .count(&test.db)
            .await
            .unwrap();
        assert_eq!(steps, 1, "again is once");
        // What comes with a new share comes with it, and is there again unchanged.
        let two = format!("{one}2,1,2,edit,f,active\n");
        for _ in 0..2 {
            let rejected = load(&test, &two, "2,1\n").await;
            assert_eq!(rejected, [vec![], vec![]], "{}", test.name);
            assert_eq!(parts().await, 1);
        }
        test.close().await;
    }
}
