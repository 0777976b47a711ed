//! Traces and Events of a run: what a receiver of OpenTelemetry is sent, what models and tools are told, what kubectl shows.

use std::sync::{Arc, Mutex};

use arkdeck::engine::Settings;
use arkdeck::engine::providers::Environment;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use k8s_openapi::api::core::v1::Event;
use kube::ResourceExt;
use kube::api::{Api, ListParams};
use serde_json::{Value, json};

use crate::harness::{Deck, NAMESPACE, PATIENCE, content, quick};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

/// A receiver of OTLP over HTTP. It refuses the first request, as a busy one does.
#[derive(Clone, Default)]
struct Receiver {
    requests: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    refused: Arc<Mutex<bool>>,
    came: Arc<tokio::sync::Notify>,
}

impl Receiver {
    async fn start() -> (Self, String) {
        let receiver = Self::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (receiver, url)
    }

    fn spans(&self) -> Vec<Value> {
        let requests = self.requests.lock().unwrap();
        let spans = requests.iter().flat_map(|(_, body)| {
            body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
        });
        spans.collect()
    }

    /// The spans, once the run's own has come.
    async fn whole(&self, query: &str) -> Vec<Value> {
        let name = format!("query {query}");
        let wait = async {
            loop {
                let came = self.came.notified();
                let spans = self.spans();
                if spans.iter().any(|span| span["name"] == name.as_str()) {
                    return spans;
                }
                came.await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{:?}", self.spans()))
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: axum::body::Bytes) -> StatusCode {
    if !std::mem::replace(&mut *receiver.refused.lock().unwrap(), true) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    receiver.requests.lock().unwrap().push((headers, serde_json::from_slice(&body).unwrap()));
    receiver.came.notify_one();
    StatusCode::OK
}

fn traced(url: &str) -> Settings {
    let environment = Environment::of([
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.to_owned()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=lagoon".to_owned()),
    ]);
    Settings { environment, ..quick() }
}

fn named<'a>(spans: &'a [Value], name: &str) -> &'a Value {
    spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("no {name} in {spans:?}"))
}

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_a_trace_in_its_callers_and_models_and_tools_are_told() {
    let (dir, models, tools) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    let (receiver, url) = Receiver::start().await;
    let deck = Deck::start(dir.path(), traced(&url)).await;
    deck.model(&models, "gull").await;
    let http = |path: &str| json!({"type": "http", "http": {"url": format!("{}{path}", tools.url)}});
    deck.tool("tides", http("/tides")).await;
    deck.tool("lost", http("/status/500")).await;
    let list = json!([{"type": "http", "name": "tides"}, {"type": "http", "name": "lost"}]);
    deck.agent("pilot", "gull", json!({ "tools": list })).await;
    let members = json!([{"name": "pilot", "type": "agent"}]);
    deck.team("crew", json!({"strategy": "sequential", "members": members})).await;
    models.script("gull", [Act::Tools(&[("tides", "{}"), ("lost", "{}")]), Act::Say("Low.")]);
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
        "metadata": {"name": "q", "annotations": {"ark.mckinsey.com/traceparent": CALLER}},
        "spec": {"input": "Tide?", "target": {"type": "team", "name": "crew"}},
    }))
    .await;
    assert_eq!(content(&deck.ended("q").await), "Low.");
    let spans = receiver.whole("q").await;
    assert!(spans.iter().all(|span| span["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736"), "{spans:?}");
    let root = named(&spans, "query q");
    assert_eq!(root["parentSpanId"], "00f067aa0ba902b7");
    let (team, turn) = (named(&spans, "invoke_workflow crew"), named(&spans, "invoke_agent pilot"));
    assert_eq!((&team["parentSpanId"], &turn["parentSpanId"]), (&root["spanId"], &team["spanId"]));
    let (tool, lost) = (named(&spans, "execute_tool tides"), named(&spans, "execute_tool lost"));
    assert_eq!((&tool["parentSpanId"], lost["status"]["code"].as_u64()), (&turn["spanId"], Some(2)));
    assert_eq!(spans.len(), 7, "{spans:?}");
    // The far sides are told which span calls them.
    let parent = |span: &Value| {
        format!("00-{}-{}-01", span["traceId"].as_str().unwrap(), span["spanId"].as_str().unwrap())
    };
    let asked = tools.asked().into_iter().find(|asked| asked.uri.path() == "/tides").unwrap();
    assert_eq!(asked.header("traceparent"), parent(tool));
    let (headers, _) = models.last("gull");
    let told = headers["traceparent"].to_str().unwrap();
    assert!(spans.iter().any(|span| span["name"] == "chat gull" && parent(span) == told), "{told}");
    let headers = receiver.requests.lock().unwrap()[0].0.clone();
    assert_eq!(
        (&headers["x-team"], &headers["content-type"]),
        (&"lagoon".parse().unwrap(), &"application/json".parse().unwrap())
    );
    // Counted once the receiver has answered, which is after it has noted what came.
    let counted = async {
        while !deck.engine.metrics().contains("arkdeck_spans_exported_total 7") {
            tokio::task::yield_now().await;
        }
    };
    let counted = tokio::time::timeout(PATIENCE, counted).await;
    let metrics = deck.engine.metrics();
    assert!(counted.is_ok() && metrics.contains("arkdeck_spans_dropped_total 0"), "{metrics}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_the_trace_goes_on_with_the_same_ids() {
    let (dir, models) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let (receiver, url) = Receiver::start().await;
    let deck = Deck::start(dir.path(), traced(&url)).await;
    deck.model(&models, "gull").await;
    let tools = json!([{"type": "built-in", "name": "noop"}]);
    deck.agent("pilot", "gull", json!({ "tools": tools })).await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    models.script("gull", [Act::Tools(&[("noop", "{}")]), Act::Hold("Lo", gate, "w."), Act::Say("Low.")]);
    deck.query("q", json!({"input": "Tide?", "target": {"type": "agent", "name": "pilot"}})).await;
    models.called("gull", 2).await;
    deck.stop().await;
    let deck = Deck::start(dir.path(), traced(&url)).await;
    assert_eq!(content(&deck.ended("q").await), "Low.");
    let spans = receiver.whole("q").await;
    let mut names: Vec<_> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let chats = vec!["chat gull"; 3];
    assert_eq!(names, [chats, vec!["execute_tool noop", "invoke_agent pilot", "query q"]].concat());
    let agent = &named(&spans, "invoke_agent pilot")["spanId"];
    assert!(
        spans.iter().filter(|span| span["name"] == "chat gull").all(|span| span["parentSpanId"] == *agent)
    );
    let cut = spans.iter().filter(|span| span["status"]["code"] == 2).count();
    assert_eq!(cut, 1, "the call that the restart cut: {spans:?}");
    deck.stop().await;
}

/// Events about the query, as reason and message, once there is one with this reason.
pub async fn told(deck: &Deck, query: &str, last: &str) -> Vec<(String, String)> {
    told_of(deck, deck.queries().get(query).await.unwrap().uid(), last).await
}

/// The same of any object.
pub async fn told_of(deck: &Deck, uid: Option<String>, last: &str) -> Vec<(String, String)> {
    let api: Api<Event> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let wait = async {
        loop {
            let all = api.list(&ListParams::default()).await.unwrap();
            let about = all.items.into_iter().filter(|event| event.involved_object.uid == uid);
            let told: Vec<_> = about
                .map(|event| (event.reason.unwrap_or_default(), event.message.unwrap_or_default()))
                .collect();
            if told.iter().any(|(reason, _)| reason == last) {
                return told;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_failed_calls_and_the_end_of_a_team_are_events_without_what_was_said() {
    let (dir, models, tools) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&models, "gull").await;
    deck.tool("lost", json!({"type": "http", "http": {"url": format!("{}/status/500", tools.url)}})).await;
    deck.agent("pilot", "gull", json!({"tools": [{"type": "http", "name": "lost"}]})).await;
    let members = json!([{"name": "pilot", "type": "agent"}]);
    deck.team("crew", json!({"strategy": "round-robin", "maxTurns": 2, "members": members})).await;
    let slow = Act::Status(503, &[], "busy");
    let call = || Act::Tools(&[("lost", r#"{"key": "k-harbour-1"}"#)]);
    models.script("gull", [slow, call(), call(), Act::Say("Nothing."), Act::Say("Still nothing.")]);
    deck.ask_team("crew", "Where?").await;
    let told = told(&deck, "ask-crew", "QueryExecutionComplete").await;
    let of = |reason: &str| -> Vec<&str> {
        told.iter().filter(|(is, _)| is == reason).map(|(_, message)| message.as_str()).collect()
    };
    let mut turns = of("TeamTurnStart");
    turns.sort_unstable();
    assert_eq!(turns.len(), 2, "{told:?}");
    assert_eq!(turns[0], "Turn 1 of team 'crew': agent 'pilot' speaks, by the order of the members.");
    assert_eq!(of("TeamTurnMaxTurns"), ["Team 'crew' ended after 2 turns: more are not allowed."]);
    assert_eq!(of("LLMCallError").len(), 1);
    // The same is told once.
    assert_eq!(of("ToolCallError"), ["A call of tool 'lost' failed; the model was told."]);
    assert!(!told.iter().any(|(_, message)| message.contains("k-harbour-1")), "{told:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_has_its_code_and_sentence_in_status_journal_and_event() {
    let (dir, models) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&models, "gull").await;
    models.script("gull", [Act::Say("Low.")]);
    let target = |kind: &str, name: &str| json!({"type": kind, "name": name});
    deck.query("one", json!({"input": "x", "target": target("agent", "ghost")})).await;
    deck.query("two", json!({"input": "x", "targets": [target("agent", "ghost"), target("model", "gull")]}))
        .await;
    let said = "There is no Agent 'ghost'";
    for (query, reason) in [("one", "QueryExecutionError"), ("two", "TargetExecutionError")] {
        let status = serde_json::to_string(&deck.ended(query).await.status).unwrap();
        assert!(status.contains("AgentNotFound") && status.contains(said), "{query}: {status}");
        let journal = serde_json::to_string(&deck.journal(query).await).unwrap();
        assert!(
            journal.contains(r#""code":"AgentNotFound""#) && journal.contains(said),
            "{query}: {journal}"
        );
        let told = told(&deck, query, reason).await;
        let told = told.iter().find(|(is, _)| is == reason).unwrap();
        assert!(told.1.contains("AgentNotFound") && told.1.contains(said), "{query}: {told:?}");
    }
    deck.stop().await;
}
