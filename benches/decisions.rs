//! What a decision costs: nanoseconds for each cell of rows that already lie in memory.
//!
//! `cargo bench --bench decisions`. The viewer coordinates one organisation, leads a project of
//! another and volunteers there, so that no decision is the same for every row.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use kaifong::catalogue::{self, AttributeShape, CellRef, Field, Kind, Shape};
use kaifong::policy::{Column, Filling, Layout, Lens, Policies, Rows, Shown, Slot};
use kaifong::viewer::{Held, PrincipalKind, Viewer};
use uuid::Uuid;

const ROWS: usize = 1_000;
const ROUNDS: usize = 200;
const FIELDS: [&str; 12] = [
    "nameZh",
    "nameEn",
    "phone",
    "email",
    "district",
    "birthDate",
    "identityNumber",
    "healthRemark",
    "skills",
    "hours",
    "status",
    "internalNotes",
];

fn main() -> Result<(), Box<dyn Error>> {
    let own = Uuid::from_u128(1);
    let policies = Policies::shipped()?;
    let started = Instant::now();
    let lens = Arc::new(Lens::new(policies, viewer(own))?);
    let of = catalogue::find("Volunteer").ok_or("there are no volunteers")?;
    let mut layout = Layout::new(of, &lens);
    let slots: Vec<Slot> = FIELDS
        .iter()
        .filter_map(|name| Some(layout.field(of.field(name)?)))
        .collect();
    let made = started.elapsed();
    let rows = rows(&Arc::new(layout), own)?;
    let cells = (ROWS * slots.len()) as f64;
    let mut decided = Vec::with_capacity(ROUNDS);
    let mut looked = Vec::with_capacity(ROUNDS);
    let mut shown = [0_usize; 3];
    for _ in 0..ROUNDS {
        // whether in full, masked or not at all; and nothing else
        let begun = Instant::now();
        for row in rows.iter() {
            for slot in &slots {
                black_box(row.allows(*slot));
            }
        }
        decided.push(begun.elapsed().as_nanos() as f64 / cells);
        shown = [0; 3];
        let begun = Instant::now();
        for row in rows.iter() {
            for slot in &slots {
                let [full, masked, hidden] = &mut shown;
                *match black_box(row.show(*slot)) {
                    Shown::Full(_) => full,
                    Shown::Masked(..) => masked,
                    Shown::Hidden => hidden,
                } += 1;
            }
        }
        looked.push(begun.elapsed().as_nanos() as f64 / cells);
    }
    let median = |mut nanoseconds: Vec<f64>| {
        nanoseconds.sort_by(f64::total_cmp);
        nanoseconds.get(ROUNDS / 2).copied().unwrap_or_default()
    };
    let (decision, look) = (median(decided), median(looked));
    let [full, masked, hidden] = shown;
    println!(
        "{ROWS} rows, {} fields: {full} full, {masked} masked, {hidden} hidden",
        slots.len()
    );
    println!("lens and layout, once for each viewer: {made:.1?}");
    println!("the decision of a cell: {decision:.1} ns (20 at most)");
    println!("with the look at it and the making of the mask: {look:.1} ns");
    Ok(())
}

/// A coordinator of one organisation who leads a project of another.
fn viewer(own: Uuid) -> Viewer {
    let many = |entity, ids: &[u128]| {
        Held::Many(entity, ids.iter().map(|id| Uuid::from_u128(*id)).collect())
    };
    let account = Uuid::from_u128(900);
    let held = BTreeMap::from([
        ("account", Held::One("Account", account)),
        ("administers", many("Organisation", &[])),
        ("oversees", many("Organisation", &[])),
        ("coordinates", Held::Many("Organisation", [own].into())),
        ("officerOf", many("Organisation", &[3])),
        ("keepsPoliciesOf", many("Organisation", &[])),
        ("memberOf", many("Organisation", &[1, 2])),
        ("teachesAt", many("Organisation", &[])),
        ("wardSchools", many("Organisation", &[])),
        ("leads", many("Project", &[10])),
        ("leadsToday", many("Shift", &[20])),
        ("ownVolunteers", many("Volunteer", &[1_005])),
        ("ownShifts", many("Shift", &[21])),
        ("teaches", many("Class", &[])),
        ("ownGuardians", many("Guardian", &[])),
        ("wards", many("Student", &[])),
        ("wardClasses", many("Class", &[])),
    ]);
    Viewer::new(
        PrincipalKind::User,
        account.to_string(),
        Some(account),
        held,
        None,
    )
}

/// Rows of three organisations, some of them on rosters of the viewer.
fn rows(layout: &Arc<Layout>, own: Uuid) -> Result<Rows, Box<dyn Error>> {
    let mut filling = Filling::new(layout);
    for at in 0..ROWS {
        filling.begin(Uuid::from_u128(1_000 + at as u128));
        for column in layout.columns() {
            filling.put(match column {
                Column::Fact(_) => CellRef::Bool(at % 3 == 0),
                Column::Attribute(attribute) => match attribute.shape {
                    AttributeShape::Itself { .. } => {
                        CellRef::Id(Uuid::from_u128(1_000 + at as u128))
                    }
                    AttributeShape::Text(_) => CellRef::Text("ACTIVE"),
                    AttributeShape::Bool(_) => CellRef::Bool(true),
                    _ => CellRef::Id(match at % 3 {
                        0 => own,
                        other => Uuid::from_u128(1 + other as u128),
                    }),
                },
                Column::Field(field) | Column::Target(field) => cell(field, own),
            })?;
        }
    }
    Ok(filling.sealed(HashMap::new())?)
}

fn cell(field: &Field, own: Uuid) -> CellRef<'static> {
    match &field.shape {
        Shape::Value { kind, .. } => match kind {
            Kind::Int => CellRef::Int(120),
            Kind::Date => CellRef::Date(chrono::NaiveDate::default()),
            Kind::PersonName => CellRef::Text("陳大文"),
            Kind::Words => CellRef::Text(r#"["cooking","driving"]"#),
            _ => CellRef::Text("+852 5123 4567"),
        },
        _ => CellRef::Id(own),
    }
}
