//! A request is answered, in whole or in part, refused, or taken back.

use async_graphql::Value;
use uuid::Uuid;

use super::super::super::arguments::word;
use super::super::super::disclosures;
use super::super::super::error::GraphError;
use super::super::super::schema::Mutate;
use super::super::super::scope::Scope;
use super::super::change::{Current, current, overtaken};
use super::super::given::required;
use super::super::payload::{Outcome, UserError};
use super::super::{Input, action};
use super::{Whose, conflict, correction, step, unfit};
use crate::catalogue::{self, Cell, GROUNDS, TYPES};
use crate::rights::clock;
use crate::store::{Change, Changed, DataRequestStep, Draft};
use crate::values;

/// How often a step is decided again when another came in between.
const TRIES: usize = 5;

/// What stands in the way, or a step.
type Decided = Result<DataRequestStep, Vec<UserError>>;

/// Settles a request.
pub async fn settle(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    for _ in 0..TRIES {
        let current = match current(scope, mutate.of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        let decided = Settling::of(scope, mutate, input, &current);
        let step = match decided {
            Ok(settling) => settling.step().await?,
            Err(error) => Err(vec![error]),
        };
        let step = match step {
            Ok(step) => step,
            Err(errors) => return Ok(Outcome::refused(errors)),
        };
        let name = action(mutate.of, mutate.deed.name);
        let done = scope
            .store
            .data_request_step(&permit, &name, step, scope.now);
        if done.await? == Changed::Done {
            return Ok(Outcome::done(current.id()));
        }
    }
    Ok(Outcome::because(overtaken()))
}

struct Settling<'a> {
    scope: &'a Scope,
    mutate: Mutate,
    input: &'a Input,
    current: &'a Current,
    whose: Whose,
    kind: &'a str,
}

