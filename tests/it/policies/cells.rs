//! A cell rule that the database cannot answer: Cedar decides what is shown, and the cell takes no
//! part in filters and sorts.

use kaifong::catalogue::find;
use kaifong::policy::Policies;
use serde_json::Value;

use super::{coordinator, document, schema, sound};
use crate::app::App;
use crate::databases::TestDatabase;

/// The demo of one database under the rows and names that a coordinator sees, and this rule on
/// their telephone numbers.
async fn demo_under(database: TestDatabase, phones: &str) -> App {
    let seen = [
        "identity",
        "profile",
        "Volunteer.status",
        "Volunteer.assignments",
    ];
    let rules = [
        sound(),
        document("b.cedar", &coordinator("names", &seen, "Volunteer", "")),
        document("c.cedar", phones),
    ];
    App::over(database, Policies::load(&schema(), &rules).unwrap()).await
}

/// `nodes` of the coordinator's volunteers under these arguments.
async fn volunteers(app: &App, arguments: &str) -> Vec<Value> {
    let query = format!("{{ volunteers({arguments}) {{ nodes {{ id status phone }} }} }}");
    let mut data = app.data("coordinator", &query).await;
    let nodes = data["volunteers"]["nodes"].take();
    serde_json::from_value(nodes).unwrap()
}

/// What each of a page shows of the telephone number, by status.
fn shown(volunteers: &[Value], status: &str) -> (usize, usize) {
    let of = volunteers.iter().filter(|v| v["status"] == status);
    let (with, without): (Vec<&Value>, Vec<&Value>) = of.partition(|v| v["phone"].is_string());
    (with.len(), without.len())
}

#[tokio::test]
async fn a_cell_rule_that_only_cedar_understands_decides_output_and_bars_filters_and_sorts() {
    let like = coordinator(
        "pattern",
        &["Volunteer.phone"],
        "Volunteer",
        " &&\n  resource.status like \"A*VE\"",
    );
    for database in TestDatabase::each().await {
        let app = demo_under(database, &like).await;
        let all = volunteers(&app, "first: 100").await;
        assert_eq!(all.len(), 100, "{}", app.database.name);
        // of the active, those who have a telephone; of the others nobody
        let (with, without) = shown(&all, "ACTIVE");
        assert!(with > 70 && without < 10, "{with} {without}");
        for status in ["PAUSED", "LEFT"] {
            let (with, without) = shown(&all, status);
            assert!(with == 0 && without > 0, "{status}: {with} {without}");
        }

        // a number that is shown finds nobody, and all count as having none
        let known = all.iter().find_map(|v| v["phone"].as_str()).unwrap();
        let found = volunteers(&app, &format!("where: {{ phone: {{ eq: \"{known}\" }} }}")).await;
        assert_eq!(found, Vec::<Value>::new(), "{}", app.database.name);
        let none = volunteers(&app, "first: 100, where: { phone: { isNull: true } }").await;
        assert_eq!(none, all, "{}", app.database.name);
        let not = format!("first: 100, where: {{ not: {{ phone: {{ eq: \"{known}\" }} }} }}");
        assert_eq!(volunteers(&app, &not).await, all, "{}", app.database.name);

        // an order by it orders nothing
        for direction in ["ASC", "DESC"] {
            let order =
                format!("first: 100, orderBy: [{{ field: PHONE, direction: {direction} }}]");
            assert_eq!(volunteers(&app, &order).await, all, "{}", app.database.name);
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_cell_rule_on_a_whole_set_is_decided_row_by_row() {
    // the team leader's projects are the canteen; a coordinator leads none, and none is in any set
    let all_of = |set: &str| {
        let also = format!(" &&\n  resource.rosteredIn.containsAll({set})");
        coordinator("whole-set", &["Volunteer.phone"], "Volunteer", &also)
    };
    let app = demo_under(TestDatabase::sqlite().await, &all_of("principal.leads")).await;
    let everybody = volunteers(&app, "first: 100").await;
    let with = everybody.iter().filter(|v| v["phone"].is_string()).count();
    assert!(with > 80, "the empty set is part of every set: {with}");
    app.database.close().await;

    let demo = kaifong::demo::people(crate::app::noon());
    let canteen = demo
        .projects
        .iter()
        .find(|p| p.name_en.as_deref() == Some("Community Canteen"));
    let canteen = canteen.unwrap().id;
    let set = format!("[Project::\"{canteen}\"]");
    let app = demo_under(TestDatabase::sqlite().await, &all_of(&set)).await;
    let on_roster = |volunteer: uuid::Uuid| {
        let holds = ["OFFERED", "ACCEPTED", "ATTENDED", "ABSENT"];
        demo.assignments.iter().any(|a| {
            a.volunteer_id == volunteer
                && a.project_id == canteen
                && holds.contains(&a.status.as_str())
        })
    };
    let (mut with, mut without) = (0, 0);
    let ids = volunteers(&app, "first: 100").await;
    for of in &demo.volunteers {
        let id = kaifong::graphql::encode_id(find("Volunteer").unwrap(), of.id);
        let Some(shown) = ids.iter().find(|v| v["id"] == id.as_str()) else {
            continue;
        };
        let expected = of.phone.as_deref().filter(|_| on_roster(of.id));
        assert_eq!(shown["phone"].as_str(), expected);
        with += usize::from(expected.is_some());
        without += usize::from(expected.is_none());
    }
    assert!(with > 20 && without > 10, "{with} {without}");
    app.database.close().await;
}
