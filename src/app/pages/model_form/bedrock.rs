//! What only a model of Bedrock has.

use leptos::prelude::*;

use super::fields::{PLAIN, kept, trimmed};
use super::key::{KeyField, key_fields};
use crate::app::components::{Problems, TextField};
use crate::app::pages::form::{SourceField, SourceFields};
use crate::views::forms::{BedrockForm, Choices, ModelForm, SourceForm};

/// The fields' values.
#[derive(Clone, Copy)]
pub struct BedrockFields {
    region: SourceFields,
    model_arn: SourceFields,
    access_key_id: SourceFields,
    secret_access_key: SourceFields,
    session_token: SourceFields,
    max_tokens: RwSignal<String>,
    temperature: RwSignal<String>,
}

impl BedrockFields {
    /// The fields of a model of Bedrock.
    pub fn new(form: &BedrockForm, exists: bool) -> Self {
        Self {
            region: SourceFields::new(&form.region),
            model_arn: SourceFields::new(&form.model_arn),
            access_key_id: SourceFields::new(&form.access_key_id),
            secret_access_key: key_fields(&form.secret_access_key, exists),
            session_token: key_fields(&form.session_token, exists),
            max_tokens: RwSignal::new(form.max_tokens.clone()),
            temperature: RwSignal::new(form.temperature.clone()),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &BedrockForm) {
        self.region.set(&form.region);
        self.model_arn.set(&form.model_arn);
        self.access_key_id.set(&form.access_key_id);
        self.secret_access_key.set(&form.secret_access_key);
        self.session_token.set(&form.session_token);
        self.max_tokens.set(form.max_tokens.clone());
        self.temperature.set(form.temperature.clone());
    }

    /// What the fields say; tracked.
    pub fn read(self, base: &BedrockForm) -> BedrockForm {
        // A secret that nobody typed is none.
        let typed = |secret: SourceForm| match secret {
            SourceForm::Typed(text) if text.is_empty() => SourceForm::Unset,
            other => other,
        };
        BedrockForm {
            region: trimmed(self.region.get()),
            model_arn: trimmed(self.model_arn.get()),
            access_key_id: trimmed(self.access_key_id.get()),
            secret_access_key: typed(kept(self.secret_access_key, &base.secret_access_key)),
            session_token: typed(kept(self.session_token, &base.session_token)),
            max_tokens: self.max_tokens.get().trim().to_owned(),
            temperature: self.temperature.get().trim().to_owned(),
        }
    }
}

/// The fields.
#[component]
pub fn BedrockBody(
    /// Values.
    fields: BedrockFields,
    /// How calls are authorised.
    access: RwSignal<String>,
    /// What was read.
    stored: Signal<ModelForm>,
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Name of the model, for the names of new secrets.
    name: RwSignal<String>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let with_keys = Memo::new(move |_| access.with(|access| access == "keys"));
    let secret = Signal::derive(move || stored.with(|stored| stored.bedrock.secret_access_key.clone()));
    let token = Signal::derive(move || stored.with(|stored| stored.bedrock.session_token.clone()));
    view! {
        {move || {
            with_keys
                .get()
                .then(|| {
                    view! {
                        <SourceField
                            label="Access key ID"
                            name="spec.config.accessKeyId"
                            fields=fields.access_key_id
                            kinds=PLAIN
                            choices=choices
                            problems=problems
                        />
                        <KeyField
                            fields=fields.secret_access_key
                            stored=secret
                            choices=choices
                            name=name
                            problems=problems
                            label="Secret access key"
                            path="spec.config.secretAccessKey"
                            suffix="-secret-access-key"
                        />
                        <KeyField
                            fields=fields.session_token
                            stored=token
                            choices=choices
                            name=name
                            problems=problems
                            label="Session token"
                            path="spec.config.sessionToken"
                            suffix="-session-token"
                            optional=true
                        />
                    }
                })
        }}
        <SourceField
            label="Region"
            name="spec.config.region"
            fields=fields.region
            kinds=PLAIN
            choices=choices
            problems=problems
            optional=true
            placeholder="eu-west-1"
            hint="Empty for the environment's"
        />
        <SourceField
            label="Model ARN"
            name="spec.config.modelArn"
            fields=fields.model_arn
            kinds=PLAIN
            choices=choices
            problems=problems
            optional=true
            hint="Of the model or an inference profile; it wins over the name"
        />
        <div class="grid g2">
            <TextField
                label="Tokens at the most"
                name="spec.config.maxTokens"
                value=fields.max_tokens
                optional=true
                placeholder="4096"
                problems=problems
            />
            <TextField
                label="Temperature"
                name="spec.config.temperature"
                value=fields.temperature
                optional=true
                placeholder="0.7"
                hint="From 0 to 1"
                problems=problems
            />
        </div>
    }
}
