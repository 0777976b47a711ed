//! The Secrets of keys that were typed once.

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, Patch, PatchParams};

use crate::kubernetes::apply::MANAGER;
use crate::kubernetes::problem::explain;
use crate::resources::annotations::{FIELD_MANAGER, MANAGED_BY};
use crate::views::forms::{ModelForm, SourceForm};
use crate::views::problem::Problem;

/// Key within the Secret.
const KEY: &str = "api-key";

/// A secret of a model. Each has a Secret of its own, as each is written whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The API key.
    ApiKey,
    /// The secret of an IAM key.
    SecretAccessKey,
    /// The session token of temporary IAM keys.
    SessionToken,
}

impl Part {
    fn secret(self, model: &str) -> String {
        match self {
            Self::ApiKey => format!("arkdeck-{model}"),
            Self::SecretAccessKey => format!("arkdeck-{model}-secret-access-key"),
            Self::SessionToken => format!("arkdeck-{model}-session-token"),
        }
    }
}

/// Takes what was typed out of a form and puts references to Secrets in its place.
pub fn take(form: &mut ModelForm) -> Vec<(Part, String)> {
    let model = form.name.trim().to_owned();
    let mut typed = Vec::new();
    for (part, source) in [
        (Part::ApiKey, &mut form.api_key),
        (Part::SecretAccessKey, &mut form.bedrock.secret_access_key),
        (Part::SessionToken, &mut form.bedrock.session_token),
    ] {
        if let SourceForm::Typed(value) = source {
            let value = std::mem::take(value);
            *source = SourceForm::Secret { name: part.secret(&model), key: KEY.into() };
            typed.push((part, value));
        }
    }
    typed
}

/// Writes a value. The interface owns this Secret, so it is applied by force.
pub async fn write(
    client: &kube::Client,
    namespace: &str,
    model: &str,
    part: Part,
    value: &str,
) -> Result<(), Problem> {
    let name = part.secret(model);
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
