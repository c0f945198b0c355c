//! What the entities say of the tables, to be held against the catalogue and the live database.

use sea_orm::{
    ColumnTrait, ColumnType, EntityTrait, IdenStatic, Identity, Iterable, PrimaryKeyToColumn,
    RelationTrait,
};

/// A table, as its entity says.
pub struct Table {
    pub name: &'static str,
    pub columns: Vec<Column>,
    /// Column, table and column there.
    pub references: Vec<(String, String, String)>,
    pub key: Vec<String>,
}

/// A column, as its entity says.
pub struct Column {
    pub name: String,
    pub ty: ColumnType,
    pub nullable: bool,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The table that a column names.
    pub fn target(&self, column: &str) -> Option<&str> {
        let found = self.references.iter().find(|(from, ..)| from == column);
        found.map(|(_, table, _)| table.as_str())
    }
}

/// Every table, by its entity. A test compares the list with the live database.
pub fn tables() -> Vec<Table> {
    macro_rules! every {
        ($($room:ident)*) => {
            vec![$(table::<entity::$room::Entity, entity::$room::Relation>()),*]
        };
    }
    every![
        account assignment authenticator certificate consent consent_text correction_note data_key
        data_request data_request_refusal data_request_step department enrolment erasure
        erasure_under_way guardian guardianship holiday invitation legal_hold letter login membership
        notice notice_receipt organisation outside_identity outside_sign_in partner_token
        partner_token_share partnership partnership_scope partnership_step policy_act
        policy_keeper_act policy_set project recovery_code retention_count retention_rule
        retention_run school_class session session_token shift shift_template sign_in_link
        sign_in_place sign_in_rate space space_member space_project space_step space_template
        student tag volunteer
    ]
}

fn table<E: EntityTrait, R: RelationTrait + Iterable>() -> Table {
    let entity = E::default();
    let columns = E::Column::iter().map(|column| {
        let def = column.def();
        Column {
            name: column.as_str().to_owned(),
            ty: def.get_column_type().clone(),
            nullable: def.is_null(),
        }
    });
    let references = R::iter().map(|relation| {
        let def = relation.def();
        let target = def.to_tbl.sea_orm_table().to_string();
        (one(&def.from_col), target, one(&def.to_col))
    });
    let key = E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned());
    Table {
        name: entity.table_name(),
        columns: columns.collect(),
        references: references.collect(),
        key: key.collect(),
    }
}

fn one(identity: &Identity) -> String {
    match identity {
        Identity::Unary(name) => name.to_string(),
        _ => panic!("a reference is one column"),
    }
}
