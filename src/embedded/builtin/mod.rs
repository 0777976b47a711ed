//! The resources that every Kubernetes API has, as far as Ark and its tools need them.
//!
//! `schemas.json` comes from the OpenAPI documents of Kubernetes itself (`schemas.py` says how), so that defaults,
//! validation, `kubectl explain` and the merge keys of patches are those of Kubernetes.

mod cells;
mod configmaps;
mod definitions;
mod events;
mod leases;
mod namespaces;
mod rbac;
mod secrets;
mod services;

use serde_json::{Map, Value, json};

use super::crd::age;
use super::resource::{Column, ColumnPath, NameRule, Resource, Traits, Version};
use super::schema::{Schema, SchemaError};

pub use definitions::established;
pub use namespaces::{IMMORTAL, active};

/// Schemas of the built-in kinds and of ObjectMeta, as JSON.
pub const SCHEMAS: &str = include_str!("schemas.json");

/// `group/plural` of namespaces.
pub const NAMESPACES: &str = "/namespaces";
/// `group/plural` of events.
pub const EVENTS: &str = "/events";
/// `group/plural` of definitions of custom resources.
pub const DEFINITIONS: &str = "apiextensions.k8s.io/customresourcedefinitions";

const RBAC: &str = "rbac.authorization.k8s.io";

/// A built-in that cannot be read: a fault of the build, caught by a test.
#[derive(Debug, thiserror::Error)]
pub enum BuiltinError {
    /// `schemas.json` is not JSON.
    #[error("the built-in schemas are unreadable: {0}")]
    Json(#[from] serde_json::Error),
    /// A schema does not compile.
    #[error("the built-in schema of {kind} cannot be used: {source}")]
    Schema {
        /// Kind.
        kind: &'static str,
        /// What is wrong.
        source: SchemaError,
    },
}

/// What the table below says of a kind.
struct Entry {
    group: &'static str,
    plural: &'static str,
    kind: &'static str,
    short: &'static [&'static str],
    namespaced: bool,
    status: bool,
    columns: Vec<Column>,
    selectable: &'static [&'static str],
    traits: Traits,
}

impl Entry {
    fn new(group: &'static str, plural: &'static str, kind: &'static str) -> Self {
        Self {
            group,
            plural,
            kind,
            short: &[],
            namespaced: true,
            status: false,
            columns: vec![age()],
            selectable: &[],
            traits: native(),
        }
    }
}

fn native() -> Traits {
    Traits { native: true, generation: false, ..Traits::default() }
}

fn column(name: &str, cell: fn(&Value) -> Value) -> Column {
    Column {
        name: name.to_owned(),
        kind: "string".to_owned(),
        format: String::new(),
        description: String::new(),
        priority: 0,
        path: ColumnPath::Computed(cell),
    }
}

/// All built-ins; `collection` gives the index for a collection name.
pub fn resources(mut collection: impl FnMut(&str) -> usize) -> Result<Vec<Resource>, BuiltinError> {
    let mut schemas: Map<String, Value> = serde_json::from_str(SCHEMAS)?;
    table()
        .into_iter()
        .map(|entry| {
            // Both forms of Event are kept in the form of the core group.
            let stored = if entry.kind == "Event" { "" } else { entry.group };
            let index = collection(&format!("{stored}/{}", entry.plural));
            resource(entry, &mut schemas, index)
        })
        .collect()
}

fn resource(
    entry: Entry,
    schemas: &mut Map<String, Value>,
    collection: usize,
) -> Result<Resource, BuiltinError> {
    let package = match entry.group {
        "" => "core",
        group => group.split('.').next().unwrap_or_default(),
    };
    let openapi = schemas
        .remove(&format!("io.k8s.api.{package}.v1.{}", entry.kind))
        .unwrap_or_else(|| json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}));
    let schema =
        Schema::compile(&openapi).map_err(|source| BuiltinError::Schema { kind: entry.kind, source })?;
    let stored = if entry.kind == "Event" { "" } else { entry.group };
    Ok(Resource {
        group: entry.group.to_owned(),
        plural: entry.plural.to_owned(),
        singular: entry.kind.to_lowercase(),
        kind: entry.kind.to_owned(),
        list_kind: format!("{}List", entry.kind),
        short_names: entry.short.iter().map(|s| (*s).to_owned()).collect(),
        categories: Vec::new(),
        namespaced: entry.namespaced,
        versions: vec![Version {
            name: "v1".to_owned(),
            schema,
            columns: entry.columns,
            status: entry.status,
            selectable: entry.selectable.iter().map(|s| (*s).to_owned()).collect(),
            deprecated: None,
        }],
        stored_as: if stored.is_empty() { "v1".to_owned() } else { format!("{stored}/v1") },
        collection,
        traits: entry.traits,
    })
}

