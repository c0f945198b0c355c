//! How deep a file may nest, looked at before any parser does.
//!
//! Cedar's parser goes down with each bracket and each operator, and a file that goes down far
//! enough would end the whole program. No rule that a person reads is nearly as deep.

use super::report::Fault;
use crate::policy::load::Document;

/// How many brackets may be open at once.
const BRACKETS: usize = 24;
/// How many operators one policy may have.
const OPERATORS: usize = 250;
/// Operators that are words.
const WORDS: [&str; 7] = ["if", "then", "else", "in", "has", "like", "is"];

/// What is too deep in a file, if anything is.
pub fn too_deep(document: &Document) -> Option<Fault> {
    let mut open = 0_usize;
    let mut operators = 0_usize;
    let mut line = 1;
    let mut rest = document.text.chars().peekable();
    let mut word = String::new();
    let (mut quoted, mut comment) = (false, false);
    while let Some(c) = rest.next() {
        if c == '\n' {
            line += 1;
        }
        // as Cedar's own reader of words has it
        comment &= c != '\n' && c != '\r';
        if comment {
            continue;
        }
        if quoted {
            match c {
                '\\' => drop(rest.next()),
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if WORDS.contains(&word.as_str()) {
            operators += 1;
        }
        word.clear();
        match c {
            '"' => quoted = true,
            '/' if rest.peek() == Some(&'/') => comment = true,
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            ';' => operators = 0,
            // what encloses types in a schema, too
            '.' | '+' | '-' | '*' | '<' | '>' | '=' | '!' | '&' | '|' => operators += 1,
            _ => {}
        }
        if open > BRACKETS || operators > OPERATORS {
            return Some(Fault::new(
                &document.name,
                line,
                format!(
                    "this is nested too deep or too long: at most {BRACKETS} brackets in one another and {OPERATORS} operators in a policy; make several policies of it"
                ),
                format!(
                    "此處層次過深或過長：括號最多 {BRACKETS} 層，每條政策最多 {OPERATORS} 個運算符；請分為數條政策"
                ),
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::gate::{Set, check};

    fn policy(condition: &str) -> Document {
        let head =
            "@id(\"deep\")\n@en(\"a\")\n@zh(\"b\")\npermit (principal is Job, action, resource)";
        Document {
            name: "deep.cedar".to_owned(),
            text: format!("{head}\nwhen {{ {condition} }};\n"),
        }
    }

    /// A way to go down, with as many steps as asked for.
    type Way = (&'static str, fn(usize) -> String);

    const WAYS: [Way; 8] = [
        ("brackets", |n| {
            format!("{}true{}", "(".repeat(n), ")".repeat(n))
        }),
        ("lists", |n| {
            format!("{}{} == 1", "[".repeat(n), "]".repeat(n))
        }),
        ("and", |n| vec!["true"; n + 1].join("&&")),
        ("or", |n| vec!["false"; n + 1].join("||")),
        ("plus", |n| format!("{} == 1", vec!["1"; n + 1].join("+"))),
        ("dots", |n| format!("principal{} == 1", ".a".repeat(n))),
        ("not", |n| format!("{}true", "!".repeat(n))),
        ("if", |n| {
            format!("{}true", "if true then true else ".repeat(n))
        }),
    ];

    #[test]
    fn what_is_let_through_does_not_exhaust_a_small_stack() {
        let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let look = || {
            let schema = Set::shipped().schema;
            for (way, nested) in WAYS {
                let deepest = (1..=OPERATORS).rev().map(|n| policy(&nested(n)));
                let deepest = deepest.into_iter().find(|d| too_deep(d).is_none());
                let document = deepest.unwrap_or_else(|| panic!("{way}"));
                // sound or not: what matters is that there is an answer
                assert_eq!(check(&schema, &[document], &mut |_| {}).0.len(), 4, "{way}");
            }
        };
        small.spawn(look).unwrap().join().unwrap();
    }

    #[test]
    fn what_goes_deeper_is_refused_before_it_is_parsed() {
        let schema = Set::shipped().schema;
        for (way, nested) in WAYS {
            for steps in [OPERATORS + 1, 20_000] {
                let (said, policies) = check(&schema, &[policy(&nested(steps))], &mut |_| {});
                let faults: Vec<_> = said.into_iter().flat_map(|step| step.faults).collect();
                assert_eq!(faults.len(), 1, "{way}");
                assert!(faults[0].en.contains("nested too deep"), "{way}");
                assert!(policies.is_none());
            }
        }
    }

    #[test]
    fn nothing_hides_behind_a_comment_or_a_quotation_mark() {
        for before in [
            "// a\r",
            "// \"\n",
            "\"\\\"\" == \"\" || ",
            "\"//\" == \"\" || ",
        ] {
            let brackets = format!("{before}{}true{}", "(".repeat(30), ")".repeat(30));
            assert!(too_deep(&policy(&brackets)).is_some(), "{before}");
        }
    }

    #[test]
    fn sentences_and_comments_are_no_depth() {
        let mut document = policy("true");
        let many = "( < && \\\" ".repeat(500);
        document.text = format!(
            "// {many}\n{}",
            document
                .text
                .replace("@en(\"a\")", &format!("@en(\"{many}\")"))
        );
        assert!(too_deep(&document).is_none());
        let set = Set::shipped();
        assert!(
            set.policies
                .iter()
                .chain([&set.schema])
                .all(|d| too_deep(d).is_none())
        );
    }
}
