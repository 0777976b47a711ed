//! How calls of a model are authorised, where its provider has several ways.

use leptos::prelude::*;

use super::fields::PLAIN;
use crate::app::components::{Problems, SelectField};
use crate::app::pages::form::{SourceField, SourceFields};
use crate::views::forms::Choices;

const AZURE: [(&str, &str); 3] = [
    ("key", "A key"),
    ("managedIdentity", "The machine's managed identity"),
    ("workloadIdentity", "The pod's workload identity"),
];
const BEDROCK: [(&str, &str); 3] = [
    ("chain", "What the environment has (default chain)"),
    ("key", "A Bedrock API key"),
    ("keys", "IAM keys"),
];

/// The choice, and what identities need.
#[component]
pub fn AccessFields(
    /// The provider.
    provider: RwSignal<String>,
    /// The way.
    access: RwSignal<String>,
    /// Client ID of an Azure identity.
    client_id: SourceFields,
    /// Tenant of an Azure workload identity.
    tenant_id: SourceFields,
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let shown = Memo::new(move |_| provider.get());
    let identity = Memo::new(move |_| {
        let access = access.get();
        (shown.get() == "azure" && access.ends_with("Identity")).then(|| access == "workloadIdentity")
    });
    let options = move || {
        let words = match shown.get().as_str() {
            "azure" => AZURE.as_slice(),
            "bedrock" => BEDROCK.as_slice(),
            _ => return None,
        };
        Some(words.iter().map(|(value, word)| ((*value).to_owned(), (*word).to_owned())).collect::<Vec<_>>())
    };
    view! {
        {move || {
            options()
                .map(|options| {
                    view! {
                        <SelectField
                            label="Access"
                            name="spec.config.access"
                            value=access
                            options=Signal::stored(options)
                            problems=problems
                        />
                    }
                })
        }}
        {move || {
            identity
                .get()
                .map(|workload| {
                    view! {
                        <SourceField
                            label="Client ID"
                            name="spec.config.clientId"
                            fields=client_id
                            kinds=PLAIN
                            choices=choices
                            problems=problems
                            optional=!workload
                            hint=if workload { "Of the application" } else { "Of a user-assigned identity; empty for the machine's own" }
                        />
                        {workload
                            .then(|| {
                                view! {
                                    <SourceField
                                        label="Tenant ID"
                                        name="spec.config.tenantId"
                                        fields=tenant_id
                                        kinds=PLAIN
                                        choices=choices
                                        problems=problems
                                    />
                                }
                            })}
                    }
                })
        }}
    }
}
