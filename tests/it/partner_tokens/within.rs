//! A token's rights are those of its issuer, its scopes and its shares together, whatever they are.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use kaifong::viewer::{Claimed, Claims, Held, Viewer, assemble, scopes};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, IntoActiveModel,
};
use uuid::Uuid;

use crate::app::App;
use crate::interference::dice::Dice;
use entity::{account, membership, partner_token, partner_token_share, partnership};

type Rights = BTreeSet<(&'static str, Uuid)>;

/// Each right that a viewer holds, with each project and shift that it reaches.
fn rights(viewer: &Viewer) -> Rights {
    let mut all = Rights::new();
    for (name, held) in viewer.held() {
        if let (true, Held::Many(_, ids)) = (*name != "leadOrganisations", held) {
            all.extend(ids.iter().map(|id| (*name, *id)));
        }
    }
    all
}

/// What the claims make now; nothing where the token is not good.
async fn made(app: &App, claims: &Claims) -> Option<Viewer> {
    let claimed = Claimed::Token {
        subject: &claims.sub,
        jti: &claims.jti,
        shares: &claims.shares,
        projects: &claims.projects,
        scope: claims.scope.as_deref(),
    };
    assemble(Some(claimed), app.graph.store(), app.now)
        .await
        .ok()
}

/// What shares give a partner who has all scopes, in these words of it.
async fn of_shares(app: &App, shares: &[String], scope: Option<&str>) -> Rights {
    let claimed = Claimed::Partner {
        subject: "x",
        shares,
        scope,
    };
    rights(
        &assemble(Some(claimed), app.graph.store(), app.now)
            .await
            .unwrap(),
    )
}

/// The shifts of projects, which single shifts must be among.
async fn shifts_of(db: &DatabaseConnection, projects: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let shifts = entity::shift::Entity::find().all(db).await.unwrap();
    let of = shifts.iter().filter(|s| projects.contains(&s.project_id));
    of.map(|s| s.id).collect()
}

#[tokio::test]
async fn nothing_is_beyond_the_issuer_the_scopes_or_the_shares() {
    for app in App::each().await {
        let db = &app.database.db;
        let all = partnership::Entity::find().all(db).await.unwrap();
        let parts = entity::partnership_scope::Entity::find()
            .all(db)
            .await
            .unwrap();
        let members = membership::Entity::find().all(db).await.unwrap();
        let mut dice = Dice::new(20_261_122);
        let (mut some, mut none) = (0, 0);
        for _ in 0..60 {
            let first = dice.pick(&all).clone();
            let mine: Vec<&partnership::Model> = all
                .iter()
                .filter(|p| p.partner_id == first.partner_id)
                .collect();
            let mut chosen: Vec<&partnership::Model> =
                mine.iter().copied().filter(|_| dice.chance(60)).collect();
            if chosen.is_empty() {
                chosen.push(&first);
            }
            let listed: Vec<&str> = match dice.chance(40) {
                true => Vec::new(),
                false => scopes().filter(|_| dice.chance(60)).collect(),
            };
            let issuer = match dice.below(5) {
                0 => dice.pick(&members).account_id,
                _ => {
                    let heads = members.iter().filter(|m| {
                        m.role == "ADMINISTRATOR" && m.organisation_id == first.partner_id
                    });
                    match heads.map(|m| m.account_id).next() {
                        Some(head) => head,
                        None => continue,
                    }
                }
            };
            let token = Uuid::new_v4();
            list(&app, token, first.partner_id, issuer, &listed).await;
            let mut only: BTreeSet<Uuid> = BTreeSet::new();
            for share in &chosen {
                let covered = parts.iter().filter(|p| p.partnership_id == share.id);
                let covered: Vec<Uuid> = covered.map(|p| p.project_id).collect();
                let project = dice.chance(50).then(|| *dice.pick(&covered));
                only.extend(project.map_or(covered, |project| vec![project]));
                let row = partner_token_share::Model {
                    id: Uuid::new_v4(),
                    partner_token_id: token,
                    partnership_id: share.id,
                    project_id: project,
                    lead_id: share.lead_id,
                    partner_id: share.partner_id,
                    created_at: app.now,
                    updated_at: app.now,
                    revision: 1,
                    archived_at: None,
                };
                let row = row.into_active_model();
                partner_token_share::Entity::insert(row)
                    .exec(db)
                    .await
                    .unwrap();
            }
            // What the bearer shows may be narrower, or claim what it was never given.
            let claimed: Vec<String> = all.iter().map(|p| p.id.to_string()).collect();
            let claimed = match dice.chance(50) {
                true => claimed,
                false => chosen.iter().take(1).map(|p| p.id.to_string()).collect(),
            };
            let mut claims = Claims::of_partner(token, claimed, app.now, Duration::from_secs(60));
            if dice.chance(50) {
                let asked: Vec<&str> = scopes().filter(|_| dice.chance(70)).collect();
                claims.scope = Some(asked.join(" "));
            }
            if dice.chance(40) {
                claims.projects = only.iter().take(1).map(Uuid::to_string).collect();
                only = only.into_iter().take(1).collect();
            }
            let viewer = made(&app, &claims).await.expect("it is listed");
            let got = rights(&viewer);
            // The three, each made apart.
            let ids: Vec<String> = chosen.iter().map(|p| p.id.to_string()).collect();
            let ids: Vec<String> = ids
                .into_iter()
                .filter(|id| claims.shares.contains(id))
                .collect();
            let live = of_shares(&app, &ids, None).await;
            let scope = (!listed.is_empty()).then(|| listed.join(" "));
            let scoped = of_shares(&app, &ids, scope.as_deref()).await;
            let shown = of_shares(&app, &ids, claims.scope.as_deref()).await;
            let within: BTreeSet<Uuid> = {
                let shifts = shifts_of(db, &only).await;
                only.iter().copied().chain(shifts).collect()
            };
            let heads = |m: &&membership::Model| {
                m.account_id == issuer
                    && m.role == "ADMINISTRATOR"
                    && m.organisation_id == first.partner_id
                    && m.valid_from.is_none_or(|from| from <= app.now)
                    && m.valid_to.is_none_or(|to| to > app.now)
            };
            let holds = members.iter().any(|m| heads(&m));
            for right in &got {
                let fine = live.contains(right)
                    && scoped.contains(right)
                    && shown.contains(right)
                    && (right.0 == "shares" || within.contains(&right.1))
                    && holds;
                assert!(fine, "{right:?} is beyond them");
            }
            // And nothing less, where each share is named once.
            let expected = live.iter().filter(|right| {
                holds
                    && scoped.contains(right)
                    && shown.contains(right)
                    && (right.0 == "shares" || within.contains(&right.1))
            });
            if chosen.len() == 1 {
                assert_eq!(got, expected.copied().collect::<Rights>());
            }
            match got.is_empty() {
                true => none += 1,
                false => some += 1,
            }
        }
        assert!(some > 20 && none > 3, "{some} with rights, {none} without");
        app.database.close().await;
    }
}

async fn list(app: &App, token: Uuid, partner: Uuid, issuer: Uuid, scopes: &[&str]) {
    let row = partner_token::Model {
        id: token,
        organisation_id: partner,
        issuer_id: Some(issuer),
        name: "random".to_owned(),
        purpose: None,
        scopes: serde_json::json!(scopes).to_string(),
        networks: "[]".to_owned(),
        audience: "kaifong".to_owned(),
        long_lived: true,
        expires_at: app.now + TimeDelta::days(1),
        last_used_at: None,
        revoked_at: None,
        revoked_by_id: None,
        refreshes: 0,
        created_at: app.now,
        updated_at: app.now,
        revision: 1,
        archived_at: None,
    };
    let row = row.into_active_model();
    partner_token::Entity::insert(row)
        .exec(&app.database.db)
        .await
        .unwrap();
}

/// Each of the three is taken away, and the next request has nothing.
#[tokio::test]
async fn when_any_of_the_three_ends_the_next_request_has_nothing() {
    for app in App::each().await {
        let db = &app.database.db;
        let claims = app.claims("partner").unwrap();
        let partner = super::partner("partner");
        let has = async || {
            made(&app, &claims)
                .await
                .map(|viewer| !rights(&viewer).is_empty())
        };
        assert_eq!(has().await, Some(true));
        let person = account::Entity::find_by_id(partner.issuer)
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let mut disabled = person.clone().into_active_model();
        disabled.status = Set("DISABLED".to_owned());
        disabled.update(db).await.unwrap();
        assert_eq!(has().await, Some(false), "the issuer may no longer sign in");
        let mut enabled = person.clone().into_active_model();
        enabled.status = Set(person.status.clone());
        enabled.update(db).await.unwrap();
        assert_eq!(has().await, Some(true));
        let posts = membership::Entity::find().all(db).await.unwrap();
        let posts = posts
            .into_iter()
            .filter(|m| m.account_id == partner.issuer && m.role == "ADMINISTRATOR");
        for post in posts {
            let mut ended = post.into_active_model();
            ended.valid_to = Set(Some(app.now));
            ended.update(db).await.unwrap();
        }
        assert_eq!(
            has().await,
            Some(false),
            "the issuer administers the partner no longer"
        );
        let edit = app.claims("partner_edit").unwrap();
        let has = async || {
            made(&app, &edit)
                .await
                .map(|viewer| !rights(&viewer).is_empty())
        };
        assert_eq!(has().await, Some(true));
        let share = super::partner("partner_edit").share;
        let share = partnership::Entity::find_by_id(share)
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let mut ended = share.into_active_model();
        ended.state = Set("ENDED".to_owned());
        ended.update(db).await.unwrap();
        assert_eq!(has().await, Some(false), "the share is over");
        let token: Uuid = edit.sub.parse().unwrap();
        app.graph.store().end_token(token, app.now).await.unwrap();
        assert_eq!(has().await, None, "the token is revoked");
        app.database.close().await;
    }
}
