//! Who says where data may go, what may be said, and what holds of it in a tree of organisations.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::asking::{code, id, literal, row, tamper};

const SET: &str = "mutation($i: OrganisationSetResidencyInput!) { done: organisationSetResidency(input: $i) { organisation { residency } userErrors { code field message messageZh } } }";

/// The organisation of which this role is a member.
async fn own(app: &App, role: &str) -> Uuid {
    let query = "{ viewer { user { memberships { nodes { organisation { id } } } } } }";
    let data = app.data(role, query).await;
    row(&data["viewer"]["user"]["memberships"]["nodes"][0]["organisation"]["id"])
}

async fn set(app: &App, role: &str, organisation: Uuid, places: Value) -> Value {
    let input = json!({ "id": id("Organisation", organisation), "places": places });
    app.ask_with(role, SET, json!({ "i": input })).await
}

async fn office(app: &App, organisation: Uuid) -> Value {
    let query =
        "query($o: ID!) { privacyOffice(organisation: $o) { residency { places effective } } }";
    let asked = json!({ "o": id("Organisation", organisation) });
    let data = app.data_with("privacy_officer", query, asked).await;
    data["privacyOffice"]["residency"].clone()
}

#[tokio::test]
async fn a_privacy_officer_says_where_data_may_go_and_everybody_signed_in_reads_it() {
    for app in App::each().await {
        let organisation = own(&app, "privacy_officer").await;
        let read = format!(
            "{{ node(id: {:?}) {{ ... on Organisation {{ residency }} }} }}",
            id("Organisation", organisation)
        );
        let before = app.data("volunteer", &read).await;
        assert_eq!(before["node"]["residency"], json!(["ANYWHERE"]));
        for (places, kept) in [
            (json!(["MO", "HK", "HK"]), json!(["HK", "MO"])),
            (json!([]), json!([])),
            (json!(["ANYWHERE"]), json!(["ANYWHERE"])),
            (json!(["HK"]), json!(["HK"])),
        ] {
            let done = set(&app, "privacy_officer", organisation, places).await;
            assert_eq!(done["data"]["done"]["userErrors"], json!([]), "{done}");
            assert_eq!(done["data"]["done"]["organisation"]["residency"], kept);
        }
        for role in ["volunteer", "partner", "guardian", "administrator"] {
            let data = app.data(role, &read).await;
            assert_eq!(data["node"]["residency"], json!(["HK"]), "{role}");
        }
        let nobody = app.ask("anonymous", &read).await;
        assert!(nobody["data"]["node"].is_null(), "{nobody}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_else_says_it_and_what_is_no_place_is_refused() {
    for app in App::each().await {
        let organisation = own(&app, "privacy_officer").await;
        for role in [
            "administrator",
            "coordinator",
            "volunteer",
            "partner_edit",
            "teacher",
        ] {
            let refused = set(&app, role, organisation, json!(["SG"])).await;
            assert_eq!(code(&refused), "FORBIDDEN", "{role}");
        }
        for wrong in [
            json!(["hk"]),
            json!(["HK", "ANYWHERE"]),
            json!(["Hong Kong"]),
            json!(["HKG"]),
            json!([""]),
        ] {
            let refused = set(&app, "privacy_officer", organisation, wrong.clone()).await;
            let error = &refused["data"]["done"]["userErrors"][0];
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("INVALID"), &json!(["places"])),
                "{wrong}: {refused}"
            );
        }
        let unsaid = set(&app, "privacy_officer", organisation, Value::Null).await;
        assert_eq!(unsaid["data"]["done"]["userErrors"][0]["code"], "REQUIRED");
        let said = office(&app, organisation).await;
        assert_eq!(
            said,
            json!({ "places": ["ANYWHERE"], "effective": ["ANYWHERE"] })
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn organisations_are_bound_by_those_above_them() {
    for app in App::each().await {
        let organisation = own(&app, "privacy_officer").await;
        let (top, middle) = (Uuid::new_v4(), Uuid::new_v4());
        let (t, m, o) = (
            literal(&app, top),
            literal(&app, middle),
            literal(&app, organisation),
        );
        for (this, parent) in [(&t, "NULL"), (&m, t.as_str())] {
            let insert = format!(
                "INSERT INTO organisation (id, created_at, updated_at, revision, kind, parent_id) \
                 VALUES ({this}, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1, 'NGO', {parent})"
            );
            tamper(&app, &insert).await;
        }
        tamper(
            &app,
            &format!("UPDATE organisation SET parent_id = {m} WHERE id = {o}"),
        )
        .await;
        for (top, middle, own, effective) in [
            (
                r#"["ANYWHERE"]"#,
                r#"["ANYWHERE"]"#,
                r#"["ANYWHERE"]"#,
                json!(["ANYWHERE"]),
            ),
            (
                r#"["HK","SG"]"#,
                r#"["ANYWHERE"]"#,
                r#"["ANYWHERE"]"#,
                json!(["HK", "SG"]),
            ),
            (
                r#"["HK","SG"]"#,
                r#"["SG","MO"]"#,
                r#"["ANYWHERE"]"#,
                json!(["SG"]),
            ),
            (r#"["HK"]"#, r#"["ANYWHERE"]"#, r#"["SG"]"#, json!([])),
            (r#"["ANYWHERE"]"#, r#"[]"#, r#"["ANYWHERE"]"#, json!([])),
            // what cannot be understood allows nothing
            ("no list", r#"["ANYWHERE"]"#, r#"["ANYWHERE"]"#, json!([])),
        ] {
            for (this, words) in [(&t, top), (&m, middle), (&o, own)] {
                let update =
                    format!("UPDATE organisation SET residency = '{words}' WHERE id = {this}");
                tamper(&app, &update).await;
            }
            let said = office(&app, organisation).await;
            assert_eq!(said["effective"], effective, "{top} {middle} {own}");
        }
        // A ring ends where it began.
        tamper(
            &app,
            &format!(
                "UPDATE organisation SET parent_id = {o}, residency = '[\"HK\"]' WHERE id = {t}"
            ),
        )
        .await;
        assert_eq!(office(&app, organisation).await["effective"], json!(["HK"]));
        app.database.close().await;
    }
}
