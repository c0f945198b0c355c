//! Requests of people to see or correct the data held on them.

mod beside;
mod copy;
mod corrections;
mod crossing;
mod disclosed;
mod fetched;
mod gone;
mod held;
mod left;
mod life;
mod previewed;
mod reminders;

use std::sync::Arc;

use kaifong::graphql::{Export, ExportForm, Graph, Limits, Unexported};
use kaifong::store::Seal;
use serde_json::{Value, json};

use crate::app::App;
use crate::asking::tamper;

const OPEN: &str = "mutation($i: DataRequestOpenInput!) { dataRequestOpen(input: $i) { dataRequest { id kind state capacity openedOn dueOn nextReminderOn isOverdue statement steps { nodes { number deed by { id } } } } userErrors { code field } } }";
const STANDS: &str = "query($r: ID!) { dataRequest(id: $r) { id state ground reasons withheld settledAt nextReminderOn steps(orderBy: { field: NUMBER }) { nodes { number deed day ground by { id } } } } }";

/// What a deed on a request answers.
async fn deed(app: &App, role: &str, name: &str, input: Value) -> Value {
    let prefix = name[..1].to_uppercase() + &name[1..];
    let query = format!(
        "mutation($i: {prefix}Input!) {{ {name}(input: $i) {{ dataRequest {{ id state }} userErrors {{ code field }} }} }}"
    );
    app.ask_with(role, &query, json!({ "i": input })).await
}

/// The request that a deed gives back; nothing stood in the way.
async fn done(app: &App, role: &str, name: &str, input: Value) -> Value {
    let answer = deed(app, role, name, input).await;
    let payload = &answer["data"][name];
    assert_eq!(payload["userErrors"], json!([]), "{role} {name}: {answer}");
    payload["dataRequest"].clone()
}

/// The code of what stands in the way of a deed.
async fn stopped(app: &App, role: &str, name: &str, input: Value) -> (Value, Value) {
    let answer = deed(app, role, name, input).await;
    if let Some(errors) = answer.get("errors") {
        return (errors[0]["extensions"]["code"].clone(), Value::Null);
    }
    let error = &answer["data"][name]["userErrors"][0];
    (error["code"].clone(), error["field"][0].clone())
}

/// The volunteer's own record.
async fn own(app: &App) -> Value {
    let me = app.data("volunteer", "{ viewer { user { id } } }").await;
    let query =
        "query($u: ID!) { volunteers(where: { user: { id: { in: [$u] } } }) { nodes { id } } }";
    let user = json!({ "u": me["viewer"]["user"]["id"] });
    let found = app.data_with("volunteer", query, user).await;
    found["volunteers"]["nodes"][0]["id"].clone()
}

/// A request of the volunteer to see the own data.
async fn asks(app: &App) -> Value {
    let input = json!({ "kind": "ACCESS", "volunteerId": own(app).await });
    done(app, "volunteer", "dataRequestOpen", input).await["id"].clone()
}

/// How a request stands, to the volunteer.
async fn stands(app: &App, role: &str, request: &Value) -> Value {
    let data = app.data_with(role, STANDS, json!({ "r": request })).await;
    data["dataRequest"].clone()
}

/// An answered request of the volunteer.
async fn answered(app: &App) -> Value {
    let request = asks(app).await;
    let input = json!({ "id": request });
    done(app, "privacy_officer", "dataRequestAnswer", input).await;
    request
}

/// The table of the log goes, or comes back.
async fn break_log(app: &App, broken: bool) {
    let alter = match broken {
        true => "ALTER TABLE audit_entry RENAME TO gone",
        false => "ALTER TABLE gone RENAME TO audit_entry",
    };
    tamper(app, alter).await;
}

/// The copy of a request, whole.
async fn fetch(
    app: &App,
    role: &str,
    request: &Value,
    form: ExportForm,
) -> Result<String, Unexported> {
    let claims = app.claims(role);
    let request = request.as_str().unwrap_or_default();
    let export = app.graph.export(claims.as_ref(), request, form).await?;
    whole(export).await
}

async fn whole(mut export: Export) -> Result<String, Unexported> {
    let mut text = String::new();
    while let Some(part) = export.next().await? {
        text.push_str(&part);
    }
    Ok(text)
}

/// The same as JSON.
async fn copy(app: &App, role: &str, request: &Value) -> Value {
    let text = fetch(app, role, request, ExportForm::Json).await.unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The same graph at another time.
fn at(app: &App, instant: &str) -> Arc<Graph> {
    let now: chrono::DateTime<chrono::Utc> = instant.parse().unwrap();
    Arc::new(Graph::new(
        app.graph.policies(),
        app.graph.store().clone(),
        Seal::new([7; 64]),
        Limits::default(),
        Arc::new(move || now),
    ))
}
