//! What tokens cost: what a Model's annotation says, else what ArkConfig `default` says, else the public list prices of
//! well-known models at their own provider's address. An unknown price is none: nothing is shown rather than zero.

use std::sync::Arc;

use parking_lot::RwLock;
use serde::Deserialize;

use super::journal::{Cost, Usage};
use super::providers::ModelEndpoint;
use crate::resources::ModelPrices;
use crate::resources::annotations::TOKEN_PRICES;
use crate::resources::model::Model;

/// Prices of a token, in thousand-millionths of the currency, so that nothing is rounded before the sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// ISO 4217.
    pub currency: String,
    /// A token of the request.
    pub input: i64,
    /// One that the provider's cache had.
    pub cached: i64,
    /// One that was written to the provider's cache.
    pub written: i64,
    /// A token of the answer.
    pub output: i64,
}

/// The annotation: prices of a million tokens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    currency: String,
    input: f64,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
}

impl Written {
    fn prices(self) -> Result<Prices, String> {
        let Self { currency: name, input, cached_input, cache_write, output } = self;
        let currency = name.trim().to_ascii_uppercase();
        if currency.len() != 3 || !currency.chars().all(|c| c.is_ascii_alphabetic()) {
            return Err(format!("'{name}' is no currency"));
        }
        let all = [input, cached_input.unwrap_or(input), cache_write.unwrap_or(input), output];
        if all.iter().any(|price| !(0.0..=MOST).contains(price)) {
            return Err("a price is negative or impossibly high".into());
        }
        let [input, cached, written, output] = all.map(nanos);
        Ok(Prices { currency, input, cached, written, output })
    }
}

/// The most that a million tokens may cost; beyond, the number is a mistake and sums could overflow.
const MOST: f64 = 1_000_000.0;

