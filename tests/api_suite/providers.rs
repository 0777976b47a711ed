//! The same behaviour from every provider: each test asks a server that speaks the provider's protocol.

use serde_json::{Value, json};

use crate::harness::{Deck, PATIENCE, content, message, outline, quick, reason};
use crate::model_server::{Act, ModelServer};

/// Providers with protocols or addresses of their own; OpenAI itself is asked everywhere else.
const PROVIDERS: [&str; 3] = ["azure", "anthropic", "bedrock"];

struct Harbour {
    deck: Deck,
    server: ModelServer,
    provider: &'static str,
    _dir: tempfile::TempDir,
}

impl Harbour {
    async fn open(provider: &'static str) -> Self {
        let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
        Self { deck: Deck::start(dir.path(), quick()).await, server, provider, _dir: dir }
    }

    async fn ask(&self, name: &str, acts: impl Into<Vec<Act>>, agent: Value, input: Value) {
        self.server.script(name, acts);
        self.deck.model_of(self.provider, &self.server, name).await;
        self.deck.agent(name, name, agent).await;
        self.deck.query(name, json!({"input": input, "target": {"type": "agent", "name": name}})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_streams_and_is_counted() {
    for provider in PROVIDERS {
        let it = Harbour::open(provider).await;
        let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
        let act = Act::Hold("The tide ", gate.clone(), "is low.");
        it.ask("gull", [act], json!({}), json!("How is the tide?")).await;
        it.server.called("gull", 1).await;
        let uid = kube::ResourceExt::uid(&it.deck.queries().get("gull").await.unwrap()).unwrap();
        // The half of the answer is there before the rest is sent.
        loop {
            let mut subscription = it.deck.engine.journal().subscribe(&uid);
            if subscription.partials.iter().any(|partial| partial.text == "The tide ") {
                break;
            }
            let _ = subscription.updates.recv().await;
        }
        gate.add_permits(1);
        let query = it.deck.ended("gull").await;
        assert_eq!(content(&query), "The tide is low.", "{provider}");
        let usage = query.status.unwrap().token_usage.unwrap();
        assert_eq!(
            (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens),
            (10, 4, 6),
            "{provider}"
        );
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_closes_the_connection() {
    for provider in PROVIDERS {
        let it = Harbour::open(provider).await;
        let never = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
        it.ask("gull", [Act::Hold("The tide ", never, "")], json!({}), json!("How is the tide?")).await;
        it.server.called("gull", 1).await;
        it.deck.patch("gull", json!({"spec": {"cancel": true}})).await;
        assert_eq!(reason(&it.deck.ended("gull").await), "QueryCanceled", "{provider}");
        let left = tokio::time::timeout(PATIENCE, it.server.left("gull", 1)).await;
        left.unwrap_or_else(|_| panic!("{provider} is read on"));
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_called_and_told() {
    for provider in PROVIDERS {
        let it = Harbour::open(provider).await;
        let calls = Act::Tools(&[("noop", r#"{"message": "a"}"#), ("harbours", "{}")]);
        let agent = json!({"tools": [{"name": "noop", "type": "built-in"}]});
        it.ask("gull", [calls, Act::Say("Done.")], agent, json!("Go.")).await;
        let query = it.deck.ended("gull").await;
        assert_eq!(content(&query), "Done.", "{provider}");
        let lines = outline(&it.deck.journal("gull").await);
        let has =
            |line: &str| assert!(lines.iter().any(|have| have == line), "{provider}: {line} in {lines:?}");
        has("answer 0/model/0 tool_calls");
        has("result 0/tool/0/0 error=false");
        has("result 0/tool/0/1 error=true");
        has("answer 0/model/1 stop");
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_by_schema_is_json() {
    for provider in PROVIDERS {
        let it = Harbour::open(provider).await;
        // Where there is no place for a schema, the answer is a call.
        let act = match provider {
            "azure" => Act::Say(r#"{"tide": "low"}"#),
            _ => Act::Tools(&[("final_answer", r#"{"tide": "low"}"#)]),
        };
        let schema =
            json!({"type": "object", "properties": {"tide": {"type": "string"}}, "required": ["tide"]});
        it.ask("gull", [act], json!({"outputSchema": schema}), json!("How is the tide?")).await;
        let query = it.deck.ended("gull").await;
        assert_eq!(content(&query), r#"{"tide": "low"}"#, "{provider}");
        let lines = outline(&it.deck.journal("gull").await);
        assert!(lines.contains(&"answer 0/model/0 stop".to_owned()), "{provider}: {lines:?}");
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_codes_and_passing_ones_are_tried_again() {
    for provider in PROVIDERS {
        let it = Harbour::open(provider).await;
        let refused = |name: &'static str, act: Act| it.ask(name, [act], json!({}), json!("Hello"));
        let said = r#"{"type": "error", "error": {"type": "authentication_error", "message": "bad sk-lighthouse-1234"}, "message": "bad sk-lighthouse-1234"}"#;
        refused("locked", Act::Status(401, &[], said)).await;
        refused("cut", Act::Cut("The tide")).await;
        refused("flooded", Act::ErrorInStream("The tide")).await;
        refused("odd", Act::Raw("text/html", "<html>Welcome</html>")).await;
        let slow = Act::Status(429, &[("retry-after-ms", "1")], "slow down");
        it.ask("busy", [slow, Act::Say("Here.")], json!({}), json!("Hello")).await;
        for (name, code, calls) in [
            ("locked", "ModelUnauthorized", 1),
            ("cut", "ModelStreamCut", 3),
            ("odd", "ModelAnsweredGarbage", 1),
        ] {
            let query = it.deck.ended(name).await;
            assert_eq!(reason(&query), "QueryErrored");
            let message = message(&query);
            assert!(
                message.starts_with(code) && !message.contains("lighthouse"),
                "{provider} {name}: {message}"
            );
            assert_eq!(it.server.calls(name), calls, "{provider} {name}");
        }
        let flooded = message(&it.deck.ended("flooded").await);
        assert!(flooded.contains("the engine room is flooded"), "{provider}: {flooded}");
        assert_eq!(content(&it.deck.ended("busy").await), "Here.", "{provider}");
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn images_go_along() {
    for provider in ["openai", "azure", "anthropic", "bedrock"] {
        let it = Harbour::open(provider).await;
        let image = "data:image/png;base64,iVBORw0KGgo=";
        let input = json!([{"role": "user", "content": [
            {"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": image}}]}]);
        it.ask("gull", [Act::Say("A gull.")], json!({}), input).await;
        assert_eq!(content(&it.deck.ended("gull").await), "A gull.", "{provider}");
        let request = it.server.requests("gull")[0].to_string();
        // OpenAI and Azure take the address as it is, the others the bytes.
        let address = request.contains("data:image");
        assert!(
            request.contains("iVBORw0KGgo=") && address == matches!(provider, "openai" | "azure"),
            "{provider}: {request}"
        );
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_probed() {
    for provider in PROVIDERS {
        let it = Harbour::open(provider).await;
        it.deck.model_of(provider, &it.server, "gull").await;
        let model = it.deck.model_is("gull", "True").await;
        assert_eq!(model.status.unwrap().phase, "ready", "{provider}");
        it.deck.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropic_is_told_who_asks_and_in_which_version() {
    let it = Harbour::open("anthropic").await;
    it.ask("gull", [Act::Say("Low.")], json!({}), json!("How is the tide?")).await;
    it.deck.ended("gull").await;
    let (headers, uri) = it.server.last("gull");
    assert_eq!(
        (uri.path(), &headers["x-api-key"], &headers["anthropic-version"]),
        ("/v1/messages", &"sk-lighthouse-1234".parse().unwrap(), &"2023-06-01".parse().unwrap())
    );
    assert!(!headers.contains_key("authorization"));
    it.deck.stop().await;
}

/// Answers that think before they call a tool.
const THINKING: [(&str, Act); 3] = [
    (
        "anthropic",
        Act::Raw(
            "text/event-stream",
            r#"data: {"type":"message_start","message":{"content":[],"usage":{"input_tokens":3}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Ebb, "}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"perhaps."}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"seal-1"}}

data: {"type":"content_block_stop","index":0}

data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"sealed-2"}}

data: {"type":"content_block_stop","index":1}

data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c1","name":"noop","input":{}}}

data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}

data: {"type":"content_block_stop","index":2}

data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":4}}

data: {"type":"message_stop"}

"#,
        ),
    ),
    (
        "bedrock",
        Act::Raw(
            "application/json",
            r#"{"output": {"message": {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "Ebb, perhaps.", "signature": "seal-1"}}},
                {"reasoningContent": {"redactedContent": "c2VhbGVkLTI="}},
                {"toolUse": {"toolUseId": "c1", "name": "noop", "input": {}}}]}},
                "stopReason": "tool_use", "usage": {"inputTokens": 3, "outputTokens": 4}}"#,
        ),
    ),
    (
        "openai",
        Act::Raw(
            "text/event-stream",
            r#"data: {"choices":[{"index":0,"delta":{"reasoning_content":"Ebb, "}}]}

data: {"choices":[{"index":0,"delta":{"reasoning_content":"perhaps."}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"noop","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}

data: [DONE]

"#,
        ),
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn thoughts_go_back_with_what_tools_gave_and_to_nobody_else() {
    for (provider, thinks) in THINKING {
        let it = Harbour::open(provider).await;
        let tools = json!({"tools": [{"type": "built-in", "name": "noop"}]});
        it.ask("gull", [thinks, Act::Say("Low.")], tools, json!("How is the tide?")).await;
        let query = it.deck.ended("gull").await;
        assert_eq!(content(&query), "Low.", "{provider}: {}", message(&query));
        let requests = it.server.requests("gull");
        let said =
            requests[1]["messages"].as_array().unwrap().iter().find(|said| said["role"] == "assistant");
        let said = said.unwrap();
        match provider {
            "anthropic" => assert_eq!(
                (&said["content"][0], &said["content"][1], &said["content"][2]["type"]),
                (
                    &json!({"type": "thinking", "thinking": "Ebb, perhaps.", "signature": "seal-1"}),
                    &json!({"type": "redacted_thinking", "data": "sealed-2"}),
                    &json!("tool_use")
                )
            ),
            "bedrock" => assert_eq!(
                (&said["content"][0], &said["content"][1]),
                (
                    &json!({"reasoningContent": {"reasoningText": {"text": "Ebb, perhaps.", "signature": "seal-1"}}}),
                    &json!({"reasoningContent": {"redactedContent": "c2VhbGVkLTI="}})
                )
            ),
            _ => assert_eq!(said["reasoning_content"], "Ebb, perhaps."),
        }
        let raw = serde_json::to_string(&query.status).unwrap();
        assert!(!raw.contains("Ebb"), "{provider}: it is not part of the answer: {raw}");
        it.deck.stop().await;
    }
}
