//! What is left of a policy for one viewer becomes a [`Condition`], if it can be put so.
//!
//! The forms understood are those that a database can answer from one row and its relations. An
//! expression outside them is *opaque*: it is never guessed at.

use cedar_policy::pst::{BinaryOp, Expr, Literal, UnaryOp, Var};
use uuid::Uuid;

use super::condition::{Condition, Test};
use crate::catalogue::{Attribute, AttributeShape, Type};

/// Why an expression cannot be put as a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque(pub String);

type Understood<T> = Result<T, Opaque>;

/// Puts an expression about a row of this type as a condition.
pub fn condition(expr: &Expr, of: &'static Type) -> Understood<Condition> {
    let again = |e: &Expr| condition(e, of);
    match expr {
        Expr::Literal(Literal::Bool(value)) => Ok(Condition::constant(*value)),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => Ok(again(expr)?.negate()),
        Expr::BinaryOp {
            op: BinaryOp::And,
            left,
            right,
        } => Ok(Condition::all([again(left)?, again(right)?])),
        Expr::BinaryOp {
            op: BinaryOp::Or,
            left,
            right,
        } => Ok(Condition::any([again(left)?, again(right)?])),
        Expr::IfThenElse {
            cond,
            then_expr,
            else_expr,
        } => {
            let asked = again(cond)?;
            let then = Condition::all([asked.clone(), again(then_expr)?]);
            Ok(Condition::any([
                then,
                Condition::all([asked.negate(), again(else_expr)?]),
            ]))
        }
        Expr::BinaryOp {
            op: BinaryOp::Eq,
            left,
            right,
        } => equal(left, right, of),
        Expr::BinaryOp {
            op: BinaryOp::NotEq,
            left,
            right,
        } => Ok(equal(left, right, of)?.negate()),
        // No entity type of rows has parents (the gate checks it), so `in` is equality.
        Expr::BinaryOp {
            op: BinaryOp::In,
            left,
            right,
        } => match set(right) {
            Some(members) => member(left, &members, of),
            None => equal(left, right, of),
        },
        Expr::BinaryOp {
            op: BinaryOp::Contains,
            left,
            right,
        } => contains(left, right, of),
        Expr::BinaryOp {
            op: BinaryOp::ContainsAny,
            left,
            right,
        } => meets(left, right, of).or_else(|_| meets(right, left, of)),
        Expr::HasAttr { expr, attrs } if is_resource(expr) && attrs.len() == 1 => {
            let attribute = named(of, attrs.first())?;
            match attribute.shape {
                AttributeShape::Ref { optional: true, .. } => {
                    Ok(Condition::Test(Test::Has(attribute)))
                }
                _ => Ok(Condition::Always),
            }
        }
        Expr::Is {
            expr,
            entity_type,
            in_expr: None,
        } if is_resource(expr) => Ok(Condition::constant(entity_type.to_string() == of.entity)),
        Expr::GetAttr { .. } => {
            let attribute = attribute(expr, of)?;
            match attribute.shape {
                AttributeShape::Bool(_) => Ok(Condition::Test(Test::Flag(attribute))),
                _ => Err(opaque(expr)),
            }
        }
        _ => Err(opaque(expr)),
    }
}

pub fn opaque(expr: &Expr) -> Opaque {
    let text = format!("{expr:?}");
    Opaque(text.chars().take(200).collect())
}

fn is_resource(expr: &Expr) -> bool {
    matches!(expr, Expr::Var(Var::Resource))
}

