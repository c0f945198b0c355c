//! A set of policies as one viewer meets it: a rule for each action, made once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityUid, PartialEntities,
    PartialEntityUid, PartialRequest, PolicyId, PolicySet, Request, pst,
};

use super::condition::Condition;
use super::entity::{self, NotAnEntity, Record};
use super::load::Policies;
use super::permit::{Permit, Refusal};
use super::residual;
use crate::catalogue::{Deed, Field, Kind, Type};
use crate::viewer::Viewer;

/// How an action is decided for rows of its type.
#[derive(Clone)]
pub enum Rule {
    /// By asking the row.
    Condition(Condition),
    /// Only Cedar can say; such a cell takes no part in filters and sorts.
    Opaque,
}

/// The rules for one field: in full, and masked where a mask exists.
#[derive(Clone)]
pub struct Sight {
    /// When it is seen in full.
    pub full: Arc<Rule>,
    /// When its mask is seen.
    pub masked: Option<Arc<Rule>>,
    /// Of a number beside names: when it would be seen in full without them.
    pub alone: Option<Arc<Rule>>,
}

/// The policies as one viewer meets them. All decisions of a request come from one lens.
pub struct Lens {
    policies: Arc<Policies>,
    viewer: Viewer,
    principal: Entity,
    /// What rules are made from; not kept for longer than they are being made.
    partial: Mutex<Option<Arc<PartialEntities>>>,
    rules: Mutex<HashMap<usize, HashMap<String, Arc<Rule>>>>,
    rows: Mutex<HashMap<&'static str, Arc<Condition>>>,
    sights: Mutex<HashMap<(usize, usize), Sight>>,
    /// Whether what is looked at may hold names in full, so that the pair rule is at work.
    beside_names: bool,
}

impl Lens {
    /// The lens of a viewer.
    ///
    /// # Errors
    /// Where the viewer does not fit the schema of the policies.
    pub fn new(policies: Arc<Policies>, viewer: Viewer) -> Result<Self, NotAnEntity> {
        let lens = Self {
            principal: entity::principal(&viewer)?,
            policies,
            viewer,
            partial: Mutex::default(),
            rules: Mutex::default(),
            rows: Mutex::default(),
            sights: Mutex::default(),
            beside_names: false,
        };
        lens.partial()?;
        Ok(lens)
    }

    /// The same lens for an answer that may hold names in full: an identity number is in full only
    /// where the viewer has the right to the pair (PCPD code on identity card numbers, 2.7).
    #[must_use]
    pub fn beside_names(&self) -> Self {
        fn kept<T: Clone>(of: &Mutex<T>) -> Mutex<T> {
            Mutex::new(of.lock().unwrap_or_else(PoisonError::into_inner).clone())
        }
        Self {
            policies: Arc::clone(&self.policies),
            viewer: self.viewer.clone(),
            principal: self.principal.clone(),
            partial: kept(&self.partial),
            rules: kept(&self.rules),
            rows: kept(&self.rows),
            sights: Mutex::default(),
            beside_names: true,
        }
    }

    /// Whether the viewer may see a field in full on some row.
    #[must_use]
    pub fn may_see(&self, of: &'static Type, field: &'static Field) -> bool {
        let never = |rule: &Rule| matches!(rule, Rule::Condition(Condition::Never));
        !never(&self.sight(of, field).full)
    }

