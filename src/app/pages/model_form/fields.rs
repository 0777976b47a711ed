//! The fields of a model.

use leptos::prelude::*;

use super::access::AccessFields;
use super::bedrock::{BedrockBody, BedrockFields};
use super::key::{KeyField, key_fields};
use super::presets::{DEMO_MODEL, PRESETS, PROVIDERS};
use super::properties;
use crate::app::components::{Icon, Problems, TextField};
use crate::app::pages::form::{
    IN_A_QUERY, ParameterFields, ParameterRows, SourceField, SourceFields, SourceKind,
};
use crate::views::forms::{Choices, ModelForm, SourceForm};

pub(super) const PLAIN: &[SourceKind] = &[SourceKind::Literal, SourceKind::Secret, SourceKind::ConfigMap];

/// The fields' values.
#[derive(Clone, Copy)]
pub struct ModelFields {
    name: RwSignal<String>,
    provider: RwSignal<String>,
    model: SourceFields,
    base_url: SourceFields,
    api_key: SourceFields,
    access: RwSignal<String>,
    client_id: SourceFields,
    tenant_id: SourceFields,
    bedrock: BedrockFields,
    api_version: SourceFields,
    headers: ParameterFields,
    properties: ParameterFields,
    poll_interval: RwSignal<String>,
}

impl ModelFields {
    /// The fields of a model.
    pub fn new(form: &ModelForm) -> Self {
        Self {
            name: RwSignal::new(form.name.clone()),
            provider: RwSignal::new(form.provider.clone()),
            model: SourceFields::new(&form.model),
            base_url: SourceFields::new(&form.base_url),
            api_key: key_fields(&form.api_key, form.version.is_some()),
            access: RwSignal::new(form.access.clone()),
            client_id: SourceFields::new(&form.client_id),
            tenant_id: SourceFields::new(&form.tenant_id),
            bedrock: BedrockFields::new(&form.bedrock, form.version.is_some()),
            api_version: SourceFields::new(&form.api_version),
            headers: ParameterFields::new("spec.config.headers", &form.headers),
            properties: ParameterFields::new(properties::PATH, &properties::rows(form)),
            poll_interval: RwSignal::new(form.poll_interval.clone()),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &ModelForm) {
        self.name.set(form.name.clone());
        self.provider.set(form.provider.clone());
        self.model.set(&form.model);
        self.base_url.set(&form.base_url);
        self.api_key.set(&form.api_key);
        self.access.set(form.access.clone());
        self.client_id.set(&form.client_id);
        self.tenant_id.set(&form.tenant_id);
        self.bedrock.set(&form.bedrock);
        self.api_version.set(&form.api_version);
        self.headers.set(&form.headers);
        self.properties.set(&properties::rows(form));
        self.poll_interval.set(form.poll_interval.clone());
    }

    /// The model that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &ModelForm) -> ModelForm {
        let versioned = self.provider.with(|provider| has_version(provider));
        let provider = self.provider.get();
        ModelForm {
            namespace: base.namespace.clone(),
            name: self.name.get().trim().to_owned(),
            model: trimmed(self.model.get()),
            base_url: trimmed(self.base_url.get()),
            api_key: kept(self.api_key, &base.api_key),
            access: self.access.get(),
            client_id: trimmed(self.client_id.get()),
            tenant_id: trimmed(self.tenant_id.get()),
            bedrock: if provider == "bedrock" {
                self.bedrock.read(&base.bedrock)
            } else {
                base.bedrock.clone()
            },
            provider,
            api_version: if versioned { trimmed(self.api_version.get()) } else { base.api_version.clone() },
            headers: self.headers.get(),
            properties: properties::read(self.properties),
            poll_interval: self.poll_interval.get().trim().to_owned(),
            version: base.version.clone(),
        }
    }

    fn fill(self, address: &str, model: &str, keyless: bool) {
        self.base_url.set(&SourceForm::Literal(address.to_owned()));
        if self.model.text.with_untracked(String::is_empty) {
            self.model.set(&SourceForm::Literal(model.to_owned()));
        }
        let empty = self.api_key.text.with_untracked(String::is_empty);
        if keyless && empty && self.api_key.kind.get_untracked() == SourceKind::Typed {
            self.api_key.text.set("none".to_owned());
        }
    }
}

