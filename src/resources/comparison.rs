//! How a target of an experiment did, compared with the baseline: what reports, and people with kubectl, are told.

use serde::{Deserialize, Serialize};

/// Items that a comparison lists: those that became worse first.
pub const MAX_MOVED: usize = 20;

/// A target of an experiment, compared with its baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["target"])))]
#[serde(rename_all = "camelCase", default)]
pub struct Comparison {
    /// The target, such as agent/refunds.
    pub target: String,
    /// The experiment that it is compared with, such as refunds@13.
    pub baseline: String,
    /// Items that both have.
    pub paired: i32,
    /// Items that only the baseline has: they are no pass.
    pub missing: i32,
    /// Items that became worse.
    pub worse: i32,
    /// Items that became better.
    pub better: i32,
    /// The mean of the differences of scores, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub delta: String,
    /// The lower bound of its 95 % interval, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub low: String,
    /// The upper bound of its 95 % interval, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub high: String,
    /// The items that moved most: those that became worse first. A bounded list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<MovedItem>,
}

/// An item whose score is not what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["item"])))]
#[serde(rename_all = "camelCase", default)]
pub struct MovedItem {
    /// Its id in the data set.
    pub item: String,
    /// Its title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The score in the baseline, as text; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// The score now, as text; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub now: String,
    /// It became better.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub better: bool,
    /// What failed, in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
