//! What a policy reads of whoever asks.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use cedar_policy::pst::{
    BinaryOp, Clause, EntityOrSlot, EntityUID, Expr, Literal, PrincipalConstraint, UnaryOp, Var,
};
use uuid::Uuid;

use super::own::Own;

/// What a policy reads of whoever asks.
#[derive(Clone, Default)]
pub struct Reads {
    /// Attributes of the principal.
    pub attributes: BTreeSet<String>,
    /// It can be true only of those of whom one of these is not empty.
    pub needs: Option<BTreeSet<String>>,
    /// It reads what is a person's own in a manner that a class of people cannot stand for.
    pub odd: bool,
    /// People whom it names.
    pub named: BTreeSet<Uuid>,
    /// It asks which action it is.
    pub asks_action: bool,
}

/// What this policy reads; where it cannot be taken apart, it counts as odd.
pub fn reads(policy: &Policy) -> Reads {
    let mut found = Reads::default();
    let Ok(pst) = policy.to_pst() else {
        found.odd = true;
        return found;
    };
    let body = pst.body();
    match &body.principal {
        PrincipalConstraint::Eq(EntityOrSlot::Entity(uid))
        | PrincipalConstraint::In(EntityOrSlot::Entity(uid))
        | PrincipalConstraint::IsIn(_, EntityOrSlot::Entity(uid)) => found.name(uid),
        _ => {}
    }
    let mut needs: Option<BTreeSet<String>> = None;
    for clause in body.clauses() {
        let (Clause::When(expr) | Clause::Unless(expr)) = clause;
        found.walk(expr);
        let more = match clause {
            Clause::When(expr) => needed(expr),
            Clause::Unless(expr) => needed_for_not(expr),
        };
        needs = narrower(needs, more);
    }
    found.needs = needs;
    found
}

impl Reads {
    fn name(&mut self, uid: &EntityUID) {
        if ["User", "Account"].contains(&uid.ty.to_string().as_str()) {
            self.named.extend(Uuid::parse_str(&uid.eid));
        }
    }

    fn walk(&mut self, expr: &Expr) {
        match expr {
            Expr::Literal(Literal::EntityUID(uid)) => self.name(uid),
            Expr::Var(Var::Action) => self.asks_action = true,
            Expr::GetAttr { expr, attr } => {
                if matches!(**expr, Expr::Var(Var::Principal)) {
                    self.attributes.insert(attr.to_string());
                    self.odd |= Own::named(attr).is_some();
                }
                self.walk(expr);
            }
            Expr::BinaryOp { op, left, right } => {
                let compares = matches!(
                    op,
                    BinaryOp::Contains | BinaryOp::ContainsAny | BinaryOp::Eq | BinaryOp::In
                );
                for (side, other) in [(left, right), (right, left)] {
                    match attribute(side) {
                        // of a row, or of a named person: then a class stands for its people
                        Some(name) if compares && (of_row(other) || is_person(other)) => {
                            self.attributes.insert(name.to_owned());
                        }
                        _ => self.walk(side),
                    }
                }
            }
            Expr::UnaryOp { expr, .. } | Expr::HasAttr { expr, .. } | Expr::Like { expr, .. } => {
                self.walk(expr);
            }
            Expr::Is { expr, in_expr, .. } => {
                self.walk(expr);
                in_expr.iter().for_each(|expr| self.walk(expr));
            }
            Expr::IfThenElse {
                cond,
                then_expr,
                else_expr,
            } => [cond, then_expr, else_expr]
                .into_iter()
                .for_each(|expr| self.walk(expr)),
            Expr::Set(members) => members.iter().for_each(|member| self.walk(member)),
            Expr::Record(members) => members.values().for_each(|member| self.walk(member)),
            Expr::Literal(_) | Expr::Var(_) => {}
            _ => self.odd = true,
        }
    }
}

/// The attribute of the principal that an expression is.
fn attribute(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::GetAttr { expr, attr } if matches!(**expr, Expr::Var(Var::Principal)) => Some(attr),
        _ => None,
    }
}

/// Whether an expression is the row or an attribute of it.
fn of_row(expr: &Expr) -> bool {
    match expr {
        Expr::Var(Var::Resource) => true,
        Expr::GetAttr { expr, .. } => of_row(expr),
        _ => false,
    }
}

fn is_person(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::EntityUID(uid)) if uid.ty.to_string() == "Account")
}

/// What must not be empty for the expression to be true.
fn needed(expr: &Expr) -> Option<BTreeSet<String>> {
    match expr {
        Expr::BinaryOp {
            op: BinaryOp::And,
            left,
            right,
        } => narrower(needed(left), needed(right)),
        Expr::BinaryOp {
            op: BinaryOp::Or,
            left,
            right,
        } => Some(needed(left)?.into_iter().chain(needed(right)?).collect()),
        Expr::BinaryOp {
            op: BinaryOp::Contains,
            left,
            ..
        } => one(attribute(left)),
        Expr::BinaryOp {
            op: BinaryOp::ContainsAny,
            left,
            right,
        } => one(attribute(left).or(attribute(right))),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => needed_for_not(expr),
        _ => None,
    }
}

/// What must not be empty for the expression to be false.
fn needed_for_not(expr: &Expr) -> Option<BTreeSet<String>> {
    match expr {
        Expr::UnaryOp {
            op: UnaryOp::IsEmpty,
            expr,
        } => one(attribute(expr)),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => needed(expr),
        _ => None,
    }
}

fn one(name: Option<&str>) -> Option<BTreeSet<String>> {
    name.map(|name| BTreeSet::from([name.to_owned()]))
}

/// Of two needs, both of which must be met, the one that fewer meet.
fn narrower(
    one: Option<BTreeSet<String>>,
    other: Option<BTreeSet<String>>,
) -> Option<BTreeSet<String>> {
    match (one, other) {
        (Some(one), Some(other)) if other.len() < one.len() => Some(other),
        (Some(one), _) => Some(one),
        (None, other) => other,
    }
}
