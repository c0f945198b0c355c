//! Viewers that are known again: nothing that was revoked or has ended is served.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kaifong::catalogue;
use kaifong::demo::{self, DemoToken};
use kaifong::graphql::{Graph, Limits, encode_id};
use kaifong::policy::Policies;
use kaifong::store::{Mark, READ, Seal, Store};
use kaifong::viewer::PrincipalKind;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::app::{App, ROLES, noon};
use crate::databases::TestDatabase;

/// How many holders one share has in a test.
const HOLDERS: usize = 48;

const SHIFTS: &str = "{ shifts(first: 1) { totalCount } }";

/// A graph that knows viewers again, with every statement that it sends.
struct Watched {
    app: App,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for database in TestDatabase::each().await {
            demo::load(&database.db, noon()).await.unwrap();
            let sent = Arc::new(Mutex::new(Vec::new()));
            let log = Arc::clone(&sent);
            let store = Store::new(database.db.clone()).watched().await.unwrap();
            let note = move |text: &str| log.lock().unwrap().push(text.to_owned());
            store.listen(note);
            let policies = Policies::shipped().unwrap();
            let (seal, limits) = (Seal::new([7; 64]), Limits::default());
            let graph = Graph::new(policies, store, seal, limits, Arc::new(noon));
            let app = App {
                database,
                graph: Arc::new(graph.knowing(Duration::from_secs(60))),
                now: noon(),
            };
            let watched = Self { app, sent };
            watched.until(|mark| mark.is_some()).await;
            all.push(watched);
        }
        all
    }

    fn mark(&self) -> Option<Mark> {
        self.app.graph.store().watch().mark(PrincipalKind::User)
    }

    /// Waits until the watch says so.
    async fn until(&self, wanted: impl Fn(Option<Mark>) -> bool) {
        while !wanted(self.mark()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The data that a role gets at an instant, and the statements that were sent for it.
    async fn ask_at(&self, role: &str, now: DateTime<Utc>) -> (Value, Vec<String>) {
        self.sent.lock().unwrap().clear();
        let claims = self.app.claims(role);
        let answer = self.app.graph.execute(SHIFTS.into(), claims.as_ref(), now);
        let answer = serde_json::to_value(answer.await).unwrap();
        let sent = self.sent.lock().unwrap().clone();
        (answer, sent)
    }

    async fn ask(&self, role: &str) -> (Value, Vec<String>) {
        self.ask_at(role, noon()).await
    }

    /// How many shifts a role sees, and whether it was made afresh.
    async fn count(&self, role: &str) -> (u64, bool) {
        let (answer, sent) = self.ask(role).await;
        let count = &answer["data"]["shifts"]["totalCount"];
        (count.as_u64().expect("a count"), made(&sent))
    }

    /// A statement of another process, which has arrived when this returns.
    async fn elsewhere(&self, sql: &str) {
        let before = self.mark();
        let other = self.app.database.another_connection().await;
        let done = other.execute_unprepared(sql).await.unwrap();
        assert!(done.rows_affected() > 0, "{sql}");
        other.close().await.unwrap();
        if self.app.database.name == "SQLite" {
            assert_ne!(self.mark(), before, "a commit in a file is seen at once");
        }
        self.until(|mark| mark != before).await;
    }

    async fn close(self) {
        let Self { app, .. } = self;
        drop(app.graph);
        app.database.close().await;
    }
}

/// Whether a viewer was made, by the statements that were sent.
fn made(sent: &[String]) -> bool {
    sent.iter()
        .any(|sql| sql.contains("FROM account") || sql.contains("FROM partnership "))
}

fn account_of(role: &str) -> uuid::Uuid {
    let holder = demo::holders().into_iter().find(|h| h.role == role);
    match holder.unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { .. } => panic!("`{role}` is a partner"),
    }
}

fn share_of(role: &str) -> uuid::Uuid {
    let holder = demo::holders().into_iter().find(|h| h.role == role);
    match holder.unwrap().kind {
        DemoToken::Partner { share_ids, .. } => share_ids[0],
        DemoToken::User { .. } => panic!("`{role}` is a person"),
    }
}

/// Takes all roles of a person away.
fn revoking(app: &App, role: &str) -> String {
    let id = account_of(role);
    let id = match app.database.name {
        "SQLite" => format!("X'{}'", id.simple()),
        _ => format!("'{id}'"),
    };
    format!("UPDATE membership SET archived_at = updated_at WHERE account_id = {id}")
}

