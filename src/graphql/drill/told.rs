//! What a drill found, as plain data. Records are named by their identifiers, and only those that
//! are there for the officer; people also where they held a role in the organisation then.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::Asked;
use super::could::{AllWhoCould, Could, Who};
use super::saw::{AllWhoSaw, Saw};
use super::sets::InForce;
use crate::catalogue;
use crate::graphql::error::GraphError;
use crate::graphql::id;
use crate::graphql::scope::Scope;
use crate::policy::Layout;
use crate::store::past::Past;

/// The name under which the reading of a log stands in the log, and its group.
const LOG: (&str, &str) = (".disclosures", "readLogs");

/// What is told, given who could and who did.
pub async fn told(
    scope: &Scope,
    asked: &Asked,
    (past, in_force): (&Past, &InForce),
    could: AllWhoCould,
    saw: AllWhoSaw,
) -> Result<Json, GraphError> {
    let listed = || could.all.iter().take(asked.limit);
    let viewers = listed()
        .map(|could| &could.who)
        .chain(saw.all.iter().map(|saw| &saw.who));
    let (mut people, mut tokens) = (BTreeSet::new(), BTreeSet::new());
    for who in viewers {
        match who {
            Who::Person(account) => people.insert(*account),
            Who::Token(token) => tokens.insert(*token),
            Who::Anonymous | Who::Other(..) => false,
        };
    }
    let shares = listed().flat_map(|could| could.shares.iter().copied());
    let shares = shares.chain(saw.all.iter().flat_map(|saw| saw.shares.iter().copied()));
    // Whoever held a role in the organisation is no stranger to its officer, though it be over.
    let belonged = |account: &&Uuid| past.belonged(**account, asked.organisation);
    let mut named: HashSet<Uuid> = people.iter().filter(belonged).copied().collect();
    named.extend(visible(scope, "User", people).await?);
    let known = Known {
        people: named,
        tokens: visible(scope, "PartnerToken", tokens).await?,
        shares: visible(scope, "Partnership", shares.collect()).await?,
        groups: scope.lens.policies().groups(),
        of: asked.of.name,
    };
    let versions = in_force.sets.iter().map(|(_, set)| set.version());
    let could_told = listed().map(|one| known.could(one, saw.everybody.contains(&one.who)));
    Ok(json!({
        "record": id::encode(asked.of, asked.id),
        "from": time(asked.from),
        "until": time(asked.until),
        "policyVersions": versions.collect::<Vec<_>>(),
        "saw": saw.all.iter().map(|saw| known.saw(saw)).collect::<Vec<_>>(),
        "moreSaw": saw.more,
        "could": could_told.collect::<Vec<_>>(),
        "moreCould": could.more,
        "notes": notes(past, in_force, &saw),
    }))
}

/// What may be named, and how.
struct Known {
    people: HashSet<Uuid>,
    tokens: HashSet<Uuid>,
    shares: HashSet<Uuid>,
    groups: HashMap<String, String>,
    of: &'static str,
}

impl Known {
    fn saw(&self, saw: &Saw) -> Json {
        let at = |micros| DateTime::from_timestamp_micros(micros).map(time);
        let mut told = self.who(&saw.who, &saw.shares);
        told.extend([
            ("roles", json!(saw.roles)),
            ("full", self.grouped(saw.full.iter().cloned())),
            ("masked", self.grouped(saw.masked.iter().cloned())),
            ("firstAt", json!(at(saw.first))),
            ("lastAt", json!(at(saw.last))),
            ("answers", json!(saw.answers)),
            ("hasAccess", json!(saw.has_access)),
        ]);
        json!(told)
    }

    fn could(&self, could: &Could, saw: bool) -> Json {
        let named = |field: &&str| format!("{}.{field}", self.of);
        let mut told = self.who(&could.who, &could.shares);
        told.extend([
            ("roles", json!(could.roles)),
            ("full", self.grouped(could.sights.full().iter().map(named))),
            (
                "masked",
                self.grouped(could.sights.masked().iter().map(named)),
            ),
            ("saw", json!(saw)),
        ]);
        json!(told)
    }

