//! A Model with every reference resolved: what one call needs. Lives as long as the call.

use serde_json::{Map, Value};

use super::bedrock;
use super::identity::{AwsKeys, AzureIdentity};
use crate::engine::secret::Secret;

/// Which protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's chat completions, spoken by most.
    OpenAi,
    /// OpenAI's chat completions as Azure serves them.
    Azure {
        /// `api-version` in the query of the URL.
        version: String,
        /// Whose token is sent instead of a key.
        identity: Option<AzureIdentity>,
    },
    /// Amazon Bedrock's Converse.
    Bedrock {
        /// Region.
        region: String,
        /// What requests are authorised by.
        access: AwsAccess,
    },
    /// Anthropic's messages.
    Anthropic {
        /// Value of `anthropic-version`.
        version: String,
    },
}

/// What requests to AWS are authorised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsAccess {
    /// The endpoint's key, as it is.
    Key,
    /// A signature by these keys.
    Keys(AwsKeys),
    /// What the environment offers.
    Chain,
}

impl Api {
    /// Its name in sentences.
    pub(super) fn protocol(&self) -> &'static str {
        match self {
            Self::OpenAi | Self::Azure { .. } => "OpenAI's chat completions",
            Self::Bedrock { .. } => "Bedrock's Converse",
            Self::Anthropic { .. } => "Anthropic's messages API",
        }
    }

    /// Its name in the OpenTelemetry conventions.
    pub fn semantic_name(&self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Azure { .. } => "azure.ai.openai",
            Self::Bedrock { .. } => "aws.bedrock",
            Self::Anthropic { .. } => "anthropic",
        }
    }

    /// What is often wrong with a base URL, to end a sentence with.
    pub(super) fn base_url_hint(&self) -> &'static str {
        match self {
            Self::OpenAi => ", which ends in /v1 for OpenAI",
            Self::Azure { .. } => ", which ends before /openai",
            Self::Bedrock { .. } => ", and that the model is offered in the region",
            Self::Anthropic { .. } => ", which ends before /v1",
        }
    }
}

/// Where and how a model is called.
#[derive(Debug, Clone)]
pub struct ModelEndpoint {
    /// Which protocol.
    pub api: Api,
    /// Base URL without a trailing slash.
    pub base_url: String,
    /// Key.
    pub key: Secret,
    /// The provider's name of the model or deployment.
    pub model: String,
    /// Further headers; a later one of the same name wins.
    pub headers: Vec<(String, Secret)>,
    /// Further options of each request, already parsed.
    pub properties: Map<String, Value>,
}

impl ModelEndpoint {
    /// Azure's API version when the Model names none: without one its deployments answer 404.
    pub const AZURE_VERSION: &'static str = "2024-10-21";

    /// The version of Anthropic's API that this program speaks.
    pub const ANTHROPIC_VERSION: &'static str = "2023-06-01";

    /// Where questions are posted.
    pub fn chat_url(&self) -> String {
        let base = self.base_url.trim_end_matches('/');
        match &self.api {
            Api::OpenAi => format!("{base}/chat/completions"),
            Api::Azure { version, .. } => {
                format!("{base}/openai/deployments/{}/chat/completions?api-version={version}", self.model)
            }
            Api::Bedrock { .. } => format!("{base}{}", bedrock::path(&self.model)),
            Api::Anthropic { .. } => format!("{}/v1/messages", base.trim_end_matches("/v1")),
        }
    }

    /// Where the model can be looked up: OpenAI lists all, Anthropic describes one. Azure's list names models, not
    /// deployments, so it tells nothing.
    pub fn models_url(&self) -> Option<String> {
        let base = self.base_url.trim_end_matches('/');
        match self.api {
            Api::OpenAi => Some(format!("{base}/models")),
            Api::Anthropic { .. } => {
                Some(format!("{}/v1/models/{}", base.trim_end_matches("/v1"), self.model))
            }
            Api::Azure { .. } | Api::Bedrock { .. } => None,
        }
    }

