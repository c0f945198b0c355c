//! One synthetic person: names, telephone, address and the like.

use chrono::{Datelike, NaiveDate};

use super::names::{BLOCKS, COMPOUND_SURNAMES, ENGLISH, ESTATES, GIVEN, OTHERS, SURNAMES};
use super::seed::Seed;
use crate::import::DISTRICTS;

/// What a person is called.
#[derive(Clone, Default)]
pub(super) struct Name {
    pub(super) zh: Option<String>,
    pub(super) en: Option<String>,
}

impl Name {
    /// A name written out.
    pub(super) fn of(zh: &str, en: &str) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            zh: some(zh),
            en: some(en),
        }
    }
}

/// A surname in Chinese and in Latin letters.
pub(super) type Surname = (&'static str, &'static str);

pub(super) fn surname(seed: &mut Seed) -> Surname {
    match seed.percent(6) {
        true => seed.pick(&COMPOUND_SURNAMES),
        false => seed.pick(&SURNAMES),
    }
}

/// A name: most are Chinese, some lack one of the two writings.
pub(super) fn name(seed: &mut Seed) -> Name {
    if seed.percent(8) {
        let (zh, en) = seed.pick(&OTHERS);
        return Name::of(zh, en);
    }
    let surname = surname(seed);
    let mut name = named(seed, surname);
    match seed.below(100) {
        0..10 => name.en = None,
        10..14 => name.zh = None,
        _ => {}
    }
    name
}

/// A Chinese name with this surname, written `CHAN Tai Man, Peter` in Latin letters.
pub(super) fn named(seed: &mut Seed, surname: Surname) -> Name {
    let first = seed.pick(&GIVEN);
    let mut zh = format!("{}{}", surname.0, first.0);
    let mut en = format!("{} {}", surname.1, first.1);
    if !seed.percent(15) {
        let second = seed.pick(&GIVEN);
        zh.push_str(second.0);
        en.push(' ');
        en.push_str(second.1);
    }
    if seed.percent(40) {
        en.push_str(", ");
        en.push_str(seed.pick(&ENGLISH));
    }
    Name {
        zh: Some(zh),
        en: Some(en),
    }
}

/// A mobile number, `+852 5XXX XXXX`.
pub(super) fn phone(seed: &mut Seed) -> String {
    let (head, tail) = (seed.below(1000), seed.below(10_000));
    format!("+852 5{head:03} {tail:04}")
}

/// An address at a domain that can belong to nobody.
pub(super) fn email(seed: &mut Seed) -> String {
    format!("{:08x}@example.org", seed.next() >> 32)
}

/// An address in an estate that does not exist, with its district.
pub(super) fn address(seed: &mut Seed) -> (String, String) {
    let (district, chinese) = seed.pick(&DISTRICTS);
    let floor = 1 + seed.below(38);
    let flat = 1 + seed.below(16);
    let address = format!(
        "{chinese}{}{}{floor}樓{floor}{flat:02}室",
        seed.pick(&ESTATES),
        seed.pick(&BLOCKS)
    );
    (address, district.to_owned())
}

/// A day of birth that makes someone between `least` and `most` years old this year.
pub(super) fn birth_date(
    seed: &mut Seed,
    today: NaiveDate,
    least: u32,
    most: u32,
) -> Option<NaiveDate> {
    let age = least + seed.below(most - least + 1);
    let year = today.year() - i32::try_from(age).ok()?;
    NaiveDate::from_yo_opt(year, 1 + seed.below(365))
}

/// An identity card number that belongs to the form, with its check character.
pub(super) fn identity_number(seed: &mut Seed) -> String {
    let first = char::from(b'A' + (seed.below(26) as u8));
    let digits = format!("{:06}", seed.below(1_000_000));
    let letters = match seed.percent(20) {
        true => format!("{first}{}", char::from(b'A' + (seed.below(26) as u8))),
        false => first.to_string(),
    };
    let check = check_character(&letters, &digits);
    format!("{letters}{digits}({check})")
}

/// The check character: letters count from A = 10, a missing first letter 36; weights 9 to 2;
/// r is the sum modulo 11, and the character is 11 − r, where 10 is written A and 11 is 0.
pub(super) fn check_character(letters: &str, digits: &str) -> char {
    let missing = (letters.len() == 1).then_some(36);
    let letters = letters.bytes().map(|letter| u32::from(letter - b'A') + 10);
    let digits = digits.bytes().map(|digit| u32::from(digit - b'0'));
    let values = missing.into_iter().chain(letters).chain(digits);
    let sum: u32 = values
        .zip((2..=9).rev())
        .map(|(v, weight)| v * weight)
        .sum();
    match sum % 11 {
        0 => '0',
        1 => 'A',
        r => char::from_digit(11 - r, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_follow_the_published_examples() {
        for (letters, digits, check) in [
            ("A", "123456", '3'),
            ("CA", "182361", '1'),
            ("C", "668668", '9'),
            ("WX", "123456", '9'),
            ("Z", "683365", 'A'),
            ("A", "555555", '0'),
            ("AB", "987654", '3'),
        ] {
            assert_eq!(check_character(letters, digits), check, "{letters}{digits}");
        }
    }
}