#[tokio::test]
async fn the_second_request_of_a_viewer_sends_its_own_statements_only() {
    for watched in Watched::each().await {
        let name = watched.app.database.name;
        for role in ROLES {
            let (first, sent) = watched.ask(role).await;
            assert!(made(&sent), "{name}, {role}: {sent:?}");
            let (second, sent) = watched.ask(role).await;
            assert_eq!(first, second, "{name}, {role}");
            let others = sent.iter().filter(|sql| !sql.contains("FROM shift"));
            assert_eq!(others.count(), 0, "{name}, {role}: {sent:?}");
            assert!(sent.len() <= 2, "{name}, {role}: {sent:?}");
        }
        watched.close().await;
    }
}

#[tokio::test]
async fn a_token_of_another_scope_is_another_viewer() {
    for watched in Watched::each().await {
        assert!(watched.count("partner").await.0 > 0);
        let mut claims = watched.app.claims("partner").unwrap();
        claims.scope = Some("roster".into());
        let graph = &watched.app.graph;
        let answer = graph.execute(SHIFTS.into(), Some(&claims), noon()).await;
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["data"]["shifts"]["totalCount"], json!(0));
        // A person whose id is a token's is another as well.
        let (_, sent) = watched.ask("partner").await;
        assert!(!made(&sent));
        claims.typ = kaifong::viewer::TokenKind::User;
        let answer = graph.execute(SHIFTS.into(), Some(&claims), noon()).await;
        let code = &serde_json::to_value(answer).unwrap()["errors"][0]["extensions"]["code"];
        assert_eq!(*code, "UNAUTHENTICATED");
        watched.close().await;
    }
}

#[tokio::test]
async fn what_is_revoked_through_the_graph_is_gone_from_the_next_request() {
    for watched in Watched::each().await {
        assert!(watched.count("partner").await.0 > 0);
        assert!(!watched.count("partner").await.1);
        let archive = "mutation($input: PartnershipArchiveInput!) { partnershipArchive(input: $input) { userErrors { code } } }";
        let id = encode_id(catalogue::find("Partnership").unwrap(), share_of("partner"));
        let input = json!({ "input": { "id": id } });
        let done = watched.app.data_with("administrator", archive, input).await;
        assert_eq!(done["partnershipArchive"]["userErrors"], json!([]));
        assert_eq!(watched.count("partner").await, (0, true));
        watched.close().await;
    }
}

#[tokio::test]
async fn a_roster_that_changes_through_the_graph_changes_what_a_volunteer_is() {
    for watched in Watched::each().await {
        let own = "{ assignments(first: 50, where: {status: {in: [OFFERED, ACCEPTED]}}) { nodes { id volunteer { id } shift { assignments { totalCount } } } } }";
        let seen = watched.app.data("volunteer", own).await;
        let one = seen["assignments"]["nodes"][0].clone();
        assert!(one["id"].is_string(), "{seen}");
        watched.app.data("volunteer", own).await;
        let unassign = "mutation($input: AssignmentUnassignInput!) { assignmentUnassign(input: $input) { userErrors { code } } }";
        let input = json!({ "input": { "id": one["id"] } });
        let done = watched.app.data_with("coordinator", unassign, input).await;
        assert_eq!(done["assignmentUnassign"]["userErrors"], json!([]));
        let (_, sent) = watched.ask("volunteer").await;
        assert!(made(&sent), "{}: {sent:?}", watched.app.database.name);
        watched.close().await;
    }
}

#[tokio::test]
async fn what_another_process_revokes_is_gone_when_its_notice_has_arrived() {
    for watched in Watched::each().await {
        for role in ["administrator", "coordinator", "team_leader", "teacher"] {
            assert!(watched.count(role).await.1, "{role} is new");
            assert!(!watched.count(role).await.1, "{role} is known");
            watched.elsewhere(&revoking(&watched.app, role)).await;
            assert_eq!(watched.count(role).await, (0, true), "{role}");
        }
        watched.close().await;
    }
}