    /// The headers that carry the key.
    pub(super) fn key_headers(&self) -> Vec<(&'static str, Secret)> {
        let key = self.key.reveal();
        let bearer = || Secret::new(format!("Bearer {key}"));
        let mut headers = match &self.api {
            _ if key.is_empty() => Vec::new(),
            Api::OpenAi => vec![("authorization", bearer())],
            Api::Bedrock { access: AwsAccess::Key, .. } => vec![("authorization", bearer())],
            // What signs is not sent.
            Api::Bedrock { .. } => Vec::new(),
            Api::Azure { identity: Some(_), .. } => vec![("authorization", bearer())],
            Api::Azure { .. } => vec![("authorization", bearer()), ("api-key", self.key.clone())],
            Api::Anthropic { .. } => vec![("x-api-key", self.key.clone())],
        };
        if let Api::Anthropic { version } = &self.api {
            headers.push(("anthropic-version", Secret::new(version.clone())));
        }
        headers
    }

    /// Takes keys out of a text from outside and cuts it to a quotable length.
    pub fn quotable(&self, text: &str) -> String {
        let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.key.scrub(&mut text);
        for (_, value) in &self.headers {
            value.scrub(&mut text);
        }
        if let Some((at, _)) = text.char_indices().nth(super::MAX_QUOTE) {
            text.truncate(at);
            text.push('…');
        }
        text
    }
}

/// The domain of AWS's services in a region.
pub fn aws_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// Whether a base URL is AWS's own over TLS, or this machine's.
pub(super) fn is_aws(base_url: &str) -> bool {
    let Ok(url) = base_url.parse::<reqwest::Url>() else { return false };
    let host = url.host_str().unwrap_or_default();
    let own = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|suffix| host.ends_with(suffix));
    own && url.scheme() == "https" || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// A property as it is sent: a JSON scalar, array or object when it reads as one, else text; nothing when it is empty.
pub fn property(text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_are_scalars_else_text() {
        assert_eq!(property("0.2"), Some(json!(0.2)));
        assert_eq!(property("true"), Some(json!(true)));
        assert_eq!(property("low"), Some(json!("low")));
        assert_eq!(property("{\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(property(""), None);
    }

    #[test]
    fn keys_of_the_environment_go_to_aws() {
        for own in
            ["https://bedrock-runtime.eu-west-1.amazonaws.com", "https://x.api.aws", "http://127.0.0.1:9"]
        {
            assert!(is_aws(own), "{own}");
        }
        for not in [
            "http://bedrock-runtime.eu-west-1.amazonaws.com",
            "https://amazonaws.com.evil.example",
            "nothing",
        ] {
            assert!(!is_aws(not), "{not}");
        }
    }

    #[test]
    fn urls_of_each_api() {
        let mut endpoint = ModelEndpoint {
            api: Api::OpenAi,
            base_url: "https://models.example/v1/".into(),
            key: Secret::new("sk-abcdef"),
            model: "m".into(),
            headers: vec![],
            properties: Map::new(),
        };
        assert_eq!(endpoint.chat_url(), "https://models.example/v1/chat/completions");
        endpoint.api = Api::Azure { version: "v".into(), identity: None };
        endpoint.base_url = "https://a.example".into();
        assert_eq!(
            endpoint.chat_url(),
            "https://a.example/openai/deployments/m/chat/completions?api-version=v"
        );
        endpoint.api = Api::Bedrock { region: "eu-west-1".into(), access: AwsAccess::Chain };
        endpoint.model = "arn:aws:bedrock:eu-west-1:1:x/m-v1:0".into();
        assert_eq!(
            endpoint.chat_url(),
            "https://a.example/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ax%2Fm-v1%3A0/converse-stream"
        );
        assert_eq!(endpoint.quotable("bad\n key sk-abcdef"), "bad key [secret]");
    }
}
