//! What nobody should send: a bag of values for each kind of input.

use serde_json::{Value, json};

/// A value in the two ways of writing it: in a document, and as JSON.
#[derive(Clone)]
pub struct Hostile {
    pub literal: String,
    pub json: String,
}

/// A value that both ways can write.
fn value(value: Value) -> Hostile {
    Hostile {
        literal: literal(&value),
        json: value.to_string(),
    }
}

/// A text that is written the same both ways.
fn raw(text: &str) -> Hostile {
    Hostile {
        literal: text.to_owned(),
        json: text.to_owned(),
    }
}

/// A value as a document writes it: names stand without quotes.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{name}: {}", literal(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// Texts that something between here and the disk may take for something else.
pub const TEXTS: [&str; 36] = [
    "",
    " ",
    "\u{0}",
    "a\u{0}b",
    "\u{1}\u{7}\u{1b}[2J\u{7f}\u{85}",
    "\u{202e}txt.exe\u{2066}\u{200f}",
    "\u{feff}\u{200b}\u{2028}\u{2029}",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "👨‍👩‍👧‍👦🏳️‍🌈",
    "Z̸̢̛̭̗̈́͂a̵̡̧̛͈̥l̶̝̇g̸̨̛o̴͎͝",
    "'; DROP TABLE volunteer; --",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "%",
    "_%\\_",
    "\\",
    "\\'",
    "$1 ?1 :a @b",
    "{now} {today} {0} {}",
    "{{7*7}} ${7*7} #{7*7}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "NaN",
    "Infinity",
    "null",
    "true",
    "-1e999",
    "[]",
    "{\"a\":1}",
    "\"",
    "/* */ -- #",
    "COALESCE(",
    "陳大文'\"\\",
    "Volunteer:00000000000000000000000000000000",
    "=cmd|' /C calc'!A0",
];

/// What is wrong for nearly everything.
pub fn of_any_kind() -> Vec<Hostile> {
    let mut deep = json!(1);
    for _ in 0..14 {
        deep = json!([deep]);
    }
    let mut bag: Vec<Hostile> = [
        Value::Null,
        json!([]),
        json!({}),
        json!([null]),
        json!([[], [[]]]),
        json!({ "__proto__": { "a": 1 } }),
        json!({ "__typename": "Query" }),
        json!(true),
        json!(-1),
        json!("x"),
        json!(vec![1; 300]),
        deep,
    ]
    .into_iter()
    .map(value)
    .collect();
    // What only some readers take, or read otherwise.
    bag.extend([
        raw("1e400"),
        raw("-1e400"),
        raw(&"9".repeat(400)),
        raw("0x10"),
        raw("007"),
        raw("1."),
        raw("- 1"),
        raw("\"\\ud800\""),
        raw("\"\\udc00\\ud800\""),
        raw("\"\\u{110000}\""),
        raw("\"\\x41\""),
        raw("\"unfinished"),
        raw("NaN"),
        raw("$undefined"),
        raw("{a: 1, a: 2}"),
        raw("{\"a\": 1, \"a\": 2}"),
    ]);
    bag
}

/// Texts, short and long.
pub fn texts() -> Vec<Hostile> {
    let mut bag: Vec<Hostile> = TEXTS.iter().map(|text| value(json!(text))).collect();
    bag.push(value(json!("x".repeat(70_000))));
    bag.push(value(json!("義".repeat(333))));
    bag.push(value(json!("a ".repeat(499))));
    bag.push(Hostile {
        literal: "\"\"\"\n  '; -- \\\"\"\" \u{202e}\n\"\"\"".to_owned(),
        json: "\"\\u0000\\u0008\\u2028\"".to_owned(),
    });
    bag
}

/// Numbers at the edges, and beyond.
pub fn numbers() -> Vec<Hostile> {
    let edges = [
        "0",
        "-0",
        "-1",
        "1",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1.5",
        "-0.0",
        "1e3",
        "1e-400",
        "1.7976931348623157e308",
        "5e-324",
        "0.1e1",
    ];
    edges.iter().map(|text| raw(text)).collect()
}

/// Instants and days that are none, or far away.
pub fn times() -> Vec<Hostile> {
    let times = [
        "",
        "now",
        "0000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "+10000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00+23:59",
        "2026-01-01T00:00:00-23:59",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-01-01 00:00:00",
        "1e9",
        "0000-01-01",
        "9999-12-31",
        "10000-01-01",
        "2026-02-29",
        "2026-1-1",
        "-001-01-01",
        "infinity",
        "٢٠٢٦-٠١-٠١",
    ];
    times.iter().map(|text| value(json!(text))).collect()
}

/// Identifiers: of nothing, of another type, tampered with.
pub fn identifiers(real: &[String]) -> Vec<Hostile> {
    let mut bag: Vec<Hostile> = ["", "x", "====", "Vm9sdW50ZWVyOg", "\u{0}", "陳", "null"]
        .iter()
        .map(|text| value(json!(text)))
        .collect();
    bag.extend([raw("0"), raw("-1"), raw("9223372036854775808"), raw("1.5")]);
    for id in real {
        bag.push(value(json!(id)));
        let mut tampered = id.clone().into_bytes();
        if let Some(last) = tampered.last_mut() {
            *last = if *last == b'A' { b'B' } else { b'A' };
        }
        bag.push(value(json!(String::from_utf8_lossy(&tampered))));
        bag.push(value(json!(format!("{id}="))));
        bag.push(value(json!(&id[..id.len() / 2])));
    }
    bag.push(value(json!("QUFB".repeat(10_000))));
    bag
}

/// Words that no enumeration has.
pub fn words() -> Vec<Hostile> {
    let words = [
        "NO_SUCH_WORD",
        "null",
        "true",
        "lower_case",
        "__Type",
        "\"ACTIVE\"",
    ];
    words
        .iter()
        .map(|word| Hostile {
            literal: (*word).to_owned(),
            json: json!(word.trim_matches('"')).to_string(),
        })
        .collect()
}
