//! Bodies: JSON or YAML into a value.

use serde_json::Value;

use super::{duplicates, protobuf};
use crate::embedded::status::ApiError;

/// The media type of protobuf.
pub const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json`, also the default.
    Json,
    /// `application/yaml`.
    Yaml,
    /// Protobuf, of built-in kinds.
    Protobuf,
}

impl Format {
    /// The format of a content type.
    pub fn of(content_type: &str) -> Result<Self, ApiError> {
        match content_type {
            "" | "application/json" => Ok(Self::Json),
            "application/yaml" | "application/x-yaml" | "text/yaml" => Ok(Self::Yaml),
            PROTOBUF => Ok(Self::Protobuf),
            _ => Err(ApiError::unsupported_media(&["application/json", "application/yaml", PROTOBUF])),
        }
    }
}

/// Reads a body; the second part are fields that it gives twice, of which the last counts.
///
/// Errors: 400 with the place where the text breaks off making sense.
pub fn read(format: Format, body: &[u8]) -> Result<(Value, Vec<String>), ApiError> {
    match format {
        Format::Json => duplicates::read(body)
            .map_err(|e| ApiError::bad_request(format!("couldn't get version/kind; json parse error: {e}"))),
        Format::Protobuf => protobuf::read(body)
            .map(|value| (value, Vec::new()))
            .map_err(|e| ApiError::bad_request(format!("error decoding protobuf: {e}"))),
        Format::Yaml => serde_saphyr::from_slice(body)
            .map(|value| (value, Vec::new()))
            .map_err(|e| ApiError::bad_request(format!("error decoding YAML: {e}"))),
    }
}
