//! Consent is given and withdrawn by the person, or by a guardian for a child; and the texts that
//! people are shown are published and retired.

use async_graphql::Value;
use uuid::Uuid;

use super::super::arguments::word;
use super::super::error::GraphError;
use super::super::id;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::change::{Current, current, overtaken};
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action, given};
use crate::catalogue::{self, Cell, Type};
use crate::policy::{Record, Value as Attribute};
use crate::store::{Change, Changed, ConsentAct, Draft};

/// What is given or withdrawn.
struct Answer {
    purpose: String,
    receiver: Uuid,
    text: Uuid,
    act: &'static str,
}

/// Gives consent to what a published text says, or withdraws it. What stands already stays.
pub async fn answer(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    for _ in 0..3 {
        let person = match current(scope, mutate.of, input).await? {
            Ok(person) => person,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &person.record)?;
        if person.archived {
            return Ok(Outcome::because(UserError::archived()));
        }
        if mutate.of.name == "Student" && !scope.store.may_sign(account(scope), person.id()).await?
        {
            let (en, zh) = ("You may not sign for this child.", "你不可代此學童簽署。");
            return Ok(Outcome::because(conflict(en, zh, "id")));
        }
        let Some(organisation) = organisation(&person.record) else {
            return Ok(Outcome::because(UserError::not_found("id")));
        };
        let wanted = match mutate.deed.name {
            "giveConsent" => gives(scope, input, organisation).await?,
            _ => withdraws(scope, input, organisation, &person).await?,
        };
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let last = scope
            .store
            .last_consent(person.id(), &wanted.purpose, wanted.receiver)
            .await?;
        let same = |last: &ConsentAct| last.act == wanted.act && last.text == wanted.text;
        if let Some(last) = last.filter(same) {
            return Ok(Outcome::done(last.id));
        }
        let Some(draft) = draft(scope, &person, organisation, &wanted) else {
            return Err(GraphError::Input("there are no consents".into()));
        };
        let made = draft.id;
        let change = Change {
            of: mutate.of,
            id: person.id(),
            revision: person.revision,
            columns: Vec::new(),
        };
        let action = action(mutate.of, mutate.deed.name);
        let done = scope
            .store
            .consent(&permit, &action, change, draft, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(made));
        }
    }
    Ok(Outcome::because(overtaken()))
}

/// What consent is given to: what a published text of the person's organisation says.
async fn gives(
    scope: &Scope,
    input: &Input,
    organisation: Uuid,
) -> Result<Result<Answer, UserError>, GraphError> {
    let texts = catalogue::find("ConsentText");
    let text = texts.and_then(|of| Some((of, id::of_type(input.get("textId")?, of)?)));
    let text = match text {
        Some((of, id)) if given::seen(scope, of, id).await? => scope.store.consent_text(id).await?,
        _ => None,
    };
    let Some(text) = text.filter(|text| text.organisation == organisation) else {
        return Ok(Err(UserError::not_found("textId")));
    };
    if text.status != "PUBLISHED" {
        let (en, zh) = ("This text is not shown now.", "此同意書現時並不適用。");
        return Ok(Err(conflict(en, zh, "textId")));
    }
    let receiver = match receiver(scope, input, organisation).await? {
        Ok(receiver) => receiver,
        Err(error) => return Ok(Err(error)),
    };
    if text.purpose == "SHARING" && receiver == organisation {
        let (en, zh) = ("Say with which partner.", "請指明合作機構。");
        let error = UserError::new(UserErrorCode::Required, en, zh, Some("receiverId"));
        return Ok(Err(error));
    }
    Ok(Ok(Answer {
        purpose: text.purpose,
        receiver,
        text: text.id,
        act: "GIVEN",
    }))
}

/// What is withdrawn: it must have been given.
async fn withdraws(
    scope: &Scope,
    input: &Input,
    organisation: Uuid,
    person: &Current,
) -> Result<Result<Answer, UserError>, GraphError> {
    let purpose = input.get("purpose").and_then(word).unwrap_or_default();
    let receiver = match receiver(scope, input, organisation).await? {
        Ok(receiver) => receiver,
        Err(error) => return Ok(Err(error)),
    };
    let last = scope.store.last_consent(person.id(), purpose, receiver);
    let Some(last) = last.await? else {
        let (en, zh) = (
            "There is no such consent to withdraw.",
            "沒有可撤回的同意。",
        );
        return Ok(Err(conflict(en, zh, "purpose")));
    };
    Ok(Ok(Answer {
        purpose: purpose.to_owned(),
        receiver,
        text: last.text,
        act: "WITHDRAWN",
    }))
}

