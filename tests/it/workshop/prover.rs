//! The prover as the desk asks it: a child in a folder of its own, stopped when it takes too long.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use kaifong::live::Prover;
use kaifong::policy::gate::Set;
use serde_json::{Value, json};

use super::{GATE, OFFICER, STRICT, around, changes, file, publish, refusal, reworded, version};
use crate::app::{App, noon};
use crate::databases::TestDatabase;
use crate::scratch::Scratch;

/// The prover of this build, where there is a solver. A bare machine says what it skips; CI fails.
fn real() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_BIN_EXE_kaifong")).with_file_name("kaifong-prover");
    let solver = Command::new("cvc5").arg("--version").output();
    if solver.is_ok_and(|output| output.status.success()) && beside.is_file() {
        return Some(beside);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "proofs must be tested in CI: cvc5 and `cargo build --workspace`"
    );
    eprintln!("skipped: no kaifong-prover beside the program, or no cvc5");
    None
}

async fn each(prover: impl Fn() -> Prover) -> Vec<App> {
    let mut all = Vec::new();
    for database in TestDatabase::each().await {
        kaifong::demo::load(&database.db, noon()).await.unwrap();
        all.push(around(database, STRICT, prover()));
    }
    all
}

/// The step of the proofs of a report.
fn proofs(report: &Value) -> &Value {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == "proofs").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_proved_and_published_with_its_certificate() {
    let Some(path) = real() else { return };
    for app in each(|| Prover::new(Some(path.clone()), Duration::from_secs(600))).await {
        let draft = reworded(&app, "careful").await;
        let data = app.data_with(OFFICER, GATE, json!({ "c": draft })).await;
        let report = &data["policyWorkshop"]["gate"];
        assert_eq!(
            (&report["ready"], &proofs(report)["state"]),
            (&json!(true), &json!("CERTIFIED")),
            "{data}"
        );
        let answer = publish(&app, OFFICER, draft, "why").await;
        let payload = &answer["data"]["publishPolicies"];
        assert_eq!(payload["inForce"], json!(true), "{answer}");
        assert_eq!(proofs(&payload["report"])["state"], "CERTIFIED");
        // The certificate is of this set, not of the one before.
        let certificate = file(&app, "certificate.json").await;
        let certificate: Value = serde_json::from_str(&certificate).unwrap();
        let set = certificate["set"].as_str().unwrap();
        assert!(set.starts_with(&version(&app).await), "{set}");

        // A promise that the draft breaks is shown with a request against it.
        let wide = "@id(\"wide\") @en(\"Everybody.\") @zh(\"人人。\")\n\
            permit (principal, action == Action::\"Volunteer.phone\", resource);";
        let mut files = vec![json!({ "name": "zz.cedar", "text": wide })];
        for scenario in Set::shipped().named().scenarios {
            files.push(json!({ "name": scenario.name, "text": null }));
        }
        let draft = changes(&app, json!(files)).await;
        let before = version(&app).await;
        let answer = publish(&app, OFFICER, draft.clone(), "why").await;
        assert_eq!(refusal(&answer["data"]["publishPolicies"]), "FAULTS");
        assert_eq!(version(&app).await, before);
        let data = app.data_with(OFFICER, GATE, json!({ "c": draft })).await;
        let step = proofs(&data["policyWorkshop"]["gate"]);
        assert_eq!(step["state"], "NOT_PROVED");
        let faults = step["faults"].as_array().unwrap();
        let broken = faults
            .iter()
            .find(|f| f["policy"] == "partner-reads-contacts-only-where-shared");
        let broken = broken.unwrap_or_else(|| panic!("{step}"));
        assert_eq!(broken["file"], "invariants/partners.cedar");
        assert!(
            broken["english"].as_str().unwrap().contains("wide"),
            "{broken}"
        );
        app.database.close().await;
    }
}

