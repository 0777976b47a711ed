//! Writes of people, all under one field manager.
//!
//! A new object is created, so that a taken name is refused. An edited one is replaced at the version that was read,
//! because a person who removes a line means it, whoever set that line: server-side apply would leave what another
//! manager owns. What the interface owns whole (the Secret of a typed key) is applied.

use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams};
use kube::client::Body;
use kube::core::ApiResource;
use kube::{Client, ResourceExt};
use serde_json::Value;

use super::problem::{explain, from_response};
use crate::resources::kind::{GROUP, Kind};
use crate::views::ObjectKey;
use crate::views::problem::{Problem, ProblemCode};

pub use crate::resources::annotations::UI_MANAGER as MANAGER;
/// Bytes of an answer of the API that are read; objects are at most 3 MiB by the API server's own limit.
const MAX_ANSWER: usize = 8 << 20;

/// What a write did.
pub struct Written {
    /// The object as it is now, or would be.
    pub object: DynamicObject,
    /// Warnings of the API server, as for deprecated fields.
    pub warnings: Vec<String>,
}

/// The API of a kind, untyped.
pub fn api(client: &Client, kind: Kind, namespace: &str) -> Api<DynamicObject> {
    let resource = api_resource(kind);
    if kind.namespaced() {
        Api::namespaced_with(client.clone(), namespace, &resource)
    } else {
        Api::all_with(client.clone(), &resource)
    }
}

/// Names of a kind in API paths.
pub fn api_resource(kind: Kind) -> ApiResource {
    ApiResource {
        group: GROUP.into(),
        version: kind.version().into(),
        api_version: kind.api_version().into(),
        kind: kind.name().into(),
        plural: kind.plural().into(),
    }
}

fn collection(key: &ObjectKey) -> String {
    let (group_version, plural) = (key.kind.api_version(), key.kind.plural());
    if key.kind.namespaced() {
        format!("/apis/{group_version}/namespaces/{}/{plural}", key.namespace)
    } else {
        format!("/apis/{group_version}/{plural}")
    }
}

/// Creates `object` under the name in `key`. `AlreadyExists` when the name is taken.
pub async fn create(
    client: &Client,
    key: &ObjectKey,
    object: &Value,
    dry_run: bool,
) -> Result<Written, Problem> {
    check_names(key)?;
    let what = format!("creating {}", noun(key));
    send(client, http::Method::POST, &collection(key), object, dry_run, &what).await
}

/// Replaces the object of `key` by `object`, whose resourceVersion is the one that was read. `Conflict` when
/// somebody was faster.
pub async fn replace(
    client: &Client,
    key: &ObjectKey,
    object: &Value,
    dry_run: bool,
) -> Result<Written, Problem> {
    check_names(key)?;
    let path = format!("{}/{}", collection(key), key.name);
    send(client, http::Method::PUT, &path, object, dry_run, &format!("saving {}", noun(key))).await
}

/// Namespace and name become parts of a path, so nothing else than names may be in them.
fn check_names(key: &ObjectKey) -> Result<(), Problem> {
    let sound = |text: &str| {
        !text.is_empty()
            && text.len() <= 253
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
    };
    let mut problem = Problem::new(ProblemCode::Invalid, format!("The {} needs a name.", key.kind.noun()));
    if !sound(&key.name) {
        let rule = "use lower-case letters, digits and “-”; it must start and end with a letter or digit";
        problem.message = if key.name.is_empty() {
            problem.message
        } else {
            format!("“{}” is no name for a {}: {rule}.", key.name, key.kind.noun())
        };
        return Err(problem.field("metadata.name", rule));
    }
    if key.kind.namespaced() && !sound(&key.namespace) {
        problem.message = format!("The {} needs a namespace.", key.kind.noun());
        return Err(problem.field("metadata.namespace", "choose a namespace"));
    }
    Ok(())
}