#[tokio::test]
async fn nobody_is_known_once_something_of_theirs_has_ended_or_begun() {
    for watched in Watched::each().await {
        let postgres = watched.app.database.name == "PostgreSQL";
        let seconds = |n| noon() + TimeDelta::seconds(n);
        for (column, before, after) in [("valid_to", true, false), ("valid_from", false, true)] {
            let share = share_of("partner");
            let id = match postgres {
                true => format!("'{share}'"),
                false => format!("X'{}'", share.simple()),
            };
            let at = format!("'{}'", seconds(30).to_rfc3339());
            let sql = format!(
                "UPDATE partnership SET valid_from = NULL, valid_to = NULL WHERE id = {id}"
            );
            let before_partner = watched.app.graph.store().watch();
            let mark = before_partner.mark(PrincipalKind::Partner);
            let other = watched.app.database.another_connection().await;
            other.execute_unprepared(&sql).await.unwrap();
            let sql = format!("UPDATE partnership SET {column} = {at} WHERE id = {id}");
            other.execute_unprepared(&sql).await.unwrap();
            other.close().await.unwrap();
            // The second of the two notices may come later than the first.
            let sees = async |at| {
                let (answer, sent) = watched.ask_at("partner", at).await;
                let count = answer["data"]["shifts"]["totalCount"].as_u64().unwrap();
                (count > 0, made(&sent))
            };
            while before_partner.mark(PrincipalKind::Partner) == mark
                || sees(noon()).await.0 != before
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            while sees(noon()).await.1 {}
            assert_eq!(sees(seconds(29)).await, (before, false), "{column}");
            assert_eq!(sees(seconds(30)).await, (after, true), "{column}");
            assert_eq!(sees(seconds(31)).await, (after, false), "{column}");
        }
        watched.close().await;
    }
}

#[tokio::test]
async fn nobody_is_known_for_longer_than_the_setting_says() {
    for watched in Watched::each().await {
        let at = |n| noon() + TimeDelta::seconds(n);
        for (second, afresh) in [(0, true), (59, false), (60, true), (119, false), (59, true)] {
            let (_, sent) = watched.ask_at("coordinator", at(second)).await;
            assert_eq!(made(&sent), afresh, "at second {second}");
        }
        watched.close().await;
    }
}

#[tokio::test]
async fn nobody_is_known_while_no_notices_arrive() {
    for watched in Watched::each().await {
        if watched.app.database.name == "SQLite" {
            continue;
        }
        assert!(watched.count("coordinator").await.0 > 0);
        assert!(!watched.count("coordinator").await.1);
        let database = &watched.app.database;
        // This one connection is there already; the listener's is cut and cannot come back.
        let other = database.another_connection().await;
        other.execute_unprepared("SELECT 1").await.unwrap();
        // So are those that the statements of one request need at a time.
        TestDatabase::fill(&database.db).await;
        database.let_in(false).await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'kaifong listener' AND datname = current_database()";
        other.execute_unprepared(cut).await.unwrap();
        watched.until(|mark| mark.is_none()).await;
        assert!(watched.count("coordinator").await.1, "nobody is known");
        assert!(watched.count("coordinator").await.1, "and nobody is kept");
        other
            .execute_unprepared(&revoking(&watched.app, "coordinator"))
            .await
            .unwrap();
        assert_eq!(watched.count("coordinator").await, (0, true));
        database.let_in(true).await;
        watched.until(|mark| mark.is_some()).await;
        // Whoever was known before the cut is not known after it.
        assert_eq!(watched.count("coordinator").await, (0, true));
        assert_eq!(watched.count("coordinator").await, (0, false));
        other.close().await.unwrap();
        watched.close().await;
    }
}

#[tokio::test]
async fn a_viewer_that_is_made_while_it_changes_is_not_kept_as_it_was() {
    for watched in Watched::each().await {
        let watched = Arc::new(watched);
        // Many holders of one share, so that some are always being made while it changes.
        let holder = |watched: &Watched, number: usize| {
            let mut claims = watched.app.claims("partner").unwrap();
            claims.scope = Some(format!("frame {}", number % HOLDERS));
            claims
        };
        let asking = |first| {
            let watched = Arc::clone(&watched);
            tokio::spawn(async move {
                for number in first.. {
                    let claims = holder(&watched, number);
                    let graph = &watched.app.graph;
                    graph.execute(SHIFTS.into(), Some(&claims), noon()).await;
                }
            })
        };
        let askers: Vec<_> = (0..4).map(|n| asking(n * HOLDERS / 4)).collect();
        let id = encode_id(catalogue::find("Partnership").unwrap(), share_of("partner"));
        for round in 0..12 {
            let (deed, state) = if round % 2 == 0 {
                ("Suspend", "SUSPENDED")
            } else {
                ("Resume", "ACTIVE")
            };
            let change = format!(
                "mutation($input: Partnership{deed}Input!) {{ done: partnership{deed}(input: $input) {{ userErrors {{ code }} }} }}"
            );
            let input = json!({ "input": { "id": id } });
            let done = watched.app.data_with("administrator", &change, input).await;
            assert_eq!(done["done"]["userErrors"], json!([]));
            for number in 0..HOLDERS {
                let claims = holder(&watched, number);
                let graph = &watched.app.graph;
                let answer = graph.execute(SHIFTS.into(), Some(&claims), noon()).await;
                let answer = serde_json::to_value(answer).unwrap();
                let sees = &answer["data"]["shifts"]["totalCount"];
                assert_eq!(
                    *sees != json!(0),
                    state == "ACTIVE",
                    "{round}, {number}: {answer}"
                );
            }
        }
        for asker in askers {
            asker.abort();
            assert!(asker.await.unwrap_err().is_cancelled());
        }
        Arc::into_inner(watched).expect("the last").close().await;
    }
}

