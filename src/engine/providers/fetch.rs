//! One HTTP request that is not a model's: tools.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, Response, StatusCode, Url, header};

use super::Outbound;
use super::guard::RefusedAddress;
use super::outbound::untrusted;
use crate::engine::secret::Secret;

/// Redirects that are followed, as Go's client does for Ark.
const MAX_REDIRECTS: usize = 10;
/// Headers that another host may see after a redirect; any other may hold a key.
const HARMLESS: [HeaderName; 4] =
    [header::ACCEPT, header::ACCEPT_LANGUAGE, header::CONTENT_TYPE, header::USER_AGENT];

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
    /// Time for all of it, redirects included.
    pub timeout: Duration,
    /// Bytes of the answer that are read.
    pub max_body: usize,
}

/// An answer.
#[derive(Debug)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// Body as text; bytes that are none are replaced.
    pub text: String,
    /// There is more than was read.
    pub cut: bool,
}

impl Outbound {
    /// Sends `request`; an error is a sentence without secrets.
    pub async fn fetch(&self, request: FetchRequest) -> Result<Fetched, String> {
        let (timeout, max) = (request.timeout, request.max_body);
        let work = async {
            let response = self.follow(request).await?;
            read(response, max).await
        };
        tokio::time::timeout(timeout, work)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", timeout.as_secs_f64())))
    }

    /// Sends, and again where the answer says: every address is checked as the first one was.
    async fn follow(&self, request: FetchRequest) -> Result<Response, String> {
        let FetchRequest { mut method, url, headers, mut body, .. } = request;
        let mut headers = header_map(&headers)?;
        let mut url = url;
        for _ in 0..=MAX_REDIRECTS {
            let (client, target) = self.client(&url).map_err(|error| error.to_string())?;
            let mut request = client.request(method.clone(), target).headers(headers.clone());
            if let Some(body) = &body {
                request = request.body(body.clone());
            }
            let response = request.send().await.map_err(|error| words(&error))?;
            let Some(next) = redirect(&response) else { return Ok(response) };
            let next = next?;
            if !is_same(response.url(), &next) {
                headers = harmless(&headers);
            }
            let status = response.status();
            if status == StatusCode::SEE_OTHER
                || method == Method::POST && matches!(status.as_u16(), 301 | 302)
            {
                (method, body) = (Method::GET, None);
                headers.remove(header::CONTENT_TYPE);
            }
            url = next.into();
        }
        Err(format!("it was redirected more than {MAX_REDIRECTS} times"))
    }
}

fn header_map(headers: &[(String, Secret)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, secret) in headers {
        let wrong = || format!("header '{name}' has a name or value that HTTP does not allow");
        let header = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(secret.reveal()).map_err(|_| wrong())?;
        value.set_sensitive(true);
        map.insert(header, value);
    }
    Ok(map)
}

/// Where the answer leads, if it leads anywhere.
fn redirect(response: &Response) -> Option<Result<Url, String>> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().unwrap_or_default();
    Some(response.url().join(location).map_err(|error| format!("it redirects to no address: {error}")))
}

/// Whether headers may go along: to the same origin, or to the same host when only encryption is new.
fn is_same(from: &Url, to: &Url) -> bool {
    let upgrade = from.scheme() == "http"
        && to.scheme() == "https"
        && from.host() == to.host()
        && (from.port(), to.port()) == (None, None);
    from.origin() == to.origin() || upgrade
}

fn harmless(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| HARMLESS.contains(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

async fn read(mut response: Response, max: usize) -> Result<Fetched, String> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| words(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > max {
            break;
        }
    }
    let cut = body.len() > max;
    body.truncate(max);
    Ok(Fetched { status, text: String::from_utf8_lossy(&body).into_owned(), cut })
}

/// The innermost cause; the outer ones repeat the URL, which may hold arguments.
fn words(error: &reqwest::Error) -> String {
    if let Some(why) = untrusted(error) {
        return format!("its certificate {why}");
    }
    let mut source = error.source();
    let mut innermost = "the request failed".to_owned();
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<RefusedAddress>() {
            return format!("{refused}. {}", refused.advice());
        }
        innermost = cause.to_string();
        source = cause.source();
    }
    innermost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stay_with_their_host() {
        let url = |text: &str| text.parse::<Url>().unwrap();
        for (from, to, same) in [
            ("https://a.example/x", "https://a.example/y", true),
            ("http://a.example/x", "https://a.example/x", true),
            ("https://a.example/x", "http://a.example/x", false),
            ("http://a.example:8080/", "https://a.example/", false),
            ("https://a.example/", "https://b.example/", false),
        ] {
            assert_eq!(is_same(&url(from), &url(to)), same, "{from} {to}");
        }
        let headers = header_map(&[
            ("X-Api-Key".into(), Secret::new("k")),
            ("Accept".into(), Secret::new("application/json")),
        ]);
        let kept = harmless(&headers.unwrap());
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["accept"]);
    }
}