/// Sends by hand what `Api` could send, because it drops the Warning headers and knows no field validation for writes
/// other than patches.
async fn send(
    client: &Client,
    method: http::Method,
    path: &str,
    object: &Value,
    dry_run: bool,
    what: &str,
) -> Result<Written, Problem> {
    let internal = |detail: String| Problem::new(ProblemCode::Internal, format!("{what} failed: {detail}."));
    let dry_run = if dry_run { "&dryRun=All" } else { "" };
    let body = serde_json::to_vec(object).map_err(|e| internal(e.to_string()))?;
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict{dry_run}"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .map_err(|e| internal(e.to_string()))?;
    let response = client.send(request).await.map_err(|error| explain(what, &error))?;
    let status = response.status();
    let warnings = response
        .headers()
        .get_all(http::header::WARNING)
        .iter()
        .filter_map(|value| warning(value.to_str().ok()?));
    let warnings: Vec<String> = warnings.collect();
    let limited = http_body_util::Limited::new(response.into_body(), MAX_ANSWER);
    let bytes =
        http_body_util::BodyExt::collect(limited).await.map_err(|e| internal(e.to_string()))?.to_bytes();
    if !status.is_success() {
        return Err(from_response(what, status.as_u16(), &bytes));
    }
    let object = serde_json::from_slice(&bytes).map_err(|e| internal(e.to_string()))?;
    Ok(Written { object, warnings })
}

/// The text of `299 - "text"` (RFC 7234, as Kubernetes writes it).
fn warning(header: &str) -> Option<String> {
    let quoted = header.split_once('"')?.1;
    let text = quoted.rsplit_once('"').map_or(quoted, |(text, _)| text);
    Some(text.replace("\\\"", "\""))
}

/// Changes a few fields and leaves the rest, whoever owns it.
pub async fn merge(client: &Client, key: &ObjectKey, patch: &Value) -> Result<(), Problem> {
    let params = PatchParams { field_manager: Some(MANAGER.into()), ..PatchParams::default() };
    api(client, key.kind, &key.namespace)
        .patch(&key.name, &params, &Patch::Merge(patch))
        .await
        .map(drop)
        .map_err(|error| explain(&format!("changing {}", noun(key)), &error))
}

/// Reads one object afresh.
pub async fn get(client: &Client, key: &ObjectKey) -> Result<DynamicObject, Problem> {
    check_names(key)?;
    api(client, key.kind, &key.namespace)
        .get(&key.name)
        .await
        .map_err(|error| explain(&format!("reading {}", noun(key)), &error))
}

/// Deletes one object.
pub async fn delete(client: &Client, key: &ObjectKey) -> Result<(), Problem> {
    check_names(key)?;
    api(client, key.kind, &key.namespace)
        .delete(&key.name, &DeleteParams::default())
        .await
        .map(drop)
        .map_err(|error| explain(&format!("deleting {}", noun(key)), &error))
}

/// `agent support/refunds`, as sentences name an object.
pub fn noun(key: &ObjectKey) -> String {
    if key.namespace.is_empty() {
        format!("{} {}", key.kind.noun(), key.name)
    } else {
        format!("{} {}/{}", key.kind.noun(), key.namespace, key.name)
    }
}

/// What an editor remembers of the object that it was filled from: changes when the specification or what people set
/// in the metadata changes, but not when a controller writes status. A resourceVersion would report those as conflicts.
pub fn edit_version(object: &impl ResourceExt) -> String {
    use sha2::Digest;
    let meta = object.meta();
    let seen = serde_json::json!([meta.uid, meta.generation, meta.labels, human(object)]);
    let digest = sha2::Sha256::digest(seen.to_string());
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// Annotations without kubectl's copy of the object, which caches do not hold.
fn human(object: &impl ResourceExt) -> Vec<(&String, &String)> {
    object.annotations().iter().filter(|(name, _)| *name != super::slim::LAST_APPLIED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_read_without_its_code() {
        assert_eq!(
            warning("299 - \"unknown field \\\"spec.x\\\"\"").as_deref(),
            Some("unknown field \"spec.x\"")
        );
    }

    #[test]
    fn status_writes_do_not_disturb_an_editor() {
        let object = |version: &str, generation: i64| -> DynamicObject {
            serde_json::from_value(serde_json::json!({
                "apiVersion": "v1", "kind": "X",
                "metadata": {"name": "a", "uid": "u", "resourceVersion": version, "generation": generation}
            }))
            .unwrap()
        };
        assert_eq!(edit_version(&object("1", 1)), edit_version(&object("2", 1)));
        assert_ne!(edit_version(&object("2", 1)), edit_version(&object("3", 2)));
    }

    #[test]
    fn names_cannot_leave_their_place_in_the_path() {
        for name in ["", "../x", "a/b", "a?b", "a b"] {
            assert!(check_names(&ObjectKey::new(Kind::Agent, "lagoon", name)).is_err(), "{name}");
        }
        assert!(check_names(&ObjectKey::new(Kind::Agent, "lagoon", "tide-1")).is_ok());
    }
}
