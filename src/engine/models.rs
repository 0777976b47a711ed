//! From a Model object to an endpoint that can be called.

use serde_json::Map;

use super::error::RunError;
use super::providers::{
    Api, AwsAccess, AwsKeys, AzureIdentity, ModelEndpoint, ModelErrorCode, aws_suffix, property,
};
use super::secret::Secret;
use super::world::{Parameters, World};
use crate::resources::header::Header;
use crate::resources::model::{Model, ModelProvider};
use crate::resources::model_config::{
    AnthropicConfig, AzureConfig, AzureCredential, BedrockConfig, OpenAiConfig, Properties,
};
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
        Some(ModelProvider::Anthropic) => match &config.anthropic {
            Some(anthropic) => read.anthropic(anthropic, &model.spec.model).await?,
            None => {
                return Err(misconfigured(
                    name,
                    "provider is anthropic and spec.config.anthropic is missing",
                ));
            }
        },
        // Nothing in it is required: the environment may say it all.
        Some(ModelProvider::Bedrock) => {
            let bedrock = config.bedrock.clone().unwrap_or_default();
            read.bedrock(&bedrock, &model.spec.model).await?
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
        let mut key = Secret::new("");
        let identity = match config.credential() {
            AzureCredential::ApiKey(source) => {
                key = self.key(source, "spec.config.azure.apiKey").await?;
                None
            }
            AzureCredential::Missing => {
                return Err(misconfigured(self.model, "spec.config.azure.auth.apiKey is not set"));
            }
            AzureCredential::ManagedIdentity(identity) => {
                let field = "spec.config.azure.auth.managedIdentity.clientId";
                Some(AzureIdentity::Managed {
                    client_id: self.maybe(identity.client_id.as_ref(), field).await?,
                })
            }
            AzureCredential::WorkloadIdentity(identity) => {
                let field = "spec.config.azure.auth.workloadIdentity";
                Some(AzureIdentity::Workload {
                    client_id: self.required(&identity.client_id, &format!("{field}.clientId")).await?,
                    tenant_id: self.required(&identity.tenant_id, &format!("{field}.tenantId")).await?,
                })
            }
        };
        let version = self.maybe(config.api_version.as_ref(), "spec.config.azure.apiVersion").await?;
        Ok(ModelEndpoint {
            api: Api::Azure {
                version: version.unwrap_or_else(|| ModelEndpoint::AZURE_VERSION.into()),
                identity,
            },
            base_url: self.required(&config.base_url, "spec.config.azure.baseUrl").await?,
            key,
            model: self.required(model, "spec.model").await?,
            headers: self.headers(&config.headers, "spec.config.azure.headers").await?,
            properties: self.properties(&config.properties, "spec.config.azure.properties").await?,
        })
    }

    async fn anthropic(
        &self,
        config: &AnthropicConfig,
        model: &ValueSource,
    ) -> Result<ModelEndpoint, RunError> {
        let version = self.maybe(config.version.as_ref(), "spec.config.anthropic.version").await?;
        Ok(ModelEndpoint {
            api: Api::Anthropic {
                version: version.unwrap_or_else(|| ModelEndpoint::ANTHROPIC_VERSION.into()),
            },
            base_url: self.required(&config.base_url, "spec.config.anthropic.baseUrl").await?,
            key: self.key(&config.api_key, "spec.config.anthropic.apiKey").await?,
            model: self.required(model, "spec.model").await?,
            headers: self.headers(&config.headers, "spec.config.anthropic.headers").await?,
            properties: self.properties(&config.properties, "spec.config.anthropic.properties").await?,
        })
    }

    async fn bedrock(&self, config: &BedrockConfig, model: &ValueSource) -> Result<ModelEndpoint, RunError> {
        let field = |name: &str| format!("spec.config.bedrock.{name}");
        let arn = self.maybe(config.model_arn.as_ref(), &field("modelArn")).await?;
        let region = self.maybe(config.region.as_ref(), &field("region")).await?;
        let environment = self.world.environment();
        let region = region
            .or_else(|| arn.as_deref()?.split(':').nth(3).map(str::to_owned))
            .or_else(|| environment.get("AWS_REGION"))
            .or_else(|| environment.get("AWS_DEFAULT_REGION"))
            .filter(|region| {
                !region.is_empty() && region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            })
            .ok_or_else(|| {
                misconfigured(
                    self.model,
                    "spec.config.bedrock.region is not set, and the environment names no region",
                )
            })?;
        let base_url = self.maybe(config.base_url.as_ref(), &field("baseUrl")).await?;
        let base_url = base_url
            .or_else(|| environment.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"))
            .unwrap_or_else(|| format!("https://bedrock-runtime.{region}.{}", aws_suffix(&region)));
        let key = self.maybe(config.api_key.as_ref(), &field("apiKey")).await?;
        let id = self.maybe(config.access_key_id.as_ref(), &field("accessKeyId")).await?;
        let secret = self.maybe(config.secret_access_key.as_ref(), &field("secretAccessKey")).await?;
        let token = self.maybe(config.session_token.as_ref(), &field("sessionToken")).await?;
        let access = match (&key, id, secret) {
            (Some(_), ..) => AwsAccess::Key,
            (None, Some(access_key_id), Some(secret)) => AwsAccess::Keys(AwsKeys {
                access_key_id,
                secret: Secret::new(secret),
                session_token: token.map(Secret::new),
            }),
            (None, None, None) => AwsAccess::Chain,
            (None, ..) => {
                let why =
                    "spec.config.bedrock.accessKeyId and secretAccessKey belong together, and one is not set";
                return Err(misconfigured(self.model, why));
            }
        };
        let mut properties = self.properties(&config.properties, &field("properties")).await?;
        if let Some(tokens) = config.max_tokens {
            properties.insert("maxTokens".into(), tokens.into());
        }
        if let Some(temperature) = property(&config.temperature) {
            properties.insert("temperature".into(), temperature);
        }
        Ok(ModelEndpoint {
            api: Api::Bedrock { region, access },
            base_url,
            key: Secret::new(key.unwrap_or_default()),
            model: match arn {
                Some(arn) => arn,
                None => self.required(model, "spec.model").await?,
            },
            headers: Vec::new(),
            properties,
        })
    }

    /// A text that may be left out; an empty one is left out.
    async fn maybe(&self, source: Option<&ValueSource>, field: &str) -> Result<Option<String>, RunError> {
        let Some(source) = source else { return Ok(None) };
        let text = self.text(source, field).await?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
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