/// The words of all texts of the directory's source.
fn words_of_the_directory() -> (Vec<String>, BTreeSet<String>) {
    let sources = ["directory", "grants"].map(|name| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store");
        std::fs::read_to_string(format!("{folder}/{name}.rs")).unwrap()
    });
    let source = sources.concat();
    let mut words = Vec::new();
    for text in source.split('"').skip(1).step_by(2) {
        let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.extend(parts.filter(|w| !w.is_empty()).map(str::to_owned));
    }
    let tables = words
        .windows(2)
        .filter(|pair| matches!(pair[0].as_str(), "FROM" | "JOIN"))
        .map(|pair| pair[1].clone())
        .filter(|table| table != "below");
    let tables = tables.collect();
    (words, tables)
}

#[test]
fn everything_that_the_directory_reads_is_watched() {
    let (words, tables) = words_of_the_directory();
    let watched: BTreeSet<String> = READ.iter().map(|read| read.table.to_owned()).collect();
    assert_eq!(tables, watched);
    for read in READ.iter().filter(|read| !read.columns.is_empty()) {
        let all = crate::entities::tables();
        let table = all.iter().find(|table| table.name == read.table).unwrap();
        // Every column of such a table that is named anywhere in the directory is taken to be read.
        let named = table.columns.iter().map(|column| column.name.as_str());
        let named: BTreeSet<&str> = named
            .filter(|name| words.iter().any(|w| w == name))
            .collect();
        assert_eq!(
            named,
            read.columns.iter().copied().collect(),
            "{}",
            read.table
        );
    }
}

#[tokio::test]
async fn partners_are_made_of_the_tables_that_are_watched_for_them() {
    for watched in Watched::each().await {
        for role in ROLES {
            let (_, sent) = watched.ask(role).await;
            let made = sent.iter().filter(|sql| !sql.contains("COUNT"));
            for sql in made.filter(|sql| !sql.contains("FROM shift t")) {
                for read in READ {
                    let named = [
                        format!("FROM {} ", read.table),
                        format!("JOIN {} ", read.table),
                    ];
                    if named.iter().any(|text| sql.contains(text)) {
                        let whose = read.whose;
                        let watched = if role.starts_with("partner") {
                            whose.partners
                        } else {
                            whose.users
                        };
                        assert!(watched, "{role}: {sql}");
                    }
                }
            }
        }
        watched.close().await;
    }
}

#[tokio::test]
async fn the_triggers_watch_what_the_directory_reads() {
    for test in TestDatabase::each().await {
        if test.name == "PostgreSQL" {
            let sql = "SELECT c.relname::text, COALESCE((SELECT string_agg(a.attname::text, ',' ORDER BY a.attname)
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr::int2[])), '')::text,
                t.tgtype::text
                FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'kaifong_directory'";
            let statement = Statement::from_string(test.db.get_database_backend(), sql);
            let rows = test.db.query_all_raw(statement).await.unwrap();
            let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).unwrap();
            // After insert (4), delete (8), update (16) and truncate (32), for each statement (no 1).
            let there: BTreeSet<_> = rows
                .iter()
                .map(|r| (text(r, 0), text(r, 1), text(r, 2)))
                .collect();
            let wanted = READ.iter().map(|read| {
                let mut columns = read.columns.to_vec();
                columns.sort_unstable();
                (read.table.to_owned(), columns.join(","), "60".to_owned())
            });
            assert_eq!(there, wanted.collect());
        }
        test.close().await;
    }
}
