//! Tokens of partners: issued, listed, narrowed, revoked.

mod given;
mod replicas;
mod within;

use std::time::Duration;

use async_graphql::{Request, Variables};
use chrono::{DateTime, Utc};
use kaifong::demo::{self, DemoToken};
use kaifong::graphql::encode_id;
use kaifong::viewer::Claims;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;

/// The issuer of the demo's read-only partner, its organisation and its share.
pub struct Partner {
    pub issuer: Uuid,
    pub organisation: Uuid,
    pub share: Uuid,
}

pub fn partner(role: &str) -> Partner {
    let holder = demo::holders()
        .into_iter()
        .find(|h| h.role == role)
        .unwrap();
    match holder.kind {
        DemoToken::Partner {
            organisation_id,
            share_ids,
            issuer,
            ..
        } => Partner {
            issuer,
            organisation: organisation_id,
            share: share_ids[0],
        },
        DemoToken::User { .. } => panic!("{role} is a person"),
    }
}

/// What the demo's token of a partner says, for an hour.
pub fn demo_claims(role: &str, now: DateTime<Utc>) -> Claims {
    let holder = demo::holders()
        .into_iter()
        .find(|h| h.role == role)
        .unwrap();
    match holder.kind {
        DemoToken::Partner {
            token, share_ids, ..
        } => {
            let shares = share_ids.iter().map(Uuid::to_string).collect();
            Claims::of_partner(token, shares, now, Duration::from_secs(3600))
        }
        DemoToken::User { .. } => panic!("{role} is a person"),
    }
}

pub fn id(of: &str, id: Uuid) -> String {
    encode_id(kaifong::catalogue::find(of).unwrap(), id)
}

pub async fn by(app: &App, account: Uuid, query: &str, input: Value) -> Value {
    let claims = Claims::of_user(&account.to_string(), app.now, Duration::from_secs(3600));
    with(app, Some(&claims), query, input).await
}

pub async fn with(app: &App, claims: Option<&Claims>, query: &str, input: Value) -> Value {
    let request = Request::new(query).variables(Variables::from_json(json!({ "input": input })));
    let answer = app.graph.execute(request, claims, app.now).await;
    serde_json::to_value(answer).unwrap()
}

pub const ISSUE: &str = "mutation($input: PartnerTokenIssueInput!) { partnerTokenIssue(input: $input) {
    token refreshToken tokenExpiresAt userErrors { code field message }
    partnerToken { id name purpose scopes networks longLived expiresAt revokedAt organisation { id } issuer { id }
        shares { nodes { partnership { id } project { id } } } } } }";
const REVOKE: &str =
    "mutation($input: PartnerTokenRevokeInput!) { partnerTokenRevoke(input: $input) {
    partnerToken { id revokedAt revokedBy { id } } userErrors { code field } } }";
const RENAME: &str =
    "mutation($input: PartnerTokenRenameInput!) { partnerTokenRename(input: $input) {
    partnerToken { id name } userErrors { code field } } }";
const SHIFTS: &str = "{ shifts(first: 500) { totalCount nodes { id startsAt } } partnerships(first: 50) { nodes { id } } }";

