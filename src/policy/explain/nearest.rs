//! The nearest yes: which part of a policy's condition was false.
//!
//! A condition is taken apart at its conjunctions, and Cedar itself is asked about each part, on
//! the viewer and the record as they are.

use std::sync::Arc;

use cedar_policy::pst::{
    self, ActionConstraint, BinaryOp, Expr, PrincipalConstraint, ResourceConstraint, StaticPolicy,
    Template, UnaryOp,
};
use cedar_policy::{Authorizer, Decision, Effect, Entities, EntityUid, Policy, PolicySet};
use serde::Serialize;

use super::words::words;
use super::{Told, told};
use crate::policy::entity::Record;
use crate::policy::lens::Lens;

/// How many policies are told.
const MOST: usize = 3;

/// A policy that would change the answer.
#[derive(Clone, Debug, Serialize)]
pub struct Near {
    /// The action that it would allow or does forbid.
    pub action: String,
    /// Whether it forbids, and so stands in the way.
    pub forbids: bool,
    /// The policy.
    pub policy: Told,
    /// The parts of its condition, in their order.
    pub clauses: Vec<Clause>,
}

/// A part of a condition.
#[derive(Clone, Debug, Serialize)]
pub struct Clause {
    /// As the policy writes it.
    pub text: String,
    /// Whether it is so.
    pub truth: Truth,
    /// What would have to be true, in English.
    pub en: String,
    /// What would have to be true, in Chinese.
    pub zh: String,
}

/// Whether a part of a condition is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// It cannot be told of such a record.
    Fails,
}

/// The policies that come closest to allowing an action that is refused.
pub fn nearest(lens: &Lens, record: &Record, action: &str) -> Vec<Near> {
    let slice = lens.policies().slices.get(lens.viewer().kind(), action);
    let known = lens.entities(record).and_then(|(uid, entities)| {
        let entities = lens.policies().parts.with_action(action, &entities)?;
        Ok((uid, entities))
    });
    let Ok(known) = known else {
        return Vec::new();
    };
    let ask = Ask {
        lens,
        record,
        action,
        known: &known,
    };
    let forbidding: Vec<Near> = slice
        .policies()
        .filter(|policy| policy.effect() == Effect::Forbid && ask.applies(policy))
        .filter_map(|policy| ask.near(policy))
        .collect();
    // what is forbidden stays so whatever is permitted
    if !forbidding.is_empty() {
        return forbidding;
    }
    let permits = slice
        .policies()
        .filter(|policy| policy.effect() == Effect::Permit);
    let mut all: Vec<Near> = permits.filter_map(|policy| ask.near(policy)).collect();
    all.sort_by_key(|near| {
        let count = |truth| near.clauses.iter().filter(|c| c.truth == truth).count();
        // a clause that cannot be told means that the policy is about something else
        (
            count(Truth::Fails),
            count(Truth::False),
            near.policy.id.clone(),
        )
    });
    all.truncate(MOST);
    all
}

/// A question about one viewer, one record and one action.
struct Ask<'a> {
    lens: &'a Lens,
    record: &'a Record,
    action: &'a str,
    known: &'a (EntityUid, Entities),
}

impl Ask<'_> {
    fn near(&self, policy: &Policy) -> Option<Near> {
        let body = policy.to_pst().ok()?.body().clone();
        let forbids = policy.effect() == Effect::Forbid;
        let mut parts = Vec::new();
        for clause in body.clauses() {
            match clause {
                pst::Clause::When(expr) => conjuncts(expr, &mut parts),
                pst::Clause::Unless(expr) => parts.push(not(expr)),
            }
        }
        let clauses = parts.iter().map(|expr| {
            let (en, zh) = words(expr, self.lens, self.record);
            Clause {
                text: expr.to_string(),
                truth: self.truth(expr),
                en,
                zh,
            }
        });
        Some(Near {
            action: self.action.to_owned(),
            forbids,
            policy: told(self.lens, policy.id().as_ref()),
            clauses: clauses.collect(),
        })
    }

    fn applies(&self, policy: &Policy) -> bool {
        let set = PolicySet::from_policies([policy.clone()]);
        let Ok(request) = self.lens.request(self.action, &self.known.0) else {
            return false;
        };
        set.is_ok_and(|set| {
            let answer = Authorizer::new().is_authorized(&request, &set, &self.known.1);
            answer.diagnostics().reason().next().is_some()
        })
    }

    /// What Cedar says of an expression: it is made the condition of a policy of its own.
    fn truth(&self, expr: &Arc<Expr>) -> Truth {
        let template = Template::new(
            "part",
            pst::Effect::Permit,
            PrincipalConstraint::Any,
            ActionConstraint::Any,
            ResourceConstraint::Any,
        );
        let clause = pst::Clause::When(Arc::clone(expr));
        let policy = template
            .try_with_clauses([clause])
            .ok()
            .and_then(|template| StaticPolicy::try_from(template).ok())
            .and_then(|fixed| Policy::from_pst(pst::Policy::from(fixed)).ok());
        let set = policy.and_then(|policy| PolicySet::from_policies([policy]).ok());
        let request = self.lens.request(self.action, &self.known.0).ok();
        let Some((set, request)) = set.zip(request) else {
            return Truth::Fails;
        };
        let answer = Authorizer::new().is_authorized(&request, &set, &self.known.1);
        if answer.diagnostics().errors().next().is_some() {
            return Truth::Fails;
        }
        match answer.decision() {
            Decision::Allow => Truth::True,
            Decision::Deny => Truth::False,
        }
    }
}

fn not(expr: &Arc<Expr>) -> Arc<Expr> {
    Arc::new(Expr::UnaryOp {
        op: UnaryOp::Not,
        expr: Arc::clone(expr),
    })
}

fn conjuncts(expr: &Arc<Expr>, into: &mut Vec<Arc<Expr>>) {
    match &**expr {
        Expr::BinaryOp {
            op: BinaryOp::And,
            left,
            right,
        } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        _ => into.push(Arc::clone(expr)),
    }
}
