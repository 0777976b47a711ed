//! Where spans go, by the environment variables that every OpenTelemetry SDK reads.
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

use crate::engine::providers::Environment;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The receiver.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    /// They may hold keys.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) timeout: Duration,
    /// What is said about this process.
    pub(super) resource: Vec<(String, String)>,
    /// Answers and tool results go along.
    pub(super) texts: bool,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// The receiver that `environment` names; `None` where it names none, an error where what it says cannot be followed.
pub(super) fn endpoint(environment: &Environment) -> Result<Option<Endpoint>, String> {
    let get = |name: &str| environment.get(name);
    let is = |name: &str, value: &str| get(name).is_some_and(|set| set.eq_ignore_ascii_case(value));
    if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
        return Ok(None);
    }
    let own = |what: &str| {
        get(&format!("OTEL_EXPORTER_OTLP_TRACES_{what}"))
            .or_else(|| get(&format!("OTEL_EXPORTER_OTLP_{what}")))
    };
    let address = match (get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), get("OTEL_EXPORTER_OTLP_ENDPOINT")) {
        (Some(exact), _) => exact,
        (None, Some(base)) => format!("{}/v1/traces", base.trim_end_matches('/')),
        (None, None) => return Ok(None),
    };
    if own("PROTOCOL").is_some_and(|protocol| protocol == "grpc") {
        return Err("OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and spans are sent by HTTP only. Name the receiver's HTTP port (4318, mostly) and http/json".into());
    }
    let url: Url = address.parse().map_err(|error| format!("the endpoint is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "the endpoint's scheme is '{}', and spans are sent by http or https",
            url.scheme()
        ));
    }
    let mut headers = Vec::new();
    for (place, (name, value)) in (1..).zip(pairs(&own("HEADERS").unwrap_or_default())) {
        let header = HeaderName::try_from(name.as_str());
        let (Ok(header), Ok(mut value)) = (header, HeaderValue::try_from(value)) else {
            // Its place and not its text: who writes `Name: secret` has the secret in the name.
            return Err(format!(
                "header {place} of OTEL_EXPORTER_OTLP_HEADERS cannot be sent; write name=value"
            ));
        };
        value.set_sensitive(true);
        headers.push((header, value));
    }
    let mut resource = pairs(&get("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default());
    let mut set = |key: &str, value: Option<String>, default: &str| match value {
        Some(value) => {
            resource.retain(|(name, _)| name != key);
            resource.push((key.to_owned(), value));
        }
        None if resource.iter().any(|(name, _)| name == key) => {}
        None => resource.push((key.to_owned(), default.to_owned())),
    };
    set("service.name", get("OTEL_SERVICE_NAME"), "arkdeck");
    set("service.version", None, env!("CARGO_PKG_VERSION"));
    let timeout = own("TIMEOUT").and_then(|ms| ms.parse().ok()).map_or(TIMEOUT, Duration::from_millis);
    let texts = is("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true");
    Ok(Some(Endpoint { url, headers, timeout, resource, texts }))
}

/// `a=b,c=d`, with what stands behind a '%' decoded; what is no pair is passed over.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (key, value) = part.split_once('=')?;
        let (key, value) = (decoded(key.trim()), decoded(value.trim()));
        (!key.is_empty()).then_some((key, value))
    };
    text.split(',').filter_map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = || u8::from_str_radix(std::str::from_utf8(tail.get(..2)?).ok()?, 16).ok();
        match (first, hex()) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Endpoint>, String> {
        endpoint(&Environment::of(variables.iter().map(|(name, value)| (*name, (*value).to_owned()))))
    }

    #[test]
    fn nothing_is_sent_unless_a_receiver_is_named() {
        assert!(of(&[]).unwrap().is_none());
        let named = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
        assert!(of(&[named, ("OTEL_SDK_DISABLED", "true")]).unwrap().is_none());
        assert!(of(&[named, ("OTEL_TRACES_EXPORTER", "none")]).unwrap().is_none());
        let found = of(&[named]).unwrap().unwrap();
        assert_eq!(found.url.as_str(), "http://collector:4318/v1/traces");
        assert!(!found.texts);
        let exact = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://x.example/otlp");
        assert_eq!(of(&[named, exact]).unwrap().unwrap().url.as_str(), "https://x.example/otlp");
    }

    #[test]
    fn headers_and_resource_are_read_and_what_cannot_be_followed_is_said() {
        let named = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let found = of(&[
            named,
            ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20YTpi,x-team = lagoon"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=night"),
            ("OTEL_SERVICE_NAME", "deck"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "250"),
        ])
        .unwrap()
        .unwrap();
        let headers: Vec<_> = found.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
        assert_eq!(headers, [("authorization", "Basic YTpi"), ("x-team", "lagoon")]);
        assert!(!format!("{found:?}").contains("YTpi"));
        let resource: Vec<_> = found.resource.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(resource[..2], ["deployment.environment.name=night", "service.name=deck"]);
        assert_eq!(found.timeout, Duration::from_millis(250));
        for (wrong, word) in [
            (vec![named, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")], "HTTP"),
            (vec![("OTEL_EXPORTER_OTLP_ENDPOINT", "collector")], "no URL"),
            (vec![("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector")], "scheme"),
            (vec![named, ("OTEL_EXPORTER_OTLP_HEADERS", "a b=c")], "header 1"),
        ] {
            assert!(of(&wrong).unwrap_err().contains(word), "{wrong:?}");
        }
    }
}
