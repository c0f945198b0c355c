//! How long data is kept, by kind: what starts the clock, after how long, and what happens then.
//!
//! The schedule that the server ships with, and within which bounds an organisation may say
//! otherwise. The room knows no rows and no database.

use chrono::{DateTime, Months, Utc};

/// What is done with what was kept long enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The row goes, with what hangs on it.
    Row,
    /// The person is erased.
    Person,
    /// The person is taken out; the statistic stays.
    TakenOut,
}

impl End {
    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Row => "ROW_ERASED",
            Self::Person => "PERSON_ERASED",
            Self::TakenOut => "PERSON_TAKEN_OUT",
        }
    }
}

/// A kind of data that is kept for a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// Notices, with who received and signed them.
    Notices,
    /// Who was on which roster.
    Rosters,
    /// Volunteers who have left.
    LeftVolunteers,
    /// Volunteers without hours who are on no roster.
    IdleVolunteers,
    /// Students who have left.
    LeftStudents,
    /// Guardians of no child.
    LoneGuardians,
    /// Sessions that are over, with the tokens that renewed them.
    Sessions,
    /// Links by which a password was set, or could have been.
    SignInLinks,
    /// Letters that were never sent.
    Letters,
    /// Recovery codes that were used.
    RecoveryCodes,
    /// Sign-ins at an outside provider that came to nothing.
    OutsideSignIns,
    /// From where somebody signed in.
    SignInPlaces,
    /// Invitations that nobody accepted.
    Invitations,
    /// The log of disclosures.
    Disclosures,
    /// The trail of changes.
    Changes,
}

impl Subject {
    /// Whether it is kept in one chain for all organisations, of which the oldest part goes.
    #[must_use]
    pub const fn is_chained(self) -> bool {
        matches!(self, Self::Disclosures | Self::Changes)
    }

    /// Whether it is about how people sign in, whichever organisation has them.
    #[must_use]
    pub const fn is_of_sign_in(self) -> bool {
        matches!(
            self,
            Self::Sessions
                | Self::SignInLinks
                | Self::Letters
                | Self::RecoveryCodes
                | Self::OutsideSignIns
                | Self::SignInPlaces
        )
    }
}

/// What holds for a kind of data.
pub struct Rule {
    /// The kind.
    pub subject: Subject,
    /// The word for programs.
    pub code: &'static str,
    /// For how many months it is kept unless an organisation says otherwise.
    pub months: i32,
    /// The fewest months that an organisation may say.
    pub least: i32,
    /// The most.
    pub most: i32,
    /// What happens at the end.
    pub end: End,
    /// What starts the clock, in English.
    pub from_en: &'static str,
    /// The same in traditional Chinese.
    pub from_zh: &'static str,
    /// Why so long, in English.
    pub why_en: &'static str,
    /// The same in traditional Chinese.
    pub why_zh: &'static str,
}

