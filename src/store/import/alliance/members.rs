//! Who signs in, and in which role.

use entity::{account, membership};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::super::Run;
use super::super::load::Target;
use super::{Known, identified, stamped, unknown};
use crate::import::{Kind, MemberRecord, Reason};

pub(super) struct Accounts<'a>(pub(super) &'a Known);

fn account_id(record: &MemberRecord) -> Option<Uuid> {
    Uuid::try_parse(&record.external_id).ok()
}

fn placed(known: &Known, record: &MemberRecord) -> Result<(), (Reason, String)> {
    let organisation = known.organisation(record.organisation);
    organisation.ok_or_else(|| unknown("organisation", record.organisation))?;
    let reason = || (Reason::UnknownWord, "`id` is not a uuid".to_owned());
    account_id(record).map(drop).ok_or_else(reason)
}

impl Target for Accounts<'_> {
    type Record = MemberRecord;
    type Entity = account::Entity;

    const KIND: Kind = Kind::Accounts;

    fn key(&self, record: &MemberRecord) -> String {
        account_id(record).unwrap_or_default().to_string()
    }

    fn key_of(&self, row: &account::Model) -> Option<String> {
        Some(row.id.to_string())
    }

    fn existing(&self, records: &[(u64, MemberRecord)], _: &str) -> Select<account::Entity> {
        let ids = records.iter().filter_map(|(_, record)| account_id(record));
        account::Entity::find().filter(account::Column::Id.is_in(ids))
    }

    fn owned(&self, record: MemberRecord, _: Option<&account::Model>) -> account::ActiveModel {
        account::ActiveModel {
            name_en: Set(record.name_en),
            email: Set(record.email),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut account::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(Uuid::try_parse(key).unwrap_or(id));
        row.locale = Set("zh-HK".to_owned());
        row.status = Set("ACTIVE".to_owned());
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &MemberRecord) -> Result<(), (Reason, String)> {
        placed(self.0, record)
    }

    stamped!(account::Model, account::ActiveModel);
}

pub(super) struct Memberships<'a>(pub(super) &'a Known);

impl Target for Memberships<'_> {
    type Record = MemberRecord;
    type Entity = membership::Entity;

    const KIND: Kind = Kind::Memberships;

    fn key(&self, record: &MemberRecord) -> String {
        identified(&self.0.source, "membership", &record.external_id).to_string()
    }

    fn key_of(&self, row: &membership::Model) -> Option<String> {
        Some(row.id.to_string())
    }

    fn existing(
        &self,
        records: &[(u64, MemberRecord)],
        source: &str,
    ) -> Select<membership::Entity> {
        let ids = records.iter();
        let ids = ids.map(|(_, record)| identified(source, "membership", &record.external_id));
        membership::Entity::find().filter(membership::Column::Id.is_in(ids))
    }

    fn owned(
        &self,
        record: MemberRecord,
        _: Option<&membership::Model>,
    ) -> membership::ActiveModel {
        let organisation = self.0.organisation(record.organisation);
        membership::ActiveModel {
            account_id: Set(account_id(&record).unwrap_or_default()),
            organisation_id: Set(organisation.unwrap_or_default()),
            role: Set(record.role.to_owned()),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut membership::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(Uuid::try_parse(key).unwrap_or(id));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &MemberRecord) -> Result<(), (Reason, String)> {
        placed(self.0, record)
    }

    stamped!(membership::Model, membership::ActiveModel);
}
