//! The one way out of the process: connection pool, guard, timeouts and the words for what goes wrong.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Client, Method, RequestBuilder, Response, Url, redirect};

use super::breaker::{Circuits, Pause};
use super::guard::{Guard, GuardedResolver, RefusedAddress};
use super::identity::{Identities, Way};
use super::{AllowList, Environment, MAX_ERROR_BODY, MAX_RESPONSE, ModelError, ModelErrorCode, Reach};

/// Time to connect, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// Idle connections kept for each host.
const POOL: usize = 64;
/// Redirects of a model's endpoint that are followed, on its own host only.
const MAX_REDIRECTS: usize = 3;

/// How long a silent peer is waited for. The query's own timeout is above these.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the request to the head of the answer; reasoning models think before they speak.
    pub first_byte: Duration,
    /// Between two pieces of a stream.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { first_byte: Duration::from_secs(300), idle: Duration::from_secs(120) }
    }
}

/// A URL that is not called.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadUrl {
    /// It is no URL for HTTP.
    #[error("{0}")]
    Unusable(String),
    /// The guard refuses it.
    #[error("{0}. {advice}", advice = .0.advice())]
    Refused(RefusedAddress),
}

impl From<BadUrl> for ModelError {
    fn from(error: BadUrl) -> Self {
        match error {
            BadUrl::Unusable(why) => Self::new(
                ModelErrorCode::ModelMisconfigured,
                format!("The baseUrl {why}. Write it like https://api.openai.com/v1."),
            ),
            BadUrl::Refused(error) => address_refused(&error),
        }
    }
}

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct OutboundError(#[from] reqwest::Error);

/// Outbound HTTP; cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbound {
    outside: Client,
    /// Without the proxy of the environment, which cannot reach our own loopback.
    loopback: Client,
    /// Without the guard, for the metadata services that `identity` names.
    metadata: Client,
    limits: Limits,
    guard: Guard,
    identities: Identities,
    circuits: Circuits,
}

impl Outbound {
    /// A client that honours the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`), except for loopback.
    /// `reach` says where calls may go.
    pub fn new(
        limits: Limits,
        pause: Pause,
        environment: Environment,
        reach: Reach,
    ) -> Result<Self, OutboundError> {
        let guard = Guard::new(reach);
        let plain = || {
            Client::builder()
                .connect_timeout(CONNECT)
                .pool_max_idle_per_host(POOL)
                .user_agent(concat!("arkdeck/", env!("CARGO_PKG_VERSION")))
                // Whoever asks follows, and counts: a model's call stays on its host, a tool's address is checked each time.
                .redirect(redirect::Policy::none())
        };
        let guarded = |proxied| {
            let resolver = GuardedResolver { guard: guard.clone(), proxied };
            plain().dns_resolver(resolver)
        };
        Ok(Self {
            outside: guarded(true).build()?,
            loopback: guarded(false).no_proxy().build()?,
            metadata: plain().no_proxy().build()?,
            limits,
            guard,
            identities: Identities::new(environment),
            circuits: Circuits::new(pause),
        })
    }

    /// Who this program is to clouds.
    pub(super) fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Which endpoints are left alone.
    pub(super) fn circuits(&self) -> &Circuits {
        &self.circuits
    }

    /// Base URLs of endpoints, each when it begins to be left alone after failures in a row, and when that ends.
    pub fn circuit_changes(&self) -> tokio::sync::broadcast::Receiver<String> {
        self.circuits.changes()
    }

    /// The client for a place that hands out identities.
    pub(super) fn identity_client(&self, way: Way) -> &Client {
        match way {
            Way::Guarded => &self.outside,
            Way::Direct => &self.metadata,
        }
    }

    /// The timeouts.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Where calls may go without being allowed.
    pub fn reach(&self) -> Reach {
        self.guard.reach()
    }

    /// Where calls may go besides, from now on.
    pub fn allow(&self, list: AllowList) {
        self.guard.allow(list);
    }

