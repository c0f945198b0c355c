//! A file of scenarios becomes cases.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ask::{Case, Known};
use super::question::{Answer, Groups, Question};
use super::world::{Reader, World};
use crate::catalogue;
use crate::policy::gate::Fault;
use crate::policy::lens::Lens;
use crate::policy::load::{Document, Policies};

/// What all files hold.
pub struct Books {
    /// The scenarios, ready to be asked.
    pub cases: Vec<Case>,
    /// Why some mutants cannot be noticed.
    pub arguments: Vec<Argument>,
    /// What is wrong with the files.
    pub faults: Vec<Fault>,
}

/// Why a mutant cannot be noticed by any scenario.
pub struct Argument {
    pub file: String,
    pub line: usize,
    pub policy: String,
    pub change: String,
    pub en: String,
    pub zh: String,
}

/// The cases of these files, and what is wrong with the files.
pub fn cases<'a>(
    policies: &Arc<Policies>,
    groups: &Groups,
    documents: impl IntoIterator<Item = &'a Document>,
) -> Books {
    let mut books = Books {
        cases: Vec::new(),
        arguments: Vec::new(),
        faults: Vec::new(),
    };
    for document in documents {
        let mut reader = Reader {
            document,
            faults: Vec::new(),
        };
        match DeTable::parse(&document.text) {
            Ok(table) => {
                let mut book = Book {
                    world: World::read(&mut reader, table.get_ref()),
                    policies,
                    groups,
                    lenses: HashMap::new(),
                };
                let cases = book.read(&mut reader, table.get_ref());
                books.cases.extend(cases);
                books.arguments.extend(argued(&mut reader, table.get_ref()));
            }
            Err(error) => {
                let told = error
                    .message()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                let zh = format!("此處寫法有誤，無法讀取：{told}");
                reader.fault(&error.span().unwrap_or_default(), told, zh);
            }
        }
        books.faults.extend(reader.faults);
    }
    books
}

/// The `[[equivalent]]` of a file.
fn argued(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<Argument> {
    let Some(DeValue::Array(list)) = table.get("equivalent").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for one in list.iter() {
        let Some(said) = reader.table(one) else {
            continue;
        };
        let mut text = |key: &str| match said.get(key) {
            Some(value) => reader.text(value).unwrap_or_default(),
            None => {
                let zh = format!("此處欠缺 `{key}`");
                reader.fault(&one.span(), format!("`{key}` is missing here"), zh);
                String::new()
            }
        };
        let (policy, change) = (text("policy"), text("change"));
        let (en, zh) = (text("en"), text("zh"));
        all.push(Argument {
            file: reader.document.name.clone(),
            line: reader.line(&one.span()),
            policy,
            change,
            en,
            zh,
        });
    }
    all
}

struct Book<'a> {
    world: World,
    policies: &'a Arc<Policies>,
    groups: &'a Groups,
    lenses: HashMap<String, Arc<Lens>>,
}

/// What a scenario says, each with its place.
#[derive(Default)]
struct Said {
    en: Option<(String, Range<usize>)>,
    zh: Option<(String, Range<usize>)>,
    who: Option<(String, Range<usize>)>,
    record: Option<(String, Range<usize>)>,
    even_if: bool,
    words: Vec<(Answer, String, Range<usize>)>,
}

