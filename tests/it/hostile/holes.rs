//! Every place of the contract that takes a value, read from the schema itself.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use serde_json::{Value, json};

use super::bag::literal;

/// A place that takes a value.
pub struct Hole {
    /// Where it is, for people.
    pub place: String,
    /// The type of what it takes.
    pub of: String,
    /// A document with `@@` in the hole, and without `$v`.
    document: String,
}

/// The contract, read.
pub struct Contract {
    types: HashMap<String, TypeDefinition>,
    /// An identifier of a record of each type that has one.
    ids: HashMap<String, String>,
}

/// How deep holes lie in input objects.
const DEPTH: usize = 2;

impl Contract {
    pub fn read(sdl: &str, ids: HashMap<String, String>) -> Self {
        let document = parse_schema(sdl).unwrap();
        let types = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(of) => Some((of.node.name.node.to_string(), of.node)),
                _ => None,
            });
        Self {
            types: types.collect(),
            ids,
        }
    }

    /// Whether this is the name of an enumeration.
    pub fn is_enumeration(&self, name: &str) -> bool {
        matches!(self.types.get(name), Some(of) if matches!(of.kind, TypeKind::Enum(_)))
    }

    /// All holes, in an order that stays.
    pub fn holes(&self) -> Vec<Hole> {
        let mut holes = Vec::new();
        for (root, word) in [
            ("Query", "query"),
            ("Mutation", "mutation"),
            ("Subscription", "subscription"),
        ] {
            let TypeKind::Object(object) = &self.types[root].kind else {
                continue;
            };
            for field in &object.fields {
                let field = &field.node;
                let selection = self.selection(&base(&field.ty.node));
                let arguments: Vec<&InputValueDefinition> = field
                    .arguments
                    .iter()
                    .map(|argument| &argument.node)
                    .collect();
                let subject = field.name.node.to_string();
                let document =
                    |filled: &str| format!("{word} @V@ {{ {subject}({filled}) {selection} }}");
                self.inputs(&mut holes, &subject, &arguments, &subject, &document, DEPTH);
            }
        }
        holes
    }

    /// The holes of these inputs, each with the others filled where they must be.
    fn inputs(
        &self,
        holes: &mut Vec<Hole>,
        place: &str,
        inputs: &[&InputValueDefinition],
        subject: &str,
        around: &dyn Fn(&str) -> String,
        depth: usize,
    ) {
        for input in inputs {
            let others: String = inputs
                .iter()
                .filter(|other| other.name != input.name && !other.ty.node.nullable)
                .map(|other| {
                    let filler = self.filler(&other.ty.node, &other.name.node, subject);
                    format!("{}: {}, ", other.name.node, literal(&filler))
                })
                .collect();
            let name = input.name.node.as_str();
            let place = format!("{place}.{name}");
            holes.push(Hole {
                of: input.ty.node.to_string(),
                document: around(&format!("{others}{name}: @@")),
                place: place.clone(),
            });
            let inner = base(&input.ty.node);
            let TypeKind::InputObject(object) = &self
                .types
                .get(&inner)
                .map_or(&TypeKind::Scalar, |of| &of.kind)
            else {
                continue;
            };
            if depth > 0 {
                let inside: Vec<&InputValueDefinition> =
                    object.fields.iter().map(|field| &field.node).collect();
                let list = matches!(input.ty.node.base, BaseType::List(_));
                let around = |filled: &str| match list {
                    true => around(&format!("{others}{name}: [{{{filled}}}]")),
                    false => around(&format!("{others}{name}: {{{filled}}}")),
                };
                self.inputs(holes, &place, &inside, subject, &around, depth - 1);
            }
        }
    }

    /// A value that is right, or looks so.
    fn filler(&self, of: &Type, name: &str, subject: &str) -> Value {
        let inner = match &of.base {
            BaseType::List(inner) => return json!([self.filler(inner, name, subject)]),
            BaseType::Named(name) => name.as_str(),
        };
        match inner {
            "ID" => {
                let wanted = name.strip_suffix("Id").unwrap_or(subject).to_lowercase();
                let found = self
                    .ids
                    .iter()
                    .filter(|(of, _)| wanted.starts_with(&of.to_lowercase()));
                let longest = found.max_by_key(|(of, _)| of.len());
                json!(longest.map_or("x", |(_, id)| id.as_str()))
            }
            "Int" => json!(1),
            "Float" => json!(1.5),
            "Boolean" => json!(true),
            "DateTime" => json!("2026-11-21T09:30:00Z"),
            "Date" => json!("2026-11-21"),
            _ => match &self.types.get(inner).map(|of| &of.kind) {
                Some(TypeKind::InputObject(object)) => {
                    let needed = object
                        .fields
                        .iter()
                        .filter(|field| !field.node.ty.node.nullable);
                    let fields = needed.map(|field| {
                        let (name, ty) = (&field.node.name.node, &field.node.ty.node);
                        (name.to_string(), self.filler(ty, name, subject))
                    });
                    Value::Object(fields.collect())
                }
                // A word would be written in quotes; a text in its place is one more thing to try.
                _ => json!("x"),
            },
        }
    }

    /// Something to select.
    fn selection(&self, of: &str) -> String {
        match of {
            of if of.ends_with("Connection") => "{ totalCount nodes { id } }".to_owned(),
            of if of.ends_with("Payload") => "{ userErrors { code message field } }".to_owned(),
            _ => "{ __typename }".to_owned(),
        }
    }
}

/// The name of a type, whatever is around it.
pub fn base(of: &Type) -> String {
    match &of.base {
        BaseType::List(inner) => base(inner),
        BaseType::Named(name) => name.to_string(),
    }
}

impl Hole {
    /// The document with a value in the hole.
    pub fn with(&self, value: &str) -> String {
        self.document.replace("@V@", "").replace("@@", value)
    }

    /// The document with a variable in the hole.
    pub fn with_variable(&self) -> String {
        let variable = format!("($v: {})", self.of.trim_end_matches('!'));
        self.document.replace("@V@", &variable).replace("@@", "$v")
    }

    /// The name of the type that it takes, whatever is around it.
    pub fn base(&self) -> &str {
        self.of.trim_matches(|c| matches!(c, '[' | ']' | '!'))
    }
}
