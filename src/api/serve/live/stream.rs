//! One tab's stream: waits for changes, sends what the tab lacks.
//!
//! Nothing is queued per change: a change only wakes the stream, which then asks each topic what is new since it was
//! last asked. A burst costs one answer, a slow reader costs nothing, and there is no backlog that could overflow.

use std::collections::HashMap;
use std::time::Duration;

use futures::Stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use super::topics::Followed;
use super::{Tab, run};
use crate::api::serve::Services;
use crate::api::serve::present::World;
use crate::views::live::{LiveMessage, Subscription, Topic};

/// Messages on their way to one browser; beyond it the stream waits, which is the back-pressure.
const BUFFER: usize = 64;
/// Shortest time between two answers: browsers draw no faster, and a burst becomes one message.
const PAUSE: Duration = Duration::from_millis(50);
/// An answer that took long to make is followed by this many times as long a pause, so that streams never take more
/// than a tenth of a core each.
const REST: u32 = 10;

/// The messages of one tab, until it goes or the process drains.
pub fn messages(
    services: Services,
    tab: Tab,
    shutdown: CancellationToken,
) -> impl Stream<Item = LiveMessage> + Send + 'static {
    let (out, messages) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        let gone = out.clone();
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = gone.closed() => {}
            () = serve(services, tab, out) => {}
        }
    });
    ReceiverStream::new(messages)
}

async fn serve(services: Services, mut tab: Tab, out: mpsc::Sender<LiveMessage>) {
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let hello = LiveMessage::Hello { boot: services.boot().to_owned(), now_ms };
    if out.send(hello).await.is_err() {
        return;
    }
    let mut changed = services.caches().changed();
    let mut sets = services.data_set_news().changed();
    let mut following = Following::new(services, out.clone());
    loop {
        tokio::select! {
            topics = tab.topics.changed() => {
                if topics.is_err() {
                    return; // The same tab has opened another stream.
                }
                let topics = tab.topics.borrow_and_update().clone();
                following.set(&topics);
            }
            news = changed.changed() => {
                if news.is_err() {
                    return;
                }
            }
            news = sets.changed() => {
                if news.is_err() {
                    return;
                }
            }
        }
        let began = Instant::now();
        for message in following.collect() {
            if out.send(message).await.is_err() {
                return;
            }
        }
        tokio::time::sleep(PAUSE.max(began.elapsed() * REST)).await;
    }
}

/// What a tab follows, with what it was sent last.
struct Following {
    services: Services,
    out: mpsc::Sender<LiveMessage>,
    topics: HashMap<u32, Followed>,
    runs: HashMap<u32, Task>,
}

/// A task that ends when it is dropped.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Following {
    fn new(services: Services, out: mpsc::Sender<LiveMessage>) -> Self {
        Self { services, out, topics: HashMap::new(), runs: HashMap::new() }
    }

    fn set(&mut self, subscriptions: &[Subscription]) {
        let named = |id: &u32| subscriptions.iter().any(|subscription| subscription.id == *id);
        self.topics.retain(|id, _| named(id));
        self.runs.retain(|id, _| named(id));
        for Subscription { id, topic } in subscriptions {
            if self.topics.contains_key(id) || self.runs.contains_key(id) {
                continue; // Ids are never reused, so it is the same topic.
            }
            if let Topic::Run { key, after } = topic {
                let follow = run::follow(self.services.clone(), *id, key.clone(), *after, self.out.clone());
                self.runs.insert(*id, Task(tokio::spawn(follow)));
            } else if let Some(followed) = Followed::new(topic, &self.services) {
                self.topics.insert(*id, followed);
            }
        }
    }

    fn collect(&mut self) -> Vec<LiveMessage> {
        let world = World::new(self.services.caches());
        let mut messages = Vec::new();
        let mut ids: Vec<_> = self.topics.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            if let Some(followed) = self.topics.get_mut(&id) {
                messages.extend(followed.news(id, &world));
            }
        }
        messages
    }
}
