//! The live stream: one server-sent event stream for each tab, whose topics change as the person moves.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::approval::InboxView;
use super::conversation::Conversations;
use super::detail::{Detail, EventView};
use super::home::{HomeView, NavCounts};
use super::row::{ListRequest, Row, State};
use super::run::{RunDelta, RunView};
use super::wire::Later;

/// Topics a tab may follow at once; more are refused.
pub const MAX_TOPICS: usize = 16;

/// What a page follows. The page sends what it already has, so that nothing is missed and nothing is sent twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// Rows of a list. `revision` is [`super::row::ListPage::revision`].
    List {
        /// The list.
        request: ListRequest,
        /// Cache revision the page has.
        revision: u64,
    },
    /// One object's page. `version` is the row's.
    Object {
        /// The object.
        key: ObjectKey,
        /// Version the page has.
        version: u64,
    },
    /// A run. `after` is the number of the last entry the page has.
    Run {
        /// The query.
        key: ObjectKey,
        /// Last entry.
        after: u64,
    },
    /// Counts in the navigation, of a namespace or of all.
    Nav {
        /// Namespace.
        namespace: Option<String>,
    },
    /// Home of a namespace or of all.
    Home {
        /// Namespace.
        namespace: Option<String>,
    },
    /// Conversations of a namespace or of all, and the queries of one.
    Conversations {
        /// Namespace.
        namespace: Option<String>,
        /// The open one.
        open: Option<String>,
    },
    /// Kubernetes events of a namespace or of all.
    Events {
        /// Namespace.
        namespace: Option<String>,
    },
    /// Data sets of a namespace or of all, or one.
    DataSets {
        /// Namespace.
        namespace: Option<String>,
        /// Name of the one.
        name: Option<String>,
    },
    /// What waits for a person, over all namespaces.
    Inbox,
}

/// A topic with the number that the tab gave it; messages name the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Chosen by the tab, never reused within it.
    pub id: u32,
    /// What it follows.
    pub topic: Topic,
}

/// One message of the stream: the `data` of a server-sent event, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LiveMessage {
    /// First of each connection. A tab that sees it sends its subscriptions (again).
    Hello {
        /// Differs after each start of the process.
        boot: String,
        /// Clock of the server.
        now_ms: i64,
    },
    /// Rows changed.
    Rows {
        /// Subscription.
        id: u32,
        /// Cache revision after these.
        revision: u64,
        /// Rows that match the request now.
        upserts: Later<Vec<Row>>,
        /// UIDs that no longer match or exist.
        removes: Vec<String>,
        /// Rows that match.
        matched: usize,
        /// Rows in the namespace.
        total: usize,
        /// See [`super::row::ListPage::counts`].
        counts: Vec<(State, usize)>,
    },
    /// Too much was missed: fetch the list again.
    Reset {
        /// Subscription.
        id: u32,
    },
    /// The object changed.
    Object {
        /// Subscription.
        id: u32,
        /// Its page.
        detail: Later<Detail>,
    },
    /// The object is gone.
    Gone {
        /// Subscription.
        id: u32,
    },
    /// The run moved.
    Run {
        /// Subscription.
        id: u32,
        /// How.
        delta: Later<RunDelta>,
    },
    /// The run as a whole, where deltas cannot bridge (first message for a run that has partial text, or after a gap).
    RunSnapshot {
        /// Subscription.
        id: u32,
        /// All of it.
        run: Later<RunView>,
    },
    /// Counts of the navigation.
    Nav {
        /// Subscription.
        id: u32,
        /// Counts.
        counts: NavCounts,
    },
    /// Home.
    Home {
        /// Subscription.
        id: u32,
        /// All of it; it is small.
        home: Later<HomeView>,
    },
    /// Conversations.
    Conversations {
        /// Subscription.
        id: u32,
        /// All of them; the list is short.
        list: Later<Conversations>,
    },
    /// What waits for a person.
    Inbox {
        /// Subscription.
        id: u32,
        /// All of it.
        inbox: Later<InboxView>,
    },
    /// Data sets moved, or may have: ask again.
    DataSets {
        /// Subscription.
        id: u32,
    },
    /// Kubernetes events that are new or were seen again; the first message holds all that the list shows.
    Events {
        /// Subscription.
        id: u32,
        /// Newest first.
        events: Later<Vec<EventView>>,
    },
}
