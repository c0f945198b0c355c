//! How large a document is with its fragments spread, measured with memory before anything is done
//! with it: the work grows with the text, not with what the text expands to.
//!
//! All operations and fragments count, asked for or not: validation looks at them all.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet};

use super::error::Over;

/// What a document may expand to.
#[derive(Clone, Copy)]
pub struct Extent {
    /// Fields, with every fragment counted where it is spread.
    pub fields: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Fields at the root.
    pub roots: u64,
    /// Fields under another name than their own.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Lists of fields or types that lie in one another, where the schema is asked for.
    pub introspection: u64,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            fields: 5_000,
            depth: 24,
            roots: 50,
            aliases: 500,
            directives: 100,
            introspection: 2,
        }
    }
}

/// Why a document is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Oversize {
    /// It has more of something than it may have.
    More(Over),
    /// A fragment spreads itself.
    Cycle,
}

/// How deep selections and fragments may lie in one another: this and the passes of the library go
/// down as deep.
const DEEPEST: u64 = 256;

/// What a selection expands to.
#[derive(Clone, Copy, Default)]
struct Size {
    fields: u64,
    depth: u64,
    directives: u64,
    aliases: u64,
    roots: u64,
    /// Introspection's lists in one another, whatever they are below.
    lists: u64,
    /// The same, below a field that asks for the schema.
    schema: u64,
}

impl Size {
    /// Both, side by side.
    fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            directives: self.directives.saturating_add(other.directives),
            aliases: self.aliases.saturating_add(other.aliases),
            roots: self.roots.saturating_add(other.roots),
            lists: self.lists.max(other.lists),
            schema: self.schema.max(other.schema),
        }
    }

    fn with(mut self, directives: &[Positioned<Directive>]) -> Self {
        self.directives = self.directives.saturating_add(directives.len() as u64);
        self
    }

    /// A field over what is below it.
    fn under(self, field: &Field) -> Self {
        let (list, schema) = match field.name.node.as_str() {
            "fields" | "inputFields" | "interfaces" | "possibleTypes" => (1, false),
            "__schema" | "__type" => (0, true),
            _ => (0, false),
        };
        let lists = self.lists.saturating_add(list);
        Self {
            fields: self.fields.saturating_add(1),
            depth: self.depth.saturating_add(1),
            directives: self.directives,
            aliases: self
                .aliases
                .saturating_add(u64::from(field.alias.is_some())),
            roots: 1,
            lists,
            schema: if schema { lists } else { self.schema },
        }
        .with(&field.directives)
    }
}

/// A document that is being measured.
struct Measure<'a> {
    document: &'a ExecutableDocument,
    known: HashMap<&'a str, Option<Size>>,
    visited: usize,
}

/// Measures a document against the extent. Gives the number of selections that were looked at.
pub fn measure(document: &ExecutableDocument, extent: &Extent) -> Result<usize, Oversize> {
    let mut measure = Measure {
        document,
        known: HashMap::new(),
        visited: 0,
    };
    let mut all = Size::default();
    for (_, operation) in document.operations.iter() {
        let mut size = measure.set(&operation.node.selection_set.node, 0)?;
        size = size.with(&operation.node.directives);
        check("max_query_roots", "root fields", size.roots, extent.roots)?;
        all = all.and(size);
    }
    check("max_query_fields", "fields", all.fields, extent.fields)?;
    for name in document.fragments.keys() {
        let size = measure.fragment(name, 0)?;
        check("max_query_fields", "fields", size.fields, extent.fields)?;
    }
    let lists = "lists of its schema in one another";
    let limits = [
        ("max_query_depth", "levels", all.depth, extent.depth),
        ("max_query_aliases", "aliases", all.aliases, extent.aliases),
        (
            "max_query_directives",
            "directives",
            all.directives,
            extent.directives,
        ),
        (
            "max_introspection_depth",
            lists,
            all.schema,
            extent.introspection,
        ),
    ];
    for (limit, what, asked, allowed) in limits {
        check(limit, what, asked, allowed)?;
    }
    Ok(measure.visited)
}

fn check(limit: &'static str, what: &str, asked: u64, allowed: u64) -> Result<(), Oversize> {
    if asked <= allowed {
        return Ok(());
    }
    Err(Oversize::More(Over {
        message: format!("the document has {asked} {what}; at most {allowed} are taken"),
        limit,
        asked,
        allowed,
    }))
}

impl<'a> Measure<'a> {
    fn set(&mut self, set: &'a SelectionSet, level: u64) -> Result<Size, Oversize> {
        check("nesting", "selections in one another", level, DEEPEST)?;
        let mut total = Size::default();
        for Positioned { node, .. } in &set.items {
            self.visited += 1;
            let size = match node {
                Selection::Field(field) => {
                    let below = &field.node.selection_set.node;
                    self.set(below, level + 1)?.under(&field.node)
                }
                Selection::InlineFragment(fragment) => {
                    let set = &fragment.node.selection_set.node;
                    self.set(set, level + 1)?.with(&fragment.node.directives)
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    self.fragment(name, level)?.with(&spread.node.directives)
                }
            };
            total = total.and(size);
        }
        Ok(total)
    }