    /// The principal for partial evaluation.
    fn partial(&self) -> Result<Arc<PartialEntities>, NotAnEntity> {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(partial) = &*partial {
            return Ok(Arc::clone(partial));
        }
        let checked = self.policies.parts.checked([self.principal.clone()]);
        let checked = checked.map_err(NotAnEntity)?;
        // This adds the actions of a schema; rules for bare policies need none.
        let schema = match self.policies.bare.is_of_all() {
            true => self.policies.parts.types(),
            false => &self.policies.outline,
        };
        let made = PartialEntities::from_concrete(checked, schema)
            .map_err(|error| NotAnEntity(error.to_string()))?;
        let made = Arc::new(made);
        *partial = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Lets go of what only new rules need, which is most of a lens: a copy of every action. The
    /// rules that were made stay.
    pub fn rest(&self) {
        *self.partial.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Who looks.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The version of the policies.
    #[must_use]
    pub fn version(&self) -> &str {
        self.policies.version()
    }

    /// Which rows of a type are there at all. The gate makes sure that it is no opaque rule; if it
    /// were, no row would be there.
    #[must_use]
    pub fn rows(&self, of: &'static Type) -> Arc<Condition> {
        let kept = || self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = kept().get(of.name) {
            return Arc::clone(rows);
        }
        let rows = match &*self.rule(of, &format!("{}.list", of.name)) {
            Rule::Condition(condition) => condition.clone(),
            Rule::Opaque => Condition::Never,
        };
        let rows = Arc::new(rows);
        kept().insert(of.name, Arc::clone(&rows));
        rows
    }

    /// How a field is seen.
    #[must_use]
    pub fn sight(&self, of: &'static Type, field: &'static Field) -> Sight {
        // Types and fields are static, so that where one lies says which it is.
        let place = (
            std::ptr::from_ref(of) as usize,
            std::ptr::from_ref(field) as usize,
        );
        let kept = || self.sights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sight) = kept().get(&place) {
            return sight.clone();
        }
        let action = field.action(of);
        let full = self.rule(of, &action);
        let maskable = field.kind().is_some_and(crate::catalogue::Kind::maskable);
        let masked = maskable.then(|| self.rule(of, &format!("{action}:masked")));
        let paired = self.beside_names && field.kind() == Some(Kind::Hkid);
        let (full, alone) = match paired {
            true => (Arc::new(self.with_pair(of, &full)), Some(full)),
            false => (full, None),
        };
        let sight = Sight {
            full,
            masked,
            alone,
        };
        kept().insert(place, sight.clone());
        sight
    }

    /// A rule where the viewer also has the right to the pair; a type without that right has none.
    fn with_pair(&self, of: &'static Type, full: &Rule) -> Rule {
        let pair = match of.pair() {
            Some(pair) => self.deed(of, pair),
            None => Arc::new(Rule::Condition(Condition::Never)),
        };
        match (full, &*pair) {
            (Rule::Condition(full), Rule::Condition(pair)) => {
                Rule::Condition(Condition::all([full.clone(), pair.clone()]))
            }
            (Rule::Condition(Condition::Never), _) | (_, Rule::Condition(Condition::Never)) => {
                Rule::Condition(Condition::Never)
            }
            _ => Rule::Opaque,
        }
    }

    /// When the viewer may do this to a row.
    #[must_use]
    pub fn deed(&self, of: &'static Type, deed: &'static Deed) -> Arc<Rule> {
        self.rule(of, &format!("{}.{}", of.name, deed.name))
    }

    /// How an action is decided.
    #[must_use]
    pub fn rule(&self, of: &'static Type, action: &str) -> Arc<Rule> {
        // Where a type lies says which it is.
        let place = std::ptr::from_ref(of) as usize;
        let action = self.policies.slices.first(action);
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = rules.entry(place).or_default();
        if let Some(rule) = rules.get(action) {
            return Arc::clone(rule);
        }
        let rule = self.evaluate(of, action).unwrap_or_else(|reason| {
            tracing::error!(action, %reason, "a rule could not be made; it refuses");
            Rule::Condition(Condition::Never)
        });
        let rule = Arc::new(rule);
        rules.insert(action.to_owned(), Arc::clone(&rule));
        rule
    }

    /// Evaluates the policies for the first action of a sort as far as the viewer alone decides.
    fn evaluate(&self, of: &'static Type, action: &str) -> Result<Rule, String> {
        let slice = self.policies.slices.get(self.viewer.kind(), action);
        if slice.is_empty() {
            return Ok(Rule::Condition(Condition::Never));
        }
        let fail = |error: &dyn std::fmt::Display| error.to_string();
        let ty = entity::type_name(of.entity).map_err(|e| fail(&e))?;
        let request = PartialRequest::new(
            PartialEntityUid::from_concrete(self.principal.uid()),
            action_uid(action).map_err(|e| fail(&e))?,
            PartialEntityUid::new(ty, None),
            Some(Context::empty()),
            &self.policies.outline,
        )
        .map_err(|e| fail(&e))?;
        let partial = self.partial().map_err(|e| fail(&e))?;
        let bare = self.policies.bare.slice(slice)?;
        let answer = bare
            .tpe(&request, &partial, &self.policies.outline)
            .map_err(|e| fail(&e))?;
        // An evaluation error is a refusal, whichever policy it is in.
        let errors: Vec<&PolicyId> = answer
            .error_permits()
            .chain(answer.error_forbids())
            .collect();
        if !errors.is_empty() {
            return Err(format!("the evaluation of {errors:?} failed"));
        }
        if answer.true_forbids().next().is_some() {
            return Ok(Rule::Condition(Condition::Never));
        }
        let mut permits = Vec::new();
        let mut forbids = Vec::new();
        if answer.true_permits().next().is_some() {
            permits.push(Condition::Always);
        }
        let mut residuals: Vec<_> = answer.residual_policies().collect();
        residuals.sort_by(|a, b| a.id().cmp(b.id()));
        for policy in residuals {
            let effect = policy.effect();
            let pst = policy.try_into_pst().map_err(|e| fail(&e))?;
            let Ok(condition) = clauses(pst.body().clauses(), of) else {
                return Ok(Rule::Opaque);
            };
            match effect {
                Effect::Permit => permits.push(condition),
                Effect::Forbid => forbids.push(condition),
            }
        }
        let allowed = Condition::any(permits);
        Ok(Rule::Condition(Condition::all([
            allowed,
            Condition::any(forbids).negate(),
        ])))
    }

    /// Asks Cedar itself about one action on one row.
    #[must_use]
    pub fn allows(&self, action: &str, record: &Record) -> bool {
        self.ask(action, record).0
    }

    /// A permit for a deed on a row.
    ///
    /// # Errors
    /// Where the policies refuse it.
    pub fn permit(&self, action: &str, record: &Record) -> Result<Permit, Refusal> {
        match self.ask(action, record) {
            (true, _) => Ok(Permit::grant(action, record)),
            (false, reasons) => Err(Refusal {
                action: action.to_owned(),
                reasons,
            }),
        }
    }

    /// A permit for a deed on rows of a type in bulk: the policies must allow it whatever the row.
    ///
    /// # Errors
    /// Where they do not.
    pub fn permit_bulk(&self, of: &'static Type, deed: &'static Deed) -> Result<Permit, Refusal> {
        let action = format!("{}.{}", of.name, deed.name);
        match &*self.rule(of, &action) {
            Rule::Condition(Condition::Always) => Ok(Permit::grant_bulk(&action)),
            Rule::Condition(_) | Rule::Opaque => Err(Refusal {
                action,
                reasons: Vec::new(),
            }),
        }
    }

    fn ask(&self, action: &str, record: &Record) -> (bool, Vec<String>) {
        let slice = self.policies.slices.get(self.viewer.kind(), action);
        match self.authorize(slice, action, record) {
            Ok(answer) => answer,
            Err(reason) => {
                tracing::error!(action, %reason, "a decision could not be made; it refuses");
                (false, Vec::new())
            }
        }
    }

    fn authorize(
        &self,
        slice: &PolicySet,
        action: &str,
        record: &Record,
    ) -> Result<(bool, Vec<String>), String> {
        let decided = self.decided(slice, action, record)?;
        let public = |id: &PolicyId| {
            let told = slice.annotation(id, "public").is_some();
            told.then(|| slice.annotation(id, "en").unwrap_or_default().to_owned())
        };
        let reasons = decided.by.iter().filter_map(public).collect();
        Ok((decided.allowed, reasons))
    }

    /// What Cedar says under these policies, and which of them decided.
    pub(super) fn decided(
        &self,
        slice: &PolicySet,
        action: &str,
        record: &Record,
    ) -> Result<Decided, String> {
        self.decided_among(slice, action, &self.entities(record)?)
    }

    /// The same, of a row whose entities are at hand.
    pub(super) fn decided_among(
        &self,
        slice: &PolicySet,
        action: &str,
        (row, entities): &(EntityUid, Entities),
    ) -> Result<Decided, String> {
        let request = self.request(action, row)?;
        let entities = self.policies.parts.with_action(action, entities)?;
        let answer = Authorizer::new().is_authorized(&request, slice, &entities);
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(Decided {
            allowed: answer.decision() == Decision::Allow,
            by: answer.diagnostics().reason().cloned().collect(),
        })
    }

    /// The viewer and a row, as Cedar takes them, without any action.
    pub(super) fn entities(&self, record: &Record) -> Result<(EntityUid, Entities), String> {
        let resource = entity::resource(record).map_err(|e| e.to_string())?;
        let uid = resource.uid();
        let entities = [self.principal.clone(), resource];
        Ok((uid, self.policies.parts.checked(entities)?))
    }

    /// The question whether the viewer may do this to a row.
    pub(super) fn request(&self, action: &str, row: &EntityUid) -> Result<Request, String> {
        Request::new(
            self.principal.uid(),
            action_uid(action).map_err(|e| e.to_string())?,
            row.clone(),
            Context::empty(),
            Some(&self.policies.schema),
        )
        .map_err(|e| e.to_string())
    }

    /// The policies through which it looks.
    #[must_use]
    pub fn policies(&self) -> &Arc<Policies> {
        &self.policies
    }
}

/// A decision of Cedar's, and the policies that made it: the permits, or the forbids.
pub(super) struct Decided {
    pub allowed: bool,
    pub by: Vec<PolicyId>,
}

fn action_uid(action: &str) -> Result<EntityUid, NotAnEntity> {
    entity::uid("Action", action)
}

/// The clauses of a residual as one condition.
fn clauses(clauses: &[pst::Clause], of: &'static Type) -> Result<Condition, residual::Opaque> {
    let parts = clauses.iter().map(|clause| match clause {
        pst::Clause::When(expr) => residual::condition(expr, of),
        pst::Clause::Unless(expr) => Ok(residual::condition(expr, of)?.negate()),
    });
    Ok(Condition::all(parts.collect::<Result<Vec<_>, _>>()?))
}
