//! The gate, then the parser: what the gate admits must not end the process, and is measured.
#![no_main]

use std::sync::LazyLock;

use async_graphql::parser::parse_query;
use kaifong::config::{Config, Flag, Sources};
use kaifong::server::Gate;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// The gate of the default settings, which lets as many tokens through as the brackets are.
static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let flags = vec![Flag {
        name: "--max-query-tokens",
        key: "max_query_tokens",
        value: "50000".to_owned(),
    }];
    let config = Config::load(Sources {
        folder: "/nowhere".into(),
        file: None,
        environment: vec![],
        flags,
    });
    Gate::new(&config.unwrap().limits)
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // Brackets enough to overflow the parser's stack, wherever the text says that they are to be.
    let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
    let gate = &*GATE;
    for document in [text.to_owned(), text.replacen('@', &deep, 1)] {
        if gate.admit_document(&document).is_ok() {
            parse_query(&document).ok();
        }
    }
    if let Ok(Value::Object(variables)) = serde_json::from_str(text) {
        gate.admit_variables(&variables).ok();
    }
});
