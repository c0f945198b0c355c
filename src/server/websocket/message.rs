//! What the two sides say to each other: a JSON object with a `type` a message.

use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use crate::server::{
    refusal::Refusal,
    request::{self, Parameters},
};

/// The longest id of an operation, in bytes; clients use numbers and UUIDs.
const LONGEST_ID: usize = 256;

/// What the client says.
pub(super) enum Asked {
    /// Begin, with this payload.
    Init(Map<String, Value>),
    /// Answer me; I send this along.
    Ping(Option<Value>),
    /// I am here.
    Pong,
    /// Run this.
    Subscribe(String, Parameters),
    /// Run it no longer.
    Complete(String),
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told<'a> {
    /// The client may ask.
    ConnectionAck,
    /// Answer me.
    Ping,
    /// I am here; you sent this along.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    /// An answer of an operation.
    Next { id: &'a str, payload: &'a RawValue },
    /// The operation was refused or failed; nothing follows.
    Error { id: &'a str, payload: &'a Value },
    /// Nothing follows.
    Complete { id: &'a str },
}

/// Reads a message of a client, or says what is wrong with it.
pub(super) fn read(text: &str) -> Result<Asked, String> {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else {
        return Err("not a JSON object".to_owned());
    };
    let kind = match fields.remove("type") {
        Some(Value::String(kind)) => kind,
        _ => return Err("`type` should be a string".to_owned()),
    };
    Ok(match kind.as_str() {
        "connection_init" => Asked::Init(payload(&mut fields)?.unwrap_or_default()),
        "ping" => Asked::Ping(payload(&mut fields)?.map(Value::Object)),
        "pong" => {
            payload(&mut fields)?;
            Asked::Pong
        }
        "subscribe" => {
            let id = id(&mut fields)?;
            let payload = payload(&mut fields)?.ok_or("`payload` is missing")?;
            let wrong = |refusal: Refusal| refusal.to_string();
            let parameters = request::from_json(Value::Object(payload)).map_err(wrong)?;
            Asked::Subscribe(id, parameters)
        }
        "complete" => Asked::Complete(id(&mut fields)?),
        _ => return Err("a `type` that clients do not send".to_owned()),
    })
}

fn id(fields: &mut Map<String, Value>) -> Result<String, String> {
    match fields.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
        _ => Err(format!(
            "`id` should be a string of 1 to {LONGEST_ID} bytes"
        )),
    }
}

fn payload(fields: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, String> {
    match fields.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err("`payload` should be an object".to_owned()),
    }
}
