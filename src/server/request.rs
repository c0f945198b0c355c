//! What the client asks: the request read from a body or an address.

use async_graphql::{Request, Value as GraphValue, Variables};
use axum::{
    body::Body,
    extract::Query,
    http::{HeaderMap, Uri, header},
};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    accept::is_utf8,
    gate::{Excess, Gate},
    refusal::Refusal,
    trusted::{Chosen, Named, Trusted},
};

/// The parameters of a request, whichever way they came.
pub(super) struct Parameters {
    query: Option<String>,
    named: Option<Named>,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    extensions: Map<String, Value>,
}

impl Parameters {
    /// The request, if its document and variables may be parsed.
    pub(super) fn admitted(self, gate: &Gate, trusted: &Trusted) -> Result<Request, Refusal> {
        let document = match trusted.choose(self.query, self.named)? {
            Chosen::Trusted(text) => text.to_string(),
            Chosen::Open(text) => {
                gate.admit_document(&text)?;
                text
            }
        };
        gate.admit_variables(&self.variables)?;
        let variables = Variables::from_json(Value::Object(self.variables));
        let mut request = Request::new(document).variables(variables);
        request.operation_name = self.operation_name;
        for (name, value) in self.extensions {
            if let Ok(value) = GraphValue::from_json(value) {
                request.extensions.insert(name, value);
            }
        }
        Ok(request)
    }
}

/// What the body of a POST holds.
pub(super) enum Posted {
    /// A request.
    One(Box<Request>),
    /// An array of requests, to be answered one after the other.
    Batch(Vec<Request>),
}

/// The request, or the array of at most `batch` requests, in the body of a POST.
pub(super) async fn posted(
    headers: &HeaderMap,
    body: Body,
    longest: usize,
    batch: usize,
    gate: &Gate,
    trusted: &Trusted,
) -> Result<Posted, Refusal> {
    let each = match json(headers, body, longest).await? {
        Value::Array(each) if batch > 1 => each,
        one => {
            return Ok(Posted::One(Box::new(
                from_json(one)?.admitted(gate, trusted)?,
            )));
        }
    };
    if each.is_empty() {
        let message = "an array of requests has at least one";
        return Err(Refusal::Shape(message.to_owned()));
    }
    if each.len() > batch {
        let (asked, allowed) = (each.len(), batch);
        return Err(Refusal::BatchTooLong(Excess { asked, allowed }));
    }
    let admitted = each
        .into_iter()
        .map(|one| from_json(one)?.admitted(gate, trusted));
    Ok(Posted::Batch(admitted.collect::<Result<_, _>>()?))
}

/// The one request in the body of a POST.
pub(super) async fn from_body(
    headers: &HeaderMap,
    body: Body,
    longest: usize,
    gate: &Gate,
    trusted: &Trusted,
) -> Result<Request, Refusal> {
    from_json(json(headers, body, longest).await?)?.admitted(gate, trusted)
}

/// The JSON in the body of a POST.
pub(super) async fn json(
    headers: &HeaderMap,
    body: Body,
    longest: usize,
) -> Result<Value, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::ContentType);
    }
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if !encodings.all(|encoding| encoding == "identity") {
        return Err(Refusal::Encoded);
    }
    let bytes = read(headers, body, longest).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::NotUtf8)?;
    serde_json::from_str(text).map_err(|cause| Refusal::NotJson(cause.to_string()))
}

/// A request in the address of a GET.
pub(super) fn from_address(uri: &Uri, gate: &Gate, trusted: &Trusted) -> Result<Request, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Address {
        query: Option<String>,
        document_id: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }
    let Query(address) = Query::<Address>::try_from_uri(uri)
        .map_err(|_| Refusal::Shape("the address gives a parameter twice".to_owned()))?;
    let extensions = object_in_text("extensions", address.extensions)?;
    Parameters {
        query: address.query,
        named: Named::of(address.document_id, &extensions)?,
        operation_name: address.operation_name.filter(|name| !name.is_empty()),
        variables: object_in_text("variables", address.variables)?,
        extensions,
    }
    .admitted(gate, trusted)
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    parts.next() == Some("application/json")
        && parts
            .filter_map(|part| part.strip_prefix("charset="))
            .all(is_utf8)
}

async fn read(headers: &HeaderMap, body: Body, longest: usize) -> Result<Vec<u8>, Refusal> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let check = |asked| match asked > longest {
        true => Err(Refusal::TooLarge(Excess {
            asked,
            allowed: longest,
        })),
        false => Ok(()),
    };
    check(announced.unwrap_or(0))?;
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::Incomplete)?;
        check(bytes.len() + chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A request in a value of JSON.
pub(super) fn from_json(value: Value) -> Result<Parameters, Refusal> {
    let mut fields = match value {
        Value::Object(fields) => fields,
        Value::Array(_) => return Err(Refusal::Batch),
        _ => {
            return Err(Refusal::Shape(
                "the request should be a JSON object".to_owned(),
            ));
        }
    };
    let query = text("query", fields.remove("query"))?;
    let document_id = text("documentId", fields.remove("documentId"))?;
    let extensions = object("extensions", fields.remove("extensions"))?;
    let named = Named::of(document_id, &extensions)?;
    if query.is_none() && named.is_none() {
        return Err(wrong("query", "a string"));
    }
    let operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(wrong("operationName", "a string")),
    };
    Ok(Parameters {
        query,
        named,
        operation_name,
        variables: object("variables", fields.remove("variables"))?,
        extensions,
    })
}

fn text(name: &'static str, value: Option<Value>) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "a string")),
    }
}

fn object_in_text(name: &'static str, text: Option<String>) -> Result<Map<String, Value>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(Map::new());
    };
    object(
        name,
        Some(serde_json::from_str(&text).map_err(|_| wrong(name, "a JSON object"))?),
    )
}

fn object(name: &'static str, value: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(wrong(name, "a JSON object")),
    }
}

fn wrong(name: &str, expected: &str) -> Refusal {
    Refusal::Shape(format!("`{name}` should be {expected}"))
}
