//! `ArkConfig`: settings of the whole cluster, in the one object named `default`.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::{
    duration,
    schema::{Rule, rules},
};
use super::{duration::GoDuration, reference::ObjectReference};

/// The name of the only ArkConfig.
pub const NAME: &str = "default";

/// What is wanted of the cluster as a whole. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "ArkConfig",
        plural = "arkconfigs",
        status = "ArkConfigStatus",
        derive = "PartialEq",
        doc = "Settings of the whole cluster. There is one, and it is named 'default'.",
        printcolumn(name = "QueryTTL", type_ = "string", json_path = ".spec.queryTTL"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct ArkConfigSpec {
    /// How long queries without a 'ttl' are kept after they ended, as a duration such as 720h. Default: 720h.
    #[serde(rename = "queryTTL", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(transform = rules(duration::POSITIVE)))]
    pub query_ttl: Option<GoDuration>,
    /// How long queries without a 'timeout' may take, as a duration such as 30m. Default: 30m.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(transform = rules(duration::POSITIVE)))]
    pub query_timeout: Option<GoDuration>,
    /// How often an agent may ask its model within one run before the run ends with an error. Default: 25.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1, max = 1000)))]
    pub max_agent_iterations: Option<i32>,
    /// The Memory of queries that name none, if the query's namespace has one of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(transform = rules(DEFAULT_MEMORY_RULES)))]
    pub default_memory: Option<ObjectReference>,
    /// Where calls of models and tools may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound: Option<OutboundConfig>,
    /// What tokens of the cluster's own models cost. The first entry that fits a Model counts. The annotation
    /// ark.mckinsey.com/token-prices of a Model goes before; the public list prices of well-known models come after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 500)))]
    pub prices: Vec<ModelPrices>,
}

/// Where calls of models and tools may go, besides what the settings of the process say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct OutboundConfig {
    /// Hosts and networks that are called even where the process keeps away from private networks or from loopback
    /// ('--reach'): a name (models.internal), all names below one (*.svc.cluster.local), an address, or a network
    /// (10.96.0.0/12). Link-local and metadata addresses are never called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "ssr",
        schemars(length(max = 256), inner(length(max = 253), regex(pattern = ALLOWED_HOST)))
    )]
    pub allow: Vec<String>,
}

/// What a million tokens of a model cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ModelPrices {
    /// The provider's name of the model, as in a Model's spec.model; one '*' at the end stands for any rest.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1, max = 256)))]
    pub model: String,
    /// Only where it is served by this host, as api.example.com, without a port. Default: anywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 253)))]
    pub host: String,
    /// The currency, by its three letters (ISO 4217).
    #[cfg_attr(feature = "ssr", schemars(regex(pattern = "^[A-Za-z]{3}$")))]
    pub currency: String,
    /// Tokens of requests.
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 1_000_000)))]
    pub input: f64,
    /// Of them, those that the provider's cache had. Default: as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 1_000_000)))]
    pub cached_input: Option<f64>,
    /// Of them, those that were written to the provider's cache. Default: as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 1_000_000)))]
    pub cache_write: Option<f64>,
    /// Tokens of answers.
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 1_000_000)))]
    pub output: f64,
}

/// A host, '*.' and a domain, an address or a network.
#[cfg(feature = "ssr")]
const ALLOWED_HOST: &str =
    r"^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?(/[0-9]{1,2})?$|^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$";

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ArkConfigStatus {}

impl ArkConfigSpec {
    /// Times that an agent asks its model within one run when nobody said.
    pub const DEFAULT_MAX_AGENT_ITERATIONS: u32 = 25;

    /// Times that an agent may ask its model within one run.
    pub fn max_agent_iterations(config: Option<&Self>) -> u32 {
        config
            .and_then(|config| config.max_agent_iterations)
            .and_then(|limit| u32::try_from(limit).ok())
            .filter(|limit| *limit > 0)
            .unwrap_or(Self::DEFAULT_MAX_AGENT_ITERATIONS)
    }
}

#[cfg(feature = "ssr")]
const DEFAULT_MEMORY_RULES: &[Rule] = &[Rule::new(
    "!has(self.__namespace__) || self.__namespace__ == ''",
    "defaultMemory.namespace must be empty",
)
.at(".namespace")];

/// Rules that need the object's name.
#[cfg(feature = "ssr")]
pub(super) const ROOT_RULES: &[Rule] =
    &[Rule::new("self.metadata.name == 'default'", "ArkConfig must be named \"default\"")];
