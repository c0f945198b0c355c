//! The signing key's file, as the server makes and reads it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use chrono::{TimeDelta, Utc};
use kaifong::viewer::{Claims, KeyError, KeyFiles, Keys, TokenError};

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

/// A running server takes up what changes, without a restart.
#[test]
fn a_new_key_signs_and_the_old_one_verifies_until_it_retires() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let (keys, now) = (open(&folder).unwrap(), Utc::now());
    let first = keys.id();
    let day = Duration::from_secs(86_400);
    let old = keys.sign(&Claims::of_user("ann", now, day)).unwrap();
    assert!(keys.verify(&old, now).is_ok());
    let files = KeyFiles::of(&folder, None).unwrap();
    let until = now + TimeDelta::hours(1);
    let second = files.rotate(until, now).unwrap();
    assert_ne!(first, second);
    while keys.id() != second {
        std::thread::sleep(Duration::from_millis(20));
    }
    let new = keys.sign(&Claims::of_user("ann", now, day)).unwrap();
    for keys in [&keys, &open(&folder).unwrap()] {
        assert!(keys.verify(&old, now).is_ok(), "it overlaps");
        assert!(keys.verify(&new, until).is_ok());
        assert_eq!(
            keys.verify(&old, until),
            Err(TokenError::UnknownKey),
            "its time is over"
        );
        let shown = |at| {
            let set = keys.jwks(at);
            let ids = set["keys"].as_array().unwrap().iter();
            ids.map(|key| key["kid"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(now), [second.clone(), first.clone()]);
        assert_eq!(shown(until), std::slice::from_ref(&second));
    }
    assert_eq!(mode(&folder.join("signing-key.pem")), 0o600);
    assert_eq!(mode(&folder.join("signing-key.retiring.json")), 0o600);
    let kept = fs::read_to_string(folder.join("signing-key.retiring.json")).unwrap();
    assert!(
        !kept.contains("\"d\""),
        "of a key that is over only the public half is kept"
    );
    assert!(!files.retire("no such key").unwrap());
    assert!(
        !files.retire(&second).unwrap(),
        "the key that signs is not retired"
    );
    assert!(files.retire(&first).unwrap());
    while keys.verify(&old, now).is_ok() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(keys.verify(&old, now), Err(TokenError::UnknownKey));
    assert!(keys.verify(&new, now).is_ok());
}

#[test]
fn a_list_of_keys_that_others_can_write_is_refused() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    open(&folder).unwrap();
    let now = Utc::now();
    let files = KeyFiles::of(&folder, None).unwrap();
    files.rotate(now + TimeDelta::hours(1), now).unwrap();
    let list = folder.join("signing-key.retiring.json");
    fs::set_permissions(&list, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(matches!(open(&folder), Err(KeyError::OpenToOthers { .. })));
    fs::set_permissions(&list, fs::Permissions::from_mode(0o600)).unwrap();
    // A key under another id than its own is none.
    let text = fs::read_to_string(&list).unwrap();
    let keys: serde_json::Value = serde_json::from_str(&text).unwrap();
    let kid = keys[0]["kid"].as_str().unwrap();
    fs::write(&list, text.replace(kid, "another")).unwrap();
    assert_eq!(
        open(&folder).unwrap().jwks(now)["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn the_command_line_rotates_lists_and_retires() {
    let scratch = Scratch::new();
    let keys = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["keys"].iter().chain(arguments).copied().collect();
        let done = crate::process::kaifong(&scratch, &arguments, &[])
            .output()
            .unwrap();
        (
            done.status.success(),
            String::from_utf8(done.stdout).unwrap(),
        )
    };
    let id = |line: &str| line.split(' ').next().unwrap().to_owned();
    let (done, first) = keys(&["list"]);
    assert!(done && first.ends_with(" signs\n"), "{first}");
    let (done, second) = keys(&["rotate", "--overlap", "7d"]);
    assert!(done && id(&second) != id(&first));
    let (_, both) = keys(&["list"]);
    assert!(
        both.starts_with(&second) && both.contains(&format!("{} until 2", id(&first))),
        "{both}"
    );
    assert!(!keys(&["retire", "another"]).0);
    assert!(keys(&["retire", &id(&first)]).0);
    assert_eq!(keys(&["list"]).1, second);
}
