//! Why a model call failed: a stable code, a sentence that says what to do, and whether trying again may help.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::ModelEndpoint;

/// Stable codes; they appear in the journal, in Events and in `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum ModelErrorCode {
    /// 401, 403: the key is missing, wrong or lacks a right.
    ModelUnauthorized,
    /// 404: wrong base URL, model or deployment.
    ModelNotFound,
    /// 429.
    ModelRateLimited,
    /// 429 with an empty account.
    ModelQuotaExceeded,
    /// 529: the provider has more calls than it can serve.
    ModelOverloaded,
    /// The endpoint failed so often that it is left alone for a while.
    ModelCircuitOpen,
    /// No connection, or 5xx.
    ModelUnavailable,
    /// 4xx: the provider does not accept the request.
    ModelRefusedRequest,
    /// The answer is not what the protocol says.
    ModelAnsweredGarbage,
    /// The answer is longer than is read.
    ModelAnswerTooLong,
    /// The stream ended before the answer did.
    ModelStreamCut,
    /// No byte for too long.
    ModelTimedOut,
    /// The address may not be called.
    ModelAddressRefused,
    /// The Model object cannot be used as it is.
    ModelMisconfigured,
}

impl ModelErrorCode {
    /// The code as text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModelUnauthorized => "ModelUnauthorized",
            Self::ModelNotFound => "ModelNotFound",
            Self::ModelRateLimited => "ModelRateLimited",
            Self::ModelQuotaExceeded => "ModelQuotaExceeded",
            Self::ModelOverloaded => "ModelOverloaded",
            Self::ModelCircuitOpen => "ModelCircuitOpen",
            Self::ModelUnavailable => "ModelUnavailable",
            Self::ModelRefusedRequest => "ModelRefusedRequest",
            Self::ModelAnsweredGarbage => "ModelAnsweredGarbage",
            Self::ModelAnswerTooLong => "ModelAnswerTooLong",
            Self::ModelStreamCut => "ModelStreamCut",
            Self::ModelTimedOut => "ModelTimedOut",
            Self::ModelAddressRefused => "ModelAddressRefused",
            Self::ModelMisconfigured => "ModelMisconfigured",
        }
    }
}

/// A failed model call. The message never holds a key.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// Stable code.
    pub code: ModelErrorCode,
    /// What happened and what to do.
    pub message: String,
    /// The same call may succeed later.
    pub retryable: bool,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

impl ModelError {
    /// An error that trying again does not mend.
    pub fn new(code: ModelErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retryable: false, retry_after: None }
    }

    /// An error that may pass.
    pub fn passing(code: ModelErrorCode, message: impl Into<String>) -> Self {
        Self { retryable: true, ..Self::new(code, message) }
    }

    /// What an HTTP status means; `said` is the provider's own text, already bounded and without the key.
    pub(super) fn of_status(status: u16, url: &str, endpoint: &ModelEndpoint, said: &str) -> Self {
        use ModelErrorCode as Code;
        let model = &endpoint.model;
        let no_quota =
            ["insufficient_quota", "exceeded your current quota", "credit balance", "billing_error"];
        let no_quota =
            status == 402 || matches!(status, 400 | 429) && no_quota.iter().any(|word| said.contains(word));
        let said = if said.is_empty() { String::new() } else { format!(" It said: {said}") };
        match status {
            401 | 403 => Self::new(
                Code::ModelUnauthorized,
                format!(
                    "{url} refused the key ({status}). Check the key that the Model refers to, and its rights.{said}"
                ),
            ),
            404 => Self::new(
                Code::ModelNotFound,
                format!(
                    "{url} knows no model '{model}' (404). Check spec.model and the baseUrl{}.{said}",
                    endpoint.api.base_url_hint()
                ),
            ),
            408 => Self::passing(Code::ModelTimedOut, format!("{url} gave up waiting (408).{said}")),
            _ if no_quota => Self::new(
                Code::ModelQuotaExceeded,
                format!(
                    "The account at {url} has no quota left ({status}). Add credit or use another Model.{said}"
                ),
            ),
            429 => Self::passing(
                Code::ModelRateLimited,
                format!(
                    "{url} limits the rate of calls (429). Ask less at once, or raise the limit at the provider.{said}"
                ),
            ),
            409 | 425 => Self::passing(Code::ModelUnavailable, format!("{url} is busy ({status}).{said}")),
            529 => Self::passing(
                Code::ModelOverloaded,
                format!(
                    "{url} has more calls than it can serve (529). Try again later or use another Model.{said}"
                ),
            ),
            500.. => Self::passing(
                Code::ModelUnavailable,
                format!(
                    "{url} failed ({status}). The fault is at the provider; try again later or use another Model.{said}"
                ),
            ),
            300..=399 => Self::new(
                Code::ModelAnsweredGarbage,
                format!(
                    "{url} redirects elsewhere ({status}), which is not followed. Put the final address in baseUrl."
                ),
            ),
            _ => Self::new(
                Code::ModelRefusedRequest,
                format!("{url} does not accept the request ({status}).{said}"),
            ),
        }
    }
}

/// The human part of an error body: `error.message`, `message`, or the text itself.
pub(super) fn said(body: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    let error = json.get("error").unwrap_or(&json);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message =
        error.get("message").and_then(text).or_else(|| text(error)).unwrap_or_else(|| body.to_owned());
    match error.get("code").and_then(text) {
        Some(code) if !message.contains(&code) => format!("{message} ({code})"),
        _ => message,
    }
}
