//! A change as a sentence: "3 coordinators of B gain the phone in full of 12 volunteers of A."

use super::fields::field_in_words;
use super::turn::gives_more;
use super::words::{Role, deed_in_words, type_in_words};
use crate::catalogue::Type;
use crate::policy::scenario::{Answer, Question};

/// How many, and whether there may be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// How many.
    pub of: u64,
    /// Whether there may be more.
    pub capped: bool,
}

/// Organisations: the one, by its English and its Chinese name, or how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It is not known, or makes no sense.
    Unsaid,
    /// One.
    One(String, String),
    /// Several.
    Several(usize),
}

/// What is told in one sentence.
#[derive(Clone)]
pub struct Told<'a> {
    /// As what the viewers ask.
    pub role: &'a Role,
    /// How many viewers.
    pub viewers: Number,
    /// Whose people they are.
    pub of_viewers: &'a Whose,
    /// The type of the records.
    pub of: &'static Type,
    /// What changes alike.
    pub questions: &'a [Question],
    /// The answer before.
    pub before: Answer,
    /// The answer after.
    pub after: Answer,
    /// Of how many records.
    pub records: Number,
    /// Whose records.
    pub of_records: &'a Whose,
}

impl Told<'_> {
    /// In English.
    #[must_use]
    pub fn english(&self) -> String {
        let one = self.role.alone() || (self.viewers.of == 1 && !self.viewers.capped);
        let verb = |one_of: &'static str, more: &'static str| if one { one_of } else { more };
        let gains = gives_more(self.after, self.before);
        let (who, what) = (self.viewers_english(), self.records_english());
        let thing = self.fields(true);
        let text = match (self.sort(), self.before, self.after) {
            (Sort::There, ..) if gains => format!(
                "{who} {} {what}, not there for them before",
                verb("sees", "see")
            ),
            (Sort::There, ..) => format!("{who} no longer {} {what} at all", verb("sees", "see")),
            (Sort::Field, before, Answer::Full) => {
                let from = if before == Answer::Masked {
                    ", masked before"
                } else {
                    ""
                };
                format!(
                    "{who} {} the {thing} in full of {what}{from}",
                    verb("gains", "gain")
                )
            }
            (Sort::Field, Answer::Hidden, _) => {
                format!(
                    "{who} {} the {thing}, masked, of {what}",
                    verb("gains", "gain")
                )
            }
            (Sort::Field, _, Answer::Masked) => format!(
                "{who} {} the {thing} in full of {what}, and {} the mask",
                verb("loses", "lose"),
                verb("keeps", "keep")
            ),
            (Sort::Field, Answer::Masked, _) => {
                format!(
                    "{who} {} the masked {thing} of {what}",
                    verb("loses", "lose")
                )
            }
            (Sort::Field, ..) => format!("{who} {} the {thing} of {what}", verb("loses", "lose")),
            (Sort::Edit, ..) if gains => format!("{who} can now set the {thing} of {what}"),
            (Sort::Edit, ..) => format!("{who} can no longer set the {thing} of {what}"),
            (Sort::Deed, ..) if gains => format!("{who} can now {thing} {what}"),
            (Sort::Deed, ..) => format!("{who} can no longer {thing} {what}"),
        };
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).chain(['.']).collect()
    }

    /// In Chinese.
    #[must_use]
    pub fn chinese(&self) -> String {
        spaced(&self.plain_chinese())
    }

    fn plain_chinese(&self) -> String {
        let gains = gives_more(self.after, self.before);
        let (who, what) = (self.viewers_chinese(), self.records_chinese());
        let thing = self.fields(false);
        match (self.sort(), self.before, self.after) {
            (Sort::There, ..) if gains => format!("{who}可看到{what}，之前看不到。"),
            (Sort::There, ..) => format!("{who}再看不到{what}。"),
            (Sort::Field, Answer::Masked, Answer::Full) => {
                format!("{who}可看到{what}的完整{thing}，之前只見遮蔽。")
            }
            (Sort::Field, _, Answer::Full) => format!("{who}可看到{what}的完整{thing}。"),
            (Sort::Field, Answer::Hidden, _) => format!("{who}可看到{what}的遮蔽{thing}。"),
            (Sort::Field, _, Answer::Masked) => {
                format!("{who}不再看到{what}的完整{thing}，只見遮蔽。")
            }
            (Sort::Field, Answer::Masked, _) => format!("{who}不再看到{what}的遮蔽{thing}。"),
            (Sort::Field, ..) => format!("{who}不再看到{what}的{thing}。"),
            (Sort::Edit, ..) if gains => format!("{who}可編輯{what}的{thing}。"),
            (Sort::Edit, ..) => format!("{who}不可再編輯{what}的{thing}。"),
            (Sort::Deed, ..) if gains => format!("{who}可{thing}{what}。"),
            (Sort::Deed, ..) => format!("{who}不可再{thing}{what}。"),
        }
    }

    fn sort(&self) -> Sort {
        match self.questions.first() {
            None | Some(Question::There) => Sort::There,
            Some(Question::See(_)) => Sort::Field,
            Some(Question::Edit(_)) => Sort::Edit,
            Some(Question::Do(_)) => Sort::Deed,
        }
    }

    /// What is seen, set or done: `phone and e-mail address`.
    fn fields(&self, english: bool) -> String {
        let words = self.questions.iter().map(|question| {
            let (en, zh) = match question {
                Question::There => ("", ""),
                Question::See(field) | Question::Edit(field) => field_in_words(field.name),
                Question::Do(deed) => deed_in_words(deed.name),
            };
            if english { en } else { zh }
        });
        let words: Vec<&str> = words.collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => {
                let (comma, and) = if english {
                    (", ", " and ")
                } else {
                    ("、", "及")
                };
                format!("{}{and}{last}", rest.join(comma))
            }
            _ => words.concat(),
        }
    }

    fn viewers_english(&self) -> String {
        let (one, many, _) = self.role.words();
        if self.role.alone() {
            return one;
        }
        let number = english(self.viewers);
        let word = if self.viewers.of == 1 { one } else { many };
        // whoever has a token of a share is told of by the share
        let whose = match (self.role, self.of_viewers) {
            (Role::Share, Whose::One(en, _)) => format!(" with {en}"),
            (Role::Share, Whose::Several(count)) => format!(" with {count} partners"),
            (_, whose) => whose_english(whose),
        };
        format!("{number} {word}{whose}")
    }

    fn viewers_chinese(&self) -> String {
        let (_, _, word) = self.role.words();
        if self.role.alone() {
            return word;
        }
        let number = chinese(self.viewers);
        let whose = match (self.role, self.of_viewers) {
            (Role::Share, Whose::One(_, zh)) => format!("{zh}所獲的"),
            (Role::Share, Whose::Several(count)) => format!("{count} 間合作機構所獲的"),
            (_, whose) => whose_chinese(whose),
        };
        format!("{whose}{number} {word}")
    }

    /// Whether the deed is about records that are there.
    fn of_what_is_there(&self) -> bool {
        let deed = self.questions.first();
        !matches!(deed, Some(Question::Do(deed)) if !deed.scope.of_a_row())
    }

    fn records_english(&self) -> String {
        let (one, many, _) = type_in_words(self.of);
        if !self.of_what_is_there() {
            return format!("{many}{}", whose_english(self.of_records));
        }
        let number = english(self.records);
        let word = if self.records.of == 1 { one } else { many };
        format!("{number} {word}{}", whose_english(self.of_records))
    }

    fn records_chinese(&self) -> String {
        let (_, _, word) = type_in_words(self.of);
        let whose = whose_chinese(self.of_records);
        if !self.of_what_is_there() {
            let bare: String = word.chars().skip(1).collect();
            return format!("{whose}{bare}");
        }
        format!("{whose}{} {word}", chinese(self.records))
    }
}

