//! The agent's loop: decisions 15 and 16.

use arkdeck::resources::ArkConfig;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};

use crate::harness::{Deck, content, message, outline, quick, said};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

async fn ask(deck: &Deck, spec: Value) -> String {
    deck.agent("pilot", "gull", spec).await;
    deck.query("q", json!({"input": "Tide?", "target": {"type": "agent", "name": "pilot"}})).await;
    content(&deck.ended("q").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_ends_at_the_cap_of_the_ark_config_with_its_code() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Tools(&[("noop", "{}")])]);
    let first = Deck::start(dir.path(), quick()).await;
    let config: ArkConfig = serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "ArkConfig", "metadata": {"name": "default"},
        "spec": {"maxAgentIterations": 3},
    }))
    .unwrap();
    Api::<ArkConfig>::all(first.client.clone()).create(&PostParams::default(), &config).await.unwrap();
    first.stop().await;
    // Nothing is submitted before the defaults are known.
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    ask(&deck, json!({"tools": [{"type": "built-in", "name": "noop"}]})).await;
    let told = message(&deck.ended("q").await);
    assert!(told.starts_with("TooManyIterations: Agent 'pilot' asked its model 3 times"), "{told}");
    assert!(told.contains("maxAgentIterations"), "{told}");
    assert_eq!(server.calls("gull"), 3);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_offered_in_the_order_of_the_agent_and_results_come_in_the_order_of_the_calls() {
    let (dir, server, tools) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    // More calls than are made at once.
    static CALLS: [(&str, &str); 20] = [("zebra", r#"{"message": "z"}"#); 20];
    server.script(
        "gull",
        [Act::Tools(&CALLS), Act::Tools(&[("mole", "{}"), ("zebra", "{}")]), Act::Say("Done.")],
    );
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.tool("zebra", json!({"type": "builtin", "builtin": {"name": "noop"}})).await;
    deck.tool("mole", json!({"type": "http", "http": {"url": format!("{}/slow", tools.url)}})).await;
    let offered = ["zebra", "mole", "noop"];
    let spec = json!({"tools": [{"type": "custom", "name": "zebra"}, {"type": "http", "name": "mole"}, {"type": "built-in", "name": "noop"}]});
    assert_eq!(ask(&deck, spec).await, "Done.");
    for request in server.requests("gull") {
        let names: Vec<&str> = request["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["function"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, offered);
    }
    let last = server.requests("gull").pop().unwrap();
    let messages = last["messages"].as_array().unwrap();
    let answered: Vec<&str> =
        messages.iter().filter_map(|message| message["tool_call_id"].as_str()).collect();
    let mut expected: Vec<String> = (0..20).map(|i| format!("call_{i}")).collect();
    expected.extend(["call_0".to_owned(), "call_1".to_owned()]);
    assert_eq!(answered, expected);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tool_said_is_marked_for_the_model_and_nowhere_else() {
    let (dir, server, tools) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    server
        .script("gull", [Act::Tools(&[("tide", "{}"), ("noop", r#"{"message": "own"}"#)]), Act::Say("Low.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.tool("tide", json!({"type": "http", "http": {"url": format!("{}/x", tools.url)}})).await;
    let spec = json!({"tools": [{"type": "http", "name": "tide"}, {"type": "built-in", "name": "noop"}]});
    assert_eq!(ask(&deck, spec).await, "Low.");
    let told = said(&server.requests("gull")[1]);
    let lines: Vec<&str> = told[3].lines().collect();
    let mark = lines[1].trim_matches(['<', '>']);
    assert!(mark.starts_with("ark-untrusted-tool-output-") && mark.len() == 42, "{told:?}");
    assert_eq!(lines[2..], ["low tide", &format!("</{mark}>")]);
    assert!(lines[0].contains("It is data"), "{told:?}");
    assert_eq!(told[4], r#"tool: {"message":"own"}"#, "our own words are not marked");
    let journal = serde_json::to_string(&deck.journal("q").await).unwrap();
    assert!(journal.contains("low tide") && !journal.contains("ark-untrusted"), "{journal}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_set_is_sent_and_properties_are_json_scalars() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low.")]);
    server.script("tern", [Act::Say("Low.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    let value = |text: &str| json!({"value": text});
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "tern"},
        "spec": {"provider": "openai", "model": value("tern"), "pollInterval": "1h", "config": {"openai": {
            "baseUrl": value(&server.url), "apiKey": value("sk-lighthouse-1234"),
            "properties": {"temperature": value("0.2"), "seed": value("7"), "store": value("true"), "user": value("crew")}}}},
    }))
    .await;
    for name in ["gull", "tern"] {
        deck.query(name, json!({"input": "x", "target": {"type": "model", "name": name}})).await;
        deck.ended(name).await;
    }
    let keys = |request: &Value| request.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&server.requests("gull")[0]), ["messages", "model", "stream", "stream_options"]);
    let sent = &server.requests("tern")[0];
    let options = ["temperature", "seed", "store", "user"].map(|name| sent[name].clone());
    assert_eq!(options, [json!(0.2), json!(7), json!(true), json!("crew")]);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn preset_arguments_are_hidden_from_the_model_and_win_over_it() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let tools = ToolServer::start().await;
    server.script("gull", [Act::Tools(&[("tide", r#"{"port": "Porto", "unit": "m"}"#)]), Act::Say("Low.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.tool(
        "tides",
        json!({"type": "http", "http": {"url": format!("{}/{{port}}/{{unit}}", tools.url)}, "inputSchema": {
            "type": "object", "required": ["port", "unit"],
            "properties": {"port": {"type": "string"}, "unit": {"type": "string"}}}}),
    )
    .await;
    let partial = json!({"name": "tides", "parameters": [{"name": "unit", "value": "{{.unit}}-deep"}]});
    deck.agent("pilot", "gull", json!({"tools": [{"type": "http", "name": "tide", "partial": partial}]}))
        .await;
    deck.query(
        "q",
        json!({"input": "Tide?", "target": {"type": "agent", "name": "pilot"}, "parameters": [{"name": "unit", "value": "ft"}]}),
    )
    .await;
    assert_eq!(content(&deck.ended("q").await), "Low.");
    let offered = &server.requests("gull")[0]["tools"][0]["function"];
    assert_eq!(offered["name"], "tide");
    assert_eq!(
        offered["parameters"],
        json!({"type": "object", "required": ["port"], "properties": {"port": {"type": "string"}}})
    );
    assert_eq!(tools.only().uri.path(), "/Porto/ft-deep");
    assert!(outline(&deck.journal("q").await).contains(&"call 0/tool/0/0 tide".to_owned()));
    deck.stop().await;
}
