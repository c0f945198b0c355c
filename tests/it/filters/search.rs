//! Words are searched for in names and in lists.

use serde_json::Value;

use super::{found, lower};
use crate::app::App;
use crate::asking::{literal, nodes, row, tamper};

#[tokio::test]
async fn search_finds_chinese_names_words_in_any_order_and_regardless_of_case() {
    for app in App::each().await {
        let data = app
            .data(
                "coordinator",
                "{ volunteers(first: 1000) { nodes { id nameZh nameEn } } }",
            )
            .await;
        let volunteers = nodes(&data["volunteers"]);
        let by_hand = |words: &[String]| -> Vec<Value> {
            let text = |row: &Value, name: &str| lower(row[name].as_str().unwrap_or_default());
            let has = |row: &&Value| {
                let (zh, en) = (text(row, "nameZh"), text(row, "nameEn"));
                words
                    .iter()
                    .all(|word| zh.contains(&lower(word)) || en.contains(&lower(word)))
            };
            volunteers
                .iter()
                .filter(has)
                .map(|row| row["id"].clone())
                .collect()
        };
        let mut two = 0;
        for volunteer in volunteers.iter().take(30) {
            let (Some(zh), Some(en)) = (volunteer["nameZh"].as_str(), volunteer["nameEn"].as_str())
            else {
                continue;
            };
            let chars: Vec<char> = zh.chars().collect();
            let given: String = chars[chars.len() - 2..].iter().collect();
            let mut parts: Vec<String> = en.split_whitespace().map(str::to_owned).collect();
            parts.reverse();
            for words in [
                vec![zh.to_owned()],
                vec![given.clone()],
                vec![chars[0].to_string()],
                parts.clone(),
                parts.iter().map(|part| part.to_lowercase()).collect(),
                parts.iter().map(|part| part.to_uppercase()).collect(),
                vec![zh.to_owned(), parts[0].to_lowercase()],
                vec![given, "沒有".to_owned()],
            ] {
                let expected = by_hand(&words);
                assert_eq!(
                    found(&app, "search: $t", &words.join("  ")).await,
                    expected,
                    "{words:?}"
                );
                two += usize::from(
                    words.len() == 1 && words[0].chars().count() == 2 && !expected.is_empty(),
                );
            }
        }
        assert!(two >= 20, "two characters are enough");
        for nothing in ["", "   ", "\u{3000}"] {
            assert_eq!(
                found(&app, "search: $t", nothing).await.len(),
                volunteers.len()
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_word_of_a_list_is_found_whole() {
    let lists = [
        r#"["a","b"]"#,
        r#"["ab"]"#,
        r#"["a\",\"b"]"#,
        r#"["x\"b"]"#,
        r#"["b\\"]"#,
        r#"["中文"]"#,
        "[]",
    ];
    for app in App::each().await {
        let data = app
            .data(
                "coordinator",
                &format!(
                    "{{ volunteers(first: {}) {{ nodes {{ id }} }} }}",
                    lists.len()
                ),
            )
            .await;
        let ids: Vec<Value> = nodes(&data["volunteers"])
            .iter()
            .map(|node| node["id"].clone())
            .collect();
        for (id, list) in ids.iter().zip(lists) {
            let id = literal(&app, row(id));
            tamper(
                &app,
                &format!("UPDATE volunteer SET skills = '{list}' WHERE id = {id}"),
            )
            .await;
        }
        for word in [
            "a", "b", "ab", "a\",\"b", "x\"b", "b\\", "中文", "中", "", "\"", ",", "[]",
        ] {
            let expected: Vec<&Value> = ids
                .iter()
                .zip(lists)
                .filter(|(_, list)| {
                    serde_json::from_str::<Vec<String>>(list)
                        .unwrap()
                        .iter()
                        .any(|w| w == word)
                })
                .map(|(id, _)| id)
                .collect();
            let got = found(&app, "where: { skills: { has: $t } }", word).await;
            assert_eq!(
                got.iter().collect::<Vec<_>>(),
                expected,
                "{} {word}",
                app.database.name
            );
        }
        app.database.close().await;
    }
}
