//! Reads the sources: which paths a file names, and which texts it holds.

use std::collections::BTreeSet;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, LitStr, Macro, Meta, UseTree};

/// What one file uses.
#[derive(Default)]
pub struct Used {
    /// Paths, from a `use` or written out, by their names.
    pub paths: Vec<Vec<String>>,
    /// Names that the file itself gives to something.
    pub names: BTreeSet<String>,
    /// Texts.
    pub texts: Vec<String>,
}

fn only_for_tests(attributes: &[Attribute]) -> bool {
    let test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|word| word == "test")
    };
    attributes.iter().any(test)
}

impl<'ast> Visit<'ast> for Used {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(module) if only_for_tests(&module.attrs) => return,
            Item::Mod(module) => drop(self.names.insert(module.ident.to_string())),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        flatten(&item.tree, &mut Vec::new(), self);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // a single name is the file's own or was brought in by a `use`
        if path.segments.len() > 1 {
            let names = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string());
            self.paths.push(names.collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.tokens(mac.tokens.to_string());
        visit::visit_macro(self, mac);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.to_string());
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.texts.push(text.value());
    }
}

impl Used {
    /// What is inside a macro or an attribute is no syntax: paths in it are told by their `::`.
    fn tokens(&mut self, text: String) {
        let words: Vec<&str> = text.split_whitespace().collect();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| **word == "::") {
            let before = at.checked_sub(1).map(|at| words[at]).unwrap_or(word);
            let further = at > 1 && words[at - 2] == "::";
            if !further {
                let next = words.get(at + 1).copied().unwrap_or_default();
                self.paths.push(vec![before.to_owned(), next.to_owned()]);
            }
        }
        self.texts.push(text);
    }
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, used: &mut Used) {
    let mut leaf = |name: &syn::Ident, called: &syn::Ident| {
        let path = before.iter().cloned().chain([name.to_string()]).collect();
        used.paths.push(path);
        let inner = ["crate", "super", "self"].map(str::to_owned);
        if before.first().is_some_and(|first| inner.contains(first)) {
            let called = if called == "self" {
                before[before.len() - 1].clone()
            } else {
                called.to_string()
            };
            used.names.insert(called);
        }
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, used);
            before.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, used);
            }
        }
        UseTree::Name(name) => leaf(&name.ident, &name.ident),
        UseTree::Rename(rename) => leaf(&rename.ident, &rename.rename),
        UseTree::Glob(_) => {
            used.paths
                .push(before.iter().cloned().chain(["*".to_owned()]).collect());
        }
    }
}

/// A source file: where it is, its room, and how many steps up lead out of the room.
pub struct Source {
    pub place: String,
    pub room: String,
    pub depth: usize,
    pub used: Used,
}

/// Every source file but those of tests.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    read(&root.join("build.rs"), "build", 0, &mut found);
    for room in ["entity", "migration"] {
        walk(&root.join(room).join("src"), Some(room), 0, &mut found);
    }
    walk(&root.join("src"), None, 0, &mut found);
    assert!(found.len() > 150, "only {} files were found", found.len());
    found
}

fn walk(folder: &Path, room: Option<&str>, depth: usize, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if path.is_dir() {
            walk(&path, Some(room.unwrap_or(stem)), depth + 1, found);
        } else if stem != "tests" && path.extension().is_some_and(|ending| ending == "rs") {
            read(&path, room.unwrap_or(stem), depth, found);
        }
    }
}

fn read(path: &Path, room: &str, depth: usize, found: &mut Vec<Source>) {
    let file = syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut used = Used::default();
    used.visit_file(&file);
    // `src/room/mod.rs` is the room itself, `src/room/part.rs` a step inside it
    let inside = !path.ends_with("mod.rs") && depth > 0;
    found.push(Source {
        place: path.display().to_string(),
        room: room.to_owned(),
        depth: depth + usize::from(inside),
        used,
    });
}
