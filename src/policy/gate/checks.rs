//! The checks that every set passes before it is used, at the start as at the gate.
//!
//! Each check says everything that is wrong, in the order of files and lines.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::str::FromStr;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use cedar_policy::{
    Policy, PolicyId, PolicySet, Schema, SchemaFragment, ValidationMode, Validator, pst,
};
use serde_json::Value;

use super::by_type::suspects;
use super::depth::too_deep;
use super::fit;
use super::report::{Fault, LISTS, NAMES, PARSE, Step, VALIDATE, milliseconds};
use crate::catalogue::{self, Type};
use crate::policy::alike::Alike;
use crate::policy::bare::Bare;
use crate::policy::form;
use crate::policy::load::{Document, Policies};
use crate::policy::parts::Parts;
use crate::policy::slice::Slices;
use crate::viewer::PrincipalKind;

/// A policy of a set, and where it stands.
struct Placed<'a> {
    policy: Policy,
    /// The line at which it begins.
    line: usize,
    document: &'a Document,
}

/// The steps that ended, each told as it did.
struct Steps<'a> {
    ended: Vec<Step>,
    tell: &'a mut dyn FnMut(&Step),
}

impl Steps<'_> {
    fn end(&mut self, step: Step) {
        (self.tell)(&step);
        self.ended.push(step);
    }
}

/// Takes a schema and policies through parsing, names, validation and the check of row rules.
/// The set is there if nothing is wrong. Each step is told when it ends.
pub fn check(
    schema: &Document,
    documents: &[Document],
    tell: &mut dyn FnMut(&Step),
) -> (Vec<Step>, Option<Arc<Policies>>) {
    let began = Instant::now();
    // The schema takes longer; meanwhile the policies are read, named and taken apart.
    let (parsed, taken) = thread::scope(|scope| {
        let reading = scope.spawn(|| read(schema));
        let taken = take(documents);
        let stopped = || Err(at(schema, 0, "the schema could not be read".to_owned()));
        (reading.join().unwrap_or_else(|_| stopped()), taken)
    });
    let mut faults = Vec::new();
    let parsed = parsed.map_err(|fault| faults.push(fault)).ok();
    let taken = taken.map_err(|wrong| faults.extend(wrong)).ok();
    let mut steps = Steps {
        ended: Vec::new(),
        tell,
    };
    steps.end(Step::tried(PARSE, faults, began));
    let Some(((parsed, parts, json), taken)) = parsed.zip(taken) else {
        for kind in [NAMES, VALIDATE, LISTS] {
            steps.end(Step::skipped(kind));
        }
        return (steps.ended, None);
    };
    let Taken {
        placed,
        unnamed,
        naming,
        all,
        bare,
    } = taken;
    let mut step = Step::tried(NAMES, unnamed, Instant::now());
    step.milliseconds = naming;
    steps.end(step);
    let began = Instant::now();
    let mut faults = Vec::new();
    let all = all.unwrap_or_else(|reason| {
        faults.push(at(schema, 0, reason));
        PolicySet::new()
    });
    let places: HashMap<&PolicyId, &Placed<'_>> =
        placed.iter().map(|p| (p.policy.id(), p)).collect();
    faults.extend(fit::unfit(&parts, schema));
    // The rules are made under one action of each sort, which is made ready meanwhile.
    let (doubted, (alike, outline)) = thread::scope(|scope| {
        let outlining = scope.spawn(|| {
            let alike = Alike::of(&json, &all);
            let outline = Schema::from_json_value(alike.outlined(json.clone()));
            (alike, outline.ok())
        });
        let doubted = suspects(&all, &bare, &json, &parts);
        let outlined = outlining.join();
        (doubted, outlined.unwrap_or_default())
    });
    let outline = outline.unwrap_or_else(|| parsed.clone());
    // What is valid without its actions is valid; only the others are asked about as they are.
    if !doubted.is_empty() {
        faults.extend(invalid(&doubted, &parsed, &outline, schema, &places));
    }
    let valid = faults.is_empty();
    let mut step = Step::tried(VALIDATE, faults, began);
    step.notes.extend(fit::unknown(&parts, schema));
    steps.end(step);
    let began = Instant::now();
    let slices = match Slices::of(&all, &parsed, alike) {
        Ok(slices) if valid => slices,
        Ok(_) => {
            steps.end(Step::skipped(LISTS));
            return (steps.ended, None);
        }
        Err(error) => {
            let fault = at(schema, 0, error.to_string());
            steps.end(Step::tried(LISTS, vec![fault], began));
            return (steps.ended, None);
        }
    };
    // As they are without their actions, which are cheaper to take apart.
    let forms: Forms<'_> = all
        .policies()
        .map(|policy| {
            let form = bare.policy(policy.id()).unwrap_or(policy).to_pst();
            (policy.id(), form.map_err(|error| error.to_string()))
        })
        .collect();
    let look = |types: &[&'static Type]| -> Vec<Fault> {
        let types = types.iter();
        types
            .flat_map(|of| unanswerable(&slices, &forms, of, schema, &places))
            .collect()
    };
    let (some, others) = catalogue::TYPES.split_at(catalogue::TYPES.len() / 2);
    let mut faults = thread::scope(|scope| {
        let others = scope.spawn(|| look(others));
        let mut faults = look(some);
        let stopped = |_| vec![at(schema, 0, "the lists could not be looked at".to_owned())];
        faults.extend(others.join().unwrap_or_else(stopped));
        faults
    });
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    faults.dedup();
    steps.end(Step::tried(LISTS, faults, began));
    let steps = steps.ended;
    let sound = steps.iter().all(|step| step.faults.is_empty());
    drop((places, forms));
    let policies = sound.then(|| {
        let files = placed.iter().map(|p| {
            let place = (p.document.name.clone(), p.line);
            (p.policy.id().to_string(), place)
        });
        let files = files.collect();
        Arc::new(Policies::of(
            (parsed, outline, parts),
            slices,
            (all, bare),
            files,
            schema,
            documents,
        ))
    });
    (steps, policies)
}

