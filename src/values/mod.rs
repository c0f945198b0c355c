//! What people type in: whether it is of the right form, and its usual spelling.
//!
//! Pure functions on texts. It knows no policy, no SQL and no GraphQL.

mod email;
mod hkid;
mod phone;

pub use email::email;
pub use hkid::hkid;
pub use phone::phone;

/// Why a value is not taken, in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// In English.
    pub en: &'static str,
    /// In traditional Chinese.
    pub zh: &'static str,
}

/// A plain text: trimmed, of some length, without control characters but line breaks and tabs.
///
/// # Errors
/// Where it is too long or has a control character.
pub fn text(given: &str) -> Result<String, Unfit> {
    const LONGEST: usize = 20_000;
    let trimmed = given.trim();
    if trimmed.len() > LONGEST {
        return Err(Unfit {
            en: "The text is too long.",
            zh: "文字過長。",
        });
    }
    if trimmed
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Unfit {
            en: "The text has a control character.",
            zh: "文字含有控制字元。",
        });
    }
    Ok(trimmed.to_owned())
}

/// A list of words as a JSON array: each a plain text of some length, none twice.
///
/// # Errors
/// Where it is no list of texts, a word is not fit, or the list is too long.
pub fn words(given: &str) -> Result<String, Unfit> {
    const MOST: usize = 100;
    const LONGEST: usize = 200;
    let unfit = Unfit {
        en: "A list has at most 100 words, each of at most 200 bytes.",
        zh: "清單最多可有一百項，每項最長二百位元組。",
    };
    let given: Vec<String> = serde_json::from_str(given).map_err(|_| unfit)?;
    let mut words: Vec<String> = Vec::new();
    for word in &given {
        let word = text(word)?;
        if word.len() > LONGEST {
            return Err(unfit);
        }
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > MOST {
        return Err(unfit);
    }
    serde_json::to_string(&words).map_err(|_| unfit)
}
