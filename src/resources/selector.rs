//! Label selectors, as `metav1.LabelSelector`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::string_enum::string_enum;

string_enum! {
    /// How a label is compared.
    pub enum SelectorOperator {
        /// The label's value is one of those listed.
        In = "In",
        /// The label is missing or its value is none of those listed.
        NotIn = "NotIn",
        /// The label is there.
        Exists = "Exists",
        /// The label is missing.
        DoesNotExist = "DoesNotExist",
    }
}

/// Selects objects by their labels. Everything given must hold; an empty selector selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("x-kubernetes-map-type" = "atomic")))]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    /// Labels that must have exactly these values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// Comparisons that must all hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-kubernetes-list-type" = "atomic")))]
    pub match_expressions: Vec<SelectorRequirement>,
}

/// One comparison of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SelectorRequirement {
    /// The label's key.
    pub key: String,
    /// How it is compared: In, NotIn, Exists or DoesNotExist.
    pub operator: SelectorOperator,
    /// The values that In and NotIn compare with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-kubernetes-list-type" = "atomic")))]
    pub values: Vec<String>,
}

impl LabelSelector {
    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| requirement.matches(labels))
    }
}

impl SelectorRequirement {
    fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            SelectorOperator::In => value.is_some_and(|value| self.values.contains(value)),
            SelectorOperator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            SelectorOperator::Exists => value.is_some(),
            SelectorOperator::DoesNotExist => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_must_hold() {
        let selector: LabelSelector = serde_json::from_value(serde_json::json!({
            "matchLabels": { "app": "a" },
            "matchExpressions": [
                { "key": "tier", "operator": "NotIn", "values": ["x"] },
                { "key": "beta", "operator": "DoesNotExist" },
            ],
        }))
        .expect("decodes");
        let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        assert!(selector.matches(&labels(&[("app", "a")])));
        assert!(selector.matches(&labels(&[("app", "a"), ("tier", "y")])));
        assert!(!selector.matches(&labels(&[("app", "a"), ("tier", "x")])));
        assert!(!selector.matches(&labels(&[("app", "a"), ("beta", "")])));
        assert!(!selector.matches(&labels(&[])));
        assert!(LabelSelector::default().matches(&labels(&[])));
    }
}