/// The policies of a set, and what became of them on the way.
struct Taken<'a> {
    placed: Vec<Placed<'a>>,
    /// Those without an id of their own, or without a sentence.
    unnamed: Vec<Fault>,
    /// How long that took, in milliseconds.
    naming: f64,
    /// All of them as one set, or why they are none.
    all: Result<PolicySet, String>,
    bare: Bare,
}

/// Reads the policies of all files, gives them their names, and takes them apart.
fn take(documents: &[Document]) -> Result<Taken<'_>, Vec<Fault>> {
    let mut placed = Vec::new();
    let mut faults = Vec::new();
    for found in documents.iter().map(policies_of) {
        match found {
            Ok(found) => placed.extend(found),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let began = Instant::now();
    let unnamed = name(&mut placed);
    let naming = milliseconds(began.elapsed());
    let all = PolicySet::from_policies(placed.iter().map(|p| p.policy.clone()));
    let all = all.map_err(|error| error.to_string());
    let bare = all
        .as_ref()
        .map_or_else(|_| Bare::of(&PolicySet::new()), Bare::of);
    Ok(Taken {
        placed,
        unnamed,
        naming,
        all,
        bare,
    })
}

/// The schema of a set, and its parts.
fn read(schema: &Document) -> Result<(Schema, Parts, Value), Fault> {
    if let Some(fault) = too_deep(schema) {
        return Err(fault);
    }
    let (fragment, _warnings) = SchemaFragment::from_cedarschema_str(&schema.text)
        .map_err(|error| broken(schema, &error))?;
    let json = fragment.clone().to_json_value();
    let json = json.map_err(|error| at(schema, 0, error.to_string()))?;
    let parsed =
        Schema::from_schema_fragments([fragment]).map_err(|error| broken(schema, &error))?;
    let parts = Parts::of(&parsed, &json);
    let parts = parts.map_err(|error| at(schema, 0, error.to_string()))?;
    Ok((parsed, parts, json))
}

/// The line of an offset, from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

fn at(document: &Document, offset: usize, reason: String) -> Fault {
    let line = line_of(&document.text, offset);
    let zh = format!("此處有誤：{reason}");
    Fault::new(&document.name, line, reason, zh)
}

/// What is not well formed, where it points to.
fn broken(document: &Document, error: &dyn miette::Diagnostic) -> Fault {
    let line = line_of(&document.text, pointed(error).unwrap_or(0));
    let told = told(error);
    let zh = format!("此處寫法有誤，無法讀取：{told}");
    Fault::new(&document.name, line, told, zh)
}

/// The policies of a file, each with the offset at which it begins.
fn policies_of(document: &Document) -> Result<Vec<Placed<'_>>, Vec<Fault>> {
    if let Some(fault) = too_deep(document) {
        return Err(vec![fault]);
    }
    let set = PolicySet::from_str(&document.text).map_err(|errors| {
        errors
            .iter()
            .map(|error| broken(document, error))
            .collect::<Vec<_>>()
    })?;
    let begins = |text: &str, from: usize| {
        let rest = document.text.get(from..).unwrap_or_default();
        from + rest.find(text.trim()).unwrap_or(0)
    };
    let templates = set.templates().map(|template| {
        let line = line_of(&document.text, begins(&template.to_string(), 0));
        let (en, zh) = ("templates are not used here", "此處不使用範本");
        Fault::new(&document.name, line, en, zh)
    });
    let templates: Vec<Fault> = templates.collect();
    if !templates.is_empty() {
        return Err(templates);
    }
    // Cedar numbers the policies of a file as they come: `policy2` stands before `policy10`.
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(|policy| (policy.id().to_string().len(), policy.id().to_string()));
    let mut found = Vec::new();
    let (mut from, mut line, mut counted) = (0, 1, 0);
    for policy in policies {
        let text = policy.to_string();
        let start = begins(&text, from);
        from = start + text.trim().len();
        let passed = document.text.get(counted..start).unwrap_or_default();
        line += passed.matches('\n').count();
        counted = start;
        found.push(Placed {
            policy: policy.clone(),
            line,
            document,
        });
    }
    Ok(found)
}

