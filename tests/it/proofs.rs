//! A set of policies goes live only if it was proved, for exactly its files.

use std::{fs, path::Path, process::Output};

use kaifong::policy::Policies;
use serde_json::{Value, json};

use crate::{process::kaifong, scratch::Scratch};

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");

/// A copy of the shipped set, in the folder `set`.
fn copy() -> Scratch {
    let scratch = Scratch::new();
    for part in ["set", "set/invariants"] {
        fs::create_dir_all(scratch.path(part)).unwrap();
        let from = Path::new(SHIPPED).join(part.trim_start_matches("set").trim_start_matches('/'));
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                fs::copy(entry.path(), scratch.path(part).join(entry.file_name())).unwrap();
            }
        }
    }
    scratch
}

fn append(scratch: &Scratch, file: &str, text: &str) {
    let path = scratch.path(file);
    let old = fs::read_to_string(&path).unwrap();
    fs::write(path, old + text).unwrap();
}

/// What is said of the set in a folder.
fn said(scratch: &Scratch) -> String {
    let folder = scratch.path("set");
    let policies = Policies::read(&folder).unwrap();
    match policies.proved(Some(&folder)) {
        Ok(()) => "proved".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn change(scratch: &Scratch, key: &str, value: Value) {
    let path = scratch.path("set/certificate.json");
    let mut certificate: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    certificate[key] = value;
    fs::write(path, certificate.to_string()).unwrap();
}

#[test]
fn the_shipped_set_is_proved() {
    Policies::shipped().unwrap().proved(None).unwrap();
    assert_eq!(said(&copy()), "proved");
}

#[test]
fn a_certificate_is_of_exactly_the_files_beside_it() {
    type Change = fn(&Scratch);
    let cases: [(&str, Change); 10] = [
        ("is of other policies", |s| {
            append(s, "set/jobs.cedar", "\n// more\n")
        }),
        ("is of other policies", |s| {
            append(s, "set/schema.cedarschema", "\n// more\n")
        }),
        ("is of other promises", |s| {
            append(s, "set/invariants/people.cedar", "\n// more\n")
        }),
        ("is of other promises", |s| {
            fs::remove_file(s.path("set/invariants/people.cedar")).unwrap()
        }),
        ("cannot be read", |s| {
            fs::remove_dir_all(s.path("set/invariants")).unwrap()
        }),
        ("cannot be read", |s| {
            fs::remove_file(s.path("set/certificate.json")).unwrap()
        }),
        ("is none that this server understands", |s| {
            fs::write(s.path("set/certificate.json"), "{").unwrap();
        }),
        ("is none that this server understands", |s| {
            change(s, "format", json!(2))
        }),
        ("says of no promise", |s| change(s, "proved", json!([]))),
        // the first characters of the hash, by which a set is named elsewhere, are not enough
        ("is of other policies", |s| {
            let hash = Policies::shipped().unwrap().hash().to_owned();
            change(s, "set", json!(hash[..12]));
        }),
    ];
    for (why, change) in cases {
        let scratch = copy();
        change(&scratch);
        let said = said(&scratch);
        assert!(
            said.starts_with("POLICIES_UNPROVED: ") && said.contains(why),
            "{why}: {said}"
        );
        assert!(said.contains("kaifong policy prove"), "{said}");
    }
}

fn run(scratch: &Scratch, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut all = vec![("KAIFONG_POLICIES_DIR", "set")];
    all.extend(settings);
    kaifong(scratch, arguments, &all).output().unwrap()
}

/// Neither the server nor an import uses a set that nobody proved, unless it is told to.
#[test]
fn an_unproved_set_does_not_go_live() {
    let scratch = copy();
    append(&scratch, "set/jobs.cedar", "\n// more\n");
    let migrated = run(&scratch, &["migrate"], &[]);
    assert!(migrated.status.success());
    let tags = scratch.file("tags.csv", "vocabulary,code,name_en\n");
    let import = ["import", "tags", tags.to_str().unwrap()];
    // a port that cannot be had, so that a server that would start ends as well
    let serve = ["serve", "--listen", "192.0.2.1:1"];
    for arguments in [import, serve] {
        let refused = run(&scratch, &arguments, &[]);
        let complaint = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(
            complaint.contains("POLICIES_UNPROVED"),
            "{arguments:?}: {complaint}"
        );
        let told = run(&scratch, &arguments, &[("KAIFONG_REQUIRE_PROOF", "false")]);
        let complaint = String::from_utf8(told.stderr).unwrap();
        assert!(
            !complaint.contains("POLICIES_UNPROVED"),
            "{arguments:?}: {complaint}"
        );
    }
}

/// The prover is a program of its own; where it is not there, that is said.
#[test]
fn without_the_prover_that_is_said() {
    let scratch = copy();
    // a copy of the program in a folder where nothing else is
    let alone = scratch.path("kaifong");
    fs::copy(env!("CARGO_BIN_EXE_kaifong"), &alone).unwrap();
    let mut command = std::process::Command::new(&alone);
    command
        .env_clear()
        .env("PATH", "")
        .args(["policy", "prove"]);
    let output = command.arg(scratch.path("set")).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint.contains("PROVER_MISSING"), "{complaint}");
}

/// What it is told and how it ends are passed on.
#[test]
fn the_prover_is_asked_and_its_end_is_passed_on() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = copy();
    let alone = scratch.path("kaifong");
    fs::copy(env!("CARGO_BIN_EXE_kaifong"), &alone).unwrap();
    let prover = scratch.file("kaifong-prover", "#!/bin/sh\necho \"$@\"\nexit 7\n");
    fs::set_permissions(prover, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = std::process::Command::new(&alone);
    command
        .env_clear()
        .args(["policy", "prove", "a set", "--format", "json", "--check"]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "prove a set --format json --check\n");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(7));
}

/// The promises say which tests keep what Cedar does not see; those tests are there.
#[test]
fn the_tests_that_the_promises_name_are_there() {
    let mut named = 0;
    for entry in fs::read_dir(Path::new(SHIPPED).join("invariants")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("//   ")) {
            let (room, test) = line.split_once(": ").unwrap();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
            let files = [
                folder.join(format!("{room}.rs")),
                folder.join(room).join("mod.rs"),
            ];
            let texts = files
                .iter()
                .filter_map(|file| fs::read_to_string(file).ok());
            let there = texts
                .into_iter()
                .any(|text| text.contains(&format!("fn {test}()")));
            assert!(there, "{line}");
            named += 1;
        }
    }
    assert_eq!(named, 4);
}
