//! How a policy file is laid out, so that a difference shows what was changed and nothing else.

use cedar_policy_formatter::{Config, policies_str_to_pretty};

use super::gate::Fault;
use super::load::Document;

/// How wide a line may be; sentences in annotations are never broken.
const WIDTH: usize = 80;

/// The text of a file of policies as it should be laid out, comments and all.
///
/// # Errors
/// Where the file is not well formed.
pub fn formatted(document: &Document) -> Result<String, Fault> {
    if let Some(fault) = super::gate::too_deep(document) {
        return Err(fault);
    }
    let config = Config {
        line_width: WIDTH,
        indent_width: 2,
    };
    let (head, rest) = apart(&document.text);
    let text = policies_str_to_pretty(rest, &config).map_err(|error| {
        let told = error.chain().map(ToString::to_string).collect::<Vec<_>>();
        let told = told.join(": ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let zh = format!("無法排版：{told}");
        Fault::new(&document.name, 1, told, zh)
    })?;
    let parts = [head.trim(), text.trim()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return Ok(String::new());
    }
    Ok(format!("{}\n", parts.join("\n\n")))
}

/// The comment at the head of a file, which speaks of all of it, apart from the rest; the
/// formatter would take it for the first policy's.
fn apart(text: &str) -> (&str, &str) {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() && end > 0 {
            return text.split_at(end);
        }
        if !line.trim_start().starts_with("//") {
            break;
        }
        end += line.len();
    }
    ("", text)
}
