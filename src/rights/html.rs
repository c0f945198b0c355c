//! The copy as one page to read and to print, in English and traditional Chinese. Everything in it is
//! escaped; it names no outside address and needs no script.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::copy::{Entry, Head, Item, Known, PREVIEW, Says, Words};
use super::given::{Given, in_words, note};

/// The language that comes first; the other stands beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// English.
    English,
    /// Traditional Chinese.
    Chinese,
}

/// What the page is allowed: its own style and nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; sandbox";

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}\
h1{font-size:1.5em}h2{font-size:1.1em;border-bottom:1px solid #666;margin:1.5em 0 .3em}\
h3{font-size:1em;margin:1em 0 .2em}.preview{border:2px solid #a00;padding:.5em}\
dl{display:grid;grid-template-columns:16em 1fr;gap:.2em 1em;margin:0}dt{color:#444}\
dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}.note{color:#555;font-size:.9em}\
.disputed{border-left:3px solid #a00;padding-left:.5em}\
@media print{body{margin:0;max-width:none}section{break-inside:avoid}}";

/// A text that cannot be taken for markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

impl Language {
    fn of<'a>(self, en: &'a str, zh: &'a str) -> (&'a str, &'a str) {
        match self {
            Self::English => (en, zh),
            Self::Chinese => (zh, en),
        }
    }

    /// Both, this one first.
    fn both(self, en: &str, zh: &str) -> String {
        let (first, second) = self.of(en, zh);
        format!("{} {}", escaped(first), escaped(second))
    }

    const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-HK",
        }
    }
}

/// A time as Hong Kong's clocks show it, which are eight hours ahead of UTC all year.
fn clock(at: DateTime<Utc>) -> String {
    let there = at.checked_add_signed(TimeDelta::hours(8)).unwrap_or(at);
    there.format("%Y-%m-%d %H:%M").to_string()
}

/// What comes before the entries.
#[must_use]
pub fn head(head: &Head, language: Language) -> String {
    let both = |en, zh| language.both(en, zh);
    let title = both("Personal data held on you", "所持有關於你的個人資料");
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title>\
         <style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n",
        language.tag()
    );
    if head.preview {
        let told = both(PREVIEW.0, PREVIEW.1);
        let _ = writeln!(page, "<p class=\"preview\"><strong>{told}</strong></p>");
    }
    page.push_str("<dl>\n");
    let mut line = |en, zh, value: &str| {
        let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", both(en, zh), escaped(value));
    };
    line("Held by", "資料使用者", &head.organisation.join(" "));
    line("Request of", "要求日期", &head.opened.to_string());
    if let Some(answered) = head.answered {
        line("Answered on", "回覆日期", &clock(answered));
    }
    line("Copy made at", "副本時間", &clock(head.made));
    if head.partly {
        line("Left out", "未提供部分", &head.withheld.join(", "));
        line(
            "Reasons",
            "理由",
            head.reasons.as_deref().unwrap_or_default(),
        );
    }
    let told = both(
        "Names and details of other people are shown only as far as you may know them.",
        "其他人士的姓名及資料只按你可知悉的程度顯示。",
    );
    let _ = writeln!(page, "</dl>\n<p class=\"note\">{told}</p>");
    page
}

/// An entry.
#[must_use]
pub fn entry(entry: &Entry, language: Language) -> String {
    let (en, zh) = &entry.words;
    let mut section = format!("<section>\n<h2>{}</h2>\n", language.both(en, zh));
    if entry.mention {
        let told = language.both("It mentions you.", "此項提及你。");
        let _ = writeln!(section, "<p class=\"note\">{told}</p>");
    }
    section.push_str("<dl>\n");
    let recorded = language.both("Recorded at", "紀錄時間");
    let _ = writeln!(section, "<dt>{recorded}</dt><dd>{}</dd>", clock(entry.made));
    for item in &entry.items {
        let (en, zh) = &item.words;
        let (label, value) = (language.both(en, zh), shown(item, language));
        let _ = writeln!(section, "<dt>{label}</dt><dd>{value}</dd>");
    }
    section.push_str("</dl>\n");
    if entry.secrets > 0 {
        let told = language.both(
            "What is kept here as a secret is not shown.",
            "此處以密文保存的內容不會顯示。",
        );
        let _ = writeln!(section, "<p class=\"note\">{told}</p>");
    }
    section.push_str("</section>\n");
    section
}

fn shown(item: &Item, language: Language) -> String {
    let hidden = || language.both("(another person; not shown)", "（他人資料，不予顯示）");
    let mut shown = match &item.says {
        Says::Value(_, Known::Hidden) => hidden(),
        Says::Value(value, _) => text(value, language),
        Says::You => language.both("you", "你"),
        Says::Row {
            known: Known::Hidden,
            ..
        } => hidden(),
        Says::Row { called, .. } => escaped(&called.join(" ")),
    };
    for (statement, value) in &item.disputed {
        let told = language.both("Its accuracy is disputed:", "當事人對其準確性有爭議：");
        let should = language.both("It should be:", "應為：");
        let _ = write!(
            shown,
            "<div class=\"disputed\">{told} {}<br>{should} {}</div>",
            escaped(statement),
            escaped(value)
        );
    }
    shown
}

