//! How large a document is with its fragments spread, measured with memory before anything is done
//! with it: the work grows with the text, not with what the text expands to.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// What a document may expand to.
#[derive(Clone, Copy)]
pub struct Extent {
    /// Fields, with every fragment counted where it is spread.
    pub fields: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Fields at the root.
    pub roots: u64,
    /// Directives.
    pub directives: u64,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            fields: 5_000,
            depth: 24,
            roots: 50,
            directives: 100,
        }
    }
}

/// Why a document is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Oversize {
    /// It has more of something than it may have: the name, how many, the limit.
    More(&'static str, u64, u64),
    /// A fragment spreads itself.
    Cycle,
}

/// What a selection expands to.
#[derive(Clone, Copy, Default)]
struct Size {
    fields: u64,
    depth: u64,
    directives: u64,
    roots: u64,
}

/// Measures each operation of a document against the extent. Gives the number of selections that
/// were looked at.
pub fn measure(document: &ExecutableDocument, extent: &Extent) -> Result<usize, Oversize> {
    let mut known = HashMap::new();
    let mut visited = 0;
    for (_, operation) in document.operations.iter() {
        let set = &operation.node.selection_set.node;
        let mut size = of_set(document, set, &mut known, &mut visited)?;
        size.directives = size
            .directives
            .saturating_add(operation.node.directives.len() as u64);
        let limits = [
            ("fields", size.fields, extent.fields),
            ("levels", size.depth, extent.depth),
            ("root fields", size.roots, extent.roots),
            ("directives", size.directives, extent.directives),
        ];
        for (name, count, limit) in limits {
            if count > limit {
                return Err(Oversize::More(name, count, limit));
            }
        }
    }
    Ok(visited)
}

fn of_set<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    known: &mut HashMap<&'a str, Option<Size>>,
    visited: &mut usize,
) -> Result<Size, Oversize> {
    let mut total = Size::default();
    for Positioned { node, .. } in &set.items {
        *visited += 1;
        let size = match node {
            Selection::Field(field) => {
                let inner = of_set(document, &field.node.selection_set.node, known, visited)?;
                Size {
                    fields: inner.fields.saturating_add(1),
                    depth: inner.depth + 1,
                    directives: inner.directives + field.node.directives.len() as u64,
                    roots: 1,
                }
            }
            Selection::InlineFragment(fragment) => {
                let set = &fragment.node.selection_set.node;
                let mut inner = of_set(document, set, known, visited)?;
                inner.directives += fragment.node.directives.len() as u64;
                inner
            }
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                let mut inner = of_fragment(document, name, known, visited)?;
                inner.directives += spread.node.directives.len() as u64;
                inner
            }
        };
        total = Size {
            fields: total.fields.saturating_add(size.fields),
            depth: total.depth.max(size.depth),
            directives: total.directives.saturating_add(size.directives),
            roots: total.roots.saturating_add(size.roots),
        };
    }
    Ok(total)
}

fn of_fragment<'a>(
    document: &'a ExecutableDocument,
    name: &'a str,
    known: &mut HashMap<&'a str, Option<Size>>,
    visited: &mut usize,
) -> Result<Size, Oversize> {
    match known.get(name) {
        Some(Some(size)) => return Ok(*size),
        Some(None) => return Err(Oversize::Cycle),
        None => {}
    }
    // A fragment that is not there is for validation to complain about.
    let Some(fragment) = document.fragments.get(name) else {
        return Ok(Size::default());
    };
    known.insert(name, None);
    let size = of_set(document, &fragment.node.selection_set.node, known, visited)?;
    known.insert(name, Some(size));
    Ok(size)
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

    #[test]
    fn a_fragment_bomb_is_measured_in_as_many_steps_as_it_has_selections() {
        let document = parse_query(bomb(30)).unwrap();
        let vast = Extent {
            fields: u64::MAX,
            ..Extent::default()
        };
        // Two at the root, two in each of thirty fragments, one in the last.
        assert_eq!(measure(&document, &vast), Ok(2 + 30 * 2 + 1));
        let more = Oversize::More("fields", (1 << 30) + 1, 5_000);
        assert_eq!(measure(&document, &Extent::default()), Err(more));
        let beyond = parse_query(bomb(200)).unwrap();
        assert!(matches!(
            measure(&beyond, &Extent::default()),
            Err(Oversize::More("fields", ..))
        ));
    }

    #[test]
    fn each_limit_is_told_with_how_far_over_it_is() {
        let of = |text: &str| measure(&parse_query(text).unwrap(), &Extent::default());
        let deep = format!("{}{}", "{a".repeat(25), "}".repeat(25));
        assert_eq!(of(&deep), Err(Oversize::More("levels", 25, 24)));
        let wide: String = (0..51).map(|at| format!("a{at}: a ")).collect();
        assert_eq!(
            of(&format!("{{ {wide} }}")),
            Err(Oversize::More("root fields", 51, 50))
        );
        let many = "@a ".repeat(101);
        assert_eq!(
            of(&format!("{{ a {many} }}")),
            Err(Oversize::More("directives", 101, 100))
        );
        assert_eq!(
            of("{ ...A } fragment A on Query { ...A }"),
            Err(Oversize::Cycle)
        );
        assert!(of("{ a { b ...A } } fragment A on B { c }").is_ok());
    }
}
