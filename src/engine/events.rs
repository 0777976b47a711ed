//! Kubernetes Events: written in the background, never waited for, dropped when the API is slower than they come.

use std::sync::Arc;

use futures::{StreamExt, stream};
use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::{Client, Resource};
use tokio::sync::mpsc;

use crate::resources::annotations::FIELD_MANAGER;

/// Events that wait to be written; further ones are dropped, as Events are a courtesy and runs are not.
const QUEUE: usize = 256;
/// Events written at once.
const AT_ONCE: usize = 4;
/// Bytes of a message that every API server takes.
const MAX_MESSAGE: usize = 1024;

/// Writes Events about objects; cheap to clone. The writing task ends with the last clone.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Event>,
    component: Arc<str>,
}

impl Recorder {
    /// A recorder that writes through `client` as `component`.
    pub fn start(client: Client, component: &str) -> Self {
        let (queue, events) = mpsc::channel::<Event>(QUEUE);
        let write = move |event: Event| {
            let client = client.clone();
            async move {
                let namespace = event.metadata.namespace.clone().unwrap_or_default();
                let api: Api<Event> = Api::namespaced(client, &namespace);
                let params =
                    PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
                if let Err(error) = api.create(&params, &event).await {
                    // A namespace that is being deleted refuses them; nobody misses them.
                    tracing::debug!(%namespace, reason = event.reason, %error, "an Event was not written");
                }
            }
        };
        let events = stream::unfold(events, |mut events| async move { Some((events.recv().await?, events)) });
        tokio::spawn(events.for_each_concurrent(AT_ONCE, write));
        Self { queue, component: component.into() }
    }

    /// A normal Event about `object`.
    pub fn normal<K: Resource<DynamicType = ()>>(
        &self,
        object: &K,
        reason: &str,
        message: impl Into<String>,
    ) {
        self.publish(object, "Normal", reason, message.into());
    }

    /// A warning about `object`.
    pub fn warning<K: Resource<DynamicType = ()>>(
        &self,
        object: &K,
        reason: &str,
        message: impl Into<String>,
    ) {
        self.publish(object, "Warning", reason, message.into());
    }

    fn publish<K: Resource<DynamicType = ()>>(&self, object: &K, kind: &str, reason: &str, message: String) {
        let meta = object.meta();
        let name = meta.name.clone().unwrap_or_default();
        let mut message = message;
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        let now = Some(Time(jiff::Timestamp::now()));
        let event = Event {
            metadata: ObjectMeta {
                // A name of our own, as `generateName` would give: long names must leave room for it.
                name: Some(format!(
                    "{}.{}",
                    &name[..name.floor_char_boundary(200)],
                    uuid::Uuid::new_v4().simple()
                )),
                namespace: meta.namespace.clone(),
                ..ObjectMeta::default()
            },
            involved_object: ObjectReference {
                api_version: Some(K::api_version(&()).into_owned()),
                kind: Some(K::kind(&()).into_owned()),
                name: Some(name),
                namespace: meta.namespace.clone(),
                uid: meta.uid.clone(),
                resource_version: meta.resource_version.clone(),
                field_path: None,
            },
            reason: Some(reason.to_owned()),
            message: Some(message),
            type_: Some(kind.to_owned()),
            count: Some(1),
            first_timestamp: now.clone(),
            last_timestamp: now,
            source: Some(EventSource { component: Some(self.component.to_string()), host: None }),
            ..Event::default()
        };
        if self.queue.try_send(event).is_err() {
            tracing::debug!(reason, "an Event was dropped: too many at once");
        }
    }
}
