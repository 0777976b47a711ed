//! From a Model object to an endpoint that can be called.

use serde_json::Map;

use super::error::RunError;
use super::providers::{Api, ModelEndpoint, ModelErrorCode, property};
use super::secret::Secret;
use super::world::{Parameters, World};
use crate::resources::header::Header;
use crate::resources::model::{Model, ModelProvider};
use crate::resources::model_config::{AzureConfig, AzureCredential, OpenAiConfig, Properties};
use crate::resources::overrides::{Override, OverrideResourceType};
use crate::resources::value_source::ValueSource;

/// Headers of the running query and agent for a model, with the namespace that their values are read from. Later ones win.
#[derive(Default)]
pub struct HeaderOverrides<'a> {
    /// The agent's.
    pub agent: Option<(&'a str, &'a [Override])>,
    /// The query's.
    pub query: Option<(&'a str, &'a [Override])>,
}

/// Resolves every reference of `model`. Keys are read now and live as long as the endpoint.
pub async fn endpoint(
    world: &World,
    model: &Model,
    parameters: Option<&Parameters>,
    overrides: &HeaderOverrides<'_>,
) -> Result<ModelEndpoint, RunError> {
    let name = model.metadata.name.as_deref().unwrap_or_default();
    let namespace = model.metadata.namespace.as_deref().unwrap_or_default();
    let read = Reader { world, namespace, parameters, model: name };
    let config = &model.spec.config;
    let mut endpoint = match model.spec.provider() {
        Some(ModelProvider::OpenAi) => match &config.openai {
            Some(openai) => read.openai(openai, &model.spec.model).await?,
            None => return Err(misconfigured(name, "provider is openai and spec.config.openai is missing")),
        },
        Some(ModelProvider::Azure) => match &config.azure {
            Some(azure) => read.azure(azure, &model.spec.model).await?,
            None => return Err(misconfigured(name, "provider is azure and spec.config.azure is missing")),
        },
        Some(other) => {
            return Err(misconfigured(
                name,
                &format!("provider {other} cannot be called by this version yet; openai and azure can"),
            ));
        }
        None => return Err(misconfigured(name, "spec.provider is required")),
    };
    let labels = model.metadata.labels.clone().unwrap_or_default();
    for (from, list) in [overrides.agent, overrides.query].into_iter().flatten() {
        let applicable = list.iter().filter(|o| {
            o.resource_type == OverrideResourceType::Model
                && o.label_selector.as_ref().is_none_or(|selector| selector.matches(&labels))
        });
        for one in applicable {
            let reader = Reader { namespace: from, ..read };
            endpoint.headers.extend(reader.headers(&one.headers, "spec.overrides").await?);
        }
    }
    Ok(endpoint)
}

fn misconfigured(model: &str, why: &str) -> RunError {
    RunError::new(
        ModelErrorCode::ModelMisconfigured.as_str(),
        format!("Model '{model}' cannot be used: {why}."),
    )
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    world: &'a World,
    namespace: &'a str,
    parameters: Option<&'a Parameters>,
    model: &'a str,
}

impl Reader<'_> {
    async fn openai(&self, config: &OpenAiConfig, model: &ValueSource) -> Result<ModelEndpoint, RunError> {
        Ok(ModelEndpoint {
            api: Api::OpenAi,
            base_url: self.required(&config.base_url, "spec.config.openai.baseUrl").await?,
            key: self.key(&config.api_key, "spec.config.openai.apiKey").await?,
            model: self.required(model, "spec.model").await?,
            headers: self.headers(&config.headers, "spec.config.openai.headers").await?,
            properties: self.properties(&config.properties, "spec.config.openai.properties").await?,
        })
    }

    async fn azure(&self, config: &AzureConfig, model: &ValueSource) -> Result<ModelEndpoint, RunError> {
        let key = match config.credential() {
            AzureCredential::ApiKey(key) => self.key(key, "spec.config.azure.apiKey").await?,
            AzureCredential::Missing => {
                return Err(misconfigured(self.model, "spec.config.azure.auth.apiKey is not set"));
            }
            AzureCredential::ManagedIdentity(_) | AzureCredential::WorkloadIdentity(_) => {
                return Err(misconfigured(
                    self.model,
                    "Azure identities cannot be used by this version yet; use auth.apiKey",
                ));
            }
        };
        let version = match &config.api_version {
            Some(version) => self.text(version, "spec.config.azure.apiVersion").await?,
            None => None,
        };
        Ok(ModelEndpoint {
            api: Api::Azure { version: version.unwrap_or_else(|| ModelEndpoint::AZURE_VERSION.into()) },
            base_url: self.required(&config.base_url, "spec.config.azure.baseUrl").await?,
            key,
            model: self.required(model, "spec.model").await?,
            headers: self.headers(&config.headers, "spec.config.azure.headers").await?,
            properties: self.properties(&config.properties, "spec.config.azure.properties").await?,
        })
    }

    async fn text(&self, source: &ValueSource, field: &str) -> Result<Option<String>, RunError> {
        self.world.value(self.namespace, source.source(), self.parameters, &self.field(field)).await
    }

    async fn required(&self, source: &ValueSource, field: &str) -> Result<String, RunError> {
        let text = self.text(source, field).await?.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
            .ok_or_else(|| misconfigured(self.model, &format!("{field} is empty")))
    }

    /// A key; line breaks at its end are what `echo key | base64` leaves.
    async fn key(&self, source: &ValueSource, field: &str) -> Result<Secret, RunError> {
        Ok(Secret::new(self.text(source, field).await?.unwrap_or_default().trim()))
    }

    async fn headers(&self, headers: &[Header], field: &str) -> Result<Vec<(String, Secret)>, RunError> {
        let mut resolved = Vec::with_capacity(headers.len());
        for header in headers {
            let field = self.field(&format!("{field}['{}']", header.name));
            let value =
                self.world.value(self.namespace, header.value.source(), self.parameters, &field).await?;
            resolved.extend(value.map(|value| (header.name.clone(), Secret::new(value))));
        }
        Ok(resolved)
    }

    async fn properties(
        &self,
        properties: &Properties,
        field: &str,
    ) -> Result<Map<String, serde_json::Value>, RunError> {
        let mut resolved = Map::new();
        for (name, source) in properties {
            let text = self.text(source, &format!("{field}['{name}']")).await?;
            if let Some(value) = text.as_deref().and_then(property) {
                resolved.insert(name.clone(), value);
            }
        }
        Ok(resolved)
    }

    fn field(&self, field: &str) -> String {
        format!("{field} of Model '{}'", self.model)
    }
}
