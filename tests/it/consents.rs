//! Consent: given by the person or a guardian, withdrawn, and obeyed by the next answer.

use kaifong::policy::Policies;
use kaifong::store::Store;
use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{nodes, tamper};

const GIVE: &str = "mutation($i: VolunteerGiveConsentInput!) { volunteerGiveConsent(input: $i) { consent { id purpose act isLatest capacity channel at by { id } receiver { id } text { edition textZh } } userErrors { code field } } }";
const WITHDRAW: &str = "mutation($i: VolunteerWithdrawConsentInput!) { volunteerWithdrawConsent(input: $i) { consent { id act isLatest } userErrors { code field } } }";

/// The published text of a viewer's organisation for a purpose.
async fn text(app: &App, role: &str, purpose: &str, of: &Value) -> Value {
    let query = "query($p: ConsentPurpose!, $o: ID!) { consentTexts(where: { purpose: { eq: $p }, status: { eq: PUBLISHED }, organisation: { id: { in: [$o] } } }) { nodes { id } } }";
    let data = app
        .data_with(role, query, json!({ "p": purpose, "o": of }))
        .await;
    data["consentTexts"]["nodes"][0]["id"].clone()
}

/// The own record of the volunteer, and its organisation.
async fn own(app: &App) -> (Value, Value) {
    let query = "{ volunteers(where: { user: { id: { in: [$u] } } }) { nodes { id } } }";
    let me = app.data("volunteer", "{ viewer { user { id } } }").await;
    let query = query.replace("$u", &me["viewer"]["user"]["id"].to_string());
    let found = app.data("volunteer", &query).await;
    let id = found["volunteers"]["nodes"][0]["id"].clone();
    let query = "query($v: ID!) { volunteer(id: $v) { organisation { id } } }";
    let data = app.data_with("volunteer", query, json!({ "v": id })).await;
    (id, data["volunteer"]["organisation"]["id"].clone())
}

async fn done(app: &App, role: &str, query: &str, input: Value) -> Value {
    let data = app.data_with(role, query, json!({ "i": input })).await;
    data.as_object().unwrap().values().next().unwrap().clone()
}