/// The schedule that the server ships with.
pub static SCHEDULE: [Rule; 15] = [
    Rule {
        subject: Subject::Notices,
        code: "NOTICES",
        months: 24,
        least: 6,
        most: 120,
        end: End::Row,
        from_en: "the notice was published or, of a draft, made",
        from_zh: "通告發布當日；草稿則為擬備當日",
        why_en: "Two school years, so that a reply can still be shown when it is disputed.",
        why_zh: "保存兩個學年，以便有爭議時查閱回條。",
    },
    Rule {
        subject: Subject::Rosters,
        code: "ROSTERS",
        months: 24,
        least: 6,
        most: 120,
        end: End::TakenOut,
        from_en: "the shift ended",
        from_zh: "更次結束當日",
        why_en: "Two years of service, for references and insurance; hours and tasks stay without the person.",
        why_zh: "保存兩年的服務紀錄，供證明及保險之用；時數及職務其後不再載有該人。",
    },
    Rule {
        subject: Subject::LeftVolunteers,
        code: "LEFT_VOLUNTEERS",
        months: 24,
        least: 1,
        most: 84,
        end: End::Person,
        from_en: "the record was put away or, of a volunteer who has left, last changed",
        from_zh: "紀錄封存當日；已離任義工則為紀錄最後更改當日",
        why_en: "Two years after leaving, for references and claims.",
        why_zh: "離任後兩年，供證明及處理申索之用。",
    },
    Rule {
        subject: Subject::IdleVolunteers,
        code: "IDLE_VOLUNTEERS",
        months: 24,
        least: 6,
        most: 84,
        end: End::Person,
        from_en: "the record of a volunteer without hours, who is on no roster, was last changed",
        from_zh: "沒有服務時數且不在任何更表的義工，其紀錄最後更改當日",
        why_en: "Who did not serve in two years is not waiting any more.",
        why_zh: "兩年內並無服務者，已無需保留其資料。",
    },
    Rule {
        subject: Subject::LeftStudents,
        code: "LEFT_STUDENTS",
        months: 12,
        least: 1,
        most: 84,
        end: End::Person,
        from_en: "the record of a student who has left was last changed",
        from_zh: "已離校學童的紀錄最後更改當日",
        why_en: "One year after leaving school, for transfers; what the school must keep longer is kept elsewhere.",
        why_zh: "離校後一年，供轉校之用；學校須較長時間保存的資料另行存檔。",
    },
    Rule {
        subject: Subject::LoneGuardians,
        code: "LONE_GUARDIANS",
        months: 6,
        least: 1,
        most: 36,
        end: End::Person,
        from_en: "the record of a guardian of no child was last changed",
        from_zh: "再無所監護學童的監護人，其紀錄最後更改當日",
        why_en: "Without a child at the school there is no purpose; half a year lets mistakes be put right.",
        why_zh: "校內再無所監護的學童，即無需保留；半年內可更正錯誤。",
    },
    Rule {
        subject: Subject::Sessions,
        code: "SESSIONS",
        months: 1,
        least: 1,
        most: 12,
        end: End::Row,
        from_en: "the session ended",
        from_zh: "登入時段結束當日",
        why_en: "A month, so that a stolen token is known if it comes back, and a break-in can be looked into.",
        why_zh: "保存一個月，以便辨認再次出現的被盜權杖及調查入侵。",
    },
    Rule {
        subject: Subject::SignInLinks,
        code: "SIGN_IN_LINKS",
        months: 1,
        least: 1,
        most: 6,
        end: End::Row,
        from_en: "the link for setting a password was used or ended",
        from_zh: "設定密碼的連結使用或失效當日",
        why_en: "A month, so that it can be told whether a password was set by a link.",
        why_zh: "保存一個月，以便查明密碼是否經連結設定。",
    },
    Rule {
        subject: Subject::Letters,
        code: "LETTERS",
        months: 1,
        least: 1,
        most: 3,
        end: End::Row,
        from_en: "the time of a letter that was not sent was over",
        from_zh: "未能寄出的信件過期當日",
        why_en: "Nobody sends it any more; a month lets the reason be found.",
        why_zh: "信件不會再寄出；保存一個月以查明原因。",
    },
    Rule {
        subject: Subject::RecoveryCodes,
        code: "RECOVERY_CODES",
        months: 3,
        least: 1,
        most: 12,
        end: End::Row,
        from_en: "the recovery code was used",
        from_zh: "備用驗證碼使用當日",
        why_en: "Three months, so that the person can be told when it was used.",
        why_zh: "保存三個月，以便告知本人驗證碼何時曾被使用。",
    },
    Rule {
        subject: Subject::OutsideSignIns,
        code: "OUTSIDE_SIGN_INS",
        months: 1,
        least: 1,
        most: 3,
        end: End::Row,
        from_en: "the sign-in at an outside provider began",
        from_zh: "開始經外部提供者登入當日",
        why_en: "What was not finished in minutes comes to nothing; most go as soon as others begin.",
        why_zh: "數分鐘內未完成即告無效；大多於其他登入開始時已刪除。",
    },
    Rule {
        subject: Subject::SignInPlaces,
        code: "SIGN_IN_PLACES",
        months: 3,
        least: 3,
        most: 12,
        end: End::Row,
        from_en: "somebody signed in from a place last",
        from_zh: "最後由某位置登入當日",
        why_en: "Three months, so that tries of others lock nobody out of a known place.",
        why_zh: "保存三個月，使他人的嘗試不致令本人無法由慣用位置登入。",
    },
    Rule {
        subject: Subject::Invitations,
        code: "INVITATIONS",
        months: 1,
        least: 1,
        most: 12,
        end: End::Row,
        from_en: "the time of an invitation that nobody accepted was over",
        from_zh: "無人接受的邀請，其有效期屆滿當日",
        why_en: "Who did not come is nobody to the organisation; a month shows what became of a letter.",
        why_zh: "沒有加入者與機構無關；一個月內可查閱邀請的結果。",
    },
    Rule {
        subject: Subject::Disclosures,
        code: "DISCLOSURES",
        months: 48,
        least: 12,
        most: 120,
        end: End::Row,
        from_en: "the answer was given",
        from_zh: "作出披露當日",
        why_en: "No longer than needed (PDPO, DPP 2(2)): four years, as long as the log of refusals has to be kept (section 27). All organisations have one chain, so that it goes when the longest of their periods is over, and not while anything is held.",
        why_zh: "保存時間不得超過所需（《私隱條例》保障資料第2(2)原則）：四年，與拒絕紀錄簿須保存的期間（第27條）相同。各機構共用同一紀錄鏈，故以各機構中最長的期限為準；如有資料須予保留，則暫不刪除。",
    },
    Rule {
        subject: Subject::Changes,
        code: "CHANGES",
        months: 48,
        least: 12,
        most: 120,
        end: End::Row,
        from_en: "the record was changed",
        from_zh: "紀錄更改當日",
        why_en: "No longer than needed (PDPO, DPP 2(2)): four years, as long as the log of refusals has to be kept (section 27). All organisations have one chain, so that it goes when the longest of their periods is over, and not while anything is held.",
        why_zh: "保存時間不得超過所需（《私隱條例》保障資料第2(2)原則）：四年，與拒絕紀錄簿須保存的期間（第27條）相同。各機構共用同一紀錄鏈，故以各機構中最長的期限為準；如有資料須予保留，則暫不刪除。",
    },
];