/// List prices of a million tokens in USD, as they were published on 2026-10-24: name, request, read from the cache, written to
/// it, answer. Models whose price depends on the length of the request are left out.
type Listed = (&'static str, f64, f64, f64, f64);

/// <https://platform.claude.com/docs/en/about-claude/pricing>; writes as for five minutes.
const ANTHROPIC: &[Listed] = &[
    ("claude-fable-5-1", 10.0, 0.25, 12.5, 50.0),
    ("claude-fable-5", 10.0, 1.0, 12.5, 50.0),
    ("claude-opus-5-5", 4.0, 0.2, 5.0, 20.0),
    ("claude-opus-5", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-8", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-7", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-6", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-5", 5.0, 0.5, 6.25, 25.0),
    ("claude-sonnet-5-5", 2.0, 0.1, 2.5, 10.0),
    ("claude-sonnet-5", 2.0, 0.2, 2.5, 10.0),
    ("claude-sonnet-4-6", 3.0, 0.3, 3.75, 15.0),
    ("claude-sonnet-4-5", 3.0, 0.3, 3.75, 15.0),
    ("claude-haiku-4-5", 1.0, 0.1, 1.25, 5.0),
];

/// <https://platform.openai.com/docs/pricing>, of 2026-06-21; writing to the cache costs nothing extra.
const OPENAI: &[Listed] = &[
    ("gpt-5.1", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5-mini", 0.25, 0.025, 0.25, 2.0),
    ("gpt-5-nano", 0.05, 0.005, 0.05, 0.4),
    ("gpt-4.1", 2.0, 0.5, 2.0, 8.0),
    ("gpt-4.1-mini", 0.4, 0.1, 0.4, 1.6),
    ("gpt-4.1-nano", 0.1, 0.025, 0.1, 0.4),
    ("gpt-4o", 2.5, 1.25, 2.5, 10.0),
    ("gpt-4o-mini", 0.15, 0.075, 0.15, 0.6),
    ("o3", 2.0, 0.5, 2.0, 8.0),
    ("o4-mini", 1.1, 0.275, 1.1, 4.4),
];

/// Whose list holds at which host. A gateway's or a cloud's prices are its own.
const HOSTS: [(&str, &[Listed]); 2] = [("api.anthropic.com", ANTHROPIC), ("api.openai.com", OPENAI)];

/// What ArkConfig says about prices; clones share it.
#[derive(Clone, Default)]
pub struct Tariff(Arc<RwLock<Arc<[ModelPrices]>>>);

impl Tariff {
    /// Takes new prices, for calls from now on.
    pub fn set(&self, prices: &[ModelPrices]) {
        *self.0.write() = prices.into();
    }

    fn now(&self) -> Arc<[ModelPrices]> {
        self.0.read().clone()
    }
}

impl Prices {
    /// The prices of `model` at `endpoint`: its annotation's, else those of `tariff`, else the public ones. An annotation
    /// that cannot be read is an error; it costs the prices, not the call.
    pub fn of(model: &Model, endpoint: &ModelEndpoint, tariff: &Tariff) -> Result<Option<Self>, String> {
        let (address, name) = (&endpoint.base_url, &endpoint.model);
        let else_ = || Self::configured(&tariff.now(), address, name).or_else(|| Self::listed(address, name));
        Ok(Self::annotated(model)?.or_else(else_))
    }

    /// What the first entry of ArkConfig's `spec.prices` says that fits. One that no schema let through is passed over.
    pub fn configured(entries: &[ModelPrices], base_url: &str, model: &str) -> Option<Self> {
        let url: Option<reqwest::Url> = base_url.parse().ok();
        let host = url.as_ref().and_then(|url| url.host_str());
        let fits = |entry: &&ModelPrices| {
            let named = match entry.model.strip_suffix('*') {
                Some(beginning) => model.starts_with(beginning),
                None => model == entry.model,
            };
            named
                && (entry.host.is_empty() || host.is_some_and(|host| host.eq_ignore_ascii_case(&entry.host)))
        };
        let ModelPrices { currency, input, cached_input, cache_write, output, .. } =
            entries.iter().find(fits)?.clone();
        Written { currency, input, cached_input, cache_write, output }.prices().ok()
    }

    /// What the Model's annotation says.
    pub fn annotated(model: &Model) -> Result<Option<Self>, String> {
        let annotations = model.metadata.annotations.as_ref();
        let Some(text) = annotations.and_then(|all| all.get(TOKEN_PRICES)) else { return Ok(None) };
        let wrong = |why: String| {
            format!(
                "The annotation {TOKEN_PRICES} cannot be read: {why}. Write it like \
                 {{\"currency\": \"EUR\", \"input\": 1.5, \"cachedInput\": 0.15, \"output\": 6}}, for a million tokens."
            )
        };
        let written: Written = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        written.prices().map(Some).map_err(wrong)
    }

    /// The list price of a well-known model at its own provider's address. A date at the end of a name does not count.
    pub fn listed(base_url: &str, model: &str) -> Option<Self> {
        let url: reqwest::Url = base_url.parse().ok()?;
        let (_, list) = HOSTS.iter().find(|(host, _)| url.host_str() == Some(host))?;
        let (_, input, cached, written, output) = list.iter().find(|(name, ..)| {
            model.strip_prefix(name).is_some_and(|rest| {
                let dated = rest.strip_prefix('-').is_some_and(|date| {
                    date.len() >= 8 && date.chars().all(|c| c.is_ascii_digit() || c == '-')
                });
                rest.is_empty() || dated
            })
        })?;
        let [input, cached, written, output] = [*input, *cached, *written, *output].map(nanos);
        Some(Self { currency: "USD".into(), input, cached, written, output })
    }

    /// What a call costs.
    pub fn cost(&self, usage: Usage) -> Cost {
        let plain = usage.prompt.saturating_sub(usage.cached).saturating_sub(usage.written).max(0);
        let parts = [
            (plain, self.input),
            (usage.cached, self.cached),
            (usage.written, self.written),
            (usage.completion, self.output),
        ];
        let nanos = parts
            .iter()
            .fold(0_i64, |sum, (tokens, price)| sum.saturating_add(tokens.saturating_mul(*price)));
        Cost { currency: self.currency.clone(), nanos }
    }
}

/// From the price of a million tokens to thousand-millionths for one.
#[expect(clippy::cast_possible_truncation, reason = "at most MOST, which fits")]
fn nanos(million: f64) -> i64 {
    (million * 1_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(annotation: &str) -> Model {
        serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model",
            "metadata": {"name": "gull", "annotations": {TOKEN_PRICES: annotation}},
            "spec": {"model": {"value": "m"}, "provider": "openai", "config": {}},
        }))
        .unwrap()
    }

    #[test]
    fn what_is_cached_costs_less_and_what_is_unknown_nothing() {
        let prices = Prices::listed("https://api.anthropic.com", "claude-sonnet-4-5-20250929").unwrap();
        let usage = Usage { prompt: 1_000, completion: 100, cached: 800, written: 100 };
        // 100 at $3, 800 at $0.30, 100 at $3.75 and 100 at $15, for a million.
        assert_eq!(
            prices.cost(usage),
            Cost { currency: "USD".into(), nanos: 300_000 + 240_000 + 375_000 + 1_500_000 }
        );
        assert!(Prices::listed("https://api.openai.com/v1", "gpt-5-mini-2025-08-07").is_some());
        for (address, unknown) in [
            ("https://api.openai.com/v1", "gpt-5-mega"),
            ("https://api.openai.com/v1", "gpt-4o-mini-tts"),
            ("https://gateway.example/v1", "gpt-4o"),
            ("nowhere", "gpt-4o"),
        ] {
            assert_eq!(Prices::listed(address, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_first_entry_of_the_config_that_fits_counts() {
        let entry = |model: &str, host: &str, input: f64| ModelPrices {
            model: model.into(),
            host: host.into(),
            currency: "eur".into(),
            input,
            output: 6.0,
            ..ModelPrices::default()
        };
        let entries = [
            entry("gull-large", "models.internal", 3.0),
            entry("gull-*", "", 2.0),
            entry("gpt-4o", "", 1.0),
            entry("dear", "", -1.0),
        ];
        let input = |address: &str, model: &str| {
            Prices::configured(&entries, address, model).map(|prices| (prices.currency, prices.input))
        };
        let euros = |nanos| Some(("EUR".to_owned(), nanos));
        assert_eq!(input("http://models.internal:8000/v1", "gull-large"), euros(3_000));
        assert_eq!(input("http://elsewhere/v1", "gull-large"), euros(2_000));
        assert_eq!(input("nowhere", "gull-small"), euros(2_000));
        assert_eq!(input("nowhere", "heron"), None);
        assert_eq!(input("nowhere", "dear"), None);
    }

    #[test]
    fn an_annotation_goes_before_the_config_and_that_before_the_list() {
        let endpoint = ModelEndpoint {
            api: crate::engine::providers::Api::OpenAi,
            base_url: "https://api.openai.com/v1".into(),
            key: crate::engine::secret::Secret::new(""),
            model: "gpt-4o".into(),
            headers: Vec::new(),
            properties: serde_json::Map::new(),
        };
        let (tariff, said) = (Tariff::default(), r#"{"currency": "GBP", "input": 1, "output": 1}"#);
        let plain = serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "gull"},
            "spec": {"model": {"value": "m"}, "provider": "openai", "config": {}},
        }))
        .unwrap();
        let of = |model: &Model| Prices::of(model, &endpoint, &tariff).unwrap().unwrap().currency;
        assert_eq!(of(&plain), "USD");
        let config = json!([{"model": "gpt-4o", "currency": "EUR", "input": 1.0, "output": 2.0}]);
        tariff.set(&serde_json::from_value::<Vec<ModelPrices>>(config).unwrap());
        assert_eq!((of(&plain), of(&model(said))), ("EUR".into(), "GBP".into()));
    }

    #[test]
    fn an_annotation_wins_and_a_wrong_one_says_why() {
        let prices =
            Prices::annotated(&model(r#"{"currency": "eur", "input": 1.5, "output": 6}"#)).unwrap().unwrap();
        assert_eq!(
            (prices.currency.as_str(), prices.input, prices.cached, prices.output),
            ("EUR", 1_500, 1_500, 6_000)
        );
        for wrong in [
            "cheap",
            r#"{"currency": "beads", "input": 1, "output": 1}"#,
            r#"{"currency": "EUR", "input": -1, "output": 1}"#,
        ] {
            assert!(Prices::annotated(&model(wrong)).unwrap_err().contains("cannot be read"), "{wrong}");
        }
    }
}
