//! Reading an object that may not fit its type, without harm to the others of its list or watch.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An object, or what could be read of it.
///
/// As `kube::core::DeserializeGuard`, which reads each object into a tree, copies the tree and reads that: this keeps the text and
/// reads it once. It can be read from JSON only, and in a watch only behind the type, which is where every API server writes it.
#[derive(Debug, Clone)]
pub(super) struct Guard<K>(pub(super) Result<K, Unfit>);

/// An object that does not fit its type.
#[derive(Debug, Clone)]
pub(super) struct Unfit {
    /// What does not fit.
    pub(super) error: String,
    /// Its metadata, which must be sound.
    pub(super) metadata: ObjectMeta,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    metadata: ObjectMeta,
}

impl<'de, K: DeserializeOwned> Deserialize<'de> for Guard<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        match serde_json::from_str(text.get()) {
            Ok(object) => Ok(Self(Ok(object))),
            Err(error) => {
                let Metadata { metadata } = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
                Ok(Self(Err(Unfit { error: plain(&error), metadata })))
            }
        }
    }
}

/// The error without its place: lines and columns are those of the server's text, which nobody sees.
fn plain(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

impl<K: Resource> Resource for Guard<K> {
    type DynamicType = K::DynamicType;
    type Scope = K::Scope;

    fn kind(dynamic: &K::DynamicType) -> Cow<'_, str> {
        K::kind(dynamic)
    }

    fn group(dynamic: &K::DynamicType) -> Cow<'_, str> {
        K::group(dynamic)
    }

    fn version(dynamic: &K::DynamicType) -> Cow<'_, str> {
        K::version(dynamic)
    }

    fn plural(dynamic: &K::DynamicType) -> Cow<'_, str> {
        K::plural(dynamic)
    }

    fn meta(&self) -> &ObjectMeta {
        self.0.as_ref().map_or_else(|unfit| &unfit.metadata, K::meta)
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        self.0.as_mut().map_or_else(|unfit| &mut unfit.metadata, K::meta_mut)
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::core::WatchEvent;
    use serde_json::json;

    use super::*;

    #[test]
    fn one_that_does_not_fit_keeps_its_metadata() {
        let line = |data| {
            let object = json!({"metadata": {"name": "tide", "resourceVersion": "7"}, "data": data});
            let line = format!(r#"{{"type":"MODIFIED","object":{object}}}"#);
            match serde_json::from_str::<WatchEvent<Guard<ConfigMap>>>(&line).unwrap() {
                WatchEvent::Modified(guard) => guard,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(line(json!({"a": "b"})).0.unwrap().data.unwrap()["a"], "b");
        let unfit = line(json!({"a": 1}));
        assert_eq!(unfit.meta().name.as_deref(), Some("tide"));
        assert_eq!(unfit.0.unwrap_err().error, "invalid type: integer `1`, expected a string");
    }
}
