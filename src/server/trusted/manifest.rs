//! How tools write the documents that they persist.
//!
//! - GraphQL Code Generator (client preset, `persistedDocuments`) and Relay (`persistConfig.file`):
//!   an object of documents by their hash: `sha256:…`, or SHA-1 and no prefix, with the one; MD5 by
//!   default with the other.
//! - Apollo (`generate-persisted-query-manifest`): an object with `format`
//!   `apollo-persisted-query-manifest`, `version` 1 and a list of `operations`, each with `id`, `name`,
//!   `type` and `body`.

use serde::Deserialize;
use serde_json::{Map, Value};

const APOLLO: &str = "apollo-persisted-query-manifest";

/// An entry of a manifest.
pub(super) struct Entry {
    /// What it is asked for by.
    pub id: String,
    /// The document.
    pub text: String,
}

/// One operation, as Apollo writes it; its name and type are in the body too.
#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

/// All entries, or what is wrong with the file.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let value = serde_json::from_str(text).map_err(|cause| format!("not JSON: {cause}"))?;
    let Value::Object(mut fields) = value else {
        return Err("not an object of documents by their hash".to_owned());
    };
    match fields.get("format") {
        Some(Value::String(format)) if format == APOLLO => {
            if fields.get("version") != Some(&Value::from(1)) {
                return Err(format!("of `{APOLLO}`, version 1 is read and no other"));
            }
            let operations = fields.remove("operations").unwrap_or_default();
            let operations: Vec<Operation> = serde_json::from_value(operations)
                .map_err(|cause| format!("`operations`: {cause}"))?;
            let entry = |operation: Operation| Entry {
                id: operation.id,
                text: operation.body,
            };
            Ok(operations.into_iter().map(entry).collect())
        }
        _ => by_hash(fields),
    }
}

fn by_hash(fields: Map<String, Value>) -> Result<Vec<Entry>, String> {
    let entry = |(id, text)| match text {
        Value::String(text) => Ok(Entry { id, text }),
        _ => Err(format!("`{id}` is not the text of a document")),
    };
    fields.into_iter().map(entry).collect()
}
