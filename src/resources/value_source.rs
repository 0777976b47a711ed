//! Values that are written out or looked up: in a Secret, a ConfigMap, a Service's address or a query's parameter.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema::{Rule, rules};

/// A value written out, or where to look it up. A literal wins when both are given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ValueSource {
    /// The value itself. It wins over 'valueFrom' when both are given.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where the value is looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<ValueFromSource>,
}

/// Where a value is looked up. When several are set, the first of Secret, ConfigMap and Service is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ValueFromSource {
    /// A key of a Secret in the same namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<KeySelector>,
    /// A key of a ConfigMap's data in the same namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<KeySelector>,
    /// The address of a Service inside the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_ref: Option<ServiceReference>,
    /// A parameter of the query that is running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_parameter_ref: Option<QueryParameterReference>,
}

/// One key of a Secret or ConfigMap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["key"], "x-kubernetes-map-type" = "atomic")))]
#[serde(rename_all = "camelCase", default)]
pub struct KeySelector {
    /// The key to read.
    pub key: String,
    /// The name of the Secret or ConfigMap, in the namespace of the object that refers to it.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "")))]
    pub name: String,
    /// Whether the Secret, ConfigMap or key may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}

/// The address of a Service: 'http://SERVICE.NAMESPACE.svc.cluster.local:PORT/PATH'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceReference {
    /// The Service's name.
    pub name: String,
    /// The Service's namespace. Default: the namespace of the object that refers to it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// The name of the Service's port. Default: its first port.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub port: String,
    /// A path that is appended to the address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
}

/// A parameter of the running query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct QueryParameterReference {
    /// The parameter's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
}

/// What a value source comes down to, in Ark's order: literal, Secret, ConfigMap, Service, query parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source<'a> {
    /// The value itself.
    Literal(&'a str),
    /// A key of a Secret.
    Secret(&'a KeySelector),
    /// A key of a ConfigMap.
    ConfigMap(&'a KeySelector),
    /// A Service's address.
    Service(&'a ServiceReference),
    /// The name of a query parameter.
    QueryParameter(&'a str),
    /// Nothing was given.
    Missing,
}

impl ValueSource {
    /// A value written out.
    pub fn literal(value: impl Into<String>) -> Self {
        Self { value: value.into(), value_from: None }
    }

    /// A key of a Secret.
    pub fn secret(name: impl Into<String>, key: impl Into<String>) -> Self {
        let selector = KeySelector { key: key.into(), name: name.into(), optional: None };
        let from = ValueFromSource { secret_key_ref: Some(selector), ..Default::default() };
        Self { value: String::new(), value_from: Some(from) }
    }

    /// Where the value comes from.
    pub fn source(&self) -> Source<'_> {
        Source::of(&self.value, self.value_from.as_ref())
    }

    /// Whether neither a value nor a source was given.
    pub fn is_missing(&self) -> bool {
        self.source() == Source::Missing
    }
}

impl<'a> Source<'a> {
    /// The source that a `value` and `valueFrom` beside each other mean.
    pub fn of(value: &'a str, from: Option<&'a ValueFromSource>) -> Self {
        if !value.is_empty() {
            return Self::Literal(value);
        }
        let Some(from) = from else { return Self::Missing };
        if let Some(selector) = &from.secret_key_ref {
            Self::Secret(selector)
        } else if let Some(selector) = &from.config_map_key_ref {
            Self::ConfigMap(selector)
        } else if let Some(service) = &from.service_ref {
            Self::Service(service)
        } else if let Some(parameter) = &from.query_parameter_ref {
            Self::QueryParameter(&parameter.name)
        } else {
            Self::Missing
        }
    }
}

/// For fields whose value must be given in one way or the other (model base URLs, addresses that Ark resolves at admission).
#[cfg(feature = "ssr")]
pub(super) const GIVEN: &[Rule] = &[Rule::new(
    "(has(self.value) && self.value != '') || has(self.valueFrom)",
    "must specify either value or valueFrom",
)];

/// As [`GIVEN`], and not in both ways (A2AServer).
#[cfg(feature = "ssr")]
pub(super) const GIVEN_ONCE: &[Rule] = &[
    GIVEN[0],
    Rule::new(
        "!(has(self.value) && self.value != '' && has(self.valueFrom))",
        "cannot specify both value and valueFrom",
    ),
];

/// A transform for a field that must be given.
#[cfg(feature = "ssr")]
pub(super) fn given() -> impl FnMut(&mut schemars::Schema) {
    rules(GIVEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_literal_secret_config_map_service_parameter() {
        let json = serde_json::json!({
            "value": "",
            "valueFrom": {
                "serviceRef": { "name": "s" },
                "configMapKeyRef": { "name": "c", "key": "k" },
                "queryParameterRef": { "name": "p" },
            },
        });
        let mut value: ValueSource = serde_json::from_value(json).expect("decodes");
        assert!(matches!(value.source(), Source::ConfigMap(selector) if selector.name == "c"));
        value.value = "text".into();
        assert_eq!(value.source(), Source::Literal("text"));
        assert!(ValueSource::default().is_missing());
    }
}
