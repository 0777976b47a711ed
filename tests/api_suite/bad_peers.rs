//! Models and tools that flood, lead elsewhere, or cannot be trusted: the run ends, or goes on, within its bounds and with a
//! sentence that says what to do.

use std::sync::Arc;

use arkdeck::engine::journal::Event;
use axum::body::Bytes;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::harness::{Deck, PATIENCE, content, message, outline, quick, reason};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

/// A server on loopback with a certificate that nobody signed; its address.
async fn self_signed() -> String {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // Who does not trust it hangs up.
            let _ = acceptor.accept(stream).await;
        }
    });
    url
}

/// What the agent `pilot` is told that its http tools gave, called in this order.
async fn told(
    deck: &Deck,
    models: &ModelServer,
    tools: &[(&str, String)],
    calls: &'static [(&'static str, &'static str)],
) -> Vec<String> {
    models.script("pilot", [Act::Tools(calls), Act::Say("Done.")]);
    deck.model(models, "pilot").await;
    for (name, url) in tools {
        deck.tool(name, json!({"type": "http", "http": {"url": url}})).await;
    }
    let list: Vec<Value> = tools.iter().map(|(name, _)| json!({"type": "http", "name": name})).collect();
    deck.agent("pilot", "pilot", json!({ "tools": list })).await;
    deck.query("pilot", json!({"input": "Go.", "target": {"type": "agent", "name": "pilot"}})).await;
    assert_eq!(content(&deck.ended("pilot").await), "Done.");
    let last = models.requests("pilot").pop().unwrap();
    let results = last["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "tool");
    results.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_signed_is_named_and_not_tried_again() {
    let (dir, models, url) = (tempfile::tempdir().unwrap(), ModelServer::start().await, self_signed().await);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "gull"},
        "spec": {"provider": "openai", "model": {"value": "gull"}, "pollInterval": "1h", "config": {"openai": {
            "baseUrl": {"value": format!("{url}/v1")}, "apiKey": {"value": "sk-lighthouse-1234"}}}},
    }))
    .await;
    let said = [
        format!("The certificate of {url}/v1/"),
        "is not trusted (invalid peer certificate: ".into(),
        "Add the authority that signed it to the certificates of this machine".into(),
    ];
    let status = deck.model_is("gull", "False").await.status.unwrap();
    assert!(said.iter().all(|part| status.message.contains(part)), "{}", status.message);
    deck.query("q", json!({"input": "Hello", "target": {"type": "model", "name": "gull"}})).await;
    let query = deck.ended("q").await;
    let message = message(&query);
    assert!(message.starts_with("ModelUnavailable: "), "{message}");
    assert!(said.iter().all(|part| message.contains(part)), "{message}");
    let journal = outline(&deck.journal("q").await);
    assert_eq!(
        journal[2..],
        ["ask 0/model/0 attempt 1", "target failed ModelUnavailable", "finished error QueryErrored"]
    );
    let told = told(&deck, &models, &[("tides", format!("{url}/tides"))], &[("tides", "{}")]).await;
    assert!(told[0].contains(&said[1]) && told[0].contains(&said[2]), "{told:?}");
    deck.stop().await;
}

