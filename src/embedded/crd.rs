//! A CustomResourceDefinition read into a [`Resource`].

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Column, ColumnPath, Resource, Traits, Version};
use super::schema::{Schema, SchemaError};

/// A definition that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum CrdError {
    /// Not of the shape of `apiextensions.k8s.io/v1`.
    #[error(
        "the definition {name} is not a readable apiextensions.k8s.io/v1 CustomResourceDefinition: {source}"
    )]
    Shape {
        /// `metadata.name`.
        name: String,
        /// What was wrong.
        source: serde_json::Error,
    },
    /// No version is both served and stored.
    #[error("the definition {name} has no served version with `storage: true`")]
    NoStorage {
        /// `metadata.name`.
        name: String,
    },
    /// A schema that is not structural, or a rule that does not compile.
    #[error("the schema of {name} in version {version} cannot be used: {source}")]
    Schema {
        /// `metadata.name`.
        name: String,
        /// Version.
        version: String,
        /// What was wrong.
        source: SchemaError,
    },
}

#[derive(Deserialize)]
struct Definition {
    spec: Spec,
}

#[derive(Deserialize)]
struct Spec {
    group: String,
    names: Names,
    scope: String,
    versions: Vec<Versioned>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Names {
    plural: String,
    singular: Option<String>,
    kind: String,
    list_kind: Option<String>,
    #[serde(default)]
    short_names: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Versioned {
    name: String,
    served: bool,
    storage: bool,
    #[serde(default)]
    deprecated: bool,
    deprecation_warning: Option<String>,
    schema: Option<Value>,
    subresources: Option<Value>,
    #[serde(default)]
    additional_printer_columns: Vec<PrinterColumn>,
    #[serde(default)]
    selectable_fields: Vec<SelectableField>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrinterColumn {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    priority: i64,
    json_path: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SelectableField {
    json_path: String,
}

/// The resource that `crd` defines; `collection` gives the index for a collection name.
pub fn resource(crd: &Value, collection: impl FnOnce(String) -> usize) -> Result<Resource, CrdError> {
    let name = crd["metadata"]["name"].as_str().unwrap_or("(without a name)").to_owned();
    let spec =
        Definition::deserialize(crd).map_err(|source| CrdError::Shape { name: name.clone(), source })?.spec;
    let (group, names) = (spec.group, spec.names);
    let stored = spec.versions.iter().find(|v| v.storage && v.served);
    let stored_as = match stored {
        Some(v) => format!("{group}/{}", v.name),
        None => return Err(CrdError::NoStorage { name }),
    };
    let mut served: Vec<Versioned> = spec.versions.into_iter().filter(|v| v.served).collect();
    served.sort_by_key(|v| std::cmp::Reverse(priority(&v.name)));
    let mut versions = Vec::with_capacity(served.len());
    for v in served {
        versions.push(version(v, &name, &group, &names.kind)?);
    }
    Ok(Resource {
        collection: collection(format!("{group}/{}", names.plural)),
        singular: names.singular.unwrap_or_else(|| names.kind.to_lowercase()),
        list_kind: names.list_kind.unwrap_or_else(|| format!("{}List", names.kind)),
        plural: names.plural,
        kind: names.kind,
        short_names: names.short_names,
        categories: names.categories,
        namespaced: spec.scope == "Namespaced",
        versions,
        stored_as,
        group,
        traits: Traits::default(),
    })
}

fn version(v: Versioned, crd: &str, group: &str, kind: &str) -> Result<Version, CrdError> {
    let openapi = v.schema.as_ref().map_or(Value::Null, |s| s["openAPIV3Schema"].clone());
    let schema = Schema::compile(&openapi).map_err(|source| CrdError::Schema {
        name: crd.to_owned(),
        version: v.name.clone(),
        source,
    })?;
    let mut columns: Vec<Column> = v.additional_printer_columns.into_iter().map(column).collect();
    if columns.is_empty() {
        columns.push(age());
    }
    let deprecated = v
        .deprecated
        .then(|| v.deprecation_warning.unwrap_or_else(|| format!("{group}/{} {kind} is deprecated", v.name)));
    Ok(Version {
        schema,
        columns,
        status: v.subresources.is_some_and(|s| s.get("status").is_some()),
        selectable: v
            .selectable_fields
            .into_iter()
            .map(|f| f.json_path.trim_start_matches('.').into())
            .collect(),
        deprecated,
        name: v.name,
    })
}

fn column(c: PrinterColumn) -> Column {
    let description = match c.description.as_str() {
        "" => format!("Custom resource definition column (in JSONPath format): {}", c.json_path),
        _ => c.description,
    };
    Column {
        name: c.name,
        kind: c.kind,
        format: c.format,
        description,
        priority: c.priority,
        path: ColumnPath::Json(c.json_path),
    }
}

/// The column that every resource has when it names none.
pub fn age() -> Column {
    Column {
        name: "Age".to_owned(),
        kind: "date".to_owned(),
        format: String::new(),
        description:
            "CreationTimestamp is a timestamp representing the server time when this object was created."
                .to_owned(),
        priority: 0,
        path: ColumnPath::Json(".metadata.creationTimestamp".to_owned()),
    }
}

/// Kubernetes' order of versions: stable before beta before alpha, higher before lower, then anything else.
fn priority(version: &str) -> (u8, u32, u32) {
    let Some(rest) = version.strip_prefix('v') else { return (0, 0, 0) };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (major, stage) = rest.split_at(digits);
    let Ok(major) = major.parse() else { return (0, 0, 0) };
    let (rank, minor) = match (stage, stage.strip_prefix("beta"), stage.strip_prefix("alpha")) {
        ("", _, _) => return (3, major, 0),
        (_, Some(minor), _) => (2, minor),
        (_, _, Some(minor)) => (1, minor),
        _ => return (0, 0, 0),
    };
    minor.parse().map_or((0, 0, 0), |minor| (rank, major, minor))
}

#[cfg(test)]
mod tests {
    use super::priority;

    #[test]
    fn stable_versions_come_first_and_odd_ones_last() {
        let mut versions = ["v1alpha1", "v1prealpha1", "v2", "v1beta2", "v1", "v1beta10", "foo"];
        versions.sort_by_key(|v| std::cmp::Reverse(priority(v)));
        assert_eq!(versions, ["v2", "v1", "v1beta10", "v1beta2", "v1alpha1", "v1prealpha1", "foo"]);
    }
}
