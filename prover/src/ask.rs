//! Questions to the solver: what they are about, and how few of them have to be asked.
//!
//! Most actions of a type are decided by the same policies, so that most questions are, term for
//! term, one that was answered before.

use std::collections::BTreeMap;

use cedar_policy::{EntityUid, Policy, PolicyId, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::term::Term;
use cedar_policy_symcc::{
    CompiledPolicy, CompiledPolicySet, CompiledSchema, Env, WellFormedAsserts, implies_asserts,
    never_errors_asserts,
};

use crate::solver::{Line, Solver};

/// What a question came to.
pub(crate) enum Answer {
    /// It holds for every request.
    Holds,
    /// It does not, and where that was wanted, here is a request for which it does not.
    Fails(Option<Box<Env>>),
    /// Nobody knows.
    Unknown(String),
}

/// Asks about environments that have the principal's and the resource's type in common.
pub(crate) struct Asker {
    line: Line,
    answered: BTreeMap<Vec<Term>, bool>,
    /// How many questions there were, and how many of them the solver had to answer.
    pub(crate) questions: usize,
    pub(crate) asked: usize,
}

impl Asker {
    pub(crate) fn of(solver: &Solver) -> Self {
        Self {
            line: Line::to(solver),
            answered: BTreeMap::new(),
            questions: 0,
            asked: 0,
        }
    }

    /// Forgets what was answered: the same terms of another schema are another question.
    pub(crate) fn forget(&mut self) {
        self.answered.clear();
    }

    /// Whether whatever the first set allows, the second allows too.
    pub(crate) async fn implies(
        &mut self,
        first: &CompiledPolicySet,
        second: &CompiledPolicySet,
        example: bool,
    ) -> Answer {
        self.ask(&implies_asserts(first, second), example).await
    }

    /// Whether a policy never fails.
    pub(crate) async fn never_errors(&mut self, policy: &CompiledPolicy, example: bool) -> Answer {
        self.ask(&never_errors_asserts(policy), example).await
    }

    /// Asks, unless the same was asked before.
    async fn ask(&mut self, asserts: &WellFormedAsserts<'_>, example: bool) -> Answer {
        self.questions += 1;
        let terms = asserts.asserts();
        if terms.iter().any(|term| *term == Term::from(false)) {
            return Answer::Holds;
        }
        match self.answered.get(terms.as_ref()) {
            Some(true) => return Answer::Holds,
            Some(false) if !example => return Answer::Fails(None),
            _ => {}
        }
        self.asked += 1;
        let (holds, answer) = match self.line.holds(asserts).await {
            Ok(true) => (true, Answer::Holds),
            Ok(false) if !example => (false, Answer::Fails(None)),
            Ok(false) => match self.line.against(asserts).await {
                Ok(Some(env)) => (false, Answer::Fails(Some(Box::new(env)))),
                Ok(None) => return Answer::Unknown("the solver contradicts itself".to_owned()),
                Err(reason) => return Answer::Unknown(reason),
            },
            Err(reason) => return Answer::Unknown(reason),
        };
        self.answered.insert(terms.as_ref().clone(), holds);
        answer
    }
}

/// Policies as terms, for one environment.
pub(crate) fn compiled(
    policies: &PolicySet,
    environment: &RequestEnv,
    schema: &CompiledSchema,
) -> Result<CompiledPolicySet, String> {
    let terms = schema.sym_env(environment).map_err(|e| e.to_string())?;
    CompiledPolicySet::compile_with_custom_symenv(policies, environment, schema.schema(), terms)
        .map_err(|error| error.to_string())
}

/// A policy as terms, for one environment.
pub(crate) fn compiled_one(
    policy: &Policy,
    environment: &RequestEnv,
    schema: &CompiledSchema,
) -> Result<CompiledPolicy, String> {
    let terms = schema.sym_env(environment).map_err(|e| e.to_string())?;
    CompiledPolicy::compile_with_custom_symenv(policy, environment, schema.schema(), terms)
        .map_err(|error| error.to_string())
}

/// Policies that decide another action, rewritten so that they decide it in any environment:
/// their scope asks for no action, and `action` in their conditions is that other one. So two
/// actions on one record can be put into one question.
pub(crate) fn as_if(policies: &[&Policy], action: &EntityUid) -> Result<PolicySet, String> {
    let mut rewritten = PolicySet::new();
    for policy in policies {
        let mut json = policy.to_json().map_err(|error| error.to_string())?;
        if let Some(scope) = json.get_mut("action") {
            *scope = serde_json::json!({ "op": "All" });
        }
        if let Some(conditions) = json.get_mut("conditions") {
            replace(conditions, action);
        }
        let id = PolicyId::new(policy.id());
        let policy = Policy::from_json(Some(id), json).map_err(|error| error.to_string())?;
        rewritten.add(policy).map_err(|error| error.to_string())?;
    }
    Ok(rewritten)
}

fn replace(json: &mut serde_json::Value, action: &EntityUid) {
    if *json == serde_json::json!({ "Var": "action" }) {
        let (of, id) = (action.type_name().to_string(), action.id().unescaped());
        *json = serde_json::json!({ "Value": { "__entity": { "type": of, "id": id } } });
        return;
    }
    match json {
        serde_json::Value::Array(list) => list.iter_mut().for_each(|v| replace(v, action)),
        serde_json::Value::Object(map) => map.values_mut().for_each(|v| replace(v, action)),
        _ => {}
    }
}

/// The schema in the form that questions are made from.
pub(crate) fn prepared(schema: &Schema) -> Result<CompiledSchema, String> {
    CompiledSchema::new(schema).map_err(|error| error.to_string())
}
