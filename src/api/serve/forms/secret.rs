//! The Secret of a key that was typed once.

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, Patch, PatchParams};

use crate::kubernetes::apply::MANAGER;
use crate::kubernetes::problem::explain;
use crate::resources::annotations::{FIELD_MANAGER, MANAGED_BY};
use crate::views::forms::SourceForm;
use crate::views::problem::Problem;

/// Key within the Secret.
const KEY: &str = "api-key";

fn name(model: &str) -> String {
    format!("arkdeck-{model}")
}

/// What the model's manifest refers to instead of the typed value.
pub fn reference(model: &str) -> SourceForm {
    SourceForm::Secret { name: name(model), key: KEY.into() }
}

/// Writes the value. The interface owns this Secret, so it is applied by force.
pub async fn write(client: &kube::Client, namespace: &str, model: &str, value: &str) -> Result<(), Problem> {
    let name = name(model);
    let secret = Secret {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            namespace: Some(namespace.into()),
            labels: Some([(MANAGED_BY.to_owned(), FIELD_MANAGER.to_owned())].into()),
            ..ObjectMeta::default()
        },
        data: Some([(KEY.to_owned(), ByteString(value.trim().as_bytes().to_vec()))].into()),
        type_: Some("Opaque".into()),
        ..Secret::default()
    };
    Api::<Secret>::namespaced(client.clone(), namespace)
        .patch(&name, &PatchParams::apply(MANAGER).force(), &Patch::Apply(&secret))
        .await
        .map(drop)
        .map_err(|error| explain(&format!("storing the key as secret {namespace}/{name}"), &error))
}
