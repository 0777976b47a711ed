//! What one resource is: its names, its versions, and what sets it apart from an ordinary one.

use serde_json::Value;

use super::schema::{FieldError, Schema};

/// A resource that is served, custom or built in.
pub struct Resource {
    /// API group; empty for the core group.
    pub group: String,
    /// Name in addresses, `agents`.
    pub plural: String,
    /// `agent`.
    pub singular: String,
    /// `Agent`.
    pub kind: String,
    /// `AgentList`.
    pub list_kind: String,
    /// What kubectl also accepts.
    pub short_names: Vec<String>,
    /// Groups of resources for kubectl, `all`.
    pub categories: Vec<String>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Served versions, the preferred first.
    pub versions: Vec<Version>,
    /// `apiVersion` of the objects as stored.
    pub stored_as: String,
    /// Index of its collection in the storage. Two resources may share one (the two forms of Event).
    pub collection: usize,
    /// What is particular about it.
    pub traits: Traits,
}

/// One served version of a resource.
pub struct Version {
    /// `v1alpha1`.
    pub name: String,
    /// Pruning, defaults, validation.
    pub schema: Schema,
    /// Columns of Tables, beyond the name.
    pub columns: Vec<Column>,
    /// Whether `/status` is served and the main endpoint leaves the status alone.
    pub status: bool,
    /// Fields that field selectors may name, as paths, beyond the name and the namespace.
    pub selectable: Vec<String>,
    /// A sentence for clients when the version is deprecated.
    pub deprecated: Option<String>,
}

/// A column of a Table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Heading.
    pub name: String,
    /// `string`, `integer`, `date`, ….
    pub kind: String,
    /// OpenAPI format, or empty.
    pub format: String,
    /// What it says.
    pub description: String,
    /// 0 is always shown; others with `-o wide`.
    pub priority: i64,
    /// Where the value is.
    pub path: ColumnPath,
}

/// Where a column finds its value.
#[derive(Debug, Clone)]
pub enum ColumnPath {
    /// JSONPath of a CRD.
    Json(String),
    /// Computed, for built-ins.
    Computed(fn(&Value) -> Value),
}

/// Rules for names of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// DNS-1123 subdomain: almost everything.
    Subdomain,
    /// DNS-1123 label: namespaces, and since Kubernetes 1.36 services.
    Label,
    /// Any path segment: RBAC.
    PathSegment,
}

/// What is particular about a resource.
pub struct Traits {
    /// Built in: strategic merge patch works, updates need no resourceVersion.
    pub native: bool,
    /// Objects are what clients write; `false` for what only the server writes.
    pub writable: bool,
    /// A PUT to a name that does not exist creates it.
    pub create_on_update: bool,
    /// `spec.finalizers` hold an object back as `metadata.finalizers` do: namespaces.
    pub spec_finalizers: bool,
    /// Objects have a `metadata.generation`.
    pub generation: bool,
    /// What names look like.
    pub names: NameRule,
    /// Fills in what the schema cannot say.
    pub mutate: fn(&mut Value),
    /// Checks what the schema cannot say: new, and old on update.
    pub validate: fn(&Value, Option<&Value>) -> Vec<FieldError>,
    /// Turns a stored object into the form of this resource.
    pub read: Option<fn(&mut Value)>,
    /// Turns an object of this resource into the stored form.
    pub write: Option<fn(&mut Value)>,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            native: false,
            writable: true,
            create_on_update: false,
            spec_finalizers: false,
            generation: true,
            names: NameRule::Subdomain,
            mutate: |_| {},
            validate: |_, _| Vec::new(),
            read: None,
            write: None,
        }
    }
}

impl Resource {
    /// `agents.example.com`, or just `secrets`.
    pub fn qualified(&self) -> String {
        Self::qualify(&self.plural, &self.group)
    }

    /// A plural or a kind with its group.
    pub fn qualify(name: &str, group: &str) -> String {
        match group {
            "" => name.to_owned(),
            group => format!("{name}.{group}"),
        }
    }

    /// `example.com/v1`, or just `v1`.
    pub fn api_version(&self, version: &Version) -> String {
        match self.group.as_str() {
            "" => version.name.clone(),
            group => format!("{group}/{}", version.name),
        }
    }

    /// Whether stored bytes are already in the form of `version`.
    pub fn as_stored(&self, version: &Version) -> bool {
        self.traits.read.is_none() && self.stored_as == self.api_version(version)
    }

    /// Whether something still holds back the end of an object that is being deleted.
    pub fn held(&self, object: &Value) -> bool {
        let any = |list: &Value| list.as_array().is_some_and(|l| !l.is_empty());
        any(&object["metadata"]["finalizers"])
            || self.traits.spec_finalizers && any(&object["spec"]["finalizers"])
    }

    /// A stored object in the form of `version`.
    pub fn read(&self, version: &Version, object: &mut Value) {
        if let Some(read) = self.traits.read {
            read(object);
        }
        object["apiVersion"] = Value::String(self.api_version(version));
        object["kind"] = Value::String(self.kind.clone());
    }

    /// An object of any version in the form in which it is stored.
    pub fn write(&self, object: &mut Value) {
        if let Some(write) = self.traits.write {
            write(object);
        }
        object["apiVersion"] = Value::String(self.stored_as.clone());
    }
}
