//! The live stream: hello, follow, what changed.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::{Value, json};

use crate::harness::{Server, request};

/// Longer than any message takes; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream.
struct Stream {
    body: Body,
    buffer: String,
}

impl Stream {
    async fn open(server: &Server, tab: &str) -> Self {
        let request = request("GET", &format!("/live?tab={tab}")).body(Body::empty()).unwrap();
        let response = server.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
        Self { body: response.into_body(), buffer: String::new() }
    }

    /// The next message; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.buffer = rest.to_owned();
                match data {
                    Some(data) if data == "." => continue, // The heartbeat.
                    Some(data) => return Some(serde_json::from_str(&data).unwrap()),
                    None => continue,
                }
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.unwrap()?.unwrap();
            self.buffer.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }
}

async fn create_agent(server: &Server, name: &str) {
    let text = format!(
        "apiVersion: ark.mckinsey.com/v1alpha1\nkind: Agent\nmetadata:\n  name: {name}\nspec:\n  prompt: hello\n"
    );
    let arguments = json!({"namespace": "default", "text": text, "version": null, "dry_run": false});
    assert_eq!(server.call("objects/apply", arguments).await.status, StatusCode::OK);
}

fn list(id: u32, revision: &Value) -> Value {
    json!({"id": id, "topic": {"List": {"request": {"kind": "agent", "namespace": "default"}, "revision": revision}}})
}

#[tokio::test]
async fn a_list_lives() {
    let server = Server::start().await;
    let page = server
        .call("objects/list", json!({"request": {"kind": "agent", "namespace": "default"}}))
        .await
        .json();
    let mut stream = Stream::open(&server, "one").await;
    let hello = stream.next().await.unwrap();
    assert!(hello["Hello"]["boot"].is_string() && hello["Hello"]["now_ms"].is_number(), "{hello}");

    // Written before the tab follows: the stream starts with what the page lacks.
    create_agent(&server, "tide").await;
    let follow = server
        .call("live/follow", json!({"tab": "one", "subscriptions": [list(1, &page["revision"])]}))
        .await;
    assert_eq!(follow.status, StatusCode::OK, "{}", follow.body);
    let rows = stream.next().await.unwrap();
    assert_eq!(rows["Rows"]["upserts"][0]["key"]["name"], "tide", "{rows}");
    assert_eq!(rows["Rows"]["total"], 1);

    create_agent(&server, "moon").await;
    let rows = stream.next().await.unwrap();
    assert_eq!(rows["Rows"]["upserts"][0]["key"]["name"], "moon");
    let uid = rows["Rows"]["upserts"][0]["uid"].clone();
    let keys = json!({"keys": [{"kind": "agent", "namespace": "default", "name": "moon"}]});
    server.call("objects/delete", keys).await;
    let rows = stream.next().await.unwrap();
    assert_eq!(rows["Rows"]["removes"], json!([uid]), "{rows}");
}

#[tokio::test]
async fn a_page_of_an_earlier_process_starts_afresh() {
    let server = Server::start().await;
    let mut stream = Stream::open(&server, "two").await;
    stream.next().await.unwrap();
    server.call("live/follow", json!({"tab": "two", "subscriptions": [list(7, &json!(1))]})).await;
    assert_eq!(stream.next().await.unwrap(), json!({"Reset": {"id": 7}}));
}

/// A query to an agent that is not there, which waits for it.
async fn create_query(server: &Server, name: &str) -> Value {
    let form = json!({
        "namespace": "default", "name": name, "targets": [{"kind": "agent", "namespace": "default", "name": "tide"}],
        "input": "When?", "parameters": [], "session": "", "timeout": ""
    });
    server.call("queries/create", json!({"form": form})).await.json()
}

#[tokio::test]
async fn one_page_home_and_counts_live() {
    let server = Server::start().await;
    let mut stream = Stream::open(&server, "three").await;
    stream.next().await.unwrap();
    let key = json!({"kind": "agent", "namespace": "default", "name": "tide"});
    let subscriptions = json!([
        {"id": 1, "topic": {"Object": {"key": key, "version": 0}}},
        {"id": 2, "topic": {"Nav": {"namespace": null}}},
        {"id": 3, "topic": {"Home": {"namespace": "default"}}}
    ]);
    server.call("live/follow", json!({"tab": "three", "subscriptions": subscriptions})).await;
    assert_eq!(stream.next().await.unwrap(), json!({"Gone": {"id": 1}}));
    assert_eq!(stream.next().await.unwrap()["Nav"]["counts"]["running"], 0);
    assert_eq!(stream.next().await.unwrap()["Home"]["id"], 3);
    create_agent(&server, "tide").await;
    let object = stream.next().await.unwrap();
    assert_eq!(object["Object"]["detail"]["row"]["key"]["name"], "tide", "{object}");
}

#[tokio::test]
async fn a_page_that_is_quicker_than_its_query_waits_for_it() {
    let server = Server::start().await;
    let mut stream = Stream::open(&server, "early").await;
    stream.next().await.unwrap();
    let key = json!({"kind": "query", "namespace": "default", "name": "dusk"});
    let topic = json!([{"id": 1, "topic": {"Run": {"key": key, "after": 0}}}]);
    server.call("live/follow", json!({"tab": "early", "subscriptions": topic})).await;
    create_query(&server, "dusk").await;
    let first = stream.next().await.unwrap();
    assert_eq!(first["Run"]["delta"]["Head"]["status"]["state"], "queued", "{first}");
}

