//! Live streams: which tabs are open, what each follows.

mod list;
mod run;
mod stream;
mod topics;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::services;
use crate::views::live::{MAX_TOPICS, Subscription};
use crate::views::problem::{Problem, ProblemCode};

pub use stream::messages;

/// Streams open at once; one more is refused and its tab tries again later.
const MAX_TABS: usize = 1024;
/// Bytes of a tab's id.
const MAX_ID: usize = 64;

/// What a tab follows now.
pub type Topics = Arc<Vec<Subscription>>;

/// Tabs whose stream is open, by session and id.
#[derive(Clone, Default)]
pub struct Tabs {
    open: Arc<Mutex<HashMap<(String, String), Open>>>,
    next: Arc<AtomicU64>,
}

struct Open {
    number: u64,
    topics: watch::Sender<Topics>,
}

/// An open stream's place among the tabs; given back when it is dropped.
pub struct Tab {
    tabs: Tabs,
    key: (String, String),
    number: u64,
    /// What it follows; closed when the same tab opens another stream.
    pub topics: watch::Receiver<Topics>,
}

impl Tabs {
    /// Opens a stream. An older one of the same tab ends.
    pub fn open(&self, session: &str, tab: &str) -> Result<Tab, Problem> {
        if tab.is_empty() || tab.len() > MAX_ID {
            return Err(Problem::new(
                ProblemCode::Invalid,
                "A live stream needs an id of its tab: /live?tab=…",
            ));
        }
        let key = (session.to_owned(), tab.to_owned());
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, topics) = watch::channel(Topics::default());
        let mut open = self.open.lock();
        if open.len() >= MAX_TABS && !open.contains_key(&key) {
            return Err(Problem::new(
                ProblemCode::Unavailable,
                "Too many pages are open to keep this one live.",
            )
            .next("Close some, or wait a moment."));
        }
        open.insert(key.clone(), Open { number, topics: sender });
        drop(open);
        Ok(Tab { tabs: self.clone(), key, number, topics })
    }

    /// Sets what a tab follows.
    pub fn follow(&self, session: &str, tab: &str, topics: Vec<Subscription>) -> Result<(), Problem> {
        if topics.len() > MAX_TOPICS {
            let why = format!(
                "A page may follow {MAX_TOPICS} topics at once, and this one asked for {}.",
                topics.len()
            );
            return Err(Problem::new(ProblemCode::Invalid, why));
        }
        match self.open.lock().get(&(session.to_owned(), tab.to_owned())) {
            Some(open) => {
                open.topics.send_replace(Arc::new(topics));
                Ok(())
            }
            None => Err(Problem::new(ProblemCode::NotFound, "The live stream of this page is not open.")),
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let mut open = self.tabs.open.lock();
        if open.get(&self.key).is_some_and(|tab| tab.number == self.number) {
            open.remove(&self.key);
        }
    }
}

/// See [`crate::api::live::follow`].
pub async fn follow(tab: String, subscriptions: Vec<Subscription>) -> Result<(), Problem> {
    services()?.tabs().follow(&super::session(), &tab, subscriptions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_that_reconnects_replaces_its_old_stream() {
        let tabs = Tabs::default();
        let old = tabs.open("s", "t").unwrap();
        let new = tabs.open("s", "t").unwrap();
        assert!(old.topics.has_changed().is_err(), "the old stream is told to end");
        drop(old);
        tabs.follow("s", "t", Vec::new()).unwrap();
        assert!(new.topics.has_changed().unwrap());
        assert!(tabs.follow("other", "t", Vec::new()).is_err(), "another session cannot steer it");
        drop(new);
        assert_eq!(tabs.follow("s", "t", Vec::new()).unwrap_err().code, ProblemCode::NotFound);
    }
}