fn table() -> Vec<Entry> {
    let rbac = |traits: Traits| Traits { names: NameRule::PathSegment, create_on_update: true, ..traits };
    let bindings =
        || rbac(Traits { mutate: rbac::mutate_binding, validate: rbac::validate_binding, ..native() });
    let binding_columns = || vec![column("Role", cells::role_ref), age()];
    vec![
        Entry {
            short: &["ns"],
            namespaced: false,
            status: true,
            columns: vec![column("Status", |o| o["status"]["phase"].clone()), age()],
            selectable: &["status.phase"],
            traits: Traits {
                names: NameRule::Label,
                spec_finalizers: true,
                mutate: namespaces::mutate,
                ..native()
            },
            ..Entry::new("", "namespaces", "Namespace")
        },
        Entry {
            columns: vec![column("Type", |o| o["type"].clone()), column("Data", cells::data), age()],
            selectable: &["type"],
            traits: Traits { mutate: secrets::mutate, validate: secrets::validate, ..native() },
            ..Entry::new("", "secrets", "Secret")
        },
        Entry {
            short: &["cm"],
            columns: vec![column("Data", cells::data), age()],
            traits: Traits { validate: configmaps::validate, ..native() },
            ..Entry::new("", "configmaps", "ConfigMap")
        },
        Entry {
            short: &["svc"],
            status: true,
            columns: vec![
                column("Type", |o| o["spec"]["type"].clone()),
                column("Cluster-IP", cells::cluster_ip),
                column("External-IP", |_| "<none>".into()),
                column("Port(s)", cells::ports),
                age(),
            ],
            traits: Traits {
                names: NameRule::Label,
                mutate: services::mutate,
                validate: services::validate,
                ..native()
            },
            ..Entry::new("", "services", "Service")
        },
        Entry { short: &["sa"], ..Entry::new("", "serviceaccounts", "ServiceAccount") },
        Entry {
            short: &["ev"],
            columns: events::columns(events::CORE),
            selectable: events::CORE_FIELDS,
            traits: Traits { create_on_update: true, validate: events::validate, ..native() },
            ..Entry::new("", "events", "Event")
        },
        Entry {
            short: &["ev"],
            columns: events::columns(events::GROUP),
            selectable: events::GROUP_FIELDS,
            traits: Traits {
                create_on_update: true,
                read: Some(events::from_core),
                write: Some(events::to_core),
                ..native()
            },
            ..Entry::new("events.k8s.io", "events", "Event")
        },
        Entry {
            columns: vec![column("Holder", |o| o["spec"]["holderIdentity"].clone()), age()],
            traits: Traits { create_on_update: true, validate: leases::validate, ..native() },
            ..Entry::new("coordination.k8s.io", "leases", "Lease")
        },
        Entry {
            columns: vec![column("Created At", cells::created_at)],
            traits: rbac(native()),
            ..Entry::new(RBAC, "roles", "Role")
        },
        Entry {
            columns: vec![column("Created At", cells::created_at)],
            namespaced: false,
            traits: rbac(native()),
            ..Entry::new(RBAC, "clusterroles", "ClusterRole")
        },
        Entry {
            columns: binding_columns(),
            traits: bindings(),
            ..Entry::new(RBAC, "rolebindings", "RoleBinding")
        },
        Entry {
            columns: binding_columns(),
            namespaced: false,
            traits: bindings(),
            ..Entry::new(RBAC, "clusterrolebindings", "ClusterRoleBinding")
        },
        Entry {
            short: &["crd", "crds"],
            namespaced: false,
            status: true,
            columns: vec![column("Created At", cells::created_at)],
            traits: Traits { writable: false, generation: true, ..native() },
            ..Entry::new("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition")
        },
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_built_in_compiles() {
        let mut names = Vec::new();
        let resources = super::resources(|name| {
            names.push(name.to_owned());
            names.len()
        })
        .unwrap();
        assert_eq!(resources.len(), 13);
        assert_eq!(names.iter().filter(|n| *n == super::EVENTS).count(), 2);
    }
}
