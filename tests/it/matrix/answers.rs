//! What the server's own engine answers for every row of the demo.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kaifong::catalogue::{DeedScope, TYPES, Type, Write, find};
use kaifong::demo::Demo;
use kaifong::policy::{Layout, Lens, Policies, Record, Rows, Shown, Value};
use kaifong::store::Store;
use kaifong::viewer::assemble;
use uuid::Uuid;

use super::sorts::WORDS;
use super::ties::Tie;
use super::viewers::Me;
use crate::app::{App, noon};

/// What can be asked of a row: `list`, a field, `field:edit`, a deed.
pub type Question = String;

/// Of one viewer and one type: for each sort of row, in the order of [`WORDS`], the answer to
/// every question: `F`, `M`, `✓` or `–`.
pub type Sorts = Vec<(&'static str, BTreeMap<Question, char>)>;

/// How many rows of a sort are asked one by one what can be set; all are asked what is shown.
const SAMPLE: usize = 5;

/// The questions about a type, in the order of its pages.
pub fn questions(of: &'static Type) -> Vec<Question> {
    let fields = of.fields.iter().map(|field| field.name.to_owned());
    let edits = of.fields.iter().filter(|field| field.write != Write::Never);
    let edits = edits.map(|field| format!("{}:edit", field.name));
    let deeds = of.deeds.iter().map(|deed| deed.name.to_owned());
    ["list".to_owned()]
        .into_iter()
        .chain(fields)
        .chain(edits)
        .chain(deeds)
        .collect()
}

/// The viewer as the server makes it of the demo's rows.
pub async fn lens(app: &App, me: &Me) -> Arc<Lens> {
    let subject = me.subject();
    let store = app.graph.store();
    let viewer = assemble(me.claimed(&subject), store, noon()).await.unwrap();
    Arc::new(Lens::new(Policies::shipped().unwrap(), viewer).unwrap())
}

/// Every answer to a viewer. Rows of one sort must be answered alike.
pub async fn answers(
    app: &App,
    me: &Me,
    ties: &BTreeMap<&'static str, Vec<Tie>>,
) -> BTreeMap<&'static str, Sorts> {
    let lens = lens(app, me).await;
    let store = app.graph.store().at(noon());
    let mut all = BTreeMap::new();
    for of in TYPES {
        let rows = &ties[of.name];
        let ids: Vec<Uuid> = rows.iter().map(|tie| tie.id).collect();
        let shown = Sight::of(of, &lens, &store, &ids).await;
        let records = store.records(of, &ids).await.unwrap();
        let mut sorts: HashMap<&'static str, Vec<&Tie>> = HashMap::new();
        for tie in rows {
            sorts.entry(me.sees_as(of.name, tie)).or_default().push(tie);
        }
        let mut answered = Sorts::new();
        for (word, _) in WORDS {
            let Some(rows) = sorts.get(word) else {
                continue;
            };
            let mut first: Option<(Uuid, BTreeMap<Question, char>)> = None;
            let every = rows.len().div_ceil(SAMPLE);
            let mut said = BTreeMap::new();
            for (at, tie) in rows.iter().enumerate() {
                let seen = shown.row(tie.id);
                if let Some((id, before)) = &first {
                    let differs: Vec<_> = seen.iter().filter(|(q, a)| before[*q] != **a).collect();
                    assert!(
                        differs.is_empty(),
                        "to {}, not every {} that is `{word}` is alike: {id} and {} differ in {differs:?}",
                        me.name,
                        of.name,
                        tie.id
                    );
                }
                if at % every == 0 {
                    let asked = asked(of, &lens, &records[&tie.id]);
                    let known: &BTreeMap<Question, char> = &said;
                    for (question, answer) in &asked {
                        let before = known.get(question).unwrap_or(answer);
                        assert_eq!(
                            before, answer,
                            "{}: {}.{question} {}",
                            me.name, of.name, tie.id
                        );
                    }
                    said.extend(asked);
                }
                first = first.or(Some((tie.id, seen)));
            }
            said.extend(first.unwrap().1);
            answered.push((word, said));
        }
        all.insert(of.name, answered);
    }
    all
}

/// What is shown of the rows of a type, and what may be done to them.
struct Sight {
    of: &'static Type,
    slots: Vec<(Question, kaifong::policy::Slot)>,
    deeds: Vec<(Question, kaifong::policy::Slot)>,
    rows: Rows,
}

