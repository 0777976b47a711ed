//! One HTTP request that is not a model's: tools.

use std::error::Error as _;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::Outbound;
use super::guard::RefusedAddress;
use crate::engine::secret::Secret;

/// Bytes of an answer that are read; the rest is left, and the text says so.
const MAX_BODY: usize = 1 << 20;

/// A request.
#[derive(Debug)]
pub struct FetchRequest {
    /// Method.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, Secret)>,
    /// Body.
    pub body: Option<String>,
    /// Time for all of it.
    pub timeout: Duration,
}

/// An answer.
#[derive(Debug)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// Body as text.
    pub text: String,
}

impl Outbound {
    /// Sends `request`; an error is a sentence without secrets.
    pub async fn fetch(&self, request: FetchRequest) -> Result<Fetched, String> {
        let FetchRequest { method, url, headers, body, timeout } = request;
        let (client, target) = self.client(&url).map_err(|error| error.to_string())?;
        let mut map = HeaderMap::new();
        for (name, secret) in &headers {
            let wrong = |_| format!("header '{name}' has a name or value that HTTP does not allow");
            let header = HeaderName::try_from(name.as_str()).map_err(|error| wrong(error.to_string()))?;
            let mut value =
                HeaderValue::from_str(secret.reveal()).map_err(|error| wrong(error.to_string()))?;
            value.set_sensitive(true);
            map.insert(header, value);
        }
        let mut request = client.request(method, target).headers(map);
        if let Some(body) = body {
            request = request.body(body);
        }
        let work = async {
            let mut response = request.send().await.map_err(|error| words(&error))?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| words(&error))? {
                body.extend_from_slice(&chunk);
                if body.len() > MAX_BODY {
                    break;
                }
            }
            let cut = body.len() > MAX_BODY;
            body.truncate(MAX_BODY);
            let mut text = String::from_utf8_lossy(&body).into_owned();
            if cut {
                text.push_str(" … [the rest was not read]");
            }
            Ok(Fetched { status, text })
        };
        tokio::time::timeout(timeout, work)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", timeout.as_secs_f64())))
    }
}

/// The innermost cause; the outer ones repeat the URL, which may hold arguments.
fn words(error: &reqwest::Error) -> String {
    let mut source = error.source();
    let mut innermost = "the request failed".to_owned();
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<RefusedAddress>() {
            return refused.to_string();
        }
        innermost = cause.to_string();
        source = cause.source();
    }
    innermost
}
