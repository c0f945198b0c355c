//! The keys of a server: one signs, and those that signed before it verify until they retire.
//!
//! Of a key that no longer signs only the public half is kept, beside the signing key's file, with
//! the instant at which it retires. A running server looks at both files at most once a second, so
//! that a new key is taken up, and a retired one let go, without a restart.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use super::{KeyError, file, thumbprint};
use crate::private_file;

/// How often the files are looked at, at most.
const GLANCE: Duration = Duration::from_secs(1);

/// A key that no longer signs.
#[derive(Clone, Serialize, Deserialize)]
pub struct Retiring {
    /// Its id.
    pub kid: String,
    /// The public key, in base64url.
    pub x: String,
    /// From when nothing that it signed is good any more.
    pub until: DateTime<Utc>,
}

/// The keys of one moment.
pub(super) struct Ring {
    pub(super) id: String,
    pub(super) public: [u8; 32],
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    pub(super) retiring: Vec<(Retiring, DecodingKey)>,
}

impl Ring {
    pub(super) fn of(key: &SigningKey, retiring: Vec<Retiring>) -> Result<Self, KeyError> {
        let der = key.to_pkcs8_der().map_err(|_| KeyError::Encoding)?;
        let public = key.verifying_key().to_bytes();
        let id = thumbprint(&public);
        // A key that is listed under another id than its own is none of ours.
        let genuine = |key: &Retiring| {
            let bytes = URL_SAFE_NO_PAD.decode(&key.x).ok();
            let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
            let bytes = bytes.filter(|bytes| thumbprint(bytes) == key.kid && key.kid != id)?;
            Some((key.clone(), DecodingKey::from_ed_der(&bytes)))
        };
        Ok(Self {
            public,
            encoding: EncodingKey::from_ed_der(der.as_bytes()),
            decoding: DecodingKey::from_ed_der(&public),
            retiring: retiring.iter().filter_map(genuine).collect(),
            id,
        })
    }

    /// The key of this id that verifies at this instant.
    pub(super) fn verifying(&self, kid: &str, now: DateTime<Utc>) -> Option<&DecodingKey> {
        if kid == self.id {
            return Some(&self.decoding);
        }
        let mut others = self.retiring.iter();
        let found = others.find(|(key, _)| key.kid == kid && now < key.until);
        found.map(|(_, decoding)| decoding)
    }
}

/// The ring as its files have it now.
#[derive(Clone)]
pub(super) struct Kept(Arc<Mutex<State>>);

struct State {
    ring: Arc<Ring>,
    place: Option<PathBuf>,
    looked: Instant,
    seen: Seen,
}

/// By which a change of a file is noticed.
type Seen = [Option<(SystemTime, u64)>; 2];

impl Kept {
    pub(super) fn new(ring: Ring, place: Option<PathBuf>) -> Self {
        let seen = place.as_deref().map(seen).unwrap_or_default();
        Self(Arc::new(Mutex::new(State {
            ring: Arc::new(ring),
            place,
            looked: Instant::now(),
            seen,
        })))
    }

    pub(super) fn now(&self) -> Arc<Ring> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= GLANCE {
            state.looked = Instant::now();
            state.look();
        }
        Arc::clone(&state.ring)
    }
}

impl State {
    /// Takes up what changed; files that cannot be read leave all as it was.
    fn look(&mut self) {
        let Some(place) = &self.place else {
            return;
        };
        let seen = seen(place);
        if seen == self.seen {
            return;
        }
        if let Ok(ring) = read(place) {
            (self.ring, self.seen) = (Arc::new(ring), seen);
        }
    }
}

fn seen(place: &Path) -> Seen {
    [place.to_owned(), beside(place)].map(|path| {
        let data = fs::metadata(path).ok()?;
        Some((data.modified().ok()?, data.len()))
    })
}

pub(super) fn read(place: &Path) -> Result<Ring, KeyError> {
    Ring::of(&file::read(place)?, retiring(place)?)
}

/// The file with the keys that no longer sign.
fn beside(place: &Path) -> PathBuf {
    place.with_extension("retiring.json")
}

/// The keys that no longer sign, as their file has them.
pub(super) fn retiring(place: &Path) -> Result<Vec<Retiring>, KeyError> {
    let path = beside(place);
    let failed = |cause| KeyError::File {
        path: path.clone(),
        cause,
    };
    if !path.try_exists().map_err(failed)? {
        return Ok(Vec::new());
    }
    // Who could write a key there could sign.
    if private_file::is_open_to_others(&path).map_err(failed)? {
        return Err(KeyError::OpenToOthers { path });
    }
    let text = fs::read_to_string(&path).map_err(failed)?;
    serde_json::from_str(&text).map_err(|_| KeyError::NotAList { path })
}

/// Writes the list anew.
pub(super) fn keep(place: &Path, keys: &[Retiring]) -> Result<(), KeyError> {
    let path = beside(place);
    let text = serde_json::to_string_pretty(keys).map_err(|_| KeyError::Encoding)?;
    private_file::replace(&path, &text).map_err(|cause| KeyError::File { path, cause })
}
