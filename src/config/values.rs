//! How a value is read: each function takes what a file, a variable or a flag
//! may hold and answers nothing where the value cannot be used.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use toml::Value;
use tracing_subscriber::EnvFilter;

use super::{DatabaseUrl, LARGEST_PAGE, LogFormat};

const SMALLEST_BODY: usize = 1024;
const LARGEST_BODY: usize = 100 * 1024 * 1024;
const DEEPEST_NESTING: usize = 100;

pub(super) fn address(value: &Value) -> Option<SocketAddr> {
    let text = value.as_str()?;
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?))),
        None => text.parse().ok(),
    }
}

pub(super) fn database_url(value: &Value) -> Option<DatabaseUrl> {
    DatabaseUrl::parse(value.as_str()?)
}

pub(super) fn path(value: &Value) -> Option<PathBuf> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(PathBuf::from)
}

pub(super) fn name(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let fits = !text.is_empty() && text.len() <= 200 && !text.contains(char::is_whitespace);
    fits.then(|| text.to_owned())
}

pub(super) fn log_level(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty())?;
    EnvFilter::try_new(text).ok().map(|_| text.to_owned())
}

pub(super) fn log_format(value: &Value) -> Option<LogFormat> {
    match value.as_str()? {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

pub(super) fn count<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    whole(value).filter(|number| *number >= 1)?.try_into().ok()
}

/// A count that may be none.
pub(super) fn amount<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    whole(value).filter(|number| *number >= 0)?.try_into().ok()
}

pub(super) fn page(value: &Value) -> Option<usize> {
    count(value).filter(|size| *size <= LARGEST_PAGE)
}

pub(super) fn body_bytes(value: &Value) -> Option<usize> {
    count(value).filter(|size| (SMALLEST_BODY..=LARGEST_BODY).contains(size))
}

pub(super) fn nesting(value: &Value) -> Option<usize> {
    count(value).filter(|depth| *depth <= DEEPEST_NESTING)
}

pub(super) fn positive_duration(value: &Value) -> Option<Duration> {
    duration(value.as_str()?).filter(|time| !time.is_zero())
}

/// A time written as a whole number with `ms`, `s`, `m`, `h` or `d`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let split = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().ok()?;
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Some(Duration::from_secs(7200)));
        assert_eq!(duration("7d"), Some(Duration::from_secs(604_800)));
        for bad in [
            "",
            "5",
            "s",
            "-5s",
            "5 s",
            "5w",
            "1h30m",
            "99999999999999999999s",
        ] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!(duration("18446744073709551615d"), None);
    }
}
