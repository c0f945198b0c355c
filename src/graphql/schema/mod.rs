//! The contract: every GraphQL type, made from the catalogue.

pub mod describe;
mod inputs;
mod mutations;
mod objects;
mod roots;
mod scalars;
mod spaces;
mod templates;

pub use describe::{is_constant_case, pascal_case};
pub use mutations::{Mutate, mutations};
pub use roots::{ROOT_MUTATION, ROOT_QUERY, mutation, query, subscription};

use async_graphql::registry::Registry;

use crate::catalogue::TYPES;
use crate::graphql::{changes, disclosures, figures, office, workshop};

/// Adds every type that the roots lead to.
pub fn register(registry: &mut Registry) {
    scalars::register(registry);
    objects::shared(registry);
    inputs::shared(registry);
    for of in TYPES {
        objects::of(registry, of);
        inputs::of(registry, of);
    }
    mutations::register(registry);
    figures::register(registry);
    disclosures::register(registry);
    changes::register(registry);
    workshop::register(registry);
    office::register(registry);
}
