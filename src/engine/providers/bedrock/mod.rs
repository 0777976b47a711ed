//! Amazon Bedrock: Converse, streamed.

mod frame;
mod request;
mod sign;
mod stream;

use std::time::Instant;

use async_trait::async_trait;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderName};
use serde_json::Value;

use self::frame::{Decoder, Frame};
use self::sign::Signed;
use self::stream::{Assembly, WHOLE};
use super::identity::AwsKeys;
use super::peer::{self, Peer};
use super::reader::{Assembly as _, Reader};
use super::{ChatAnswer, ChatRequest, Message, ModelEndpoint, ModelError, OnText, Outbound, Provider};

const JSON: &str = "application/json";
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// A model behind Converse.
pub(super) struct Bedrock {
    peer: Peer,
    region: String,
    /// With what requests are signed; without, the endpoint's key is sent.
    keys: Option<AwsKeys>,
}

#[async_trait]
impl Provider for Bedrock {
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError> {
        let started = Instant::now();
        let url = self.peer.endpoint.chat_url();
        let response = self.post(&url, &request::body(request, &self.peer.endpoint)?).await?;
        let is = |kind: &str| {
            let found = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
            found.is_some_and(|found| found.starts_with(kind))
        };
        let structured = request.output_schema.is_some();
        let mut reader = Reader::new(&self.peer, &url, started, Assembly::new(structured));
        if is(EVENT_STREAM) {
            reader.stream::<Decoder>(response, on_text).await?;
        } else {
            let whole = self.whole(response, &url).await?;
            reader.whole(&whole, on_text)?;
        }
        Ok(reader.answer())
    }

    /// The smallest question: what lists models is another service with other rights.
    async fn probe(&self) -> Result<(), ModelError> {
        let url = self.peer.endpoint.chat_url().replace("/converse-stream", "/converse");
        let request = ChatRequest { messages: vec![Message::user("test")], ..ChatRequest::default() };
        let mut body = request::body(&request, &self.peer.endpoint)?;
        body["inferenceConfig"]["maxTokens"] = 1.into();
        let response = self.post(&url, &body).await?;
        let whole = self.whole(response, &url).await?;
        Assembly::new(false).take(&whole, &self.peer, &url, &mut String::new()).map(|_| ())
    }
}

impl Bedrock {
    pub(super) fn new(
        outbound: Outbound,
        endpoint: ModelEndpoint,
        region: String,
        keys: Option<AwsKeys>,
    ) -> Self {
        Self { peer: Peer { outbound, endpoint }, region, keys }
    }

    async fn post(&self, url: &str, body: &Value) -> Result<Response, ModelError> {
        let (client, target) = self.peer.outbound.client(url)?;
        let body = body.to_string().into_bytes();
        let mut headers = self.peer.headers()?;
        headers.insert(CONTENT_TYPE, reqwest::header::HeaderValue::from_static(JSON));
        if let Some(keys) = &self.keys {
            let request = Signed {
                method: "POST",
                url: &target,
                content_type: JSON,
                body: &body,
                region: &self.region,
                service: "bedrock",
            };
            for (name, secret) in sign::sign(&request, keys, jiff::Timestamp::now()) {
                headers.insert(HeaderName::from_static(name), peer::value(name, &secret)?);
            }
        }
        self.peer.send(client.post(target).headers(headers).body(body), url).await
    }

    async fn whole(&self, response: Response, url: &str) -> Result<Frame, ModelError> {
        let body = self.peer.outbound.body(response, url).await?;
        let payload = String::from_utf8_lossy(&body).into_owned();
        Ok(Frame { kind: WHOLE.to_owned(), failed: false, payload })
    }
}

/// The path of a model: names and ARNs hold what a path may not.
pub(super) fn path(model: &str) -> String {
    format!("/model/{}/converse-stream", sign::encode(model))
}
