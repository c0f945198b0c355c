//! Policies are swapped while requests and subscriptions run: nothing fails, nothing is mixed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use kaifong::config::{Config, Sources};
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::gate::Set;
use kaifong::policy::{Document, Policies};
use kaifong::server::{Clock, Server};
use kaifong::store::{Changes, Event, Seal, Store};
use kaifong::viewer::{Keys, PrincipalKind};
use kaifong::{catalogue, demo};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, noon};
use crate::databases::TestDatabase;
use crate::live::{begin, heard, silent};
use crate::process::{Reply, send};
use crate::scratch::Scratch;
use crate::socket_rig::{Client, PROTOCOL, subscribe};

/// What the narrower set takes away: rows of lists, cells, the mask's fullness, a relation.
const NARROWER: &str = r#"
@id("no-new-volunteers") @en("Nobody sees volunteers who are not active.") @zh("看不到非活躍義工。")
forbid (principal, action == Action::"Volunteer.list", resource is Volunteer)
unless { resource.status == "ACTIVE" };
@id("no-telephones") @en("Nobody sees telephones in full.") @zh("看不到完整電話。")
forbid (principal, action == Action::"Volunteer.phone", resource);
@id("no-departments") @en("Nobody follows a volunteer to the department.") @zh("看不到義工的部門。")
forbid (principal, action == Action::"Volunteer.department", resource);
@id("no-titles") @en("Nobody sees the titles of shifts.") @zh("看不到更次名稱。")
forbid (principal, action == Action::"Shift.title", resource);
@id("no-shifts-of-partners") @en("No partner sees a shift.") @zh("合作機構看不到更次。")
forbid (principal is Partner, action == Action::"Shift.list", resource);
"#;

/// The shipped set, and a narrower one.
pub fn two_sets() -> [Arc<Policies>; 2] {
    let mut set = Set::shipped();
    let wide = Policies::load(&set.schema, &set.policies).unwrap();
    set.policies.push(Document {
        name: "narrower.cedar".into(),
        text: NARROWER.into(),
    });
    [wide, Policies::load(&set.schema, &set.policies).unwrap()]
}

const QUESTION: &str = "{
    volunteers(first: 60) { totalCount nodes { id nameZh phone department { nameZh } } }
    shifts(first: 12) { totalCount nodes { id title place
        assignments(first: 5) { totalCount nodes { volunteer { id phone department { nameZh } } } } } }
}";

const HEARD: &str = "subscription { shiftChanged { id title place \
    assignments(first: 5) { totalCount nodes { volunteer { id phone department { nameZh } } } } } }";

/// A real server over the demo's data that knows its viewers again.
struct Rig {
    app: App,
    address: String,
    tokens: BTreeMap<&'static str, String>,
    _scratch: Scratch,
}

impl Rig {
    async fn over(database: TestDatabase, policies: Arc<Policies>) -> Self {
        demo::load(&database.db, noon()).await.unwrap();
        let store = Store::new(database.db.clone()).watched().await.unwrap();
        while store.watch().mark(PrincipalKind::User).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let (seal, limits) = (Seal::new([7; 64]), Limits::default());
        let graph = Graph::new(policies, store, seal, limits, Arc::new(noon));
        let graph = Arc::new(graph.knowing(Duration::from_secs(60)));
        let app = App {
            graph,
            database,
            now: noon(),
        };
        let scratch = Scratch::new();
        let keys = Keys::open(&scratch.path("data"), None, "kaifong", "kaifong").unwrap();
        let tokens = ["coordinator", "partner"].map(|role| {
            let claims = app.claims(role).unwrap();
            (role, keys.sign(&claims).unwrap())
        });
        let config = Config::load(Sources {
            folder: scratch.path(""),
            file: None,
            // Events pile up on a busy machine, and the sign of life comes after them.
            environment: vec![("KAIFONG_SOCKET_IDLE_TIMEOUT".to_owned(), "1h".to_owned())],
            flags: vec![],
        });
        let limits = config.unwrap().limits;
        let clock = Clock::stopped_at(noon());
        let server = Server::new(Arc::clone(&app.graph), Arc::new(keys), limits, clock);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(server.serve_always(listener));
        Self {
            app,
            address,
            tokens: tokens.into(),
            _scratch: scratch,
        }
    }

    /// The subscription of a role, by WebSocket, which listens.
    async fn subscribed(&self, role: &str) -> Client {
        let before = self.app.graph.store().events().listeners();
        let bearer = format!("Bearer {}", self.tokens[role]);
        let client = Client::connect(&self.address, &[PROTOCOL], Some(&bearer)).await;
        let mut client = client.unwrap();
        client.begin(json!({})).await;
        client.say(subscribe("1", HEARD)).await;
        while self.app.graph.store().events().listeners() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        client
    }

