//! Models.

use super::status::{Unseen, by_condition};
use super::{Present, World, fact_budget, fact_code, fact_text};
use crate::engine::prices::Prices;
use crate::kubernetes::apply::edit_version;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::ark_config;
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::model_config::AzureConfig;
use crate::resources::team::MemberType;
use crate::resources::{AzureCredential, Condition, Header, Model, ModelProvider, Source, ValueSource};
use crate::views::ObjectKey;
use crate::views::cost::Cost;
use crate::views::detail::{Fact, Specific};
use crate::views::forms::{BedrockForm, ModelForm, ParameterForm, SourceForm};
use crate::views::row::{Cell, Status};

/// Where a value comes from, as forms hold it. A literal key is not shown back: see [`model_form`].
pub fn source_form(source: Source<'_>) -> SourceForm {
    match source {
        Source::Literal(text) => SourceForm::Literal(text.into()),
        Source::Secret(key) => SourceForm::Secret { name: key.name.clone(), key: key.key.clone() },
        Source::ConfigMap(key) => SourceForm::ConfigMap { name: key.name.clone(), key: key.key.clone() },
        Source::Service(service) => SourceForm::Service {
            name: service.name.clone(),
            namespace: Some(service.namespace.clone()).filter(|text| !text.is_empty()),
            port: Some(service.port.clone()).filter(|text| !text.is_empty()),
            path: Some(service.path.clone()).filter(|text| !text.is_empty()),
        },
        Source::QueryParameter(name) => SourceForm::Parameter(name.to_owned()),
        Source::Missing => SourceForm::Unset,
    }
}

/// Headers, as forms hold them.
pub(super) fn header_forms(headers: &[Header]) -> Vec<ParameterForm> {
    let row = |header: &Header| ParameterForm {
        name: header.name.clone(),
        value: source_form(header.value.source()),
    };
    headers.iter().map(row).collect()
}

/// Base URL, key, headers, API version and properties of the provider in use.
struct Connection<'a> {
    base_url: Option<&'a ValueSource>,
    api_key: Option<&'a ValueSource>,
    api_version: Option<&'a ValueSource>,
    headers: &'a [Header],
    properties: Vec<(&'a String, &'a ValueSource)>,
}

fn connection(model: &Model) -> Connection<'_> {
    let config = &model.spec.config;
    let none =
        Connection { base_url: None, api_key: None, api_version: None, headers: &[], properties: Vec::new() };
    match model.spec.provider() {
        Some(ModelProvider::OpenAi) => config.openai.as_ref().map_or(none, |c| Connection {
            base_url: Some(&c.base_url),
            api_key: Some(&c.api_key),
            api_version: None,
            headers: &c.headers,
            properties: c.properties.iter().collect(),
        }),
        Some(ModelProvider::Azure) => config.azure.as_ref().map_or(none, |c| Connection {
            base_url: Some(&c.base_url),
            api_key: match c.credential() {
                AzureCredential::ApiKey(key) => Some(key),
                _ => None,
            },
            api_version: c.api_version.as_ref(),
            headers: &c.headers,
            properties: c.properties.iter().collect(),
        }),
        Some(ModelProvider::Bedrock) => config.bedrock.as_ref().map_or(none, |c| Connection {
            base_url: c.base_url.as_ref(),
            api_key: c.api_key.as_ref(),
            api_version: None,
            headers: &[],
            properties: c.properties.iter().collect(),
        }),
        Some(ModelProvider::Anthropic) => config.anthropic.as_ref().map_or(none, |c| Connection {
            base_url: Some(&c.base_url),
            api_key: Some(&c.api_key),
            api_version: c.version.as_ref(),
            headers: &c.headers,
            properties: c.properties.iter().collect(),
        }),
        None => none,
    }
}

