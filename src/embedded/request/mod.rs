//! A request taken apart: what it addresses, what it asks for, what it carries.

mod accept;
mod body;
mod duplicates;
mod path;
mod protobuf;
mod query;

use bytes::Bytes;
use http::{HeaderMap, Method, header};

pub use accept::{Form, IncludeObject};
pub use body::{Format, PROTOBUF, read};
pub use path::{Target, Where, locate};
pub use query::{FieldValidation, Propagation, Query};

use super::status::ApiError;

/// Longest name of a field manager, as in k8s.io/apimachinery.
const MANAGER_LENGTH: usize = 128;

/// A request to a resource, body read.
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// What comes after `?`.
    pub query: Query,
    /// How the answer should look.
    pub form: Form,
    /// `Content-Type` without parameters; empty when there is none.
    pub content_type: String,
    /// Who writes: `fieldManager`, else the beginning of the User-Agent.
    pub manager: String,
    /// The body, whole.
    pub body: Bytes,
}

impl Request {
    /// Takes a request apart. Errors: malformed query, nothing acceptable.
    pub fn new(method: Method, query: &str, headers: &HeaderMap, body: Bytes) -> Result<Self, ApiError> {
        let query = Query::parse(query)?;
        let form = Form::negotiate(text(headers, header::ACCEPT))?;
        let content_type = text(headers, header::CONTENT_TYPE);
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let manager = match &query.field_manager {
            Some(manager) => manager.clone(),
            None => agent(text(headers, header::USER_AGENT)),
        };
        Ok(Self { method, query, form, content_type, manager, body })
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// `kubectl/v1.32 (linux/amd64)` is `kubectl`, as kube-apiserver's `prefixFromUserAgent` has it.
fn agent(user_agent: &str) -> String {
    let name: String =
        user_agent.split('/').next().unwrap_or_default().chars().take(MANAGER_LENGTH).collect();
    match name.is_empty() {
        true => "unknown".to_owned(),
        false => name,
    }
}