    /// The client for `url`, which is checked.
    pub(super) fn client(&self, url: &str) -> Result<(&Client, Url), BadUrl> {
        let wrong = |why: String| BadUrl::Unusable(format!("'{url}' cannot be used: {why}"));
        let url: Url = url.parse().map_err(|error| wrong(format!("{error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(format!("'{}' is neither http nor https", url.scheme())));
        }
        self.guard.check(&url).map_err(BadUrl::Refused)?;
        let host = url.host_str().unwrap_or_default();
        // A proxy named as the goal goes by no proxy either: only on the way to others is its address not judged.
        let near =
            host == "localhost" || host.starts_with("127.") || host == "[::1]" || self.guard.is_proxy(host);
        Ok((if near { &self.loopback } else { &self.outside }, url))
    }

    /// Sends a request and waits for the head of the answer, which may be that of a redirect that is not followed.
    pub(super) async fn send(&self, request: RequestBuilder, url: &str) -> Result<Response, ModelError> {
        match tokio::time::timeout(self.limits.first_byte, follow(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(failed(&error, url)),
            Err(_) => Err(silent(url, self.limits.first_byte)),
        }
    }

    /// The next piece of an answer; `None` at its end.
    pub(super) async fn chunk(
        &self,
        response: &mut Response,
        url: &str,
    ) -> Result<Option<bytes::Bytes>, ModelError> {
        match tokio::time::timeout(self.limits.idle, response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(_)) => Err(cut(url)),
            Err(_) => Err(silent(url, self.limits.idle)),
        }
    }

    /// The whole of an answer, refused beyond `MAX_RESPONSE`.
    pub(super) async fn body(&self, mut response: Response, url: &str) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk(&mut response, url).await? {
            if body.len() + chunk.len() > MAX_RESPONSE {
                return Err(too_long(url));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The beginning of an error's body; whatever goes wrong, the status is what counts.
    pub(super) async fn error_body(&self, mut response: Response, url: &str) -> String {
        let mut body = Vec::new();
        while body.len() < MAX_ERROR_BODY {
            match self.chunk(&mut response, url).await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                _ => break,
            }
        }
        body.truncate(MAX_ERROR_BODY);
        String::from_utf8_lossy(&body).into_owned()
    }
}

/// Sends, and again where the answer says, as long as that is the same question at the same host.
async fn follow(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let mut request = request?;
    for _ in 0..MAX_REDIRECTS {
        let again = request.try_clone();
        let response = client.execute(request).await?;
        let Some(mut next) = again else { return Ok(response) };
        let Some(url) = moved(&response, next.method()) else { return Ok(response) };
        *next.url_mut() = url;
        request = next;
    }
    client.execute(request).await
}

/// Where the same question is to be asked, on the same host, port and scheme: a model's key goes where its owner sent it and
/// nowhere else. A POST that is answered 301 to 303 would be another question.
fn moved(response: &Response, method: &Method) -> Option<Url> {
    let same_question = match response.status().as_u16() {
        307 | 308 => true,
        301..=303 => method == Method::GET,
        _ => false,
    };
    let location = response.headers().get(LOCATION).filter(|_| same_question)?.to_str().ok()?;
    let url = response.url().join(location).ok()?;
    (url.origin() == response.url().origin()).then_some(url)
}

pub(super) fn cut(url: &str) -> ModelError {
    ModelError::passing(
        ModelErrorCode::ModelStreamCut,
        format!(
            "{url} closed the connection in the middle of the answer. A proxy in between may cut long answers."
        ),
    )
}

pub(super) fn too_long(url: &str) -> ModelError {
    ModelError::new(
        ModelErrorCode::ModelAnswerTooLong,
        format!(
            "The answer of {url} is longer than is read ({} MiB of text). Ask for less, or set max_tokens.",
            super::MAX_ANSWER >> 20
        ),
    )
}

fn silent(url: &str, waited: Duration) -> ModelError {
    ModelError::passing(
        ModelErrorCode::ModelTimedOut,
        format!("{url} sent nothing for {} s. Check that the model is up.", waited.as_secs_f64()),
    )
}

fn address_refused(error: &RefusedAddress) -> ModelError {
    ModelError::new(ModelErrorCode::ModelAddressRefused, format!("{error}. {}", error.advice()))
}

/// Why the certificate of the far side is not taken, and what to do, to end a sentence that names it; `None` for any other error.
pub(super) fn untrusted(error: &reqwest::Error) -> Option<String> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(why @ rustls::Error::InvalidCertificate(kind)) = cause.downcast_ref::<rustls::Error>() {
            let advice = match kind {
                rustls::CertificateError::UnknownIssuer => {
                    "Add the authority that signed it to the certificates of this machine (SSL_CERT_FILE names a file of \
                     them), or use another"
                }
                _ => "Have it renewed, or correct the host of the address",
            };
            return Some(format!("is not trusted ({why}). {advice}."));
        }
        // What an I/O error wraps is not its source.
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// The words for a request that got no answer.
fn failed(error: &reqwest::Error, url: &str) -> ModelError {
    if let Some(why) = untrusted(error) {
        let message = format!("The certificate of {url} {why}");
        return ModelError::new(ModelErrorCode::ModelUnavailable, message);
    }
    let mut source = error.source();
    let mut innermost = String::new();
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<RefusedAddress>() {
            return address_refused(refused);
        }
        innermost = cause.to_string();
        source = cause.source();
    }
    if error.is_builder() {
        return ModelError::new(
            ModelErrorCode::ModelMisconfigured,
            format!(
                "The request to {url} cannot be made: {innermost}. A header may hold characters that are not allowed."
            ),
        );
    }
    if error.is_connect() {
        return ModelError::passing(
            ModelErrorCode::ModelUnavailable,
            format!("Cannot connect to {url}: {innermost}. Check the baseUrl and that the model is up."),
        );
    }
    ModelError::passing(ModelErrorCode::ModelUnavailable, format!("{url} did not answer: {innermost}."))
}
