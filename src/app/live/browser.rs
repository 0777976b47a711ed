//! The browser's half of the live store. One hub per tab, in a thread-local: it outlives every page, and callbacks
//! of the browser reach it without an owner.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{EventSource, MessageEvent};

use super::Link;
use crate::api::live::follow;
use crate::app::browser::set_root_attribute;
use crate::app::clock::Clock;
use crate::views::live::{LiveMessage, MAX_TOPICS, Subscription, Topic};
use crate::views::problem::ProblemCode;
use crate::views::wire::read;

/// A stream that says nothing for so long is dead, whatever the browser thinks (port-forwards and proxies cut
/// silently). The server speaks at least every 15 s.
const WATCHDOG_MS: i64 = 45_000;
/// First delay before a reconnect; doubles up to [`MAX_DELAY_MS`].
const MIN_DELAY_MS: u32 = 1_000;
/// Longest delay before a reconnect.
const MAX_DELAY_MS: u32 = 30_000;
/// Messages that wait for the next frame; when more come, the frame is not waited for.
const MAX_QUEUE: usize = 1_024;

type TopicOf = Rc<dyn Fn() -> Option<Topic>>;
type Handler = Rc<dyn Fn(LiveMessage)>;

/// The open stream with the callbacks that must live as long.
struct Connection {
    source: EventSource,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(web_sys::Event)>,
}

#[derive(Default)]
struct Hub {
    /// Id that this tab gives itself.
    tab: String,
    link: Option<(RwSignal<Link>, Clock)>,
    connection: Option<Connection>,
    /// `Hello` came on the present connection: the server knows the tab.
    greeted: bool,
    attempt: u32,
    retry: Option<TimeoutHandle>,
    watching: bool,
    next_id: u32,
    subscriptions: BTreeMap<u32, (TopicOf, Handler)>,
    queue: VecDeque<LiveMessage>,
    frame_asked: bool,
    /// A `follow` call is on its way; `dirty` asks for another after it.
    sending: bool,
    dirty: bool,
}

thread_local! {
    static HUB: RefCell<Hub> = RefCell::new(Hub::default());
}

fn hub<R>(act: impl FnOnce(&mut Hub) -> R) -> R {
    HUB.with_borrow_mut(act)
}

/// Opens the stream, once.
pub fn start(link: RwSignal<Link>, clock: Clock) {
    let first = hub(|hub| {
        let first = hub.link.is_none();
        hub.link = Some((link, clock));
        if first {
            hub.tab = new_tab_id();
        }
        first
    });
    if !first {
        return;
    }
    link.set(Link { lost_since: Some(clock.exact()), next_try: None, heard: Some(clock.exact()) });
    // For the life of the page: the handles are not kept.
    let _ = window_event_listener(leptos::ev::online, |_| connect_now());
    let _ = window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("visibilitychange"), |_| {
        if hidden() { flush() } else { connect_now() }
    });
    connect();
}

/// Adds a subscription and tells the server; answers with its number.
pub fn subscribe(topic: TopicOf, handler: Handler) -> u32 {
    let id = hub(|hub| {
        hub.next_id += 1;
        hub.subscriptions.insert(hub.next_id, (topic, handler));
        hub.next_id
    });
    sync();
    id
}

/// Ends a subscription; 0 is none.
pub fn unsubscribe(id: u32) {
    if hub(|hub| hub.subscriptions.remove(&id)).is_some() {
        sync();
    }
}

/// Connects now if there is no connection.
pub fn connect_now() {
    if hub(|hub| hub.link.is_some() && hub.connection.is_none()) {
        connect();
    }
}

fn connect() {
    let tab = hub(|hub| {
        if let Some(retry) = hub.retry.take() {
            retry.clear();
        }
        hub.greeted = false;
        hub.tab.clone()
    });
    set_link(|link| link.next_try = None);
    let Ok(source) = EventSource::new(&format!("/live?tab={tab}")) else {
        lost();
        return;
    };
    let message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event));
    let error = Closure::<dyn FnMut(web_sys::Event)>::new(|_| lost());
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    // Comments never reach this side, so that the server's heartbeat is an event of its own.
    let _ = source.add_event_listener_with_callback("ping", message.as_ref().unchecked_ref());
    hub(|hub| hub.connection = Some(Connection { source, _message: message, _error: error }));
    heard();
    watch();
}

fn receive(event: &MessageEvent) {
    heard();
    if event.type_() == "ping" {
        return;
    }
    let Some(text) = event.data().as_string() else { return };
    match read::<LiveMessage>(text.as_bytes()) {
        Ok(LiveMessage::Hello { now_ms, .. }) => {
            let clock = hub(|hub| {
                hub.greeted = true;
                hub.attempt = 0;
                hub.link.map(|(_, clock)| clock)
            });
            if let Some(clock) = clock {
                clock.set_server_time(now_ms);
            }
            set_link(|link| link.lost_since = None);
            sync();
        }
        Ok(message) => {
            let waiting = hub(|hub| {
                hub.queue.push_back(message);
                let ask = !std::mem::replace(&mut hub.frame_asked, true);
                (ask, hub.queue.len())
            });
            if waiting.1 >= MAX_QUEUE || hidden() {
                flush();
            } else if waiting.0 {
                request_animation_frame(flush);
            }
        }
        // Of another version of the program: the next page load brings the right one.
        Err(error) => leptos::logging::warn!("A live message could not be read: {error}"),
    }
}

