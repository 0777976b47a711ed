//! Template parameters of agents, queries, evaluators and HTTP tools.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema::Rule;
use super::value_source::{Source, ValueFromSource};

/// A variable of a template: written out, or where to look it up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct Parameter {
    /// The variable's name; a template writes it '{{.name}}'.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The value itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where the value is looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<ValueFromSource>,
}

impl Parameter {
    /// A parameter written out.
    pub fn literal(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), value_from: None }
    }

    /// Where the value comes from.
    pub fn source(&self) -> Source<'_> {
        Source::of(&self.value, self.value_from.as_ref())
    }
}

/// Most parameters that one object may have. Bounds the estimated cost of [`RULES`].
#[cfg(feature = "ssr")]
pub(super) const MAX: usize = 256;

/// Rules P2 to P4 and P6 of Ark, for agents and queries. Whether a Secret or ConfigMap exists is not asked here:
/// a folder must apply in any order.
#[cfg(feature = "ssr")]
pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "(has(self.value) && self.value != '') || has(self.valueFrom)",
        "must specify either value or valueFrom",
    ),
    Rule::new(
        "!(has(self.value) && self.value != '' && has(self.valueFrom))",
        "cannot specify both value and valueFrom",
    ),
    Rule::new(
        "!has(self.valueFrom) || [has(self.valueFrom.secretKeyRef), has(self.valueFrom.configMapKeyRef), \
         has(self.valueFrom.serviceRef), has(self.valueFrom.queryParameterRef)].exists_one(x, x)",
        "valueFrom must specify exactly one source",
    )
    .at(".valueFrom"),
    Rule::new(
        "!has(self.valueFrom) || !has(self.valueFrom.serviceRef) || self.valueFrom.serviceRef.name != ''",
        "serviceRef.name cannot be empty",
    )
    .at(".valueFrom.serviceRef.name"),
];