impl Sight {
    async fn of(of: &'static Type, lens: &Arc<Lens>, store: &Store, ids: &[Uuid]) -> Self {
        let mut layout = Layout::new(of, lens);
        let slots = of
            .fields
            .iter()
            .map(|field| (field.name.to_owned(), layout.field(field)));
        let slots = slots.collect();
        let existing = of.deeds.iter().filter(|deed| deed.scope.of_a_row());
        let deeds = existing
            .map(|deed| (deed.name.to_owned(), layout.deed(deed)))
            .collect();
        let rows = store.by_ids(&Arc::new(layout), ids).await.unwrap();
        Self {
            of,
            slots,
            deeds,
            rows,
        }
    }

    fn row(&self, id: Uuid) -> BTreeMap<Question, char> {
        let row = self.rows.find(id);
        let mut said = BTreeMap::from([("list".to_owned(), tick(row.is_some(), 'F'))]);
        for (question, slot) in &self.slots {
            let answer = match row.map(|row| row.show(*slot)) {
                Some(Shown::Full(_)) => 'F',
                Some(Shown::Masked(..)) => 'M',
                Some(Shown::Hidden) | None => '–',
            };
            said.insert(question.clone(), answer);
        }
        for (question, slot) in &self.deeds {
            let allowed = row.is_some_and(|row| row.allows(*slot));
            said.insert(question.clone(), tick(allowed, '✓'));
        }
        assert_eq!(self.slots.len(), self.of.fields.len());
        said
    }
}

fn tick(yes: bool, sign: char) -> char {
    if yes { sign } else { '–' }
}

/// What Cedar itself says of setting fields, of making a row like this one, and of rows in bulk.
fn asked(of: &'static Type, lens: &Lens, record: &Record) -> BTreeMap<Question, char> {
    let mut said = BTreeMap::new();
    for field in of.fields.iter().filter(|field| field.write != Write::Never) {
        let allowed = lens.allows(&format!("{}:edit", field.action(of)), record);
        said.insert(format!("{}:edit", field.name), tick(allowed, '✓'));
    }
    for deed in of.deeds {
        let allowed = match deed.scope {
            DeedScope::Existing | DeedScope::Right => continue,
            DeedScope::New => {
                let action = format!("{}.{}", of.name, deed.name);
                lens.allows(&action, &like(of, record))
            }
            DeedScope::Bulk => lens.permit_bulk(of, deed).is_ok(),
        };
        said.insert(deed.name.to_owned(), tick(allowed, '✓'));
    }
    said
}

/// A new row with the references and words of this one; nothing points to it yet.
fn like(of: &'static Type, record: &Record) -> Record {
    let id = Uuid::from_u128(7);
    let values = of.attributes.iter().filter_map(|attribute| {
        let value = match record.value(attribute.name)? {
            Value::Id(known) if *known == record.id() => Value::Id(id),
            Value::Ids(_) => Value::Ids(Default::default()),
            other => other.clone(),
        };
        Some((attribute.name, value))
    });
    Record::new(of, id, values.collect())
}

/// Who may set a field sees it in full, and who may do something to a row sees that it is there.
pub fn check_sense(me: &Me, answers: &BTreeMap<&'static str, Sorts>) {
    for (of, sorts) in answers {
        for (word, said) in sorts {
            for (question, answer) in said.iter().filter(|(_, answer)| **answer == '✓') {
                let place = format!("{}: {of}.{question} {answer} {word}", me.name);
                match question.strip_suffix(":edit") {
                    Some(field) => assert_eq!(said[field], 'F', "{place}"),
                    None => assert!(
                        ["create", "issue"].contains(&question.as_str()) || said["list"] == 'F',
                        "{place}"
                    ),
                }
            }
            let of = find(of).unwrap();
            assert_eq!(said.len(), questions(of).len(), "{}: {}", me.name, of.name);
            // without the row there is nothing in it
            if said["list"] == '–' {
                assert!(of.fields.iter().all(|field| said[field.name] == '–'));
            }
        }
    }
}

/// The demo's rows, as the server holds them and as the matrix counts them.
pub fn check_rows(demo: &Demo, ties: &BTreeMap<&'static str, Vec<Tie>>) {
    assert_eq!(ties.len(), TYPES.len());
    assert!(demo.volunteers.len() > 400 && ties.values().all(|rows| !rows.is_empty()));
}
