//! Telephone numbers.

use super::Unfit;

/// A telephone number in its usual spelling: `+852 1234 5678`; a foreign one as `+` and its digits.
///
/// # Errors
/// Where it is neither eight digits nor an international number (ITU-T E.164: 7 to 15 digits).
pub fn phone(given: &str) -> Result<String, Unfit> {
    let unfit = Unfit {
        en: "A telephone number has eight digits, or begins with + and the country.",
        zh: "電話號碼須為八位數字，或以 + 及國家號碼開首。",
    };
    let international = given.trim_start().starts_with('+');
    let spaced = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '+');
    let digits: String = given.chars().filter(char::is_ascii_digit).collect();
    if given.chars().any(|c| !c.is_ascii_digit() && !spaced(c)) {
        return Err(unfit);
    }
    let local = if international {
        digits.strip_prefix("852")
    } else {
        Some(digits.as_str())
    };
    match local {
        Some(local) if local.len() == 8 => {
            let (front, back) = local.split_at(4);
            Ok(format!("+852 {front} {back}"))
        }
        None if (7..=15).contains(&digits.len()) => Ok(format!("+{digits}")),
        _ => Err(unfit),
    }
}

#[cfg(test)]
mod tests {
    use super::phone;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(phone("61234567").unwrap(), "+852 6123 4567");
        assert_eq!(phone("+852 6123-4567").unwrap(), "+852 6123 4567");
        assert_eq!(phone("+44 20 7946 0018").unwrap(), "+442079460018");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for given in [
            "",
            "1234567",
            "123456789",
            "6123 456x",
            "+8526123456",
            "電話",
        ] {
            assert!(phone(given).is_err(), "{given}");
        }
    }
}
