//! `A2AServer`: a server whose agent is discovered from its card.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    condition::Condition, duration::GoDuration, header::Header, string_enum::string_enum,
    value_source::ValueSource,
};
#[cfg(feature = "ssr")]
use super::{
    duration,
    schema::{self, Rule, rules},
    value_source,
};

string_enum! {
    /// Which URL receives an agent's requests.
    #[derive(Default)]
    pub enum EndpointResolution {
        /// The server's address.
        #[default]
        Address = "address",
        /// The server's address with the path of the card's URL.
        CardPath = "cardPath",
        /// The card's URL, if its host is allowed.
        CardUrl = "cardUrl",
    }
}

/// What is wanted of an A2A server. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["address"])))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1prealpha1",
        kind = "A2AServer",
        plural = "a2aservers",
        namespaced,
        status = "A2AServerStatus",
        derive = "PartialEq",
        doc = "A server that speaks A2A. Its agent is discovered from its card and becomes an Agent.",
        printcolumn(
            name = "Ready",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"Ready\")].status"
        ),
        printcolumn(
            name = "Discovering",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"Discovering\")].status"
        ),
        printcolumn(name = "Address", type_ = "string", json_path = ".status.lastResolvedAddress"),
        printcolumn(name = "Endpoint", type_ = "string", json_path = ".status.lastResolvedEndpoint"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct A2AServerSpec {
    /// The server's URL.
    #[cfg_attr(feature = "ssr", schemars(transform = rules(value_source::GIVEN_ONCE)))]
    pub address: ValueSource,
    /// Headers that are sent with every call. Each name once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "ssr",
        schemars(
            length(max = 64),
            transform = rules(HEADERS_RULES),
            transform = schema::item_rules(super::header::RULES),
            transform = bound_header_names
        )
    )]
    pub headers: Vec<Header>,
    /// What the server offers, in words for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How often the card is read again, as a duration such as 1m.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "ssr",
        schemars(extend("x-default" = "1m"), transform = rules(duration::NOT_NEGATIVE))
    )]
    pub poll_interval: Option<GoDuration>,
    /// How long the agent may take to answer, as a duration such as 5m.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "5m")))]
    pub timeout: String,
    /// Which URL receives requests: 'address' (the server's), 'cardPath' (the server's, with the path of the card's URL) or
    /// 'cardUrl' (the card's, if 'allowedEndpointHosts' has its host).
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "address")))]
    pub endpoint_resolution: EndpointResolution,
    /// Hosts that the card's URL may point to: 'HOST', 'HOST:PORT' or '*.DOMAIN'.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = host_items))]
    pub allowed_endpoint_hosts: Vec<String>,
}

/// What the controller found out about an A2A server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct A2AServerStatus {
    /// The server's URL, looked up.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_resolved_address: String,
    /// The URL that receives requests.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_resolved_endpoint: String,
    /// The card's URL, if it was refused.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rejected_endpoint: String,
    /// What was last found out. 'Ready' says whether the agent can be asked, and if not, why; 'Discovering' whether its card
    /// is being read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

impl A2AServerSpec {
    /// Time that the agent may take: 5 minutes unless said otherwise, in words that mean something.
    pub fn timeout(&self) -> Duration {
        let given = self.timeout.parse::<GoDuration>().ok().filter(|timeout| timeout.is_positive());
        given.unwrap_or(GoDuration::from_mins(5)).to_std()
    }

    /// Time between readings of the card: a minute unless said otherwise.
    pub fn poll_interval(&self) -> GoDuration {
        self.poll_interval.filter(|interval| interval.is_positive()).unwrap_or(GoDuration::from_mins(1))
    }
}

#[cfg(feature = "ssr")]
const HEADERS_RULES: &[Rule] =
    &[Rule::new("self.all(h, self.exists_one(other, other.name == h.name))", "duplicate header name")];

/// Comparing every name with every other needs a bound on their length.
#[cfg(feature = "ssr")]
fn bound_header_names(schema: &mut schemars::Schema) {
    if let Some(name) = schema.pointer_mut("/items/properties/name") {
        name["maxLength"] = 256.into();
    }
}

#[cfg(feature = "ssr")]
const HOST: &str = r"^(\*\.)?[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*(:[0-9]{1,5})?$";

#[cfg(feature = "ssr")]
fn host_items(schema: &mut schemars::Schema) {
    schema.insert("items".into(), serde_json::json!({ "type": "string", "maxLength": 259, "pattern": HOST }));
}
