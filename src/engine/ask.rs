//! One question to a model outside of a run: judges ask so. With the endpoint, the circuit, the retries and the prices of runs;
//! whoever asks keeps the answer.

use serde_json::Value;

use super::Engine;
use super::error::RunError;
use super::journal::{Cost, Usage};
use super::models::{self, HeaderOverrides};
use super::prices::Prices;
use super::providers::{Api, ChatRequest, connect};
use super::run::{backoff, given_up};
use super::world::World;
use crate::resources::model::Model;

/// What a model said.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Text.
    pub content: String,
    /// Tokens.
    pub usage: Usage,
    /// What they cost, where the price is known.
    pub cost: Option<Cost>,
}

/// How a model is asked, where the Model itself does not say otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Manner {
    /// Temperature; wins over the Model's when `insists`.
    pub temperature: Option<f64>,
    /// The temperature was asked for, and is no default.
    pub insists: bool,
    /// Tokens of the answer.
    pub max_tokens: Option<u32>,
}

impl Engine {
    /// Asks `model`, whose references `world` shows, and again where that may help.
    pub async fn ask(
        &self,
        world: &World,
        model: &Model,
        manner: Manner,
        request: &ChatRequest,
    ) -> Result<Asked, RunError> {
        let settings = &self.inner.settings;
        let mut tried = 0;
        loop {
            let mut endpoint = models::endpoint(world, model, None, &HeaderOverrides::default()).await?;
            let name = model.metadata.name.as_deref().unwrap_or_default();
            let prices = Prices::of(model, &endpoint, &self.inner.tariff).unwrap_or_else(|why| {
                tracing::warn!(model = %name, %why, "the call has no price");
                None
            });
            if let Some(temperature) = manner.temperature
                && (manner.insists || !endpoint.properties.contains_key("temperature"))
            {
                endpoint.properties.insert("temperature".into(), temperature.into());
            }
            if let Some(tokens) = manner.max_tokens {
                let field =
                    if matches!(endpoint.api, Api::Bedrock { .. }) { "maxTokens" } else { "max_tokens" };
                endpoint.properties.insert(field.into(), Value::from(tokens));
            }
            tried += 1;
            let provider = connect(&self.inner.outbound, endpoint);
            let error = match provider.chat(request, &mut |_: &str| {}).await {
                Ok(answer) => {
                    let cost = prices.as_ref().map(|prices| prices.cost(answer.usage));
                    return Ok(Asked { content: answer.content, usage: answer.usage, cost });
                }
                Err(error) => error,
            };
            if !error.retryable || tried >= settings.max_attempts {
                return Err(given_up(error, tried));
            }
            tokio::time::sleep(backoff(settings.backoff, tried, &error)).await;
        }
    }
}
