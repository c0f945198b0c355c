//! A request to sign in, and its answer.

use std::{future::Future, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    entrance::{Admitted, Caller, Entrance, Refused, Seat},
    server::{
        Server, bearer, connections,
        refusal::Refusal,
        request,
        visitors::{self, Visit},
    },
    viewer::Claims,
};

/// The largest body.
const LONGEST: usize = 16 * 1024;

/// A request that was read.
pub(super) struct Asked<B> {
    pub entrance: Arc<Entrance>,
    pub caller: Caller,
    pub claims: Option<Claims>,
    pub body: B,
}

impl<B> Asked<B> {
    /// The session of whoever asks.
    pub(super) async fn seat(&self) -> Result<Seat, Fault> {
        let seat = self.entrance.seat(self.claims.as_ref(), self.caller);
        Ok(seat.await?)
    }
}

/// Why there is no answer.
pub(super) enum Fault {
    /// The request cannot be read.
    Request(Refusal),
    /// The one who asks does not come in.
    Entrance(Refused),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Request(refusal)
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Entrance(refused)
    }
}

/// Reads a request, has it answered, and says what came of it. A GET has no body.
pub(super) async fn answered<B, F>(
    server: Arc<Server>,
    request: Request,
    answer: impl FnOnce(Asked<B>) -> F + Send,
) -> Response
where
    B: DeserializeOwned,
    F: Future<Output = Result<Value, Fault>> + Send,
{
    let limit = server.limits.timeout;
    let steps = async {
        let Some(entrance) = server.entrance.clone() else {
            return Err(Fault::Request(Refusal::Internal));
        };
        let address = connections::address(&request, server.limits.visitors.proxies);
        let now = server.clock.now();
        let (head, body) = request.into_parts();
        let claims = bearer::of_anybody(&head.headers, &head.uri, address, &server, now).await?;
        let visitors = &server.visitors;
        let _pass = visitors.begin(Visit::Request, claims.as_ref(), address)?;
        let given = match head.method {
            Method::GET | Method::HEAD => json!({}),
            _ => request::json(&head.headers, body, LONGEST).await?,
        };
        // What serde says would repeat what was sent, and that may be a secret.
        let body = serde_json::from_value(given).map_err(|_| {
            let message = "the request lacks a field, or has one that is not known here";
            Refusal::Shape(message.to_owned())
        })?;
        let address = address.map(visitors::one_of_many);
        let caller = Caller { address, now };
        let asked = Asked {
            entrance,
            caller,
            claims,
            body,
        };
        answer(asked).await
    };
    let outcome = tokio::time::timeout(limit, steps).await;
    match outcome.unwrap_or(Err(Fault::Request(Refusal::Timeout(limit.as_millis())))) {
        Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
        Ok(value) => written(StatusCode::OK, &value),
        Err(fault) => refused(&fault),
    }
}

pub(super) fn refused(fault: &Fault) -> Response {
    let (status, errors, wait) = match fault {
        Fault::Request(refusal) => (
            refusal.status(),
            crate::server::answer::errors(refusal),
            refusal.retry_after(),
        ),
        Fault::Entrance(refused) => {
            tracing::debug!(code = refused.code(), "sign-in refused");
            let extensions = json!({ "code": refused.code() });
            let errors = json!([{ "message": refused.to_string(), "extensions": extensions }]);
            let seconds = |wait: std::time::Duration| wait.as_secs_f64().ceil().max(1.0) as u64;
            (status(refused), errors, refused.wait().map(seconds))
        }
    };
    let mut response = written(status, &json!({ "errors": errors }));
    if let Some(seconds) = wait {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn status(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Credentials
        | Refused::CodeNeeded
        | Refused::Code
        | Refused::Session
        | Refused::Outside(_)
        | Refused::Unknown
        | Refused::Link
        | Refused::Token => StatusCode::UNAUTHORIZED,
        Refused::NoFlow => StatusCode::BAD_REQUEST,
        Refused::SignInAgain | Refused::Residency => StatusCode::FORBIDDEN,
        Refused::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Refused::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Refused::Password(_) | Refused::Name | Refused::PersonName => StatusCode::BAD_REQUEST,
        Refused::HasAccount => StatusCode::CONFLICT,
        Refused::Enrolled | Refused::NotEnrolled | Refused::NoPassword => StatusCode::CONFLICT,
        Refused::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn written(status: StatusCode, value: &Value) -> Response {
    let media = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, media)], value.to_string()).into_response()
}

/// What somebody who came in is told.
pub(super) fn admitted(admitted: &Admitted) -> Value {
    json!({
        "accessToken": admitted.access,
        "expiresIn": admitted.good_for.as_secs(),
        "refreshToken": admitted.refresh.show(),
        "session": admitted.session,
        "sessionEndsAt": admitted.ends_at,
        "secondFactor": admitted.second_factor,
        "rolesWithheld": admitted.withheld,
    })
}
