//! Two databases that differ in what one viewer does not see, and the proof that they do.

use std::sync::Arc;

use kaifong::catalogue::TYPES;
use kaifong::policy::Policies;
use kaifong::viewer::{Claimed, TokenKind, Viewer, assemble};

use super::dice::Dice;
use super::oracle::Oracle;
use super::rewrite::{Rewriting, Rewritten};
use super::rows::{self, Rows};
use super::world::World;
use crate::app::{App, noon};
use crate::databases::TestDatabase;

/// A database through the eyes of a viewer.
pub struct Half {
    /// Whether nothing was rewritten in it.
    pub first: bool,
    pub app: App,
    pub viewer: Viewer,
    pub rows: Rows,
    pub oracle: Oracle,
}

/// The two, and what there is to ask.
pub struct Pair {
    pub role: String,
    pub one: Half,
    pub two: Half,
    pub world: World,
    pub rewritten: Rewritten,
}

impl Half {
    /// The demo as this viewer has it.
    pub async fn of(database: TestDatabase, role: &str) -> Self {
        let policies = Policies::shipped().unwrap();
        let app = App::over(database, Arc::clone(&policies)).await;
        Self::as_it_is(app, role, policies, true).await
    }

    async fn as_it_is(app: App, role: &str, policies: Arc<Policies>, first: bool) -> Self {
        let viewer = viewer(&app, role).await;
        let rows = rows::all(&app.database.db).await;
        let store = app.graph.store().at(noon());
        let oracle = Oracle::over(&store, &rows, policies, viewer.clone()).await;
        Self {
            first,
            app,
            viewer,
            rows,
            oracle,
        }
    }

    pub async fn close(self) {
        self.app.database.close().await;
    }
}

/// The viewer of a role. What it holds does not end: the clock of these tests stands still, and
/// its rules need not be made anew for each query.
async fn viewer(app: &App, role: &str) -> Viewer {
    let claims = app.claims(role);
    let claimed = claims.as_ref().map(|claims| match claims.typ {
        TokenKind::User => Claimed::User {
            subject: &claims.sub,
        },
        TokenKind::Partner => Claimed::Partner {
            subject: &claims.sub,
            shares: &claims.shares,
            scope: claims.scope.as_deref(),
        },
    });
    let viewer = assemble(claimed, app.graph.store(), app.now).await.unwrap();
    let (kind, id, account) = (viewer.kind(), viewer.id().to_owned(), viewer.account());
    Viewer::new(kind, id, account, viewer.held().clone(), None)
}

impl Pair {
    pub async fn of(databases: [TestDatabase; 2], role: &str, dice: &mut Dice) -> Self {
        let policies = Policies::shipped().unwrap();
        let [one, two] = databases;
        let one = Half::of(one, role).await;
        let two = App::over(two, Arc::clone(&policies)).await;
        let rewriting = Rewriting::new(&two.database.db, &one.rows, &one.oracle, dice);
        let rewritten = rewriting.run().await;

        // That what is seen did not change is not left to the one who rewrote.
        let two = Half::as_it_is(two, role, policies, false).await;
        assert!(
            one.viewer.fingerprint() == two.viewer.fingerprint(),
            "{role} holds the same"
        );
        for of in TYPES {
            let (a, b) = (one.oracle.listed(of), two.oracle.listed(of));
            assert_eq!(a, b, "{role} lists the same of {}", of.name);
        }
        for (of, field, id) in rewritten.fields.values() {
            let (a, b) = (
                one.oracle.sees(of, field, *id),
                two.oracle.sees(of, field, *id),
            );
            assert_eq!(a, b, "{role} sees as much of {}.{}", of.name, field.name);
        }
        let hidden = rewritten.fields.keys().copied().collect();
        let world = World::of([&one.rows, &two.rows], &one.oracle, hidden);
        Self {
            role: role.to_owned(),
            one,
            two,
            world,
            rewritten,
        }
    }

    pub async fn close(self) {
        self.one.close().await;
        self.two.close().await;
    }
}