    fn who(&self, who: &Who, shares: &BTreeSet<Uuid>) -> BTreeMap<&'static str, Json> {
        let (mut user, mut token) = (Json::Null, Json::Null);
        match who {
            Who::Person(account) if self.people.contains(account) => {
                user = named("User", *account);
            }
            Who::Token(id) if self.tokens.contains(id) => token = named("PartnerToken", *id),
            _ => {}
        }
        let shares = shares.iter().filter(|share| self.shares.contains(share));
        let shares: Vec<Json> = shares.map(|share| named("Partnership", *share)).collect();
        BTreeMap::from([
            ("viewerKind", json!(who.kind().to_uppercase())),
            ("user", user),
            ("partnerToken", token),
            ("shares", json!(shares)),
        ])
    }

    /// Fields by the group in which the policies have them.
    fn grouped(&self, fields: impl Iterator<Item = String>) -> Json {
        let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for field in fields {
            let group = match self.groups.get(&field) {
                Some(group) => group.as_str(),
                None if field.ends_with(LOG.0) => LOG.1,
                None => "",
            };
            groups.entry(group).or_default().push(field);
        }
        let told = groups
            .into_iter()
            .map(|(group, fields)| json!({ "group": group, "fields": fields }));
        Json::Array(told.collect())
    }
}

/// Those of these rows that are there for the officer.
async fn visible(
    scope: &Scope,
    of: &str,
    ids: BTreeSet<Uuid>,
) -> Result<HashSet<Uuid>, GraphError> {
    let Some(of) = catalogue::find(of) else {
        return Ok(HashSet::new());
    };
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let layout = Arc::new(Layout::new(of, &scope.lens));
    let rows = scope.store.by_ids(&layout, &ids).await?;
    Ok(rows.iter().map(|row| row.id()).collect())
}

fn named(of: &str, row: Uuid) -> Json {
    catalogue::find(of).map_or(Json::Null, |of| json!(id::encode(of, row)))
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

type Note = (&'static str, &'static str, &'static str);

/// What holds of every drill.
#[rustfmt::skip]
const ALWAYS: [Note; 5] = [
    ("RECORD_NOW",
        "The record is taken as it is now: what was changed of it since, or of rosters, enrolments and consents that decide about it, is not undone.",
        "紀錄以現時的內容為準：其後對紀錄本身，以及對影響有關決定的更表、就讀紀錄及同意紀錄所作的更改，並無還原。"),
    ("RECORD_ONLY",
        "Who could have seen it is told of the record itself; who did, of rows about the person too.",
        "「曾可看到」只就紀錄本身而言；「曾看到」則包括與當事人有關的其他紀錄。"),
    ("PLACES_NOW",
        "The tree of organisations, the times of shifts and the departments that they belong to are taken as they are now; roles, guardianships, shares and tokens as they stood then.",
        "機構架構、更次時間及更次所屬部門以現時為準；職務、監護關係、分享及權杖則以當時為準。"),
    ("ERASED_UNKNOWN",
        "People, roles, shares and tokens that were erased since are not known any more.",
        "其後已被刪除的人員、職務、分享及權杖，已無從得知。"),
    ("SIGNED_IN",
        "Everybody is taken to have been signed in with all that the roles need, and every token to be as wide as when it was issued.",
        "假設所有人均已按職務要求完成登入，而每個權杖均保持簽發時的範圍。"),
];

#[rustfmt::skip]
fn notes(past: &Past, in_force: &InForce, saw: &AllWhoSaw) -> Json {
    let sometimes: [(bool, Note); 5] = [
        (in_force.unpublished, ("POLICIES_OF_THE_SERVER",
            "For some of the time no set of policies was published; the set of the server is taken as it is now.",
            "部分時間並無已發布的政策，故以伺服器現有的政策為準。")),
        (!in_force.lost.is_empty(), ("POLICIES_LOST",
            "A set of policies that was in force cannot be had or used any more; for its time nothing was decided, or an earlier set was taken.",
            "有一套曾生效的政策已無法取得或使用；在其生效期間並無判定，或以較早的政策為準。")),
        (past.unread(), ("CHANGES_UNREADABLE",
            "Some changes of roles or shares cannot be read any more, since keys were destroyed by an erasure; they are not undone.",
            "由於密鑰已隨刪除而銷毀，部分職務或分享的更改已無法讀取，故並無還原。")),
        (past.more() || in_force.more, ("NOT_EVERYBODY",
            "There are more people, or sets of policies, than are looked at: people of the organisation and the latest sets come first.",
            "人員或政策的數目超出所檢視的上限：先檢視所屬機構的人員及最新的政策。")),
        (saw.cut, ("LOG_NOT_WHOLE",
            "The log has more entries in this time than are read; the newest are.",
            "此段時間的披露紀錄超出讀取上限；已讀取最新的部分。")),
    ];
    let sometimes = sometimes.into_iter().filter(|(holds, _)| *holds).map(|(_, note)| note);
    let all = ALWAYS.into_iter().chain(sometimes);
    let told = all.map(|(code, english, chinese)| {
        json!({ "code": code, "english": english, "chinese": chinese })
    });
    Json::Array(told.collect())
}
