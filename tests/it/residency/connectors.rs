//! Every way out of the server is in the list of connectors.
//!
//! Nobody can add a client of another machine and forget the list: a library that the manifest names
//! is said here to reach other machines or not, and who uses one that does, or a socket of the
//! standard library's, is the room of a connector.

use std::collections::BTreeSet;
use std::path::Path;

use kaifong::residency::CONNECTORS;

use crate::house::sources::{Source, sources};

/// Libraries that open connections to other machines.
const REACH_OUT: [&str; 4] = ["lettre", "opentelemetry_http", "opentelemetry_otlp", "ureq"];

/// Libraries that open none.
const STAY: [&str; 46] = [
    "aes_siv",
    // it gives memory, and leans on nothing else
    "allocator",
    "argon2",
    "async_graphql",
    "async_graphql_value",
    "async_trait",
    // it takes connections
    "axum",
    "base64",
    "cedar_policy",
    "cedar_policy_formatter",
    "chrono",
    "clap",
    "csv",
    "ed25519_dalek",
    "entity",
    "futures_util",
    "getrandom",
    "hmac",
    "indicatif",
    "jsonwebtoken",
    "miette",
    "migration",
    "num_integer",
    "opentelemetry",
    "opentelemetry_sdk",
    "prometheus_client",
    // the database is where the data is
    "rusqlite",
    "sea_orm",
    "serde",
    "serde_json",
    "sha1",
    "sha2",
    "simdutf8",
    "thiserror",
    "toml",
    "tower_http",
    "tracing",
    "tracing_opentelemetry",
    "tracing_subscriber",
    "unicode_normalization",
    "unicode_segmentation",
    "uuid",
    // of these, some parts reach out: see `PARTS`
    "hyper",
    "hyper_util",
    "tokio",
    "tungstenite",
];

/// Names in paths by which the standard library and others reach out, or start a program that may.
const PARTS: [&str; 9] = [
    "TcpStream",
    "TcpSocket",
    "UdpSocket",
    "UnixStream",
    "UnixDatagram",
    "ToSocketAddrs",
    "process",
    "client",
    "client_async",
];

/// Who uses such a name without reaching another machine, and why.
const EXEMPT: [(&str, &str, &str); 4] = [
    ("server", "TcpStream", "connections that came in"),
    ("live", "process", "the prover, on this machine"),
    ("cli", "process", "the prover, on this machine; exit codes"),
    ("main", "process", "its exit code"),
];

/// What a file uses that reaches out.
fn outward(source: &Source) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in &source.used.paths {
        let first = path.first().map(String::as_str).unwrap_or_default();
        let own = source.used.names.contains(first) || ["crate", "self", "super"].contains(&first);
        if REACH_OUT.contains(&first) && !source.used.names.contains(first) {
            found.insert(first.to_owned());
        }
        if !own {
            let parts = path.iter().filter(|name| PARTS.contains(&name.as_str()));
            found.extend(parts.cloned());
        }
    }
    found
}

#[test]
fn each_library_is_said_to_reach_other_machines_or_not() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let listed = manifest["dependencies"].as_table().unwrap();
    let listed: BTreeSet<String> = listed.keys().map(|name| name.replace('-', "_")).collect();
    let said = REACH_OUT.iter().chain(&STAY);
    let said: BTreeSet<String> = said.map(|name| (*name).to_owned()).collect();
    assert_eq!(listed, said);
}

#[test]
fn whoever_speaks_to_another_machine_is_a_connector_of_the_list() {
    let rooms: BTreeSet<&str> = CONNECTORS.iter().map(|connector| connector.room).collect();
    let (mut wrong, mut speaking, mut exempted) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for source in sources() {
        for name in outward(&source) {
            let exempt =
                |(room, part, _): &&(&str, &str, &str)| *room == source.room && *part == name;
            if let Some(exempt) = EXEMPT.iter().find(exempt) {
                exempted.insert(*exempt);
            } else if rooms.contains(source.room.as_str()) {
                speaking.insert(source.room.clone());
            } else {
                wrong.push(format!("{}: {name}", source.place));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "no connector of the list:\n{}",
        wrong.join("\n")
    );
    let speaking: BTreeSet<&str> = speaking.iter().map(String::as_str).collect();
    assert_eq!(speaking, rooms, "connectors that speak to nobody");
    assert_eq!(exempted.len(), EXEMPT.len(), "{exempted:?}");
}

#[test]
fn each_connector_says_what_it_is_sent_in_both_languages_and_has_a_setting_for_its_place() {
    let settings = include_str!("../../../src/config/default.toml");
    let mut names = BTreeSet::new();
    for connector in CONNECTORS {
        assert!(names.insert(connector.name), "{}", connector.name);
        assert!(connector.what_en.is_ascii() && !connector.what_zh.is_ascii());
        let line = match connector.setting.split_once('.') {
            Some((table, key)) => {
                assert!(settings.contains(&format!("#[[{table}]]")));
                format!("#{key} = ")
            }
            None => format!("# {} = ", connector.setting),
        };
        assert!(settings.contains(&line), "{line}");
    }
}