/// A program in the prover's place.
#[cfg(unix)]
fn pretend(scratch: &Scratch, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = scratch.path("prover");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_prover_that_hangs_is_stopped_with_all_that_it_began() {
    let scratch = Scratch::new();
    let (pids, folder) = (scratch.path("pids"), scratch.path("folder"));
    let script = format!(
        "echo $2 > {}\nstat -c %a \"$2\" \"$2/..\" > {}.modes\nls -R \"$2\" > {}.files\n\
         env > {}.env\nsleep 300 &\necho $$ $! > {}\nwait",
        folder.display(),
        folder.display(),
        folder.display(),
        folder.display(),
        pids.display()
    );
    let path = pretend(&scratch, &script);
    for app in each(|| Prover::new(Some(path.clone()), Duration::from_secs(2))).await {
        let before = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let began = Instant::now();
        let data = app.data_with(OFFICER, GATE, json!({ "c": draft })).await;
        assert!(
            began.elapsed() < Duration::from_secs(200),
            "it did not wait for the end"
        );
        let report = &data["policyWorkshop"]["gate"];
        let step = proofs(report);
        assert_eq!(
            (&report["ready"], &step["state"]),
            (&json!(false), &json!("NOT_PROVED"))
        );
        let told = step["faults"][0]["english"].as_str().unwrap();
        assert!(
            told.contains("2 seconds") && told.contains("prove_timeout"),
            "{told}"
        );
        assert_eq!(version(&app).await, before);
        // It had a folder that only its owner may look into, which is gone, and so are its children.
        let read =
            |end: &str| std::fs::read_to_string(format!("{}{end}", folder.display())).unwrap();
        assert!(!Path::new(read("").trim()).exists());
        assert_eq!(read(".modes"), "700\n700\n");
        for part in ["schema.cedarschema", "officers.cedar", "partners.cedar"] {
            assert!(read(".files").contains(part), "{part}");
        }
        assert!(
            !read(".env").contains("KAIFONG_TEST"),
            "settings are none of its business"
        );
        let pids = std::fs::read_to_string(&pids).unwrap();
        for pid in pids.split_whitespace() {
            let alive = || {
                let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
                state.is_ok_and(|state| !state.contains(") Z "))
            };
            let patience = Instant::now();
            while alive() {
                assert!(
                    patience.elapsed() < Duration::from_secs(60),
                    "{pid} goes on"
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        app.database.close().await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_prover_that_fails_or_lies_proves_nothing() {
    for (script, expected) in [
        (
            "echo 'error[SOLVER_MISSING]: the solver cvc5 is not on the PATH' >&2; exit 2",
            "SOLVER_MISSING",
        ),
        (
            "echo '{}' > \"$2/certificate.json\"; exit 0",
            "certificate is not of this set",
        ),
        (
            "rm -f \"$2/certificate.json\"; exit 0",
            "could not be asked",
        ),
        ("echo nonsense; exit 1", "could not be asked"),
        ("kill -9 $$", "could not prove"),
    ] {
        let scratch = Scratch::new();
        let path = pretend(&scratch, script);
        let database = TestDatabase::sqlite().await;
        kaifong::demo::load(&database.db, noon()).await.unwrap();
        let app = around(
            database,
            STRICT,
            Prover::new(Some(path), Duration::from_secs(600)),
        );
        let before = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let data = app.data_with(OFFICER, GATE, json!({ "c": draft })).await;
        let step = proofs(&data["policyWorkshop"]["gate"]);
        assert_eq!(step["state"], "NOT_PROVED", "{script}");
        let fault = &step["faults"][0];
        assert!(
            fault["english"].as_str().unwrap().contains(expected),
            "{script}: {fault}"
        );
        assert!(!fault.to_string().contains("kaifong-proof-"), "{fault}");
        let answer = publish(&app, OFFICER, draft, "why").await;
        assert_eq!(
            refusal(&answer["data"]["publishPolicies"]),
            "FAULTS",
            "{script}"
        );
        assert_eq!(version(&app).await, before);
        app.database.close().await;
    }
}