    fn fragment(&mut self, name: &'a str, level: u64) -> Result<Size, Oversize> {
        match self.known.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(Oversize::Cycle),
            None => {}
        }
        // A fragment that is not there is for validation to complain about.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        self.known.insert(name, None);
        let size = self.set(&fragment.node.selection_set.node, level + 1)?;
        let size = size.with(&fragment.node.directives);
        self.known.insert(name, Some(size));
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    /// Each of `count` fragments spreads the next one twice.
    fn bomb(count: usize) -> String {
        let mut text = String::from("{ a { ...F0 } } ");
        for at in 0..count {
            text += &format!(
                "fragment F{at} on A {{ ...F{next} ...F{next} }} ",
                next = at + 1
            );
        }
        text + &format!("fragment F{count} on A {{ id }}")
    }

    fn of(text: &str) -> Result<usize, (&'static str, u64, u64)> {
        measure(&parse_query(text).unwrap(), &Extent::default()).map_err(|over| match over {
            Oversize::More(over) => {
                let (asked, allowed) = (over.asked, over.allowed);
                let told = format!("has {asked} ");
                assert!(over.message.contains(&told), "{}", over.message);
                (over.limit, asked, allowed)
            }
            Oversize::Cycle => ("cycle", 0, 0),
        })
    }

    #[test]
    fn a_fragment_bomb_is_measured_in_as_many_steps_as_it_has_selections() {
        let vast = Extent {
            fields: u64::MAX,
            ..Extent::default()
        };
        // Two at the root, two in each of thirty fragments, one in the last.
        let steps = measure(&parse_query(bomb(30)).unwrap(), &vast);
        assert_eq!(steps, Ok(2 + 30 * 2 + 1));
        let more = ("max_query_fields", (1 << 30) + 1, 5_000);
        assert_eq!(of(&bomb(30)), Err(more));
        assert_eq!(of(&bomb(200)), Err(("max_query_fields", u64::MAX, 5_000)));
        // The same where no operation spreads it, and spread over many operations.
        let unused = bomb(30).replace("{ a { ...F0 } }", "{ a }");
        let over = of(&unused);
        assert!(
            matches!(over, Err(("max_query_fields", 5_001.., 5_000))),
            "{over:?}"
        );
        let operations: String = (0..100)
            .map(|at| format!("query q{at} {{ a {{ ...F }} }} "))
            .collect();
        let fragment = format!("fragment F on A {{ {} }}", "a ".repeat(100));
        let many = of(&(operations + &fragment));
        assert_eq!(many, Err(("max_query_fields", 10_100, 5_000)));
    }

    #[test]
    fn each_limit_is_told_with_how_far_over_it_is() {
        let deep = format!("{}{}", "{a".repeat(25), "}".repeat(25));
        assert_eq!(of(&deep), Err(("max_query_depth", 25, 24)));
        let wide: String = (0..51).map(|at| format!("a{at}: a ")).collect();
        assert_eq!(
            of(&format!("{{ {wide} }}")),
            Err(("max_query_roots", 51, 50))
        );
        let aliases: String = (0..501).map(|at| format!("a{at}: a ")).collect();
        assert_eq!(
            of(&format!("{{ a {{ {aliases} }} }}")),
            Err(("max_query_aliases", 501, 500))
        );
        for place in [
            "{ a D }",
            "{ ... D { a } }",
            "query D { a }",
            "{ ...F D } fragment F on A { a }",
        ] {
            let many = place.replace('D', &"@a ".repeat(101));
            let over = Err(("max_query_directives", 101, 100));
            assert_eq!(of(&many), over, "{place}");
        }
        assert_eq!(
            of("{ ...A } fragment A on Query { ...A }"),
            Err(("cycle", 0, 0))
        );
        assert!(of("{ a { b ...A } } fragment A on B { c }").is_ok());
    }

    #[test]
    fn the_schema_is_not_asked_for_in_circles() {
        let schema = |inner: &str| format!("{{ __schema {{ types {{ {inner} }} }} }}");
        let twice = "fields { type { fields { type { name } } } }";
        assert!(of(&schema(twice)).is_ok());
        let thrice = schema("fields { type { possibleTypes { ...T } } }")
            + " fragment T on __Type { interfaces { name } }";
        assert_eq!(of(&thrice), Err(("max_introspection_depth", 3, 2)));
        // Elsewhere these are names like any other.
        assert!(of("{ a { fields { fields { fields { id } } } } }").is_ok());
    }

    #[test]
    fn fragments_in_fragments_end_before_the_stack_does() {
        let chain: String = (0..5_000)
            .map(|at| format!("fragment F{at} on A {{ ...F{next} }} ", next = at + 1))
            .collect();
        let over = of(&format!("{{ a }} {chain}"));
        assert!(matches!(over, Err(("nesting", ..))), "{over:?}");
    }
}
