//! Erasing people: what goes and what stays, who may, what is held, and that it is one thing or
//! nothing.

mod accounts;
mod beside;
mod chains;
mod command;
mod holds;
mod killed;
mod people;
mod references;
mod replayed;
mod retention;
mod sign_ins;

use std::time::Duration;

use async_graphql::{Request, Variables};
use kaifong::viewer::Claims;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::asking::{id, literal, number, row, tamper};

/// Makes somebody a privacy officer of the organisation of a record; the account.
pub(crate) async fn officer_of(app: &App, organisation: Uuid) -> Uuid {
    let account = Uuid::new_v4();
    let (who, where_) = (literal(app, account), literal(app, organisation));
    let membership = literal(app, Uuid::new_v4());
    tamper(
        app,
        &format!(
            "INSERT INTO account (id, created_at, updated_at, status) \
         VALUES ({who}, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 'ACTIVE')"
        ),
    )
    .await;
    tamper(app, &format!(
        "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role) \
         VALUES ({membership}, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', {who}, {where_}, 'PRIVACY_OFFICER')"
    )).await;
    account
}

/// Asks as a role of the demo, or as the account whose id this is.
pub(crate) async fn ask(app: &App, who: &str, query: &str, variables: Value) -> Value {
    if who.parse::<Uuid>().is_err() {
        return app.ask_with(who, query, variables).await;
    }
    let claims = Claims::of_user(who, app.now, Duration::from_secs(3600));
    let request = Request::new(query).variables(Variables::from_json(variables));
    let response = app.graph.execute(request, Some(&claims), app.now).await;
    serde_json::to_value(response).unwrap()
}

/// The answer to an erasure.
async fn erase(app: &App, who: &str, of: &str, record: &str) -> Value {
    let field = of[..1].to_lowercase() + &of[1..];
    let query = format!(
        "mutation($i: {of}EraseInput!) {{ done: {field}Erase(input: $i) {{ {field} {{ id }} userErrors {{ code field message messageZh }} }} }}"
    );
    let input = json!({ "id": record, "ground": "REQUEST" });
    ask(app, who, &query, json!({ "i": input })).await
}

/// The codes of what stands in the way; none where it was done, `FORBIDDEN` where it is refused.
fn codes(answer: &Value) -> Vec<String> {
    if let Some(errors) = answer["errors"].as_array() {
        let code = |error: &Value| error["extensions"]["code"].as_str().unwrap().to_owned();
        return errors.iter().map(code).collect();
    }
    let errors = answer["data"]["done"]["userErrors"].as_array().unwrap();
    let code = |error: &Value| error["code"].as_str().unwrap().to_owned();
    errors.iter().map(code).collect()
}

/// What the privacy office of an organisation says.
async fn office(app: &App, who: &str, organisation: Uuid, fields: &str) -> Value {
    let query = format!("query($o: ID!) {{ privacyOffice(organisation: $o) {{ {fields} }} }}");
    let answer = ask(
        app,
        who,
        &query,
        json!({ "o": id("Organisation", organisation) }),
    )
    .await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["privacyOffice"].clone()
}

/// Holds a record; the identifier of the hold, or what stands in the way.
pub(crate) async fn hold(
    app: &App,
    who: &str,
    organisation: Uuid,
    record: &str,
    more: Value,
) -> Vec<String> {
    let query = "mutation($i: OrganisationPlaceHoldInput!) { done: organisationPlaceHold(input: $i) { userErrors { code field } } }";
    let mut input =
        json!({ "id": id("Organisation", organisation), "recordId": record, "reason": "法律程序" });
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    codes(&ask(app, who, query, json!({ "i": input })).await)
}

async fn release(app: &App, who: &str, organisation: Uuid, hold: &Value) -> Vec<String> {
    let query = "mutation($i: OrganisationReleaseHoldInput!) { done: organisationReleaseHold(input: $i) { userErrors { code field } } }";
    let input = json!({ "id": id("Organisation", organisation), "holdId": hold, "reason": "完結" });
    codes(&ask(app, who, query, json!({ "i": input })).await)
}

/// A row that a query finds.
pub async fn one(app: &App, sql: &str) -> Uuid {
    let db = &app.database.db;
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap();
    row.unwrap_or_else(|| panic!("{sql}"))
        .try_get_by_index(0)
        .unwrap()
}

pub async fn text(app: &App, sql: &str) -> Option<String> {
    let db = &app.database.db;
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap();
    row.and_then(|row| row.try_get_by_index(0).unwrap())
}

/// The volunteer of the demo who signs in, and the organisation.
async fn vera(app: &App) -> (Uuid, Uuid, Uuid) {
    let me = app.data("volunteer", "{ viewer { user { id } } }").await;
    let account = row(&me["viewer"]["user"]["id"]);
    let known = literal(app, account);
    let volunteer = one(
        app,
        &format!("SELECT id FROM volunteer WHERE account_id = {known}"),
    )
    .await;
    let own = literal(app, volunteer);
    let organisation = one(
        app,
        &format!("SELECT organisation_id FROM volunteer WHERE id = {own}"),
    )
    .await;
    (volunteer, organisation, account)
}

/// How many rows of a table have this in a column.
async fn rows_with(app: &App, table: &str, column: &str, id: Uuid) -> i64 {
    let id = literal(app, id);
    number(
        app,
        &format!("SELECT COUNT(*) FROM {table} WHERE {column} = {id}"),
    )
    .await
}
