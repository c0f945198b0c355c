//! Opaque identifiers: the type and the row.

use async_graphql::Value;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::catalogue::{self, Type};

/// The identifier of a row.
pub fn encode(of: &Type, id: Uuid) -> String {
    named(of.name, &id.simple().to_string())
}

/// Adds the identifier of a row to a text.
pub fn encode_into(of: &Type, id: Uuid, out: &mut String) {
    let mut plain = [0; 96];
    let named = of.name.len();
    let Some((name, rest)) = plain.split_at_mut_checked(named) else {
        return out.push_str(&encode(of, id));
    };
    let Some(([colon], rest)) = rest.split_first_chunk_mut() else {
        return out.push_str(&encode(of, id));
    };
    name.copy_from_slice(of.name.as_bytes());
    *colon = b':';
    let Some(digits) = rest.get_mut(..32) else {
        return out.push_str(&encode(of, id));
    };
    id.simple().encode_lower(digits);
    let plain = plain.get(..named + 33).unwrap_or_default();
    URL_SAFE_NO_PAD.encode_string(plain, out);
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
