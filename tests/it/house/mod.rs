//! Who may lean on whom: the rooms of the house and the libraries of each trade.
//!
//! The table below is the whole of it. The sources are parsed: every `use` and every path counts,
//! those in macros too, outside comments and tests. A room that is not in the table, a library or another room
//! that a room may not use, and a leave that nobody takes all fail.

pub mod sources;
mod writers;

use std::collections::BTreeSet;
use std::path::Path;

use syn::visit::Visit;

use self::sources::{Source, Used, sources};

/// A room, the rooms it may use, and the libraries.
type Room = (&'static str, &'static str, &'static str);

/// `entity` and `migration` are crates of their own; the others are in `src`.
#[rustfmt::skip]
const HOUSE: [Room; 33] = [
    ("entity", "", "sea_orm"),
    ("migration", "", "async_trait sea_orm_migration"),
    // plain data, which all domain rooms share
    ("catalogue", "", "chrono uuid"),
    ("values", "", "serde_json"),
    // the life of a share, on values alone
    ("sharing", "", "chrono uuid"),
    // places, and every way by which data leaves
    ("residency", "", "thiserror"),
    // how long data is kept, on values alone
    ("retention", "", "chrono"),
    // which counts of people may be told, on counts alone
    ("figures", "", ""),
    // what people may ask of those who hold their data
    ("rights", "", "chrono serde_json"),
    ("private_file", "", "uuid"),
    // what the log of disclosures says, and its chain: no SQL, no GraphQL
    ("audit", "catalogue",
        "aes_siv base64 chrono getrandom hmac serde serde_json sha2 thiserror uuid"),
    // how long each step took
    ("traces", "",
        "async_trait opentelemetry opentelemetry_http opentelemetry_otlp opentelemetry_sdk thiserror \
         tracing tracing_opentelemetry tracing_subscriber ureq"),
    // who asks
    ("viewer", "private_file",
        "base64 chrono ed25519_dalek getrandom jsonwebtoken serde serde_json sha2 thiserror uuid"),
    // Cedar, here and nowhere else
    ("policy", "catalogue viewer",
        "cedar_policy cedar_policy_formatter chrono miette serde serde_json sha2 simdutf8 thiserror toml tracing \
         unicode_segmentation uuid"),
    // SQL; of the importers it takes the records, of the viewer the directory to be
    ("store", "audit catalogue import policy retention viewer",
        "aes_siv base64 chrono entity futures_util getrandom hmac rusqlite sea_orm serde serde_json sha2 \
         thiserror tokio tracing uuid"),
    // files in, records out: no SQL, no GraphQL
    ("import", "", "chrono csv serde serde_json thiserror"),
    // rows to look at
    ("demo", "import", "chrono entity sea_orm serde_json uuid"),
    // tokens for tokens
    ("tokens", "store viewer", "chrono thiserror tracing uuid"),
    // GraphQL
    ("graphql", "audit catalogue figures policy residency retention rights sharing store traces values viewer",
        "async_graphql async_graphql_value async_trait base64 chrono futures_util serde serde_json \
         sha2 tokio tracing uuid"),
    // sets of policies go live, whoever brings them
    ("live", "catalogue graphql policy private_file store viewer",
        "async_trait chrono serde serde_json thiserror tokio tracing uuid"),
    // by which rules people sign in, on values alone; the key that seals is a file
    ("signin", "private_file",
        "aes_siv argon2 base64 chrono getrandom hmac sha1 sha2 thiserror unicode_normalization uuid"),
    // outside providers of identity: whom they vouch for, not who that is here
    ("oidc", "residency", "base64 chrono jsonwebtoken serde serde_json thiserror tokio tracing ureq"),
    // letters, handed in by SMTP
    ("mail", "residency", "lettre thiserror"),
    // what leaves is decided here
    ("border", "catalogue policy residency store viewer", "thiserror tracing uuid"),
    // how people come in: the steps over rules and rows
    ("entrance", "border mail oidc residency signin store viewer",
        "base64 chrono serde serde_json thiserror tokio tracing uuid"),
    // what the server does by itself
    ("upkeep", "graphql", "tokio tracing"),
    // HTTP
    ("server", "config entrance graphql residency rights signin tokens traces viewer",
        "async_graphql axum chrono futures_util hyper hyper_util prometheus_client serde \
         serde_json sha2 thiserror tokio tower_http tracing tungstenite uuid"),
    ("config", "residency", "thiserror toml tracing_subscriber"),
    // the composition root knows everybody
    ("app", "audit border catalogue config demo entrance graphql import live mail oidc policy private_file residency signin store tokens viewer",
        "chrono migration sea_orm serde serde_json thiserror tracing uuid"),
    // the command line goes through the root; it takes words from the others for its help
    ("cli", "app config graphql private_file server traces upkeep viewer",
        "chrono clap indicatif serde serde_json thiserror tracing tracing_subscriber"),
    ("main", "cli", "allocator tokio"),
    ("lib", "", ""),
    ("build", "", ""),
];

/// What a room may lean on, each in words.
fn leave((_, rooms, libraries): &Room) -> Vec<String> {
    let rooms = rooms
        .split_whitespace()
        .map(|name| format!("the room {name}"));
    let libraries = libraries.split_whitespace();
    rooms
        .chain(libraries.map(|name| format!("the library {name}")))
        .collect()
}

/// Rooms that may hold SQL as text: the derived cells of the catalogue are expressions.
const SQL: [&str; 3] = ["catalogue", "migration", "store"];

/// Words with which a statement begins.
const STATEMENTS: [&str; 6] = [
    "SELECT ",
    "INSERT INTO",
    "UPDATE ",
    "DELETE FROM",
    "CREATE TABLE",
    "ALTER TABLE",
];

/// The libraries that the manifests name, and the crates of the workspace, as paths name them.
fn libraries() -> BTreeSet<String> {
    let mut all = BTreeSet::from(["kaifong".to_owned()]);
    for manifest in ["Cargo.toml", "entity/Cargo.toml", "migration/Cargo.toml"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest);
        let manifest: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        let listed = manifest["dependencies"].as_table().unwrap();
        all.extend(listed.keys().map(|name| name.replace('-', "_")));
    }
    all
}

