//! How each provider of a model is reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::{
    header,
    schema::{Rule, item_rules, rules},
    value_source::given,
};
use super::{header::Header, value_source::ValueSource};

/// Further options of a request, by name. A value is sent as a JSON scalar when it reads as one, else as text.
pub type Properties = BTreeMap<String, ValueSource>;

/// One block per provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ModelConfig {
    /// OpenAI's API, or one compatible with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai: Option<OpenAiConfig>,
    /// Azure OpenAI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azure: Option<AzureConfig>,
    /// Amazon Bedrock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bedrock: Option<BedrockConfig>,
    /// Anthropic's messages API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anthropic: Option<AnthropicConfig>,
}

/// OpenAI's API, or one compatible with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["apiKey", "baseUrl"])))]
#[serde(rename_all = "camelCase", default)]
pub struct OpenAiConfig {
    /// The API's base URL, such as 'https://api.openai.com/v1'.
    #[cfg_attr(feature = "ssr", schemars(transform = given()))]
    pub base_url: ValueSource,
    /// The API key, best from a Secret.
    pub api_key: ValueSource,
    /// Headers that are sent with every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_HEADERS), transform = item_rules(header::RULES)))]
    pub headers: Vec<Header>,
    /// Further options of every request, such as 'temperature', 'max_tokens' or 'top_p'.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: Properties,
}

/// Azure OpenAI.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["baseUrl"]), transform = rules(AZURE_RULES)))]
#[serde(rename_all = "camelCase", default)]
pub struct AzureConfig {
    /// The resource's base URL, such as 'https://NAME.openai.azure.com'.
    #[cfg_attr(feature = "ssr", schemars(transform = given()))]
    pub base_url: ValueSource,
    /// The API key. Deprecated: use 'auth.apiKey', which wins when both are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<ValueSource>,
    /// The API version, such as '2024-10-21'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<ValueSource>,
    /// How calls are authorised: exactly one way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<AzureAuth>,
    /// Headers that are sent with every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_HEADERS), transform = item_rules(header::RULES)))]
    pub headers: Vec<Header>,
    /// Further options of every request, such as 'temperature', 'max_tokens' or 'top_p'.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: Properties,
}

/// How calls of Azure are authorised: exactly one of the members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(transform = rules(AZURE_AUTH_RULES)))]
#[serde(rename_all = "camelCase", default)]
pub struct AzureAuth {
    /// An API key, best from a Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<ValueSource>,
    /// The managed identity of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_identity: Option<AzureManagedIdentity>,
    /// The workload identity of the pod's service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_identity: Option<AzureWorkloadIdentity>,
}

/// A managed identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AzureManagedIdentity {
    /// The client ID of a user-assigned identity. Default: the system-assigned identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ValueSource>,
}

/// A workload identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["clientId", "tenantId"])))]
#[serde(rename_all = "camelCase", default)]
pub struct AzureWorkloadIdentity {
    /// The client ID of the application.
    pub client_id: ValueSource,
    /// The ID of the tenant.
    pub tenant_id: ValueSource,
}

/// Amazon Bedrock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct BedrockConfig {
    /// The region. Default: that of the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<ValueSource>,
    /// The endpoint, if it is not the region's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(transform = given()))]
    pub base_url: Option<ValueSource>,
    /// A Bedrock API key. It wins over the IAM keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<ValueSource>,
    /// The IAM access key's ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<ValueSource>,
    /// The IAM access key's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<ValueSource>,
    /// The session token of temporary IAM keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token: Option<ValueSource>,
    /// The ARN of the model or inference profile. It wins over the model's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<ValueSource>,
    /// Most tokens of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1, max = 100_000)))]
    pub max_tokens: Option<i64>,
    /// The temperature from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = r"^(0(\.\d+)?|1(\.0+)?)$")))]
    pub temperature: String,
    /// Further options of every request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: Properties,
}

/// Anthropic's messages API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["apiKey", "baseUrl"])))]
#[serde(rename_all = "camelCase", default)]
pub struct AnthropicConfig {
    /// The API's base URL, such as 'https://api.anthropic.com'.
    #[cfg_attr(feature = "ssr", schemars(transform = given()))]
    pub base_url: ValueSource,
    /// The API key, best from a Secret.
    pub api_key: ValueSource,
    /// The value of the header 'anthropic-version'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<ValueSource>,
    /// Headers that are sent with every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_HEADERS), transform = item_rules(header::RULES)))]
    pub headers: Vec<Header>,
    /// Further options of every request, such as 'temperature' or 'max_tokens'.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: Properties,
}

/// How calls of Azure are authorised, wherever it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AzureCredential<'a> {
    /// An API key.
    ApiKey(&'a ValueSource),
    /// The machine's identity.
    ManagedIdentity(&'a AzureManagedIdentity),
    /// The pod's identity.
    WorkloadIdentity(&'a AzureWorkloadIdentity),
    /// None was given.
    Missing,
}

impl AzureConfig {
    /// How calls are authorised: `auth` (0.1.72) wins over `apiKey` (0.1.31).
    pub fn credential(&self) -> AzureCredential<'_> {
        if let Some(auth) = &self.auth {
            if let Some(key) = &auth.api_key {
                return AzureCredential::ApiKey(key);
            }
            if let Some(identity) = &auth.managed_identity {
                return AzureCredential::ManagedIdentity(identity);
            }
            if let Some(identity) = &auth.workload_identity {
                return AzureCredential::WorkloadIdentity(identity);
            }
        }
        self.api_key.as_ref().map_or(AzureCredential::Missing, AzureCredential::ApiKey)
    }
}

/// Most headers of a provider. Bounds the estimated cost of the header rules.
#[cfg(feature = "ssr")]
const MAX_HEADERS: usize = 64;

#[cfg(feature = "ssr")]
const AZURE_RULES: &[Rule] = &[
    Rule::new("has(self.apiKey) || has(self.auth)", "apiKey or auth is required"),
    Rule::new(
        "!has(self.apiKey) || !has(self.auth) || !has(self.auth.apiKey) || \
         (has(self.apiKey.value) ? self.apiKey.value : '') == \
         (has(self.auth.apiKey.value) ? self.auth.apiKey.value : '')",
        AZURE_TWO_KEYS,
    )
    .at(".apiKey"),
    Rule::new(
        "!has(self.apiKey) || !has(self.auth) || !has(self.auth.apiKey) || \
         (has(self.apiKey.valueFrom) && has(self.apiKey.valueFrom.secretKeyRef) ? \
         [self.apiKey.valueFrom.secretKeyRef.name, self.apiKey.valueFrom.secretKeyRef.key] : []) == \
         (has(self.auth.apiKey.valueFrom) && has(self.auth.apiKey.valueFrom.secretKeyRef) ? \
         [self.auth.apiKey.valueFrom.secretKeyRef.name, self.auth.apiKey.valueFrom.secretKeyRef.key] : [])",
        AZURE_TWO_KEYS,
    )
    .at(".apiKey"),
];

#[cfg(feature = "ssr")]
const AZURE_TWO_KEYS: &str =
    "apiKey and auth.apiKey are different keys: give the key as auth.apiKey and leave apiKey out";

#[cfg(feature = "ssr")]
const AZURE_AUTH_RULES: &[Rule] = &[Rule::new(
    "[has(self.apiKey), has(self.managedIdentity), has(self.workloadIdentity)].exists_one(x, x)",
    "must have exactly one of apiKey, managedIdentity, or workloadIdentity",
)];
