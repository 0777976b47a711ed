//! A Model with every reference resolved: what one call needs. Lives as long as the call.

use serde_json::{Map, Value};

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
    },
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

    /// Where chat completions are posted.
    pub fn chat_url(&self) -> String {
        let base = self.base_url.trim_end_matches('/');
        match &self.api {
            Api::OpenAi => format!("{base}/chat/completions"),
            Api::Azure { version } => {
                format!("{base}/openai/deployments/{}/chat/completions?api-version={version}", self.model)
            }
        }
    }

    /// Where models are listed; Azure's list names models, not deployments, so it tells nothing.
    pub fn models_url(&self) -> Option<String> {
        match self.api {
            Api::OpenAi => Some(format!("{}/models", self.base_url.trim_end_matches('/'))),
            Api::Azure { .. } => None,
        }
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
    fn urls_of_both_apis() {
        let mut endpoint = ModelEndpoint {
            api: Api::OpenAi,
            base_url: "https://models.example/v1/".into(),
            key: Secret::new("sk-abcdef"),
            model: "m".into(),
            headers: vec![],
            properties: Map::new(),
        };
        assert_eq!(endpoint.chat_url(), "https://models.example/v1/chat/completions");
        endpoint.api = Api::Azure { version: "v".into() };
        endpoint.base_url = "https://a.example".into();
        assert_eq!(
            endpoint.chat_url(),
            "https://a.example/openai/deployments/m/chat/completions?api-version=v"
        );
        assert_eq!(endpoint.quotable("bad\n key sk-abcdef"), "bad key [secret]");
    }
}
