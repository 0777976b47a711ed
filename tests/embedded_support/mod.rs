//! A small made-up resource, and an embedded API that serves it.
#![allow(dead_code)] // Each test file uses its part.
#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::path::Path;

use arkdeck::embedded::{Embedded, Settings};
use arkdeck::store::Store;
use kube::api::{ApiResource, DynamicObject};
use kube::{Api, Client};
use serde_json::{Value, json};

/// A namespaced resource with everything that the API treats specially.
pub fn widgets() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.test.example.com"},
        "spec": {
            "group": "test.example.com",
            "scope": "Namespaced",
            "names": {
                "plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList",
                "shortNames": ["wd"], "categories": ["all"]
            },
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "subresources": {"status": {}},
                "selectableFields": [{"jsonPath": ".spec.color"}],
                "additionalPrinterColumns": [
                    {"name": "Color", "type": "string", "jsonPath": ".spec.color"},
                    {
                        "name": "Ready", "type": "string",
                        "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"
                    },
                    {"name": "Size", "type": "integer", "jsonPath": ".spec.size", "priority": 1},
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
                ],
                "schema": {"openAPIV3Schema": widget_schema()}
            }]
        }
    })
}

fn widget_schema() -> Value {
    json!({
        "type": "object",
        "description": "Widget is made up.",
        "required": ["spec"],
        "properties": {
            "spec": {
                "type": "object",
                "description": "What is wanted of the widget.",
                "required": ["color"],
                "properties": {
                    "color": {"type": "string", "enum": ["red", "blue"], "description": "Its colour."},
                    "size": {"type": "integer", "default": 3, "minimum": 1},
                    "parts": {
                        "type": "array",
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["name"],
                        "items": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {"name": {"type": "string"}, "weight": {"type": "integer"}}
                        }
                    },
                    "extra": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
                },
                "x-kubernetes-validations": [
                    {"rule": "self.size < 100", "message": "size must be below 100"}
                ]
            },
            "status": {
                "type": "object",
                "properties": {
                    "phase": {"type": "string"},
                    "conditions": {
                        "type": "array",
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["type"],
                        "items": {
                            "type": "object",
                            "required": ["type", "status"],
                            "properties": {
                                "type": {"type": "string"}, "status": {"type": "string"}
                            }
                        }
                    }
                }
            }
        }
    })
}

/// A cluster-scoped resource without a status subresource, in two versions.
pub fn gadgets() -> Value {
    let schema = json!({"openAPIV3Schema": {
        "type": "object", "x-kubernetes-preserve-unknown-fields": true
    }});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.test.example.com"},
        "spec": {
            "group": "test.example.com",
            "scope": "Cluster",
            "names": {"plural": "gadgets", "kind": "Gadget"},
            "versions": [
                {"name": "v1", "served": true, "storage": true, "schema": schema},
                {
                    "name": "v1beta1", "served": true, "storage": false, "schema": schema, "deprecated": true
                }
            ]
        }
    })
}

/// The API over the data in `dir`.
pub async fn open(dir: &Path) -> Embedded {
    let store = Store::open(dir).await.unwrap();
    let settings = Settings {
        crds: vec![widgets(), gadgets()],
        version: "0.0.0-test".to_owned(),
        ..Settings::default()
    };
    Embedded::start(store, settings).await.unwrap()
}

/// An API of its own with a client; the folder lives as long as the fixture.
pub struct Fixture {
    pub dir: tempfile::TempDir,
    pub embedded: Embedded,
    pub client: Client,
}

