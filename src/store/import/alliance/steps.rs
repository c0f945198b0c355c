//! The first steps in the trails of shares that were loaded.

use entity::partnership::{self, Column, Entity};
use entity::partnership_step;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{LoadError, Run};
use crate::store::carry;

/// How many trails are begun with one statement.
const BATCH: u64 = 500;

/// Begins the trail of every share that has none yet: it says what was loaded, and when.
pub(super) async fn begin_trails(
    transaction: &DatabaseTransaction,
    run: Run<'_>,
) -> Result<(), LoadError> {
    let mut begun = false;
    loop {
        let without = Entity::find().filter(Column::LastStep.eq(0));
        let without = without.order_by_asc(Column::Id).limit(BATCH);
        let shares = without.all(transaction).await?;
        if shares.is_empty() {
            break;
        }
        begun = true;
        let ids: Vec<Uuid> = shares.iter().map(|share| share.id).collect();
        let steps = shares.iter().map(|share| first(share, run));
        partnership_step::Entity::insert_many(steps)
            .exec_without_returning(transaction)
            .await?;
        Entity::update_many()
            .col_expr(Column::LastStep, Expr::value(1))
            .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
            .col_expr(Column::SettledAt, Expr::value(run.now))
            .filter(Column::Id.is_in(ids))
            .exec(transaction)
            .await?;
    }
    if begun {
        carry::send_many(transaction, "PartnershipStep").await?;
    }
    Ok(())
}

fn first(share: &partnership::Model, run: Run<'_>) -> partnership_step::ActiveModel {
    let groups: Value = serde_json::from_str(&share.field_groups).unwrap_or_default();
    let loaded = json!({
        "state": share.state,
        "suspendedBy": share.suspended_by,
        "level": share.level,
        "fieldGroups": groups,
        "desensitised": share.desensitised,
        "purpose": share.purpose,
        "validFrom": share.valid_from,
        "validTo": share.valid_to,
    });
    partnership_step::ActiveModel {
        id: Set(Uuid::now_v7()),
        partnership_id: Set(share.id),
        lead_id: Set(share.lead_id),
        partner_id: Set(share.partner_id),
        number: Set(1),
        deed: Set("IMPORT".to_owned()),
        side: Set("NEITHER".to_owned()),
        account_id: Set(None),
        before_values: Set("{}".to_owned()),
        after_values: Set(loaded.to_string()),
        created_at: Set(run.now),
        updated_at: Set(run.now),
        revision: Set(1),
        archived_at: Set(None),
    }
}
