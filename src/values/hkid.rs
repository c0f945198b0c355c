//! Hong Kong identity card numbers.

use super::Unfit;

/// An identity card number in its usual spelling, `A123456(3)`.
///
/// One or two letters, six digits and a check character: letters count A=10 to Z=35, a missing
/// first letter 36; weights 9 to 2; the check is 11 less the sum modulo 11, 10 written as A and 11
/// as 0.
///
/// # Errors
/// Where the form or the check character is wrong.
pub fn hkid(given: &str) -> Result<String, Unfit> {
    let unfit = Unfit {
        en: "This is no Hong Kong identity card number.",
        zh: "香港身份證號碼不正確。",
    };
    let spaced = |c: &char| !matches!(c, '(' | ')' | ' ' | '-');
    let plain: Vec<char> = given
        .trim()
        .chars()
        .filter(spaced)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let letters = plain.iter().take_while(|c| c.is_ascii_uppercase()).count();
    let (Some((check, body)), true) = (plain.split_last(), matches!(letters, 1 | 2)) else {
        return Err(unfit);
    };
    let digits = body.get(letters..).unwrap_or_default();
    if digits.len() != 6 || !digits.iter().all(char::is_ascii_digit) {
        return Err(unfit);
    }
    if checked(body) != Some(*check) {
        return Err(unfit);
    }
    let body: String = body.iter().collect();
    Ok(format!("{body}({check})"))
}

/// The check character of the letters and digits before it.
fn checked(body: &[char]) -> Option<char> {
    let value = |c: &char| match c {
        'A'..='Z' => u32::from(*c) - u32::from('A') + 10,
        _ => c.to_digit(10).unwrap_or(0),
    };
    let missing = (body.len() == 7).then_some(36);
    let values = missing.into_iter().chain(body.iter().map(value));
    let sum: u32 = values
        .zip((2..=9).rev())
        .map(|(value, weight)| value * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some('0'),
        10 => Some('A'),
        check => char::from_digit(check, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::hkid;

    #[test]
    fn real_check_characters_pass() {
        for number in [
            "A123456(3)",
            "CA182361(1)",
            "C668668(9)",
            "WX123456(9)",
            "Z683365(A)",
            "A555555(0)",
            "AB987654(3)",
        ] {
            assert_eq!(hkid(number).as_deref(), Ok(number));
        }
        assert_eq!(hkid(" a1234563 ").as_deref(), Ok("A123456(3)"));
    }

    #[test]
    fn wrong_ones_are_refused() {
        for number in [
            "",
            "A123456",
            "A123456(4)",
            "ABC12345(6)",
            "1234567(8)",
            "A12345(3)",
            "A1234567(3)",
        ] {
            assert!(hkid(number).is_err(), "{number}");
        }
    }
}