/// What the model's editor holds. A key written into the manifest itself is a secret all the same and stays on the
/// server: the form then holds an empty literal, which saving leaves as it is.
pub fn model_form(model: &Model) -> ModelForm {
    let connection = connection(model);
    let form = |source: Option<&ValueSource>| source.map_or(SourceForm::Unset, |s| source_form(s.source()));
    let secret = |source: Option<&ValueSource>| match form(source) {
        SourceForm::Literal(_) => SourceForm::Literal(String::new()),
        other => other,
    };
    let config = &model.spec.config;
    let provider = model.spec.provider();
    let azure = config.azure.as_ref().filter(|_| provider == Some(ModelProvider::Azure));
    let bedrock = config.bedrock.as_ref().filter(|_| provider == Some(ModelProvider::Bedrock));
    let credential = azure.map_or(AzureCredential::Missing, AzureConfig::credential);
    let (client_id, tenant_id) = match credential {
        AzureCredential::ManagedIdentity(identity) => (identity.client_id.as_ref(), None),
        AzureCredential::WorkloadIdentity(identity) => (Some(&identity.client_id), Some(&identity.tenant_id)),
        AzureCredential::ApiKey(_) | AzureCredential::Missing => (None, None),
    };
    let access = match (credential, bedrock) {
        (AzureCredential::ManagedIdentity(_), _) => "managedIdentity",
        (AzureCredential::WorkloadIdentity(_), _) => "workloadIdentity",
        (_, Some(config)) if config.api_key.is_none() && config.access_key_id.is_some() => "keys",
        (_, Some(config)) if config.api_key.is_none() => "chain",
        _ => "key",
    };
    ModelForm {
        namespace: model.metadata.namespace.clone().unwrap_or_default(),
        name: model.metadata.name.clone().unwrap_or_default(),
        provider: model.spec.provider().map(|provider| provider.to_string()).unwrap_or_default(),
        model: source_form(model.spec.model.source()),
        base_url: form(connection.base_url),
        api_key: secret(connection.api_key),
        access: access.into(),
        client_id: form(client_id),
        tenant_id: form(tenant_id),
        bedrock: bedrock.map_or_else(BedrockForm::default, |config| BedrockForm {
            region: form(config.region.as_ref()),
            model_arn: form(config.model_arn.as_ref()),
            access_key_id: form(config.access_key_id.as_ref()),
            secret_access_key: secret(config.secret_access_key.as_ref()),
            session_token: secret(config.session_token.as_ref()),
            max_tokens: config.max_tokens.map(|tokens| tokens.to_string()).unwrap_or_default(),
            temperature: config.temperature.clone(),
        }),
        api_version: form(connection.api_version),
        headers: header_forms(connection.headers),
        properties: connection
            .properties
            .into_iter()
            .map(|(name, value)| (name.clone(), source_form(value.source())))
            .collect(),
        poll_interval: model.spec.poll_interval.map(|interval| interval.to_string()).unwrap_or_default(),
        version: Some(edit_version(model)),
    }
}

/// Words for a source whose value is not known here.
fn describe(source: Source<'_>) -> String {
    match source {
        Source::Literal(text) => text.into(),
        Source::Secret(key) => format!("Secret {}, key {}", key.name, key.key),
        Source::ConfigMap(key) => format!("ConfigMap {}, key {}", key.name, key.key),
        Source::Service(service) => format!("Service {}", service.name),
        Source::QueryParameter(name) => format!("query parameter {name}"),
        Source::Missing => String::new(),
    }
}

/// Words for a value that may be looked up, without ever showing a literal key.
pub(super) fn address(resolved: &str, source: &ValueSource) -> String {
    if resolved.is_empty() { describe(source.source()) } else { resolved.to_owned() }
}

impl Present for Model {
    const KIND: Kind = Kind::Model;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.models
    }

    fn status(&self, _: &World) -> Status {
        by_condition(self.conditions(), types::MODEL_AVAILABLE, Unseen::Pending)
    }

    fn summary(&self) -> String {
        let provider = self.spec.provider().map(|provider| provider.to_string()).unwrap_or_default();
        let name = describe(self.spec.model.source());
        if provider.is_empty() { name } else { format!("{name} at {provider}") }
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        let text = |text: String| if text.is_empty() { Cell::None } else { Cell::Text(text) };
        let provider = self.spec.provider().map(|provider| provider.to_string()).unwrap_or_default();
        vec![text(provider), text(describe(self.spec.model.source())), text(self.where_to())]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        let provider = self.spec.provider().map(|provider| provider.to_string()).unwrap_or_default();
        fact_text(&mut facts, "Provider", &provider);
        fact_code(&mut facts, "Model name", &describe(self.spec.model.source()));
        fact_code(&mut facts, "Address", &self.where_to());
        let key = match connection(self).api_key.map(ValueSource::source) {
            Some(Source::Literal(_)) => "written in the manifest".into(),
            Some(source) => describe(source),
            None => String::new(),
        };
        fact_text(&mut facts, "Key", &key);
        facts.push(fact_budget("Probed every", self.spec.poll_interval()));
        fact_text(&mut facts, "Price", &price(self, world));
        for (name, value) in connection(self).properties {
            fact_code(&mut facts, name, &describe(value.source()));
        }
        facts
    }

    fn specific(&self, _: &World) -> Specific {
        Specific::Model(model_form(self))
    }
}

