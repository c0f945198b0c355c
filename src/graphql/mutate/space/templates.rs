//! Templates are brought into a space by the organisation whose they are, and taken out again.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::trail::Trail;
use super::{Decided, Input, Work, named, not_yours};
use crate::catalogue::{self, Cell};
use crate::graphql::error::GraphError;
use crate::graphql::id;
use crate::graphql::mutate::given;
use crate::graphql::mutate::payload::{UserError, UserErrorCode};
use crate::policy::Value as Attribute;
use crate::store::Draft;

/// The input that names templates.
const NAME: &str = "templateIds";

impl Work<'_> {
    /// Brings in templates that the viewer sees, each of an organisation for which the viewer acts:
    /// what is read in a space is not brought on, and what is not to be forwarded is not brought.
    pub(super) async fn templates_brought(&self, input: &Input) -> Decided {
        let Some(of) = catalogue::find("ShiftTemplate") else {
            return Ok(Ok(None));
        };
        let templates = match named(input, NAME, of) {
            Ok(templates) => templates,
            Err(error) => return Ok(Err(vec![error])),
        };
        let mut trail = self.trail();
        let mut rows = Vec::new();
        for template in templates {
            let organisation = match self.ready(of, template).await? {
                Ok(organisation) => organisation,
                Err(error) => return Ok(Err(vec![error])),
            };
            let mut there = self.row.templates.iter();
            if there.any(|row| row.template == template) {
                continue;
            }
            trail.say("BRING_TEMPLATE", organisation, Map::new(), told(template));
            rows.extend(self.template_row(organisation, template));
        }
        if rows.is_empty() {
            return Ok(Ok(None));
        }
        let mut step = self.step(trail);
        step.gains.extend(rows);
        Ok(Ok(Some(step)))
    }

    /// Takes templates out that are in the space, each of an organisation for which the viewer acts.
    pub(super) async fn templates_taken_out(&self, input: &Input) -> Decided {
        let Some(of) = catalogue::find("ShiftTemplate") else {
            return Ok(Ok(None));
        };
        let templates = match named(input, NAME, of) {
            Ok(templates) => templates,
            Err(error) => return Ok(Err(vec![error])),
        };
        let mut trail = self.trail();
        let mut leaves = Vec::new();
        for template in templates {
            let mut rows = self.row.templates.iter();
            let Some(row) = rows.find(|row| row.template == template) else {
                return Ok(Err(vec![UserError::not_found(NAME)]));
            };
            if !self.works_for(row.organisation) {
                // One that is here but hidden is as one that is not here.
                let seen = given::seen(self.scope, of, template).await?;
                let error = match seen {
                    true => not_yours(NAME),
                    false => UserError::not_found(NAME),
                };
                return Ok(Err(vec![error]));
            }
            let before = told(template);
            trail.say("TAKE_OUT_TEMPLATE", row.organisation, before, Map::new());
            leaves.push(row.id);
        }
        let mut step = self.step(trail);
        step.template_leaves = leaves;
        Ok(Ok(Some(step)))
    }

    /// The templates of an organisation that is in the space no longer go with it.
    pub(super) fn templates_withdrawn(&self, organisation: Uuid, trail: &mut Trail) -> Vec<Uuid> {
        let rows = self.row.templates.iter();
        let theirs = rows.filter(|row| row.organisation == organisation);
        let mut leaves = Vec::new();
        for row in theirs {
            let before = told(row.template);
            trail.say("TAKE_OUT_TEMPLATE", organisation, before, Map::new());
            leaves.push(row.id);
        }
        leaves
    }

    /// Whose a template is that may be brought in now.
    async fn ready(
        &self,
        of: &'static catalogue::Type,
        template: Uuid,
    ) -> Result<Result<Uuid, UserError>, GraphError> {
        let missing = || Ok(Err(UserError::not_found(NAME)));
        if !given::seen(self.scope, of, template).await? {
            return missing();
        }
        let records = self.scope.store.records(of, &[template]).await?;
        let Some(record) = records.get(&template) else {
            return missing();
        };
        let Some(Attribute::Id(organisation)) = record.value("organisation") else {
            return missing();
        };
        if !self.works_for(*organisation) {
            return Ok(Err(not_yours(NAME)));
        }
        if record.value("forwardable") != Some(&Attribute::Flag(true)) {
            return Ok(Err(not_forwardable()));
        }
        Ok(match self.scope.store.revision(of, template).await? {
            Some((_, false)) => Ok(*organisation),
            _ => Err(UserError {
                field: Some(NAME.to_owned()),
                ..UserError::archived()
            }),
        })
    }

    fn template_row(&self, organisation: Uuid, template: Uuid) -> Option<Draft> {
        let mut draft = Draft::new(catalogue::find("SpaceTemplate")?);
        for (column, id) in [
            ("space_id", self.current.id()),
            ("organisation_id", organisation),
            ("shift_template_id", template),
        ] {
            draft.put(column, &Cell::Id(id));
        }
        Some(draft)
    }
}

fn not_forwardable() -> UserError {
    UserError::new(
        UserErrorCode::NotForwardable,
        "The template is not to be forwarded, and stays in its organisation.",
        "此範本不得轉發，只供所屬機構使用。",
        Some(NAME),
    )
}

/// What the trail says of a template.
fn told(template: Uuid) -> Map<String, Json> {
    let of = catalogue::find("ShiftTemplate");
    let id = of.map(|of| json!(id::encode(of, template)));
    id.map(|id| ("templateId".to_owned(), id))
        .into_iter()
        .collect()
}