/// What a path leans on: a library, or another room. `Err` says what is wrong with it.
fn leans(
    path: &[String],
    source: &Source,
    libraries: &BTreeSet<String>,
) -> Result<Option<String>, String> {
    let first = path.first().map(String::as_str).unwrap_or_default();
    let out = path.iter().take_while(|name| *name == "super").count();
    let room = match first {
        "crate" | "kaifong" => path.get(1),
        "super" if out >= source.depth.max(1) => path.get(out),
        _ if libraries.contains(first) && !source.used.names.contains(first) => {
            return Ok(Some(format!("the library {first}")));
        }
        _ => None,
    };
    match room.map(String::as_str) {
        // the crate's own macros and the rooms of another crate are no rooms of the house
        _ if ["entity", "migration", "build"].contains(&source.room.as_str()) => Ok(None),
        Some("*") => Err("takes in everything of the crate".to_owned()),
        Some(room) if room != source.room => Ok(Some(format!("the room {room}"))),
        _ => Ok(None),
    }
}

#[test]
fn each_room_leans_on_what_the_table_lets_it_and_on_nothing_else() {
    let libraries = libraries();
    let (mut wrong, mut taken) = (Vec::new(), BTreeSet::new());
    for source in sources() {
        let Some(room) = HOUSE.iter().find(|(name, ..)| *name == source.room) else {
            let (place, room) = (&source.place, &source.room);
            wrong.push(format!("{place}: the room `{room}` is not in the table"));
            continue;
        };
        let leave = leave(room);
        for path in &source.used.paths {
            let written = path.join("::");
            match leans(path, &source, &libraries) {
                Ok(None) => {}
                Ok(Some(leaned)) => {
                    if !leave.contains(&leaned) {
                        wrong.push(format!("{}: `{written}` leans on {leaned}", source.place));
                    }
                    taken.insert((source.room.clone(), leaned));
                }
                Err(reason) => wrong.push(format!("{}: `{written}` {reason}", source.place)),
            }
        }
    }
    for room in &HOUSE {
        for leaned in leave(room) {
            if !taken.contains(&(room.0.to_owned(), leaned.clone())) {
                let room = room.0;
                wrong.push(format!("{room} no longer leans on {leaned}: strike it off"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_table_is_there() {
    let rooms: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    let listed: BTreeSet<String> = HOUSE.iter().map(|(room, ..)| (*room).to_owned()).collect();
    assert_eq!(rooms, listed);
}

#[test]
fn sql_is_written_only_where_rows_are_kept() {
    let mut wrong = Vec::new();
    for source in sources() {
        if SQL.contains(&source.room.as_str()) {
            continue;
        }
        for text in &source.used.texts {
            if STATEMENTS.iter().any(|word| text.contains(word)) {
                wrong.push(format!("{}: {text}", source.place));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The reader of sources is no reader of sources if it does not see these.
#[test]
fn a_forbidden_path_is_seen_however_it_is_written() {
    for code in [
        "use sea_orm::DbErr;",
        "use {std::fmt, sea_orm::{self as orm, DbErr}};",
        "fn f() -> Result<(), sea_orm::DbErr> { Ok(()) }",
        "fn f() { println!(\"{}\", sea_orm::DbErr::Custom(String::new())); }",
        "fn f() { sea_orm::tests_cfg!(); }",
        "#[derive(sea_orm::DeriveEntityModel)] struct S;",
        "#[sea_orm::main] fn f() {}",
        "mod inner { use crate::store::Store; }",
        "use super::super::store::Store;",
        "use crate::{catalogue, store::Store};",
    ] {
        let mut used = Used::default();
        used.visit_file(&syn::parse_file(code).unwrap());
        let source = Source {
            place: String::new(),
            room: "graphql".to_owned(),
            depth: 2,
            used,
        };
        let libraries = libraries();
        let mut leaned = source
            .used
            .paths
            .iter()
            .filter_map(|path| leans(path, &source, &libraries).unwrap());
        assert!(
            leaned.any(|leaned| leaned == "the library sea_orm" || leaned == "the room store"),
            "{code}: {:?}",
            source.used.paths
        );
    }
}
