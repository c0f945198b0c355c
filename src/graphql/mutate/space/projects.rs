//! Projects are brought into a space by the organisation that leads them, and taken out again.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::trail::Trail;
use super::{Decided, Input, Work, named, not_yours};
use crate::catalogue::{self, Cell};
use crate::graphql::error::GraphError;
use crate::graphql::id;
use crate::graphql::mutate::given;
use crate::graphql::mutate::payload::UserError;
use crate::policy::Value as Attribute;
use crate::store::Draft;

/// The input that names projects.
const NAME: &str = "projectIds";

impl Work<'_> {
    /// Brings in projects that the viewer sees, each of an organisation for which the viewer acts:
    /// what was shared with that organisation is not its own, and is not brought on.
    pub(super) async fn brought(&self, input: &Input) -> Decided {
        let Some(of) = catalogue::find("Project") else {
            return Ok(Ok(None));
        };
        let projects = match named(input, NAME, of) {
            Ok(projects) => projects,
            Err(error) => return Ok(Err(vec![error])),
        };
        let mut trail = self.trail();
        let mut rows = Vec::new();
        for project in projects {
            if !given::seen(self.scope, of, project).await? {
                return Ok(Err(vec![UserError::not_found(NAME)]));
            }
            let Some(organisation) = self.organisation_of(of, project).await? else {
                return Ok(Err(vec![UserError::not_found(NAME)]));
            };
            if !self.works_for(organisation) {
                return Ok(Err(vec![not_yours(NAME)]));
            }
            if self.row.projects.iter().any(|row| row.project == project) {
                continue;
            }
            trail.say("BRING", organisation, Map::new(), told(project));
            rows.extend(self.row_of(organisation, project));
        }
        if rows.is_empty() {
            return Ok(Ok(None));
        }
        let mut step = self.step(trail);
        step.gains.extend(rows);
        Ok(Ok(Some(step)))
    }

    /// Takes projects out that are in the space, each of an organisation for which the viewer acts.
    pub(super) fn taken_out(&self, input: &Input) -> Decided {
        let Some(of) = catalogue::find("Project") else {
            return Ok(Ok(None));
        };
        let projects = match named(input, NAME, of) {
            Ok(projects) => projects,
            Err(error) => return Ok(Err(vec![error])),
        };
        let mut trail = self.trail();
        let mut leaves = Vec::new();
        for project in projects {
            let mut rows = self.row.projects.iter();
            let Some(row) = rows.find(|row| row.project == project) else {
                return Ok(Err(vec![UserError::not_found(NAME)]));
            };
            if !self.works_for(row.organisation) {
                return Ok(Err(vec![not_yours(NAME)]));
            }
            trail.say("TAKE_OUT", row.organisation, told(project), Map::new());
            leaves.push(row.id);
        }
        let mut step = self.step(trail);
        step.leaves = leaves;
        Ok(Ok(Some(step)))
    }

    /// The projects of an organisation that is in the space no longer go with it.
    pub(super) fn withdrawn(&self, organisation: Uuid, trail: &mut Trail) -> Vec<Uuid> {
        let rows = self.row.projects.iter();
        let theirs = rows.filter(|row| row.organisation == organisation);
        let mut leaves = Vec::new();
        for row in theirs {
            trail.say("TAKE_OUT", organisation, told(row.project), Map::new());
            leaves.push(row.id);
        }
        leaves
    }

    async fn organisation_of(
        &self,
        of: &'static catalogue::Type,
        project: Uuid,
    ) -> Result<Option<Uuid>, GraphError> {
        let records = self.scope.store.records(of, &[project]).await?;
        let record = records.get(&project);
        Ok(match record.and_then(|r| r.value("organisation")) {
            Some(Attribute::Id(organisation)) => Some(*organisation),
            _ => None,
        })
    }

    fn row_of(&self, organisation: Uuid, project: Uuid) -> Option<Draft> {
        let mut draft = Draft::new(catalogue::find("SpaceProject")?);
        for (column, id) in [
            ("space_id", self.current.id()),
            ("lead_id", self.row.lead),
            ("organisation_id", organisation),
            ("project_id", project),
        ] {
            draft.put(column, &Cell::Id(id));
        }
        Some(draft)
    }
}

/// What the trail says of a project.
fn told(project: Uuid) -> Map<String, Json> {
    let of = catalogue::find("Project");
    let id = of.map(|of| json!(id::encode(of, project)));
    id.map(|id| ("projectId".to_owned(), id))
        .into_iter()
        .collect()
}
