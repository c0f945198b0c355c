//! What organisations share.

use std::collections::HashSet;

use entity::partnership::{self, Column, Entity};
use entity::partnership_scope;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::super::Run;
use super::super::load::Target;
use super::{Known, identified, stamped, unknown};
use crate::import::{Kind, Reason, ScopeRecord, ShareRecord};

/// The groups that a share of an alliance includes beyond the frame.
const DESENSITISED: &str = r#"["ROSTER","HISTORY","ORIGINS"]"#;
const IN_FULL: &str = r#"["ROSTER","CONTACTS","HISTORY","ORIGINS"]"#;

pub(super) struct Shares<'a>(pub(super) &'a Known);

impl Target for Shares<'_> {
    type Record = ShareRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Shares;

    fn key(&self, record: &ShareRecord) -> String {
        identified(&self.0.source, "share", &record.external_id).to_string()
    }

    fn key_of(&self, row: &partnership::Model) -> Option<String> {
        Some(row.id.to_string())
    }

    fn existing(&self, records: &[(u64, ShareRecord)], source: &str) -> Select<Entity> {
        let ids = records.iter();
        let ids = ids.map(|(_, record)| identified(source, "share", &record.external_id));
        Entity::find().filter(Column::Id.is_in(ids))
    }

    fn owned(
        &self,
        record: ShareRecord,
        existing: Option<&partnership::Model>,
    ) -> partnership::ActiveModel {
        // What two sides have made of a share since is not for a file to undo.
        if existing.is_some() {
            return partnership::ActiveModel::default();
        }
        let groups = if record.desensitised {
            DESENSITISED
        } else {
            IN_FULL
        };
        partnership::ActiveModel {
            lead_id: Set(self.0.organisation(record.lead).unwrap_or_default()),
            partner_id: Set(self.0.organisation(record.partner).unwrap_or_default()),
            state: Set(record.state.to_owned()),
            level: Set(record.level.to_owned()),
            field_groups: Set(groups.to_owned()),
            desensitised: Set(record.desensitised),
            suspended_by: Set((record.state == "SUSPENDED").then(|| "LEAD".to_owned())),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut partnership::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(Uuid::try_parse(key).unwrap_or(id));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &ShareRecord) -> Result<(), (Reason, String)> {
        for number in [record.lead, record.partner] {
            let organisation = self.0.organisation(number);
            organisation.ok_or_else(|| unknown("organisation", number))?;
        }
        if record.lead == record.partner {
            let reason = "an organisation shares with another one".to_owned();
            return Err((Reason::WithItself, reason));
        }
        Ok(())
    }

    stamped!(partnership::Model, partnership::ActiveModel);
}

/// Every share, with lead and partner.
pub(super) async fn shares(
    transaction: &DatabaseTransaction,
) -> Result<Vec<(Uuid, Uuid, Uuid)>, DbErr> {
    Entity::find()
        .select_only()
        .columns([Column::Id, Column::LeadId, Column::PartnerId])
        .into_tuple()
        .all(transaction)
        .await
}

/// The parts of shares.
pub(super) struct Scopes<'a> {
    known: &'a Known,
    /// The shares that were there before this load: what they cover is for their sides to change.
    agreed: HashSet<Uuid>,
    /// The parts of this batch that are there.
    there: HashSet<Uuid>,
}

impl<'a> Scopes<'a> {
    pub(super) fn of(known: &'a Known, agreed: HashSet<Uuid>) -> Self {
        let there = HashSet::new();
        Self {
            known,
            agreed,
            there,
        }
    }

    fn id(&self, record: &ScopeRecord) -> Uuid {
        identified(&self.known.source, "scope", &record.external_id)
    }
}

impl Target for Scopes<'_> {
    type Record = ScopeRecord;
    type Entity = partnership_scope::Entity;

    const KIND: Kind = Kind::Scopes;

    fn key(&self, record: &ScopeRecord) -> String {
        self.id(record).to_string()
    }

    fn key_of(&self, row: &partnership_scope::Model) -> Option<String> {
        Some(row.id.to_string())
    }

    async fn refer(
        &mut self,
        transaction: &DatabaseTransaction,
        records: &[(u64, ScopeRecord)],
        _: &str,
    ) -> Result<(), DbErr> {
        let ids = records.iter().map(|(_, record)| self.id(record));
        let there = partnership_scope::Entity::find()
            .select_only()
            .column(partnership_scope::Column::Id)
            .filter(partnership_scope::Column::Id.is_in(ids))
            .into_tuple()
            .all(transaction)
            .await?;
        self.there = there.into_iter().collect();
        Ok(())
    }

    fn existing(
        &self,
        records: &[(u64, ScopeRecord)],
        source: &str,
    ) -> Select<partnership_scope::Entity> {
        let ids = records.iter();
        let ids = ids.map(|(_, record)| identified(source, "scope", &record.external_id));
        partnership_scope::Entity::find().filter(partnership_scope::Column::Id.is_in(ids))
    }

    fn owned(
        &self,
        record: ScopeRecord,
        _: Option<&partnership_scope::Model>,
    ) -> partnership_scope::ActiveModel {
        let (share, lead) = self.known.other("share", record.share).unwrap_or_default();
        let partner = self.known.partners.get(&share).copied();
        let project = self.known.other("project", record.project);
        partnership_scope::ActiveModel {
            partnership_id: Set(share),
            lead_id: Set(lead),
            partner_id: Set(partner.unwrap_or_default()),
            project_id: Set(project.unwrap_or_default().0),
            ..Default::default()
        }
    }

    fn complete(
        &self,
        row: &mut partnership_scope::ActiveModel,
        id: Uuid,
        key: &str,
        run: Run<'_>,
    ) {
        row.id = Set(Uuid::try_parse(key).unwrap_or(id));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &ScopeRecord) -> Result<(), (Reason, String)> {
        let share = self.known.other("share", record.share);
        let (_, lead) = share.ok_or_else(|| unknown("share", record.share))?;
        // An organisation shares what is its own.
        let project = self.known.other("project", record.project);
        let project = project.filter(|(_, of)| *of == lead);
        project.ok_or_else(|| unknown("project of the lead organisation", record.project))?;
        let agreed = share.is_some_and(|(share, _)| self.agreed.contains(&share));
        if agreed && !self.there.contains(&self.id(record)) {
            let reason = "what a share covers is changed by its two sides".to_owned();
            return Err((Reason::AgreedAlready, reason));
        }
        Ok(())
    }

    stamped!(partnership_scope::Model, partnership_scope::ActiveModel);
}
