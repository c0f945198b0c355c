//! The command line, as a person or a script runs it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use chrono::Utc;
use kaifong::demo::DemoToken;
use kaifong::viewer::{Keys, TokenKind};
use migration::{Migrator, MigratorTrait};
use serde_json::{Value, json};

use crate::{
    scratch::Scratch,
    socket_rig::{Client, PROTOCOL},
};

/// The program in an empty environment, started in this folder.
fn kaifong(scratch: &Scratch, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaifong"));
    command
        .env_clear()
        .current_dir(scratch.path(""))
        .args(arguments);
    command
}

fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    kaifong(scratch, arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A server that ends with the test.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    /// Starts the demo on a free port and waits until it says where it listens.
    fn demo(scratch: &Scratch, arguments: &[&str]) -> Self {
        let mut all = vec!["demo", "--listen", "127.0.0.1:0", "--tokens", "tokens.json"];
        all.extend(arguments);
        let mut child = kaifong(scratch, &all)
            .env("KAIFONG_LOG_LEVEL", "trace")
            .stdout(Stdio::piped())
            .stderr(fs::File::create(scratch.path("log")).unwrap())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| {
                Some(
                    line.trim()
                        .strip_prefix("API   http://")?
                        .strip_suffix("/graphql")?
                        .to_owned(),
                )
            })
            .expect("the demo says where it listens");
        Self { child, address }
    }

    fn post(&self, token: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nhost: kaifong\r\ncontent-type: application/json\r\n\
             authorization: Bearer {token}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    /// Asks it to stop, and waits until it has.
    fn stop(mut self, signal: &str) -> bool {
        let pid = self.child.id().to_string();
        Command::new("kill").args([signal, &pid]).status().unwrap();
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn keys_of(folder: &Path) -> Keys {
    Keys::open(folder, None, "kaifong", "kaifong").unwrap()
}

#[test]
fn demo_serves_and_hands_out_a_token_for_each_role() {
    let scratch = Scratch::new();
    let demo = Running::demo(&scratch, &["--data-dir", "data"]);
    let file = scratch.path("tokens.json");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let tokens: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let roles = [
        "administrator",
        "coordinator",
        "team_leader",
        "volunteer",
        "partner",
        "partner_edit",
        "teacher",
        "guardian",
        "privacy_officer",
    ];
    assert_eq!(
        tokens.as_object().unwrap().keys().collect::<Vec<_>>(),
        roles
    );
    let keys = keys_of(&scratch.path("data"));
    for role in roles {
        let token = tokens[role].as_str().unwrap();
        let claims = keys.verify(token, Utc::now()).unwrap();
        assert_eq!(
            claims.typ == TokenKind::Partner,
            role.starts_with("partner"),
            "{role}"
        );
        let reply = demo.post(token, r#"{"query":"{__typename}"}"#);
        assert!(
            reply.starts_with("HTTP/1.1 200 ") && reply.contains("Query"),
            "{reply}"
        );
    }
    assert!(demo.stop("-TERM"), "it stops in order");
}

#[test]
fn demo_starts_again_with_the_same_key() {
    let scratch = Scratch::new();
    let first = Running::demo(&scratch, &["--data-dir", "data"]);
    let token = fs::read_to_string(scratch.path("tokens.json")).unwrap();
    let token: Value = serde_json::from_str(&token).unwrap();
    assert!(first.stop("-INT"));
    let second = Running::demo(&scratch, &["--data-dir", "data"]);
    let reply = second.post(
        token["guardian"].as_str().unwrap(),
        r#"{"query":"{__typename}"}"#,
    );
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    assert!(second.stop("-TERM"));
}

#[test]
fn logs_hold_neither_tokens_nor_variables_nor_documents() {
    let scratch = Scratch::new();
    let demo = Running::demo(&scratch, &["--data-dir", "data"]);
    let tokens = fs::read_to_string(scratch.path("tokens.json")).unwrap();
    let tokens: Value = serde_json::from_str(&tokens).unwrap();
    let token = tokens["administrator"].as_str().unwrap();
    let body = r#"{"query":"query Q($a: String) { __typename marked_document(a: $a) }","variables":{"a":"marked_variable"}}"#;
    demo.post(token, body);
    demo.post("marked.to.ken", body);
    assert!(demo.stop("-TERM"));
    let log = fs::read_to_string(scratch.path("log")).unwrap();
    assert!(
        log.contains("answered") && log.contains("status=401"),
        "{log}"
    );
    for secret in [token, "marked_document", "marked_variable", "marked.to.ken"] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_closes_its_sockets_and_logs_nothing_of_them() {
    let scratch = Scratch::new();
    let demo = Running::demo(&scratch, &["--data-dir", "data"]);
    let tokens = fs::read_to_string(scratch.path("tokens.json")).unwrap();
    let tokens: Value = serde_json::from_str(&tokens).unwrap();
    let token = tokens["administrator"].as_str().unwrap().to_owned();
    let client = Client::connect(&demo.address, &[PROTOCOL], None).await;
    let mut client = client.unwrap();
    client.begin(json!({ "token": token })).await;
    client.ask("marked_id", "{ marked_document }").await;
    assert_eq!(client.hear().await["type"], "error");
    let stopped = tokio::task::spawn_blocking(move || demo.stop("-TERM"));
    let leave = (1001, "The server is stopping".into());
    assert_eq!(client.closed().await, leave);
    assert!(stopped.await.unwrap(), "it stops in order");
    let log = fs::read_to_string(scratch.path("log")).unwrap();
    assert!(log.contains("socket closed"), "{log}");
    for secret in [token.as_str(), "marked_document", "marked_id"] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[test]
fn token_prints_the_token_and_nothing_else() {
    let scratch = Scratch::new();
    assert!(Running::demo(&scratch, &["--data-dir", "data"]).stop("-TERM"));
    let share = shares_of("partner").remove(0);
    let output = run(
        &scratch,
        &[
            "token",
            "--share",
            &share,
            "--scope",
            "frame",
            "--expires",
            "2h",
            "--data-dir",
            "data",
        ],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let token = stdout(&output).strip_suffix('\n').unwrap();
    let claims = keys_of(&scratch.path("data"))
        .verify(token, Utc::now())
        .unwrap();
    assert_eq!(claims.shares, [share]);
    assert_eq!(claims.scope.as_deref(), Some("frame"));
    let hours = (claims.expires() - Utc::now()).num_minutes();
    assert!((118..=120).contains(&hours));
}

#[test]
fn token_is_refused_for_whom_the_directory_does_not_know() {
    let scratch = Scratch::new();
    assert!(Running::demo(&scratch, &["--data-dir", "data"]).stop("-TERM"));
    let (one, other) = (
        shares_of("partner").remove(0),
        shares_of("partner_edit").remove(0),
    );
    let nobody = "00000000-0000-4000-8000-000000000000";
    let table: [(&[&str], &str); 5] = [
        (
            &["--share", &one, "--scope", "everything"],
            "there is no scope `everything`",
        ),
        (&["--as", nobody], "there is no person"),
        (&["--share", nobody], "there is no share in force"),
        (&["--share", "s1"], "`s1` is no id of Partnership"),
        (&["--share", &one, "--share", &other], "one partner"),
    ];
    for (holder, complaint) in table {
        let arguments = [&["token", "--data-dir", "data"], holder].concat();
        let output = run(&scratch, &arguments);
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(complaint), "{}", stderr(&output));
    }
}

/// The shares of one of the demo's partners.
fn shares_of(role: &str) -> Vec<String> {
    let holders = kaifong::demo::holders();
    let holder = holders
        .into_iter()
        .find(|holder| holder.role == role)
        .unwrap();
    match holder.kind {
        DemoToken::Partner { share_ids, .. } => share_ids.iter().map(ToString::to_string).collect(),
        DemoToken::User { .. } => panic!("`{role}` is a person"),
    }
}

#[test]
fn a_database_that_is_not_up_to_date_is_not_served() {
    let scratch = Scratch::new();
    let serve = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];
    let refused = run(&scratch, &serve);
    assert!(!refused.status.success());
    let all = Migrator::migrations().len();
    assert!(
        stderr(&refused).contains(&format!("lacks {all} migrations; `kaifong migrate`")),
        "{}",
        stderr(&refused)
    );
    let moved = run(&scratch, &["migrate", "--data-dir", "data"]);
    assert!(moved.status.success() && stdout(&moved).matches("applied").count() == all);
    let status = run(&scratch, &["migrate", "status", "--data-dir", "data"]);
    assert!(!stdout(&status).contains("pending"), "{}", stdout(&status));
}

#[test]
fn token_needs_one_kind_of_holder_and_a_sensible_time() {
    let scratch = Scratch::new();
    let table: [&[&str]; 5] = [
        &["token"],
        &["token", "--as", "u", "--share", "s"],
        &["token", "--as", "u", "--expires", "0s"],
        &["token", "--as", "u", "--expires", "soon"],
        &["token", "--as", "u", "--expires", "10000d"],
    ];
    for arguments in table {
        let output = run(&scratch, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn schema_goes_to_standard_output() {
    let scratch = Scratch::new();
    let output = run(&scratch, &["schema"]);
    assert!(output.status.success());
    assert_eq!(
        stdout(&output).trim_end(),
        kaifong::graphql::sdl().trim_end()
    );
    assert_eq!(
        fs::read_dir(scratch.path("")).unwrap().count(),
        0,
        "and nothing is made"
    );
}

#[test]
fn a_wrong_setting_stops_the_start_and_is_named() {
    let scratch = Scratch::new();
    let output = run(&scratch, &["serve", "--listen", "everywhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("error: setting `listen` from flag --listen is `everywhere`")
    );
    scratch.file("kaifong.toml", "colour = \"red\"");
    let output = run(&scratch, &["serve"]);
    assert!(stderr(&output).contains("`colour`"), "{}", stderr(&output));
    let output = kaifong(&scratch, &["token", "--as", "u", "--config", "no.toml"])
        .output()
        .unwrap();
    assert!(stderr(&output).contains("no.toml"), "{}", stderr(&output));
}

#[test]
fn a_port_in_use_is_named() {
    let scratch = Scratch::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(
        &scratch,
        &["demo", "--listen", &address, "--tokens", "tokens.json"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&address), "{}", stderr(&output));
    assert!(!scratch.path("tokens.json").exists());
}

#[test]
fn every_command_has_help_with_an_example() {
    let scratch = Scratch::new();
    let commands: [&[&str]; 12] = [
        &[],
        &["demo"],
        &["serve"],
        &["migrate"],
        &["import"],
        &["token"],
        &["schema"],
        &["policy", "check"],
        &["policy", "test"],
        &["policy", "fmt"],
        &["policy", "matrix"],
        &["policy", "explain"],
    ];
    for command in commands {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let output = run(&scratch, &arguments);
        assert!(output.status.success());
        let example = format!("  kaifong {}", command.join(" "));
        assert!(stdout(&output).contains(&example), "{}", stdout(&output));
        assert!(stdout(&output).contains("Examples:"), "{command:?}");
    }
}
