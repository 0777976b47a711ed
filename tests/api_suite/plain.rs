//! The API alone, without controllers, asked as a plain HTTP client would.

use arkdeck::embedded::Embedded;
use arkdeck::store::Store;
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Connection, PATIENCE, connect};

/// The API under test and a namespace of the test's own, so that tests do not see each other on a cluster.
pub struct Plain {
    client: Client,
    embedded: Option<Embedded>,
    store: Store,
    dir: TempDir,
    namespace: String,
}

impl Plain {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut plain = Self::open(tempfile::tempdir().unwrap(), String::new()).await;
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "plain-"}});
        let made = plain.post("/api/v1/namespaces", &namespace).await.ok();
        plain.namespace = made["metadata"]["name"].as_str().unwrap().to_owned();
        plain
    }

    async fn open(dir: TempDir, namespace: String) -> Self {
        let store = Store::open(dir.path()).await.unwrap();
        let Connection { client, embedded, .. } = connect(&store, false).await;
        Self { client, embedded, store, dir, namespace }
    }

    /// Whether the API is the embedded one. A kube-apiserver comes without the controllers that collect dependents and
    /// empty namespaces: kube-controller-manager has them.
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// The same after a restart of the embedded API, for which everything before is history; a cluster goes on.
    pub async fn restarted(self) -> Self {
        let Self { client, embedded, store, dir, namespace } = self;
        drop(client);
        if let Some(embedded) = embedded {
            embedded.shutdown().await;
        }
        store.close().await;
        drop(store);
        Self::open(dir, namespace).await
    }

    /// The address of agents, and of what `rest` says of them: `/pilot`, `?watch=1`.
    pub fn agents(&self, rest: &str) -> String {
        format!("/apis/ark.mckinsey.com/v1alpha1/namespaces/{}/agents{rest}", self.namespace)
    }

    /// The address of something built in: `configmaps/a`.
    pub fn core(&self, rest: &str) -> String {
        format!("/api/v1/namespaces/{}/{rest}", self.namespace)
    }

    pub async fn send(&self, method: &str, uri: &str, kind: &str, body: String) -> Answer {
        let request = http::Request::builder().method(method).uri(uri).header("content-type", kind);
        let response = self.client.send(request.body(Body::from(body.into_bytes())).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let value = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        let warnings =
            head.headers.get_all("warning").iter().map(|w| w.to_str().unwrap().to_owned()).collect();
        Answer { code: head.status.as_u16(), value, warnings }
    }

    pub async fn get(&self, uri: &str) -> Answer {
        self.send("GET", uri, "application/json", String::new()).await
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

    pub async fn merge(&self, uri: &str, patch: &Value) -> Answer {
        self.send("PATCH", uri, "application/merge-patch+json", patch.to_string()).await
    }

    pub async fn json_patch(&self, uri: &str, patch: &Value) -> Answer {
        self.send("PATCH", uri, "application/json-patch+json", patch.to_string()).await
    }

    pub async fn strategic(&self, uri: &str, patch: &Value) -> Answer {
        self.send("PATCH", uri, "application/strategic-merge-patch+json", patch.to_string()).await
    }

    pub async fn apply(&self, uri: &str, value: &Value) -> Answer {
        self.send("PATCH", uri, "application/apply-patch+yaml", value.to_string()).await
    }

    /// Opens a watch.
    pub async fn watch(&self, uri: &str) -> Lines {
        let response = self.client.send(http::Request::get(uri).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        Lines { body: response.into_body(), rest: Vec::new() }
    }

    /// Waits until the agent is gone.
    pub async fn gone(&self, name: &str) {
        let uri = self.agents(&format!("?watch=1&resourceVersion=0&fieldSelector=metadata.name%3D{name}"));
        let mut lines = self.watch(&uri).await;
        if self.get(&self.agents(&format!("/{name}"))).await.code != 404 {
            while lines.next().await["type"] != "DELETED" {}
        }
    }
}

/// The lines of a watch, as they come.
pub struct Lines {
    body: Body,
    rest: Vec<u8>,
}

impl Lines {
    /// The next event. Fails the test when none comes in time.
    pub async fn next(&mut self) -> Value {
        loop {
            if let Some(end) = self.rest.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return serde_json::from_slice(&line).unwrap();
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.expect("an event in time");
            let frame = frame.expect("the watch goes on").unwrap();
            self.rest.extend_from_slice(&frame.into_data().unwrap());
        }
    }

    /// `TYPE name` of the next event.
    pub async fn tell(&mut self) -> String {
        let event = self.next().await;
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
        format!("{} {}: {}", self.code, text("reason"), text("message"))
    }
}

/// An agent with such a spec.
pub fn agent(name: &str, spec: Value) -> Value {
    json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Agent", "metadata": {"name": name}, "spec": spec})
}

/// The names in a list, in its order.
pub fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|o| o["metadata"]["name"].as_str().unwrap()).collect()
}
