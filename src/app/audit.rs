//! The log of disclosures, for whoever runs the server: whether it holds, where it stands, and what
//! it says of a record to somebody who may know.

use std::path::Path;

use chrono::{DateTime, SubsecRound as _, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::publish::current;
use super::tokens::id_of;
use super::{AppError, keys, open};
use crate::audit::{Break, Broken, Chain, Checkpoint, Cut, Entry, Link, Said};
use crate::config::Config;
use crate::graphql::encode_id;
use crate::store::Store;
use crate::store::log::{Book, Gone};
use crate::viewer::{Claims, Keys};

/// Which part of the log is looked at.
#[derive(Clone, Copy, Default)]
pub struct Stretch {
    /// From which entry on; the one before it is believed.
    pub from: Option<u64>,
    /// Up to which entry.
    pub to: Option<u64>,
}

/// What became of a verification.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether all that was looked at holds.
    pub holds: bool,
    /// How many entries were looked at.
    pub entries: u64,
    /// The number of the last of them that holds.
    pub last: u64,
    /// Its hash, in hexadecimal.
    pub head: String,
    /// The first place where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// How, in a word that does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The number that the checkpoint stands for, where one was given and holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u64>,
    /// The number of the last entry that went at the end of its time, where any did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<u64>,
    /// The same of the trail of changes, where the whole log was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trail: Option<VerifiedTrail>,
}

/// What became of the verification of the trail of changes.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub struct VerifiedTrail {
    /// How many entries hold.
    pub entries: u64,
    /// The hash of the last of them, in hexadecimal.
    pub head: String,
    /// The first place where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// How, in a word that does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The number that the checkpoint stands for, where one was given and holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u64>,
    /// The number of the last entry that went at the end of its time, where any did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<u64>,
}

