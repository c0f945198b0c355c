//! With whose eyes a copy tells of others: of whoever fetches it and of whoever asked for it, and of
//! each cell no more than either of them sees. An office that prints a copy does not hand over what
//! the one who asked may not see, and does not borrow that one's eyes.

use std::sync::Arc;

use uuid::Uuid;

use crate::catalogue::{Field, Kind, Type};
use crate::graphql::error::GraphError;
use crate::graphql::scope::Scope;
use crate::graphql::values::shown;
use crate::policy::{Layout, Lens, Rows, Shown, Slot};
use crate::rights::copy::Known;
use crate::store::Store;
use crate::viewer::{self, Claimed, Viewer};

/// Everyone who reads along.
pub struct Eyes {
    store: Store,
    lenses: Vec<Arc<Lens>>,
}

impl Eyes {
    /// The eyes of whoever fetches, and of the account that asked where that is another one.
    pub async fn of(scope: &Scope, asked: Option<Uuid>) -> Option<Self> {
        let mut lenses = vec![Arc::clone(&scope.lens)];
        if let Some(account) = asked
            && scope.lens.viewer().account() != Some(account)
        {
            let subject = account.to_string();
            let claimed = Claimed::User { subject: &subject };
            let viewer = viewer::assemble(Some(claimed), &scope.store, scope.now).await;
            // Who may not sign in any more sees what everyone sees.
            let viewer = viewer.unwrap_or_else(|_| Viewer::anonymous());
            let policies = Arc::clone(scope.lens.policies());
            lenses.push(Arc::new(Lens::new(policies, viewer).ok()?));
        }
        Some(Self {
            store: scope.store.clone(),
            lenses,
        })
    }

    /// What is seen of these fields of these rows.
    pub async fn look(
        &self,
        of: &'static Type,
        fields: &[&'static Field],
        ids: &[Uuid],
    ) -> Result<Seen, GraphError> {
        let mut seen = Vec::with_capacity(self.lenses.len());
        for lens in &self.lenses {
            let mut layout = Layout::new(of, lens);
            let slots = fields.iter().map(|field| layout.field(field)).collect();
            let rows = self.store.by_ids(&Arc::new(layout), ids).await?;
            seen.push((rows, slots));
        }
        Ok(Seen(seen))
    }
}

/// Rows as each of the eyes sees them, with the places of the fields that were asked for.
pub struct Seen(Vec<(Rows, Vec<Slot>)>);

impl Seen {
    /// The least that any of the eyes sees of a field of a row.
    pub fn least(&self, row: Uuid, at: usize, field: &'static Field) -> (serde_json::Value, Known) {
        let hidden = (serde_json::Value::Null, Known::Hidden);
        let each = self.0.iter().map(|(rows, slots)| {
            let slot = slots.get(at)?;
            match rows.find(row)?.show(*slot) {
                Shown::Full(cell) => {
                    let kind = field.kind().unwrap_or(Kind::Text);
                    let value = shown(kind, cell).into_json().unwrap_or_default();
                    Some((value, Known::Full))
                }
                Shown::Masked(_, mask) => Some((mask.into_owned().into(), Known::Masked)),
                Shown::Hidden => None,
            }
        });
        let mut least: Option<(serde_json::Value, Known)> = None;
        for seen in each {
            let Some(seen) = seen else {
                return hidden;
            };
            if least.as_ref().is_none_or(|_| seen.1 == Known::Masked) {
                least = Some(seen);
            }
        }
        least.unwrap_or(hidden)
    }
}