/// Who may use the data: the organisation itself, unless another is named.
async fn receiver(
    scope: &Scope,
    input: &Input,
    organisation: Uuid,
) -> Result<Result<Uuid, UserError>, GraphError> {
    let Some(named) = input
        .get("receiverId")
        .filter(|v| !matches!(v, Value::Null))
    else {
        return Ok(Ok(organisation));
    };
    let of = catalogue::find("Organisation");
    let named = of.and_then(|of| Some((of, id::of_type(named, of)?)));
    Ok(match named {
        Some((of, id)) if given::seen(scope, of, id).await? => Ok(id),
        _ => Err(UserError::not_found("receiverId")),
    })
}

fn draft(scope: &Scope, person: &Current, organisation: Uuid, wanted: &Answer) -> Option<Draft> {
    let mut draft = Draft::new(catalogue::find("Consent")?);
    let (column, capacity) = match person.record.of().name {
        "Student" => ("student_id", "RELEVANT_PERSON"),
        _ => ("volunteer_id", "SELF"),
    };
    draft.put("organisation_id", &Cell::Id(organisation));
    draft.put(column, &Cell::Id(person.id()));
    draft.put("purpose", &Cell::Text(wanted.purpose.clone()));
    draft.put("receiver_id", &Cell::Id(wanted.receiver));
    draft.put("act", &Cell::Text(wanted.act.to_owned()));
    draft.put("capacity", &Cell::Text(capacity.to_owned()));
    draft.put("channel", &Cell::Text("ONLINE".to_owned()));
    draft.put("text_id", &Cell::Id(wanted.text));
    draft.put("account_id", &Cell::Id(account(scope)));
    Some(draft)
}

/// Publishes a draft of a text, or stops showing a published one.
pub async fn place(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let (from, to) = match mutate.deed.name {
        "publish" => ("DRAFT", "PUBLISHED"),
        _ => ("PUBLISHED", "RETIRED"),
    };
    for _ in 0..3 {
        let text = match current(scope, mutate.of, input).await? {
            Ok(text) => text,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &text.record)?;
        if !stands(&text.record, from) {
            let (en, zh) = (
                "It does not stand so that this could be done.",
                "現時的狀態不可作此操作。",
            );
            return Ok(Outcome::because(conflict(en, zh, "id")));
        }
        let mut columns = vec![("status", to.into())];
        if to == "PUBLISHED" {
            columns.push(("published_at", scope.now.into()));
        }
        let change = Change {
            of: mutate.of,
            id: text.id(),
            revision: text.revision,
            columns,
        };
        let action = action(mutate.of, mutate.deed.name);
        let done = scope.store.change(&permit, &action, change, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(text.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

/// What stands in the way of changing a record: a text that was published is never changed.
pub fn settled(of: &Type, record: &Record) -> Option<UserError> {
    let settled = of.name == "ConsentText" && !stands(record, "DRAFT");
    settled.then(|| {
        let (en, zh) = (
            "A text that was published is never changed; draft another.",
            "已發布的同意書不可更改；請另擬新稿。",
        );
        conflict(en, zh, "id")
    })
}

fn stands(record: &Record, status: &str) -> bool {
    record.value("status") == Some(&Attribute::Text(status.to_owned()))
}

fn organisation(record: &Record) -> Option<Uuid> {
    match record.value("organisation") {
        Some(Attribute::Id(id)) => Some(*id),
        _ => None,
    }
}

/// Who acts. Policies let nobody but people give and withdraw consent.
fn account(scope: &Scope) -> Uuid {
    scope.lens.viewer().account().unwrap_or_default()
}

fn conflict(en: &str, zh: &str, field: &str) -> UserError {
    UserError::new(UserErrorCode::Conflict, en, zh, Some(field))
}
