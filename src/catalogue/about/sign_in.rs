//! How persons sign in. Secrets and their traces are never told; that they are there is.

use super::persons::Person;
use super::places::{PLACE, Place, Via};
use crate::catalogue::Kind;

const OF_USER: &[(&str, Person)] = &[("account_id", Person::User)];

#[rustfmt::skip]
pub(super) static PLACES: &[Place] = &[
    Place {
        table: "login",
        words: Some(("name for signing in", "登入名稱")),
        whose: OF_USER,
        own: &[("name", Kind::Text, "name for signing in", "登入名稱")],
        secrets: &["hash"],
        ..PLACE
    },
    Place {
        table: "authenticator",
        words: Some(("one-time codes", "一次性驗證碼")),
        whose: OF_USER,
        own: &[("confirmed_at", Kind::Time, "time of confirmation", "確認時間")],
        secrets: &["sealed"],
        rest: &["last_step"],
        ..PLACE
    },
    Place {
        table: "recovery_code",
        words: Some(("recovery code", "備用驗證碼")),
        whose: OF_USER,
        own: &[("used_at", Kind::Time, "time of use", "使用時間")],
        secrets: &["hash"],
        ..PLACE
    },
    Place {
        table: "session",
        words: Some(("session", "登入時段")),
        whose: OF_USER,
        own: &[
            ("way", Kind::Text, "way of signing in", "登入方式"),
            ("second_factor_at", Kind::Time, "time of the second factor", "雙重驗證時間"),
            ("ends_at", Kind::Time, "end", "結束時間"),
            ("ended_at", Kind::Time, "time of signing out", "登出時間"),
        ],
        ..PLACE
    },
    Place {
        table: "session_token",
        words: Some(("token of a session", "登入時段權杖")),
        via: Some(Via { column: "session_id", table: "session", whose: "account_id" }),
        own: &[("used_at", Kind::Time, "time of use", "使用時間")],
        secrets: &["hash"],
        rest: &["session_id"],
        ..PLACE
    },
    Place {
        table: "outside_identity",
        words: Some(("identity at an outside provider", "外部身分")),
        whose: OF_USER,
        own: &[
            ("issuer", Kind::Text, "provider", "提供者"),
            ("subject", Kind::Text, "identifier there", "該處的識別碼"),
        ],
        ..PLACE
    },
    Place {
        table: "outside_sign_in",
        words: Some(("sign-in through an outside provider", "經外部提供者登入")),
        whose: OF_USER,
        own: &[
            ("provider", Kind::Text, "provider", "提供者"),
            ("answered_at", Kind::Time, "time of the answer", "回覆時間"),
            ("second_factor", Kind::Bool, "second factor", "雙重驗證"),
        ],
        secrets: &["state", "challenge", "ticket"],
        rest: &["return_to"],
        ..PLACE
    },
    Place {
        table: "sign_in_place",
        words: Some(("place of an earlier sign-in", "曾登入的位置")),
        whose: OF_USER,
        ..PLACE
    },
    Place {
        table: "sign_in_link",
        words: Some(("link for setting a password", "設定密碼的連結")),
        whose: OF_USER,
        own: &[
            ("kind", Kind::Text, "what it is for", "用途"),
            ("ends_at", Kind::Time, "end", "結束時間"),
            ("used_at", Kind::Time, "time of use", "使用時間"),
        ],
        secrets: &["hash", "sealed"],
        ..PLACE
    },
    Place {
        table: "letter",
        words: Some(("letter that waits to be sent", "待寄信件")),
        whose: OF_USER,
        own: &[
            ("kind", Kind::Text, "what it is about", "內容"),
            ("next_at", Kind::Time, "time of the next try", "下次寄出時間"),
            ("ends_at", Kind::Time, "end", "結束時間"),
            ("withheld_at", Kind::Time, "since when it may not go where the mail server is", "自何時起不可送往郵件伺服器所在地"),
        ],
        secrets: &["sealed"],
        rest: &["attempts"],
        ..PLACE
    },
];