impl<'a> Settling<'a> {
    /// Whoever may settle a request reads it in full.
    fn of(
        scope: &'a Scope,
        mutate: Mutate,
        input: &'a Input,
        current: &'a Current,
    ) -> Result<Self, UserError> {
        let text = |column: &str| match current.shown(column) {
            Some(Cell::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let whose = Whose::of(|column| current.shown(column));
        let (Some(whose), Some(kind), Some(state)) = (whose, text("kind"), text("state")) else {
            return Err(UserError::not_found("id"));
        };
        // What was late can follow an answer in part.
        let may = match mutate.deed.name {
            "answer" | "answerPartly" => ["OPEN", "PARTLY_ANSWERED"].contains(&state),
            _ => state == "OPEN",
        };
        if !may || current.archived {
            let (en, zh) = (
                "The request does not stand so that this could be done.",
                "要求現時的狀態不可作此操作。",
            );
            return Err(conflict(en, zh, "id"));
        }
        Ok(Self {
            scope,
            mutate,
            input,
            current,
            whose,
            kind,
        })
    }

    fn id(&self) -> Uuid {
        self.current.id()
    }

    async fn step(&self) -> Result<Decided, GraphError> {
        match self.mutate.deed.name {
            "answer" => self.answered().await,
            "answerPartly" => Ok(self.partly()),
            "refuse" => Ok(self.refused()),
            _ => Ok(self.settled("WITHDRAWN", "WITHDRAW").ok_or_else(Vec::new)),
        }
    }

    /// The step by which it comes to stand so.
    fn settled(&self, state: &'static str, deed: &str) -> Option<DataRequestStep> {
        let mut change = Change {
            of: self.mutate.of,
            id: self.id(),
            revision: self.current.revision,
            columns: Vec::new(),
        };
        for (name, cell) in [
            ("state", Cell::Text(state.to_owned())),
            ("settledAt", Cell::Time(self.scope.now)),
            ("nextReminderOn", Cell::Null),
        ] {
            change.set(self.mutate.of.field(name)?, &cell);
        }
        Some(DataRequestStep {
            change,
            trail: vec![step(self.scope, self.id(), self.whose, deed)?],
            more: Vec::new(),
            correction: None,
        })
    }

    async fn answered(&self) -> Result<Decided, GraphError> {
        let Some(mut step) = self.settled("ANSWERED", "ANSWER") else {
            return Ok(Err(Vec::new()));
        };
        if self.kind == "CORRECTION" {
            let (Some(field), Some(proposed)) =
                (self.text("corrected_field"), self.text("proposed_value"))
            else {
                return Ok(Err(vec![UserError::not_found("id")]));
            };
            match correction::change(self.scope, self.whose, field, proposed).await? {
                Ok(change) => step.correction = Some(change),
                Err(error) => return Ok(Err(vec![error])),
            }
        } else {
            self.set(&mut step, "withheld", &Cell::Text("[]".to_owned()));
            self.set(&mut step, "reasons", &Cell::Null);
        }
        Ok(Ok(step))
    }

    fn partly(&self) -> Decided {
        if self.kind == "CORRECTION" {
            let (en, zh) = (
                "A correction is made, or it is refused.",
                "改正資料要求只可遵從或拒絕。",
            );
            return Err(vec![conflict(en, zh, "id")]);
        }
        let reasons = self.written("reasons")?;
        let withheld = match self.input.get("withheld") {
            Some(Value::List(items)) => items.iter().filter_map(word).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if withheld.is_empty() {
            return Err(vec![required("withheld")]);
        }
        if !withheld.iter().all(|name: &String| is_a_part(name)) {
            let (en, zh) = (
                "Name types, or fields of types, such as `Assignment.remark`.",
                "請列出類別或其欄目，例如 `Assignment.remark`。",
            );
            return Err(vec![unfit(en, zh, "withheld")]);
        }
        let list = serde_json::to_string(&withheld).unwrap_or_default();
        let step = self.settled("PARTLY_ANSWERED", "ANSWER_PARTLY");
        let mut step = step.ok_or_else(Vec::new)?;
        self.set(&mut step, "reasons", &Cell::Text(reasons));
        self.set(&mut step, "withheld", &Cell::Text(list));
        Ok(step)
    }

    fn refused(&self) -> Decided {
        let ground = self.input.get("ground").and_then(word);
        let Some(ground) = ground else {
            return Err(vec![required("ground")]);
        };
        let fits = GROUNDS.iter().any(|known| {
            let of_kind = match self.kind {
                "CORRECTION" => known.of_correction,
                _ => known.of_access,
            };
            known.code == ground && of_kind
        });
        if !fits {
            let (en, zh) = (
                "The Ordinance has no such ground for a request of this kind.",
                "法例並無以此理由拒絕此類要求。",
            );
            return Err(vec![unfit(en, zh, "ground")]);
        }
        let reasons = self.written("reasons")?;
        let particulars = self.written("particulars")?;
        let ground = Cell::Text(ground.to_owned());
        let mut step = self.settled("REFUSED", "REFUSE").ok_or_else(Vec::new)?;
        self.set(&mut step, "ground", &ground);
        self.set(&mut step, "reasons", &Cell::Text(reasons));
        for trail in &mut step.trail {
            trail.put("ground", &ground);
        }
        step.more = self.logged(&ground, &particulars).ok_or_else(Vec::new)?;
        Ok(step)
    }

    /// The entry of the log of refusals, which names nobody; and, of a correction, the note that
    /// travels with the data.
    fn logged(&self, ground: &Cell, particulars: &str) -> Option<Vec<Draft>> {
        let today = clock::day(self.scope.now);
        let mut entry = Draft::new(catalogue::find("DataRequestRefusal")?);
        entry.put("organisation_id", &Cell::Id(self.whose.organisation));
        entry.put("kind", &Cell::Text(self.kind.to_owned()));
        entry.put("ground", ground);
        entry.put("particulars", &Cell::Text(particulars.to_owned()));
        entry.put("opened_on", self.current.shown("opened_on")?);
        entry.put("refused_on", &Cell::Date(today));
        entry.put("kept_until", &Cell::Date(clock::kept_until(today)));
        let mut more = vec![entry];
        if self.kind == "CORRECTION" {
            let mut note = Draft::new(catalogue::find("CorrectionNote")?);
            self.whose.put(&mut note);
            note.put("data_request_id", &Cell::Id(self.id()));
            note.put("disputed_field", self.current.shown("corrected_field")?);
            note.put("statement", self.current.shown("statement")?);
            note.put("proposed_value", self.current.shown("proposed_value")?);
            more.push(note);
        }
        Some(more)
    }

    fn set(&self, step: &mut DataRequestStep, name: &str, cell: &Cell) {
        if let Some(field) = self.mutate.of.field(name) {
            step.change.set(field, cell);
        }
    }

    fn text(&self, column: &str) -> Option<&str> {
        match self.current.shown(column) {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A text that must be given.
    fn written(&self, name: &str) -> Result<String, Vec<UserError>> {
        let given = match self.input.get(name) {
            Some(Value::String(text)) => values::text(text),
            _ => Ok(String::new()),
        };
        match given {
            Ok(text) if text.is_empty() => Err(vec![required(name)]),
            Ok(text) => Ok(text),
            Err(unfit) => Err(vec![super::super::given::invalid(unfit, name)]),
        }
    }
}

/// Whether there is such a type, or such a field of one; to whom the data was shown is a part too.
fn is_a_part(name: &str) -> bool {
    if name == disclosures::ENTRY {
        return true;
    }
    let (of, field) = name.split_once('.').unwrap_or((name, ""));
    TYPES
        .iter()
        .any(|known| known.name == of && (field.is_empty() || known.field(field).is_some()))
}
