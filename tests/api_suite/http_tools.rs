//! HTTP tools: what is sent, what comes back, and everything that can go wrong with it. Decision 15 and f of the spec.

use arkdeck::resources::Tool;
use kube::api::Api;
use serde_json::{Value, json};

use crate::harness::{Deck, NAMESPACE, content, outline, quick, reason};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

struct Bench {
    dir: tempfile::TempDir,
    models: ModelServer,
    tools: ToolServer,
    deck: Deck,
}

impl Bench {
    async fn start() -> Self {
        let (dir, models, tools) =
            (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
        let deck = Deck::start(dir.path(), quick()).await;
        deck.model(&models, "gull").await;
        Self { dir, models, tools, deck }
    }

    /// An http tool.
    async fn http(&self, name: &str, path: &str, more: Value) {
        let mut http = json!({"url": format!("{}{path}", self.tools.url)});
        http.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.deck.tool(name, json!({"type": "http", "http": http})).await;
    }

    /// Asks an agent with these tools, whose model calls `calls` and then says "Done."; what it was told.
    async fn ask(&self, tools: Value, calls: &'static [(&'static str, &'static str)]) -> Vec<String> {
        self.ask_with(tools, calls, json!({})).await
    }

    async fn ask_with(
        &self,
        tools: Value,
        calls: &'static [(&'static str, &'static str)],
        query: Value,
    ) -> Vec<String> {
        self.models.script("gull", [Act::Tools(calls), Act::Say("Done.")]);
        self.deck.agent("pilot", "gull", json!({ "tools": tools })).await;
        let mut spec = json!({"input": "Tide?", "target": {"type": "agent", "name": "pilot"}});
        spec.as_object_mut().unwrap().extend(query.as_object().unwrap().clone());
        self.deck.query("q", spec).await;
        let ended = self.deck.ended("q").await;
        assert_eq!((reason(&ended).as_str(), content(&ended).as_str()), ("QuerySucceeded", "Done."));
        let last = self.models.requests("gull").pop().unwrap();
        let messages = last["messages"].as_array().unwrap().clone();
        let told = messages.into_iter().filter(|message| message["role"] == "tool");
        told.map(|message| unmarked(message["content"].as_str().unwrap())).collect()
    }

    async fn stop(self) {
        self.deck.stop().await;
        drop(self.dir);
    }
}

/// What stands between the marks of an untrusted result.
fn unmarked(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() > 3 && lines[1].starts_with("<ark-untrusted-tool-output-") {
        lines.pop();
        lines.drain(..2);
    }
    lines.join("\n")
}

fn http(name: &str) -> Value {
    json!([{"type": "http", "name": name}])
}

#[tokio::test(flavor = "multi_thread")]
async fn url_headers_and_body_are_made_from_arguments_and_every_source() {
    let bench = Bench::start().await;
    bench.deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"tide": "k-harbour-1"}})).await;
    bench
        .deck
        .create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "units"}, "data": {"unit": "ft \"deep\""}}))
        .await;
    let body = r#"{"port": "{{.input.port}}", "days": {{.input.days}}, "unit": "{{.unit}}", "ship": "{{.ship}}", "fixed": "{{.fixed}}"}"#;
    let source = |from: &str, value: Value| json!({ from: value });
    bench
        .http(
            "tides",
            "/{port}?unit={fixed}",
            json!({
                "method": "POST",
                "body": body,
                "headers": [
                    {"name": "X-Key", "value": {"valueFrom": source("secretKeyRef", json!({"name": "keys", "key": "tide"}))}},
                    {"name": "X-Unit", "value": {"valueFrom": source("configMapKeyRef", json!({"name": "units", "key": "unit"}))}},
                    {"name": "X-Ship", "value": {"valueFrom": source("queryParameterRef", json!({"name": "ship"}))}},
                    {"name": "X-Days", "value": {"value": "{{.input.days}} days"}},
                ],
                "bodyParameters": [
                    {"name": "unit", "valueFrom": source("configMapKeyRef", json!({"name": "units", "key": "unit"}))},
                    {"name": "ship", "valueFrom": source("queryParameterRef", json!({"name": "ship"}))},
                    {"name": "fixed", "value": "a/b"},
                ],
            }),
        )
        .await;
    let calls = &[("tides", r#"{"port": "Porto \"Novo\", \"admin\": true", "days": 2}"#)];
    let query = json!({"parameters": [{"name": "ship", "value": "Gull \"II\""}]});
    let told = bench.ask_with(http("tides"), calls, query).await;
    assert_eq!(told, ["low tide"]);
    let asked = bench.tools.only();
    assert_eq!(
        asked.json(),
        json!({"port": "Porto \"Novo\", \"admin\": true", "days": 2, "unit": "ft \"deep\"", "ship": "Gull \"II\"", "fixed": "a/b"})
    );
    assert_eq!(asked.uri.path(), "/Porto%20%22Novo%22%2C%20%22admin%22%3A%20true");
    assert_eq!(asked.uri.query(), Some("unit=a%2Fb"));
    assert_eq!(asked.header("content-type"), "application/json");
    let headers = ["x-key", "x-unit", "x-ship", "x-days"].map(|name| asked.header(name).to_owned());
    assert_eq!(headers, ["k-harbour-1", "ft \"deep\"", "Gull \"II\"", "2 days"]);
    let journal = serde_json::to_string(&bench.deck.journal("q").await).unwrap();
    assert!(!journal.contains("k-harbour-1"), "no secret in the journal");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_tool_goes_back_to_the_model() {
    let bench = Bench::start().await;
    bench.http("gone", "/status/404", json!({})).await;
    bench.http("broken", "/status/500", json!({})).await;
    bench.http("typo", "/x", json!({"method": "POST", "body": "{{.input.prot}}"})).await;
    bench.deck.tool("nowhere", json!({"type": "http", "http": {"url": "http://127.0.0.1:1/"}})).await;
    bench
        .deck
        .tool("forbidden", json!({"type": "http", "http": {"url": "http://169.254.169.254/latest"}}))
        .await;
    let secret = json!({"secretKeyRef": {"name": "ghost", "key": "k"}});
    bench.http("keyless", "/x", json!({"headers": [{"name": "X", "value": {"valueFrom": secret}}]})).await;
    let names = ["gone", "broken", "typo", "nowhere", "forbidden", "keyless"];
    let tools: Vec<Value> = names.iter().map(|name| json!({"type": "http", "name": name})).collect();
    let told = bench
        .ask(
            json!(tools),
            &[
                ("gone", "{}"),
                ("broken", "{}"),
                ("typo", "{}"),
                ("nowhere", "{}"),
                ("forbidden", "{}"),
                ("keyless", "{}"),
                ("ghost", "{}"),
                ("gone", "[1]"),
                ("gone", "{\"a\": "),
            ],
        )
        .await;
    let expected = [
        "HTTP status 404: no such harbour",
        "HTTP status 500: no such harbour",
        "'prot'",
        "onnection refused",
        "never reach",
        "there is no Secret 'ghost'",
        "there is no tool 'ghost'; there are: gone, broken, typo, nowhere, forbidden, keyless",
        "not a JSON object",
        "not JSON",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (text, expected) in told.iter().zip(expected) {
        let error: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}"));
        assert!(error["error"].as_str().unwrap().contains(expected), "{text}: {expected}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_bounded_in_time_and_size() {
    let bench = Bench::start().await;
    bench.http("never", "/never", json!({"timeout": "1"})).await;
    bench.http("drip", "/drip", json!({"timeout": "1s"})).await;
    bench.http("long", "/long/3000000", json!({})).await;
    let tools = json!([{"type": "http", "name": "never"}, {"type": "http", "name": "drip"}, {"type": "http", "name": "long"}]);
    let told = bench.ask(tools, &[("never", "{}"), ("drip", "{}"), ("long", "{}")]).await;
    assert!(told[0].contains("no answer within 1 s"), "{}", told[0]);
    assert!(told[1].contains("no answer within 1 s"), "{}", told[1]);
    assert!(told[2].len() <= 64 << 10 && told[2].ends_with("[cut here; there is more]"), "{}", told[2].len());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_with_the_guard_and_without_keys() {
    let bench = Bench::start().await;
    let other = ToolServer::start().await;
    let headers = json!([{"name": "X-Key", "value": {"value": "k-harbour-1"}}, {"name": "Accept", "value": {"value": "text/plain"}}]);
    bench.http("here", &format!("/to?{}/x", bench.tools.url), json!({"headers": headers})).await;
    bench
        .http(
            "there",
            &format!("/to?{}/y", other.url),
            json!({"headers": headers, "method": "POST", "body": "b"}),
        )
        .await;
    bench.http("inside", "/to?http://169.254.169.254/latest", json!({})).await;
    let tools: Vec<Value> =
        ["here", "there", "inside"].iter().map(|name| json!({"type": "http", "name": name})).collect();
    let told = bench.ask(json!(tools), &[("here", "{}"), ("there", "{}"), ("inside", "{}")]).await;
    assert_eq!((told[0].as_str(), told[1].as_str()), ("low tide", "low tide"));
    assert!(told[2].contains("never reach"), "{}", told[2]);
    let near = bench.tools.asked().into_iter().find(|asked| asked.uri.path() == "/x").unwrap();
    assert_eq!(near.header("x-key"), "k-harbour-1");
    let far = other.only();
    assert_eq!((far.header("x-key"), far.header("accept")), ("", "text/plain"));
    assert_eq!((far.method.as_str(), far.body.as_str()), ("GET", ""), "a POST that was answered 302");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_is_tried_without_a_query_as_a_run_would_call_it() {
    let bench = Bench::start().await;
    bench.http("tides", "/tides/{port}", json!({})).await;
    bench.http("gone", "/status/404", json!({})).await;
    bench.deck.tool("ask", json!({"type": "agent", "agent": {"name": "pilot"}})).await;
    let tools: Api<Tool> = Api::namespaced(bench.deck.client.clone(), NAMESPACE);
    let tool = |name: &'static str| {
        let tools = tools.clone();
        async move { tools.get(name).await.unwrap() }
    };
    let good = bench.deck.engine.try_tool(tool("tides").await, r#"{"port": "a b"}"#, "").await.unwrap();
    assert!(!good.is_error && good.content.contains("Lisbon"), "{good:?}");
    assert_eq!(bench.tools.only().uri.path(), "/tides/a%20b");
    let bad = bench.deck.engine.try_tool(tool("gone").await, "", "").await.unwrap();
    assert!(bad.is_error && bad.content.contains("HTTP status 404"), "{bad:?}");
    let wrong = bench.deck.engine.try_tool(tool("tides").await, "[]", "").await.unwrap();
    assert!(wrong.is_error && wrong.content.contains("not a JSON object"), "{wrong:?}");
    assert_eq!(good.answer.map(|(status, _)| status), Some(200));
    assert_eq!(bad.answer.map(|(status, _)| status), Some(404));
    let filtered = bench.deck.engine.try_tool(tool("tides").await, "{}", ".port").await.unwrap();
    assert_eq!(filtered.content, "\"Lisbon\"", "{filtered:?}");
    let asks = bench.deck.engine.try_tool(tool("ask").await, "{}", "").await.unwrap_err();
    assert!(asks.message.contains("asks the agent 'pilot'"), "{asks}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jq_filters_shape_results_and_cannot_harm() {
    let bench = Bench::start().await;
    bench.http("tides", "/tides", json!({})).await;
    bench.http("word", "/word", json!({})).await;
    bench.http("longer", "/long/11000000", json!({})).await;
    bench.deck.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "filters"}, "data": {"first": ".tides[0]"}})).await;
    let jq = |filter: &str| json!({"name": "jq", "value": filter});
    let tool = |name: &str, of: &str, functions: Value| json!({"type": "http", "name": name, "partial": {"name": of}, "functions": functions});
    let from = json!({"name": "jq", "valueFrom": {"configMapKeyRef": {"name": "filters", "key": "first"}}});
    let tools = json!([
        tool("ft", "tides", json!([jq(".tides | map(.ft) | add")])),
        tool("two", "tides", json!([from, jq(".at")])),
        tool("plain", "word", json!([jq(".at")])),
        tool("wrong", "tides", json!([jq(".tides[")])),
        tool("endless", "tides", json!([jq("last(repeat(1))")])),
        tool("deep", "tides", json!([jq("def f: 1 + f; f")])),
        tool("big", "tides", json!([jq("[range(1e12)]")])),
        tool("other", "tides", json!([{"name": "awk", "value": "$1"}])),
        tool("longer", "longer", json!([jq(".")])),
    ]);
    let told = bench
        .ask(
            tools,
            &[
                ("ft", "{}"),
                ("two", "{}"),
                ("plain", "{}"),
                ("wrong", "{}"),
                ("endless", "{}"),
                ("deep", "{}"),
                ("big", "{}"),
                ("other", "{}"),
                ("longer", "{}"),
            ],
        )
        .await;
    assert_eq!(told[..3], ["3.6", "\"06:10\"", "low tide"]);
    assert!(told[3].contains("the jq filter '.tides[' cannot be read"), "{}", told[3]);
    assert!(told[4].contains("longer than 2 s"), "{}", told[4]);
    assert!(told[5].contains("recurses without end"), "{}", told[5]);
    assert!(told[6].contains("memory") || told[6].contains("longer than 2 s"), "{}", told[6]);
    assert!(told[7].contains("Lisbon"), "{}", told[7]);
    assert!(told[8].contains("longer than 10 MiB"), "{}", told[8]);
    let journal = outline(&bench.deck.journal("q").await);
    assert_eq!(journal.iter().filter(|line| *line == "notice").count(), 1, "the unknown filter is told of");
    bench.stop().await;
}
