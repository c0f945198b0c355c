//! `kaifong audit`, as whoever runs the server has it.

use std::process::Command;

use kaifong::demo::{DemoToken, holders};
use rusqlite::Connection;
use sea_orm::ConnectionTrait as _;
use serde_json::Value;

use crate::databases::TestDatabase;
use crate::scratch::Scratch;
use crate::served::Server;

/// Runs the program on the log of a site; its exit code and what it printed.
pub fn audit(scratch: &Scratch, database: &str, words: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kaifong"))
        .arg("audit")
        .args(words)
        .args(["--data-dir", "data"])
        .current_dir(scratch.path(""))
        .env("KAIFONG_DATABASE_URL", database)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn account(role: &str) -> String {
    match holders()
        .into_iter()
        .find(|holder| holder.role == role)
        .unwrap()
        .kind
    {
        DemoToken::User { account_id, .. } => account_id.to_string(),
        DemoToken::Partner { .. } => panic!("{role} is a person"),
    }
}

/// The commands on a site's log.
fn commands(scratch: &Scratch, database: &str) {
    let audit = |words: &[&str]| audit(scratch, database, words);
    let (server, site) = Server::first(scratch, &[], database).expect("it starts");
    let query = "{ volunteers(first: 3) { nodes { id nameZh phone } } }";
    let (_, answer) = server
        .ask(&site.token, query, serde_json::json!({}))
        .unwrap();
    let shown = &answer["data"]["volunteers"]["nodes"][0];
    let (code, text, _) = audit(&["verify"]);
    assert!(code == 0 && text.starts_with("holds: "), "{text}");
    let (code, checkpoint, _) = audit(&["checkpoint"]);
    assert!(
        code == 0 && checkpoint.starts_with("kaifong audit checkpoint 1\norigin "),
        "{checkpoint}"
    );
    scratch.file("then", &checkpoint);
    let (code, text, _) = audit(&["verify", "--checkpoint", "then"]);
    assert!(code == 0 && text.contains("the checkpoint holds"), "{text}");
    scratch.file(
        "forged",
        &checkpoint.replace("origin kaifong", "origin other"),
    );
    let (code, _, error) = audit(&["verify", "--checkpoint", "forged"]);
    assert!(
        code == 1 && error.contains("not signed by this server"),
        "{error}"
    );

    // Shown to whom the policies let know, and that is logged too.
    let record = shown["id"].as_str().unwrap();
    let officer = account("privacy_officer");
    let words = [
        "show", "--record", record, "--as", &officer, "--format", "json",
    ];
    let (code, text, error) = audit(&words);
    assert_eq!(code, 0, "{error}");
    let found: Value = serde_json::from_str(&text).unwrap();
    let node = &found["data"]["disclosures"]["nodes"][0];
    assert_eq!(
        node["full"],
        serde_json::json!(["Volunteer.nameZh", "Volunteer.phone"]),
        "{found}"
    );
    let (code, lines, _) = audit(&words[..5]);
    assert!(
        code == 0 && lines.contains("PRIVACY_OFFICER  full [Volunteer.disclosures]"),
        "{lines}"
    );
    let administrator = account("administrator");
    let (code, text, error) = audit(&["show", "--record", record, "--as", &administrator]);
    assert!(
        code == 1 && text.is_empty() && error.contains("policies"),
        "{text} {error}"
    );

    // The drill of a breach: the administrator saw it, as the site's token is.
    let organisation = match holders()
        .into_iter()
        .find(|holder| holder.role == "privacy_officer")
        .unwrap()
        .kind
    {
        DemoToken::User {
            organisation_id, ..
        } => organisation_id.to_string(),
        DemoToken::Partner { .. } => panic!("an officer is a person"),
    };
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(1)).to_rfc3339();
    let from = (chrono::Utc::now() - chrono::TimeDelta::days(1)).to_rfc3339();
    let drill = |who: &str, format: &str| {
        let words = [
            "drill",
            "--organisation",
            &organisation,
            "--record",
            record,
            "--as",
            who,
            "--from",
            &from,
            "--until",
            &until,
            "--format",
            format,
        ];
        audit(&words)
    };
    let (code, text, error) = drill(&officer, "json");
    assert_eq!(code, 0, "{error}");
    let found: Value = serde_json::from_str(&text).unwrap();
    let full = found["saw"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|saw| saw["full"].as_array().unwrap());
    let groups: Vec<&Value> = full.map(|group| &group["group"]).collect();
    assert!(groups.contains(&&Value::from("phone")), "{found}");
    let (code, lines, _) = drill(&officer, "text");
    assert!(
        code == 0 && lines.contains("曾可看到者") && lines.contains("did not see it"),
        "{lines}"
    );
    let (code, text, error) = drill(&administrator, "json");
    assert!(
        code == 1 && text.is_empty() && error.contains("no such record"),
        "{text} {error}"
    );

    server.kill();
}

/// Whoever has the database has changed the second entry; the command says which it is.
fn second_is_altered(scratch: &Scratch, database: &str) {
    let audit = |words: &[&str]| audit(scratch, database, words);
    let (code, text, _) = audit(&["verify"]);
    assert!(
        code == 3 && text.starts_with("BROKEN: entry 2 was altered"),
        "{text}"
    );
    let (code, text, _) = audit(&["verify", "--from", "3", "--format", "json"]);
    let found: Value = serde_json::from_str(&text).unwrap();
    assert!(
        code == 0 && found["holds"] == true,
        "what follows holds by itself: {text}"
    );
}

const ALTER: &str = "UPDATE audit_entry SET body = (SELECT body FROM audit_entry WHERE number = 1) WHERE number = 2";

#[test]
fn a_log_is_verified_signed_shown_and_drilled_on_the_command_line() {
    let (scratch, database) = (Scratch::new(), "sqlite:data/kaifong.db");
    commands(&scratch, database);
    let file = Connection::open(scratch.path("data/kaifong.db")).unwrap();
    let alter = format!("DROP TRIGGER audit_entry_never_changed; {ALTER}");
    file.execute_batch(&alter).unwrap();
    second_is_altered(&scratch, database);
}

#[tokio::test]
async fn it_is_so_on_postgresql_too() {
    for test in TestDatabase::each().await {
        if test.name == "PostgreSQL" {
            let (scratch, url) = (Scratch::new(), test.url().to_owned());
            let run = move || {
                commands(&scratch, &url);
                (scratch, url)
            };
            let (scratch, url) = tokio::task::spawn_blocking(run).await.unwrap();
            for sql in ["DROP TRIGGER entries_stay ON audit_entry", ALTER] {
                test.db.execute_unprepared(sql).await.unwrap();
            }
            let run = move || second_is_altered(&scratch, &url);
            tokio::task::spawn_blocking(run).await.unwrap();
        }
        test.close().await;
    }
}