pub fn asked(partner: &Partner, more: Value) -> Value {
    let mut input = json!({
        "name": "the clinic's calendar",
        "purpose": "visits",
        "organisationId": id("Organisation", partner.organisation),
        "shares": [{ "partnershipId": id("Partnership", partner.share) }],
    });
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

/// What a token says, without looking at its signature: another key signs in these tests.
pub fn said(token: &str) -> Claims {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    crate::secrets::used(token);
    let claims = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test]
async fn an_administrator_of_the_partner_issues_a_token_that_is_shown_once() {
    for app in App::each().await {
        let partner = partner("partner");
        let answer = by(&app, partner.issuer, ISSUE, asked(&partner, json!({}))).await;
        let issued = &answer["data"]["partnerTokenIssue"];
        assert_eq!(issued["userErrors"], json!([]), "{answer}");
        let claims = said(issued["token"].as_str().unwrap());
        assert_eq!(claims.exp - app.now.timestamp(), 900);
        assert!(issued["refreshToken"].is_string(), "it is short-lived");
        let token = &issued["partnerToken"];
        assert_eq!(token["id"], id("PartnerToken", claims.sub.parse().unwrap()));
        assert_eq!(
            token["organisation"]["id"],
            id("Organisation", partner.organisation)
        );
        assert_eq!(
            token["shares"]["nodes"],
            json!([{ "partnership": { "id": id("Partnership", partner.share) }, "project": null }])
        );
        let seen = with(&app, Some(&claims), SHIFTS, Value::Null).await;
        let whole = app.data("partner", SHIFTS).await;
        assert_eq!(seen["data"], whole, "it opens what the share grants");
        assert_ne!(whole["shifts"]["totalCount"], 0);
        // Nothing from which it could be made is in the database.
        let row = entity::partner_token::Entity::find_by_id(claims.sub.parse::<Uuid>().unwrap());
        let row = row.one(&app.database.db).await.unwrap().unwrap();
        assert_eq!(
            (row.name.as_str(), row.long_lived),
            ("the clinic's calendar", false)
        );
        let rename = json!({ "id": token["id"], "name": "the calendar" });
        let renamed = by(&app, partner.issuer, RENAME, rename).await;
        assert_eq!(
            renamed["data"]["partnerTokenRename"]["partnerToken"]["name"],
            "the calendar"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_does_not_administer_the_partner_issues_nothing() {
    for app in App::each().await {
        let partner = partner("partner");
        let input = json!({ "input": asked(&partner, json!({})) });
        for role in [
            "administrator",
            "coordinator",
            "partner",
            "privacy_officer",
            "anonymous",
        ] {
            let answer = app.ask_with(role, ISSUE, input.clone()).await;
            let issued = &answer["data"]["partnerTokenIssue"];
            assert!(
                issued.is_null() || issued["token"].is_null(),
                "{role}: {answer}"
            );
            assert!(
                answer.to_string().contains("FORBIDDEN")
                    || answer.to_string().contains("NOT_FOUND"),
                "{role}: {answer}"
            );
        }
        // Nor does the partner's administrator for the share of another.
        let other = self::partner("partner_edit");
        for (more, code, field) in [
            (
                json!({ "shares": [{ "partnershipId": id("Partnership", other.share) }] }),
                "NOT_FOUND",
                "shares",
            ),
            (json!({ "shares": [] }), "REQUIRED", "shares"),
            (json!({ "scopes": ["everything"] }), "INVALID", "scopes"),
            (json!({ "networks": ["10.0.0.1/8"] }), "INVALID", "networks"),
            (json!({ "audience": "elsewhere" }), "INVALID", "audience"),
            (
                json!({ "expiresAt": "2020-01-01T00:00:00Z" }),
                "INVALID",
                "expiresAt",
            ),
            (
                json!({ "expiresAt": "2030-01-01T00:00:00Z" }),
                "INVALID",
                "expiresAt",
            ),
        ] {
            let answer = by(&app, partner.issuer, ISSUE, asked(&partner, more.clone())).await;
            let issued = &answer["data"]["partnerTokenIssue"];
            assert_eq!(issued["token"], Value::Null, "{more}: {answer}");
            assert_eq!(issued["userErrors"][0]["code"], code, "{more}: {answer}");
            assert_eq!(issued["userErrors"][0]["field"], json!([field]), "{more}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn either_side_revokes_at_once_and_the_lead_sees_that_it_is_there() {
    for app in App::each().await {
        let partner = partner("partner");
        let list =
            "{ partnerTokens(first: 50) { nodes { id name purpose revokedAt issuer { id } } } }";
        for lead in [false, true] {
            let answer = by(&app, partner.issuer, ISSUE, asked(&partner, json!({}))).await;
            let issued = &answer["data"]["partnerTokenIssue"];
            let claims = said(issued["token"].as_str().unwrap());
            let token = issued["partnerToken"]["id"].clone();
            let input = json!({ "id": token });
            let seen = app.data("administrator", list).await;
            let nodes = seen["partnerTokens"]["nodes"].as_array().unwrap();
            let mine = nodes.iter().find(|node| node["id"] == token).unwrap();
            assert_eq!(mine["purpose"], "visits");
            assert_eq!(
                (&mine["name"], &mine["issuer"]),
                (&Value::Null, &Value::Null)
            );
            for stranger in ["teacher", "coordinator", "anonymous"] {
                let seen = app.data(stranger, list).await;
                assert!(
                    !seen.to_string().contains(token.as_str().unwrap()),
                    "{stranger}"
                );
                let answer = app
                    .ask_with(stranger, REVOKE, json!({ "input": input }))
                    .await;
                assert_eq!(
                    answer["data"]["partnerTokenRevoke"]["userErrors"][0]["code"], "NOT_FOUND",
                    "{stranger}: {answer}"
                );
            }
            assert!(with(&app, Some(&claims), SHIFTS, Value::Null).await["errors"].is_null());
            let revoked = match lead {
                true => {
                    app.ask_with("administrator", REVOKE, json!({ "input": input }))
                        .await
                }
                false => by(&app, partner.issuer, REVOKE, input).await,
            };
            assert_eq!(
                revoked["data"]["partnerTokenRevoke"]["userErrors"],
                json!([]),
                "{revoked}"
            );
            let answer = with(&app, Some(&claims), SHIFTS, Value::Null).await;
            assert_eq!(answer["data"], Value::Null);
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!(extensions["code"], "UNAUTHENTICATED");
            assert_eq!(extensions["reason"], "TOKEN_INVALID");
        }
        app.database.close().await;
    }
}

/// It once saw all shares between its two organisations, offers included.
#[tokio::test]
async fn a_partner_sees_only_the_shares_of_its_token() {
    for app in App::each().await {
        let partner = partner("partner");
        let made = crate::mutations::shares_live::Offer::make(&app, json!({})).await;
        let seen = app.data("partner", SHIFTS).await;
        let own = json!([{ "id": id("Partnership", partner.share) }]);
        assert_eq!(seen["partnerships"]["nodes"], own);
        made.agree(&app, &made.partner, "Accept").await;
        let seen = app.data("partner", SHIFTS).await;
        assert_eq!(
            seen["partnerships"]["nodes"], own,
            "another in force is not its own either"
        );
        app.database.close().await;
    }
}
