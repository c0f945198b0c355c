//! A query as a tree, so that it can be made smaller, and its text.

/// A query.
#[derive(Clone)]
pub struct Query {
    pub roots: Vec<Part>,
}

/// A field, or a fragment with its condition.
#[derive(Clone, Default)]
pub struct Part {
    /// `alias: field`, `... on Type`, or the name of a fragment.
    pub head: String,
    /// The type of a named fragment.
    pub fragment: Option<&'static str>,
    pub arguments: Vec<(String, Literal)>,
    pub parts: Vec<Part>,
}

/// A value in a query.
#[derive(Clone)]
pub enum Literal {
    Plain(String),
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
}

impl Literal {
    pub fn text(text: &str) -> Self {
        Self::Plain(serde_json::Value::from(text).to_string())
    }

    fn write(&self, into: &mut String) {
        match self {
            Self::Plain(text) => into.push_str(text),
            Self::List(items) => {
                into.push('[');
                for item in items {
                    item.write(into);
                    into.push(' ');
                }
                into.push(']');
            }
            Self::Object(entries) => {
                into.push('{');
                for (name, value) in entries {
                    into.push_str(&format!("{name}: "));
                    value.write(into);
                    into.push(' ');
                }
                into.push('}');
            }
        }
    }

    fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::List(items) => {
                let less = without(items).map(Self::List);
                let inner = within(items, Self::smaller).map(Self::List);
                less.chain(inner).collect()
            }
            Self::Object(entries) => {
                let less = without(entries).map(Self::Object);
                let inner = within(entries, |(name, value)| {
                    value
                        .smaller()
                        .into_iter()
                        .map(|value| (name.clone(), value))
                        .collect()
                });
                less.chain(inner.map(Self::Object)).collect()
            }
        }
    }
}

impl Part {
    pub fn leaf(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            ..Self::default()
        }
    }

    pub fn of(head: impl Into<String>, parts: Vec<Part>) -> Self {
        Self {
            head: head.into(),
            parts,
            ..Self::default()
        }
    }

    pub fn with(mut self, name: &str, value: Literal) -> Self {
        self.arguments.push((name.to_owned(), value));
        self
    }

    fn write(&self, into: &mut String, fragments: &mut Vec<String>) {
        if let Some(on) = self.fragment {
            into.push_str(&format!("...{} ", self.head));
            let mut body = String::new();
            body.push_str(&format!("fragment {} on {on} ", self.head));
            body.push_str(&block(&self.parts, fragments));
            fragments.push(body);
            return;
        }
        into.push_str(&self.head);
        if !self.arguments.is_empty() {
            into.push('(');
            for (name, value) in &self.arguments {
                into.push_str(&format!("{name}: "));
                value.write(into);
                into.push(' ');
            }
            into.push(')');
        }
        into.push(' ');
        if !self.parts.is_empty() {
            into.push_str(&block(&self.parts, fragments));
        }
    }

    fn smaller(&self) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        if self.parts.len() > 1 {
            found.extend(without(&self.parts).map(|parts| Self {
                parts,
                ..self.clone()
            }));
        }
        found.extend(without(&self.arguments).map(|arguments| Self {
            arguments,
            ..self.clone()
        }));
        found.extend(within(&self.parts, Self::smaller).map(|parts| Self {
            parts,
            ..self.clone()
        }));
        let arguments = within(&self.arguments, |(name, value)| {
            value
                .smaller()
                .into_iter()
                .map(|value| (name.clone(), value))
                .collect()
        });
        found.extend(arguments.map(|arguments| Self {
            arguments,
            ..self.clone()
        }));
        found
    }
}

impl Query {
    pub fn text(&self) -> String {
        let mut fragments = Vec::new();
        let body = block(&self.roots, &mut fragments);
        format!("query {body}{}", fragments.join(" "))
    }

    /// All queries that are this one without one thing.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        if self.roots.len() > 1 {
            found.extend(without(&self.roots).map(|roots| Self { roots }));
        }
        found.extend(within(&self.roots, Part::smaller).map(|roots| Self { roots }));
        found
    }
}

fn block(parts: &[Part], fragments: &mut Vec<String>) -> String {
    let mut text = "{ ".to_owned();
    for part in parts {
        part.write(&mut text, fragments);
    }
    text.push_str("} ");
    text
}

/// The list without one of its items, for each.
fn without<T: Clone>(items: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..items.len()).map(|at| {
        let mut less = items.to_vec();
        less.remove(at);
        less
    })
}

/// The list with one of its items smaller, for each.
fn within<T: Clone>(items: &[T], smaller: impl Fn(&T) -> Vec<T>) -> impl Iterator<Item = Vec<T>> {
    items.iter().enumerate().flat_map(move |(at, item)| {
        smaller(item).into_iter().map(move |item| {
            let mut changed = items.to_vec();
            changed[at] = item;
            changed
        })
    })
}
