//! Definitions of custom resources, readable as in any cluster; they come from this program and cannot be written.

use serde_json::{Value, json};

use crate::embedded::meta;

/// A definition as the API shows it: established, with an identity. `live` is what an earlier start stored.
///
/// Returns `None` when the stored one is the same.
pub fn established(crd: &Value, live: Option<&Value>) -> Option<Value> {
    let spec = &crd["spec"];
    let time = live.map_or_else(|| meta::now().into(), |l| l["metadata"]["creationTimestamp"].clone());
    let uid = live.map_or_else(|| uuid::Uuid::new_v4().to_string().into(), |l| l["metadata"]["uid"].clone());
    let generation = live.map_or(1, |l| {
        let last = l["metadata"]["generation"].as_i64().unwrap_or(1);
        if l["spec"] == *spec { last } else { last + 1 }
    });
    let stored: Vec<&Value> = spec["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|v| v["storage"] == true)
        .map(|v| &v["name"])
        .collect();
    let condition = |kind: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": time
        })
    };
    let mut definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": crd["metadata"],
        "spec": spec,
        "status": {
            "acceptedNames": spec["names"],
            "storedVersions": stored,
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ]
        }
    });
    let meta = &mut definition["metadata"];
    (meta["uid"], meta["creationTimestamp"], meta["generation"]) = (uid, time.clone(), generation.into());
    if let Some(live) = live {
        meta["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        if definition == *live {
            return None;
        }
    }
    Some(definition)
}