impl Fixture {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = open(dir.path()).await;
        let client = Client::new(embedded.router(), "default");
        Self { dir, embedded, client }
    }

    /// Widgets in a namespace.
    pub fn widgets(&self, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &widget_resource())
    }

    /// Sends a request as a plain client would.
    pub async fn send(&self, method: &str, uri: &str, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.send_with(method, uri, &[("content-type", kind)], body).await
    }

    pub async fn send_with(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        use http_body_util::BodyExt;
        use tower::ServiceExt;
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(axum::body::Body::from(body.into())).unwrap();
        let response = self.embedded.router().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let text = body.collect().await.unwrap().to_bytes();
        let value = serde_json::from_slice(&text)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&text).into_owned()));
        let warnings =
            head.headers.get_all("warning").iter().map(|v| v.to_str().unwrap().to_owned()).collect();
        Answer { code: head.status.as_u16(), value, warnings }
    }

    /// Opens a watch.
    pub async fn watch(&self, uri: &str) -> Lines {
        use tower::ServiceExt;
        let request = http::Request::builder().uri(uri).body(axum::body::Body::empty()).unwrap();
        let response = self.embedded.router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        Lines { body: response.into_body(), rest: Vec::new() }
    }

    /// Waits until a request for `uri` is answered with 404.
    pub async fn gone(&self, collection: &str, name: &str) {
        let mut lines = self
            .watch(&format!("{collection}?watch=1&fieldSelector=metadata.name={name}&resourceVersion=0"))
            .await;
        if self.get(&format!("{collection}/{name}")).await.code == 404 {
            return;
        }
        while lines.next().await.unwrap()["type"] != "DELETED" {}
    }

    pub async fn get(&self, uri: &str) -> Answer {
        self.send("GET", uri, "", "").await
    }

    pub async fn post(&self, uri: &str, value: &Value) -> Answer {
        self.send("POST", uri, "application/json", value.to_string()).await
    }

    pub async fn put(&self, uri: &str, value: &Value) -> Answer {
        self.send("PUT", uri, "application/json", value.to_string()).await
    }

    pub async fn delete(&self, uri: &str, options: &Value) -> Answer {
        self.send("DELETE", uri, "application/json", options.to_string()).await
    }

    pub async fn merge(&self, uri: &str, value: &Value) -> Answer {
        self.send("PATCH", uri, "application/merge-patch+json", value.to_string()).await
    }

    pub async fn apply(&self, uri: &str, value: &Value) -> Answer {
        self.send("PATCH", uri, "application/apply-patch+yaml", value.to_string()).await
    }
}

/// The lines of a watch, as they come.
pub struct Lines {
    body: axum::body::Body,
    rest: Vec<u8>,
}

impl Lines {
    /// The next event; `None` at the end. Fails the test when none comes in time.
    pub async fn next(&mut self) -> Option<Value> {
        use http_body_util::BodyExt;
        loop {
            if let Some(end) = self.rest.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let frame = tokio::time::timeout(std::time::Duration::from_secs(10), self.body.frame());
            match frame.await.expect("an event in time") {
                Some(frame) => self.rest.extend_from_slice(&frame.unwrap().into_data().unwrap()),
                None => return None,
            }
        }
    }

    /// `TYPE name` of the next event.
    pub async fn tell(&mut self) -> String {
        let event = self.next().await.expect("the watch goes on");
        let name = event["object"]["metadata"]["name"].as_str().unwrap_or_default();
        format!("{} {name}", event["type"].as_str().unwrap())
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub value: Value,
    pub warnings: Vec<String>,
}

impl Answer {
    /// The value of a request that must have succeeded.
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.code), "{self:?}");
        self.value
    }

    /// `code reason: message` of a request that must have failed.
    pub fn failure(self) -> String {
        assert!(self.code >= 400, "{self:?}");
        let text = |field: &str| self.value[field].as_str().unwrap_or_default();
        assert_eq!(self.value["kind"], "Status");
        assert_eq!(self.value["code"], self.code);
        format!("{} {}: {}", self.code, text("reason"), text("message"))
    }
}

pub fn widget_resource() -> ApiResource {
    ApiResource {
        group: "test.example.com".to_owned(),
        version: "v1".to_owned(),
        api_version: "test.example.com/v1".to_owned(),
        kind: "Widget".to_owned(),
        plural: "widgets".to_owned(),
    }
}

/// A widget.
pub fn widget(name: &str, color: &str) -> Value {
    json!({
        "apiVersion": "test.example.com/v1", "kind": "Widget", "metadata": {"name": name},
        "spec": {"color": color}
    })
}

/// The widgets of the default namespace.
pub const WIDGETS: &str = "/apis/test.example.com/v1/namespaces/default/widgets";