/// Hands the waiting messages to their subscriptions.
fn flush() {
    let waiting = hub(|hub| {
        hub.frame_asked = false;
        std::mem::take(&mut hub.queue)
    });
    for message in waiting {
        // Looked up one by one: a handler may end another subscription.
        let handler = id_of(&message)
            .and_then(|id| hub(|hub| hub.subscriptions.get(&id).map(|(_, handler)| Rc::clone(handler))));
        if let Some(handler) = handler {
            handler(message);
        }
    }
}

const fn id_of(message: &LiveMessage) -> Option<u32> {
    match message {
        LiveMessage::Hello { .. } => None,
        LiveMessage::Rows { id, .. }
        | LiveMessage::Reset { id }
        | LiveMessage::Object { id, .. }
        | LiveMessage::Gone { id }
        | LiveMessage::Run { id, .. }
        | LiveMessage::RunSnapshot { id, .. }
        | LiveMessage::Nav { id, .. }
        | LiveMessage::Home { id, .. }
        | LiveMessage::Inbox { id, .. }
        | LiveMessage::Conversations { id, .. }
        | LiveMessage::DataSets { id }
        | LiveMessage::Events { id, .. } => Some(*id),
    }
}

/// The stream broke or was given up: closes it and plans the next attempt.
fn lost() {
    let (old, attempt) = hub(|hub| {
        hub.greeted = false;
        hub.attempt = hub.attempt.saturating_add(1);
        (hub.connection.take(), hub.attempt)
    });
    if let Some(old) = old {
        old.source.close();
        // One of its callbacks may be what called us: it must not be freed under its own feet.
        spawn_local(async move { drop(old) });
    }
    set_root_attribute("data-live", None);
    let now = exact_now();
    set_link(|link| link.lost_since = link.lost_since.or(now));
    if hidden() {
        // Nobody looks: `visibilitychange` connects.
        return;
    }
    let longest = MIN_DELAY_MS.saturating_mul(1 << attempt.saturating_sub(1).min(5)).min(MAX_DELAY_MS);
    let delay = jitter(longest);
    set_link(|link| link.next_try = now.map(|now| now + i64::from(delay)));
    let retry = set_timeout_with_handle(connect_now, Duration::from_millis(u64::from(delay))).ok();
    hub(|hub| {
        if let Some(earlier) = std::mem::replace(&mut hub.retry, retry) {
            earlier.clear();
        }
    });
}

/// Something was heard.
fn heard() {
    let now = exact_now();
    hub(|hub| {
        if let Some((link, _)) = hub.link {
            // Once a second is enough for a sentence with seconds; the rest would only wake its readers.
            let old = link.with_untracked(|link| link.heard);
            if now.zip(old).is_none_or(|(now, old)| now - old >= 1_000) {
                link.update_untracked(|link| link.heard = now);
            }
        }
    });
}

/// Keeps one timer that looks whether the stream still speaks.
fn watch() {
    if hub(|hub| std::mem::replace(&mut hub.watching, true)) {
        return;
    }
    set_timeout(look, Duration::from_millis(WATCHDOG_MS.unsigned_abs()));
}

fn look() {
    let silent = hub(|hub| {
        hub.watching = false;
        let heard = hub.link.and_then(|(link, _)| link.with_untracked(|link| link.heard));
        hub.connection.is_some().then_some(heard).flatten()
    })
    .zip(exact_now())
    .map(|(heard, now)| now - heard);
    match silent {
        Some(silent) if silent >= WATCHDOG_MS => lost(),
        Some(silent) => {
            hub(|hub| hub.watching = true);
            set_timeout(look, Duration::from_millis((WATCHDOG_MS - silent).unsigned_abs()));
        }
        None => {}
    }
}

/// Tells the server all subscriptions: after `Hello`, and when they change. Calls never overtake each other.
fn sync() {
    let go = hub(|hub| {
        if !hub.greeted {
            return false;
        }
        hub.dirty = true;
        !std::mem::replace(&mut hub.sending, true)
    });
    if !go {
        return;
    }
    spawn_local(async {
        loop {
            let wanted = hub(|hub| {
                if !std::mem::take(&mut hub.dirty) || !hub.greeted {
                    hub.sending = false;
                    return None;
                }
                let topics: Vec<_> =
                    hub.subscriptions.iter().map(|(id, (topic, _))| (*id, Rc::clone(topic))).collect();
                Some((hub.tab.clone(), topics))
            });
            let Some((tab, topics)) = wanted else { return };
            // Outside the borrow: topics read signals.
            let named: Vec<Subscription> = topics
                .into_iter()
                .filter_map(|(id, topic)| untrack(|| topic()).map(|topic| Subscription { id, topic }))
                .take(MAX_TOPICS)
                .collect();
            match follow(tab, named).await {
                // The server follows all of it: what happens from here on arrives. Tests wait for this mark.
                Ok(()) => set_root_attribute("data-live", Some("live")),
                // The server forgot the tab: its stream is about to end or to greet again.
                Err(problem) if problem.code == ProblemCode::NotFound => {}
                Err(problem) => {
                    leptos::logging::warn!("{problem}");
                    lost();
                }
            }
        }
    });
}

fn set_link(change: impl FnOnce(&mut Link)) {
    if let Some(link) = hub(|hub| hub.link.map(|(link, _)| link)) {
        link.update(change);
    }
}

fn exact_now() -> Option<i64> {
    hub(|hub| hub.link.map(|(_, clock)| clock.exact()))
}

fn hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the given delay")]
fn jitter(longest: u32) -> u32 {
    (f64::from(longest) * (0.5 + js_sys::Math::random() / 2.0)) as u32
}

/// 64 random bits: names the tab within its session, no secret.
fn new_tab_id() -> String {
    let part = || {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below 2^32 by construction"
        )]
        let bits = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        bits
    };
    format!("{:08x}{:08x}", part(), part())
}
