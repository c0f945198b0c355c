//! Shorthands for describing types to the registry.

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{
    EnumBuilder, InputObjectBuilder, MetaEnumValue, MetaField, MetaInputValue, ObjectBuilder,
    Registry,
};

/// A field without arguments.
pub fn field(name: &str, ty: &str, doc: &str) -> MetaField {
    let mut field = MetaField::new(name, ty);
    field.description = Some(doc.to_owned());
    field
}

/// A field with arguments.
pub fn field_with(name: &str, ty: &str, doc: &str, args: Vec<MetaInputValue>) -> MetaField {
    let mut field = field(name, ty, doc);
    field.args = args
        .into_iter()
        .map(|arg| (arg.name.clone(), arg))
        .collect();
    field
}

/// An argument or an input field.
pub fn input(name: &str, ty: &str, doc: &str) -> MetaInputValue {
    let mut value = MetaInputValue::new(name, ty);
    value.description = Some(doc.to_owned());
    value
}

/// An argument with a default.
pub fn input_or(name: &str, ty: &str, default: &str, doc: &str) -> MetaInputValue {
    let mut value = input(name, ty, doc);
    value.default_value = Some(default.to_owned());
    value
}

/// Adds an object.
pub fn object(registry: &mut Registry, name: &str, doc: &str, fields: Vec<MetaField>) {
    let fields: IndexMap<String, MetaField> = fields
        .into_iter()
        .map(|field| (field.name.clone(), field))
        .collect();
    let built = ObjectBuilder::new(name, fields)
        .description(Some(doc.to_owned()))
        .build();
    registry.types.insert(name.to_owned(), built);
}

/// Adds an input object.
pub fn input_object(registry: &mut Registry, name: &str, doc: &str, fields: Vec<MetaInputValue>) {
    let fields: IndexMap<String, MetaInputValue> = fields
        .into_iter()
        .map(|field| (field.name.clone(), field))
        .collect();
    let built = InputObjectBuilder::new(name, fields)
        .description(Some(doc.to_owned()))
        .build();
    registry.types.insert(name.to_owned(), built);
}

/// Adds an enumeration.
pub fn enumeration<'a>(
    registry: &mut Registry,
    name: &str,
    doc: &str,
    values: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    let values: IndexMap<String, MetaEnumValue> = values
        .into_iter()
        .map(|(name, doc)| {
            let mut value = MetaEnumValue::new(name);
            value.description = Some(doc.to_owned());
            (name.to_owned(), value)
        })
        .collect();
    let built = EnumBuilder::new(name, values)
        .description(Some(doc.to_owned()))
        .build();
    registry.types.insert(name.to_owned(), built);
}

/// `startsAt` as `STARTS_AT`.
pub fn constant_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// Whether a word is a name in that form.
pub fn is_constant_case(word: &str, name: &str) -> bool {
    let mut left = word.bytes();
    let each = name.bytes().all(|byte| {
        let begins = !byte.is_ascii_uppercase() || left.next() == Some(b'_');
        begins && left.next() == Some(byte.to_ascii_uppercase())
    });
    each && left.next().is_none()
}

/// `unassign` as `Unassign`.
pub fn pascal_case(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::TYPES;

    #[test]
    fn a_word_is_a_name_in_capitals_or_it_is_not() {
        let fields = TYPES.iter().flat_map(|of| of.fields);
        for name in fields.map(|field| field.name) {
            let word = constant_case(name);
            assert!(is_constant_case(&word, name), "{word}");
            for other in [&word[1..], &word.to_lowercase(), &format!("{word}_"), ""] {
                assert!(!is_constant_case(other, name), "{other}");
            }
        }
        assert!(!is_constant_case("STARTSAT", "startsAt"));
    }
}
