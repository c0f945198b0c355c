//! `kaifong policy diff`, and the difference as a step of the gate, with the real program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use kaifong::demo::{self, DemoToken};
use serde_json::Value;

use crate::databases::TestDatabase;
use crate::process::kaifong;
use crate::scratch::Scratch;

/// The set in force lets coordinators see what this set does not.
const NARROWER: &str = r#"
@id("no-phones") @en("Coordinators see no phones.") @zh("統籌看不到電話。")
forbid (principal is User, action == Action::"Volunteer.phone", resource is Volunteer)
when { principal.coordinates.contains(resource.organisation) };
"#;

/// A folder with these files of the shipped set, and one more file of policies.
fn folder(scratch: &Scratch, name: &str, below: &[&str], more: &str) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folder = scratch.path(name);
    for part in below {
        fs::create_dir_all(folder.join(part)).unwrap();
        for entry in fs::read_dir(shipped.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, folder.join(part).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    if !more.is_empty() {
        fs::write(folder.join("zz.cedar"), more).unwrap();
    }
    folder
}

/// The demo in a database, and a folder from which the program is asked.
pub struct Place {
    pub database: TestDatabase,
    pub scratch: Scratch,
    url: String,
}

impl Place {
    pub async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for database in TestDatabase::each().await {
            demo::load(&database.db, chrono::Utc::now()).await.unwrap();
            let url = database.server_url();
            let url = url.unwrap_or_else(|| database.url().to_owned());
            let scratch = Scratch::new();
            folder(&scratch, "same", &["", "scenarios", "invariants"], "");
            // what the scenarios say of phones is not so there
            folder(&scratch, "narrower", &["", "invariants"], NARROWER);
            all.push(Self {
                database,
                scratch,
                url,
            });
        }
        all
    }

    pub fn policy(&self, words: &[&str]) -> Output {
        let settings = [
            ("KAIFONG_DATABASE_URL", self.url.as_str()),
            ("KAIFONG_REQUIRE_PROOF", "false"),
        ];
        let arguments: Vec<&str> = ["policy"].iter().chain(words).copied().collect();
        kaifong(&self.scratch, &arguments, &settings)
            .output()
            .unwrap()
    }

    pub fn json(&self, words: &[&str]) -> Value {
        let output = self.policy(&[words, &["--format", "json"]].concat());
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {complaint}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn step(report: &Value) -> &Value {
    let steps = report["steps"].as_array().unwrap().iter();
    let mut steps = steps.filter(|step| step["name"] == "difference");
    steps.next().unwrap()
}

#[tokio::test]
async fn the_command_tells_who_gains_and_who_loses() {
    for place in Place::each().await {
        let same = place.policy(&["diff", "same", "--exit-code"]);
        let told = String::from_utf8(same.stdout).unwrap();
        assert_eq!(same.status.code(), Some(0), "{told}");
        assert!(told.contains("Nobody gains or loses anything."), "{told}");
        assert!(told.contains("沒有人因此獲得或失去任何權限。"), "{told}");
        assert!(!told.contains('\u{1b}'), "colours are for terminals");
        assert!(same.stderr.is_empty(), "progress is for terminals");

        let told = place.json(&["diff", "narrower"]);
        let changes = told["changes"].as_array().unwrap();
        assert_eq!(changes.len(), 1, "{told}");
        let change = &changes[0];
        assert_eq!(change["gains"], false);
        assert_eq!(change["role"], "COORDINATOR");
        assert_eq!(
            (&change["type"], &change["subject"]),
            (&"Volunteer".into(), &"phone".into())
        );
        // a forbid of the full value leaves the mask
        assert_eq!(
            (&change["before"], &change["after"]),
            (&"full".into(), &"masked".into())
        );
        assert_eq!(told["complete"], true);
        let sentences = told["english"].as_array().unwrap();
        assert_eq!(sentences.last().unwrap(), "Nobody gains anything.");

        // what an example names can be asked, and comes out as told
        for (set, answer) in [("same", "full"), ("narrower", "masked")] {
            let example = &change["examples"][0];
            let text = |name: &str| example[name].as_str().unwrap();
            let explained = place.json(&[
                "explain",
                "--as",
                text("viewer"),
                "--record",
                text("record"),
                "--field",
                text("field"),
                "--policies",
                set,
            ]);
            assert_eq!(explained["answer"], answer, "{explained}");
        }

        let changed = place.policy(&["diff", "narrower", "--exit-code", "--examples"]);
        assert_eq!(changed.status.code(), Some(1));
        let text = String::from_utf8(changed.stdout).unwrap();
        assert!(text.contains("kaifong policy explain --as"), "{text}");

        // the other way round it is a gain
        let back = place.json(&["diff", "same", "--against", "narrower"]);
        assert_eq!(back["changes"][0]["gains"], true, "{back}");
        assert_eq!(back["changes"][0]["viewers"], change["viewers"]);
        assert_eq!(back["changes"][0]["records"], change["records"]);
        place.database.close().await;
    }
}

#[tokio::test]
async fn the_gate_tells_it_where_there_is_data_and_the_report_keeps_it() {
    for place in Place::each().await {
        let report = place.json(&["check", "narrower"]);
        let told = step(&report);
        assert_eq!(told["state"], "passed", "{told}");
        let notes = told["notes"].as_array().unwrap();
        let gone = |note: &&Value| note["en"].as_str().unwrap().contains("is gone");
        assert!(gone(&&notes[0]), "what is gone is told first: {told}");
        let lost = |note: &&Value| note["en"].as_str().unwrap().contains("lose the phone");
        let lost = notes.iter().find(lost).unwrap();
        assert!(lost["zh"].as_str().unwrap().contains("電話"), "{told}");

        let officer = demo::holders()
            .into_iter()
            .find_map(|holder| match holder.kind {
                DemoToken::User { account_id, .. } if holder.role == "privacy_officer" => {
                    Some(account_id)
                }
                _ => None,
            });
        let who = officer.unwrap().to_string();
        let words = ["publish", "narrower", "--reason", "a test", "--as", &who];
        let published = place.json(&words);
        assert_eq!(
            step(&published["report"])["notes"],
            told["notes"],
            "{published}"
        );
        // now it is in force, and nothing changes by it
        let told = place.json(&["diff", "narrower"]);
        assert_eq!(told["english"][0], "Nobody gains or loses anything.");
        assert_ne!(
            place.json(&["diff", "same"])["changes"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
        place.database.close().await;
    }
}

/// What the prover says is passed on; where there is none, that is said.
#[tokio::test]
async fn the_prover_is_asked_where_it_is_there() {
    let place = Place::each().await.remove(0);
    let alone = place.scratch.path("kaifong");
    fs::copy(env!("CARGO_BIN_EXE_kaifong"), &alone).unwrap();
    let ask = || {
        let output = std::process::Command::new(&alone)
            .env_clear()
            .env("KAIFONG_DATABASE_URL", &place.url)
            .current_dir(place.scratch.path(""))
            .args(["policy", "diff", "narrower", "--format", "json"])
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let without = ask();
    assert_eq!(
        (&without["proved"], &without["verdicts"]),
        (&false.into(), &Value::Array(vec![]))
    );
    let script = r#"#!/bin/sh
[ "$1" = compare ] && [ -f "$2/schema.cedarschema" ] && [ -f "$3/schema.cedarschema" ] || exit 2
echo '{"rows": [{"principal": "User", "resource": "Volunteer", "actions": ["Volunteer.phone"], "verdict": "narrower"},
{"principal": "Job", "resource": "Volunteer", "actions": ["a", "b"], "verdict": "undecided"}]}'
exit 1
"#;
    let prover = place.scratch.file("kaifong-prover", script);
    fs::set_permissions(prover, fs::Permissions::from_mode(0o755)).unwrap();
    let with = ask();
    assert_eq!(with["proved"], true, "{with}");
    let verdicts = with["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 1, "{with}");
    assert_eq!(verdicts[0]["verdict"], "narrower");
    assert_eq!(verdicts[0]["type"], "Volunteer");
    let last = with["english"].as_array().unwrap().last().unwrap();
    assert_eq!(last, "The prover could not decide on 2 questions.");
    place.database.close().await;
}