/// What sort of thing changes.
enum Sort {
    There,
    Field,
    Edit,
    Deed,
}

/// What is said where nothing else is: in English and in Chinese.
#[must_use]
pub fn nobody(gains: bool, loses: bool) -> Option<(&'static str, &'static str)> {
    match (gains, loses) {
        (false, false) => Some((
            "Nobody gains or loses anything.",
            "沒有人因此獲得或失去任何權限。",
        )),
        (true, false) => Some(("Nobody loses anything.", "沒有人失去任何權限。")),
        (false, true) => Some(("Nobody gains anything.", "沒有人獲得任何權限。")),
        (true, true) => None,
    }
}

fn english(number: Number) -> String {
    let digits = grouped(number.of);
    if number.capped {
        format!("at least {digits}")
    } else {
        digits
    }
}

fn chinese(number: Number) -> String {
    let digits = grouped(number.of);
    if number.capped {
        format!("至少 {digits}")
    } else {
        digits
    }
}

/// A text in which numbers stand apart from Chinese words.
fn spaced(text: &str) -> String {
    let is_word = |letter: char| ('\u{3400}'..='\u{9fff}').contains(&letter);
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for letter in text.chars() {
        if letter.is_ascii_digit() && before.is_some_and(is_word) {
            out.push(' ');
        }
        out.push(letter);
        before = Some(letter);
    }
    out
}

/// A number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn whose_english(whose: &Whose) -> String {
    match whose {
        Whose::Unsaid => String::new(),
        Whose::One(en, _) => format!(" of {en}"),
        Whose::Several(count) => format!(" of {count} organisations"),
    }
}

