//! The program, as it is called, and with solvers that fail.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::rig::{folder, solver, written};

/// A folder that only one test uses.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A copy of the shipped set, without its certificate.
    fn shipped(name: &str) -> Self {
        let copy = Self::new(name);
        for part in ["", "invariants"] {
            fs::create_dir_all(copy.0.join(part)).unwrap();
            for entry in fs::read_dir(folder().join(part)).unwrap() {
                let from = entry.unwrap().path();
                if from.is_file() && from.extension().is_some_and(|e| e != "json") {
                    fs::copy(&from, copy.0.join(part).join(from.file_name().unwrap())).unwrap();
                }
            }
        }
        copy
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let mut text = fs::read_to_string(&path).unwrap();
        let places = written(&text, from);
        assert!(!places.is_empty(), "{from}");
        for place in places.into_iter().rev() {
            text.replace_range(place, to);
        }
        fs::write(path, text).unwrap();
    }

    /// A program that stands for the solver.
    fn solver(&self, script: &str) -> PathBuf {
        let path = self.0.join("cvc5");
        let version = "[ \"$1\" = --version ] && echo 'This is cvc5 version 0.0.1' && exit 0";
        fs::write(&path, format!("#!/bin/sh\n{version}\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn prove(&self, more: &[&str], solver: Option<&Path>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kaifong-prover"));
        command.arg("prove").arg(&self.0).args(more);
        if let Some(solver) = solver {
            command.env("KAIFONG_CVC5", solver);
        }
        command.output().unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_set_is_certified_once_for_the_same_files() {
    if solver().is_none() {
        return;
    }
    let set = Folder::shipped("certified");
    let file = set.0.join("certificate.json");
    let first = set.prove(&["--check"], None);
    assert_eq!(first.status.code(), Some(1), "{}", said(&first));
    assert!(said(&first).contains("CERTIFICATE_STALE"));
    assert!(!file.exists());
    let proved = set.prove(&[], None);
    assert_eq!(proved.status.code(), Some(0), "{}", complained(&proved));
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(set.prove(&["--check"], None).status.code(), Some(0));
    assert_eq!(set.prove(&[], None).status.code(), Some(0));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        written,
        "it was made anew"
    );
    // another comment is another set, though it decides the same
    set.edit(
        "jobs.cedar",
        "// Work without a person behind it.",
        "// Work.",
    );
    assert_eq!(set.prove(&["--check"], None).status.code(), Some(1));
    assert_eq!(set.prove(&[], None).status.code(), Some(0));
    let renewed = fs::read_to_string(&file).unwrap();
    assert_ne!(renewed, written);
    // and another promise is another proof
    set.edit(
        "invariants/everywhere.cedar",
        "gets nothing.\")",
        "gets nothing at all.\")",
    );
    assert_eq!(set.prove(&["--check"], None).status.code(), Some(1));
}

#[test]
fn a_broken_set_gets_no_certificate_and_its_example_as_json() {
    if solver().is_none() {
        return;
    }
    let set = Folder::shipped("uncertified");
    set.edit(
        "volunteers.cedar",
        "    Action::\"identityNumberMasked\",\n    Action::\"health\",\n",
        "    Action::\"identityNumberMasked\",\n",
    );
    let output = set.prove(&["--format", "json"], None);
    assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
    assert!(!set.0.join("certificate.json").exists());
    let report: Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!(report["proved"], false);
    assert_eq!(report["certificate"], "none");
    let broken: Vec<&Value> = report["promises"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|p| p["outcome"] == "broken")
        .collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0]["id"], "who-edits-also-reads");
    let example = &broken[0]["examples"][0];
    assert_eq!(example["action"], "Volunteer.healthRemark:edit");
    assert_eq!(example["but"], "but is refused Volunteer.healthRemark");
    assert_eq!(example["who"]["name"], "User A");
    assert_eq!(example["who"]["matters"][0]["name"], "ownVolunteers");
    assert_eq!(example["allowed_by"][0]["id"], "volunteer-keeps-own-record");
}

