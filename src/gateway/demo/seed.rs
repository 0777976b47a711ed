//! The demo set: ordinary YAML in `demo/`, applied once, never over a person's changes.

use std::collections::BTreeMap;

use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::{Client, ResourceExt};
use serde_json::Value;

use super::{LABEL, MANAGER, PATH};
use crate::resources::kind::Kind;
use crate::store::{Statement, Store, StoreError};

/// The files, in the order in which they are applied.
const FILES: [(&str, &str); 7] = [
    ("demo/models.yaml", include_str!("../../../demo/models.yaml")),
    ("demo/tools.yaml", include_str!("../../../demo/tools.yaml")),
    ("demo/agents.yaml", include_str!("../../../demo/agents.yaml")),
    ("demo/teams.yaml", include_str!("../../../demo/teams.yaml")),
    ("demo/queries.yaml", include_str!("../../../demo/queries.yaml")),
    ("demo/approvals.yaml", include_str!("../../../demo/approvals.yaml")),
    ("demo/experiment.yaml", include_str!("../../../demo/experiment.yaml")),
];
/// The address that the files name; ours is put in its place.
const ADDRESS: &str = "http://127.0.0.1:3000";
/// Where what names no namespace goes.
const NAMESPACE: &str = "default";
/// Key in the store's `meta`: the address that was applied last.
const META: &str = "demo.address";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// The set was applied: so many objects.
    Applied(usize),
    /// It was there already; so many objects were told our new address.
    Moved(usize),
    /// It was there already.
    Nothing,
}

