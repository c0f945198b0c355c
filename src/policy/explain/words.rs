//! A part of a condition, in words: what would have to be true.

use cedar_policy::pst::{BinaryOp, Expr, Literal, UnaryOp, Var};

use super::held::HELD;
use crate::policy::entity::{Record, Value};
use crate::policy::lens::Lens;
use crate::viewer::Held;

/// What would have to be true for the expression to be so, in English and in Chinese.
pub fn words(expr: &Expr, lens: &Lens, record: &Record) -> (String, String) {
    let again = |expr: &Expr| words(expr, lens, record);
    match expr {
        Expr::BinaryOp { op, left, right } => match op {
            BinaryOp::Or | BinaryOp::And => {
                let ((left_en, left_zh), (right_en, right_zh)) = (again(left), again(right));
                let (or_en, or_zh) = if matches!(op, BinaryOp::Or) {
                    ("or", "或")
                } else {
                    ("and", "並且")
                };
                (
                    format!("{left_en}, {or_en} {right_en}"),
                    format!("{left_zh}，{or_zh}{right_zh}"),
                )
            }
            BinaryOp::Contains => among(left, right, lens, false),
            BinaryOp::ContainsAny if of_viewer(left) => among(left, right, lens, true),
            BinaryOp::ContainsAny => among(right, left, lens, true),
            BinaryOp::Eq => {
                let ((left_en, left_zh), (right_en, right_zh)) = (side(left), side(right));
                let is = is_now(left, record);
                (
                    format!("{left_en} would have to be {right_en}{}", is.0),
                    format!("{left_zh}須為{right_zh}{}", is.1),
                )
            }
            BinaryOp::NotEq => {
                let ((left_en, left_zh), (right_en, right_zh)) = (side(left), side(right));
                (
                    format!("{left_en} must not be {right_en}"),
                    format!("{left_zh}不可為{right_zh}"),
                )
            }
            _ => plain(expr),
        },
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => {
            let (en, zh) = again(expr);
            (
                format!("it must not be so that {en}"),
                format!("以下不可成立：{zh}"),
            )
        }
        Expr::HasAttr { expr, attrs } if matches!(**expr, Expr::Var(Var::Resource)) => {
            let names: Vec<&str> = attrs.iter().map(AsRef::as_ref).collect();
            let name = names.join(".");
            (
                format!("the record would have to have a `{name}`"),
                format!("紀錄須有 `{name}`"),
            )
        }
        Expr::Is {
            expr, entity_type, ..
        } => {
            let (en, zh) = side(expr);
            (
                format!("{en} would have to be of the type {entity_type}"),
                format!("{zh}須屬於類別 {entity_type}"),
            )
        }
        Expr::GetAttr { .. } => {
            let (en, zh) = side(expr);
            (format!("{en} would have to be set"), format!("{zh}須為是"))
        }
        _ => plain(expr),
    }
}

fn of_viewer(expr: &Expr) -> bool {
    matches!(expr, Expr::GetAttr { expr, .. } if matches!(**expr, Expr::Var(Var::Principal)))
}

/// The asked one, or one of the asked ones, is in the set.
fn among(set: &Expr, asked: &Expr, lens: &Lens, one_of: bool) -> (String, String) {
    let ((set_en, set_zh), (asked_en, asked_zh)) = (side(set), side(asked));
    let (how_many_en, how_many_zh) = how_many(set, lens);
    let (one_en, one_zh) = if one_of {
        ("one of ", "其中之一")
    } else {
        ("", "")
    };
    (
        format!("{one_en}{asked_en} would have to be among {set_en}{how_many_en}"),
        format!("{asked_zh}{one_zh}須屬於{set_zh}{how_many_zh}"),
    )
}

/// How many there are in a set of the viewer's.
fn how_many(set: &Expr, lens: &Lens) -> (String, String) {
    let Expr::GetAttr { attr, .. } = set else {
        return Default::default();
    };
    if !of_viewer(set) {
        return Default::default();
    }
    match lens.viewer().held().get(attr.as_str()) {
        Some(Held::Many(_, ids)) if ids.is_empty() => (
            ", of which there are none".to_owned(),
            "（現時沒有）".to_owned(),
        ),
        Some(Held::Many(_, ids)) => {
            let count = ids.len();
            (
                format!(", of which there are {count}"),
                format!("（現有 {count} 個）"),
            )
        }
        _ => Default::default(),
    }
}

/// One side of a comparison.
fn side(expr: &Expr) -> (String, String) {
    match expr {
        Expr::Var(Var::Resource) => ("the record".to_owned(), "紀錄".to_owned()),
        Expr::Var(Var::Principal) => ("the viewer".to_owned(), "檢視者".to_owned()),
        Expr::Literal(Literal::String(text)) => (format!("`{text}`"), format!("`{text}`")),
        Expr::GetAttr { expr, attr } => match &**expr {
            Expr::Var(Var::Resource) => {
                (format!("the record's `{attr}`"), format!("紀錄的 `{attr}`"))
            }
            Expr::Var(Var::Principal) => {
                let known = HELD.iter().find(|(name, ..)| *name == attr.as_str());
                let single = attr.strip_suffix("Shifts");
                let single = HELD.iter().find(|(name, ..)| Some(*name) == single);
                match (known, single) {
                    (Some((_, en, zh)), _) => ((*en).to_owned(), (*zh).to_owned()),
                    // each right of a partner is held by project and by single shift
                    (None, Some((_, en, zh))) => (
                        en.replacen("the projects", "the single shifts", 1),
                        zh.replace("計劃", "更次"),
                    ),
                    (None, None) => (
                        format!("the viewer's `{attr}`"),
                        format!("檢視者的 `{attr}`"),
                    ),
                }
            }
            _ => plain(expr),
        },
        _ => plain(expr),
    }
}

/// What a word of the record is now.
fn is_now(expr: &Expr, record: &Record) -> (String, String) {
    let Expr::GetAttr { expr, attr } = expr else {
        return Default::default();
    };
    match (&**expr, record.value(attr.as_str())) {
        (Expr::Var(Var::Resource), Some(Value::Text(text))) => {
            (format!(", but is `{text}`"), format!("，現為 `{text}`"))
        }
        _ => Default::default(),
    }
}

fn plain(expr: &Expr) -> (String, String) {
    (format!("`{expr}`"), format!("`{expr}`"))
}
