//! The providers' official SDKs, pointed at our test server: what they understand of it, and what they send, is kept in
//! `tests/sdk/*.json`, and our own client must send the same. With the SDKs at hand (`make test-sdk`) both are checked
//! anew; `ARKDECK_RECORD=1` writes the files.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Deck, quick};
use crate::model_server::{Act, ModelServer};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sdk")
}

/// What `script` prints, when its SDK is there.
async fn run(script: &str, module: &str, arguments: &[&str]) -> Option<Value> {
    let python = std::env::var("ARKDECK_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let mut import = tokio::process::Command::new(&python);
    import.args(["-c", &format!("import {module}")]).stderr(Stdio::null());
    if !import.status().await.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("ARKDECK_TEST_PYTHON").is_none(), "{python} has no module {module}");
        return None;
    }
    let mut command = tokio::process::Command::new(&python);
    let output = command.arg(folder().join(script)).args(arguments).output().await.unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What is kept, after it was compared with what is `found` now, if something was.
fn kept(file: &str, found: Option<Value>) -> Value {
    let path = folder().join(file);
    if let (Some(found), true) = (&found, std::env::var_os("ARKDECK_RECORD").is_some()) {
        std::fs::write(&path, serde_json::to_string_pretty(found).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    if let Some(found) = found {
        assert_eq!(found, kept, "the SDK behaves otherwise than when {file} was recorded");
    }
    kept
}

/// What models with these names do for the SDK.
fn scripts(server: &ModelServer) {
    server.script("sdk-text", [Act::Say("The tide is low.")]);
    let calls = Act::Tools(&[("noop", r#"{"message": "quay"}"#), ("noop", "{}")]);
    server.script("sdk-tools", [calls, Act::Say("Low at both.")]);
    server.script("sdk-whole", [Act::Whole("The tide is low.")]);
    server.script("sdk-flooded", [Act::ErrorInStream("The tide")]);
    server.list(&["sdk-text"]);
}

/// Our own client asks what the SDK asked: an agent with a tool that is called twice.
async fn ours(provider: &str, server: &ModelServer) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let deck = Deck::start(dir.path(), quick()).await;
    server.script("own-text", [Act::Say("The tide is low.")]);
    let calls = Act::Tools(&[("noop", r#"{"message": "quay"}"#), ("noop", "{}")]);
    server.script("own-tools", [calls, Act::Say("Low at both.")]);
    for (agent, tools) in
        [("own-text", json!([])), ("own-tools", json!([{"name": "noop", "type": "built-in"}]))]
    {
        deck.model_of(provider, server, agent).await;
        deck.agent(agent, agent, json!({"tools": tools})).await;
        deck.query(agent, json!({"input": "How is the tide?", "target": {"type": "agent", "name": agent}}))
            .await;
        deck.ended(agent).await;
    }
    deck.stop().await;
    server.requests("own-text").into_iter().chain(server.requests("own-tools")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropics_sdk_understands_our_server_and_sends_what_we_send() {
    let server = ModelServer::start().await;
    scripts(&server);
    let busy = r#"{"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}"#;
    server.script("sdk-busy", [Act::Status(429, &[("content-type", "application/json")], busy)]);
    let found = run("anthropic_reads.py", "anthropic", &[&server.base()]).await.map(|understood| {
        let sent: Vec<Value> =
            server.requests("sdk-text").into_iter().chain(server.requests("sdk-tools")).collect();
        json!({"source": "anthropic 2.14.0 from PyPI", "understood": understood, "sent": sent})
    });
    let kept = kept("anthropic.json", found);
    let understood = &kept["understood"];
    assert_eq!(understood["text"]["usage"], json!([3, 1, 6, 4]));
    assert_eq!(understood["tools"]["content"][0]["input"], json!({"message": "quay"}));
    assert_eq!(understood["sdk-busy"][0], "RateLimitError");
    let sent = ours("anthropic", &server).await;
    compare(&sent, kept["sent"].as_array().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_understands_our_server_and_sends_what_we_send() {
    let server = ModelServer::start().await;
    scripts(&server);
    let headers = &[("content-type", "application/json"), ("x-amzn-errortype", "ThrottlingException")];
    server.script("sdk-busy", [Act::Status(429, headers, r#"{"message": "slow down"}"#)]);
    let found = run("bedrock_reads.py", "boto3", &[&server.base()]).await.map(|understood| {
        let sent: Vec<Value> =
            server.requests("sdk-text").into_iter().chain(server.requests("sdk-tools")).collect();
        json!({"source": "boto3 1.44.8 from PyPI", "understood": understood, "sent": sent})
    });
    let kept = kept("bedrock.json", found);
    let understood = &kept["understood"];
    assert_eq!(understood["text"]["usage"]["cacheReadInputTokens"], 6);
    assert_eq!(understood["tools"]["calls"][0]["input"], r#"{"message": "quay"}"#);
    assert_eq!(understood["sdk-flooded"][0], "serviceUnavailableException");
    let sent = ours("bedrock", &server).await;
    compare(&sent, kept["sent"].as_array().unwrap());
}

/// OpenAI's SDK, for OpenAI itself and for Azure: `provider` is asked at `url`.
async fn openais_sdk(provider: &str, server: &ModelServer, url: &str) -> Value {
    scripts(server);
    let busy = r#"{"error": {"type": "rate_limit_error", "message": "slow down"}}"#;
    server.script("sdk-busy", [Act::Status(429, &[("content-type", "application/json")], busy)]);
    let found = run("openai_reads.py", "openai", &[url, provider]).await.map(|understood| {
        let sent: Vec<Value> =
            server.requests("sdk-text").into_iter().chain(server.requests("sdk-tools")).collect();
        let (_, uri) = server.last("sdk-tools");
        json!({"source": "openai 3.57.0 from PyPI", "understood": understood, "sent": sent, "to": uri.to_string()})
    });
    let kept = kept(&format!("{provider}.json"), found);
    let understood = &kept["understood"];
    assert_eq!(understood["text"]["pieces"], json!(["The ", "tide ", "is ", "low."]));
    assert_eq!(understood["text"]["usage"], json!([10, 4, 14, 6]));
    assert_eq!(
        understood["text"]["chunk"],
        json!(["chatcmpl-1", "chat.completion.chunk", 1_767_225_600, "gull"])
    );
    assert_eq!(understood["tools"]["calls"][0]["arguments"], r#"{"message": "quay"}"#);
    assert_eq!(understood["tools"]["finish_reason"], "tool_calls");
    assert_eq!(
        understood["whole"],
        json!(["chatcmpl-1", "chat.completion", "The tide is low.", "stop", [3, 2, 5, null]])
    );
    assert_eq!(understood["sdk-busy"][0], "RateLimitError");
    assert_eq!(understood["sdk-flooded"], json!(["APIError", "the engine room is flooded"]));
    let sent = ours(provider, server).await;
    compare(&sent, kept["sent"].as_array().unwrap());
    let (_, uri) = server.last("own-tools");
    assert_eq!(uri.to_string().replace("own-tools", "sdk-tools"), kept["to"].as_str().unwrap());
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn openais_sdk_understands_our_server_and_sends_what_we_send() {
    let server = ModelServer::start().await;
    let kept = openais_sdk("openai", &server, &server.url).await;
    assert_eq!(kept["understood"]["models"], json!(["sdk-text"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn openais_sdk_for_azure_understands_our_server_and_sends_what_we_send() {
    let server = ModelServer::start().await;
    openais_sdk("azure", &server, &server.base()).await;
}

/// Both sent the same but for the model's name and what the tools gave.
fn compare(ours: &[Value], theirs: &[Value]) {
    assert_eq!(ours.len(), theirs.len());
    let plain = |request: &Value| {
        let text = request.to_string().replace("own-text", "sdk-text").replace("own-tools", "sdk-tools");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(plain(ours), plain(theirs));
    }
}