/// What is kept without end, with why in English and in traditional Chinese.
pub const NEVER: [(&str, &str, &str); 2] = [
    (
        "CONSENT_TEXTS",
        "What people consented to must be shown for as long as a consent rests on it; it names nobody.",
        "同意書須於據之作出的同意有效期間可供查閱；當中並無個人資料。",
    ),
    (
        "TRAILS",
        "Steps of shares, acts on policies, holds and erasures account for what was done; of erased people they have a number only.",
        "分享、政策、保留及刪除的經過用以交代所作之事；已刪除者只有編號。",
    ),
];

impl Rule {
    /// The rule with this word.
    #[must_use]
    pub fn of(code: &str) -> Option<&'static Self> {
        SCHEDULE.iter().find(|rule| rule.code == code)
    }

    /// Whether an organisation may say so.
    #[must_use]
    pub const fn allows(&self, months: i32) -> bool {
        months >= self.least && months <= self.most
    }
}

/// What began before this instant was kept this many months by now.
#[must_use]
pub fn cut_off(now: DateTime<Utc>, months: i32) -> Option<DateTime<Utc>> {
    now.checked_sub_months(Months::new(u32::try_from(months).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_terms_lie_within_their_bounds_and_have_one_word_each() {
        for rule in &SCHEDULE {
            assert!(rule.allows(rule.months), "{}", rule.code);
            assert!(!rule.allows(rule.least - 1) && !rule.allows(rule.most + 1));
            assert!(std::ptr::eq(Rule::of(rule.code).unwrap(), rule));
            assert!(!NEVER.iter().any(|(code, ..)| *code == rule.code));
        }
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let now = "2026-08-31T04:00:00Z".parse().unwrap();
        let six = cut_off(now, 6).unwrap();
        assert_eq!(six.to_rfc3339(), "2026-02-28T04:00:00+00:00");
        assert_eq!(cut_off(now, -1), None);
    }
}
