//! Where calls may go: the guard behind DNS and redirects, what ArkConfig allows in spite of it, and its prices.

use arkdeck::engine::Settings;
use arkdeck::engine::journal::Event;
use arkdeck::engine::providers::Reach;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};

use crate::harness::{Deck, content, message, quick};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

fn strict() -> Settings {
    Settings { reach: Reach { private: false, loopback: false }, ..quick() }
}

/// What the model was told that its tools gave.
fn told(models: &ModelServer) -> Vec<String> {
    let last = models.requests("gull").pop().unwrap();
    let messages = last["messages"].as_array().unwrap().clone();
    let results = messages.into_iter().filter(|message| message["role"] == "tool");
    results.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_reached_is_allowed_by_the_config_without_a_touch() {
    let (dir, models, tools) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    models.list(&["gull"]);
    let deck = Deck::start(dir.path(), strict()).await;
    deck.model(&models, "gull").await;
    let model = deck.model_is("gull", "False").await;
    let said = model.status.unwrap().message;
    assert!(said.contains("loopback") && said.contains("ArkConfig 'default'"), "{said}");
    deck.query("before", json!({"input": "Tide?", "target": {"type": "model", "name": "gull"}})).await;
    let ended = deck.ended("before").await;
    assert!(message(&ended).starts_with("ModelAddressRefused"), "{}", message(&ended));
    assert_eq!(models.requests("gull").len(), 0, "nothing was sent");

    // The address of the model, and a name of the same machine: judged by the name where it is asked for by it.
    deck.config(json!({"outbound": {"allow": ["127.0.0.1"]}})).await;
    deck.model_is("gull", "True").await;
    let port = tools.url.rsplit(':').next().unwrap();
    let http = |url: String| json!({"type": "http", "http": {"url": url}});
    deck.tool("here", http(format!("{}/x", tools.url))).await;
    deck.tool("by-name", http(format!("http://localhost:{port}/y"))).await;
    deck.tool("onward", http(format!("{}/to?http://10.11.12.13:9/z", tools.url))).await;
    deck.tool("metadata", http(format!("{}/to?http://169.254.169.254/latest", tools.url))).await;
    let list: Vec<Value> = ["here", "by-name", "onward", "metadata"]
        .iter()
        .map(|name| json!({"type": "http", "name": name}))
        .collect();
    deck.agent("pilot", "gull", json!({ "tools": list })).await;
    models.script(
        "gull",
        [
            Act::Tools(&[("here", "{}"), ("by-name", "{}"), ("onward", "{}"), ("metadata", "{}")]),
            Act::Say("Low."),
        ],
    );
    deck.query("after", json!({"input": "Tide?", "target": {"type": "agent", "name": "pilot"}})).await;
    assert_eq!(content(&deck.ended("after").await), "Low.");
    let told = told(&models);
    assert!(told[0].contains("low tide"), "{told:?}");
    // Where the name has an address of IPv6 too, that one is not allowed.
    assert!(told[1].contains("low tide") || told[1].contains("localhost (::1)"), "{told:?}");
    assert!(told[2].contains("private network") && told[2].contains("'10.11.12.13'"), "a redirect: {told:?}");
    assert!(told[3].contains("never reach"), "{told:?}");

    // Taken back, it counts from the next call on.
    deck.config(json!({"outbound": {"allow": ["*.harbour.example"]}})).await;
    deck.model_is("gull", "False").await;
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_of_the_config_are_those_of_the_call() {
    let (dir, models) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    let price = |input: u32| {
        json!({"prices": [
            {"model": "gull", "host": "elsewhere.example", "currency": "USD", "input": 9, "output": 9},
            {"model": "gu*", "host": "127.0.0.1", "currency": "EUR", "input": input, "output": 0},
        ]})
    };
    deck.config(price(2)).await;
    deck.model(&models, "gull").await;
    deck.model_is("gull", "True").await;
    models.script("gull", [Act::Say("Low.")]);
    deck.query("q", json!({"input": "Tide?", "target": {"type": "model", "name": "gull"}})).await;
    assert_eq!(content(&deck.ended("q").await), "Low.");
    let answered = deck.journal("q").await.into_iter().find_map(|entry| match entry.event {
        Event::ModelResponse { usage, cost, .. } => Some((usage, cost.unwrap())),
        _ => None,
    });
    let (usage, cost) = answered.unwrap();
    assert_eq!(
        (cost.currency.as_str(), cost.nanos),
        ("EUR", (usage.prompt - usage.written) * 2_000 + usage.written * 2_000)
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_with_a_wrong_price_or_host_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let deck = Deck::start(dir.path(), quick()).await;
    let api: Api<kube::core::DynamicObject> = Api::all_with(
        deck.client.clone(),
        &kube::core::ApiResource::erase::<arkdeck::resources::ArkConfig>(&()),
    );
    for (spec, field) in [
        (json!({"outbound": {"allow": ["http://models.example/"]}}), "spec.outbound.allow[0]"),
        (
            json!({"prices": [{"model": "m", "currency": "Euro", "input": 1, "output": 1}]}),
            "spec.prices[0].currency",
        ),
        (
            json!({"prices": [{"model": "m", "currency": "EUR", "input": -1, "output": 1}]}),
            "spec.prices[0].input",
        ),
        (json!({"prices": [{"model": "m", "currency": "EUR", "input": 1}]}), "spec.prices[0].output"),
    ] {
        let config = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "ArkConfig",
            "metadata": {"name": "default"}, "spec": spec});
        let config = serde_json::from_value(config).unwrap();
        let error = api.create(&PostParams::default(), &config).await.unwrap_err().to_string();
        assert!(error.contains(field), "{field} is not in {error}");
    }
    deck.stop().await;
}
