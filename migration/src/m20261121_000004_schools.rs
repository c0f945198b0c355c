//! Classes, students and their guardians.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, date_null, integer, integer_null, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{optional_text, text};
use crate::table::{index, reference, table};

/// Classes, students and their guardians.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(school_class(backend)).await?;
        manager.create_table(student(backend)).await?;
        manager.create_table(guardian(backend)).await?;
        manager.create_table(guardianship(backend)).await?;
        manager.create_table(enrolment()).await?;
        manager
            .create_index(index("school_class", &["organisation_id", "id"]))
            .await?;
        manager
            .create_index(index("student", &["organisation_id", "id"]))
            .await?;
        manager
            .create_index(index("guardian", &["account_id"]))
            .await?;
        manager
            .create_index(index("guardianship", &["student_id"]))
            .await?;
        manager
            .create_index(index("guardianship", &["guardian_id"]))
            .await?;
        manager
            .create_index(index("enrolment", &["class_id", "id"]))
            .await?;
        manager
            .create_index(index("enrolment", &["student_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("enrolment").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("guardianship").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("guardian").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("student").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("school_class").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn school_class(backend: DbBackend) -> TableCreateStatement {
    table("school_class")
        .col(uuid("organisation_id"))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(optional_text("grade", backend))
        .col(integer("academic_year"))
        .col(optional_text("room", backend))
        .foreign_key(&mut reference(
            "school_class",
            "organisation_id",
            "organisation",
        ))
        .take()
}

fn student(backend: DbBackend) -> TableCreateStatement {
    table("student")
        .col(uuid("organisation_id"))
        .col(optional_text("name_zh", backend))
        .col(optional_text("name_en", backend))
        .col(date_null("birth_date"))
        .col(optional_text("identity_number", backend))
        .col(optional_text("health_remark", backend))
        .col(optional_text("internal_notes", backend))
        .col(optional_text("student_number", backend))
        .col(text("status", backend))
        .foreign_key(&mut reference("student", "organisation_id", "organisation"))
        .take()
}

fn guardian(backend: DbBackend) -> TableCreateStatement {
    table("guardian")
        .col(uuid("organisation_id"))
        .col(uuid_null("account_id"))
        .col(optional_text("name_zh", backend))
        .col(optional_text("name_en", backend))
        .col(optional_text("phone", backend))
        .col(optional_text("email", backend))
        .foreign_key(&mut reference(
            "guardian",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("guardian", "account_id", "account"))
        .take()
}

fn guardianship(backend: DbBackend) -> TableCreateStatement {
    table("guardianship")
        .col(uuid("organisation_id"))
        .col(uuid("student_id"))
        .col(uuid("guardian_id"))
        .col(text("relation", backend))
        .col(boolean("has_access").default(true))
        .col(boolean("receives_notices").default(true))
        .col(boolean("may_sign").default(true))
        .col(boolean("may_collect").default(true))
        .foreign_key(&mut reference(
            "guardianship",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("guardianship", "student_id", "student"))
        .foreign_key(&mut reference("guardianship", "guardian_id", "guardian"))
        .take()
}

fn enrolment() -> TableCreateStatement {
    table("enrolment")
        .col(uuid("organisation_id"))
        .col(uuid("student_id"))
        .col(uuid("class_id"))
        .col(integer_null("class_number"))
        .col(date_null("starts_on"))
        .col(date_null("ends_on"))
        .foreign_key(&mut reference(
            "enrolment",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("enrolment", "student_id", "student"))
        .foreign_key(&mut reference("enrolment", "class_id", "school_class"))
        .take()
}
