//! A share is made with the projects that it covers.

use kaifong::demo;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{done, forbidden, organisation, pair, stopped};
use crate::app::{App, noon};
use crate::asking::{id, literal, nodes, number};

#[tokio::test]
async fn a_new_share_covers_the_projects_it_names() {
    for app in App::each().await {
        let lead = id("Organisation", organisation("administrator"));
        let partner = id("Organisation", organisation("partner"));
        let projects = app.data("administrator", &format!("{{ organisation(id: {lead:?}) {{ projects(first: 2) {{ nodes {{ id }} }} }} other: organisation(id: {partner:?}) {{ projects {{ nodes {{ id }} }} }} }}")).await;
        let mine: Vec<Value> = nodes(&projects["organisation"]["projects"])
            .iter()
            .map(|p| p["id"].clone())
            .collect();
        let input = |ids: Value| json!({ "leadId": lead, "partnerId": partner, "level": "READ_ONLY", "projectIds": ids });
        let made = done(
            &app,
            "administrator",
            "partnershipCreate",
            "state scopes { nodes { project { id } department { id } shift { id } } }",
            &input(json!(mine)),
        )
        .await;
        let mut covered: Vec<String> = nodes(&made["scopes"])
            .iter()
            .map(|scope| scope["project"]["id"].as_str().unwrap().to_owned())
            .collect();
        let mut expected: Vec<String> = mine
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        covered.sort();
        expected.sort();
        assert_eq!(covered, expected);
        let ended = done(
            &app,
            "administrator",
            "partnershipArchive",
            "state",
            &json!({ "id": made["id"] }),
        )
        .await;
        assert_eq!(ended["state"], "ENDED");
        // One that is not the lead's, or is not there, makes the whole share impossible.
        let theirs = number(
            &app,
            &format!(
                "SELECT COUNT(*) FROM project WHERE organisation_id = {}",
                literal(&app, organisation("partner"))
            ),
        )
        .await;
        assert!(theirs > 0);
        let demo = demo::people(noon());
        let foreign = demo
            .projects
            .iter()
            .find(|p| p.organisation_id == organisation("partner"))
            .unwrap()
            .id;
        for wrong in [
            id("Project", foreign),
            id("Project", Uuid::nil()),
            mine[0].as_str().unwrap().replace('A', "B"),
            "x".into(),
        ] {
            let errors = stopped(
                &app,
                "administrator",
                "partnershipCreate",
                &input(json!([mine[0], wrong])),
            )
            .await;
            assert_eq!(errors, [pair("NOT_FOUND", "projectIds")], "{wrong}");
        }
        // Nobody gives away what is another's.
        let mut swapped = input(json!([]));
        swapped["leadId"] = json!(partner);
        swapped["partnerId"] = json!(lead);
        forbidden(&app, "administrator", "partnershipCreate", &swapped).await;
        forbidden(&app, "coordinator", "partnershipCreate", &input(json!([]))).await;
        app.database.close().await;
    }
}
