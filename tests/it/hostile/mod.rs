//! Hostile input of every kind: it gets a 4xx or an error with a code, and tells nothing.

mod bag;
mod contract;
mod holes;
mod sockets;
mod wire;

use serde_json::Value;

/// What the inside looks like; none of it may be in an answer.
const INSIDE: [&str; 32] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "FROM ",
    "WHERE ",
    "sqlx",
    "sqlite",
    "SQLite",
    "postgres",
    "Postgres",
    "sea_orm",
    "sea-orm",
    "DbErr",
    "constraint",
    "syntax error at",
    "no such table",
    "no such column",
    "bind value",
    "encoding \"UTF8\"",
    "panicked",
    "backtrace",
    "unwrap",
    "RUST_",
    ".rs:",
    "src/",
    "/work",
    "/root",
    "/home",
    "kaifong::",
    "async_graphql",
    "alloc::",
    "tokio",
];

/// Asserts that an answer of the graph is one that a client may get.
pub fn decent(answer: &Value, asked: &str) {
    let asked: String = asked.chars().take(600).collect();
    let text = answer.to_string();
    for word in INSIDE {
        let told: String = text.chars().take(2_000).collect();
        assert!(
            !text.contains(word),
            "{word} is told: {told}\nasked: {asked}"
        );
    }
    for error in answer["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or("none");
        let failed = ["none", "INTERNAL", "TIMEOUT", "UNAVAILABLE"].contains(&code);
        assert!(!failed, "{error}\nasked: {asked}");
    }
}
