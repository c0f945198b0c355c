//! Text is text, and its letters are the same on both databases.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{found, named};
use crate::app::App;

#[tokio::test]
async fn what_means_something_in_sql_is_only_text() {
    let names = [
        "50% off",
        "a_b",
        "O'Brien",
        "say \"hi\"",
        "back\\slash",
        "x;y",
        "dash--dash",
        "$1 ?",
        "{row} {now}",
        "axb",
        "50 off",
        "/* c */",
        "E'\\''",
    ];
    for app in App::each().await {
        let ids = named(&app, &names).await;
        for (at, text) in [
            "50%", "a_b", "O'B", "\"hi\"", "k\\s", "x;y", "h--d", "$1 ?", "{row}",
        ]
        .iter()
        .enumerate()
        {
            for arguments in ["where: { nameEn: { contains: $t } }", "search: $t"] {
                // A search looks for each word alone; those here are one word, but for one.
                assert_eq!(
                    found(&app, arguments, text).await,
                    [ids[at].clone()],
                    "{arguments} {text}"
                );
            }
            assert_eq!(
                found(&app, "where: { nameEn: { eq: $t } }", names[at]).await,
                [ids[at].clone()]
            );
            let front: String = names[at].chars().take(4).collect();
            let front = found(&app, "where: { nameEn: { startsWith: $t } }", &front).await;
            assert!(front.contains(&ids[at]), "{text}");
        }
        for text in [
            "%",
            "_",
            "%%",
            "a%b",
            "50_ off",
            "' OR '1'='1",
            "'; DROP TABLE volunteer; --",
            "\\",
            "\\'",
            "*/",
        ] {
            let expected: Vec<&Value> = ids
                .iter()
                .zip(names)
                .filter(|(_, name)| name.contains(text))
                .map(|(id, _)| id)
                .collect();
            let got = found(&app, "where: { nameEn: { contains: $t } }", text).await;
            assert_eq!(got.iter().collect::<Vec<_>>(), expected, "{text}");
        }
        assert!(
            !found(&app, "where: { nameEn: { contains: $t } }", "")
                .await
                .is_empty()
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn letters_are_folded_from_a_to_z_and_no_others_on_both_databases() {
    let names = [
        "ÉCOLE",
        "école",
        "ＡＢＣ",
        "ａｂｃ",
        "STRASSE",
        "straße",
        "İstanbul",
        "istanbul",
        "ΣΊΣΥΦΟΣ",
        "σίσυφος",
    ];
    for app in App::each().await {
        let ids = named(&app, &names).await;
        let which = async |text: &str| {
            let got = found(&app, "where: { nameEn: { contains: $t } }", text).await;
            let got = got.iter().filter_map(|id| ids.iter().position(|i| i == id));
            got.map(|at| names[at]).collect::<BTreeSet<_>>()
        };
        for (text, expected) in [
            ("ÉCOLE", vec!["ÉCOLE"]),
            ("Écol", vec!["ÉCOLE"]),
            ("éCOLE", vec!["école"]),
            ("COLE", vec!["ÉCOLE", "école"]),
            ("ＡＢＣ", vec!["ＡＢＣ"]),
            ("ａｂｃ", vec!["ａｂｃ"]),
            ("strasse", vec!["STRASSE"]),
            ("STRAß", vec!["straße"]),
            ("İSTANBUL", vec!["İstanbul"]),
            ("STANBUL", vec!["İstanbul", "istanbul"]),
            ("Σ", vec!["ΣΊΣΥΦΟΣ"]),
            ("σ", vec!["σίσυφος"]),
        ] {
            let expected = expected.into_iter().collect::<BTreeSet<_>>();
            assert_eq!(which(text).await, expected, "{} {text}", app.database.name);
        }
        app.database.close().await;
    }
}
