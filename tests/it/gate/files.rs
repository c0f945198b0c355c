//! How policy files are laid out.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{change, copy, policy, stdout};
use crate::scratch::Scratch;

#[test]
fn the_shipped_files_are_laid_out() {
    let scratch = Scratch::new();
    copy(&scratch);
    let output = policy(&scratch, &["fmt", "--check", "set"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_file_is_laid_out_once_and_keeps_its_comments_and_its_meaning() {
    let scratch = Scratch::new();
    let set = copy(&scratch);
    let before = fs::read_to_string(set.join("jobs.cedar")).unwrap();
    change(
        &set,
        "jobs.cedar",
        "permit (\n  principal is Job,",
        "// why\npermit(principal is Job,",
    );
    let changed = fs::read_to_string(set.join("jobs.cedar")).unwrap();

    let check = policy(&scratch, &["fmt", "--check", "set"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(stdout(&check).contains("set/jobs.cedar is not laid out"));
    assert_eq!(fs::read_to_string(set.join("jobs.cedar")).unwrap(), changed);

    let output = policy(&scratch, &["fmt", "set"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("set/jobs.cedar was laid out"));
    let after = fs::read_to_string(set.join("jobs.cedar")).unwrap();
    assert_eq!(after, before.replacen("permit (", "// why\npermit (", 1));

    let again = policy(&scratch, &["fmt", "--check", "set"]);
    assert_eq!(again.status.code(), Some(0), "{}", stdout(&again));
    assert!(!set.join("jobs.cedar.new").exists());
}

#[test]
fn a_file_that_is_not_well_formed_is_left_alone() {
    let scratch = Scratch::new();
    let set = copy(&scratch);
    change(&set, "jobs.cedar", "permit (", "permit principal (");
    let before = fs::read_to_string(set.join("jobs.cedar")).unwrap();
    let output = policy(&scratch, &["fmt", "set"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("set/jobs.cedar"),
        "{}",
        stdout(&output)
    );
    assert_eq!(fs::read_to_string(set.join("jobs.cedar")).unwrap(), before);
}

#[test]
fn a_draft_goes_from_standard_input_to_standard_output() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kaifong"))
        .env_clear()
        .args(["policy", "fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(b"permit(principal,action,resource);")
        .unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(stdout(&output), "permit (principal, action, resource);\n");
}
