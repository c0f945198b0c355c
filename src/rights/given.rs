//! To whom a person's data went: what a copy says of one answer that showed it.

use chrono::{DateTime, Utc};

use super::copy::{Says, Words};

/// How many answers a copy tells of at most, the newest.
pub const MOST: usize = 1000;

/// An answer that showed something of the person.
pub struct Given {
    /// When it was given.
    pub at: DateTime<Utc>,
    /// What kind of viewer it was given to, as a code.
    pub kind: String,
    /// The roles that a person held, as codes.
    pub roles: Vec<String>,
    /// The person to whom it was given.
    pub by: Option<Says>,
    /// The organisations for which the other acted.
    pub organisations: Vec<Says>,
    /// What the data was to be used for, if the token said so.
    pub purpose: Option<String>,
    /// What was shown in full: names of fields, and what they are called.
    pub full: Vec<(String, Words)>,
    /// What was shown masked.
    pub masked: Vec<(String, Words)>,
}

/// Codes of viewers and their roles, in words.
const WORDS: [(&str, &str, &str); 11] = [
    ("USER", "a user", "用戶"),
    ("PARTNER", "a partner organisation", "合作機構"),
    ("JOB", "the server itself", "系統程序"),
    ("ANONYMOUS", "somebody who was not signed in", "未登入者"),
    ("ADMINISTRATOR", "administrator", "管理員"),
    ("COORDINATOR", "coordinator", "統籌"),
    ("TEAM_LEADER", "team leader", "隊長"),
    ("VOLUNTEER", "volunteer", "義工"),
    ("TEACHER", "teacher", "教師"),
    ("GUARDIAN", "guardian", "監護人"),
    ("PRIVACY_OFFICER", "privacy officer", "私隱主任"),
];

/// A code in words; as it is, where there are none.
#[must_use]
pub fn in_words(code: &str) -> (&str, &str) {
    let known = WORDS.iter().find(|(known, ..)| *known == code);
    known.map_or((code, code), |(_, en, zh)| (*en, *zh))
}

/// How far back the list goes.
#[must_use]
pub const fn note(cut: bool) -> (&'static str, &'static str) {
    match cut {
        true => (
            "This is not all: only the newest 1,000 times are listed. Ask for those before them, which \
             can be read record by record.",
            "此清單並不完整：只列出最近 1,000 次披露。較早的披露可逐項紀錄查閱，請向資料使用者查詢。",
        ),
        false => (
            "This goes back as far as the log of disclosures is kept.",
            "此清單追溯至披露紀錄的保存期限為止。",
        ),
    }
}
