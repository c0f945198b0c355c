//! An entry as bytes: a head as JSON, then for each part of it the pseudonyms it speaks of.
//!
//! The head is text so that an auditor can read it with any tool for as long as it is kept; the
//! lists, which are the bulk of it, are packed. What is kept is what is hashed: nothing is ever
//! written again from what was read.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::bytes;
use super::chain::Chain;
use super::seen::Disclosure;

/// A name of the program's, or one that was read.
type Word = Cow<'static, str>;

/// An entry of the log.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// By whom it was asked or done.
    pub who: Who,
    /// The token's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// In which session of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// For which purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Under which shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Uuid>,
    /// Under which version of the policies.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// What it says.
    #[serde(flatten)]
    pub said: Said,
}

/// What an entry says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// That these were shown.
    Shown(Vec<Part>),
    /// That the keys of so many records were destroyed.
    Forgot(usize),
    /// That a row was made, changed or taken away.
    Changed(Turned),
    /// That the oldest entries of the chain went at the end of their time.
    Cut(Cut),
}

/// Up to where entries went.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The number of the last entry that went.
    pub number: u64,
    /// Its hash, as Base64 has it.
    hash: String,
}

impl Cut {
    /// At where a chain stood.
    #[must_use]
    pub fn at(chain: Chain) -> Self {
        Self {
            number: chain.number,
            hash: STANDARD.encode(chain.hash),
        }
    }
}

/// A row that was made, changed or taken away.
#[derive(Serialize, Deserialize)]
pub struct Turned {
    /// Its type.
    pub of: Word,
    /// By which deed.
    pub deed: Word,
    /// Its pseudonym, where it is about persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Its id, where it is about nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Whether it was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
    /// Whether it was taken away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// The fields that have another value now.
    pub fields: Vec<Word>,
    /// The pseudonyms of the persons under whose secrets the values are sealed, one around the other,
    /// the innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<u64>,
    /// The values before and after, and the reason, as JSON; sealed where they are about persons.
    #[serde(skip)]
    pub values: Vec<u8>,
}

/// Who asked, or did something.
#[derive(Serialize, Deserialize)]
pub struct Who {
    /// The kind of viewer.
    pub kind: Word,
    /// The pseudonym of a person's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<u64>,
    /// The id of what is no person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The roles held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Word>,
    /// The organisations for which it acted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<Uuid>,
}

/// Records of one type of which the same was shown.
#[derive(Serialize, Deserialize)]
pub struct Part {
    /// The type.
    pub of: Word,
    /// The fields that were shown in full.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub full: Vec<Word>,
    /// The fields that were shown masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<Word>,
    /// How many records.
    pub count: usize,
    /// Their pseudonyms, sorted.
    #[serde(skip)]
    pub records: Vec<u64>,
}

/// Bytes that are no entry.
#[derive(Debug, thiserror::Error)]
#[error("an entry of the log cannot be read")]
pub struct Malformed;

impl Entry {
    /// The entry of a disclosure, its records named by these pseudonyms.
    pub fn shown(disclosure: &Disclosure, pseudonym: impl Fn(Uuid) -> Option<u64>) -> Option<Self> {
        let words = |names: Vec<&'static str>| names.into_iter().map(Cow::Borrowed).collect();
        let mut parts = Vec::with_capacity(disclosure.sections.len());
        for section in &disclosure.sections {
            let records = section.rows.iter().map(|row| pseudonym(*row));
            let mut records = records.collect::<Option<Vec<u64>>>()?;
            records.sort_unstable();
            records.dedup();
            let mut full: Vec<Word> = words(section.names(section.full));
            full.extend(section.record.map(Cow::Borrowed));
            parts.push(Part {
                of: Cow::Borrowed(section.of.name),
                full,
                masked: words(section.names(section.masked)),
                count: records.len(),
                records,
            });
        }
        let person = match disclosure.account {
            Some(account) => Some(pseudonym(account)?),
            None => None,
        };
        Some(Self {
            at: disclosure.at,
            who: Who {
                kind: Cow::Borrowed(disclosure.kind),
                person,
                id: disclosure.id.clone(),
                roles: words(disclosure.roles.clone()),
                organisations: disclosure.organisations.clone(),
            },
            token: disclosure.bearer.token.clone(),
            session: disclosure.bearer.session.clone(),
            purpose: disclosure.bearer.purpose.clone(),
            shares: disclosure.bearer.shares.clone(),
            policy: disclosure.policy.clone(),
            said: Said::Shown(parts),
        })
    }

