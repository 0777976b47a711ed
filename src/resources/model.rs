//! `Model`: a language model behind a provider's API.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::duration;
#[cfg(feature = "ssr")]
use super::schema::{self, Rule, rules};
use super::{
    condition::Condition, duration::GoDuration, model_config::ModelConfig, string_enum::string_enum,
    value_source::ValueSource,
};

string_enum! {
    /// `spec.type`: a capability in 0.1.72, the provider in 0.1.31.
    pub enum ModelType {
        /// Chat completions.
        Completions = "completions",
        /// The provider OpenAI, in 0.1.31's place.
        OpenAi = "openai",
        /// The provider Azure, in 0.1.31's place.
        Azure = "azure",
        /// The provider Bedrock, in 0.1.31's place.
        Bedrock = "bedrock",
        /// The provider Anthropic, in 0.1.31's place.
        Anthropic = "anthropic",
    }
}

string_enum! {
    /// Whose API is spoken.
    pub enum ModelProvider {
        /// OpenAI's API, also of anyone compatible.
        OpenAi = "openai",
        /// Azure OpenAI.
        Azure = "azure",
        /// Amazon Bedrock.
        Bedrock = "bedrock",
        /// Anthropic's messages API.
        Anthropic = "anthropic",
    }
}

/// What is wanted of a model. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(transform = rules(RULES)))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Model",
        plural = "models",
        namespaced,
        status = "ModelStatus",
        derive = "PartialEq",
        doc = "A language model behind a provider's API.",
        printcolumn(name = "Type", type_ = "string", json_path = ".spec.type"),
        printcolumn(name = "Provider", type_ = "string", json_path = ".spec.provider"),
        printcolumn(name = "Model", type_ = "string", json_path = ".spec.model.value"),
        printcolumn(
            name = "Available",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"ModelAvailable\")].status"
        ),
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase", priority = "1"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase")]
pub struct ModelSpec {
    /// The model's name at the provider, such as 'gpt-4.1-mini'.
    pub model: ValueSource,
    /// What the model can do: 'completions'. A provider's name here is deprecated: give it as 'provider'.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "completions")))]
    pub type_: Option<ModelType>,
    /// Whose API is spoken. Required, unless 'type' names the provider in the old form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ModelProvider>,
    /// How often the model is probed, as a duration such as 1m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "ssr",
        schemars(extend("x-default" = "1m"), transform = rules(duration::NOT_NEGATIVE))
    )]
    pub poll_interval: Option<GoDuration>,
    /// How the provider is reached: one block per provider, of which the one of 'provider' is used.
    pub config: ModelConfig,
}

/// What the controller found out about a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ModelStatus {
    /// The base URL that is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resolved_address: String,
    /// The last probe in one word: 'running', 'ready' or 'error'. Deprecated: read the condition 'ModelAvailable'.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// The last probe in a sentence. Deprecated: read the condition 'ModelAvailable'.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was last found out. 'ModelAvailable' says whether the model answers, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

impl ModelSpec {
    /// Whose API is spoken, in the new form (`provider`) or the old (`type`).
    pub fn provider(&self) -> Option<ModelProvider> {
        self.provider.or_else(|| match self.type_? {
            ModelType::Completions => None,
            ModelType::OpenAi => Some(ModelProvider::OpenAi),
            ModelType::Azure => Some(ModelProvider::Azure),
            ModelType::Bedrock => Some(ModelProvider::Bedrock),
            ModelType::Anthropic => Some(ModelProvider::Anthropic),
        })
    }

    /// Time between probes: a minute unless said otherwise.
    pub fn poll_interval(&self) -> GoDuration {
        self.poll_interval.filter(|interval| interval.is_positive()).unwrap_or(GoDuration::from_mins(1))
    }
}

/// Ark's rules, for both forms of the provider.
#[cfg(feature = "ssr")]
const RULES: &[Rule] = &[
    Rule::new("has(self.provider) || (has(self.type) && self.type != 'completions')", "provider is required")
        .at(".provider"),
    Rule::new(
        "!has(self.provider) || !has(self.type) || self.type == 'completions' || self.type == self.provider",
        "type and provider name different providers: give the provider as provider and leave type out",
    )
    .at(".type"),
    Rule::new(
        "(has(self.provider) ? self.provider : self.type) != 'openai' || has(self.config.openai)",
        "openai configuration is required for openai model type",
    )
    .at(".config"),
    Rule::new(
        "(has(self.provider) ? self.provider : self.type) != 'azure' || has(self.config.azure)",
        "azure configuration is required for azure model type",
    )
    .at(".config"),
    Rule::new(
        "(has(self.provider) ? self.provider : self.type) != 'bedrock' || has(self.config.bedrock)",
        "bedrock configuration is required for bedrock model type",
    )
    .at(".config"),
    Rule::new(
        "(has(self.provider) ? self.provider : self.type) != 'anthropic' || has(self.config.anthropic)",
        "anthropic configuration is required for anthropic model type",
    )
    .at(".config"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(json: serde_json::Value) -> Option<ModelProvider> {
        let mut spec = serde_json::json!({ "model": { "value": "m" }, "config": {} });
        spec.as_object_mut().expect("object").extend(json.as_object().expect("object").clone());
        serde_json::from_value::<ModelSpec>(spec).expect("decodes").provider()
    }

    #[test]
    fn the_provider_is_found_in_both_forms() {
        assert_eq!(provider(serde_json::json!({ "type": "azure" })), Some(ModelProvider::Azure));
        assert_eq!(
            provider(serde_json::json!({ "type": "completions", "provider": "openai" })),
            Some(ModelProvider::OpenAi)
        );
        assert_eq!(provider(serde_json::json!({ "type": "completions" })), None);
        assert_eq!(provider(serde_json::json!({ "provider": "openai" })), Some(ModelProvider::OpenAi));
        assert_eq!(provider(serde_json::json!({})), None);
    }
}
