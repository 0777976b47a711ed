//! What changes of data sets, for the pages that are open. It is watched only while one is.
//!
//! A page is told that something moved, and asks again with the rights of its person: what is sent is a few bytes, whatever the
//! size of the data set.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api::serve::{Services, asker};
use crate::evaluation::datasets::follow;
use crate::kubernetes::{Glance, glance};
use crate::resources::annotations::DATA_SET_LABEL;
use crate::views::live::LiveMessage;

/// Changes that are remembered; a page that is further behind is told that something moved, whatever it was.
const RECENT: usize = 256;
/// Until pages hear of what is kept here although ConfigMaps are not listed yet.
const PATIENCE: Duration = Duration::from_secs(10);

/// One change.
#[derive(Debug, Clone)]
struct Change {
    /// Namespace and name; `None` when changes may have been missed.
    of: Option<(String, String)>,
    /// It was deleted.
    gone: bool,
}

/// Changes, numbered from the start of the process.
#[derive(Debug, Default)]
struct Heard {
    /// Number of the last one.
    last: u64,
    /// The newest, at most [`RECENT`].
    recent: VecDeque<Change>,
}

impl Heard {
    fn push(&mut self, change: Change) {
        self.last += 1;
        self.recent.push_back(change);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// Those after the one of this number; `None` when they are not all remembered.
    fn after(&self, number: u64) -> Option<impl DoubleEndedIterator<Item = &Change>> {
        let behind = usize::try_from(self.last.saturating_sub(number)).ok()?;
        let known = self.recent.len().checked_sub(behind)?;
        Some(self.recent.iter().skip(known))
    }
}

/// What changed of data sets in this process's sight.
#[derive(Default)]
pub struct News {
    heard: Mutex<Heard>,
    changed: watch::Sender<()>,
    watching: Mutex<Weak<Watching>>,
}

/// Somebody follows; watching ends with the last of them.
struct Watching {
    /// What changes from now on is heard.
    listed: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl News {
    /// Wakes at each change.
    pub fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn tell(&self, of: Option<(String, String)>, gone: bool) {
        self.heard.lock().push(Change { of, gone });
        self.changed.send_replace(());
    }

    fn watching(services: &Services) -> Arc<Watching> {
        let news = services.data_set_news();
        let mut watching = news.watching.lock();
        if let Some(there) = watching.upgrade() {
            return there;
        }
        let listed = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(listen(services.clone(), listed.clone()));
        let new = Arc::new(Watching { listed, task });
        *watching = Arc::downgrade(&new);
        new
    }
}

async fn listen(services: Services, listed: Arc<AtomicBool>) {
    let news = services.data_set_news();
    let from_now_on = || {
        // Whatever happened between a page and this moment is found by asking once.
        news.tell(None, false);
        listed.store(true, Ordering::Release);
        news.changed.send_replace(());
    };
    let kept_here = follow(services.store(), |of| news.tell(of, false));
    let maps = async {
        let client = services.client(&asker());
        let labels = format!("{DATA_SET_LABEL}=true");
        let told = |seen| match seen {
            Glance::Listed => from_now_on(),
            Glance::Changed { namespace, name } => news.tell(Some((namespace, name)), false),
            Glance::Gone { namespace, name } => news.tell(Some((namespace, name)), true),
        };
        glance::<ConfigMap>(&client, Some(&labels), told).await;
        // Who may not watch ConfigMaps hears of those that are kept here.
        from_now_on();
    };
    let unlisted = async {
        tokio::time::sleep(PATIENCE).await;
        // While ConfigMaps cannot be listed, pages hear of those that are kept here all the same.
        if !listed.load(Ordering::Acquire) {
            from_now_on();
        }
    };
    tokio::join!(kept_here, maps, unlisted);
}

/// Followed data sets: those of a namespace, of all, or one.
pub struct SetsTopic {
    news: Arc<News>,
    watching: Arc<Watching>,
    namespace: Option<String>,
    name: Option<String>,
    /// Number of the last change that was looked at; `None` before the first.
    told: Option<u64>,
}

impl SetsTopic {
    /// Follows from now on.
    pub fn new(services: &Services, namespace: Option<String>, name: Option<String>) -> Self {
        let watching = News::watching(services);
        Self { news: services.data_set_news().clone(), watching, namespace, name, told: None }
    }

    /// Whether something moved since the last time. The first answer says so always: the page is older than this.
    pub fn news(&mut self, id: u32) -> Option<LiveMessage> {
        if !self.watching.listed.load(Ordering::Acquire) {
            return None;
        }
        let heard = self.news.heard.lock();
        let before = self.told.replace(heard.last);
        let moved = LiveMessage::DataSets { id };
        let Some(changes) = before.and_then(|number| heard.after(number)) else { return Some(moved) };
        let last =
            changes.rev().find(|change| concerns(change, self.namespace.as_deref(), self.name.as_deref()))?;
        Some(if last.gone && self.name.is_some() { LiveMessage::Gone { id } } else { moved })
    }
}

fn concerns(change: &Change, namespace: Option<&str>, name: Option<&str>) -> bool {
    change.of.as_ref().is_none_or(|(of, called)| {
        namespace.is_none_or(|namespace| namespace == of) && name.is_none_or(|name| name == called)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(namespace: &str, name: &str) -> Change {
        Change { of: Some((namespace.into(), name.into())), gone: false }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_who_is_further_behind_is_told() {
        let mut heard = Heard::default();
        assert_eq!(heard.after(0).map(Iterator::count), Some(0));
        for at in 0..RECENT + 2 {
            heard.push(change("port", &format!("set-{at}")));
        }
        assert_eq!(heard.recent.len(), RECENT);
        let names = |number| {
            let names = heard.after(number)?.map(|one| one.of.clone().unwrap_or_default().1);
            Some(names.collect::<Vec<_>>())
        };
        assert_eq!(names(heard.last), Some(Vec::new()));
        assert_eq!(names(heard.last - 1), Some(vec![format!("set-{}", RECENT + 1)]));
        assert_eq!(names(2).map(|names| names.len()), Some(RECENT));
        assert_eq!(names(1), None, "one that is forgotten was among them");
    }

    #[test]
    fn a_page_hears_of_its_own_and_of_a_gap() {
        let one = change("port", "tides");
        for (namespace, name, hears) in [
            (None, None, true),
            (Some("port"), None, true),
            (Some("lagoon"), None, false),
            (Some("port"), Some("tides"), true),
            (Some("port"), Some("winds"), false),
        ] {
            assert_eq!(concerns(&one, namespace, name), hears, "{namespace:?} {name:?}");
        }
        assert!(concerns(&Change { of: None, gone: false }, Some("lagoon"), Some("winds")));
    }
}
