//! Requests to a provider: small, short, to safe addresses only, and nowhere it would send them on.

use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::Agent;

use super::OidcError;

/// How long an answer may take, whole.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest answer.
const LARGEST: u64 = 256 * 1024;

/// Whether an address may be asked, or a browser sent there: `https`, or this machine.
#[must_use]
pub fn is_safe(address: &str) -> bool {
    let plain = |address: &str| {
        let rest = address.strip_prefix("http://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..end)?;
        let host = match authority.strip_prefix("[::1]") {
            Some(port) if port.is_empty() || port.starts_with(':') => "::1",
            _ => authority.split(':').next()?,
        };
        (!authority.contains('@')).then_some(matches!(host, "127.0.0.1" | "localhost" | "::1"))
    };
    let secure = |address: &str| {
        let rest = address.strip_prefix("https://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..end)?;
        Some(!authority.is_empty() && !authority.contains('@'))
    };
    let printable = address.bytes().all(|byte| byte.is_ascii_graphic());
    printable && (plain(address) == Some(true) || secure(address) == Some(true))
}

/// What asks this issuer. No proxy stands between this server and its own machine.
pub(super) fn agent(issuer: &str) -> Agent {
    let config = Agent::config_builder();
    let config = match issuer.starts_with("https:") {
        true => config,
        false => config.proxy(None),
    };
    config
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .new_agent()
}

/// The JSON at an address.
pub(super) fn get<T: DeserializeOwned>(agent: &Agent, address: &str) -> Result<T, OidcError> {
    if !is_safe(address) {
        return Err(OidcError::Provider);
    }
    let asked = agent.get(address).header("accept", "application/json");
    let mut answer = asked.call().map_err(|_| OidcError::Provider)?;
    if answer.status() != 200 {
        return Err(OidcError::Provider);
    }
    read(answer.body_mut())
}

/// The JSON that answers a form; nothing where the form is refused.
pub(super) fn post<T: DeserializeOwned>(
    agent: &Agent,
    address: &str,
    authorization: Option<String>,
    form: &[(&str, &str)],
) -> Result<Option<T>, OidcError> {
    if !is_safe(address) {
        return Err(OidcError::Provider);
    }
    let mut asked = agent.post(address).header("accept", "application/json");
    if let Some(authorization) = authorization {
        asked = asked.header("authorization", authorization);
    }
    let sent = asked.send_form(form.iter().copied());
    let mut answer = sent.map_err(|_| OidcError::Provider)?;
    match answer.status().as_u16() {
        200 => read(answer.body_mut()).map(Some),
        400..500 => Ok(None),
        _ => Err(OidcError::Provider),
    }
}

fn read<T: DeserializeOwned>(body: &mut ureq::Body) -> Result<T, OidcError> {
    let text = body.with_config().limit(LARGEST).read_to_string();
    let text = text.map_err(|_| OidcError::Provider)?;
    serde_json::from_str(&text).map_err(|_| OidcError::Provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_asked() {
        for safe in [
            "https://id.example.org",
            "https://id.example.org/realms/a?b=c",
            "http://127.0.0.1:3000/x",
            "http://localhost",
            "http://[::1]:80/",
        ] {
            assert!(is_safe(safe), "{safe}");
        }
        for other in [
            "",
            "http://id.example.org",
            "http://127.0.0.1.example.org/",
            "http://localhost.example.org",
            "http://127.0.0.1@example.org/",
            "http://localhost:80@example.org/",
            "https://a@example.org",
            "https://",
            "https:///x",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "//example.org",
            "javascript:alert(1)",
            "https://example.org/\r\nx: y",
        ] {
            assert!(!is_safe(other), "{other}");
        }
    }
}