#[test]
fn without_a_solver_it_says_how_to_get_one() {
    let set = Folder::shipped("solverless");
    let output = set.prove(&[], Some(Path::new("/nowhere/cvc5")));
    assert_eq!(output.status.code(), Some(2));
    let complaint = complained(&output);
    assert!(
        complaint.starts_with("error[SOLVER_MISSING]: "),
        "{complaint}"
    );
    assert!(complaint.contains("apt-get install cvc5"), "{complaint}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaifong-prover"));
    command
        .arg("prove")
        .arg(&set.0)
        .env("PATH", &set.0)
        .env_remove("KAIFONG_CVC5");
    let complaint = complained(&command.output().unwrap());
    assert!(complaint.contains("SOLVER_MISSING") && complaint.contains("on the PATH"));
    // it is found there where it is there, whatever it is worth
    set.solver("exit 3");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
    assert!(!set.0.join("certificate.json").exists());
}

#[test]
fn what_is_no_solver_is_told_apart() {
    let set = Folder::shipped("stranger");
    let path = set.0.join("stranger");
    fs::write(&path, "#!/bin/sh\necho hello\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let output = set.prove(&[], Some(&path));
    assert_eq!(output.status.code(), Some(2));
    assert!(complained(&output).starts_with("error[SOLVER_BROKEN]: "));
}

/// Whatever a solver does but prove, the set is not proved.
#[test]
fn a_solver_that_fails_proves_nothing() {
    let set = Folder::shipped("failing");
    let answer = |answer: &str| {
        format!("while read -r line; do case $line in *check-sat*) {answer};; esac; done")
    };
    let cases = [
        ("hangs", "exec sleep 600".to_owned(), "gave no answer"),
        ("dies", "exit 3".to_owned(), "not asked again"),
        ("doubts", answer("echo unknown"), "does not know"),
        ("babbles", answer("echo hello"), "hello"),
        ("lies", answer("printf 'sat\\n(\\n)\\n'"), ": "),
    ];
    for (name, script, why) in cases {
        let solver = set.solver(&script);
        let output = set.prove(&["--timeout", "1", "--format", "json"], Some(&solver));
        assert_eq!(
            output.status.code(),
            Some(1),
            "{name}: {}",
            complained(&output)
        );
        let report: Value = serde_json::from_str(&said(&output)).unwrap();
        let promises = report["promises"].as_array().unwrap();
        let of = |outcome: &str| promises.iter().filter(|p| p["outcome"] == outcome).count();
        assert_eq!(
            (of("broken"), of("waiting"), of("empty")),
            (0, 0, 0),
            "{name}"
        );
        // some promises are plain from the terms alone; those about sets of rows are not
        let asked = [
            "who-edits-also-reads",
            "guardian-reads-no-student-but-the-wards",
        ];
        for promise in promises
            .iter()
            .filter(|p| asked.iter().any(|id| p["id"] == *id))
        {
            assert_eq!(promise["outcome"], "undecided", "{name}: {promise}");
        }
        assert_eq!(report["proved"], false, "{name}");
        assert!(said(&output).contains(why), "{name}: {}", said(&output));
        assert!(!set.0.join("certificate.json").exists(), "{name}");
    }
}

#[test]
fn a_set_that_cannot_be_read_is_told_with_its_place() {
    let set = Folder::shipped("unreadable");
    set.edit(
        "jobs.cedar",
        "when {\n  principal.role",
        "wenn {\n  principal.role",
    );
    let output = set.prove(&[], None);
    assert_eq!(output.status.code(), Some(2));
    let complaint = complained(&output);
    assert!(
        complaint.starts_with("error[SET_UNREADABLE]: "),
        "{complaint}"
    );
    assert!(complaint.contains("jobs.cedar:"), "{complaint}");
    fs::remove_dir_all(set.0.join("invariants")).unwrap();
    set.edit("jobs.cedar", "wenn {", "when {");
    let output = set.prove(&[], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        complained(&output).contains("invariants"),
        "{}",
        complained(&output)
    );
}
