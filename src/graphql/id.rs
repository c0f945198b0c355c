//! Opaque identifiers: the type and the row.

use async_graphql::Value;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{Engine as _, encoded_len};
use uuid::Uuid;

use crate::catalogue::{self, Type};

/// The identifier of a row.
pub fn encode(of: &Type, id: Uuid) -> String {
    named(of.name, &id.simple().to_string())
}

/// Adds the identifier of a row to a text of ASCII.
pub fn encode_into(of: &Type, id: Uuid, out: &mut Vec<u8>) {
    let before = out.len();
    if quick(of, id, out).is_none() {
        out.truncate(before);
        out.extend_from_slice(encode(of, id).as_bytes());
    }
}

/// The same without any memory of its own; none where the name is too long for that.
fn quick(of: &Type, id: Uuid, out: &mut Vec<u8>) -> Option<()> {
    let mut plain = [0; 96];
    let length = of.name.len() + 33;
    let (name, rest) = plain.split_at_mut_checked(of.name.len())?;
    let (colon, rest) = rest.split_first_mut()?;
    name.copy_from_slice(of.name.as_bytes());
    *colon = b':';
    id.simple().encode_lower(rest.get_mut(..32)?);
    let before = out.len();
    out.resize(before + encoded_len(length, false)?, 0);
    let room = out.get_mut(before..)?;
    URL_SAFE_NO_PAD
        .encode_slice(plain.get(..length)?, room)
        .ok()?;
    Some(())
}

/// The identifier of something that is no row.
pub fn named(name: &str, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{name}:{id}"))
}

/// The type and the row; `None` for anything that is no identifier of ours.
pub fn decode(text: &str) -> Option<(&'static Type, Uuid)> {
    if text.len() > 128 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = std::str::from_utf8(&bytes).ok()?;
    let (name, id) = plain.split_once(':')?;
    let of = catalogue::find(name)?;
    let id = Uuid::try_parse(id).ok()?;
    // One identifier, one spelling.
    (encode(of, id) == text).then_some((of, id))
}

/// The text of an identifier, which may be given as a number too.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The row that an argument names, if it is of this type.
pub fn of_type(value: &Value, of: &Type) -> Option<Uuid> {
    decode(&text(value)?)
        .filter(|(found, _)| std::ptr::eq(*found, of))
        .map(|(_, id)| id)
}