fn whose_chinese(whose: &Whose) -> String {
    match whose {
        Whose::Unsaid => String::new(),
        Whose::One(_, zh) => format!("{zh}的"),
        Whose::Several(count) => format!("{count} 間機構的"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::find;

    fn one(en: &str, zh: &str) -> Whose {
        Whose::One(en.to_owned(), zh.to_owned())
    }

    #[test]
    fn a_change_is_a_sentence_in_both_languages() {
        use Answer::{Allowed, Full, Hidden, Masked, Refused};
        let of = find("Volunteer").unwrap();
        type Case<'a> = (
            &'a [&'a str],
            Role,
            u64,
            Answer,
            Answer,
            u64,
            &'a str,
            &'a str,
        );
        let cases: [Case<'_>; 9] = [
            (
                &["phone"],
                Role::Coordinator,
                3,
                Hidden,
                Full,
                12,
                "3 coordinators of B gain the phone in full of 12 volunteers of A.",
                "乙會的 3 名統籌可看到甲會的 12 名義工的完整電話。",
            ),
            (
                &["phone", "email", "address"],
                Role::Coordinator,
                1,
                Masked,
                Full,
                1,
                "1 coordinator of B gains the phone, e-mail address and address in full of 1 volunteer of A, masked before.",
                "乙會的 1 名統籌可看到甲會的 1 名義工的完整電話、電郵及住址，之前只見遮蔽。",
            ),
            (
                &["nameZh"],
                Role::Share,
                2,
                Hidden,
                Masked,
                1_234,
                "2 shares with B gain the Chinese name, masked, of 1,234 volunteers of A.",
                "乙會所獲的 2 項分享可看到甲會的 1,234 名義工的遮蔽中文姓名或名稱。",
            ),
            (
                &["phone"],
                Role::Volunteer,
                2,
                Full,
                Masked,
                2,
                "2 volunteers of B lose the phone in full of 2 volunteers of A, and keep the mask.",
                "乙會的 2 名義工不再看到甲會的 2 名義工的完整電話，只見遮蔽。",
            ),
            (
                &["phone"],
                Role::Nobody,
                1,
                Masked,
                Hidden,
                2,
                "Whoever is not signed in loses the masked phone of 2 volunteers of A.",
                "未登入者不再看到甲會的 2 名義工的遮蔽電話。",
            ),
            (
                &["there"],
                Role::TeamLeader,
                2,
                Hidden,
                Full,
                4,
                "2 team leaders of B see 4 volunteers of A, not there for them before.",
                "乙會的 2 名隊長可看到甲會的 4 名義工，之前看不到。",
            ),
            (
                &["edit phone"],
                Role::Administrator,
                1,
                Allowed,
                Refused,
                4,
                "1 administrator of B can no longer set the phone of 4 volunteers of A.",
                "乙會的 1 名管理員不可再編輯甲會的 4 名義工的電話。",
            ),
            (
                &["archive"],
                Role::Administrator,
                1,
                Refused,
                Allowed,
                4,
                "1 administrator of B can now archive 4 volunteers of A.",
                "乙會的 1 名管理員可封存甲會的 4 名義工。",
            ),
            (
                &["create"],
                Role::Coordinator,
                1,
                Refused,
                Allowed,
                0,
                "1 coordinator of B can now add volunteers of A.",
                "乙會的 1 名統籌可新增甲會的義工。",
            ),
        ];
        for (words, role, viewers, before, after, records, english, chinese) in cases {
            let questions: Vec<Question> = words
                .iter()
                .map(|word| Question::named(of, word).unwrap())
                .collect();
            let exactly = |of| Number { of, capped: false };
            let told = Told {
                role: &role,
                viewers: exactly(viewers),
                of_viewers: &one("B", "乙會"),
                of,
                questions: &questions,
                before,
                after,
                records: exactly(records),
                of_records: &one("A", "甲會"),
            };
            assert_eq!(
                (told.english(), told.chinese()),
                (english.into(), chinese.into())
            );
        }
    }

    #[test]
    fn a_number_that_is_not_exact_says_so() {
        let of = find("Volunteer").unwrap();
        let capped = Number {
            of: 100_000,
            capped: true,
        };
        let told = Told {
            role: &Role::User,
            viewers: capped,
            of_viewers: &Whose::Unsaid,
            of,
            questions: &[Question::named(of, "phone").unwrap()],
            before: Answer::Full,
            after: Answer::Hidden,
            records: capped,
            of_records: &Whose::Several(3),
        };
        let english = "At least 100,000 users lose the phone of at least 100,000 volunteers of 3 organisations.";
        assert_eq!(told.english(), english);
        let chinese = "至少 100,000 名用戶不再看到 3 間機構的至少 100,000 名義工的電話。";
        assert_eq!(told.chinese(), chinese);
    }
}
