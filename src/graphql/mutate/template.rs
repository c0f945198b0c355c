//! A shift that is made takes from a template what its input leaves out.
//!
//! What is taken is a copy: the shift does not say from which template it came. It is read by others
//! than the template is, and a reference would tell them what is in a space.

use chrono::TimeDelta;

use super::super::error::GraphError;
use super::super::scope::Scope;
use super::Input;
use super::change::{Current, current};
use super::given::{self, Given};
use super::payload::UserError;
use crate::catalogue::{self, Cell, Type};
use crate::values::Unfit;

/// The input that names the template.
const NAME: &str = "templateId";

/// The columns that a shift takes over, called alike in both tables.
const TAKEN: [&str; 4] = ["task_type", "tags", "outdoor", "needed"];

/// The longest that an activity takes: a week, in minutes.
const LONGEST: i64 = 7 * 24 * 60;

/// Adds what a template says and the input does not; or what stands in the way. Of a template that the
/// viewer does not see, and of one that never was, the same is said.
pub async fn fill(
    scope: &Scope,
    of: &'static Type,
    input: &Input,
    values: &mut Given,
) -> Result<Option<UserError>, GraphError> {
    if of.table != "shift" {
        return Ok(None);
    }
    if let Some(name) = input
        .get(NAME)
        .filter(|name| **name != async_graphql::Value::Null)
    {
        let Some(templates) = catalogue::find("ShiftTemplate") else {
            return Ok(Some(UserError::not_found(NAME)));
        };
        let named = Input::from_iter([(async_graphql::Name::new("id"), name.clone())]);
        let template = match current(scope, templates, &named).await? {
            Ok(template) if !template.archived => template,
            Ok(_) => {
                let field = Some(NAME.to_owned());
                let archived = UserError::archived();
                return Ok(Some(UserError { field, ..archived }));
            }
            Err(_) => return Ok(Some(UserError::not_found(NAME))),
        };
        take(of, &template, input, values);
    }
    let ends = of.field("endsAt").is_some_and(|field| {
        let given = values.iter().any(|(given, _)| given.name == field.name);
        given || input.contains_key(field.name)
    });
    Ok((!ends).then(|| given::required("endsAt")))
}

/// What the viewer sees of the template, where the input says nothing.
fn take(of: &'static Type, template: &Current, input: &Input, values: &mut Given) {
    for field in of.fields {
        let Some(column) = field.column() else {
            continue;
        };
        if input.contains_key(field.input_name().as_str()) {
            continue;
        }
        let cell = match column {
            "ends_at" => end(template, values),
            column if TAKEN.contains(&column) => template.shown(column).cloned(),
            _ => None,
        };
        values.extend(cell.map(|cell| (field, cell)));
    }
}

/// When a shift ends that takes as long as the template says.
fn end(template: &Current, values: &Given) -> Option<Cell> {
    let mut given = values.iter();
    let begins = given.find(|(field, _)| field.column() == Some("starts_at"));
    match (begins, template.shown("duration_minutes")) {
        (Some((_, Cell::Time(begins))), Some(Cell::Int(minutes))) => {
            let lasts = TimeDelta::try_minutes(*minutes)?;
            begins.checked_add_signed(lasts).map(Cell::Time)
        }
        _ => None,
    }
}

/// What no template can say.
pub fn unfit(of: &Type, value: &impl Fn(&str) -> Option<Cell>) -> Option<UserError> {
    if of.table != "shift_template" {
        return None;
    }
    match value("duration_minutes") {
        Some(Cell::Int(minutes)) if !(1..=LONGEST).contains(&minutes) => {
            let unfit = Unfit {
                en: "An activity takes from one minute to a week.",
                zh: "活動時間須為一分鐘至一星期。",
            };
            Some(given::invalid(unfit, "durationMinutes"))
        }
        _ => None,
    }
}