    fn tell(&self, shift: Uuid) {
        let of = catalogue::find("Shift").unwrap();
        let (id, what) = (shift, Changes::Made);
        self.app.graph.store().events().tell(Event { of, id, what });
    }
}

fn ask(address: &str, token: &str) -> Value {
    let bearer = format!("Bearer {token}");
    let body = json!({ "query": QUESTION }).to_string();
    let headers = [("authorization", bearer.as_str())];
    let Reply { status, body, .. } = send(address, "/graphql", &headers, Some(&body));
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn version(answer: &Value) -> String {
    let version = &answer["extensions"]["privacy"]["policyVersion"];
    version
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// Each list, each kind of cell and each relation of the two answers differ.
fn tells_them_apart(wide: &Value, narrow: &Value) {
    let counts = |answer: &Value| answer["data"]["volunteers"]["totalCount"].as_u64();
    assert!(counts(wide) > counts(narrow), "lists");
    let first = |answer: &Value, path: &str| answer["data"].pointer(path).cloned();
    let active = narrow["data"]["volunteers"]["nodes"][0]["id"].clone();
    let all = wide["data"]["volunteers"]["nodes"].as_array().unwrap();
    let same = all.iter().find(|node| node["id"] == active).unwrap();
    let masked = &narrow["data"]["volunteers"]["nodes"][0];
    assert!(same["phone"].is_string() && masked["phone"].is_string());
    assert_ne!(same["phone"], masked["phone"], "cells");
    let departments = |answer: &Value| answer.to_string().matches("\"department\":{").count();
    assert!(
        departments(wide) > 0 && departments(narrow) == 0,
        "relations"
    );
    let title = "/shifts/nodes/0/title";
    assert!(first(wide, title).unwrap().is_string());
    assert_eq!(first(narrow, title), Some(Value::Null), "the other list");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_fails_and_nothing_is_mixed_while_sets_are_swapped() {
    for database in TestDatabase::each().await {
        let sets = two_sets();
        let rig = Arc::new(Rig::over(database, Arc::clone(&sets[0])).await);
        let graph = Arc::clone(&rig.app.graph);

        // What each set answers while nothing is swapped.
        let mut shift = None;
        let mut answers: BTreeMap<(&str, String), Value> = BTreeMap::new();
        let mut events: BTreeMap<String, Value> = BTreeMap::new();
        for set in &sets {
            graph.swap(Arc::clone(set));
            for (role, token) in &rig.tokens {
                let answer = ask(&rig.address, token);
                assert_eq!(version(&answer), set.version());
                answers.insert((*role, set.version().to_owned()), answer);
            }
            let shown = &answers[&("coordinator", set.version().to_owned())];
            let nodes = shown["data"]["shifts"]["nodes"].as_array().unwrap();
            let staffed = |node: &&Value| node["assignments"]["totalCount"] != json!(0);
            let id = nodes.iter().find(staffed).unwrap()["id"].as_str().unwrap();
            let id = kaifong::graphql::decode_id(id).unwrap().1;
            let mut client = rig.subscribed("coordinator").await;
            rig.tell(*shift.get_or_insert(id));
            let event = client.hear().await["payload"].take();
            assert_eq!(version(&event), set.version());
            events.insert(set.version().to_owned(), event);
        }
        let [wide, narrow] = sets.each_ref().map(|set| set.version().to_owned());
        let of = |role, version: &String| &answers[&(role, version.clone())];
        tells_them_apart(of("coordinator", &wide), of("coordinator", &narrow));
        assert_ne!(of("partner", &wide)["data"], of("partner", &narrow)["data"]);
        assert_ne!(events[&wide]["data"], events[&narrow]["data"]);
        let shift = shift.unwrap();

        // The load: those who ask, those who listen, and events.
        let over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicUsize::new(0));
        let mut asking = Vec::new();
        for role in ["coordinator", "partner", "coordinator"] {
            let (rig, over, answered) =
                (Arc::clone(&rig), Arc::clone(&over), Arc::clone(&answered));
            let wanted = answers.clone();
            asking.push(std::thread::spawn(move || {
                let mut seen = BTreeMap::new();
                while !over.load(SeqCst) {
                    let answer = ask(&rig.address, &rig.tokens[role]);
                    let version = version(&answer);
                    assert_eq!(
                        answer,
                        wanted[&(role, version.clone())],
                        "{role}: a mixture"
                    );
                    *seen.entry(version).or_insert(0_usize) += 1;
                    answered.fetch_add(1, SeqCst);
                }
                seen
            }));
        }
        let mut listening = Vec::new();
        for role in ["coordinator", "partner"] {
            let mut client = rig.subscribed(role).await;
            let (over, answered, wanted) =
                (Arc::clone(&over), Arc::clone(&answered), events.clone());
            let wide = wide.clone();
            listening.push(tokio::spawn(async move {
                let mut seen = BTreeMap::new();
                while !over.load(SeqCst) {
                    let soon = tokio::time::timeout(Duration::from_millis(20), client.hear()).await;
                    let Ok(mut message) = soon else { continue };
                    assert_eq!(message["type"], "next", "{role}: {message}");
                    let event = message["payload"].take();
                    let version = version(&event);
                    match role {
                        "coordinator" => assert_eq!(event, wanted[&version], "a mixture"),
                        _ => assert_eq!(version, wide, "who lost the right hears nothing"),
                    }
                    *seen.entry(version).or_insert(0_usize) += 1;
                    answered.fetch_add(1, SeqCst);
                }
                seen
            }));
        }
        let mut longest = Duration::ZERO;
        for number in 0..50 {
            let began = Instant::now();
            graph.swap(Arc::clone(&sets[number % 2]));
            longest = longest.max(began.elapsed());
            // Whoever asks from now on is answered under the new set.
            let asked = Arc::clone(&rig);
            let fresh = move || version(&ask(&asked.address, &asked.tokens["coordinator"]));
            let fresh = tokio::task::spawn_blocking(fresh).await.unwrap();
            assert_eq!(fresh, sets[number % 2].version());
            let enough = answered.load(SeqCst) + 6;
            while answered.load(SeqCst) < enough {
                rig.tell(shift);
                tokio::time::sleep(Duration::from_millis(2)).await;
                assert!(
                    asking.iter().all(|one| !one.is_finished()),
                    "somebody failed"
                );
                assert!(
                    listening.iter().all(|one| !one.is_finished()),
                    "somebody failed"
                );
            }
        }
        over.store(true, SeqCst);
        let mut seen = Vec::new();
        for one in asking {
            seen.push(one.join().unwrap());
        }
        for one in listening {
            seen.push(one.await.unwrap());
        }
        eprintln!(
            "{}: {seen:?}; the longest swap {longest:?}",
            rig.app.database.name
        );
        // On a busy machine one of them may meet one set only; all together meet both.
        let versions = |some: &[BTreeMap<String, usize>]| -> BTreeSet<String> {
            some.iter().flat_map(|one| one.keys().cloned()).collect()
        };
        assert_eq!(versions(&seen[..3]).len(), 2, "{seen:?}");
        assert_eq!(versions(&seen[3..4]).len(), 2, "{seen:?}");
        assert_eq!(versions(&seen[4..]).len(), 1, "{seen:?}");
        let rig = Arc::into_inner(rig).unwrap();
        rig.app.database.close().await;
    }
}

#[tokio::test]
async fn an_open_subscription_is_decided_by_the_set_that_is_in_force_at_each_event() {
    for app in App::each().await {
        let [wide, narrow] = two_sets();
        let query = "{ shifts(last: 1) { nodes { id } } }";
        let id = app.data("partner", query).await["shifts"]["nodes"][0]["id"].take();
        let (_, id) = kaifong::graphql::decode_id(id.as_str().unwrap()).unwrap();
        let tell = || {
            let (of, what) = (catalogue::find("Shift").unwrap(), Changes::Made);
            app.graph.store().events().tell(Event { of, id, what });
        };
        let query = "subscription { shiftChanged { id title } }";
        let mut partner = begin(&app.graph, query, app.claims("partner")).await;
        let mut coordinator = begin(&app.graph, query, app.claims("coordinator")).await;
        tell();
        assert_eq!(version(&heard(&mut partner).await), wide.version());
        assert!(heard(&mut coordinator).await["data"]["shiftChanged"]["title"].is_string());
        app.graph.swap(Arc::clone(&narrow));
        tell();
        let event = heard(&mut coordinator).await;
        assert_eq!(version(&event), narrow.version());
        assert_eq!(event["data"]["shiftChanged"]["title"], Value::Null);
        assert!(silent(&mut partner).await, "the right is lost");
        app.graph.swap(Arc::clone(&wide));
        tell();
        assert_eq!(version(&heard(&mut partner).await), wide.version());
        drop((partner, coordinator));
        app.database.close().await;
    }
}