/// What a million tokens cost, where it is known, or what is wrong with the annotation that says it. As the engine finds it.
fn price(model: &Model, world: &World) -> String {
    let config = world.caches.ark_configs.get("", ark_config::NAME);
    let configured = config.as_ref().map(|config| config.spec.prices.as_slice()).unwrap_or_default();
    let listed = || match model.spec.model.source() {
        Source::Literal(name) => {
            let address = model.where_to();
            Prices::configured(configured, &address, name).or_else(|| Prices::listed(&address, name))
        }
        _ => None,
    };
    let prices = match Prices::annotated(model) {
        Ok(prices) => prices.or_else(listed),
        Err(why) => return why,
    };
    let Some(prices) = prices else { return String::new() };
    let money = |nanos: i64| {
        Cost { currency: prices.currency.clone(), nanos: nanos.saturating_mul(1_000_000) }.to_string()
    };
    let (input, cached, output) = (money(prices.input), money(prices.cached), money(prices.output));
    format!("{input} in, {cached} cached, {output} out for a million tokens")
}

/// Path under which this process serves its scripted model.
const DEMO_PATH: &str = "/demo/v1";

/// Address of the scripted model, where any model has it.
pub fn demo_address(caches: &Caches) -> Option<String> {
    let models = caches.models.list(None);
    let mut addresses = models.iter().map(|model| model.where_to().trim_end_matches('/').to_owned());
    addresses.find(|address| address.ends_with(DEMO_PATH))
}

/// Whether asking `key` means asking the scripted model of this process.
pub fn is_scripted(caches: &Caches, key: &ObjectKey) -> bool {
    match key.kind {
        Kind::Model => caches
            .models
            .get(&key.namespace, &key.name)
            .is_some_and(|model| model.where_to().trim_end_matches('/').ends_with(DEMO_PATH)),
        Kind::Agent => caches.agents.get(&key.namespace, &key.name).is_some_and(|agent| {
            let (name, namespace) = agent.spec.model(&key.namespace);
            is_scripted(caches, &ObjectKey::new(Kind::Model, namespace, name))
        }),
        // Teams in teams are not looked into: they may contain each other.
        Kind::Team => caches.teams.get(&key.namespace, &key.name).is_some_and(|team| {
            let mut agents = team.spec.members.iter().filter(|member| member.type_ == MemberType::Agent);
            agents
                .any(|member| is_scripted(caches, &ObjectKey::new(Kind::Agent, &key.namespace, &member.name)))
        }),
        _ => false,
    }
}

impl Model {
    /// The address that is called, as far as it is known.
    fn where_to(&self) -> String {
        let resolved =
            self.status.as_ref().map(|status| status.resolved_address.as_str()).unwrap_or_default();
        match connection(self).base_url {
            Some(source) => address(resolved, source),
            None => resolved.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_written_into_the_manifest_stays_on_the_server() {
        let model: Model = serde_json::from_value(serde_json::json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "m", "namespace": "lagoon"},
            "spec": {"type": "openai", "model": {"value": "gpt"}, "config": {"openai": {
                "baseUrl": {"value": "http://127.0.0.1:9"}, "apiKey": {"value": "sk-hush"}
            }}}
        }))
        .unwrap();
        let sent = serde_json::to_string(&model_form(&model)).unwrap();
        assert!(!sent.contains("sk-hush"), "{sent}");
        assert_eq!(model_form(&model).provider, "openai");
    }
}
