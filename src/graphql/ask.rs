//! A question that the program itself puts in somebody's name: answered as one that came from
//! outside, under the same policies, and logged as one.

use async_graphql::{Request, Variables};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Graph;
use crate::viewer::Claims;

impl Graph {
    /// The whole answer to a question in the name of the holder of these claims, as JSON.
    pub async fn ask(
        &self,
        question: &str,
        variables: Value,
        claims: &Claims,
        now: DateTime<Utc>,
    ) -> Value {
        let request = Request::new(question).variables(Variables::from_json(variables));
        let response = self.execute(request, Some(claims), now).await;
        serde_json::to_value(response).unwrap_or_default()
    }
}
