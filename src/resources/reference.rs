//! References to other objects by name.

use serde::{Deserialize, Serialize};

/// An object by name, in the namespace of the object that refers to it unless another is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectReference {
    /// The object's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The object's namespace. Default: the namespace of the object that refers to it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

impl ObjectReference {
    /// An object in the same namespace.
    pub fn local(name: impl Into<String>) -> Self {
        Self { name: name.into(), namespace: String::new() }
    }

    /// The object's namespace, seen from an object in `referrer`.
    pub fn namespace_or<'a>(&'a self, referrer: &'a str) -> &'a str {
        if self.namespace.is_empty() { referrer } else { &self.namespace }
    }
}
