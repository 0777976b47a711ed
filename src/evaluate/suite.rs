//! The suite's files: read, put in order, applied.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use arkdeck::resources::kind::Kind;
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::{Client, ResourceExt};

/// Field manager of what a suite applies.
const MANAGER: &str = "arkdeck-evaluate";
/// Phases of queries and evaluations that have ended.
const ENDED: [&str; 3] = ["done", "error", "canceled"];

/// The objects of all files: what is named first, queries then, evaluations last.
pub(super) fn read(files: &[PathBuf]) -> anyhow::Result<Vec<DynamicObject>> {
    let mut objects = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the suite {}", file.display()))?;
        objects.extend(parse(file, &text)?);
    }
    if !objects.iter().any(|object| kind(object) == Kind::Evaluation.name()) {
        return Err(anyhow!("the suite has no Evaluation: there is nothing that could pass or fail"));
    }
    objects.sort_by_key(|object| match kind(object) {
        "Query" => 1,
        "Evaluation" => 2,
        _ => 0,
    });
    Ok(objects)
}

fn parse(file: &Path, text: &str) -> anyhow::Result<Vec<DynamicObject>> {
    let objects: Vec<DynamicObject> = serde_saphyr::from_multiple(text).map_err(|error| {
        let words = error.to_string();
        anyhow!(
            "{} is no YAML of Kubernetes objects: {}",
            file.display(),
            words.lines().next().unwrap_or_default()
        )
    })?;
    match objects.iter().find(|object| object.types.is_none() || object.metadata.name.is_none()) {
        Some(object) => Err(anyhow!(
            "{}: an object has no apiVersion, kind or metadata.name ({})",
            file.display(),
            object.name_any()
        )),
        None => Ok(objects),
    }
}

fn kind(object: &DynamicObject) -> &str {
    object.types.as_ref().map(|types| types.kind.as_str()).unwrap_or_default()
}

/// Applies all of it; the names of its evaluations. Queries and evaluations of an earlier time, which have ended, are made anew.
pub(super) async fn apply(
    client: &Client,
    namespace: &str,
    suite: Vec<DynamicObject>,
) -> anyhow::Result<Vec<String>> {
    let mut evaluations = Vec::new();
    for mut object in suite {
        let name = object.name_any();
        let what = format!("{} '{name}'", kind(&object));
        object.metadata.namespace = None;
        let api = api(client, namespace, &object);
        if matches!(kind(&object), "Query" | "Evaluation") {
            let before = api.get_opt(&name).await.with_context(|| format!("cannot read {what}"))?;
            let phase = before.as_ref().and_then(|object| object.data["status"]["phase"].as_str());
            if phase.is_some_and(|phase| ENDED.contains(&phase)) {
                api.delete(&name, &DeleteParams::default())
                    .await
                    .with_context(|| format!("cannot remove {what} of an earlier run"))?;
                let gone = kube::runtime::wait::await_condition(
                    api.clone(),
                    &name,
                    |object: Option<&DynamicObject>| object.is_none(),
                );
                gone.await.with_context(|| format!("{what} of an earlier run does not go"))?;
            }
        }
        api.patch(&name, &PatchParams::apply(MANAGER).force(), &Patch::Apply(&object))
            .await
            .map_err(|error| anyhow!("{what} was not applied: {error}"))?;
        if kind(&object) == Kind::Evaluation.name() {
            evaluations.push(name);
        }
    }
    Ok(evaluations)
}

fn api(client: &Client, namespace: &str, object: &DynamicObject) -> Api<DynamicObject> {
    let types = object.types.clone().unwrap_or_default();
    let (group, version) = types.api_version.split_once('/').unwrap_or(("", &types.api_version));
    let mut resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &types.kind));
    if let Some(kind) = Kind::from_name(&types.kind) {
        kind.plural().clone_into(&mut resource.plural);
    }
    Api::namespaced_with(client.clone(), namespace, &resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_comes_before_who_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("suite.yaml");
        let object = |kind: &str| {
            format!(
                "apiVersion: ark.mckinsey.com/v1alpha1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n"
            )
        };
        std::fs::write(&file, ["Evaluation", "Query", "Evaluator"].map(object).join("---\n")).unwrap();
        let kinds: Vec<String> =
            read(std::slice::from_ref(&file)).unwrap().iter().map(|o| kind(o).to_owned()).collect();
        assert_eq!(kinds, ["Evaluator", "Query", "Evaluation"]);
        std::fs::write(&file, object("Query")).unwrap();
        assert!(read(&[file]).unwrap_err().to_string().contains("no Evaluation"));
    }
}
