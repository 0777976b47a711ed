//! Which objects a list or a watch is about.

use serde_json::Value;

use super::registry::Served;
use super::selector::{FieldSelector, LabelSelector};
use super::status::ApiError;
use super::storage::Stored;
use super::verbs::Call;

/// Namespace, labels and fields that a request asks for.
pub struct Filter {
    served: Served,
    namespace: Option<String>,
    labels: LabelSelector,
    fields: FieldSelector,
}

impl Filter {
    /// The filter of a list or watch. Errors: 400 for selectors that cannot be read or name fields that have no index.
    pub fn of(call: &Call<'_>) -> Result<Self, ApiError> {
        let query = &call.request.query;
        let labels = LabelSelector::parse(query.label_selector.as_deref().unwrap_or_default())
            .map_err(|e| ApiError::bad_request(e.to_string()))?;
        let mut fields = query.field_selector.clone().unwrap_or_default();
        // A watch of one object by its address is the same as a field selector.
        if let Some(name) = &call.target.name {
            let comma = if fields.is_empty() { "" } else { "," };
            fields.push_str(&format!("{comma}metadata.name={name}"));
        }
        let fields = FieldSelector::parse(&fields).map_err(|e| ApiError::bad_request(e.to_string()))?;
        let served = call.served.clone();
        if let Some(unknown) = fields.fields().find(|f| {
            !matches!(*f, "metadata.name" | "metadata.namespace")
                && !served.version().selectable.iter().any(|s| s == f)
        }) {
            return Err(ApiError::bad_request(format!("field label not supported: {unknown}")));
        }
        Ok(Self { served, namespace: call.target.namespace.clone(), labels, fields })
    }

    /// Whether the selectors let everything through; the namespace is not asked here.
    pub fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object is meant.
    pub fn matches(&self, object: &Stored) -> bool {
        if self.namespace.as_deref().is_some_and(|n| *n != *object.key.namespace) {
            return false;
        }
        if !self.labels.matches(object.labels.as_deref()) {
            return false;
        }
        if self.fields.is_empty() {
            return true;
        }
        // Parsed at most once, and only when a selector asks for more than the key.
        let parsed = std::cell::OnceCell::new();
        self.fields.matches(|field| match field {
            "metadata.name" => Some(object.key.name.to_string()),
            "metadata.namespace" => Some(object.key.namespace.to_string()),
            _ => {
                let value: &Value = parsed.get_or_init(|| {
                    let mut value = object.value();
                    self.served.resource.read(self.served.version(), &mut value);
                    value
                });
                text(field.split('.').fold(value, |v, part| &v[part]))
            }
        })
    }
}

/// A selectable field as text; a missing one is empty, as in Kubernetes.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => Some(String::new()),
        other => Some(other.to_string()),
    }
}
