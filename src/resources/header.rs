//! HTTP headers that are sent along with calls.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema::Rule;
use super::value_source::{KeySelector, QueryParameterReference, Source};

/// A header that is sent with every call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name", "value"])))]
#[serde(rename_all = "camelCase", default)]
pub struct Header {
    /// The header's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The header's value.
    pub value: HeaderValue,
}

/// A header's value: written out, or where to look it up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HeaderValue {
    /// The value itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where the value is looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<HeaderValueSource>,
}

/// Where a header's value is looked up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HeaderValueSource {
    /// A key of a Secret in the same namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<KeySelector>,
    /// A key of a ConfigMap's data in the same namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<KeySelector>,
    /// A parameter of the query that is running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_parameter_ref: Option<QueryParameterReference>,
}

impl HeaderValue {
    /// Where the value comes from.
    pub fn source(&self) -> Source<'_> {
        if !self.value.is_empty() {
            return Source::Literal(&self.value);
        }
        let Some(from) = &self.value_from else { return Source::Missing };
        if let Some(selector) = &from.secret_key_ref {
            Source::Secret(selector)
        } else if let Some(selector) = &from.config_map_key_ref {
            Source::ConfigMap(selector)
        } else if let Some(parameter) = &from.query_parameter_ref {
            Source::QueryParameter(&parameter.name)
        } else {
            Source::Missing
        }
    }
}

/// Rules H2 to H4 of Ark, for the places where Ark enforces them. Unlike Ark, a query parameter is a source too: its schema
/// has one and its validator forgot it.
#[cfg(feature = "ssr")]
pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "(has(self.value.value) && self.value.value != '') || has(self.value.valueFrom)",
        "must specify either value or valueFrom",
    )
    .at(".value"),
    Rule::new(
        "!(has(self.value.value) && self.value.value != '' && has(self.value.valueFrom))",
        "cannot specify both value and valueFrom",
    )
    .at(".value"),
    Rule::new(
        "!has(self.value.valueFrom) || [has(self.value.valueFrom.secretKeyRef), \
         has(self.value.valueFrom.configMapKeyRef), has(self.value.valueFrom.queryParameterRef)].exists_one(x, x)",
        "valueFrom must specify exactly one of secretKeyRef, configMapKeyRef and queryParameterRef",
    )
    .at(".value.valueFrom"),
];