fn text(value: &Value, language: Language) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => language.both("yes", "是"),
        Value::Bool(false) => language.both("no", "否"),
        Value::String(text) => escaped(text),
        Value::Array(items) => {
            let items = items.iter().map(|item| match item {
                Value::String(text) => escaped(text),
                item => escaped(&item.to_string()),
            });
            items.collect::<Vec<_>>().join("<br>")
        }
        other => escaped(&other.to_string()),
    }
}

/// What comes after the entries, and before what is said of to whom they were shown.
#[must_use]
pub fn middle(entries: u64, language: Language) -> String {
    let told = language.both("Entries:", "項目總數：");
    format!("<p class=\"note\">{told} {entries}</p>\n")
}

/// An answer that showed something, the first of all or a later one.
#[must_use]
pub fn given(given: &Given, first: bool, language: Language) -> String {
    let both = |en, zh| language.both(en, zh);
    let mut section = String::new();
    if first {
        let title = both("To whom your data was shown", "你的資料曾向誰披露");
        let _ = writeln!(section, "<h2>{title}</h2>");
    }
    let _ = writeln!(section, "<section>\n<h3>{}</h3>\n<dl>", clock(given.at));
    let mut line = |en, zh, value: &str| {
        let _ = writeln!(section, "<dt>{}</dt><dd>{value}</dd>", both(en, zh));
    };
    let code = |code: &str| {
        let (en, zh) = in_words(code);
        language.both(en, zh)
    };
    line("Shown to", "披露對象", &code(&given.kind));
    if !given.roles.is_empty() {
        let roles: Vec<String> = given.roles.iter().map(|role| code(role)).collect();
        line("As", "身分", &roles.join(", "));
    }
    if let Some(by) = &given.by {
        line("Name", "姓名", &who(by, language));
    }
    if !given.organisations.is_empty() {
        let all = given.organisations.iter().map(|one| who(one, language));
        line("For", "所屬機構", &all.collect::<Vec<_>>().join("<br>"));
    }
    if let Some(purpose) = &given.purpose {
        line("Purpose", "用途", &escaped(purpose));
    }
    for (en, zh, shown) in [
        ("In full", "完整顯示", &given.full),
        ("Masked", "遮蔽顯示", &given.masked),
    ] {
        if !shown.is_empty() {
            line(en, zh, &called(shown, language));
        }
    }
    if given.full.is_empty() && given.masked.is_empty() {
        line(
            "Shown",
            "披露內容",
            &both("only that there is a record", "只顯示有此紀錄"),
        );
    }
    section.push_str("</dl>\n</section>\n");
    section
}

fn who(says: &Says, language: Language) -> String {
    match says {
        Says::You => language.both("you", "你"),
        Says::Row {
            known: Known::Hidden,
            ..
        }
        | Says::Value(_, Known::Hidden) => language.both("(not shown)", "（不予顯示）"),
        Says::Row { called, .. } => escaped(&called.join(" ")),
        Says::Value(value, _) => text(value, language),
    }
}

fn called(shown: &[(String, Words)], language: Language) -> String {
    let each = shown.iter().map(|(_, (en, zh))| language.both(en, zh));
    each.collect::<Vec<_>>().join("<br>")
}

/// What comes after those; `None` where they were left out, else how many there are, and whether
/// the list is cut.
#[must_use]
pub fn tail(given: Option<(u64, bool)>, language: Language) -> String {
    let mut page = String::new();
    if let Some((count, cut)) = given {
        let told = language.both("Times that your data was shown:", "披露次數：");
        let (en, zh) = note(cut);
        let back = language.both(en, zh);
        let _ = writeln!(page, "<p class=\"note\">{told} {count}. {back}</p>");
    }
    page.push_str("</body></html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_be_taken_for_markup() {
        let entry = Entry {
            of: "Volunteer".into(),
            words: ("<b>".into(), "</dl>".into()),
            id: None,
            mention: false,
            made: DateTime::<Utc>::MIN_UTC,
            items: vec![Item {
                name: "nameEn".into(),
                words: ("a\"b".into(), "'".into()),
                says: Says::Value("<script>alert(1)</script>&".into(), Known::Full),
                disputed: vec![("<img src=x>".into(), "</div>".into())],
            }],
            secrets: 0,
        };
        for language in [Language::English, Language::Chinese] {
            let page = super::entry(&entry, language);
            for markup in ["<script", "<img", "<b>", "</div></div>"] {
                assert!(!page.contains(markup), "{markup} in {page}");
            }
            assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;"));
        }
    }
}
