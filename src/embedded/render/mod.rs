//! Answers: objects, lists and watch lines in the form that the client asked for.

mod body;
mod jsonpath;
mod partial;
mod table;
mod watch;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::registry::Served;
use super::request::Form;
use super::storage::Stored;
use super::verbs::Call;
use body::ListBody;

pub(in crate::embedded) use table::age;
pub use watch::Lines;

/// Sentences for the `Warning` header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(Vec<String>);

/// Warnings in one answer; more are left out.
const MAX_WARNINGS: usize = 32;
/// Longest warning, as in kube-apiserver.
const WARNING_LENGTH: usize = 256;

impl Warnings {
    /// Adds sentences.
    pub fn extend(&mut self, sentences: impl IntoIterator<Item = String>) {
        self.0.extend(sentences);
    }

    fn write(&self, response: &mut Response) {
        for sentence in self.0.iter().take(MAX_WARNINGS) {
            let plain: String = sentence
                .chars()
                .take(WARNING_LENGTH)
                .map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' })
                .collect();
            let quoted = plain.replace('\\', "\\\\").replace('"', "\\\"");
            if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{quoted}\"")) {
                response.headers_mut().append(header::WARNING, value);
            }
        }
    }
}

impl From<Option<String>> for Warnings {
    fn from(sentence: Option<String>) -> Self {
        Self(sentence.into_iter().collect())
    }
}

/// A page of a list.
pub struct Page {
    /// Objects.
    pub items: Vec<Arc<Stored>>,
    /// Revision of the view.
    pub revision: u64,
    /// Token of the next page.
    pub next: Option<String>,
    /// How many objects follow.
    pub remaining: Option<usize>,
}

/// An answer of any JSON.
pub fn json(code: StatusCode, value: &Value, warnings: &Warnings) -> Response {
    bytes(code, serde_json::to_vec(value).unwrap_or_default().into(), warnings)
}

fn bytes(code: StatusCode, body: Bytes, warnings: &Warnings) -> Response {
    respond(code, Body::from(body), warnings)
}

fn respond(code: StatusCode, body: Body, warnings: &Warnings) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    warnings.write(&mut response);
    response
}

/// An answer with one object, given in the version of the call.
pub fn value(call: &Call<'_>, code: StatusCode, value: Value, warnings: Warnings) -> Response {
    match call.request.form {
        Form::Plain => json(code, &value, &warnings),
        Form::Partial => json(code, &partial::object(&value), &warnings),
        Form::Table => {
            let revision = value["metadata"]["resourceVersion"].clone();
            let include = table::include(&call.request.query);
            let rows = vec![table::row(call.served.version(), &value, include)];
            json(
                code,
                &table::table(call.served.version(), json!({"resourceVersion": revision}), rows),
                &warnings,
            )
        }
    }
}

/// An answer with one object as it is stored.
pub fn stored(call: &Call<'_>, code: StatusCode, object: &Stored, warnings: Warnings) -> Response {
    match call.request.form {
        Form::Plain => bytes(code, plain(call.served, object), &warnings),
        _ => value(call, code, read(call.served, object), warnings),
    }
}

/// An answer with a page of a list.
pub fn list(call: &Call<'_>, page: Page) -> Response {
    let served = call.served;
    let mut meta = json!({"resourceVersion": page.revision.to_string()});
    if let Some(next) = page.next {
        meta["continue"] = next.into();
    }
    if let Some(remaining) = page.remaining {
        meta["remainingItemCount"] = remaining.into();
    }
    let warnings = call.warnings();
    match call.request.form {
        Form::Plain => {
            if !served.resource.traits.native && meta.get("continue").is_none() {
                // kube-apiserver's lists of custom resources always have it.
                meta["continue"] = "".into();
            }
            let bodies = page.items.iter().map(|o| plain(served, o)).collect();
            let body = ListBody::new(&served.api_version(), &served.resource.list_kind, &meta, bodies);
            respond(StatusCode::OK, Body::new(body), &warnings)
        }
        Form::Partial => {
            let bodies = page.items.iter().map(|o| to_bytes(&partial::object(&read(served, o)))).collect();
            let body = ListBody::new("meta.k8s.io/v1", "PartialObjectMetadataList", &meta, bodies);
            respond(StatusCode::OK, Body::new(body), &warnings)
        }
        Form::Table => {
            let include = table::include(&call.request.query);
            let rows =
                page.items.iter().map(|o| table::row(served.version(), &read(served, o), include)).collect();
            json(StatusCode::OK, &table::table(served.version(), meta, rows), &warnings)
        }
    }
}

/// The JSON of a stored object in the version that is served: as a rule the stored bytes themselves.
fn plain(served: &Served, object: &Stored) -> Bytes {
    match served.resource.as_stored(served.version()) {
        true => object.body.clone(),
        false => to_bytes(&read(served, object)),
    }
}

fn read(served: &Served, object: &Stored) -> Value {
    let mut value = object.value();
    served.resource.read(served.version(), &mut value);
    value
}

fn to_bytes(value: &Value) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}
