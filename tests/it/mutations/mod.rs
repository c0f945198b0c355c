//! Deeds: what they write and give back, what stands in their way, and who may do them.

mod fields;
mod forward;
mod notices;
mod order;
mod places;
mod records;
mod roster;
mod shares;
mod shares_at_once;
mod shares_end;
mod shares_instant;
pub mod shares_live;
mod shares_onward;
mod shares_time;
mod signatures;
mod space_shares;
mod spaces;
mod spaces_unseen;
mod templates;
mod templates_shared;
mod templates_used;
mod unseen;
mod values;

use std::collections::BTreeMap;
use std::time::Duration;

use async_graphql::{Request, Variables};
use kaifong::demo::{self, Demo, DemoToken};
use kaifong::viewer::Claims;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::asking::{code, nodes, number, types};

/// Asks in a role of the demo, or as the account whose id this is.
async fn ask(app: &App, who: &str, query: &str, variables: Value) -> Value {
    if who.parse::<Uuid>().is_err() {
        return app.ask_with(who, query, variables).await;
    }
    let claims = Claims::of_user(who, app.now, Duration::from_secs(3600));
    let request = Request::new(query).variables(Variables::from_json(variables));
    let response = app.graph.execute(request, Some(&claims), app.now).await;
    serde_json::to_value(response).unwrap()
}

/// The whole answer to one deed; of the record the id, the version and these fields.
async fn deed(app: &App, who: &str, name: &str, fields: &str, input: &Value) -> Value {
    let prefix = name[..1].to_uppercase() + &name[1..];
    let verb = name.rfind(char::is_uppercase).unwrap();
    let subject = match name {
        "shiftAssign" => "assignment",
        name if name.starts_with("partnership") => "partnership",
        name if name.ends_with("GiveConsent") || name.ends_with("WithdrawConsent") => "consent",
        name if name.starts_with("space") => "space",
        name if name.starts_with("organisation") => "organisation",
        name if name.starts_with("dataRequest") => "dataRequest",
        name => &name[..verb],
    };
    let query = format!(
        "mutation($input: {prefix}Input!) {{ {name}(input: $input) {{ {subject} {{ id version {fields} }} \
         userErrors {{ code message messageZh field }} }} }}"
    );
    ask(app, who, &query, json!({ "input": input })).await
}

/// The record that a deed gives back.
async fn done(app: &App, who: &str, name: &str, fields: &str, input: &Value) -> Value {
    let answer = deed(app, who, name, fields, input).await;
    let about = format!("{} {who} {name} {input}: {answer}", app.database.name);
    assert!(answer.get("errors").is_none(), "{about}");
    let payload = &answer["data"][name];
    assert_eq!(payload["userErrors"], json!([]), "{about}");
    let record = payload.as_object().unwrap().values().next().unwrap();
    assert!(record.is_object(), "{about}");
    record.clone()
}

/// What stands in the way of a deed: codes and fields. Nothing is written.
async fn stopped(app: &App, who: &str, name: &str, input: &Value) -> Vec<(String, String)> {
    let before = tally(app).await;
    let answer = deed(app, who, name, "", input).await;
    let about = format!("{} {who} {name} {input}: {answer}", app.database.name);
    assert!(answer.get("errors").is_none(), "{about}");
    let payload = answer["data"][name].as_object().unwrap();
    assert!(payload.values().next().unwrap().is_null(), "{about}");
    assert!(tally(app).await == before, "{about}: something was written");
    let errors = payload["userErrors"].as_array().unwrap();
    assert!(!errors.is_empty(), "{about}");
    let texts = errors.iter().map(|error| {
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        assert!(
            text("message").is_ascii() && text("message").len() > 5,
            "{about}"
        );
        assert!(
            text("messageZh").chars().filter(|c| han(*c)).count() > 3,
            "{about}"
        );
        let field = error["field"][0].as_str().unwrap_or_default().to_owned();
        (text("code"), field)
    });
    texts.collect()
}

/// The policies refuse: an error at the top, a null payload, and nothing written.
async fn forbidden(app: &App, who: &str, name: &str, input: &Value) -> Value {
    let before = tally(app).await;
    let answer = deed(app, who, name, "", input).await;
    let about = format!("{} {who} {name} {input}: {answer}", app.database.name);
    assert_eq!(answer["data"], json!({ name: null }), "{about}");
    assert_eq!(code(&answer), "FORBIDDEN", "{about}");
    assert_eq!(answer["errors"][0]["path"], json!([name]), "{about}");
    assert!(tally(app).await == before, "{about}: something was written");
    answer
}

/// How many rows there are, how often they were changed, how many are archived.
async fn tally(app: &App) -> BTreeMap<&'static str, i64> {
    let mut found = BTreeMap::new();
    for of in types() {
        let sql = format!(
            "SELECT COUNT(*) * 1000000 + COALESCE(SUM(revision), 0) * 100 + COUNT(archived_at) FROM {}",
            of.table
        );
        found.insert(of.name, number(app, &sql).await);
    }
    found
}

fn pair(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// The organisation for which a role of the demo acts.
fn organisation(role: &str) -> Uuid {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == role);
    match holder.unwrap().kind {
        DemoToken::User {
            organisation_id, ..
        }
        | DemoToken::Partner {
            organisation_id, ..
        } => organisation_id,
    }
}

fn account(role: &str) -> Uuid {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == role);
    match holder.unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { issuer, .. } => issuer,
    }
}

/// Somebody with this role in this organisation.
fn member(demo: &Demo, role: &str, organisation: Uuid) -> Uuid {
    let mut posts = demo.memberships.iter();
    let post = posts.find(|post| post.role == role && post.organisation_id == organisation);
    post.unwrap_or_else(|| panic!("no {role}")).account_id
}

/// One row of a list.
async fn one(app: &App, who: &str, list: &str, arguments: &str, fields: &str) -> Value {
    let query = format!("{{ {list}(first: 1 {arguments}) {{ nodes {{ id version {fields} }} }} }}");
    let answer = ask(app, who, &query, Value::Null).await;
    let rows = nodes(&answer["data"][list]);
    rows.first()
        .unwrap_or_else(|| panic!("{who} sees no {list}({arguments}): {answer}"))
        .clone()
}
