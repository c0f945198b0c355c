//! How things stood in a drill's time: tokens by the shares that were in force, and everybody as the
//! directory itself would say it.

use chrono::TimeDelta;
use kaifong::demo::{self, DemoToken};
use kaifong::store::past;
use kaifong::viewer::{Claimed, Directory, Viewer, assemble};
use serde_json::json;
use uuid::Uuid;

use super::drill::{ask_at, begins, drill, fields, holder, lead, of, vera};
use crate::app::{App, noon};
use crate::asking::{id, literal, tamper};

#[tokio::test]
async fn tokens_are_told_by_the_shares_that_were_in_force_then() {
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let (masked, full) = (holder("partner"), holder("partner_edit"));
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh phone } }";
        let given = json!({ "id": id("Volunteer", volunteer) });
        let partner = app.claims("partner").unwrap();
        let seen = ask_at(&app, &partner, begins() + TimeDelta::hours(7), query, given).await;
        let name = seen["data"]["volunteer"]["nameZh"].as_str();
        assert!(name.is_some_and(|name| name.ends_with("XX")), "{seen}");

        let listed = async |token: Uuid| {
            let token = id("PartnerToken", token);
            let found = drill(&app, volunteer).await;
            (
                of(&found["saw"], "partnerToken", &token).clone(),
                of(&found["could"], "partnerToken", &token).clone(),
            )
        };
        let (saw, could) = listed(masked).await;
        assert_eq!(fields(&saw["masked"]), ["Volunteer.nameZh"], "{saw}");
        assert_eq!(fields(&saw["full"]), Vec::<&str>::new());
        assert_eq!(
            (&saw["hasAccess"], &saw["viewerKind"]),
            (&json!(true), &json!("PARTNER"))
        );
        assert_eq!(saw["shares"].as_array().unwrap().len(), 1);
        assert_eq!(could["saw"], true);
        assert!(
            fields(&could["masked"]).contains(&"Volunteer.nameZh"),
            "{could}"
        );
        let all = [fields(&could["full"]), fields(&could["masked"])].concat();
        assert!(
            !all.contains(&"Volunteer.phone"),
            "contacts are withheld: {all:?}"
        );
        let (saw, could) = listed(full).await;
        assert!(saw.is_null(), "{saw}");
        assert_eq!(could["saw"], false);
        let seen = fields(&could["full"]);
        assert!(seen.contains(&"Volunteer.nameZh") && seen.contains(&"Volunteer.phone"));

        // A share that was ended since was in force then: the trail of changes says so.
        let share = id("Partnership", share_of("partner"));
        let revoke = "mutation($i: PartnershipRevokeInput!) { partnershipRevoke(input: $i) {
            partnership { state } userErrors { code } } }";
        let given = json!({ "i": { "id": share } });
        let ended = app.data_with("administrator", revoke, given).await;
        assert_eq!(
            ended["partnershipRevoke"]["partnership"]["state"], "ENDED",
            "{ended}"
        );
        let (saw, could) = listed(masked).await;
        assert_eq!(saw["hasAccess"], false, "{saw}");
        assert_eq!(could["saw"], true, "{could}");
        assert!(
            fields(&could["masked"]).contains(&"Volunteer.nameZh"),
            "{could}"
        );

        // One that began after the day was not.
        let share = literal(&app, share_of("partner_edit"));
        let sql = "UPDATE partnership SET valid_from = '2026-11-18T00:00:00+00:00' WHERE id = ";
        tamper(&app, &format!("{sql}{share}")).await;
        let (saw, could) = listed(full).await;
        assert!(saw.is_null() && could.is_null(), "{could}");
        app.database.close().await;
    }
}

/// The share of a partner of the demo.
fn share_of(role: &str) -> Uuid {
    let mut holders = demo::holders().into_iter();
    match holders.find(|holder| holder.role == role).unwrap().kind {
        DemoToken::Partner { share_ids, .. } => share_ids[0],
        DemoToken::User { .. } => panic!("{role} is no partner"),
    }
}

/// A viewer by what decides about it; nothing where nobody can come in so.
async fn known<D: Directory>(claimed: Claimed<'_>, directory: &D) -> Option<String> {
    let viewer = assemble(Some(claimed), directory, noon()).await;
    viewer.ok().as_ref().map(Viewer::fingerprint)
}

/// Both name a viewer alike, or both nobody.
#[tokio::test]
async fn at_this_instant_the_past_says_what_the_directory_says() {
    for app in App::each().await {
        let store = app.graph.store().at(noon());
        let demo = demo::people(noon());
        let (mut people, mut tokens) = (0, 0);
        for organisation in [lead(), Uuid::nil()] {
            let asked = past::Asked {
                organisation,
                from: noon(),
                until: noon() + TimeDelta::microseconds(1),
                most: 10_000,
            };
            let past = store.past(asked).await.unwrap();
            assert!(!past.more() && !past.unread());
            for account in past.people() {
                let subject = &account.to_string();
                let then = known(Claimed::User { subject }, &past).await;
                let now = known(Claimed::User { subject }, &store).await;
                assert!(then == now, "{}: {then:?} {now:?}", app.database.name);
                people += usize::from(now.is_some());
            }
            for (token, _) in past.tokens() {
                let shares = past.shares_of(token);
                let shares: Vec<String> = shares.iter().map(Uuid::to_string).collect();
                let claimed = Claimed::Token {
                    subject: &token.to_string(),
                    jti: "one",
                    shares: &shares,
                    projects: &[],
                    scope: None,
                };
                let (then, now) = (known(claimed, &past).await, known(claimed, &store).await);
                assert!(then == now, "{}: {then:?} {now:?}", app.database.name);
                tokens += usize::from(now.is_some());
            }
            let holds = |account: &Uuid| past.people().contains(account);
            let held = demo.memberships.iter();
            let held = held.filter(|held| held.valid_to.is_none_or(|to| to > noon()));
            let members = held.map(|held| held.account_id);
            assert!(members.into_iter().all(|account| holds(&account)));
        }
        assert!(people > 50 && tokens >= 2, "{people} {tokens}");
        app.database.close().await;
    }
}
