//! Every change of a policy that a mutant can be.

use std::sync::Arc;

use cedar_policy::Policy;
use cedar_policy::pst::{BinaryOp, Clause, Effect, Expr, Literal, Template, UnaryOp};

/// A change: what was changed, in both languages, and the policy as changed; none is a drop.
pub type Change = (String, String, Option<Template>);

/// Every change of a policy.
pub fn changes(policy: &Policy) -> Vec<Change> {
    let dropped = ("dropped".to_owned(), "刪除".to_owned(), None);
    let Ok(pst) = policy.to_pst() else {
        return vec![dropped];
    };
    let body = pst.body().clone();
    let mut turned = body.clone();
    turned.effect = match body.effect {
        Effect::Permit => Effect::Forbid,
        Effect::Forbid => Effect::Permit,
    };
    let mut all = vec![
        dropped,
        (
            format!("{} instead of {}", turned.effect, body.effect),
            format!("由 {} 改為 {}", body.effect, turned.effect),
            Some(turned),
        ),
    ];
    let clauses = body.clauses();
    if !clauses.is_empty() {
        let negated = [Clause::Unless(whole(clauses))];
        let negated = body.clone().try_with_clauses(negated).ok();
        all.push(("negated".to_owned(), "條件相反".to_owned(), negated));
    }
    for (at, clause) in clauses.iter().enumerate() {
        let with = |other: Option<Clause>| {
            let before = clauses.iter().take(at).cloned();
            let after = clauses.iter().skip(at + 1).cloned();
            let all = before.chain(other).chain(after);
            body.clone().try_with_clauses(all).ok()
        };
        if clauses.len() > 1 {
            all.push((
                format!("without `{clause}`"),
                format!("刪去 `{clause}`"),
                with(None),
            ));
        }
        let (Clause::When(expr) | Clause::Unless(expr)) = clause;
        for (left_out, rest) in parts(expr) {
            let rest = match clause {
                Clause::When(_) => Clause::When(rest),
                Clause::Unless(_) => Clause::Unless(rest),
            };
            all.push((
                format!("without `{left_out}`"),
                format!("刪去 `{left_out}`"),
                with(Some(rest)),
            ));
        }
    }
    all
}

/// All clauses as one expression.
fn whole(clauses: &[Clause]) -> Arc<Expr> {
    let parts = clauses.iter().map(|clause| match clause {
        Clause::When(expr) => Arc::clone(expr),
        Clause::Unless(expr) => Arc::new(Expr::UnaryOp {
            op: UnaryOp::Not,
            expr: Arc::clone(expr),
        }),
    });
    let all = parts.reduce(|left, right| {
        Arc::new(Expr::BinaryOp {
            op: BinaryOp::And,
            left,
            right,
        })
    });
    all.unwrap_or_else(|| Arc::new(Expr::Literal(Literal::Bool(true))))
}

/// For each part of a conjunction or disjunction, at any depth: the part, and what is left.
fn parts(expr: &Arc<Expr>) -> Vec<(Arc<Expr>, Arc<Expr>)> {
    match &**expr {
        Expr::BinaryOp {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            left,
            right,
        } => {
            let both = |left, right| {
                Arc::new(Expr::BinaryOp {
                    op: *op,
                    left,
                    right,
                })
            };
            let mut all = Vec::new();
            let nested = |side: &Arc<Expr>| match &**side {
                Expr::BinaryOp { op: inner, .. } => inner == op,
                _ => false,
            };
            // of `a && b && c` each of the three is left out once
            if !nested(left) {
                all.push((Arc::clone(left), Arc::clone(right)));
            }
            if !nested(right) {
                all.push((Arc::clone(right), Arc::clone(left)));
            }
            for (out, rest) in parts(left) {
                all.push((out, both(rest, Arc::clone(right))));
            }
            for (out, rest) in parts(right) {
                all.push((out, both(Arc::clone(left), rest)));
            }
            all
        }
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => parts(expr)
            .into_iter()
            .map(|(out, expr)| {
                let op = UnaryOp::Not;
                (out, Arc::new(Expr::UnaryOp { op, expr }))
            })
            .collect(),
        _ => Vec::new(),
    }
}
