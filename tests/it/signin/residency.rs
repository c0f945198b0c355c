//! Letters and sign-ins leave only for places that the organisations of the person allow.

use chrono::TimeDelta;
use kaifong::entrance::{Caller, Refused};
use kaifong::residency::{MAIL, OIDC, Place};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::outside::linked;
use super::passwords::literal;
use super::post_office::PostOffice;
use super::stand_in::{Key, StandIn, but};
use super::{ANN, Door, VOLUNTEERS, account_of, terms};
use crate::app::noon;
use kaifong::entrance::Entrance;
use kaifong::oidc::Provider;

const HONG_KONG: &str = r#"["HK"]"#;
const ANYWHERE: &str = r#"["ANYWHERE"]"#;

fn place(code: &str) -> Option<Place> {
    Place::of(code)
}

impl Door {
    /// What every organisation says, and then those of a person.
    async fn keeps(&self, account: Uuid, all: &str, own: &str) {
        let who = literal(self, account);
        for sql in [
            format!("UPDATE organisation SET residency = '{all}'"),
            format!(
                "UPDATE organisation SET residency = '{own}' WHERE id IN \
                 (SELECT organisation_id FROM membership WHERE account_id = {who})"
            ),
        ] {
            self.database.db.execute_unprepared(&sql).await.unwrap();
        }
    }

    async fn asks_for_a_letter(&self) {
        let body = json!({ "email": ANN });
        let asked = self.post("/auth/recover", None, body).await;
        assert_eq!(asked.status, 204);
    }

    async fn sends(&self, later: TimeDelta) -> usize {
        let entrance = self.entrance_of(&self.graph, terms());
        while entrance.send_letter(noon() + later).await.unwrap() {}
        self.post.as_ref().unwrap().taken().len()
    }

    /// How many letters wait, and how many of them are withheld.
    async fn waiting(&self) -> (i64, i64) {
        self.graph.store().letters_waiting().await.unwrap()
    }
}

#[tokio::test]
async fn a_letter_leaves_only_for_a_place_that_every_organisation_of_the_person_allows() {
    for mut door in Door::each().await {
        door.post = Some(PostOffice::open(false).await);
        let ann = door.person("coordinator", ANN).await;
        let mut sent = 0;
        for (at, own, goes) in [
            (None, ANYWHERE, true),
            (place("SG"), ANYWHERE, true),
            (place("HK"), HONG_KONG, true),
            (place("MO"), r#"["HK","MO"]"#, true),
            (place("SG"), HONG_KONG, false),
            // Nobody stated the place.
            (None, HONG_KONG, false),
            (place("HK"), "[]", false),
            (place("HK"), "what is no list", false),
        ] {
            door.mail_place = at;
            door.keeps(ann, ANYWHERE, own).await;
            let before = MAIL.counts();
            door.asks_for_a_letter().await;
            sent += usize::from(goes);
            assert_eq!(door.sends(TimeDelta::zero()).await, sent, "{at:?} {own}");
            let waits = if goes { (0, 0) } else { (1, 1) };
            assert_eq!(door.waiting().await, waits, "{at:?} {own}");
            // The process counts, and other tests in it do too: more than before, not exactly.
            let after = MAIL.counts();
            let (before, after) = match goes {
                true => (before.0, after.0),
                false => (before.1, after.1),
            };
            assert!(after > before, "{at:?} {own}");
            let clear = "DELETE FROM letter";
            door.database.db.execute_unprepared(clear).await.unwrap();
            let clear = "DELETE FROM sign_in_rate";
            door.database.db.execute_unprepared(clear).await.unwrap();
        }
        door.close().await;
    }
}

#[tokio::test]
async fn an_organisation_above_binds_and_another_does_not() {
    for mut door in Door::each().await {
        door.post = Some(PostOffice::open(false).await);
        door.mail_place = place("HK");
        let ann = door.person("coordinator", ANN).await;
        // All others let nothing go; the person is none of theirs.
        door.keeps(ann, "[]", ANYWHERE).await;
        let who = literal(&door, ann);
        let top = literal(&door, Uuid::new_v4());
        for sql in [
            format!(
                "INSERT INTO organisation (id, created_at, updated_at, revision, kind, residency) \
                     VALUES ({top}, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1, 'NGO', '[\"SG\"]')"
            ),
            format!(
                "UPDATE organisation SET parent_id = {top} WHERE id IN \
                     (SELECT organisation_id FROM membership WHERE account_id = {who})"
            ),
        ] {
            door.database.db.execute_unprepared(&sql).await.unwrap();
        }
        door.asks_for_a_letter().await;
        assert_eq!(door.sends(TimeDelta::zero()).await, 0);
        let sql = format!("UPDATE organisation SET residency = '{HONG_KONG}' WHERE id = {top}");
        door.database.db.execute_unprepared(&sql).await.unwrap();
        assert_eq!(door.waiting().await, (1, 1));
        door.asks_for_a_letter().await;
        assert_eq!(door.sends(TimeDelta::zero()).await, 1);
        door.close().await;
    }
}

#[tokio::test]
async fn a_withheld_letter_goes_once_it_may_and_is_given_up_when_its_time_is_over() {
    for mut door in Door::each().await {
        door.post = Some(PostOffice::open(false).await);
        let ann = door.person("coordinator", ANN).await;
        door.keeps(ann, ANYWHERE, HONG_KONG).await;
        let invite = |entrance: std::sync::Arc<Entrance>| async move {
            let now = noon();
            let caller = Caller { address: None, now };
            let ends_at = now + TimeDelta::hours(72);
            entrance.invite_by_letter(ann, ANN, ends_at, caller).await
        };
        // Whoever invites is told at once, and nothing waits.
        let refused = invite(door.entrance_of(&door.graph, terms())).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, Refused::Residency));
        assert_eq!(refused.code(), "RESIDENCY_REFUSED");
        assert_eq!(door.waiting().await, (0, 0));
        // One that was put down before the organisation said so waits.
        door.keeps(ann, ANYWHERE, ANYWHERE).await;
        invite(door.entrance_of(&door.graph, terms()))
            .await
            .unwrap();
        door.keeps(ann, ANYWHERE, HONG_KONG).await;
        assert_eq!(door.sends(TimeDelta::zero()).await, 0);
        assert_eq!(door.waiting().await, (1, 1));
        assert_eq!(door.sends(TimeDelta::hours(1)).await, 0);
        door.mail_place = place("HK");
        assert_eq!(door.sends(TimeDelta::hours(2)).await, 1);
        assert_eq!(door.waiting().await, (0, 0));
        // And if it never may, it ends as letters do.
        invite(door.entrance_of(&door.graph, terms()))
            .await
            .unwrap();
        door.mail_place = None;
        assert_eq!(door.sends(TimeDelta::zero()).await, 1);
        assert_eq!(door.waiting().await, (1, 1));
        assert_eq!(door.sends(TimeDelta::hours(73)).await, 1);
        assert_eq!(door.waiting().await, (0, 0));
        door.close().await;
    }
}

