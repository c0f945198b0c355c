//! How a value is read: each function takes what a file, a variable or a flag
//! may hold and answers nothing where the value cannot be used.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use toml::Value;
use tracing_subscriber::EnvFilter;

use super::{DatabaseUrl, LARGEST_PAGE, LogFormat, MetricsAt};
use crate::residency::Place;

/// What a place is written as.
pub(super) const PLACE: &str = "a place by its two letters of ISO 3166-1, such as `HK`";

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

pub(super) fn place(value: &Value) -> Option<Place> {
    Place::of(value.as_str()?)
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

pub(super) fn syncs(value: &Value) -> Option<bool> {
    match value.as_str()? {
        "normal" => Some(false),
        "full" => Some(true),
        _ => None,
    }
}

pub(super) fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(on) => Some(*on),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

pub(super) fn commits(value: &Value) -> Option<String> {
    let ways = ["on", "off", "local", "remote_write", "remote_apply"];
    let text = value.as_str()?;
    ways.contains(&text).then(|| text.to_owned())
}

pub(super) fn metrics(value: &Value) -> Option<MetricsAt> {
    match value.as_str()? {
        "off" => Some(MetricsAt::Nowhere),
        _ => address(value).map(MetricsAt::Address),
    }
}

/// A list; in a variable, with commas.
pub(super) fn names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(name).collect(),
        Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Value::String(text) => {
            let items = text.split(',').map(|item| item.trim().into());
            items.map(|item| name(&item)).collect()
        }
        _ => None,
    }
}

/// A list; in a variable, with commas.
pub(super) fn origins(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(|item| origin(item.as_str()?)).collect(),
        Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Value::String(text) => text.split(',').map(|item| origin(item.trim())).collect(),
        _ => None,
    }
}

/// An origin exactly as a browser writes it: what is written otherwise would never match, and who
/// wrote it would wonder why.
fn origin(text: &str) -> Option<String> {
    let (usual_port, rest) = match text.split_once("://")? {
        ("https", rest) => ("443", rest),
        ("http", rest) => ("80", rest),
        _ => return None,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host_fits = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let allowed = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)
            };
            !host.is_empty() && host.bytes().all(allowed)
        }
    };
    let port_fits = port.is_none_or(|port| {
        port != usual_port && !port.starts_with('0') && port.parse::<u16>().is_ok()
    });
    (host_fits && port_fits).then(|| text.to_owned())
}

pub(super) fn endpoint(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim_end_matches('/');
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))?;
    let fits = !rest.is_empty() && !rest.starts_with('/');
    let plain = !rest.contains(|letter: char| letter.is_whitespace() || "@?#".contains(letter));
    (fits && plain).then(|| text.to_owned())
}

pub(super) fn count<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    whole(value).filter(|number| *number >= 1)?.try_into().ok()
}

/// From how many people on a group is not small: a group of two tells each of the other.
pub(super) fn small_group(value: &Value) -> Option<u32> {
    count(value).filter(|people| (3..=1_000).contains(people))
}

/// A count that may be none.
pub(super) fn amount<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    whole(value).filter(|number| *number >= 0)?.try_into().ok()
}

/// A share of a whole.
pub(super) fn share(value: &Value) -> Option<f64> {
    let share = match value {
        Value::Float(share) => *share,
        Value::Integer(0) => 0.0,
        Value::Integer(1) => 1.0,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    (0.0..=1.0).contains(&share).then_some(share)
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

pub(super) fn any_duration(value: &Value) -> Option<Duration> {
    duration(value.as_str()?)
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
    fn an_origin_is_what_a_browser_sends_and_nothing_else() {
        for good in [
            "https://app.example.org",
            "http://localhost:3000",
            "https://xn--fiq228c.hk",
            "http://[::1]:8080",
            "http://127.0.0.1",
        ] {
            assert_eq!(origin(good).as_deref(), Some(good));
        }
        for bad in [
            "*",
            "null",
            "",
            "app.example.org",
            "https://",
            "https://app.example.org/",
            "https://app.example.org/path",
            "https://App.example.org",
            "https://*.example.org",
            "https://app.example.org:443",
            "https://app.example.org:",
            "https://app.example.org:99999",
            "https://ann@app.example.org",
            "http://[::1",
            "ftp://app.example.org",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_share_is_of_one_whole() {
        for (value, is) in [
            (Value::Float(0.25), Some(0.25)),
            (Value::Integer(0), Some(0.0)),
            (Value::Integer(1), Some(1.0)),
            (Value::String("0.01".to_owned()), Some(0.01)),
            (Value::String("1".to_owned()), Some(1.0)),
            (Value::Integer(2), None),
            (Value::Float(1.01), None),
            (Value::Float(-0.01), None),
            (Value::Float(f64::NAN), None),
            (Value::String("inf".to_owned()), None),
            (Value::String("10%".to_owned()), None),
            (Value::String(String::new()), None),
            (Value::Boolean(true), None),
        ] {
            assert_eq!(share(&value), is, "{value:?}");
        }
    }

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