    /// As it is kept.
    ///
    /// # Errors
    /// Where the head cannot be written, which any can.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Malformed> {
        let head = serde_json::to_vec(self).map_err(|_| Malformed)?;
        let records: usize = self.parts().iter().map(|part| part.records.len()).sum();
        let mut out = Vec::with_capacity(head.len() + 4 + records * 6);
        bytes::put(head.len() as u64, &mut out);
        out.extend_from_slice(&head);
        for part in self.parts() {
            bytes::put_list(&part.records, &mut out);
        }
        if let Said::Changed(turned) = &self.said {
            out.extend_from_slice(&turned.values);
        }
        Ok(out)
    }

    /// The entry of these bytes.
    ///
    /// # Errors
    /// Where they are none.
    pub fn from_bytes(from: &[u8]) -> Result<Self, Malformed> {
        let (head, mut rest) = halves(from)?;
        let mut entry: Self = serde_json::from_slice(head).map_err(|_| Malformed)?;
        match &mut entry.said {
            Said::Shown(parts) => {
                for part in parts {
                    part.records = bytes::take_list(part.count, &mut rest).ok_or(Malformed)?;
                }
            }
            Said::Changed(turned) => turned.values = std::mem::take(&mut rest).to_vec(),
            Said::Forgot(_) | Said::Cut(_) => {}
        }
        match rest {
            [] => Ok(entry),
            _ => Err(Malformed),
        }
    }

    /// How many pseudonyms each of its lists has.
    #[must_use]
    pub fn counts(&self) -> Box<[usize]> {
        self.parts().iter().map(|part| part.records.len()).collect()
    }

    /// The pseudonyms of the entry of these bytes, whose lists have so many each. (To read its head for
    /// that would be most of the work.)
    ///
    /// # Errors
    /// Where they are none, or of other lists.
    pub fn named(bytes: &[u8], counts: &[usize]) -> Result<Vec<u64>, Malformed> {
        let (_, mut lists) = halves(bytes)?;
        let mut all = Vec::with_capacity(counts.iter().sum());
        for count in counts {
            all.extend(bytes::take_list(*count, &mut lists).ok_or(Malformed)?);
        }
        match lists {
            [] => Ok(all),
            _ => Err(Malformed),
        }
    }

    /// What was shown, if it says that.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        match &self.said {
            Said::Shown(parts) => parts,
            Said::Forgot(_) | Said::Changed(_) | Said::Cut(_) => &[],
        }
    }
}

/// The head of an entry, and what follows it.
fn halves(mut from: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let length = bytes::take(&mut from).and_then(|length| usize::try_from(length).ok());
    let halves = length.and_then(|length| from.split_at_checked(length));
    halves.ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(records: Vec<u64>) -> Entry {
        Entry {
            at: 1_763_438_400_000_000,
            who: Who {
                kind: "Partner".into(),
                person: None,
                id: Some("token".into()),
                roles: Vec::new(),
                organisations: vec![Uuid::from_u128(1)],
            },
            token: Some("token".into()),
            session: None,
            purpose: None,
            shares: vec![Uuid::from_u128(2)],
            policy: "abc".into(),
            said: Said::Shown(vec![Part {
                of: "Volunteer".into(),
                full: vec!["department".into()],
                masked: vec!["nameZh".into()],
                count: records.len(),
                records,
            }]),
        }
    }

    proptest! {
        #[test]
        fn an_entry_comes_back_and_one_with_more_or_fewer_bytes_does_not(
            records in proptest::collection::btree_set(0_u64..1 << 48, 0..50),
        ) {
            let records: Vec<u64> = records.into_iter().collect();
            let bytes = entry(records.clone()).to_bytes().unwrap();
            let back = Entry::from_bytes(&bytes).unwrap();
            prop_assert_eq!(&back.parts()[0].records, &records);
            prop_assert_eq!(back.to_bytes().unwrap(), bytes.clone());
            prop_assert_eq!(Entry::named(&bytes, &back.counts()).unwrap(), records.clone());
            prop_assert!(Entry::named(&bytes, &[records.len() + 1]).is_err());
            prop_assert!(records.is_empty() || Entry::named(&bytes, &[]).is_err());
            let (_, fewer) = bytes.split_last().unwrap();
            prop_assert!(Entry::from_bytes(fewer).is_err());
            let more = [bytes, vec![1]].concat();
            prop_assert!(Entry::from_bytes(&more).is_err());
        }

        #[test]
        fn whatever_the_bytes_are_nothing_breaks(bytes: Vec<u8>) {
            let _ = Entry::from_bytes(&bytes);
        }
    }
}
