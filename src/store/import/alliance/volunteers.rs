//! Volunteers.

use std::collections::BTreeSet;

use entity::volunteer::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::{self, Set};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::super::Run;
use super::super::load::Target;
use super::{Known, stamped, unknown};
use crate::catalogue::VOLUNTEER;
use crate::import::{Kind, Reason, VolunteerRecord};
use crate::store::Vault;
use crate::store::erasure::erased_among;
use crate::store::vault::Sealer;

pub(super) struct Volunteers<'a> {
    known: &'a Known,
    vault: &'a Vault,
    sealer: Option<Sealer>,
    /// Those of the batch who were erased.
    erased: BTreeSet<(Uuid, String)>,
}

impl<'a> Volunteers<'a> {
    pub(super) fn of(known: &'a Known, vault: &'a Vault) -> Self {
        Self {
            known,
            vault,
            sealer: vault.sealer(),
            erased: BTreeSet::new(),
        }
    }

    /// Whether a number is kept already, under whatever key.
    fn is_kept(&self, row: &Model, number: Option<&str>) -> bool {
        let Some(kept) = &row.identity_number else {
            return number.is_none();
        };
        let opened = self.vault.open(&VOLUNTEER, COLUMN, row.id, kept);
        matches!((opened, number), (Ok(Some(opened)), Some(number)) if opened == number)
    }

    /// Puts a number into a row, sealed.
    fn put(&self, row: &mut ActiveModel, id: Uuid, number: Option<String>) {
        let (kept, hash) = match (number, &self.sealer) {
            (Some(number), Some(sealer)) => (
                Some(sealer.seal(&VOLUNTEER, COLUMN, id, &number)),
                Some(sealer.hash(&VOLUNTEER, COLUMN, &number)),
            ),
            (number, _) => (number, None),
        };
        row.identity_number = Set(kept);
        row.identity_number_hash = Set(hash);
    }
}

const COLUMN: &str = "identity_number";

impl Target for Volunteers<'_> {
    type Record = VolunteerRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Volunteers;

    fn key(&self, record: &VolunteerRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &Model) -> Option<String> {
        row.external_id.clone()
    }

    fn existing(&self, records: &[(u64, VolunteerRecord)], source: &str) -> Select<Entity> {
        let organisations: BTreeSet<Uuid> = records
            .iter()
            .filter_map(|(_, record)| self.known.organisation(record.organisation))
            .collect();
        let ids = records.iter().map(|(_, record)| &record.external_id);
        Entity::find()
            .filter(Column::OrganisationId.is_in(organisations))
            .filter(Column::Source.eq(source))
            .filter(Column::ExternalId.is_in(ids))
    }

    fn owned(&self, record: VolunteerRecord, row: Option<&Model>) -> ActiveModel {
        let organisation = self.known.organisation(record.organisation);
        let department = self.known.other("department", record.department);
        let number = record.identity_number;
        let mut made = ActiveModel {
            organisation_id: Set(organisation.unwrap_or_default()),
            department_id: Set(department.map(|(id, _)| id)),
            name_zh: Set(Some(record.name_zh)),
            phone: Set(record.phone),
            email: Set(record.email),
            skills: Set(serde_json::json!(record.skills).to_string()),
            availability: Set(serde_json::json!(record.availability).to_string()),
            district: Set(record.district),
            birth_date: Set(record.birth_date),
            status: Set(record.status.to_owned()),
            hours_total: Set(record.hours),
            created_at: Set(record.created_at),
            ..Default::default()
        };
        match row {
            // The row's id is drawn later.
            None => made.identity_number = Set(number),
            Some(row) if self.is_kept(row, number.as_deref()) => {}
            Some(row) => self.put(&mut made, row.id, number),
        }
        made
    }

    fn complete(&self, row: &mut ActiveModel, _: Uuid, key: &str, run: Run<'_>) {
        // The id of a person tells nothing, not even when the record was made.
        let id = Uuid::new_v4();
        row.id = Set(id);
        if let ActiveValue::Set(number) = std::mem::take(&mut row.identity_number) {
            self.put(row, id, number);
        }
        row.preferences = Set("[]".to_owned());
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    async fn refer(
        &mut self,
        transaction: &DatabaseTransaction,
        records: &[(u64, VolunteerRecord)],
        source: &str,
    ) -> Result<(), DbErr> {
        let key = |(_, record): &(u64, VolunteerRecord)| {
            let organisation = self.known.organisation(record.organisation)?;
            Some((organisation, record.external_id.clone()))
        };
        let keys: Vec<_> = records.iter().filter_map(key).collect();
        self.erased = erased_among(self.vault, transaction, source, keys).await?;
        Ok(())
    }

    fn placed(&self, record: &VolunteerRecord) -> Result<(), (Reason, String)> {
        let organisation = self.known.organisation(record.organisation);
        let organisation =
            organisation.ok_or_else(|| unknown("organisation", record.organisation))?;
        let key = (organisation, record.external_id.clone());
        if self.erased.contains(&key) {
            let said = "the person was erased; enter anew who comes back".to_owned();
            return Err((Reason::Erased, said));
        }
        let department = self.known.other("department", record.department);
        let department = department.filter(|(_, of)| *of == organisation);
        department
            .map(drop)
            .ok_or_else(|| unknown("department of the organisation", record.department))
    }

    stamped!(Model, ActiveModel);
}
