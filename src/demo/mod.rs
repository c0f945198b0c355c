//! The demo: an alliance of ten organisations and two schools, around a day that is given.
//!
//! It comes out the same each time: the same day gives the same rows, and ids do not depend on the
//! day at all. Nobody in it exists: names are put together from lists, telephone numbers and
//! identity numbers are made up, e-mail goes to `example.org`. What has happened and what is to come
//! lies four weeks back and ahead of the day, so that there is always a shift today.
//!
//! The room makes rows and puts them in; it refuses to know who may see what, and makes no tokens:
//! [`holders`] says what they must say.

mod accounts;
mod calendar;
mod consents;
mod families;
mod holders;
mod invitations;
mod load;
mod members;
mod names;
mod notice_texts;
mod notices;
mod organisations;
mod partnerships;
mod person;
mod requests;
mod roster;
mod schools;
mod seed;
mod share_steps;
mod shifts;
mod spaces;
mod templates;
#[cfg(test)]
mod tests;
mod tokens;
mod vocabulary;
mod volunteers;

use chrono::{DateTime, Utc};
use entity::{
    account, assignment, certificate, consent, consent_text, correction_note, data_request,
    data_request_refusal, data_request_step, department, enrolment, guardian, guardianship,
    holiday, invitation, membership, notice, notice_receipt, organisation, partner_token,
    partner_token_share, partnership, partnership_scope, partnership_step, project, school_class,
    shift, shift_template, space, space_member, space_project, space_step, space_template, student,
    tag, volunteer,
};

pub use holders::{DemoHolder, DemoToken, holders};
pub use load::{Loaded, load};

/// All rows of the demo, each table in an order in which it can be inserted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demo {
    /// The house's own tags.
    pub tags: Vec<tag::Model>,
    /// Holidays that fall on the same day each year.
    pub holidays: Vec<holiday::Model>,
    /// Ten members of the alliance, headquarters before branches, and two schools.
    pub organisations: Vec<organisation::Model>,
    /// Their departments.
    pub departments: Vec<department::Model>,
    /// Who can sign in.
    pub accounts: Vec<account::Model>,
    /// In which roles.
    pub memberships: Vec<membership::Model>,
    /// What the members do.
    pub projects: Vec<project::Model>,
    /// The volunteers, the lead organisation's first.
    pub volunteers: Vec<volunteer::Model>,
    /// What the volunteers are certified for.
    pub certificates: Vec<certificate::Model>,
    /// Eight weeks of shifts.
    pub shifts: Vec<shift::Model>,
    /// Who is on which shift.
    pub assignments: Vec<assignment::Model>,
    /// What members share with one another.
    pub partnerships: Vec<partnership::Model>,
    /// How much of it.
    pub partnership_scopes: Vec<partnership_scope::Model>,
    /// What became of it.
    pub partnership_steps: Vec<partnership_step::Model>,
    /// The tokens that partners bear.
    pub partner_tokens: Vec<partner_token::Model>,
    /// The shares that they are for.
    pub partner_token_shares: Vec<partner_token_share::Model>,
    /// Where members work together.
    pub spaces: Vec<space::Model>,
    /// How they stand in it.
    pub space_members: Vec<space_member::Model>,
    /// The projects that they brought in.
    pub space_projects: Vec<space_project::Model>,
    /// What became of it.
    pub space_steps: Vec<space_step::Model>,
    /// What standard activities need.
    pub shift_templates: Vec<shift_template::Model>,
    /// Where others read it.
    pub space_templates: Vec<space_template::Model>,
    /// The classes of the schools.
    pub school_classes: Vec<school_class::Model>,
    /// Their students.
    pub students: Vec<student::Model>,
    /// The students' guardians.
    pub guardians: Vec<guardian::Model>,
    /// Who is whose guardian, with which rights.
    pub guardianships: Vec<guardianship::Model>,
    /// Who is in which class.
    pub enrolments: Vec<enrolment::Model>,
    /// Notices, published and not.
    pub notices: Vec<notice::Model>,
    /// Who has had, read and signed them.
    pub notice_receipts: Vec<notice_receipt::Model>,
    /// What people are asked to consent to.
    pub consent_texts: Vec<consent_text::Model>,
    /// What some of them gave and withdrew.
    pub consents: Vec<consent::Model>,
    /// What people asked of those who hold their data.
    pub data_requests: Vec<data_request::Model>,
    /// What became of it.
    pub data_request_steps: Vec<data_request_step::Model>,
    /// What was refused.
    pub data_request_refusals: Vec<data_request_refusal::Model>,
    /// Who was invited to which role.
    pub invitations: Vec<invitation::Model>,
    /// What they dispute.
    pub correction_notes: Vec<correction_note::Model>,
}

/// The demo around this moment.
pub fn people(now: DateTime<Utc>) -> Demo {
    let calendar = calendar::Calendar::new(now);
    let mut demo = Demo::default();
    vocabulary::build(&mut demo, calendar);
    organisations::build(&mut demo, calendar);
    accounts::build(&mut demo, calendar);
    volunteers::build(&mut demo, calendar);
    let planned = shifts::build(&mut demo, calendar);
    roster::build(&mut demo, &planned, calendar);
    partnerships::build(&mut demo, &planned, calendar);
    tokens::build(&mut demo, calendar);
    spaces::build(&mut demo, calendar);
    templates::build(&mut demo, calendar);
    schools::build(&mut demo, calendar);
    families::build(&mut demo, calendar);
    notices::build(&mut demo, calendar);
    consents::build(&mut demo, calendar);
    requests::build(&mut demo, calendar);
    invitations::build(&mut demo, calendar);
    demo
}

/// A list as a column holds it: a JSON array of strings.
fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items
        .into_iter()
        .map(|item| item.as_ref().to_owned())
        .collect();
    serde_json::json!(items).to_string()
}