impl Book<'_> {
    fn read(&mut self, reader: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<Case> {
        let mut cases = Vec::new();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "people" | "partners" | "equivalent" => {}
                "scenario" => {
                    let DeValue::Array(list) = value.get_ref() else {
                        let (en, zh) = ("write `[[scenario]]`", "請寫成 `[[scenario]]`");
                        reader.fault(&key.span(), en.to_owned(), zh.to_owned());
                        continue;
                    };
                    for one in list.iter() {
                        cases.extend(self.case(reader, one));
                    }
                }
                other if catalogue::find(other).is_some() => {}
                other => reader.fault(
                    &key.span(),
                    format!("`{other}` is neither a type of the schema nor `people`, `partners` or `scenario`"),
                    format!("`{other}` 不是結構檔的類別，也不是 `people`、`partners` 或 `scenario`"),
                ),
            }
        }
        cases
    }

    fn case(&mut self, reader: &mut Reader<'_>, one: &Spanned<DeValue<'_>>) -> Option<Case> {
        let before = reader.faults.len();
        let said = said(reader, one)?;
        let span = one.span();
        let mut need = |word: &str, said: Option<(String, Range<usize>)>| {
            if said.as_ref().is_none_or(|(text, _)| text.trim().is_empty()) {
                reader.fault(
                    &span,
                    format!("the scenario does not say `{word}`"),
                    format!("此情境欠缺 `{word}`"),
                );
                return None;
            }
            said
        };
        let (en, zh) = (need("en", said.en), need("zh", said.zh));
        let (who, record) = (need("who", said.who), need("record", said.record));
        let ((en, at), (zh, _), (who, who_at), (name, name_at)) = (en?, zh?, who?, record?);
        let line = reader.line(&at);
        let lens = self.lens(reader, &who, &who_at)?;
        let row = name.split_once(' ').and_then(|(of, name)| {
            let of = catalogue::find(of)?;
            self.world.find(of.entity, name)
        });
        let Some(row) = row else {
            reader.fault(
                &name_at,
                format!("`{name}` is no record of this file; write its type and its name, `Volunteer Vera`"),
                format!("`{name}` 不是本檔案的紀錄；請寫類別及名稱，例如 `Volunteer Vera`"),
            );
            return None;
        };
        let mut asked: Vec<(Question, Answer)> = Vec::new();
        for (answer, word, at) in said.words {
            let questions = self.groups.questions(row.of, &word, answer);
            if questions.is_empty() {
                let name = row.of.name;
                reader.fault(
                    &at,
                    format!("`{word}` is nothing that can be {} of a {name}: neither a field, a deed nor a group of the schema", answer.en()),
                    format!("{name} 沒有可以「{}」的 `{word}`：它不是欄位、操作或結構檔的組別", answer.zh()),
                );
            }
            asked.extend(questions.into_iter().map(|question| (question, answer)));
        }
        if asked.is_empty() && reader.faults.len() == before {
            reader.fault(
                &span,
                "the scenario asks nothing: say what is full, masked, hidden, allowed or refused"
                    .to_owned(),
                "此情境沒有問題：請寫明 full、masked、hidden、allowed 或 refused".to_owned(),
            );
        }
        Some(Case {
            file: reader.document.name.clone(),
            line,
            en,
            zh,
            who,
            record: row.record(),
            fresh: row.fresh(),
            name,
            lens,
            asked,
            even_if: said.even_if,
            there: Known::default(),
            made: Known::default(),
        })
    }

    fn lens(&mut self, reader: &mut Reader<'_>, who: &str, at: &Range<usize>) -> Option<Arc<Lens>> {
        if let Some(lens) = self.lenses.get(who) {
            return Some(Arc::clone(lens));
        }
        let Some(viewer) = self.world.viewer(who) else {
            reader.fault(
                at,
                format!("`{who}` is neither in [people] nor in [partners] of this file, nor `nobody`, nor `job import`, nor `connector mail in HK`"),
                format!("`{who}` 不在本檔案的 [people] 或 [partners]，也不是 `nobody`、`job import` 或 `connector mail in HK`"),
            );
            return None;
        };
        match Lens::new(Arc::clone(self.policies), viewer) {
            Ok(lens) => {
                let lens = Arc::new(lens);
                self.lenses.insert(who.to_owned(), Arc::clone(&lens));
                Some(lens)
            }
            Err(error) => {
                let zh = format!("`{who}` 與結構檔不符：{error}");
                reader.fault(at, format!("`{who}` does not fit the schema: {error}"), zh);
                None
            }
        }
    }
}

fn said(reader: &mut Reader<'_>, one: &Spanned<DeValue<'_>>) -> Option<Said> {
    let table = reader.table(one)?;
    let mut said = Said::default();
    for (key, value) in table {
        let place = match key.get_ref().as_ref() {
            "en" => &mut said.en,
            "zh" => &mut said.zh,
            "who" => &mut said.who,
            "record" => &mut said.record,
            "even_if_all_is_permitted" => {
                said.even_if = reader.flag(value).unwrap_or_default();
                continue;
            }
            word => {
                match Answer::ALL.into_iter().find(|answer| answer.en() == word) {
                    Some(answer) => said.words.extend(
                        reader
                            .texts(value)
                            .into_iter()
                            .map(|(word, span)| (answer, word, span)),
                    ),
                    None => reader.fault(
                        &key.span(),
                        format!("a scenario has no `{word}`; it has en, zh, who, record, full, masked, hidden, allowed, refused, even_if_all_is_permitted"),
                        format!("情境沒有 `{word}`；只有 en, zh, who, record, full, masked, hidden, allowed, refused, even_if_all_is_permitted"),
                    ),
                }
                continue;
            }
        };
        *place = reader.text(value).map(|text| (text, value.span()));
    }
    Some(said)
}
