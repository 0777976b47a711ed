//! The suite's objects: read, put in order, checked, applied.

use std::path::PathBuf;

use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ObjectMeta, Patch, PatchParams,
};
use kube::{Client, ResourceExt};

use super::error::NotRun;
use crate::engine::sandbox::Sandbox;
use crate::evaluation::misread::misread;
use crate::resources::annotations::{BASELINE, CANCEL};
use crate::resources::kind::Kind;

/// Field manager of what a suite applies.
const MANAGER: &str = "arkdeck-evaluate";
/// Phases of queries and evaluations that have ended.
const ENDED: [&str; 3] = ["done", "error", "canceled"];
/// Objects of one suite; a longer one is refused. Each is a request of its own.
pub const MAX_OBJECTS: usize = 1000;

/// A suite: what is named first, queries then, evaluations last.
#[derive(Debug, Clone)]
pub struct Suite {
    objects: Vec<DynamicObject>,
}

impl Suite {
    /// The objects of all files.
    pub async fn read(files: &[PathBuf], sandbox: &Sandbox) -> Result<Self, NotRun> {
        let mut texts = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file).map_err(|error| {
                NotRun::Suite(format!("cannot read the suite {}: {error}", file.display()))
            })?;
            texts.push((file.display().to_string(), text));
        }
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self::parse(&texts, sandbox).await
    }

    /// The objects of YAML texts, each with the name that errors call it by. Rules that cannot be read are found here, before anything
    /// is applied.
    pub async fn parse(texts: &[(&str, &str)], sandbox: &Sandbox) -> Result<Self, NotRun> {
        let suite = Self { objects: objects(texts)? };
        suite.check(sandbox).await?;
        Ok(suite)
    }

    /// Names of its evaluations.
    pub(super) fn evaluations(&self) -> Vec<String> {
        self.objects.iter().filter(|object| is_evaluation(object)).map(ResourceExt::name_any).collect()
    }

    /// Whether one of its evaluations makes experiments.
    pub(super) fn has_experiments(&self) -> bool {
        self.objects.iter().any(makes_experiments)
    }

    /// Says which rules cannot be read.
    async fn check(&self, sandbox: &Sandbox) -> Result<(), NotRun> {
        let mut wrong = Vec::new();
        for object in self.objects.iter().filter(|object| is_evaluation(object)) {
            let found = misread(sandbox, &object.data["spec"]).await;
            let found = found.map_err(|error| NotRun::Fault(format!("the rules cannot be read: {error}")))?;
            let name = object.name_any();
            wrong.extend(
                found.into_iter().map(|one| {
                    format!("Evaluation '{name}' was not applied: {}: {}", one.field, one.sentence)
                }),
            );
        }
        if wrong.is_empty() { Ok(()) } else { Err(NotRun::Suite(wrong.join("\n"))) }
    }

    /// Applies all but the evaluations. Queries of an earlier time, which have ended, are made anew.
    pub(super) async fn apply_what_is_named(&self, client: &Client, namespace: &str) -> Result<(), NotRun> {
        for object in self.objects.iter().filter(|object| !is_evaluation(object)) {
            apply(client, namespace, object.clone()).await?;
        }
        Ok(())
    }

    /// Applies an evaluation, anew when one of an earlier time has ended; one that makes experiments, with this baseline.
    pub(super) async fn apply_evaluation(
        &self,
        client: &Client,
        namespace: &str,
        name: &str,
        baseline: Option<&str>,
    ) -> Result<(), NotRun> {
        for object in self.objects.iter().filter(|one| is_evaluation(one) && one.name_any() == name) {
            let mut object = object.clone();
            if let Some(baseline) = baseline.filter(|_| makes_experiments(&object)) {
                object.annotations_mut().insert(BASELINE.to_owned(), baseline.to_owned());
            }
            apply(client, namespace, object).await?;
        }
        Ok(())
    }
}

/// All objects, in the order in which they are applied.
fn objects(texts: &[(&str, &str)]) -> Result<Vec<DynamicObject>, NotRun> {
    let mut objects = Vec::new();
    for (name, text) in texts {
        objects.extend(parse(name, text)?);
    }
    if !objects.iter().any(is_evaluation) {
        let text = "the suite has no Evaluation: there is nothing that could pass or fail";
        return Err(NotRun::Suite(text.into()));
    }
    if objects.len() > MAX_OBJECTS {
        let text = format!("the suite has {} objects, and may have {MAX_OBJECTS}", objects.len());
        return Err(NotRun::Suite(text));
    }
    objects.sort_by_key(|object| match kind(object) {
        "Query" => 1,
        "Evaluation" => 2,
        _ => 0,
    });
    Ok(objects)
}

