//! Several servers on one database: what is changed at one is heard at the others.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Variables};
use kaifong::demo;
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store};
use kaifong::viewer::PrincipalKind;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};

use crate::app::{App, noon};
use crate::databases::{TestDatabase, fixture};
use crate::imports;
use crate::live::{Answers, begin, heard, silent};

const CHANGE: &str =
    "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { userErrors { code } } }";

/// Two servers of the demo's data.
struct Two {
    one: App,
    other: Arc<Graph>,
    other_database: DatabaseConnection,
    shift: Value,
}

async fn graph(database: &DatabaseConnection) -> Arc<Graph> {
    let store = Store::new(database.clone()).watched().await.unwrap();
    let policies = Policies::shipped().unwrap();
    let (seal, limits) = (Seal::new([7; 64]), Limits::default());
    let graph = Graph::new(policies, store, seal, limits, Arc::new(noon));
    Arc::new(graph.knowing(Duration::from_secs(60)))
}

async fn listens(graph: &Graph, yes: bool) {
    let watch = graph.store().watch();
    while watch.mark(PrincipalKind::User).is_some() != yes {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Two {
    /// Both, on each database.
    async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for database in TestDatabase::each().await {
            all.push(Self::on(database).await);
        }
        all
    }

    /// Both, on PostgreSQL alone.
    async fn start() -> Option<Self> {
        let database = TestDatabase::each().await.pop().unwrap();
        match database.name {
            "SQLite" => None,
            _ => Some(Self::on(database).await),
        }
    }

    async fn on(database: TestDatabase) -> Self {
        demo::load(&database.db, noon()).await.unwrap();
        let other_database = database.another_connection().await;
        let other = graph(&other_database).await;
        let one = App {
            graph: graph(&database.db).await,
            database,
            now: noon(),
        };
        listens(&one.graph, true).await;
        listens(&other, true).await;
        let query = "{ shifts(last: 1, orderBy: {field: STARTS_AT}) { nodes { id } } }";
        let shift = one.data("coordinator", query).await["shifts"]["nodes"][0]["id"].take();
        Self {
            one,
            other,
            other_database,
            shift,
        }
    }

    /// Gives the shift a title through one of the servers.
    async fn title(&self, graph: &Graph, title: &str) {
        let variables = json!({ "input": { "id": self.shift, "title": title } });
        let request = Request::new(CHANGE).variables(Variables::from_json(variables));
        let claims = self.one.claims("coordinator");
        let done = graph.execute(request, claims.as_ref(), noon()).await;
        let done = serde_json::to_value(done).unwrap();
        assert_eq!(
            done["data"]["shiftChange"]["userErrors"],
            json!([]),
            "{done}"
        );
    }

    async fn listen(&self, graph: &Arc<Graph>, query: &str) -> Answers {
        begin(graph, query, self.one.claims("coordinator")).await
    }

    async fn close(self) {
        drop((self.one.graph, self.other));
        self.other_database.close().await.unwrap();
        self.one.database.close().await;
    }
}

const TITLES: &str = "subscription { shiftChanged { id title } }";

#[tokio::test]
async fn a_change_at_one_is_heard_once_at_each() {
    for two in Two::each().await {
        let mut here = two.listen(&two.one.graph, TITLES).await;
        let mut there = two.listen(&two.other, TITLES).await;
        for (graph, title) in [(&two.one.graph, "early"), (&two.other, "late")] {
            two.title(graph, title).await;
            for answers in [&mut here, &mut there] {
                let event = heard(answers).await;
                let wanted = json!({ "id": two.shift, "title": title });
                assert_eq!(event["data"]["shiftChanged"], wanted);
            }
        }
        assert!(silent(&mut here).await && silent(&mut there).await);
        drop((here, there));
        two.close().await;
    }
}

#[tokio::test]
async fn what_is_not_kept_is_not_heard() {
    let Some(two) = Two::start().await else {
        return;
    };
    let mut there = two.listen(&two.other, TITLES).await;
    let stop = "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'stopped'; END $$;
        CREATE CONSTRAINT TRIGGER stop AFTER UPDATE ON shift DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION stop()";
    two.other_database.execute_unprepared(stop).await.unwrap();
    // The update and the notice are made; keeping them fails.
    let input = json!({ "input": { "id": two.shift, "title": "lost" } });
    let lost = two.one.ask_with("coordinator", CHANGE, input).await;
    assert_eq!(lost["data"]["shiftChange"], Value::Null);
    let go = "DROP TRIGGER stop ON shift";
    two.other_database.execute_unprepared(go).await.unwrap();
    two.title(&two.one.graph, "kept").await;
    let event = heard(&mut there).await;
    assert_eq!(event["data"]["shiftChanged"]["title"], "kept");
    drop(there);
    two.close().await;
}

#[tokio::test]
async fn what_was_missed_while_no_notices_came_is_not_missed_silently() {
    let Some(two) = Two::start().await else {
        return;
    };
    let mut all = two.listen(&two.other, TITLES).await;
    let one = TITLES.replace("shiftChanged", &format!("shiftChanged(id: {})", two.shift));
    let mut one = two.listen(&two.other, &one).await;
    let mut none = two
        .listen(
            &two.other,
            "subscription { shiftChanged(id: \"bm9uZQ\") { id } }",
        )
        .await;
    // What is there keeps its connections; the listeners cannot come back.
    TestDatabase::fill(&two.one.database.db).await;
    TestDatabase::fill(&two.other_database).await;
    two.one.database.let_in(false).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'kaifong listener' AND datname = current_database()";
    two.other_database.execute_unprepared(cut).await.unwrap();
    listens(&two.one.graph, false).await;
    listens(&two.other, false).await;
    two.title(&two.one.graph, "unheard").await;
    two.title(&two.other, "unheard of").await;
    two.one.database.let_in(true).await;
    let event = heard(&mut one).await;
    assert_eq!(event["data"]["shiftChanged"]["title"], "unheard of");
    let told = heard(&mut all).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "EVENTS_MISSED");
    assert!(silent(&mut none).await && silent(&mut one).await);
    // And afterwards all is as it was.
    listens(&two.one.graph, true).await;
    listens(&two.other, true).await;
    two.title(&two.one.graph, "heard").await;
    let event = heard(&mut one).await;
    assert_eq!(event["data"]["shiftChanged"]["title"], "heard");
    drop((all, one, none));
    two.close().await;
}

