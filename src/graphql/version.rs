//! The version of a record: a digest of what the viewer sees of it, and of nothing else.
//!
//! It is sealed: whoever knows all of a record but one short value cannot try values until the
//! digest fits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::values::shown;
use crate::catalogue::Kind;
use crate::policy::{Protected, Shown, Slot};
use crate::store::Seal;

/// The version of a row over these places.
pub fn version(row: Protected<'_>, slots: &[(Slot, Option<Kind>)], seal: &Seal) -> String {
    let mut digest = Sha256::new();
    digest.update(row.id().as_bytes());
    for (slot, kind) in slots {
        let text = match row.show(*slot) {
            Shown::Full(cell) => format!("f{}", shown(kind.unwrap_or(Kind::Text), cell)),
            Shown::Masked(_, mask) => format!("m{mask}"),
            Shown::Hidden => "h".to_owned(),
        };
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text.as_bytes());
    }
    let digest = seal.mark(&digest.finalize());
    URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default())
}