/// Verifies the log, against a checkpoint where one is given, and tells how far it got.
///
/// # Errors
/// The database or the checkpoint cannot be read. (That the log does not hold is no error.)
pub async fn verify_log(
    config: &Config,
    stretch: Stretch,
    checkpoint: Option<&Path>,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Verified, AppError> {
    let store = current(config).await?;
    let checkpoint = match checkpoint {
        Some(path) => Some(read(path, &keys(config)?)?),
        None => None,
    };
    verify(&store, stretch, checkpoint.as_ref(), told).await
}

/// The same in this store.
///
/// # Errors
/// The database cannot be read.
pub async fn verify(
    store: &Store,
    stretch: Stretch,
    checkpoint: Option<&Checkpoint>,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Verified, AppError> {
    let head = store.log_head().await?.chain;
    let gone = store.gone_of(Book::Log).await?;
    let went = gone.map_or(0, |gone| gone.chain.number);
    let before = stretch.from.unwrap_or(1).saturating_sub(1).max(went);
    let to = stretch.to.unwrap_or(head.number).min(head.number);
    let mut chain = match (before == went, gone) {
        (true, Some(gone)) => gone.chain,
        (true, None) => Chain::EMPTY,
        (false, _) => believed(store, before).await?,
    };
    let stood = checkpoint.map(|checkpoint| checkpoint.chain);
    let found = begins(chain, (gone, head.number), stood);
    let found = match found {
        Some(found) => Some(found),
        None => follow(store, &mut chain, to, (checkpoint, gone), told).await?,
    };
    let found = found.or_else(|| {
        let at = chain.number + 1;
        let past = checkpoint.filter(|checkpoint| checkpoint.chain.number > head.number);
        let broken = match (past, to == head.number && chain != head) {
            (Some(_), _) => Broken::CutShort,
            (None, true) => Broken::OtherHead,
            (None, false) => return None,
        };
        Some(Break { at, broken })
    });
    let reached = |number: u64| match number {
        0 => went == 0,
        number if number == went => before == went,
        number => (before + 1..=chain.number).contains(&number),
    };
    let stands = checkpoint.map(|checkpoint| checkpoint.chain.number);
    let trail = match (stretch.from, stretch.to) {
        (None, None) => Some(trail(store, checkpoint, told).await?),
        _ => None,
    };
    let whole = |trail: &VerifiedTrail| trail.code.is_none();
    Ok(Verified {
        holds: found.is_none() && trail.as_ref().is_none_or(whole),
        entries: chain.number.saturating_sub(before),
        last: chain.number,
        head: hexadecimal(&chain.hash),
        broken_at: found.map(|found| found.at),
        code: found.map(|found| found.broken.code()),
        checkpoint: stands.filter(|number| found.is_none() && reached(*number)),
        gone: gone.map(|gone| gone.chain.number),
        trail,
    })
}

/// Follows the trail of changes from its beginning to where it stands.
async fn trail(
    store: &Store,
    checkpoint: Option<&Checkpoint>,
    told: &(dyn Fn(u64) + Sync),
) -> Result<VerifiedTrail, AppError> {
    let stood = checkpoint.map(|checkpoint| checkpoint.trail);
    let head = store.trail_head().await?;
    let gone = store.gone_of(Book::Trail).await?;
    let begun = gone.map_or(Chain::trail(), |gone| gone.chain);
    let mut chain = begun;
    let mut found = begins(chain, (gone, head.number), stood);
    while found.is_none() && chain.number < head.number {
        let entries = store.trail_after(chain.number, head.number).await?;
        if entries.is_empty() {
            let (at, broken) = (chain.number + 1, Broken::CutShort);
            found = Some(Break { at, broken });
        }
        for (number, at, body, hash) in &entries {
            let (number, hash) = (*number, hash.as_slice());
            let entry = Entry::from_bytes(body);
            let broken = match (chain.follow(&Link { number, body, hash }), entry) {
                (Err(broken), _) => Some(broken),
                (Ok(_), Err(_)) => Some(Break {
                    at: number,
                    broken: Broken::Unreadable,
                }),
                (Ok(_), Ok(entry)) if entry.at != *at => Some(Break {
                    at: number,
                    broken: Broken::Altered,
                }),
                (Ok(_), Ok(entry)) if !records(gone, number, &entry) => Some(Break {
                    at: number,
                    broken: Broken::Unrecorded,
                }),
                (Ok(next), Ok(_))
                    if stood.is_some_and(|stood| stood.number == number && stood != next) =>
                {
                    Some(Break {
                        at: number,
                        broken: Broken::OtherHead,
                    })
                }
                (Ok(next), Ok(_)) => {
                    chain = next;
                    None
                }
            };
            if broken.is_some() {
                found = broken;
                break;
            }
        }
        told(chain.number);
    }
    if found.is_none() && stood.is_some_and(|stood| stood.number > head.number) {
        let (at, broken) = (chain.number + 1, Broken::CutShort);
        found = Some(Break { at, broken });
    }
    if found.is_none() && chain != head {
        let (at, broken) = (chain.number + 1, Broken::OtherHead);
        found = Some(Break { at, broken });
    }
    Ok(VerifiedTrail {
        entries: chain.number.saturating_sub(begun.number),
        head: hexadecimal(&chain.hash),
        broken_at: found.map(|found| found.at),
        code: found.map(|found| found.broken.code()),
        checkpoint: stood
            .map(|stood| stood.number)
            .filter(|number| found.is_none() && *number >= begun.number),
        gone: gone.map(|gone| gone.chain.number),
    })
}

/// Follows the chain from where it stands; the first place where it does not hold, if any.
async fn follow(
    store: &Store,
    chain: &mut Chain,
    to: u64,
    (checkpoint, gone): (Option<&Checkpoint>, Option<Gone>),
    told: &(dyn Fn(u64) + Sync),
) -> Result<Option<Break>, AppError> {
    while chain.number < to {
        let entries = store.log_after(chain.number, to).await?;
        if entries.is_empty() {
            let (at, broken) = (chain.number + 1, Broken::CutShort);
            return Ok(Some(Break { at, broken }));
        }
        for (number, at, body, hash) in &entries {
            let (number, hash) = (*number, hash.as_slice());
            *chain = match chain.follow(&Link { number, body, hash }) {
                Ok(next) => next,
                Err(found) => return Ok(Some(found)),
            };
            let broken = match Entry::from_bytes(body) {
                Err(_) => Some(Broken::Unreadable),
                // The time by which it is found is the one that it tells.
                Ok(entry) if entry.at != *at => Some(Broken::Altered),
                Ok(entry) if !records(gone, number, &entry) => Some(Broken::Unrecorded),
                Ok(_) => {
                    let other = |checkpoint: &&Checkpoint| {
                        checkpoint.chain.number == number && checkpoint.chain != *chain
                    };
                    checkpoint.filter(other).map(|_| Broken::OtherHead)
                }
            };
            if let Some(broken) = broken {
                return Ok(Some(Break { at: number, broken }));
            }
        }
        told(chain.number);
    }
    Ok(None)
}

/// What is wrong where a chain begins after a cut: no entry that is there can say so, or a checkpoint
/// stands for just that and says otherwise.
fn begins(chain: Chain, (gone, last): (Option<Gone>, u64), stood: Option<Chain>) -> Option<Break> {
    let nowhere = |gone: &Gone| gone.entry <= gone.chain.number || gone.entry > last;
    if gone.as_ref().is_some_and(nowhere) {
        let (at, broken) = (chain.number + 1, Broken::Unrecorded);
        return Some(Break { at, broken });
    }
    let other = stood.filter(|stood| stood.number == chain.number && *stood != chain)?;
    let (at, broken) = (other.number, Broken::OtherHead);
    Some(Break { at, broken })
}

/// Whether an entry says what went, if it is the one that has to.
fn records(gone: Option<Gone>, number: u64, entry: &Entry) -> bool {
    let Some(gone) = gone.filter(|gone| gone.entry == number) else {
        return true;
    };
    matches!(&entry.said, Said::Cut(cut) if *cut == Cut::at(gone.chain))
}

/// The chain as it stands at an entry, as the database has it.
async fn believed(store: &Store, number: u64) -> Result<Chain, AppError> {
    let entry = store.log_after(number - 1, number).await?.pop();
    let hash = entry.and_then(|(_, _, _, hash)| hash.try_into().ok());
    let hash = hash.ok_or(AppError::Missing("there is no such entry"))?;
    Ok(Chain { number, hash })
}

/// Where the log stands now, signed.
///
/// # Errors
/// The database cannot be read, or there is no key.
pub async fn log_checkpoint(config: &Config, now: DateTime<Utc>) -> Result<String, AppError> {
    let (store, keys) = (current(config).await?, keys(config)?);
    checkpoint_of(&store, &keys, now).await
}

/// Where the log of this store stands, signed by this key.
///
/// # Errors
/// The database cannot be read.
pub async fn checkpoint_of(
    store: &Store,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<String, AppError> {
    let checkpoint = Checkpoint {
        origin: keys.issuer().to_owned(),
        chain: store.log_head().await?.chain,
        trail: store.trail_head().await?,
        at: now.trunc_subsecs(0),
        key: keys.id().to_owned(),
    };
    Ok(checkpoint.signed(|note| keys.sign_note(note))?)
}

fn read(path: &Path, keys: &Keys) -> Result<Checkpoint, AppError> {
    let text = std::fs::read_to_string(path).map_err(|cause| AppError::File {
        path: path.to_owned(),
        cause,
    })?;
    Ok(Checkpoint::read(&text, |note, signature| {
        keys.signed_note(note, signature)
    })?)
}

const SHOW: &str = "query($record: ID!, $first: Int!, $from: DateTime, $to: DateTime) {
  disclosures(record: $record, first: $first, from: $from, to: $to) {
    nodes { at records full masked viewerKind roles by { id nameEn nameZh }
      organisations { id nameEn nameZh } shares { id } purpose token policyVersion }
    pageInfo { hasNextPage endCursor } } }";

/// Which part of a record's log is to be shown, and to whom.
pub struct Look<'a> {
    /// `Volunteer:` and an id, or an identifier of the graph.
    pub record: &'a str,
    /// The user who looks.
    pub who: &'a str,
    /// At most so many.
    pub first: usize,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub to: Option<DateTime<Utc>>,
}

/// What the log says of a record, to a person whom the policies let know. It is asked as any other
/// question of that person, and is logged as one.
///
/// # Errors
/// There is no such person, or the server cannot be put together.
pub async fn show_log(
    config: &Config,
    look: &Look<'_>,
    now: DateTime<Utc>,
) -> Result<Value, AppError> {
    let account = id_of(look.who, "User")?;
    let record = record_of(look.record)?;
    let app = open(config).await?;
    let variables = json!({
        "record": record, "first": look.first, "from": look.from, "to": look.to,
    });
    let minute = std::time::Duration::from_secs(60);
    let claims = Claims::of_user(&account.to_string(), now, minute);
    let answer = app.graph.ask(SHOW, variables, &claims, now).await;
    app.graph.store().log().flush().await?;
    Ok(answer)
}

/// The identifier of the graph that a text names a record by.
pub(super) fn record_of(text: &str) -> Result<String, AppError> {
    match text.split_once(':') {
        Some((of, id)) => {
            let of = crate::catalogue::find(of);
            let of = of.ok_or(AppError::Missing("there is no such type of record"))?;
            Ok(encode_id(of, id_of(id, of.name)?))
        }
        None => Ok(text.to_owned()),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