/// Why the demo set was not applied.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The database.
    #[error("cannot remember that the demo set was applied: {0}")]
    Store(#[from] StoreError),
    /// A file of the build is wrong.
    #[error("{file} of the demo set is wrong: {detail}")]
    File {
        /// File.
        file: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// The API refused an object.
    #[error("the demo set's {what} was not applied: {source}")]
    Refused {
        /// Kind and name.
        what: String,
        /// What the API said.
        source: Box<kube::Error>,
    },
}

/// Applies the demo set when this store has never seen it; `address` is where we listen, as `http://127.0.0.1:3000`.
/// Later starts change nothing but the address in objects of the set that still have the one from before.
pub async fn seed(store: &Store, client: &Client, address: &str) -> Result<Seeded, SeedError> {
    let address = address.trim_end_matches('/');
    let before = store.row(Statement::new("SELECT value FROM meta WHERE key = $1").bind(META)).await?;
    let before: Option<String> = before.map(|row| row.get(0)).transpose()?;
    let done = match &before {
        None => Seeded::Applied(apply_all(client, address).await?),
        Some(before) if before != address => Seeded::Moved(move_all(client, before, address).await?),
        Some(_) => return Ok(Seeded::Nothing),
    };
    let remember = Statement::new(
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    store.write(vec![remember.bind(META).bind(address)]).await?;
    Ok(done)
}

async fn apply_all(client: &Client, address: &str) -> Result<usize, SeedError> {
    apply(client, objects(&FILES, address)?).await
}

/// Applies objects, over none that a person has changed; how many were.
pub(super) async fn apply(
    client: &Client,
    objects: Vec<(&'static str, DynamicObject)>,
) -> Result<usize, SeedError> {
    let mut count = 0;
    for (file, object) in objects {
        let what = format!(
            "{} {}",
            object.types.as_ref().map_or("", |types| types.kind.as_str()),
            object.name_any()
        );
        let api = api(client, &object)
            .ok_or(SeedError::File { file, detail: format!("{what} has no apiVersion") })?;
        match api.patch(&object.name_any(), &PatchParams::apply(MANAGER), &Patch::Apply(&object)).await {
            Ok(_) => count += 1,
            // An earlier start got this far, and a person has changed the object since.
            Err(kube::Error::Api(answer)) if answer.code == 409 => {}
            Err(source) => return Err(SeedError::Refused { what, source: source.into() }),
        }
    }
    Ok(count)
}

/// Every object of `files`, with our address in it and the label on it.
pub(super) fn objects(
    files: &[(&'static str, &str)],
    address: &str,
) -> Result<Vec<(&'static str, DynamicObject)>, SeedError> {
    let mut all = Vec::new();
    for (file, text) in files.iter().copied() {
        let text = text.replace(ADDRESS, address);
        for part in text.split("\n---\n") {
            let wrong = |detail: String| SeedError::File { file, detail };
            let mut object: DynamicObject =
                serde_saphyr::from_str(part).map_err(|error| wrong(error.to_string()))?;
            if !is_namespace(&object) {
                object.metadata.namespace.get_or_insert_with(|| NAMESPACE.to_owned());
            }
            object.metadata.labels.get_or_insert_default().insert(LABEL.to_owned(), "true".to_owned());
            all.push((file, object));
        }
    }
    Ok(all)
}

fn api(client: &Client, object: &DynamicObject) -> Option<Api<DynamicObject>> {
    let types = object.types.as_ref()?;
    let (group, version) = types.api_version.split_once('/').unwrap_or(("", &types.api_version));
    let mut resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &types.kind));
    if let Some(kind) = Kind::from_name(&types.kind) {
        kind.plural().clone_into(&mut resource.plural);
    }
    Some(match &object.metadata.namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    })
}

fn is_namespace(object: &DynamicObject) -> bool {
    object.types.as_ref().is_some_and(|types| types.kind == "Namespace")
}

/// Puts `after` in the place of `before` in the models and tools of the set. What a person has pointed elsewhere stays.
async fn move_all(client: &Client, before: &str, after: &str) -> Result<usize, SeedError> {
    let (old, new) = (format!("{before}{PATH}"), format!("{after}{PATH}"));
    let mut count = 0;
    for (_, object) in objects(&FILES, after)? {
        let kind = object.types.as_ref().map_or("", |types| types.kind.as_str()).to_owned();
        if !matches!(kind.as_str(), "Model" | "Tool") {
            continue;
        }
        let what = format!("{kind} {}", object.name_any());
        let refused = |source| SeedError::Refused { what: what.clone(), source: Box::new(source) };
        let Some(api) = api(client, &object) else { continue };
        let Some(current) = api.get_opt(&object.name_any()).await.map_err(refused)? else { continue };
        let paths =
            BTreeMap::from([("Model", "/spec/config/openai/baseUrl/value"), ("Tool", "/spec/http/url")]);
        let Some(path) = paths.get(kind.as_str()) else { continue };
        let Some(url) =
            current.data.pointer(path).and_then(Value::as_str).filter(|url| url.starts_with(&old))
        else {
            continue;
        };
        let patch = nested(path, url.replacen(&old, &new, 1));
        let params = PatchParams { field_manager: Some(MANAGER.into()), ..PatchParams::default() };
        api.patch(&object.name_any(), &params, &Patch::Merge(&patch)).await.map_err(refused)?;
        count += 1;
    }
    Ok(count)
}

/// `{"a": {"b": value}}` for `/a/b`.
fn nested(path: &str, value: String) -> Value {
    path.rsplit('/').filter(|part| !part.is_empty()).fold(Value::String(value), |inner, part| {
        Value::Object([(part.to_owned(), inner)].into_iter().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_is_sound_and_has_our_address() {
        let all = objects(&FILES, "http://127.0.0.1:4711").unwrap();
        assert!(all.len() > 15, "{}", all.len());
        let text: String = all.iter().map(|(_, object)| serde_json::to_string(object).unwrap()).collect();
        assert!(text.contains("http://127.0.0.1:4711/demo/v1") && !text.contains(ADDRESS));
        assert!(all.iter().all(|(_, object)| object.labels().contains_key(LABEL)));
        let mut names: Vec<String> = all
            .iter()
            .map(|(_, o)| format!("{} {:?} {}", o.types.as_ref().unwrap().kind, o.namespace(), o.name_any()))
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all.len(), "no name twice");
    }
}
