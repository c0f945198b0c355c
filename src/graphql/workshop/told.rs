//! What the desk says, as data of the contract's shape.

use serde_json::{Value as Json, json};

use super::desk::{Act, Done, Kept, Told};
use crate::catalogue::Type;
use crate::graphql::id;
use crate::policy::gate::{FileKind, Report, Step};
use crate::policy::matrix::Matrix;
use crate::policy::{Clause, Explanation, Near, Told as Policy, Written};
use crate::store::{KeeperAct, KeeperDeed};

/// A set with its files and its policies.
pub fn set(kept: &Kept, rules: &[Written]) -> Json {
    let files = kept.set.files();
    let files = files.iter().map(|file| {
        let kind = match file.kind {
            FileKind::Schema => "SCHEMA",
            FileKind::Policies => "POLICIES",
            FileKind::Scenarios => "SCENARIOS",
            FileKind::Invariants => "INVARIANTS",
            FileKind::Certificate => "CERTIFICATE",
        };
        json!({ "name": file.name, "kind": kind, "text": file.text })
    });
    let rules = rules.iter().map(|rule| {
        json!({
            "id": rule.id, "file": last(&rule.file), "line": rule.line,
            "effect": if rule.permits { "PERMIT" } else { "FORBID" },
            "english": rule.en, "chinese": rule.zh, "text": rule.text,
        })
    });
    json!({
        "number": kept.number, "version": kept.version,
        "files": files.collect::<Vec<_>>(), "policies": rules.collect::<Vec<_>>(),
    })
}

/// The name of a file without the folders that it lies in on this machine.
fn last(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// An act of the trail; the one who did it is a user.
pub fn act(of: &Act, users: &Type) -> Json {
    let act = &of.act;
    json!({
        "number": of.number, "set": act.number, "deed": constant(&json!(act.deed)),
        "by": id::encode(users, act.account), "at": act.at,
        "reason": act.reason, "versionBefore": act.version_before,
        "versionAfter": act.version_after, "inForce": act.in_force,
        "waiting": of.waiting, "restores": act.restores, "report": kept_report(&of.report),
    })
}

/// An act by which an organisation was named to look after the policies, or let go.
pub fn keeper_act(act: &KeeperAct, users: &Type, organisations: &Type) -> Json {
    json!({
        "number": act.number,
        "deed": match act.deed {
            KeeperDeed::AddKeeper => "ADD",
            KeeperDeed::RemoveKeeper => "REMOVE",
        },
        "organisation": id::encode(organisations, act.organisation),
        "by": act.account.map(|account| id::encode(users, account)),
        "at": act.at, "reason": act.reason,
    })
}

/// A report.
pub fn report(report: &Report) -> Json {
    kept_report(&json!(report))
}

/// A step of a report.
pub fn step(of: &Step) -> Json {
    kept_step(&json!(of))
}

/// A report as it was kept.
fn kept_report(report: &Json) -> Json {
    if !report.is_object() {
        return Json::Null;
    }
    let mut told = report.clone();
    if let Some(steps) = told["steps"].as_array_mut() {
        steps.iter_mut().for_each(|step| *step = kept_step(step));
    }
    told
}

fn kept_step(step: &Json) -> Json {
    let faults = |key: &str| -> Vec<Json> {
        let faults = step[key].as_array().into_iter().flatten();
        let fault = |fault: &Json| {
            json!({
                "file": fault["file"], "line": fault["line"], "policy": fault["policy"],
                "english": fault["en"], "chinese": fault["zh"],
            })
        };
        faults.map(fault).collect()
    };
    json!({
        "name": step["name"], "english": step["en"], "chinese": step["zh"],
        "state": constant(&step["state"]), "faults": faults("faults"),
        "notes": faults("notes"), "milliseconds": step["milliseconds"],
    })
}

/// `not_proved` as `NOT_PROVED`.
fn constant(word: &Json) -> Json {
    word.as_str()
        .map_or(Json::Null, |word| json!(word.to_uppercase()))
}

/// The matrix.
pub fn matrix(of: &Matrix) -> Json {
    let lines = of.lines.iter().map(|line| {
        json!({
            "type": line.of, "sort": constant(&json!(line.sort)),
            "name": line.name, "cells": line.cells,
        })
    });
    json!({ "version": of.version, "viewers": of.viewers, "lines": lines.collect::<Vec<_>>() })
}

/// The whole explanation, for keepers of the policies.
pub fn whole(of: &Explanation) -> Json {
    let policy = |policy: &Policy| {
        json!({
            "id": policy.id, "english": policy.en, "chinese": policy.zh,
            "file": last(&policy.file), "line": policy.line,
        })
    };
    let clause = |clause: &Clause| {
        json!({
            "text": clause.text, "truth": constant(&json!(clause.truth)),
            "english": clause.en, "chinese": clause.zh,
        })
    };
    let near = |near: &Near| {
        let clauses: Vec<Json> = near.clauses.iter().map(clause).collect();
        json!({ "policy": policy(&near.policy), "forbids": near.forbids, "clauses": clauses })
    };
    let steps = of.steps.iter().map(|step| {
        let by: Vec<Json> = step.by.iter().map(policy).collect();
        json!({ "action": step.action, "allowed": step.allowed, "by": by, "failed": step.failed })
    });
    json!({
        "action": of.action, "answer": constant(&json!(of.answer)),
        "steps": steps.collect::<Vec<_>>(),
        "nearest": of.nearest.iter().map(near).collect::<Vec<_>>(),
        "givenTo": of.given_to,
    })
}

/// What anybody may know of their own answer: the policies that decided, if they are marked public,
/// by their sentences.
pub fn cut_down(of: &Explanation) -> Json {
    let public = |policy: &&Policy| policy.public;
    let policy =
        |policy: &Policy| json!({ "id": policy.id, "english": policy.en, "chinese": policy.zh });
    let steps = of.steps.iter().map(|step| {
        let by: Vec<Json> = step.by.iter().filter(public).map(policy).collect();
        json!({ "action": step.action, "allowed": step.allowed, "by": by })
    });
    json!({
        "action": of.action, "answer": constant(&json!(of.answer)),
        "steps": steps.collect::<Vec<_>>(), "nearest": [], "givenTo": [],
    })
}

/// What became of a deed.
pub fn done(of: &Done) -> Json {
    json!({
        "number": of.number, "inForce": of.in_force, "versionBefore": of.version_before,
        "versionAfter": of.policies.version(), "report": report(&of.report), "userErrors": [],
    })
}

/// What stands in the way of a deed.
pub fn refused(of: &Told) -> Json {
    json!({
        "inForce": false, "report": of.report.as_ref().map(report),
        "userErrors": [{ "code": of.code, "message": of.en, "messageZh": of.zh, "field": null }],
    })
}
