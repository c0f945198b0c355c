//! The name with which somebody signs in: an e-mail address.

/// The longest address that mail can be sent to (RFC 5321).
const LONGEST: usize = 254;

/// The name that a typed address is: in lower case, without the blanks around it. Nothing where it
/// is no address.
///
/// Only ASCII counts. Folding other letters makes one name of two addresses (`ı` of `i`), and who
/// owns the one would be sent the mail of the other; domains in other scripts are written as `xn--`.
#[must_use]
pub fn login_name(typed: &str) -> Option<String> {
    let typed = typed.trim_matches([' ', '\t']);
    let (local, domain) = typed.rsplit_once('@')?;
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"@<>()[]\\,;:\"".contains(&byte);
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let fits = typed.len() <= LONGEST
        && !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(plain)
        && domain.split('.').all(label);
    fits.then(|| typed.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_name_however_it_is_typed() {
        assert_eq!(
            login_name(" Ann.Chan@Example.ORG ").as_deref(),
            Some("ann.chan@example.org")
        );
        for no_address in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@example..org",
            "ann chan@example.org",
            "ann@exam ple.org",
            "ann@example.org\r\nBcc: bob@example.org",
            "<ann@example.org>",
            "ann@b@example.org",
            // a dotless i and a Kelvin sign, which other foldings make `i` and `k` of
            "m\u{131}ke@example.org",
            "mi\u{212a}e@example.org",
        ] {
            assert_eq!(login_name(no_address), None, "{no_address:?}");
        }
        assert_eq!(login_name(&format!("{}@example.org", "a".repeat(65))), None);
        let long = format!("ann@{}org", "example.".repeat(32));
        assert_eq!(login_name(&long), None);
    }
}
