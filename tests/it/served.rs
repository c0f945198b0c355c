//! The real program under a load of writes, and a record of those that it acknowledged.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scratch::Scratch;

/// A server, a process of its own.
pub struct Server {
    pub child: Child,
    pub address: String,
    /// How long it took until it was ready.
    pub start: Duration,
}

/// A server's database, and what is needed to write to it.
#[derive(Clone)]
pub struct Site {
    pub database: String,
    pub token: String,
    input: Value,
}

/// A command that runs another: the words before it.
pub type Around<'a> = &'a [&'a str];

/// A free port that no connection takes meanwhile: below those that the system gives to clients.
pub fn free_port() -> u16 {
    loop {
        let port = 20_000 + uuid::Uuid::new_v4().as_u128() % 12_000;
        let port = u16::try_from(port).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Server {
    /// Starts it and waits until it is ready; none where it ends before.
    pub fn start(
        scratch: &Scratch,
        around: Around<'_>,
        command: &[&str],
        database: &str,
        settings: &[(&str, &str)],
    ) -> Option<Self> {
        let address = format!("127.0.0.1:{}", free_port());
        let mut words: Vec<&str> = around.to_vec();
        words.push(env!("CARGO_BIN_EXE_kaifong"));
        words.extend(command);
        let begun = Instant::now();
        let child = Command::new(words[0])
            .args(&words[1..])
            .args(["--data-dir", "data", "--listen", &address])
            .current_dir(scratch.path(""))
            .env("KAIFONG_DATABASE_URL", database)
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(File::create(scratch.path("log")).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            address,
            start: Duration::ZERO,
        };
        while server.get("/readyz") != Some(200) {
            if server.child.try_wait().unwrap().is_some() {
                return None;
            }
            sleep(Duration::from_millis(5));
        }
        server.start = begun.elapsed();
        Some(server)
    }

    /// One that serves the demo's data for the first time, and the writes that it will get.
    pub fn first(scratch: &Scratch, around: Around<'_>, database: &str) -> Option<(Self, Site)> {
        let command = ["demo", "--tokens", "tokens.json"];
        let settings = [("KAIFONG_DATABASE_WAIT", "1s")];
        let server = Self::start(scratch, around, &command, database, &settings)?;
        let tokens = std::fs::read_to_string(scratch.path("tokens.json")).unwrap();
        let tokens: Value = serde_json::from_str(&tokens).unwrap();
        let token = tokens["administrator"].as_str().unwrap().to_owned();
        let query = "{ partnerships(first: 1) { nodes { lead { id } partner { id } } } projects(first: 100) { nodes { id organisation { id } } } }";
        let (status, answer) = server.ask(&token, query, json!({})).unwrap();
        assert_eq!(status, 200, "{answer}");
        let share = &answer["data"]["partnerships"]["nodes"][0];
        let projects = answer["data"]["projects"]["nodes"].as_array().unwrap();
        let led = projects
            .iter()
            .filter(|project| project["organisation"] == share["lead"]);
        let led: Vec<_> = led.map(|project| project["id"].clone()).take(3).collect();
        assert_eq!(led.len(), 3, "{answer}");
        let input = json!({
            "level": "READ_ONLY", "leadId": share["lead"]["id"],
            "partnerId": share["partner"]["id"], "projectIds": led,
        });
        let database = database.to_owned();
        Some((
            server,
            Site {
                database,
                token,
                input,
            },
        ))
    }

    /// One that serves a database that is there.
    pub fn again(scratch: &Scratch, site: &Site) -> Self {
        let settings = [("KAIFONG_DATABASE_WAIT", "1s")];
        let server = Self::start(scratch, &[], &["serve"], &site.database, &settings);
        server.expect("it starts again")
    }

    /// The status of a page.
    pub fn get(&self, path: &str) -> Option<u16> {
        Some(self.request("GET", path, "", "")?.0)
    }

    /// The status and the answer of the graph; nothing where the connection failed on the way.
    pub fn ask(&self, token: &str, query: &str, variables: Value) -> Option<(u16, Value)> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let headers = format!(
            "authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             accept: application/graphql-response+json\r\n"
        );
        let (status, text) = self.request("POST", "/graphql", &headers, &body)?;
        Some((status, serde_json::from_str(&text).ok()?))
    }

    fn request(&self, method: &str, path: &str, head: &str, body: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: kaifong\r\n{head}content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).ok()?;
        let (head, body) = reply.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    /// Ends it without a word, as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What became of a write.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged, as a row with this id.
    Done(String),
    /// It was refused with this status and code.
    Refused(u16, String),
    /// There was no answer.
    None,
}

const CREATE: &str = "mutation($input: PartnershipCreateInput!) { partnershipCreate(input: $input) { partnership { id } userErrors { code } } }";

impl Site {
    /// Makes a share and its three scopes, which are four rows.
    pub fn write(&self, server: &Server, name: &str) -> Outcome {
        let mut input = self.input.clone();
        input["purpose"] = json!(format!("write {name}"));
        let variables = json!({ "input": input });
        let Some((status, answer)) = server.ask(&self.token, CREATE, variables) else {
            return Outcome::None;
        };
        let payload = &answer["data"]["partnershipCreate"];
        match payload["partnership"]["id"].as_str() {
            Some(id) if status == 200 && payload["userErrors"] == json!([]) => {
                Outcome::Done(id.to_owned())
            }
            _ => {
                let code = answer["errors"][0]["extensions"]["code"].as_str();
                let code = code.unwrap_or_else(|| panic!("no code: {status} {answer}"));
                Outcome::Refused(status, code.to_owned())
            }
        }
    }

    /// Asserts that every acknowledged write is there, and each write whole.
    pub fn holds(&self, server: &Server, acknowledged: &BTreeSet<String>) {
        let mut there = BTreeSet::new();
        let (mut after, mut more) = (Value::Null, true);
        while more {
            let query = "query($after: String) { partnerships(first: 500, after: $after, where: {purpose: {startsWith: \"write \"}}) { pageInfo { hasNextPage endCursor } nodes { id scopes { totalCount } } } }";
            let answer = server.ask(&self.token, query, json!({ "after": after }));
            let (status, answer) = answer.expect("an answer");
            assert_eq!((status, &answer["errors"]), (200, &Value::Null));
            let page = &answer["data"]["partnerships"];
            for node in page["nodes"].as_array().unwrap() {
                assert_eq!(node["scopes"]["totalCount"], 3, "half a write");
                there.insert(node["id"].as_str().unwrap().to_owned());
            }
            more = page["pageInfo"]["hasNextPage"] == true;
            after = page["pageInfo"]["endCursor"].clone();
        }
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "{} of {} lost",
            lost.len(),
            acknowledged.len()
        );
    }
}

/// Clients that write without a pause.
pub struct Load {
    stop: Arc<AtomicBool>,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Four of them.
    pub fn on(server: &Arc<Server>, site: &Site, name: &str) -> Self {
        let (stop, outcomes) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let client = |number| {
            let (server, site, name) = (Arc::clone(server), site.clone(), name.to_owned());
            let (stop, outcomes) = (Arc::clone(&stop), Arc::<Mutex<Vec<_>>>::clone(&outcomes));
            spawn(move || {
                for count in 0.. {
                    if stop.load(SeqCst) {
                        return;
                    }
                    let outcome = site.write(&server, &format!("{name} {number} {count}"));
                    outcomes.lock().unwrap().push(outcome);
                }
            })
        };
        let clients = (0..4).map(client).collect();
        Self {
            stop,
            outcomes,
            clients,
        }
    }

    /// Waits until so many more writes were acknowledged.
    pub fn until_done(&self, more: usize) {
        let done = || {
            let outcomes = self.outcomes.lock().unwrap();
            let done = |outcome: &&Outcome| matches!(outcome, Outcome::Done(_));
            outcomes.iter().filter(done).count()
        };
        let before = done();
        while done() < before + more {
            sleep(Duration::from_millis(5));
        }
    }

    /// What came of all writes, once the clients have stopped.
    pub fn stop(self) -> Vec<Outcome> {
        self.stop.store(true, SeqCst);
        for client in self.clients {
            client.join().unwrap();
        }
        std::mem::take(&mut self.outcomes.lock().unwrap())
    }
}

/// The ids of the acknowledged writes.
pub fn acknowledged(outcomes: &[Outcome]) -> impl Iterator<Item = String> {
    outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Done(id) => Some(id.clone()),
        _ => None,
    })
}