#[tokio::test]
async fn without_a_border_nothing_leaves() {
    for mut door in Door::each().await {
        let post = PostOffice::open(false).await;
        let ann = door.person("coordinator", ANN).await;
        let (keys, vault) = (door.keys.clone(), door.vault.clone());
        let store = door.graph.store().clone();
        let open = Entrance::new(store, keys, vault, terms(), Vec::new()).unwrap();
        open.write_by(post.mailer());
        let now = noon();
        let caller = Caller { address: None, now };
        let ends_at = now + TimeDelta::hours(1);
        let refused = open.invite_by_letter(ann, ANN, ends_at, caller).await;
        assert!(matches!(refused, Err(Refused::Residency)));
        open.ask_recovery(ANN, caller).await.unwrap();
        assert!(open.send_letter(now).await.unwrap());
        assert_eq!(post.visits(), 0);
        assert_eq!(door.waiting().await, (1, 1));
        door.post = None;
        door.close().await;
    }
}

#[tokio::test]
async fn nobody_comes_in_by_a_provider_where_the_organisation_lets_no_data_go() {
    let key = Key::new("one");
    for mut door in Door::each().await {
        let stand_in = StandIn::new(&[&key]).await;
        linked(&mut door, stand_in.provider(), "coordinator").await;
        let ann = account_of("coordinator");
        let mut shown = 0;
        for (at, own, comes) in [
            (place("HK"), HONG_KONG, true),
            (None, ANYWHERE, true),
            (place("SG"), HONG_KONG, false),
            (None, HONG_KONG, false),
        ] {
            let mut settings = stand_in.settings();
            settings.place = at;
            door.providers = vec![Provider::new(settings)];
            door.keeps(ann, ANYWHERE, own).await;
            shown += 1;
            let token = but(
                &stand_in.claims("ann"),
                json!({ "jti": format!("{shown}") }),
            );
            let (_, before) = OIDC.counts();
            let reply = door.ask(&key.sign(&token), VOLUNTEERS).await;
            if comes {
                assert!(reply.body["data"]["volunteers"]["totalCount"].as_u64() > Some(0));
            } else {
                let reason = &reply.body["errors"][0]["extensions"]["reason"];
                assert_eq!(reason, "RESIDENCY_REFUSED", "{at:?} {own} {}", reply.body);
                assert!(OIDC.counts().1 > before);
            }
        }
        // Nor is an address linked there.
        let mut settings = stand_in.settings();
        settings.links_by_email = true;
        settings.place = place("SG");
        door.providers = vec![Provider::new(settings)];
        let bob = account_of("volunteer");
        door.keeps(bob, ANYWHERE, HONG_KONG).await;
        let who = literal(&door, bob);
        let sql = format!("UPDATE account SET email = 'bob@example.org' WHERE id = {who}");
        door.database.db.execute_unprepared(&sql).await.unwrap();
        let email = json!({ "email": "bob@example.org", "email_verified": true });
        let token = key.sign(&but(&stand_in.claims("bob"), email));
        let reply = door.ask(&token, VOLUNTEERS).await;
        let reason = &reply.body["errors"][0]["extensions"]["reason"];
        assert_eq!(reason, "RESIDENCY_REFUSED", "{}", reply.body);
        let found = door.graph.store().is_linked(&stand_in.issuer, "bob").await;
        assert!(!found.unwrap());
        door.close().await;
    }
}
