//! E-mail addresses.

use super::Unfit;

/// An e-mail address, trimmed.
///
/// # Errors
/// Where it has no local part, no domain with a dot, white space, or more than 254 characters
/// (RFC 5321, 4.5.3.1.3).
pub fn email(given: &str) -> Result<String, Unfit> {
    let given = given.trim();
    let whole = given.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    let plain = !given.chars().any(|c| c.is_whitespace() || c.is_control());
    if whole && plain && given.len() <= 254 {
        return Ok(given.to_owned());
    }
    Err(Unfit {
        en: "This is no e-mail address.",
        zh: "電郵地址格式不正確。",
    })
}

#[cfg(test)]
mod tests {
    use super::email;

    #[test]
    fn addresses_are_told_from_other_texts() {
        assert!(email(" chan.tm@example.org ").is_ok_and(|e| e == "chan.tm@example.org"));
        for given in [
            "",
            "a",
            "@example.org",
            "a@",
            "a@b",
            "a b@example.org",
            "a@.org",
            "a@org.",
        ] {
            assert!(email(given).is_err(), "{given}");
        }
    }
}