#[tokio::test]
async fn an_import_tells_those_who_listen_to_look_again() {
    for two in Two::each().await {
        let mut all = two.listen(&two.other, TITLES).await;
        let notices = "subscription { noticeChanged { id } }";
        let mut others = two.listen(&two.other, notices).await;
        let query = "{ projects(first: 1) { nodes { id } } }";
        let project =
            two.one.data("administrator", query).await["projects"]["nodes"][0]["id"].take();
        let (_, project) = kaifong::graphql::decode_id(project.as_str().unwrap()).unwrap();
        let mut run = imports::of("Shift", imports::run("camp"));
        for dry_run in [true, false] {
            assert!(silent(&mut all).await, "nothing was kept yet");
            run.dry_run = dry_run;
            let file = fixture("import/shifts.csv");
            let load = imports::schedule(&two.one.database.db, &file, project, run);
            assert!(load.await.unwrap().inserted > 0);
        }
        let told = heard(&mut all).await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "EVENTS_MISSED");
        assert!(silent(&mut others).await, "notices were not imported");
        drop((all, others));
        two.close().await;
    }
}

/// Only the last thousand or so are kept: who looks too seldom has missed some, and is told so.
#[tokio::test]
async fn what_was_left_on_the_board_of_a_file_and_is_gone_was_missed() {
    let two = Two::on(TestDatabase::sqlite().await).await;
    let mut all = two.listen(&two.other, TITLES).await;
    let left = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
        INSERT INTO server_event (server, notice)
        SELECT X'00', '{\"of\":\"Notice\",\"ids\":[],\"what\":\"made\"}' FROM n";
    two.one.database.db.execute_unprepared(left).await.unwrap();
    let told = heard(&mut all).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "EVENTS_MISSED");
    // Whoever listens again hears what comes, and of what was missed no more.
    let mut all = two.listen(&two.other, TITLES).await;
    assert!(silent(&mut all).await);
    two.title(&two.one.graph, "after").await;
    let event = heard(&mut all).await;
    assert_eq!(event["data"]["shiftChanged"]["title"], "after");
    drop(all);
    two.close().await;
}

/// What is not kept leaves no word.
#[tokio::test]
async fn what_a_server_with_the_same_file_does_not_keep_is_not_heard() {
    let two = Two::on(TestDatabase::sqlite().await).await;
    let mut there = two.listen(&two.other, TITLES).await;
    let stop = "CREATE TRIGGER stop BEFORE INSERT ON server_event
        BEGIN SELECT RAISE(ABORT, 'stopped'); END";
    two.other_database.execute_unprepared(stop).await.unwrap();
    // The shift is changed; to leave word of it fails, and so does all of it.
    let input = json!({ "input": { "id": two.shift, "title": "lost" } });
    let lost = two.one.ask_with("coordinator", CHANGE, input).await;
    assert_eq!(lost["data"]["shiftChange"], Value::Null);
    let go = "DROP TRIGGER stop";
    two.other_database.execute_unprepared(go).await.unwrap();
    two.title(&two.one.graph, "kept").await;
    let event = heard(&mut there).await;
    assert_eq!(event["data"]["shiftChanged"]["title"], "kept");
    assert!(silent(&mut there).await);
    drop(there);
    two.close().await;
}
