//! The signing key's file, as the server makes and reads it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use chrono::Utc;
use kaifong::viewer::{Claims, KeyError, Keys};

use crate::scratch::Scratch;

fn open(folder: &Path) -> Result<Keys, KeyError> {
    Keys::open(folder, None, "kaifong", "kaifong")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn first_start_makes_a_key_that_later_starts_keep() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let first = open(&folder).unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("signing-key.pem")), 0o600);
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "no draft is left behind"
    );
    let second = open(&folder).unwrap();
    assert_eq!(first.id(), second.id());
    let now = Utc::now();
    let token = first
        .sign(&Claims::of_user("ann", now, Duration::from_secs(60)))
        .unwrap();
    assert_eq!(second.verify(&token, now).unwrap().sub, "ann");
}

#[test]
fn starts_at_the_same_moment_agree_on_one_key() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let ids: Vec<String> = std::thread::scope(|threads| {
        let starts: Vec<_> = (0..8).map(|_| threads.spawn(|| open(&folder))).collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap().unwrap().id().to_owned())
            .collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    open(&folder).unwrap();
    let key = folder.join("signing-key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = open(&folder).err().unwrap();
    assert!(
        matches!(refused, KeyError::OpenToOthers { .. }),
        "{refused}"
    );
}

#[test]
fn a_named_key_file_must_exist_and_hold_a_key() {
    let scratch = Scratch::new();
    let named = |path: &Path| Keys::open(&scratch.path("data"), Some(path), "kaifong", "kaifong");
    let absent = named(&scratch.path("absent.pem")).err().unwrap();
    assert!(absent.to_string().contains("absent.pem"), "{absent}");
    let other = scratch.path("other.pem");
    kaifong::private_file::create(&other, "not a key").unwrap();
    assert!(matches!(named(&other), Err(KeyError::NotAKey { .. })));
    open(&scratch.path("elsewhere")).unwrap();
    let moved = scratch.path("moved.pem");
    fs::rename(scratch.path("elsewhere/signing-key.pem"), &moved).unwrap();
    named(&moved).unwrap();
    assert!(!scratch.path("data").exists(), "no second key is made");
}