/// Gives each policy its own id, and says which have none, and which sentences are missing.
fn name(placed: &mut [Placed<'_>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut first: HashMap<String, String> = HashMap::new();
    for (number, one) in placed.iter_mut().enumerate() {
        let line = one.line;
        let mut fault = |en: String, zh: String| {
            faults.push(Fault::new(&one.document.name, line, en, zh));
        };
        let mut lacks = Vec::new();
        for key in ["id", "en", "zh"] {
            let text = one.policy.annotation(key);
            if text.is_none_or(|text| text.trim().is_empty()) {
                lacks.push(key);
            }
        }
        for key in &lacks {
            fault(
                format!("a policy has no `@{key}(\"…\")`"),
                format!("此政策欠缺 `@{key}(\"…\")`"),
            );
        }
        let id = one.policy.annotation("id").unwrap_or_default().to_owned();
        let id = match first.get(&id) {
            _ if lacks.contains(&"id") => format!("policy {number} without an id"),
            Some(file) => {
                fault(
                    format!("`{id}` is also in {file}"),
                    format!("編號 `{id}` 已在 {file} 使用"),
                );
                format!("{id} of {number}")
            }
            None => {
                first.insert(id.clone(), one.document.name.clone());
                id
            }
        };
        one.policy = one.policy.new_id(PolicyId::new(id));
    }
    faults
}

/// What strict validation finds wrong with these policies. First they are looked at under one action
/// of each sort, and only what is not valid for these under the whole schema, which tells.
fn invalid(
    policies: &[Policy],
    parsed: &Schema,
    outline: &Schema,
    schema: &Document,
    places: &HashMap<&PolicyId, &Placed<'_>>,
) -> Vec<Fault> {
    // a policy is valid or not whatever the others are, so they are looked at side by side
    let sketched = Validator::new(outline.clone());
    let validator = Validator::new(parsed.clone());
    let workers = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(8);
    let size = policies.len().div_ceil(workers).max(1);
    let one = |policy: &Policy| -> Vec<Fault> {
        let alone = match PolicySet::from_policies([policy.clone()]) {
            Ok(alone) => alone,
            Err(error) => return vec![at(schema, 0, error.to_string())],
        };
        let sketch = sketched.validate(&alone, ValidationMode::Strict);
        if sketch.validation_passed() {
            return Vec::new();
        }
        let validation = validator.validate(&alone, ValidationMode::Strict);
        let errors = validation.validation_errors();
        errors
            .map(|error| {
                let id = error.policy_id();
                let (document, line) = places
                    .get(id)
                    .map_or((schema, 1), |placed| (placed.document, placed.line));
                let pointed = pointed(error).map(|at| line_of(&document.text, at));
                let told = told(error);
                let zh = format!("政策 `{id}` 與結構檔不符：{told}");
                Fault::new(&document.name, pointed.unwrap_or(line), told, zh).about(id)
            })
            .collect()
    };
    let look = |part: &[Policy]| -> Vec<Fault> { part.iter().flat_map(one).collect() };
    let mut faults = thread::scope(|scope| {
        let parts = policies.chunks(size);
        let workers: Vec<_> = parts.map(|part| scope.spawn(|| look(part))).collect();
        let mut faults = Vec::new();
        for worker in workers {
            let stopped = || {
                vec![at(
                    schema,
                    0,
                    "the policies could not be validated".to_owned(),
                )]
            };
            faults.extend(worker.join().unwrap_or_else(|_| stopped()));
        }
        faults
    });
    faults.sort_by(|a, b| (&a.file, a.line, &a.en).cmp(&(&b.file, b.line, &b.en)));
    faults.dedup();
    faults
}

/// Each policy taken apart, or why it cannot be.
type Forms<'a> = HashMap<&'a PolicyId, Result<pst::Policy, String>>;

/// What decides whether a row is there must be a question that a database answers.
fn unanswerable(
    slices: &Slices,
    forms: &Forms<'_>,
    of: &'static Type,
    schema: &Document,
    places: &HashMap<&PolicyId, &Placed<'_>>,
) -> Vec<Fault> {
    let action = format!("{}.list", of.name);
    let fault = |id: &PolicyId, reason: String| {
        let (document, line) = places
            .get(id)
            .map_or((schema, 1), |placed| (placed.document, placed.line));
        let zh = format!(
            "政策 `{id}` 決定哪些 {} 紀錄可見，但資料庫無法回答：{reason}",
            of.name
        );
        let en = format!(
            "`{id}` decides which rows of {} are there, but the database cannot answer it: {reason}",
            of.name
        );
        Fault::new(&document.name, line, en, zh).about(id)
    };
    // The same policies mostly decide for several kinds of principals.
    let deciding: BTreeSet<&PolicyId> = PrincipalKind::ALL
        .iter()
        .flat_map(|kind| slices.get(*kind, &action).policies())
        .map(Policy::id)
        .collect();
    let wrong = |id: &PolicyId| match forms.get(id) {
        Some(Ok(form)) => {
            let opaque = form::translatable(form.body().clauses(), of).err()?;
            Some(opaque.0)
        }
        Some(Err(reason)) => Some(reason.clone()),
        None => Some("it is not of the set".to_owned()),
    };
    deciding
        .into_iter()
        .filter_map(|id| Some(fault(id, wrong(id)?)))
        .collect()
}

/// Where an error points in its file, as an offset.
fn pointed(error: &dyn miette::Diagnostic) -> Option<usize> {
    Some(error.labels()?.next()?.offset())
}

/// What an error says, on one line.
fn told(error: &dyn miette::Diagnostic) -> String {
    let mut text = error.to_string();
    if let Some(help) = error.help() {
        text = format!("{text}; {help}");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