/// A line that is repeated, long enough to be many bytes soon.
fn line(begin: &str, end: &str) -> Bytes {
    Bytes::from(format!("{begin}{}{end}", "tide ".repeat(12_000)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_ends_within_its_bounds_and_the_connection_is_closed() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    let stream = "text/event-stream";
    let words = line(r#"data: {"choices":[{"index":0,"delta":{"content":""#, "\"}}]}\n\n");
    let arguments = line(
        r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"noop","arguments":""#,
        "\"}}]}}]}\n\n",
    );
    for (name, act, code) in [
        ("words", Act::Flood(200, stream, words), "ModelAnswerTooLong"),
        ("arguments", Act::Flood(200, stream, arguments), "ModelAnswerTooLong"),
        ("an-event-without-end", Act::Flood(200, stream, line("data: ", "")), "ModelAnswerTooLong"),
        ("comments", Act::Flood(200, stream, line(": ", "\n")), "ModelAnswerTooLong"),
        ("not-streamed", Act::Flood(200, "application/json", line("", " ")), "ModelAnswerTooLong"),
        ("an-error", Act::Flood(400, "text/plain", line("", " ")), "ModelRefusedRequest"),
    ] {
        server.script(name, [act]);
        deck.model(&server, name).await;
        deck.query(name, json!({"input": "Hello", "target": {"type": "model", "name": name}})).await;
        let query = deck.ended(name).await;
        assert_eq!(reason(&query), "QueryErrored", "{name}");
        let message = message(&query);
        assert!(message.starts_with(&format!("{code}: ")), "{name}: {message}");
        assert!(message.len() < 1000, "{name}: {}", message.len());
        timeout(PATIENCE, server.left(name, 1)).await.unwrap_or_else(|_| panic!("{name} is read on"));
        assert_eq!(server.calls(name), 1, "{name}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_that_lead_on_and_on_are_followed_ten_times() {
    let (dir, models, one, other) = (
        tempfile::tempdir().unwrap(),
        ModelServer::start().await,
        ToolServer::start().await,
        ToolServer::start().await,
    );
    let deck = Deck::start(dir.path(), quick()).await;
    let tools =
        [("to-and-fro", format!("{}/ping?{}", one.url, other.url)), ("round", format!("{}/loop", one.url))];
    let told = told(&deck, &models, &tools, &[("to-and-fro", "{}"), ("round", "{}")]).await;
    for result in &told {
        assert!(result.contains("it was redirected more than 10 times"), "{told:?}");
    }
    let count = |server: &ToolServer, path: &str| {
        server.asked().iter().filter(|asked| asked.uri.path() == path).count()
    };
    assert_eq!((count(&one, "/ping"), count(&other, "/ping"), count(&one, "/loop")), (6, 5, 11));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_call_is_redirected_on_its_own_host_only() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    let here = Act::Status(307, &[("location", "/v1/chat/completions?moved")], "");
    let away = Act::Status(308, &[("location", "http://127.0.0.1:1/v1/chat/completions")], "");
    // As a POST that is answered so becomes a GET, which asks nothing.
    let found = Act::Status(302, &[("location", "/v1/chat/completions?moved")], "");
    for (name, acts, calls) in [
        ("moved", vec![here.clone(), Act::Say("Here.")], 2),
        ("round", vec![here], 4),
        ("away", vec![away], 1),
        ("found", vec![found], 1),
    ] {
        server.script(name, acts);
        deck.model(&server, name).await;
        deck.query(name, json!({"input": "Hello", "target": {"type": "model", "name": name}})).await;
        let query = deck.ended(name).await;
        if name == "moved" {
            assert_eq!(content(&query), "Here.");
            let (headers, uri) = server.last(name);
            assert_eq!(
                (uri.query(), &headers["authorization"]),
                (Some("moved"), &"Bearer sk-lighthouse-1234".parse().unwrap())
            );
        } else {
            let message = message(&query);
            assert!(message.starts_with("ModelAnsweredGarbage: "), "{name}: {message}");
            assert!(message.contains("redirects elsewhere (30"), "{name}: {message}");
            assert!(message.contains("Put the final address in baseUrl"), "{name}: {message}");
        }
        assert_eq!(server.calls(name), calls, "{name}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pause_that_a_provider_asks_for_is_made() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    server.script("gull", [Act::Status(429, &[("retry-after", "1")], "slow down"), Act::Say("Here.")]);
    deck.model(&server, "gull").await;
    deck.query("q", json!({"input": "Hello", "target": {"type": "model", "name": "gull"}})).await;
    assert_eq!(content(&deck.ended("q").await), "Here.");
    let journal = deck.journal("q").await;
    let at = journal.iter().position(|entry| matches!(entry.event, Event::ModelRetry { .. })).unwrap();
    let Event::ModelRetry { delay_ms, .. } = journal[at].event else { unreachable!() };
    assert_eq!(delay_ms, 1000);
    assert!(journal[at + 1].at_ms - journal[at].at_ms >= 990, "the next attempt comes after it");
    deck.stop().await;
}
