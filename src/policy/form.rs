//! Whether a rule can be answered by the database for every viewer, told from its text alone.
//!
//! [`super::residual`] translates what is left of a rule for one viewer; a rule that passes here
//! leaves only what it understands, whoever asks.

use cedar_policy::pst::{BinaryOp, Clause, Expr, Literal, UnaryOp, Var};

use super::residual::{Opaque, attribute, opaque};
use crate::catalogue::{AttributeShape, Type};

/// Checks each clause of a rule about rows of this type.
pub fn translatable(clauses: &[Clause], of: &'static Type) -> Result<(), Opaque> {
    clauses.iter().try_for_each(|clause| match clause {
        Clause::When(expr) | Clause::Unless(expr) => check(expr, of),
    })
}

fn check(expr: &Expr, of: &'static Type) -> Result<(), Opaque> {
    if !asks(expr) {
        return Ok(());
    }
    match expr {
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => check(expr, of),
        Expr::BinaryOp {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            left,
            right,
        } => {
            check(left, of)?;
            // What the left side settles for every row of the type, the right side never decides.
            if settled(left, of) == Some(*op == BinaryOp::Or) {
                return Ok(());
            }
            check(right, of)
        }
        Expr::IfThenElse {
            cond,
            then_expr,
            else_expr,
        } => [cond, then_expr, else_expr]
            .into_iter()
            .try_for_each(|e| check(e, of)),
        Expr::BinaryOp {
            op: BinaryOp::Eq | BinaryOp::NotEq | BinaryOp::In,
            left,
            right,
        } => single(left, right, of).or_else(|_| single(right, left, of)),
        Expr::BinaryOp {
            op: BinaryOp::Contains,
            left,
            right,
        } => single(right, left, of).or_else(|_| plural(left, right, of)),
        Expr::BinaryOp {
            op: BinaryOp::ContainsAny,
            left,
            right,
        } => plural(left, right, of).or_else(|_| plural(right, left, of)),
        Expr::HasAttr { expr: inner, attrs } if attrs.len() == 1 => row(inner, expr),
        Expr::Is {
            expr: inner,
            in_expr: None,
            ..
        } => row(inner, expr),
        Expr::GetAttr { .. } => match attribute(expr, of)?.shape {
            AttributeShape::Bool(_) => Ok(()),
            _ => Err(opaque(expr)),
        },
        _ => Err(opaque(expr)),
    }
}

/// What an expression about the type of the row comes to, whatever the row.
fn settled(expr: &Expr, of: &'static Type) -> Option<bool> {
    match expr {
        Expr::Literal(Literal::Bool(value)) => Some(*value),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => settled(expr, of).map(|value| !value),
        Expr::Is {
            expr,
            entity_type,
            in_expr: None,
        } if matches!(**expr, Expr::Var(Var::Resource)) => {
            Some(entity_type.to_string() == of.entity)
        }
        Expr::BinaryOp {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            left,
            right,
        } => {
            let (left, right) = (settled(left, of), settled(right, of));
            let decisive = Some(*op == BinaryOp::Or);
            if left == decisive || right == decisive {
                return decisive;
            }
            left.and(right)
        }
        _ => None,
    }
}

fn row(inner: &Expr, whole: &Expr) -> Result<(), Opaque> {
    if matches!(inner, Expr::Var(Var::Resource)) {
        Ok(())
    } else {
        Err(opaque(whole))
    }
}

/// One side is an attribute with one value, the other does not ask the row.
fn single(asked: &Expr, known: &Expr, of: &'static Type) -> Result<(), Opaque> {
    match attribute(asked, of)?.shape {
        AttributeShape::Set { .. } | AttributeShape::Bool(_) | AttributeShape::Words(_) => {
            Err(opaque(asked))
        }
        _ if asks(known) => Err(opaque(known)),
        _ => Ok(()),
    }
}

/// One side is an attribute with many values, the other does not ask the row.
fn plural(asked: &Expr, known: &Expr, of: &'static Type) -> Result<(), Opaque> {
    match attribute(asked, of)?.shape {
        AttributeShape::Set { .. } if !asks(known) => Ok(()),
        _ => Err(opaque(asked)),
    }
}

/// Whether an expression asks the row. Forms that are not known here are taken to.
fn asks(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(_) | Expr::Slot(_) => false,
        Expr::Var(var) => matches!(var, Var::Resource),
        Expr::UnaryOp { expr, .. } | Expr::GetAttr { expr, .. } | Expr::HasAttr { expr, .. } => {
            asks(expr)
        }
        Expr::BinaryOp { left, right, .. } => asks(left) || asks(right),
        Expr::Is { expr, in_expr, .. } => asks(expr) || in_expr.as_deref().is_some_and(asks),
        Expr::IfThenElse {
            cond,
            then_expr,
            else_expr,
        } => asks(cond) || asks(then_expr) || asks(else_expr),
        Expr::Set(members) => members.iter().any(|m| asks(m)),
        _ => true,
    }
}