fn named(of: &'static Type, name: &str) -> Understood<&'static Attribute> {
    of.attribute(name)
        .ok_or_else(|| Opaque(format!("`{}` has no attribute `{name}`", of.name)))
}

/// The attribute that a path `resource.x` names; the row itself where it has an attribute for that.
pub fn attribute(expr: &Expr, of: &'static Type) -> Understood<&'static Attribute> {
    match expr {
        Expr::GetAttr { expr, attr } if is_resource(expr) => named(of, attr),
        Expr::Var(Var::Resource) => {
            let itself = |a: &&Attribute| matches!(a.shape, AttributeShape::Itself { entity } if entity == of.entity);
            of.attributes
                .iter()
                .find(itself)
                .ok_or_else(|| opaque(expr))
        }
        _ => Err(opaque(expr)),
    }
}

/// A known entity or text.
enum Known {
    Entity(String, Uuid),
    Text(String),
}

fn known(expr: &Expr) -> Option<Known> {
    match expr {
        Expr::Literal(Literal::EntityUID(uid)) => {
            // An id that is no uuid names no row, as the nil id does.
            let id = Uuid::parse_str(&uid.eid).unwrap_or_default();
            Some(Known::Entity(uid.ty.to_string(), id))
        }
        Expr::Literal(Literal::String(text)) => Some(Known::Text(text.to_string())),
        _ => None,
    }
}

fn set(expr: &Expr) -> Option<Vec<Known>> {
    match expr {
        Expr::Set(members) => members.iter().map(|m| known(m)).collect(),
        _ => None,
    }
}

/// `left == right` with one side an attribute and the other known.
fn equal(left: &Expr, right: &Expr, of: &'static Type) -> Understood<Condition> {
    match (known(left), known(right)) {
        (None, Some(value)) => member(left, &[value], of),
        (Some(value), None) => member(right, &[value], of),
        _ => Err(opaque(left)),
    }
}

/// `expr` is one of these.
fn member(expr: &Expr, values: &[Known], of: &'static Type) -> Understood<Condition> {
    let attribute = attribute(expr, of)?;
    match attribute.shape {
        AttributeShape::Ref { entity, .. } | AttributeShape::Itself { entity } => {
            Ok(ids(values, entity).map_or(Condition::Never, |ids| {
                Condition::Test(Test::Is(attribute, ids))
            }))
        }
        AttributeShape::Text(_) => {
            let mut words: Vec<String> = values
                .iter()
                .filter_map(|v| {
                    if let Known::Text(text) = v {
                        Some(text.clone())
                    } else {
                        None
                    }
                })
                .collect();
            words.sort();
            words.dedup();
            if words.is_empty() {
                return Ok(Condition::Never);
            }
            Ok(Condition::Test(Test::Word(attribute, words)))
        }
        AttributeShape::Bool(_) | AttributeShape::Words(_) | AttributeShape::Set { .. } => {
            Err(opaque(expr))
        }
    }
}

/// The ids of this entity type, sorted; `None` if there are none.
fn ids(values: &[Known], entity: &str) -> Option<Vec<Uuid>> {
    let mut ids: Vec<Uuid> = values
        .iter()
        .filter_map(|v| match v {
            Known::Entity(ty, id) if ty == entity && !id.is_nil() => Some(*id),
            _ => None,
        })
        .collect();
    ids.sort();
    ids.dedup();
    (!ids.is_empty()).then_some(ids)
}

/// `left.contains(right)`: a known set has the attribute, or the attribute's set has a known one.
fn contains(left: &Expr, right: &Expr, of: &'static Type) -> Understood<Condition> {
    if let Some(members) = set(left) {
        return member(right, &members, of);
    }
    let value = known(right).ok_or_else(|| opaque(right))?;
    meets_known(left, &[value], of)
}

fn meets(held: &Expr, asked: &Expr, of: &'static Type) -> Understood<Condition> {
    let members = set(asked).ok_or_else(|| opaque(asked))?;
    meets_known(held, &members, of)
}

fn meets_known(held: &Expr, members: &[Known], of: &'static Type) -> Understood<Condition> {
    let attribute = attribute(held, of)?;
    match attribute.shape {
        AttributeShape::Set { entity, .. } => Ok(ids(members, entity)
            .map_or(Condition::Never, |ids| {
                Condition::Test(Test::Meets(attribute, ids))
            })),
        _ => Err(opaque(held)),
    }
}
