//! Texts on consent of the demo's organisations, and what some people gave and withdrew.

use entity::{consent, consent_text};

use super::Demo;
use super::calendar::Calendar;
use super::seed::{Seed, id};

/// Purposes, with what people are shown.
const TEXTS: [(&str, &str, &str); 4] = [
    (
        "SCORING",
        "We may score how you answer and attend, to plan better. You can say no, and withdraw at any time.",
        "我們可按你的回覆及出席情況評分，以改善編排。你可以拒絕，亦可隨時撤回同意。",
    ),
    (
        "DIRECT_MARKETING",
        "We may use your name and contacts to ask you for donations. We do not without your consent; you can opt out at any time, free of charge.",
        "我們擬使用你的姓名及聯絡方法向你募捐。未經你同意，我們不會如此使用；你可隨時免費拒絕。",
    ),
    (
        "SHARING",
        "We may share your name and contacts with the partner that you name, for the work that you do there.",
        "我們可將你的姓名及聯絡方法分享予你指明的合作機構，以便你在該處服務。",
    ),
    (
        "PHOTOGRAPHS",
        "We may take photographs at activities and show them in our reports.",
        "我們可在活動中拍照，並刊於報告。",
    ),
];

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    let at = calendar.at(-60, 10 * 60);
    let owners: Vec<_> = demo.organisations.iter().map(|o| o.id).collect();
    for organisation in owners {
        for (purpose, en, zh) in TEXTS {
            for status in ["PUBLISHED", "DRAFT"] {
                // Only direct marketing is being written anew.
                if status == "DRAFT" && purpose != "DIRECT_MARKETING" {
                    continue;
                }
                demo.consent_texts.push(consent_text::Model {
                    id: id(&format!("consent-text/{organisation}/{purpose}/{status}")),
                    organisation_id: organisation,
                    purpose: purpose.to_owned(),
                    text_en: en.to_owned(),
                    text_zh: zh.to_owned(),
                    status: status.to_owned(),
                    published_at: (status == "PUBLISHED").then_some(at),
                    created_at: at,
                    updated_at: at,
                    revision: 1,
                    archived_at: None,
                });
            }
        }
    }
    let volunteers = demo.volunteers.iter();
    let volunteers = volunteers.map(|v| (Some(v.id), None, v.organisation_id, v.account_id));
    let students = demo.students.iter();
    let students = students.map(|s| (None, Some(s.id), s.organisation_id, None));
    let people: Vec<_> = volunteers.chain(students).collect();
    for (volunteer, student, organisation, account) in people {
        let Some(person) = volunteer.or(student) else {
            continue;
        };
        let mut seed = Seed::of(&format!("consents/{person}"));
        if account.is_none() && !seed.percent(25) {
            continue;
        }
        let purpose = if student.is_some() {
            "PHOTOGRAPHS"
        } else {
            "SCORING"
        };
        let acts: &[&str] = match seed.below(3) {
            0 => &["GIVEN", "WITHDRAWN"],
            _ => &["GIVEN"],
        };
        for (number, act) in (1..).zip(acts) {
            demo.consents.push(consent::Model {
                id: id(&format!("consent/{person}/{number}")),
                organisation_id: organisation,
                volunteer_id: volunteer,
                student_id: student,
                number,
                purpose: purpose.to_owned(),
                receiver_id: organisation,
                act: (*act).to_owned(),
                capacity: if student.is_some() {
                    "RELEVANT_PERSON"
                } else {
                    "SELF"
                }
                .to_owned(),
                channel: "ONLINE".to_owned(),
                text_id: id(&format!("consent-text/{organisation}/{purpose}/PUBLISHED")),
                account_id: account,
                created_at: at,
                updated_at: at,
                revision: 1,
                archived_at: None,
            });
        }
    }
}
