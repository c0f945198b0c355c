//! A partner's token is revoked while somebody listens with it: what is listened to ends, whether
//! anything happens or not.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response, ServerError};
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, unfold};
use uuid::Uuid;

use super::{Graph, unauthenticated};
use crate::viewer::{Claims, Directory as _, PrincipalKind, TokenKind};

/// How often it is looked whether anything changed of which partners are made.
const GLANCE: Duration = Duration::from_millis(200);

impl Graph {
    /// Waits until the token of these claims is good no more.
    async fn ends(&self, claims: Option<&Claims>) -> ServerError {
        let partner = claims.filter(|claims| claims.typ == TokenKind::Partner);
        let id = partner.and_then(|claims| Uuid::parse_str(&claims.sub).ok());
        let Some(id) = id else {
            let never: Infallible = std::future::pending().await;
            match never {}
        };
        let watch = self.store.watch();
        let mut mark = watch.mark(PrincipalKind::Partner);
        loop {
            tokio::time::sleep(GLANCE).await;
            let now = watch.mark(PrincipalKind::Partner);
            if now.is_some() && now == mark {
                continue;
            }
            // Where it cannot be asked, it is asked again.
            match self.store.grant(id, self.now()).await {
                Ok(Some(_)) => mark = now,
                Ok(None) => return unauthenticated(),
                Err(_) => {}
            }
        }
    }

    /// The same answers until the token ends, which is the last that is heard.
    pub(super) fn until_ended(
        self: &Arc<Self>,
        answers: BoxStream<'static, Response>,
        claims: Option<Claims>,
    ) -> BoxStream<'static, Response> {
        let graph = Arc::clone(self);
        let ends = Box::pin(async move { graph.ends(claims.as_ref()).await });
        let both = unfold(Some((answers, ends)), |state| async {
            let (mut answers, mut ends) = state?;
            tokio::select! {
                biased;
                error = &mut ends => Some((Response::from_errors(vec![error]), None)),
                answer = answers.next() => answer.map(|answer| (answer, Some((answers, ends)))),
            }
        });
        both.boxed()
    }
}
