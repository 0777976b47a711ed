//! Manifests of both releases of Ark apply unchanged, and wrong ones are refused with the field and a sentence.
//!
//! `manifests/o` is release 0.1.31, `manifests/n` is 0.1.72. The first line of a file in `manifests/invalid` says what is
//! expected: `# expect: <field path>: <part of the message>`.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::{collections::BTreeMap, fs, path::Path};

use arkdeck::{
    embedded::schema::Schema,
    resources::{self, Kind},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The manifests of one folder, as (file name, text).
fn files(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests").join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("entry").path();
            let name = format!("{folder}/{}", path.file_name().expect("name").to_string_lossy());
            (name, fs::read_to_string(&path).expect("text"))
        })
        .collect();
    files.sort();
    files
}

fn documents(file: &str, text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The schema of each kind, compiled as the embedded API compiles it.
fn schemas() -> BTreeMap<String, Schema> {
    resources::crds()
        .into_iter()
        .map(|crd| {
            let validation = crd.spec.versions[0].schema.clone().expect("a schema");
            let schema = serde_json::to_value(validation.open_api_v3_schema).expect("JSON");
            let compiled = Schema::compile(&schema);
            let kind = crd.spec.names.kind;
            let compiled = compiled.unwrap_or_else(|error| panic!("{kind}: {error}"));
            (kind, compiled)
        })
        .collect()
}

fn kind_of(manifest: &Value) -> &str {
    manifest["kind"].as_str().expect("a kind")
}

/// Decodes into the type of the kind and back, so that what was read is what would be written.
fn round_trip<T: DeserializeOwned + serde::Serialize>(manifest: &Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(manifest.clone())?)
}

fn decode(manifest: &Value) -> Result<Value, serde_json::Error> {
    match Kind::from_name(kind_of(manifest)).expect("a kind of Ark") {
        Kind::Agent => round_trip::<resources::Agent>(manifest),
        Kind::Team => round_trip::<resources::Team>(manifest),
        Kind::Model => round_trip::<resources::Model>(manifest),
        Kind::Query => round_trip::<resources::Query>(manifest),
        Kind::Tool => round_trip::<resources::Tool>(manifest),
        Kind::McpServer => round_trip::<resources::MCPServer>(manifest),
        Kind::Memory => round_trip::<resources::Memory>(manifest),
        Kind::Evaluator => round_trip::<resources::Evaluator>(manifest),
        Kind::Evaluation => round_trip::<resources::Evaluation>(manifest),
        Kind::A2ATask => round_trip::<resources::A2ATask>(manifest),
        Kind::ArkConfig => round_trip::<resources::ArkConfig>(manifest),
        Kind::A2AServer => round_trip::<resources::A2AServer>(manifest),
        Kind::ExecutionEngine => round_trip::<resources::ExecutionEngine>(manifest),
    }
}

#[test]
fn manifests_of_both_releases_apply_and_decode() {
    let schemas = schemas();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (file, text) in files("o").into_iter().chain(files("n")) {
        for mut manifest in documents(&file, &text) {
            let name = format!("{file} {}", manifest["metadata"]["name"]);
            let schema = &schemas[kind_of(&manifest)];
            let unknown = schema.prune(&mut manifest);
            assert!(unknown.is_empty(), "{name}: unknown fields {unknown:?}");
            schema.default(&mut manifest);
            let errors = schema.validate(&manifest, None);
            assert!(errors.is_empty(), "{name}: {errors:?}");

            let mut decoded = decode(&manifest).unwrap_or_else(|error| panic!("{name}: {error}"));
            let errors = schema.validate(&decoded, None);
            assert!(errors.is_empty(), "{name}, written again: {errors:?}");
            assert!(
                schema.prune(&mut decoded).is_empty(),
                "{name}: the type knows a field that the schema does not"
            );
            *counts.entry(kind_of(&manifest).into()).or_default() += 1;
        }
    }
    for kind in Kind::ALL {
        assert!(
            counts.get(kind.name()).is_some_and(|count| *count >= 2),
            "{}: too few manifests",
            kind.name()
        );
    }
}

#[test]
fn wrong_manifests_are_refused_at_the_field() {
    let schemas = schemas();
    for (file, text) in files("invalid") {
        let expected = text.lines().next().and_then(|line| line.strip_prefix("# expect: "));
        let (path, message) =
            expected.and_then(|line| line.split_once(": ")).expect("# expect: path: message");
        let mut manifest = documents(&file, &text).remove(0);
        let schema = &schemas[kind_of(&manifest)];
        schema.prune(&mut manifest);
        schema.default(&mut manifest);
        let errors = schema.validate(&manifest, None);
        let found = errors.iter().any(|error| {
            let error = error.to_string();
            error.contains(message) && (path == "<root>" || error.starts_with(&format!("{path}: ")))
        });
        assert!(found, "{file}: expected {path}: {message}, got {errors:#?}");
    }
}

#[test]
fn every_field_has_a_description() {
    fn walk(path: &str, schema: &Value, missing: &mut Vec<String>) {
        let described = schema["description"].as_str().is_some_and(|text| !text.is_empty());
        if !described && !path.ends_with("[]") && !path.ends_with("{}") && !path.ends_with(".metadata") {
            missing.push(path.to_owned());
        }
        for (name, below) in schema["properties"].as_object().into_iter().flatten() {
            walk(&format!("{path}.{name}"), below, missing);
        }
        if schema["items"].is_object() {
            walk(&format!("{path}[]"), &schema["items"], missing);
        }
        if schema["additionalProperties"].is_object() {
            walk(&format!("{path}{{}}"), &schema["additionalProperties"], missing);
        }
    }
    for (kind, schema) in schemas() {
        let mut missing = Vec::new();
        walk(&kind, schema.raw(), &mut missing);
        assert!(missing.is_empty(), "no description: {missing:#?}");
    }
}

#[test]
fn defaults_are_those_of_the_release() {
    let schemas = schemas();
    let defaulted = |kind: &str, spec: Value| {
        let mut object = serde_json::json!({ "kind": kind, "metadata": { "name": "x" }, "spec": spec });
        schemas[kind].default(&mut object);
        object["spec"].clone()
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert_eq!(defaulted("Query", json("{}")), json(r#"{ "type": "user" }"#));
    assert_eq!(defaulted("Model", json("{}")), json(r#"{ "type": "completions", "pollInterval": "1m" }"#));
    assert_eq!(
        defaulted("MCPServer", json("{}")),
        json(r#"{ "transport": "http", "timeout": "30s", "pollInterval": "1m" }"#)
    );
    assert_eq!(
        defaulted("A2AServer", json("{}")),
        json(r#"{ "timeout": "5m", "pollInterval": "1m", "endpointResolution": "address" }"#)
    );
    assert_eq!(
        defaulted("Evaluation", json(r#"{ "config": {} }"#)),
        json(
            r#"{ "type": "direct", "ttl": "720h", "timeout": "5m",
                 "config": { "concurrency": 10, "continueOnFailure": false } }"#
        )
    );
    assert_eq!(
        defaulted("A2ATask", json("{}")),
        json(r#"{ "priority": 0, "timeout": "12h", "ttl": "720h", "pollInterval": "5s" }"#)
    );
    assert_eq!(defaulted("Agent", Value::Null), json("{}"));
}
