//! Requests to the places that hand out identities. They are the one exception to the guard of outbound calls: a cloud
//! serves them at link-local addresses, so exactly those addresses may be asked, and only here. What a Model says has no part in where these requests go.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{RequestBuilder, Url};

use crate::engine::providers::{ModelError, ModelErrorCode, Outbound};

/// Time for one of them.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const MAX_BODY: usize = 256 << 10;

/// What may be asked without TLS: Azure's metadata service, the credentials of ECS tasks and those of EKS pods.
const METADATA: [&str; 4] = ["169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// Asks `url`, which the environment names; the body of the answer.
pub(super) async fn ask(
    outbound: &Outbound,
    url: &str,
    what: &str,
    build: impl FnOnce(&reqwest::Client, Url) -> RequestBuilder,
) -> Result<String, ModelError> {
    let failed = |why: String| {
        ModelError::passing(
            ModelErrorCode::ModelUnavailable,
            format!("Cannot obtain {what} from {url}: {why}."),
        )
    };
    let target: Url = url.parse().map_err(|error| wrong(what, format!("'{url}' is no URL: {error}")))?;
    let client = outbound.identity_client(allowed(&target).map_err(|why| wrong(what, why))?);
    let work = async {
        let mut response = build(client, target).send().await.map_err(|error| innermost(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| innermost(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BODY {
                return Err("its answer is too long".to_owned());
            }
        }
        Ok((response.status(), String::from_utf8_lossy(&body).into_owned()))
    };
    let answered = tokio::time::timeout(TIMEOUT, work).await;
    let (status, body) = match answered {
        Ok(Ok(answered)) => answered,
        Ok(Err(why)) => return Err(failed(why)),
        Err(_) => return Err(failed(format!("no answer within {} s", TIMEOUT.as_secs()))),
    };
    if status.is_success() {
        return Ok(body);
    }
    let said = reason(&body);
    if status.is_server_error() || status.as_u16() == 429 {
        return Err(failed(format!("it answered {status}. It said: {said}")));
    }
    Err(ModelError::new(
        ModelErrorCode::ModelUnauthorized,
        format!("{url} refused {what} ({status}). Check the identity and its rights. It said: {said}"),
    ))
}

/// How a URL may be reached, or why it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::providers) enum Way {
    /// As any other call: TLS, the proxy of the environment, the guard.
    Guarded,
    /// Directly, without the guard: this machine, or one of [`METADATA`].
    Direct,
}

fn allowed(url: &Url) -> Result<Way, String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<IpAddr>().ok();
    let near = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    let metadata = METADATA.iter().any(|known| known.parse::<IpAddr>().ok() == address && address.is_some());
    match url.scheme() {
        "http" | "https" if near => Ok(Way::Direct),
        "http" if metadata => Ok(Way::Direct),
        "https" => Ok(Way::Guarded),
        _ => Err(format!("{url} is neither https nor a known metadata service")),
    }
}

/// The environment is not as a cloud makes it.
pub(super) fn wrong(what: &str, why: String) -> ModelError {
    ModelError::new(ModelErrorCode::ModelMisconfigured, format!("Cannot obtain {what}: {why}."))
}

/// One cloud's grant was kept under another's name.
pub(super) fn odd(cloud: &str) -> ModelError {
    ModelError::new(
        ModelErrorCode::ModelMisconfigured,
        format!("The identity for {cloud} is of another kind."),
    )
}

/// The human part of a refusal, which holds no secret: what it refused is not quoted by any of them.
fn reason(body: &str) -> String {
    const MAX: usize = 300;
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let text =
        ["error_description", "message", "Message", "error"].iter().find_map(|field| json[field].as_str());
    let text = text.unwrap_or_else(|| super::aws::tag(body, "Message").unwrap_or(body));
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX).collect()
}

fn innermost(error: &reqwest::Error) -> String {
    use std::error::Error;
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_known_places_and_what_has_tls() {
        let way = |url: &str| allowed(&url.parse().unwrap()).ok();
        for direct in [
            "http://169.254.169.254/metadata/identity/oauth2/token",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
            "http://127.0.0.1:9/x",
            "http://localhost/x",
        ] {
            assert_eq!(way(direct), Some(Way::Direct), "{direct}");
        }
        assert_eq!(way("https://login.microsoftonline.com/t"), Some(Way::Guarded));
        for no in ["http://169.254.169.253/", "http://10.0.0.1/", "http://login.example/", "ftp://localhost/"]
        {
            assert_eq!(way(no), None, "{no}");
        }
    }
}
