//! One endpoint over HTTP, whatever its protocol: key and headers on, errors in our words.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use super::error::said;
use super::{ModelEndpoint, ModelError, ModelErrorCode, Outbound};
use crate::engine::secret::Secret;

/// An endpoint and the way there.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) outbound: Outbound,
    pub(super) endpoint: ModelEndpoint,
}

impl Peer {
    /// GET of a JSON document.
    pub(super) async fn get(&self, url: &str) -> Result<Value, ModelError> {
        let (client, target) = self.outbound.client(url)?;
        let response = self.send(client.get(target).headers(self.headers()?), url).await?;
        let body = self.outbound.body(response, url).await?;
        serde_json::from_slice(&body)
            .map_err(|error| self.garbage(url, &String::from_utf8_lossy(&body), &error.to_string()))
    }

    /// POST of a JSON document; the answer is one that succeeded.
    pub(super) async fn post(&self, url: &str, body: &Value) -> Result<Response, ModelError> {
        let (client, target) = self.outbound.client(url)?;
        self.send(client.post(target).headers(self.headers()?).json(body), url).await
    }

    /// Sends a request that is complete. What is no success becomes an error with the provider's own words.
    pub(super) async fn send(&self, request: RequestBuilder, url: &str) -> Result<Response, ModelError> {
        let response = self.outbound.send(request, url).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), jiff::Timestamp::now());
        let body = self.outbound.error_body(response, url).await;
        let mut error = self.failure(status, url, &said(&body));
        error.retry_after = retry_after;
        Err(error)
    }

    /// What an HTTP status means; `said` may hold anything and is made quotable.
    pub(super) fn failure(&self, status: u16, url: &str, said: &str) -> ModelError {
        ModelError::of_status(status, url, &self.endpoint, &self.endpoint.quotable(said))
    }

    /// The answer is not what the protocol says.
    pub(super) fn garbage(&self, url: &str, got: &str, why: &str) -> ModelError {
        let quotable = |text: &str| self.endpoint.quotable(text);
        ModelError::new(
            ModelErrorCode::ModelAnsweredGarbage,
            format!(
                "{url} did not answer as {} does ({}). Check the baseUrl and spec.provider. It began: {}",
                self.endpoint.api.protocol(),
                quotable(why),
                quotable(got)
            ),
        )
    }

    /// The key's headers and the Model's, each at most once: a later one replaces an earlier one.
    pub(super) fn headers(&self) -> Result<HeaderMap, ModelError> {
        let mut headers = HeaderMap::new();
        for (name, secret) in self.endpoint.key_headers() {
            headers.insert(name, value(name, &secret)?);
        }
        for (name, secret) in &self.endpoint.headers {
            let header = HeaderName::try_from(name.as_str()).map_err(|_| {
                ModelError::new(
                    ModelErrorCode::ModelMisconfigured,
                    format!("'{name}' is no name for an HTTP header."),
                )
            })?;
            headers.insert(header, value(name, secret)?);
        }
        Ok(headers)
    }
}

pub(super) fn value(name: &str, secret: &Secret) -> Result<HeaderValue, ModelError> {
    let mut value = HeaderValue::from_str(secret.reveal()).map_err(|_| {
        ModelError::new(
            ModelErrorCode::ModelMisconfigured,
            format!("The value of '{name}' holds characters that a header may not have; a line break at its end is common."),
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Retry-After` in seconds, `retry-after-ms`, or a date; one that has passed asks for nothing.
fn retry_after(headers: &HeaderMap, now: jiff::Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(ms) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let text = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(at.duration_since(now)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_asks_for_a_pause_in_any_of_three_ways() {
        let now: jiff::Timestamp = "2026-11-27T10:00:00Z".parse().unwrap();
        let pause = |name: &'static str, value: &str| {
            retry_after(&HeaderMap::from_iter([(HeaderName::from_static(name), value.parse().unwrap())]), now)
        };
        for (name, value, wanted) in [
            ("retry-after", "7", Some(7_000)),
            ("retry-after-ms", "250", Some(250)),
            ("retry-after", "Fri, 27 Nov 2026 10:01:30 GMT", Some(90_000)),
            ("retry-after", "Fri, 27 Nov 2026 09:59:00 GMT", None),
            ("retry-after", "-7", None),
            ("retry-after", "soon", None),
            ("retry-after-ms", "", None),
        ] {
            assert_eq!(pause(name, value), wanted.map(Duration::from_millis), "{name}: {value}");
        }
        let both = [("retry-after", "7"), ("retry-after-ms", "250")];
        let headers =
            both.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        assert_eq!(retry_after(&HeaderMap::from_iter(headers), now), Some(Duration::from_millis(250)));
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