#[tokio::test]
async fn consent_is_given_shown_and_withdrawn_with_its_history() {
    for app in App::each().await {
        let (id, organisation) = own(&app).await;
        let text = text(&app, "volunteer", "DIRECT_MARKETING", &organisation).await;
        let given = done(&app, "volunteer", GIVE, json!({ "id": id, "textId": text })).await;
        assert_eq!(given["userErrors"], json!([]), "{given}");
        let consent = &given["consent"];
        assert_eq!(consent["purpose"], "DIRECT_MARKETING");
        assert_eq!(consent["act"], "GIVEN");
        assert_eq!(consent["isLatest"], true);
        assert_eq!(consent["capacity"], "SELF");
        assert_eq!(consent["receiver"]["id"], organisation);
        assert_eq!(consent["text"]["edition"], 1);
        assert!(consent["by"]["id"].is_string() && consent["at"].is_string());
        // Once more changes nothing.
        let again = done(&app, "volunteer", GIVE, json!({ "id": id, "textId": text })).await;
        assert_eq!(again["consent"]["id"], consent["id"]);
        let gone = done(
            &app,
            "volunteer",
            WITHDRAW,
            json!({ "id": id, "purpose": "DIRECT_MARKETING" }),
        )
        .await;
        assert_eq!(gone["userErrors"], json!([]), "{gone}");
        assert_eq!(gone["consent"]["act"], "WITHDRAWN");
        let history = "query($v: ID!) { volunteer(id: $v) { consents(where: { purpose: { eq: DIRECT_MARKETING } }, orderBy: { field: AT }) { totalCount nodes { act isLatest at capacity by { id } } } } }";
        let seen = app
            .data_with("volunteer", history, json!({ "v": id }))
            .await;
        let acts = nodes(&seen["volunteer"]["consents"]);
        let told: Vec<_> = acts
            .iter()
            .map(|a| (a["act"].as_str().unwrap(), a["isLatest"] == true))
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told.contains(&("GIVEN", false)) && told.contains(&("WITHDRAWN", true)),
            "{told:?}"
        );
        // The coordinator has the fact only.
        let seen = app
            .data_with("coordinator", history, json!({ "v": id }))
            .await;
        let acts = nodes(&seen["volunteer"]["consents"]);
        assert_eq!(acts.len(), 2);
        for act in acts {
            assert!(act["act"].is_string());
            assert_eq!(
                (&act["at"], &act["capacity"], &act["by"]),
                (&Value::Null, &Value::Null, &Value::Null)
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_consents_for_another() {
    for app in App::each().await {
        let (id, organisation) = own(&app).await;
        let text = text(&app, "volunteer", "SCORING", &organisation).await;
        for role in crate::app::ROLES.into_iter().chain(["anonymous"]) {
            // The team leader's record is another.
            if role == "volunteer" {
                continue;
            }
            let input = json!({ "i": { "id": id, "textId": text } });
            let answer = app.ask_with(role, GIVE, input).await;
            let payload = &answer["data"]["volunteerGiveConsent"];
            let refused = answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
                || payload["userErrors"][0]["code"] == "NOT_FOUND";
            assert!(refused && payload["consent"].is_null(), "{role}: {answer}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_guardian_consents_for_the_child_and_for_no_other() {
    let give = "mutation($i: StudentGiveConsentInput!) { studentGiveConsent(input: $i) { consent { act capacity } userErrors { code field } } }";
    for app in App::each().await {
        let query = "{ students { nodes { id viewerCanGiveConsent organisation { id } } } }";
        let found = app.data("guardian", query).await;
        let child = &nodes(&found["students"])[0];
        assert_eq!(child["viewerCanGiveConsent"], true);
        let text = text(
            &app,
            "guardian",
            "PHOTOGRAPHS",
            &child["organisation"]["id"],
        )
        .await;
        let input = json!({ "id": child["id"], "textId": text });
        let given = done(&app, "guardian", give, input.clone()).await;
        assert_eq!(given["userErrors"], json!([]), "{given}");
        assert_eq!(
            given["consent"],
            json!({ "act": "GIVEN", "capacity": "RELEVANT_PERSON" })
        );
        // Who may not sign for a child may not consent either.
        tamper(&app, "UPDATE guardianship SET may_sign = FALSE").await;
        let refused = done(&app, "guardian", give, input).await;
        assert_eq!(refused["userErrors"][0]["code"], "CONFLICT", "{refused}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_cannot_be_given_or_withdrawn_says_why() {
    for app in App::each().await {
        let (id, organisation) = own(&app).await;
        let sharing = text(&app, "volunteer", "SHARING", &organisation).await;
        let sharing = done(
            &app,
            "volunteer",
            GIVE,
            json!({ "id": id, "textId": sharing }),
        )
        .await;
        assert_eq!(
            sharing["userErrors"],
            json!([{ "code": "REQUIRED", "field": ["receiverId"] }])
        );
        let nothing = done(
            &app,
            "volunteer",
            WITHDRAW,
            json!({ "id": id, "purpose": "CHECK_IN_PLACE" }),
        )
        .await;
        assert_eq!(nothing["userErrors"][0]["code"], "CONFLICT");
        // A draft is not there for the volunteer.
        let drafts = app
            .data(
                "privacy_officer",
                "{ consentTexts(where: { status: { eq: DRAFT } }) { nodes { id } } }",
            )
            .await;
        let draft = &nodes(&drafts["consentTexts"])[0]["id"];
        let draft = done(
            &app,
            "volunteer",
            GIVE,
            json!({ "id": id, "textId": draft }),
        )
        .await;
        assert_eq!(
            draft["userErrors"],
            json!([{ "code": "NOT_FOUND", "field": ["textId"] }])
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_published_text_is_never_changed() {
    let create = "mutation($i: ConsentTextCreateInput!) { consentTextCreate(input: $i) { consentText { id status edition organisation { id } } userErrors { code } } }";
    let change = "mutation($i: ConsentTextChangeInput!) { consentTextChange(input: $i) { consentText { textEn } userErrors { code } } }";
    let publish = "mutation($i: ConsentTextPublishInput!) { consentTextPublish(input: $i) { consentText { status edition } userErrors { code } } }";
    let retire = "mutation($i: ConsentTextRetireInput!) { consentTextRetire(input: $i) { consentText { status } userErrors { code } } }";
    for app in App::each().await {
        let (_, organisation) = own(&app).await;
        let input = json!({ "organisationId": organisation, "purpose": "SCORING", "textEn": "We may score.", "textZh": "我們或會評分。" });
        let made = done(&app, "privacy_officer", create, input).await;
        assert_eq!(made["consentText"]["status"], "DRAFT", "{made}");
        assert_eq!(made["consentText"]["edition"], 0);
        let id = &made["consentText"]["id"];
        let worded = json!({ "id": id, "textEn": "We may score you." });
        let changed = done(&app, "privacy_officer", change, worded.clone()).await;
        assert_eq!(changed["consentText"]["textEn"], "We may score you.");
        let out = done(&app, "privacy_officer", publish, json!({ "id": id })).await;
        assert_eq!(
            out["consentText"],
            json!({ "status": "PUBLISHED", "edition": 2 })
        );
        for (query, input) in [(change, worded), (publish, json!({ "id": id }))] {
            let refused = done(&app, "privacy_officer", query, input).await;
            assert_eq!(
                refused["userErrors"],
                json!([{ "code": "CONFLICT" }]),
                "{query}"
            );
        }
        let out = done(&app, "privacy_officer", retire, json!({ "id": id })).await;
        assert_eq!(out["consentText"]["status"], "RETIRED");
        app.database.close().await;
    }
}

/// The read-only partner's share becomes one for direct marketing.
#[tokio::test]
async fn a_partner_who_markets_sees_who_consented_until_it_is_withdrawn() {
    let people = "{ volunteers(first: 1000) { totalCount nodes { id nameZh } } }";
    for app in App::each().await {
        let all = app.data("partner", people).await;
        let all = nodes(&all["volunteers"]).clone();
        assert!(all.len() > 1);
        tamper(&app, "UPDATE partnership SET purpose = 'direct marketing'").await;
        let none = app.data("partner", people).await;
        assert_eq!(none["volunteers"]["totalCount"], 0, "no consent, no use");
        let one = crate::asking::row(&all[0]["id"]);
        let one = crate::asking::literal(&app, one);
        let holder = app.claims("partner").unwrap();
        let share = crate::asking::literal(&app, holder.shares[0].parse().unwrap());
        for (number, act, seen) in [(101, "GIVEN", 1), (102, "WITHDRAWN", 0), (103, "GIVEN", 1)] {
            let id = crate::asking::literal(&app, uuid::Uuid::from_u128(number));
            let text = format!(
                "INSERT INTO consent (id, created_at, updated_at, organisation_id, volunteer_id, number, purpose, receiver_id, act, capacity, channel, text_id) SELECT {id}, v.created_at, v.created_at, v.organisation_id, v.id, {number}, 'DIRECT_MARKETING', p.partner_id, '{act}', 'SELF', 'ONLINE', t.id FROM volunteer v, partnership p, consent_text t WHERE v.id = {one} AND p.id = {share} AND t.organisation_id = v.organisation_id AND t.purpose = 'DIRECT_MARKETING' AND t.status = 'PUBLISHED'"
            );
            tamper(&app, &text).await;
            let now = app.data("partner", people).await;
            assert_eq!(now["volunteers"]["totalCount"], seen, "after {act}");
            if seen == 1 {
                assert_eq!(nodes(&now["volunteers"])[0], all[0]);
            }
        }
        app.database.close().await;
    }
}

/// The history stays: the database itself refuses to change it.
#[tokio::test]
async fn an_act_of_consent_is_never_changed() {
    use sea_orm::ConnectionTrait as _;
    for app in App::each().await {
        for text in ["UPDATE consent SET act = 'GIVEN'", "DELETE FROM consent"] {
            assert!(
                app.database.db.execute_unprepared(text).await.is_err(),
                "{text}"
            );
        }
        app.database.close().await;
    }
}

/// What one server keeps of viewers does not outlive a withdrawal at another.
#[tokio::test]
async fn a_withdrawal_is_obeyed_by_other_servers_at_once() {
    let text = "@id(\"there\") @en(\"Who consents to scoring is there.\") @zh(\"同意者可見。\") \
        permit (principal is User, action in Action::\"presence\", resource is Volunteer) \
        when { resource.scoringConsentedTo.containsAny(principal.coordinates) }; \
        @id(\"own\") @en(\"One's own.\") @zh(\"本人。\") \
        permit (principal is User, action, resource is Volunteer) \
        when { principal.ownVolunteers.contains(resource.volunteer) }; \
        @id(\"texts\") @en(\"All read texts.\") @zh(\"人人可讀。\") \
        permit (principal, action in Action::\"consentText\", resource); \
        @id(\"there-too\") @en(\"Organisations are there.\") @zh(\"機構可見。\") \
        permit (principal, action in Action::\"directory\", resource);";
    for app in App::each().await {
        let (id, organisation) = own(&app).await;
        let text_id = self::text(&app, "volunteer", "SCORING", &organisation).await;
        let policies: std::sync::Arc<Policies> = crate::asking::policies(text);
        app.graph.swap(policies.clone());
        let store = Store::new(app.database.db.clone()).watched().await.unwrap();
        let seal = kaifong::store::Seal::new([7; 64]);
        let limits = kaifong::graphql::Limits::default();
        let clock = std::sync::Arc::new(crate::app::noon);
        let hour = std::time::Duration::from_secs(3600);
        let other =
            kaifong::graphql::Graph::new(policies, store, seal, limits, clock).knowing(hour);
        let seen = async || {
            let query = format!("{{ volunteer(id: {id}) {{ id }} }}");
            let claims = app.claims("coordinator");
            let answer = other
                .execute(async_graphql::Request::new(query), claims.as_ref(), app.now)
                .await;
            let answer = serde_json::to_value(answer).unwrap();
            answer["data"]["volunteer"]["id"].is_string()
        };
        let input = json!({ "id": id, "textId": text_id });
        let give = GIVE.replace("consent { id purpose act isLatest capacity channel at by { id } receiver { id } text { edition textZh } }", "");
        let withdraw = WITHDRAW.replace("consent { id act isLatest }", "");
        for _ in 0..2 {
            let done = self::done(&app, "volunteer", &give, input.clone()).await;
            assert_eq!(done["userErrors"], json!([]), "{done}");
            assert!(seen().await, "given");
            let gone = self::done(
                &app,
                "volunteer",
                &withdraw,
                json!({ "id": id, "purpose": "SCORING" }),
            )
            .await;
            assert_eq!(gone["userErrors"], json!([]), "{gone}");
            assert!(!seen().await, "withdrawn");
        }
        app.database.close().await;
    }
}