fn parse(name: &str, text: &str) -> Result<Vec<DynamicObject>, NotRun> {
    let objects: Vec<DynamicObject> = serde_saphyr::from_multiple(text).map_err(|error| {
        let words = error.to_string();
        let first = words.lines().next().unwrap_or_default();
        NotRun::Suite(format!("{name} is no YAML of Kubernetes objects: {first}"))
    })?;
    match objects.iter().find(|object| object.types.is_none() || object.metadata.name.is_none()) {
        Some(object) => Err(NotRun::Suite(format!(
            "{name}: an object has no apiVersion, kind or metadata.name ({})",
            object.name_any()
        ))),
        None => Ok(objects),
    }
}

fn kind(object: &DynamicObject) -> &str {
    object.types.as_ref().map(|types| types.kind.as_str()).unwrap_or_default()
}

fn is_evaluation(object: &DynamicObject) -> bool {
    kind(object) == Kind::Evaluation.name()
}

fn makes_experiments(object: &DynamicObject) -> bool {
    is_evaluation(object) && object.data["spec"]["config"]["dataSet"].is_object()
}

async fn apply(client: &Client, namespace: &str, mut object: DynamicObject) -> Result<(), NotRun> {
    let name = object.name_any();
    let what = format!("{} '{name}'", kind(&object));
    object = bare(object);
    let api = api(client, namespace, &object);
    if matches!(kind(&object), "Query" | "Evaluation") {
        let before = api.get_opt(&name).await.map_err(NotRun::api(format!("cannot read {what}")))?;
        let phase = before.as_ref().and_then(|object| object.data["status"]["phase"].as_str());
        if phase.is_some_and(|phase| ENDED.contains(&phase)) {
            let failed = NotRun::api(format!("cannot remove {what} of an earlier run"));
            api.delete(&name, &DeleteParams::default()).await.map_err(failed)?;
            let gone = |object: Option<&DynamicObject>| object.is_none();
            kube::runtime::wait::await_condition(api.clone(), &name, gone)
                .await
                .map_err(|error| NotRun::Fault(format!("{what} of an earlier run does not go: {error}")))?;
        }
    }
    let params = PatchParams::apply(MANAGER).force();
    let failed = NotRun::api(format!("{what} was not applied"));
    api.patch(&name, &params, &Patch::Apply(&object)).await.map_err(failed)?;
    Ok(())
}

/// What people write of an object. What `kubectl get -o yaml` adds is of the one that was read: with its uid
/// the API refuses to make another.
fn bare(mut object: DynamicObject) -> DynamicObject {
    let ObjectMeta { name, labels, mut annotations, .. } = object.metadata;
    // Somebody stopped that one, not this.
    annotations.iter_mut().for_each(|all| drop(all.remove(CANCEL)));
    object.metadata = ObjectMeta { name, labels, annotations, ..ObjectMeta::default() };
    if let Some(fields) = object.data.as_object_mut() {
        fields.remove("status");
    }
    object
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

    fn object(kind: &str) -> String {
        format!("apiVersion: ark.mckinsey.com/v1alpha1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n")
    }

    #[test]
    fn what_was_read_from_an_api_is_made_anew() {
        let text = "apiVersion: ark.mckinsey.com/v1alpha1\nkind: Evaluation\nmetadata:\n  \
                    {name: x, namespace: port, uid: u-1, resourceVersion: '7', annotations:\n  \
                    {ark.mckinsey.com/cancel: 'true', ark.mckinsey.com/baseline: '3'}}\n\
                    spec: {type: batch}\nstatus: {phase: done}\n";
        let read = parse("x.yaml", text).unwrap().remove(0);
        let expected = serde_json::json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "spec": {"type": "batch"},
            "metadata": {"name": "x", "annotations": {"ark.mckinsey.com/baseline": "3"}},
        });
        assert_eq!(serde_json::to_value(bare(read)).unwrap(), expected);
    }

    #[test]
    fn what_is_named_comes_before_who_names_it() {
        let text = ["Evaluation", "Query", "Evaluator"].map(object).join("---\n");
        let suite = Suite { objects: objects(&[("suite.yaml", text.as_str())]).unwrap() };
        let kinds: Vec<&str> = suite.objects.iter().map(kind).collect();
        assert_eq!(kinds, ["Evaluator", "Query", "Evaluation"]);
        assert_eq!((suite.evaluations(), suite.has_experiments()), (vec!["x".to_owned()], false));
    }

    #[test]
    fn what_is_no_suite_says_why() {
        let many = vec![object("Evaluation"); MAX_OBJECTS + 1].join("---\n");
        for (text, expected) in [
            (object("Query"), "no Evaluation"),
            ("a: [".to_owned(), "s.yaml is no YAML"),
            ("spec: {}\n".to_owned(), "no apiVersion"),
            (many, "1001 objects"),
        ] {
            let error = objects(&[("s.yaml", text.as_str())]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
