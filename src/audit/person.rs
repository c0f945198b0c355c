//! What is about a person, read from the catalogue: no list is kept by hand.
//!
//! A type is about persons where its rows are persons, or where policies can read of a row whose it
//! is: an assignment names its volunteer, a receipt its recipient. Every field of such a row says
//! something about that person, so that all of them are logged, whatever their semantic type.

use std::sync::LazyLock;

use crate::catalogue::{self, AttributeShape, TYPES, Type};

static PERSONAL: LazyLock<Vec<&'static Type>> = LazyLock::new(|| {
    let personal = |of: &&&'static Type| of.person || subjects(of).next().is_some();
    TYPES.iter().filter(personal).copied().collect()
});

/// Whether rows of this type are about persons.
#[must_use]
pub fn is_personal(of: &'static Type) -> bool {
    PERSONAL.iter().any(|known| std::ptr::eq(*known, of))
}

/// The persons that a row of this type is about: the column that names each, and the person's type.
pub fn subjects(of: &'static Type) -> impl Iterator<Item = (&'static str, &'static Type)> {
    of.attributes.iter().filter_map(|attribute| {
        let AttributeShape::Ref { column, entity, .. } = attribute.shape else {
            return None;
        };
        let target = catalogue::of_entity(entity)?;
        target.person.then_some((column, target))
    })
}
