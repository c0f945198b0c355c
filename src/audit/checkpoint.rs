//! A checkpoint: where the two chains stood, signed, to be kept where whoever runs the database cannot
//! reach it. Whoever holds one can later tell whether the log of disclosures and the trail of changes
//! still begin with what it stood for.
//!
//! It is a text of eight lines and a signature over the lines before it, in the manner of signed notes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};

use super::chain::Chain;

const TITLE: &str = "kaifong audit checkpoint 1";

/// Where the chains stood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Whose log it is: the issuer of the settings.
    pub origin: String,
    /// Where the log of disclosures stood.
    pub chain: Chain,
    /// Where the trail of changes stood.
    pub trail: Chain,
    /// When, to the second.
    pub at: DateTime<Utc>,
    /// The id of the key that signed it.
    pub key: String,
}

/// A text that is no checkpoint, or not of the one who should have signed it.
#[derive(Debug, thiserror::Error)]
pub enum NoCheckpoint {
    /// It is no checkpoint.
    #[error("the file holds no checkpoint")]
    Form,
    /// The signature is not of this server's key.
    #[error("the checkpoint is not signed by this server's key")]
    Signature,
}

impl Checkpoint {
    fn lines(&self) -> String {
        let hash = STANDARD.encode(self.chain.hash);
        let trail = STANDARD.encode(self.trail.hash);
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!(
            "{TITLE}\norigin {}\nsize {}\nhead {hash}\ntrail-size {}\ntrail-head {trail}\n\
             time {at}\nkey {}\n",
            self.origin, self.chain.number, self.trail.number, self.key
        )
    }

    /// As a text, signed so.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub fn signed<E>(&self, sign: impl Fn(&[u8]) -> Result<[u8; 64], E>) -> Result<String, E> {
        let lines = self.lines();
        let signature = STANDARD.encode(sign(lines.as_bytes())?);
        Ok(format!("{lines}signature {signature}\n"))
    }

    /// The checkpoint of a text, if the signature over it is good.
    ///
    /// # Errors
    /// Where it is no checkpoint, or not well signed.
    pub fn read(text: &str, good: impl Fn(&[u8], &[u8; 64]) -> bool) -> Result<Self, NoCheckpoint> {
        let text = text.replace("\r\n", "\n");
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return Err(NoCheckpoint::Form);
        }
        let mut next = |name: &str| {
            let line = lines.next()?.strip_prefix(name)?.strip_prefix(' ')?;
            Some(line.to_owned())
        };
        let read = (|| {
            let origin = next("origin")?;
            let mut stood = |size: &str, head: &str| {
                let number = next(size)?.parse().ok()?;
                let hash = STANDARD.decode(next(head)?).ok()?.try_into().ok()?;
                Some(Chain { number, hash })
            };
            let chain = stood("size", "head")?;
            let trail = stood("trail-size", "trail-head")?;
            let at = DateTime::parse_from_rfc3339(&next("time")?).ok()?.to_utc();
            let key = next("key")?;
            let signature: [u8; 64] = STANDARD.decode(next("signature")?).ok()?.try_into().ok()?;
            let checkpoint = Self {
                origin,
                chain,
                trail,
                at,
                key,
            };
            Some((checkpoint, signature))
        })();
        let (checkpoint, signature) = read.ok_or(NoCheckpoint::Form)?;
        match good(checkpoint.lines().as_bytes(), &signature) {
            true => Ok(checkpoint),
            false => Err(NoCheckpoint::Signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_is_read_and_nothing_else() {
        let checkpoint = Checkpoint {
            origin: "kaifong".into(),
            chain: Chain::EMPTY.with(b"one"),
            trail: Chain::trail().with(b"two").with(b"three"),
            at: DateTime::from_timestamp(1_763_438_400, 0).unwrap(),
            key: "k".into(),
        };
        let sign = |lines: &[u8]| {
            let mut signature = [0; 64];
            signature[..8].copy_from_slice(&(lines.len() as u64).to_be_bytes());
            Ok::<_, ()>(signature)
        };
        let good = |lines: &[u8], signature: &[u8; 64]| sign(lines) == Ok(*signature);
        let text = checkpoint.signed(sign).unwrap();
        assert_eq!(Checkpoint::read(&text, good).unwrap(), checkpoint);
        let windows = text.replace('\n', "\r\n");
        assert_eq!(Checkpoint::read(&windows, good).unwrap(), checkpoint);
        for (size, other) in [("\nsize 1", "\nsize 10"), ("trail-size 2", "trail-size 20")] {
            let other = text.replace(size, other);
            assert!(matches!(
                Checkpoint::read(&other, good),
                Err(NoCheckpoint::Signature)
            ));
        }
        for broken in ["", "x", &text[1..], &text.replace("head", "tail")] {
            assert!(matches!(
                Checkpoint::read(broken, good),
                Err(NoCheckpoint::Form)
            ));
        }
    }
}
