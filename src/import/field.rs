//! What one field may hold.

use super::report::{Reason, Rejection};

/// What is wrong with a row, before its line is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) code: Reason,
    reason: String,
}

impl Fault {
    pub(super) fn new(code: Reason, reason: String) -> Self {
        Self { code, reason }
    }

    pub(super) fn on(self, line: u64) -> Rejection {
        Rejection {
            line,
            code: self.code,
            reason: self.reason,
        }
    }
}

/// A value as a reason shows it: short, and without characters that a terminal would obey.
pub(super) fn shown(value: &str) -> String {
    let mut text: String = value
        .chars()
        .take(60)
        .flat_map(|c| match c.is_control() {
            true => c.escape_default().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect();
    if value.chars().nth(60).is_some() {
        text.push('…');
    }
    format!("`{text}`")
}

/// The text without the space around it; none if nothing is left.
///
/// Stray control characters at the ends go with the space (published lists do have them there);
/// line breaks inside become one space; any other control character is refused.
pub(super) fn text(column: &str, value: &str) -> Result<Option<String>, Fault> {
    let value = value.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if value.is_empty() {
        return Ok(None);
    }
    let line_break = |c| c == '\n' || c == '\r';
    let value = match value.contains(line_break) {
        true => {
            let lines = value.split(line_break).map(str::trim);
            lines
                .filter(|l| !l.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }
        false => value.to_owned(),
    };
    match value.contains(char::is_control) {
        true => Err(Fault::new(
            Reason::ControlCharacter,
            format!("`{column}` holds a control character: {}", shown(&value)),
        )),
        false => Ok(Some(value)),
    }
}

/// The text, which must not be empty.
pub(super) fn required(column: &str, value: &str) -> Result<String, Fault> {
    text(column, value)?.ok_or_else(|| empty(column))
}

/// The fault of a required field in which nothing stands.
pub(super) fn empty(column: &str) -> Fault {
    Fault::new(Reason::EmptyField, format!("`{column}` is empty"))
}

/// Degrees between `-limit` and `limit`.
pub(super) fn degrees(column: &str, value: &str, limit: f64) -> Result<Option<f64>, Fault> {
    let Some(value) = text(column, value)? else {
        return Ok(None);
    };
    match value.parse::<f64>() {
        Ok(degrees) if degrees.abs() <= limit => Ok(Some(degrees)),
        _ => Err(Fault::new(
            Reason::BadCoordinate,
            format!(
                "`{column}` is not a number between -{limit} and {limit}: {}",
                shown(&value)
            ),
        )),
    }
}

/// Telephone numbers, those of eight digits written `+852 XXXX XXXX`, others as they stand.
pub(super) fn telephone(value: &str) -> String {
    let numbers = value.split(',').map(str::trim).filter(|n| !n.is_empty());
    numbers.map(number).collect::<Vec<_>>().join(", ")
}

fn number(value: &str) -> String {
    let local = value.strip_prefix("+852").unwrap_or(value);
    let separators = [' ', '-', '\u{a0}'];
    let digits: String = local.chars().filter(|c| !separators.contains(c)).collect();
    match digits.split_at_checked(4) {
        Some((head, tail))
            if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("+852 {head} {tail}")
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_are_written_in_one_way() {
        for (given, kept) in [
            ("23821035", "+852 2382 1035"),
            ("2602 5353", "+852 2602 5353"),
            ("+852 2602-5353", "+852 2602 5353"),
            ("23821035,26025353", "+852 2382 1035, +852 2602 5353"),
            ("1823", "1823"),
            ("電話2382", "電話2382"),
        ] {
            assert_eq!(telephone(given), kept);
        }
    }

    #[test]
    fn text_is_trimmed_and_keeps_its_form() {
        let decomposed = "e\u{301}cole";
        assert_eq!(
            text("t", &format!("  {decomposed}\u{3000}")),
            Ok(Some(decomposed.to_owned()))
        );
        assert_eq!(text("t", "a \r\n b"), Ok(Some("a b".to_owned())));
        assert_eq!(text("t", " \n "), Ok(None));
        assert_eq!(text("t", "Friday\u{80} "), Ok(Some("Friday".to_owned())));
        let fault = text("t", "a\u{1b}[31mb").unwrap_err().on(3);
        assert_eq!(
            fault.to_string(),
            "line 3: CONTROL_CHARACTER: `t` holds a control character: `a\\u{1b}[31mb`"
        );
    }

    #[test]
    fn degrees_stay_on_the_globe() {
        assert_eq!(degrees("x", "114.1", 180.0), Ok(Some(114.1)));
        assert_eq!(degrees("x", "", 180.0), Ok(None));
        for wrong in ["190", "-180.1", "NaN", "inf", "east"] {
            assert_eq!(
                degrees("x", wrong, 180.0).unwrap_err().code,
                Reason::BadCoordinate
            );
        }
    }
}
