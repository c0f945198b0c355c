//! A deed on a hidden row, or with one, is answered as with a row that does not exist.

use async_graphql::Request;
use kaifong::catalogue::{self, DeedScope, Shape, TYPES, Type, Write};
use kaifong::graphql::encode_id;
use uuid::Uuid;

use super::pair::Half;
use super::viewers;
use crate::app::noon;
use crate::asking::space_words;
use crate::databases::TestDatabase;

/// The id of no row.
const NONE: Uuid = Uuid::from_u128(0x6b61_6966_6f6e_6700_0000_0000_0000_0001);

async fn answer(half: &Half, name: &str, input: &str) -> String {
    let text = format!(
        "mutation {{ {name}(input: {{ {input} }}) {{ __typename userErrors {{ code field message }} }} }}"
    );
    let viewer = half.viewer.clone();
    let response = half
        .app
        .graph
        .answer(Request::new(text), viewer, noon())
        .await;
    serde_json::to_string(&response).unwrap()
}

fn hidden(half: &Half, of: &'static Type) -> impl Iterator<Item = Uuid> {
    let hidden = half.rows[of.name]
        .keys()
        .filter(|id| !half.oracle.lists(of, **id));
    hidden.take(3).copied()
}

fn name(of: &Type, deed: &str) -> String {
    format!("{}{}{}", of.singular, deed[..1].to_uppercase(), &deed[1..])
}

/// Every deed on a hidden row; how many were asked for.
async fn on_hidden_rows(half: &Half, role: &str) -> usize {
    let mut asked = 0;
    let volunteers = catalogue::find("Volunteer").unwrap();
    let texts = catalogue::find("ConsentText").unwrap();
    for of in TYPES {
        for deed in of
            .deeds
            .iter()
            .filter(|deed| deed.scope == DeedScope::Existing && !deed.looks)
        {
            let name = name(of, deed.name);
            let more = match deed.name {
                "assign" => format!("volunteerId: \"{}\"", encode_id(volunteers, NONE)),
                _ if of.name == "Space" => {
                    let none = |name| encode_id(catalogue::find(name).unwrap(), NONE);
                    space_words(deed.name, &none("Organisation"), &none("Project"))
                }
                "giveConsent" => format!("textId: \"{}\"", encode_id(texts, NONE)),
                "withdrawConsent" => "purpose: SCORING".to_owned(),
                _ => String::new(),
            };
            let input = |id| format!("id: \"{}\" {more}", encode_id(of, id));
            let missing = answer(half, &name, &input(NONE)).await;
            assert!(missing.contains("NOT_FOUND"), "{role} {name}: {missing}");
            for id in hidden(half, of) {
                let found = answer(half, &name, &input(id)).await;
                assert_eq!(found, missing, "{role} {name} on a hidden row");
                asked += 1;
            }
        }
    }
    asked
}

/// Every change of a listed row that names a hidden one; how many were asked for.
async fn with_hidden_rows(half: &Half, role: &str) -> usize {
    let mut asked = 0;
    for of in TYPES.iter().filter(|of| of.deed("change").is_some()) {
        let Some(own) = half.oracle.listed(of).iter().next() else {
            continue;
        };
        let own = format!("id: \"{}\"", encode_id(of, *own));
        let free = |field: &&catalogue::Field| matches!(field.write, Write::Free | Write::Required);
        for field in of.fields.iter().filter(free) {
            let Shape::One { target, .. } = field.shape else {
                continue;
            };
            let target = catalogue::find(target).unwrap();
            let (name, key) = (name(of, "change"), field.input_name());
            let input = |id| format!("{own} {key}: \"{}\"", encode_id(target, id));
            let missing = answer(half, &name, &input(NONE)).await;
            let refused = missing.contains("NOT_FOUND") || missing.contains("FORBIDDEN");
            assert!(refused, "{role} {name}: {missing}");
            for id in hidden(half, target) {
                let found = answer(half, &name, &input(id)).await;
                assert_eq!(found, missing, "{role} {name} with a hidden {key}");
                asked += 1;
            }
        }
    }
    asked
}

#[tokio::test]
async fn a_deed_on_a_hidden_row_is_answered_as_one_on_none() {
    let (mut on, mut with) = (0, 0);
    for role in viewers() {
        let half = Half::of(TestDatabase::sqlite().await, role).await;
        on += on_hidden_rows(&half, role).await;
        with += with_hidden_rows(&half, role).await;
        half.close().await;
    }
    assert!(on > 200, "{on} deeds on hidden rows");
    assert!(with > 20, "{with} deeds with hidden rows");
}