/// Whether a provider's API has versions.
fn has_version(provider: &str) -> bool {
    matches!(provider, "azure" | "anthropic")
}

/// A secret kept in the manifest comes as an empty literal and goes back as one.
pub(super) fn kept(fields: SourceFields, base: &SourceForm) -> SourceForm {
    match fields.get() {
        SourceForm::Unset if matches!(base, SourceForm::Literal(_)) => base.clone(),
        secret => secret,
    }
}

pub(super) fn trimmed(value: SourceForm) -> SourceForm {
    match value {
        SourceForm::Literal(text) => SourceForm::Literal(text.trim().to_owned()),
        other => other,
    }
}

/// The fields.
#[component]
pub fn ModelBody(
    /// Values.
    fields: ModelFields,
    /// What was read.
    stored: Signal<ModelForm>,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
    /// The name is given: objects are not renamed.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let demo = Memo::new(move |_| choices.with(|choices| choices.demo.clone()));
    let azure = Memo::new(move |_| fields.provider.with(|provider| provider == "azure"));
    let stored_key = Signal::derive(move || stored.with(|stored| stored.api_key.clone()));
    let model_label = move || if azure.get() { "Deployment" } else { "Model name" };
    let elsewhere = Memo::new(move |_| fields.provider.with(|provider| provider != "openai"));
    let versioned = Memo::new(move |_| fields.provider.with(|provider| has_version(provider)));
    let without_headers = Memo::new(move |_| fields.provider.with(|provider| provider == "bedrock"));
    let with_key = Memo::new(move |_| {
        let several = fields.provider.with(|provider| matches!(provider.as_str(), "azure" | "bedrock"));
        !several || fields.access.with(|access| access == "key")
    });
    let where_to = move || match fields.provider.get().as_str() {
        "azure" => ("https://NAME.openai.azure.com", "The part before /openai"),
        "anthropic" => ("https://api.anthropic.com", "The part before /v1/messages"),
        "bedrock" => ("", "Empty for the region's own endpoint"),
        _ => ("https://api.openai.com/v1", "The part before /chat/completions"),
    };
    view! {
        <section class="fsec" aria-labelledby="m-provider">
            <h2 id="m-provider">"Provider"</h2>
            <div class="grid g2" role="radiogroup" aria-labelledby="m-provider">
                {PROVIDERS
                    .into_iter()
                    .map(|provider| {
                        let on = move || fields.provider.with(|chosen| chosen == provider.value);
                        view! {
                            <label class="chk top choice" class:on=on>
                                <input
                                    type="radio"
                                    name="spec.provider"
                                    value=provider.value
                                    checked=on
                                    prop:checked=on
                                    on:change=move |_| {
                                        fields.provider.set(provider.value.to_owned());
                                        let access = if provider.value == "bedrock" { "chain" } else { "key" };
                                        fields.access.set(access.to_owned());
                                    }
                                />
                                <span>
                                    <b class="med">{provider.title}</b>
                                    <br />
                                    <span class="xs t2">{provider.note}</span>
                                </span>
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
            <Other provider=fields.provider />
        </section>
        <section class="fsec" aria-labelledby="m-where">
            <h2 id="m-where">"Where it is"</h2>
            <div class="chips" role="group" aria-label="Well-known endpoints" hidden=elsewhere>
                {move || demo.get().map(|address| demo_chip(fields, address))}
                {PRESETS
                    .into_iter()
                    .map(|preset| {
                        let on = move || fields.base_url.text.with(|text| text == preset.address);
                        view! {
                            <button
                                type="button"
                                class="chip"
                                title=preset.address
                                aria-pressed=move || if on() { "true" } else { "false" }
                                on:click=move |_| fields.fill(preset.address, preset.model, preset.keyless)
                            >
                                {preset.title}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            {move || {
                let (address, hint) = where_to();
                view! {
                    <SourceField
                        label="Address"
                        name="spec.config.baseUrl"
                        fields=fields.base_url
                        kinds=PLAIN
                        choices=choices
                        problems=problems
                        placeholder=address
                        hint=hint
                        optional=address.is_empty()
                    />
                    <SourceField
                        label=model_label()
                        name="spec.model"
                        fields=fields.model
                        kinds=PLAIN
                        choices=choices
                        problems=problems
                        hint="As the provider names it"
                    />
                }
            }}
            {move || {
                versioned
                    .get()
                    .then(|| {
                        let azure = azure.get();
                        view! {
                            <SourceField
                                label="API version"
                                name="spec.config.apiVersion"
                                fields=fields.api_version
                                kinds=PLAIN
                                choices=choices
                                problems=problems
                                placeholder=if azure { "2024-10-21" } else { "2023-06-01" }
                                optional=!azure
                            />
                        }
                    })
            }}
            <AccessFields
                provider=fields.provider
                access=fields.access
                client_id=fields.client_id
                tenant_id=fields.tenant_id
                choices=choices
                problems=problems
            />
            {move || {
                with_key
                    .get()
                    .then(|| {
                        view! {
                            <KeyField
                                fields=fields.api_key
                                stored=stored_key
                                choices=choices
                                name=fields.name
                                problems=problems
                            />
                        }
                    })
            }}
            {move || {
                fields
                    .provider
                    .with(|provider| provider == "bedrock")
                    .then(|| {
                        view! {
                            <BedrockBody
                                fields=fields.bedrock
                                access=fields.access
                                stored=stored
                                choices=choices
                                name=fields.name
                                problems=problems
                            />
                        }
                    })
            }}
        </section>
        <section class="fsec" aria-labelledby="m-name">
            <h2 id="m-name">"In Arkdeck"</h2>
            <div class="grid g2">
                <TextField
                    label="Name"
                    name="metadata.name"
                    value=fields.name
                    problems=problems
                    readonly=named
                    hint=if named {
                        "A name cannot be changed; duplicate the model instead."
                    } else {
                        "Agents use it by this name; default is taken by those that name none"
                    }
                />
                <TextField
                    label="Check every"
                    name="spec.pollInterval"
                    value=fields.poll_interval
                    optional=true
                    placeholder="1m"
                    problems=problems
                    hint="How often it is asked whether it answers"
                />
            </div>
            <details class="call" open=fields.headers.some() hidden=without_headers>
                <summary class="row">
                    <span>"Headers of each request"</span>
                    <span class="xs t3">"as X-Team"</span>
                    <Icon name="chevron-right" small=true class="chev" />
                </summary>
                <div class="pb stack">
                    <ParameterRows
                        fields=fields.headers
                        choices=choices
                        problems=problems
                        noun="header"
                        kinds=IN_A_QUERY
                    />
                </div>
            </details>
            <details class="call" open=fields.properties.some()>
                <summary class="row">
                    <span>"Options of each request"</span>
                    <span class="xs t3">"as temperature or max_tokens"</span>
                    <Icon name="chevron-right" small=true class="chev" />
                </summary>
                <div class="pb stack">
                    <ParameterRows fields=fields.properties choices=choices problems=problems />
                </div>
            </details>
        </section>
    }
}

/// Fills in the scripted model of this program, which needs no key.
fn demo_chip(fields: ModelFields, address: String) -> impl IntoView {
    let here = address.clone();
    let on = move || fields.base_url.text.with(|text| *text == here);
    view! {
        <button
            type="button"
            class="chip"
            title=address.clone()
            aria-pressed=move || if on() { "true" } else { "false" }
            on:click=move |_| fields.fill(&address, DEMO_MODEL, true)
        >
            <Icon name="flask-conical" />
            "Demo endpoint"
        </button>
    }
}

/// A provider that the form does not edit.
#[component]
fn Other(provider: RwSignal<String>) -> impl IntoView {
    move || {
        let chosen = provider.get();
        let known = chosen.is_empty() || PROVIDERS.iter().any(|provider| provider.value == chosen);
        (!known).then(|| {
            view! {
                <p class="row xs t2">
                    <Icon name="info" small=true />
                    <span>{format!("This model is of provider {chosen}; its own settings are edited as YAML.")}</span>
                </p>
            }
        })
    }
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
