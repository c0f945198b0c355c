//! The rows that the matrix asks about: those of the demo, and the few sorts that it lacks.

use entity::{certificate, notice};
use kaifong::demo::{Demo, DemoToken, holders, people};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

use crate::app::{App, noon};

/// The demo with what it lacks, in the database too: a certificate of the named volunteer, and
/// published notices to a led project and to a child's class that were sent to nobody yet.
pub async fn complete(app: &App) -> Demo {
    let mut demo = people(noon());
    let account = |role: &str| match holders().into_iter().find(|h| h.role == role).unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { .. } => panic!("{role} is a person"),
    };
    let held = |role: &str, account: Uuid| {
        let held = demo.memberships.iter();
        held.clone()
            .find(|m| m.account_id == account && m.role == role)
            .unwrap()
    };
    let project = held("TEAM_LEADER", account("team_leader")).project_id;
    let class = held("TEACHER", account("teacher")).class_id;
    let volunteer = demo.volunteers.iter();
    let volunteer = volunteer
        .clone()
        .find(|v| v.account_id == Some(account("volunteer")))
        .unwrap();
    let certificate = certificate::Model {
        id: Uuid::from_u128(1),
        organisation_id: volunteer.organisation_id,
        volunteer_id: volunteer.id,
        ..demo.certificates[0].clone()
    };
    let sample = |id: u128, goes: &dyn Fn(&notice::Model) -> bool| {
        let published = demo.notices.iter().filter(|n| n.status == "PUBLISHED");
        let one = published.clone().find(|n| goes(n)).unwrap();
        notice::Model {
            id: Uuid::from_u128(id),
            ..one.clone()
        }
    };
    let notices = [
        sample(2, &|n| n.project_id == project && project.is_some()),
        sample(3, &|n| n.class_id == class && class.is_some()),
    ];
    let db = &app.database.db;
    certificate
        .clone()
        .into_active_model()
        .insert(db)
        .await
        .unwrap();
    demo.certificates.push(certificate);
    for notice in notices {
        notice.clone().into_active_model().insert(db).await.unwrap();
        demo.notices.push(notice);
    }
    demo
}