#[tokio::test]
async fn a_run_is_followed_from_where_the_page_stands() {
    let server = Server::start().await;
    let key = create_query(&server, "dawn").await;
    let mut changed = server.caches.changed();
    while server.call("queries/run", json!({"key": key})).await.status != StatusCode::OK {
        changed.changed().await.unwrap();
    }
    let mut stream = Stream::open(&server, "four").await;
    stream.next().await.unwrap();
    let topic = json!([{"id": 1, "topic": {"Run": {"key": key, "after": 0}}}]);
    server.call("live/follow", json!({"tab": "four", "subscriptions": topic})).await;
    let head = stream.next().await.unwrap();
    assert_eq!(
        head["Run"]["delta"]["Head"]["status"]["state"], "queued",
        "the stream opens with the state: {head}"
    );
    server.call("queries/cancel", json!({"key": key})).await;
    let head = stream.next().await.unwrap();
    assert_eq!(head["Run"]["delta"]["Head"]["status"]["word"], "Canceling", "{head}");
    server.call("objects/delete", json!({"keys": [key]})).await;
    assert_eq!(stream.next().await.unwrap(), json!({"Gone": {"id": 1}}));
}

#[tokio::test]
async fn only_the_tab_itself_is_steered_and_within_bounds() {
    let server = Server::start().await;
    let nobody = server.call("live/follow", json!({"tab": "none", "subscriptions": []})).await;
    assert_eq!((nobody.status, nobody.json()["code"].as_str()), (StatusCode::NOT_FOUND, Some("NotFound")));
    let mut stream = Stream::open(&server, "five").await;
    stream.next().await.unwrap();
    let many: Vec<_> = (0..17).map(|id| list(id, &json!(1))).collect();
    let refused = server.call("live/follow", json!({"tab": "five", "subscriptions": many})).await;
    assert_eq!(refused.json()["code"], "Invalid");
    let without = server.get("/live").await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn streams_end_when_the_process_drains() {
    let server = Server::start().await;
    let mut stream = Stream::open(&server, "six").await;
    stream.next().await.unwrap();
    server.shutdown.cancel();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn data_sets_say_that_they_moved_and_nothing_of_what_is_in_them() {
    let server = Server::start().await;
    // Of its own: what is kept here is told to all of one process.
    let place: Namespace = serde_json::from_value(json!({"metadata": {"name": "followed"}})).unwrap();
    Api::all(server.client.clone()).create(&PostParams::default(), &place).await.unwrap();
    let mut stream = Stream::open(&server, "seven").await;
    stream.next().await.unwrap();
    let topic = |name: Value| json!({"DataSets": {"namespace": "followed", "name": name}});
    let subscriptions =
        json!([{"id": 1, "topic": topic(Value::Null)}, {"id": 2, "topic": topic(json!("tides"))}]);
    server.call("live/follow", json!({"tab": "seven", "subscriptions": subscriptions})).await;
    let (list, one) = (json!({"DataSets": {"id": 1}}), json!({"DataSets": {"id": 2}}));
    // The page may be older than the stream: each is told once to ask.
    assert_eq!([stream.next().await.unwrap(), stream.next().await.unwrap()], [list.clone(), one.clone()]);
    let maps: Api<ConfigMap> = Api::namespaced(server.client.clone(), "followed");
    let create = async |name: &str| {
        let labels = json!({"ark.mckinsey.com/data-set": "true"});
        let map =
            json!({"metadata": {"name": name, "labels": labels}, "data": {"items.yaml": "- input: a\n"}});
        maps.create(&PostParams::default(), &serde_json::from_value(map).unwrap()).await.unwrap();
    };
    create("tides").await;
    assert_eq!([stream.next().await.unwrap(), stream.next().await.unwrap()], [list.clone(), one]);
    create("winds").await;
    assert_eq!(stream.next().await.unwrap(), list);
    maps.delete("tides", &DeleteParams::default()).await.unwrap();
    assert_eq!(
        [stream.next().await.unwrap(), stream.next().await.unwrap()],
        [list.clone(), json!({"Gone": {"id": 2}})]
    );
    // What is kept here is told of as well.
    let change = json!({
        "namespace": "followed", "name": "kept", "home": "Store", "from": 0,
        "change": {"Replace": "- input: a\n"}, "note": "",
    });
    let made = server.call("datasets/change", json!({"change": change})).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert_eq!(stream.next().await.unwrap(), list);
    let kept = json!({"namespace": "followed", "name": "kept"});
    assert_eq!(server.call("datasets/delete", kept).await.status, StatusCode::OK);
    assert_eq!(stream.next().await.unwrap(), list);
    let request =
        json!({"namespace": "followed", "name": "kept", "version": 0, "tag": "", "search": "", "offset": 0});
    let now = server.call("datasets/now", json!({"request": request})).await;
    assert_eq!((now.status, now.json()), (StatusCode::OK, Value::Null), "gone is an answer, and no error");
}
