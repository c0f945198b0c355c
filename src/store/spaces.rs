//! Spaces: how one stands, and the steps by which it comes to stand otherwise.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::events::{Changes, Event};
use super::space_templates::{SHARED, SharedTemplate};
use super::sql::Sql;
use super::write::{insert, update};
use super::{Change, Changed, Draft, Store, StoreError};
use crate::catalogue;
use crate::policy::Permit;

/// A space as it stands, for deciding, not for showing.
pub struct SpaceRow {
    /// Who leads it.
    pub lead: Uuid,
    /// The number of the last step of its trail.
    pub last_step: i32,
    /// How organisations stand in it.
    pub places: Vec<PlaceRow>,
    /// The projects that are in it.
    pub projects: Vec<BroughtRow>,
    /// The templates that are in it.
    pub templates: Vec<SharedTemplate>,
}

/// How an organisation stands in a space.
pub struct PlaceRow {
    /// The row that says so.
    pub id: Uuid,
    /// The organisation.
    pub organisation: Uuid,
    /// `INVITED`, `JOINED` and so on.
    pub state: String,
}

/// A project that is in a space.
pub struct BroughtRow {
    /// The row that says so.
    pub id: Uuid,
    /// The project.
    pub project: Uuid,
    /// Who brought it.
    pub organisation: Uuid,
}

/// A step in a space: all of it is kept, or nothing.
pub struct SpaceStep {
    /// What changes of the space itself.
    pub change: Change,
    /// Who stands otherwise now.
    pub places: Vec<(Uuid, &'static str)>,
    /// The projects that are in it no longer.
    pub leaves: Vec<Uuid>,
    /// The templates that are in it no longer.
    pub template_leaves: Vec<Uuid>,
    /// New places, projects and steps of the trail.
    pub gains: Vec<Draft>,
    /// The shares that are offered from it.
    pub offers: Vec<Offer>,
}

/// A share that is to be offered.
pub struct Offer {
    /// That it may be.
    pub permit: Permit,
    /// Its row, and what belongs to it.
    pub drafts: Vec<Draft>,
}

/// The action of which the permit of an offer must be.
const OFFERS: &str = "Partnership.create";

impl Store {
    /// How a space stands. What is read here after [`Store::revision`] and is newer fails the step.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn space(&self, id: Uuid) -> Result<Option<SpaceRow>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT lead_id, last_step FROM space WHERE id = ")
                .bind(id);
        });
        let rows = rows.await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let places = self.rows(|sql| {
            sql.push("SELECT id, organisation_id, state FROM space_member WHERE space_id = ");
            sql.bind(id).push(" ORDER BY id");
        });
        let projects = self.rows(|sql| {
            sql.push("SELECT id, project_id, organisation_id FROM space_project ");
            sql.push("WHERE archived_at IS NULL AND space_id = ")
                .bind(id)
                .push(" ORDER BY id");
        });
        Ok(Some(SpaceRow {
            lead: row.try_get_by_index(0)?,
            last_step: row.try_get_by_index(1)?,
            places: places.await?.iter().map(place).collect::<Result<_, _>>()?,
            projects: projects
                .await?
                .iter()
                .map(brought)
                .collect::<Result<_, _>>()?,
            templates: self.shared_templates(id).await?,
        }))
    }

    /// Takes a step in a space, under the permit for this action on it, unless the space was changed
    /// since the step was decided. Each share that is offered needs a permit of its own.
    ///
    /// # Errors
    /// Where a permit is for something else, or the database fails.
    pub async fn space_step(
        &self,
        permit: &Permit,
        action: &str,
        step: SpaceStep,
        now: DateTime<Utc>,
    ) -> Result<Changed, StoreError> {
        let SpaceStep {
            change,
            places,
            leaves,
            template_leaves,
            gains,
            offers,
        } = step;
        let offered = |offer: &Offer| {
            let first = offer.drafts.first();
            first.is_some_and(|share| offer.permit.covers(OFFERS, share.id))
        };
        if !permit.covers(action, change.id) || !offers.iter().all(offered) {
            return Err(StoreError::Unpermitted);
        }
        let drafts: Vec<Draft> = gains
            .into_iter()
            .chain(offers.into_iter().flat_map(|offer| offer.drafts))
            .collect();
        let _counting = ["partnership", "partnership_scope"].map(|table| {
            let concerned = drafts.iter().any(|draft| draft.of.table == table);
            concerned.then(|| self.watch.counts(table, &[]))
        });
        let (of, id) = (change.of, change.id);
        let columns: Vec<_> = change.columns.iter().map(|(column, _)| *column).collect();
        let mut events = vec![told(of, id, Changes::Columns(columns))];
        if let Some(members) = catalogue::find("SpaceMember") {
            let changed = |id| told(members, id, Changes::Columns(vec!["state"]));
            events.extend(places.iter().map(|(id, _)| changed(*id)));
        }
        events.extend(
            drafts
                .iter()
                .map(|draft| told(draft.of, draft.id, Changes::Made)),
        );
        let transaction = self.writing(action, now).await?;
        if update(&transaction, change, now).await? == Changed::Overtaken {
            return Ok(Changed::Overtaken);
        }
        if let Some(members) = catalogue::find("SpaceMember") {
            let places: Vec<Uuid> = places.iter().map(|(place, _)| *place).collect();
            transaction.changes(members, &places).await?;
        }
        for (place, state) in places {
            let mut sql = touch(&*transaction, "space_member", now);
            sql.push(", state = ")
                .bind(state)
                .push(" WHERE id = ")
                .bind(place);
            transaction.execute_raw(sql.finish()).await?;
        }
        for (table, of, leaves) in [
            ("space_project", "SpaceProject", leaves),
            (SHARED, "SpaceTemplate", template_leaves),
        ] {
            if !leaves.is_empty() {
                if let Some(of) = catalogue::find(of) {
                    transaction.changes(of, &leaves).await?;
                }
                let mut sql = touch(&*transaction, table, now);
                sql.push(", archived_at = ").bind(Value::from(now));
                sql.push(" WHERE id").among(leaves);
                transaction.execute_raw(sql.finish()).await?;
            }
        }
        for draft in drafts {
            insert(&transaction, draft, now).await?;
        }
        self.commit(transaction, events).await?;
        Ok(Changed::Done)
    }
}

fn told(of: &'static catalogue::Type, id: Uuid, what: Changes) -> Event {
    Event { of, id, what }
}

/// The beginning of a change of rows.
fn touch(database: &impl ConnectionTrait, table: &str, now: DateTime<Utc>) -> Sql {
    let mut sql = Sql::new(database.get_database_backend(), now);
    sql.push("UPDATE ").push(table);
    sql.push(" SET revision = revision + 1, updated_at = ")
        .bind(now);
    sql
}

fn place(row: &QueryResult) -> Result<PlaceRow, StoreError> {
    Ok(PlaceRow {
        id: row.try_get_by_index(0)?,
        organisation: row.try_get_by_index(1)?,
        state: row.try_get_by_index(2)?,
    })
}

fn brought(row: &QueryResult) -> Result<BroughtRow, StoreError> {
    Ok(BroughtRow {
        id: row.try_get_by_index(0)?,
        project: row.try_get_by_index(1)?,
        organisation: row.try_get_by_index(2)?,
    })
}
