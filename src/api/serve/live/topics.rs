//! What is new on a topic since it was last asked.

use super::list::ListTopic;
use crate::api::serve::datasets::SetsTopic;
use crate::api::serve::objects::{detail, events_of as events};
use crate::api::serve::present::World;
use crate::api::serve::{Services, approvals, conversations, home};
use crate::views::ObjectKey;
use crate::views::approval::InboxView;
use crate::views::conversation::Conversations;
use crate::views::detail::{Detail, EventView};
use crate::views::home::{HomeView, NavCounts};
use crate::views::live::{LiveMessage, Topic};
use crate::views::wire::Later;

/// A followed topic with what was sent last.
pub enum Followed {
    /// Rows of a list.
    List(Box<ListTopic>),
    /// One object's page.
    Object {
        /// The object.
        key: ObjectKey,
        /// Version the page had.
        version: u64,
        /// What was sent last; `None` before the first answer.
        sent: Option<Box<Detail>>,
        /// The page knows that it is gone.
        gone: bool,
    },
    /// Counts of the navigation.
    Nav {
        /// Namespace.
        namespace: Option<String>,
        /// What was sent last.
        sent: Option<NavCounts>,
    },
    /// Home.
    Home {
        /// Namespace.
        namespace: Option<String>,
        /// What was sent last.
        sent: Option<HomeView>,
    },
    /// Conversations.
    Conversations {
        /// Namespace.
        namespace: Option<String>,
        /// The open one.
        open: Option<String>,
        /// What was sent last.
        sent: Option<Conversations>,
    },
    /// Kubernetes events.
    Events {
        /// Namespace.
        namespace: Option<String>,
        /// What was sent last; empty before the first answer.
        sent: Vec<EventView>,
    },
    /// Data sets.
    DataSets(SetsTopic),
    /// What waits for a person.
    Inbox {
        /// What was sent last.
        sent: Option<InboxView>,
    },
}

impl Followed {
    /// Follows `topic`; `None` for runs, which have a task of their own.
    pub fn new(topic: &Topic, services: &Services) -> Option<Self> {
        Some(match topic {
            Topic::List { request, revision } => {
                Self::List(Box::new(ListTopic::new(request.clone(), *revision)))
            }
            Topic::Object { key, version } => {
                Self::Object { key: key.clone(), version: *version, sent: None, gone: false }
            }
            Topic::Nav { namespace } => Self::Nav { namespace: namespace.clone(), sent: None },
            Topic::Home { namespace } => Self::Home { namespace: namespace.clone(), sent: None },
            Topic::Conversations { namespace, open } => {
                Self::Conversations { namespace: namespace.clone(), open: open.clone(), sent: None }
            }
            Topic::Events { namespace } => Self::Events { namespace: namespace.clone(), sent: Vec::new() },
            Topic::DataSets { namespace, name } => {
                Self::DataSets(SetsTopic::new(services, namespace.clone(), name.clone()))
            }
            Topic::Inbox => Self::Inbox { sent: None },
            Topic::Run { .. } => return None,
        })
    }

    /// What the page lacks, if anything.
    pub fn news(&mut self, id: u32, world: &World) -> Option<LiveMessage> {
        match self {
            Self::List(list) => list.news(id, world),
            Self::Object { key, version, sent, gone } => {
                let Some(now) = detail(world, key) else {
                    return (!std::mem::replace(gone, true)).then_some(LiveMessage::Gone { id });
                };
                *gone = false;
                let known = match sent {
                    Some(sent) => **sent == now,
                    None => now.row.version == *version,
                };
                *sent = Some(Box::new(now.clone()));
                (!known).then(|| LiveMessage::Object { id, detail: Later::new(now) })
            }
            Self::Nav { namespace, sent } => {
                let counts = home::nav(world, namespace.as_deref());
                (sent.replace(counts) != Some(counts)).then_some(LiveMessage::Nav { id, counts })
            }
            Self::Home { namespace, sent } => {
                let now = home::view(world, namespace.as_deref());
                if sent.as_ref() == Some(&now) {
                    return None;
                }
                *sent = Some(now.clone());
                Some(LiveMessage::Home { id, home: Later::new(now) })
            }
            Self::Conversations { namespace, open, sent } => {
                let now = conversations::list(world, namespace.as_deref(), open.as_deref());
                if sent.as_ref() == Some(&now) {
                    return None;
                }
                *sent = Some(now.clone());
                Some(LiveMessage::Conversations { id, list: Later::new(now) })
            }
            Self::DataSets(sets) => sets.news(id),
            Self::Inbox { sent } => {
                let now = approvals::inbox(world);
                if sent.as_ref() == Some(&now) {
                    return None;
                }
                *sent = Some(now.clone());
                Some(LiveMessage::Inbox { id, inbox: Later::new(now) })
            }
            Self::Events { namespace, sent } => {
                let now = events(world.caches, namespace.as_deref());
                let news: Vec<EventView> =
                    now.iter().filter(|event| !sent.contains(event)).cloned().collect();
                *sent = now;
                (!news.is_empty()).then_some(LiveMessage::Events { id, events: Later::new(news) })
            }
        }
    }
}
