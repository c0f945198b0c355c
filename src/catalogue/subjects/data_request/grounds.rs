//! On which grounds a request can be refused (Cap. 486, sections 20 and 24).

use crate::catalogue::kind::{EnumKind, one};

/// A ground of a refusal.
pub struct Ground {
    /// Its code.
    pub code: &'static str,
    /// In English.
    pub en: &'static str,
    /// In traditional Chinese.
    pub zh: &'static str,
    /// Whether a request for access can be refused on it.
    pub of_access: bool,
    /// Whether a request for a correction can be refused on it.
    pub of_correction: bool,
}

macro_rules! grounds {
    ($($code:literal, $access:literal, $correction:literal, $en:literal, $zh:literal;)*) => {
        /// The grounds as clients know them.
        pub static DATA_REQUEST_GROUND: EnumKind = EnumKind {
            name: "DataRequestGround",
            doc: "On which ground of the Ordinance (Cap. 486, sections 20 and 24) a request is refused.",
            values: &[$(one($code, concat!($en, " ", $zh))),*],
        };

        /// The grounds in both languages.
        pub static GROUNDS: &[Ground] = &[$(Ground {
            code: $code,
            en: $en,
            zh: $zh,
            of_access: $access,
            of_correction: $correction,
        }),*];
    };
}

grounds! {
    "IDENTITY_NOT_SHOWN", true, true,
        "Who asks, or that they may ask for the person, is not shown (s. 20(1)(a), 24(1)).",
        "未能證明要求者的身分或其可代有關人士提出要求（第20(1)(a)、24(1)條）。";
    "DATA_OF_OTHERS", true, false,
        "It cannot be answered without disclosing the data of another who does not consent (s. 20(1)(b)).",
        "未經他人同意，遵從要求必會披露該人的個人資料（第20(1)(b)條）。";
    "PROHIBITED", true, false,
        "An Ordinance forbids to answer it (s. 20(1)(c)).",
        "法例禁止遵從該要求（第20(1)(c)條）。";
    "NOT_IN_WRITING", true, true,
        "It is not in writing in Chinese or English (s. 20(3)(a), 24(3)(a)).",
        "要求並非以中文或英文書面提出（第20(3)(a)、24(3)(a)條）。";
    "CANNOT_BE_LOCATED", true, false,
        "It does not say enough to find the data (s. 20(3)(b)).",
        "所提供的資料不足以找出有關個人資料（第20(3)(b)條）。";
    "REPEATED", true, false,
        "It follows two or more similar requests, and to answer again is not reasonable (s. 20(3)(c)).",
        "曾有兩項或以上類似要求，再次遵從並不合理（第20(3)(c)條）。";
    "CONTROLLED_BY_ANOTHER", true, true,
        "Another who controls the use of the data forbids to answer it (s. 20(3)(d), 24(3)(e)).",
        "另一控制資料使用的資料使用者禁止遵從（第20(3)(d)、24(3)(e)條）。";
    "NOT_IN_THE_FORM", true, false,
        "It is not made in the form that the Commissioner specifies (s. 20(3)(e)).",
        "要求並非以專員指明的表格提出（第20(3)(e)條）。";
    "EXEMPT", true, false,
        "The data is exempt from access (s. 20(3)(f), Part 8).",
        "資料獲豁免而無須提供查閱（第20(3)(f)條及第8部）。";
    "NOT_INACCURATE", false, true,
        "It is not shown that the data is inaccurate (s. 24(3)(b)).",
        "未能信納有關資料不準確（第24(3)(b)條）。";
    "CANNOT_BE_ASCERTAINED", false, true,
        "It does not say enough to find out in what way the data is inaccurate (s. 24(3)(c)).",
        "所提供的資料不足以確定資料在何方面不準確（第24(3)(c)條）。";
    "CORRECTION_NOT_ACCURATE", false, true,
        "It is not shown that the correction would be accurate (s. 24(3)(d)).",
        "未能信納所要求的改正屬準確（第24(3)(d)條）。";
}
