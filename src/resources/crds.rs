//! The CustomResourceDefinitions of every kind, as `arkdeck crds` prints them and the chart carries them.

use std::{fs, io, path::Path};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::{
    A2AServer, A2ATask, Agent, ArkConfig, Evaluation, Evaluator, ExecutionEngine, MCPServer, Memory, Model,
    Query, Team, Tool, ark_config,
    kind::GROUP,
    schema::{Rule, append_rules, structural},
    team, tool,
};

/// Helm's mark for objects that stay when a release goes: without it, uninstalling deletes every agent and query.
const KEEP: (&str, &str) = ("helm.sh/resource-policy", "keep");

/// Whether a manifest may leave `spec` out.
enum Spec {
    /// It may: then it is an empty object, and all defaults hold.
    Optional,
    /// It may not: the object would say nothing.
    Required,
}

/// The definitions of all thirteen kinds, in a stable order (as the chart's files sort).
pub fn crds() -> Vec<CustomResourceDefinition> {
    vec![
        crd::<A2AServer>(Spec::Required, &[]),
        crd::<A2ATask>(Spec::Required, &[]),
        crd::<Agent>(Spec::Optional, &[]),
        crd::<ArkConfig>(Spec::Optional, ark_config::ROOT_RULES),
        crd::<Evaluation>(Spec::Required, &[]),
        crd::<Evaluator>(Spec::Required, &[]),
        crd::<ExecutionEngine>(Spec::Required, &[]),
        crd::<MCPServer>(Spec::Required, &[]),
        crd::<Memory>(Spec::Required, &[]),
        crd::<Model>(Spec::Required, &[]),
        crd::<Query>(Spec::Required, &[]),
        crd::<Team>(Spec::Required, team::ROOT_RULES),
        crd::<Tool>(Spec::Required, tool::ROOT_RULES),
    ]
}

/// One YAML document per definition, and the file name that the chart gives it.
///
/// # Errors
///
/// When a definition cannot be written as YAML, which only a wrong type in this crate could cause.
pub fn crds_files() -> Result<Vec<(String, String)>, serde_saphyr::ser::Error> {
    crds()
        .iter()
        .map(|crd| {
            let name = format!("{}_{}.yaml", crd.spec.group, crd.spec.names.plural);
            Ok((name, serde_saphyr::to_string(crd)?))
        })
        .collect()
}

/// All definitions as one YAML stream.
///
/// # Errors
///
/// As [`crds_files`].
pub fn crds_yaml() -> Result<String, serde_saphyr::ser::Error> {
    Ok(crds_files()?.iter().map(|(_, text)| format!("---\n{text}")).collect())
}

/// Writes one file per definition into a folder, such as the chart's, and takes away those of kinds that are gone.
///
/// # Errors
///
/// When the folder or a file cannot be written.
pub fn write_crds(folder: &Path) -> io::Result<()> {
    let files = crds_files().map_err(io::Error::other)?;
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let ours = name.starts_with(GROUP) && name.ends_with(".yaml");
        if ours && !files.iter().any(|(file, _)| *file == name) {
            fs::remove_file(path)?;
        }
    }
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// kube's definition of `K` with our own schema in it: kube drops the marks that [`structural`] needs.
fn crd<K: CustomResourceExt + JsonSchema>(spec: Spec, root_rules: &[Rule]) -> CustomResourceDefinition {
    let mut crd = K::crd();
    let mut schema = structural::<K>();
    if let Value::Object(root) = &mut schema {
        complete_root(root, spec, root_rules);
    }
    crd.metadata.annotations.get_or_insert_default().insert(KEEP.0.into(), KEEP.1.into());
    for version in &mut crd.spec.versions {
        if let Some(validation) = &mut version.schema {
            validation.open_api_v3_schema = serde_json::from_value(schema.clone()).ok();
        }
    }
    crd
}

/// Adds to an object's schema what every object has, and the rules that need its name.
fn complete_root(root: &mut Map<String, Value>, spec: Spec, rules: &[Rule]) {
    match spec {
        Spec::Required => root.insert("required".into(), json!(["spec"])),
        Spec::Optional => root.remove("required"),
    };
    if let Some(Value::Object(properties)) = root.get_mut("properties") {
        let text = |description: &str| json!({ "type": "string", "description": description });
        properties.insert("apiVersion".into(), text("The version of the API that the object is written in."));
        properties.insert("kind".into(), text("The kind of the object."));
        properties.insert("metadata".into(), json!({ "type": "object" }));
        let part = |name: &str, description: &str, properties: &mut Map<String, Value>| {
            if let Some(part) = properties.get_mut(name) {
                part["description"] = description.into();
            }
        };
        part("spec", "What is wanted.", properties);
        part("status", "What was found. Written by the controllers.", properties);
        if let (Spec::Optional, Some(part)) = (spec, properties.get_mut("spec")) {
            part["default"] = json!({});
        }
    }
    if !rules.is_empty() {
        append_rules(root, rules);
    }
}
