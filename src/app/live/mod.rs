//! The live store: one server-sent event stream for the tab, shared by everything on the page.
//!
//! A page calls [`use_live`] with what it follows and what to do with each message; the rest (connection, backoff,
//! watchdog, sending the subscriptions again after a reconnect, batching per animation frame) is done here. There is
//! no timer-driven fetch: timers serve reconnects, the watchdog and the clock.
//!
//! ```ignore
//! let revision = StoredValue::new(page.revision);
//! use_live(
//!     // Read again after each reconnect: it must say what the page has *now*. What it tracks re-subscribes.
//!     move || Some(Topic::List { request: request.get(), revision: revision.get_value() }),
//!     move |message| if let LiveMessage::Rows { upserts, .. } = message { /* … */ },
//! );
//! ```

mod again;
#[cfg(feature = "hydrate")]
mod browser;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

pub use again::Again;

use super::clock::use_clock;
use crate::views::live::{LiveMessage, Topic};
use crate::views::row::{State, Status};
use crate::views::wire::Later;

/// After this the lamp hollows and reads `Reconnecting`.
const HOLLOW_MS: i64 = 3_000;

/// After this a banner says that what is shown is old, and running becomes stale.
const LOST_MS: i64 = 10_000;

/// What the lamp shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lamp {
    /// Connected, or lost so shortly that it is not worth a word.
    Live,
    /// Not connected; what is shown is a few seconds old.
    Reconnecting,
    /// Not connected for long: the banner shows.
    Lost,
}

/// State of the connection. Times are the browser's, in the server's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Link {
    /// Since when there is no connection.
    lost_since: Option<i64>,
    /// When the next attempt starts.
    next_try: Option<i64>,
    /// When something was last heard.
    heard: Option<i64>,
}

/// The live connection of the tab.
#[derive(Clone, Copy)]
pub struct Live {
    link: RwSignal<Link>,
    lamp: Memo<Lamp>,
}

impl Live {
    /// What the lamp shows; tracked.
    pub fn lamp(self) -> Lamp {
        self.lamp.get()
    }

    /// Moment that the page is at, while it is not live; tracked.
    pub fn as_of(self) -> Option<i64> {
        self.link.with(|link| link.lost_since.and(link.heard))
    }

    /// Milliseconds until the next attempt; tracked, ticking.
    pub fn next_try_in(self) -> Option<i64> {
        let now = use_clock().now();
        self.link.with(|link| link.next_try).map(|at| (at - now).max(0))
    }

    /// Connects now instead of at the next attempt.
    pub fn try_now(self) {
        #[cfg(feature = "hydrate")]
        browser::connect_now();
    }
}

/// Creates the connection of the tab; it opens once the page is hydrated.
pub fn provide_live() -> Live {
    let clock = use_clock();
    let link = RwSignal::new(Link::default());
    let lamp = Memo::new(move |_| match link.with(|link| link.lost_since) {
        None => Lamp::Live,
        Some(since) => match clock.now() - since {
            ..HOLLOW_MS => Lamp::Live,
            HOLLOW_MS..LOST_MS => Lamp::Reconnecting,
            _ => Lamp::Lost,
        },
    });
    let live = Live { link, lamp };
    provide_context(live);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::start(link, clock));
    live
}

/// The connection of the tab.
pub fn use_live_connection() -> Live {
    use_context::<Live>().unwrap_or_else(provide_live)
}

/// Follows something for as long as the calling component lives.
///
/// `topic` says what, and how much of it the page already has; `None` follows nothing. What it reads with tracking
/// re-subscribes when it changes; a revision that moves with every message must be read untracked. It is read again
/// after every reconnect, so that nothing is missed and nothing is sent twice.
///
/// `on_message` gets the messages of this subscription only, in order, at most one batch per animation frame.
pub fn use_live(topic: impl Fn() -> Option<Topic> + 'static, on_message: impl Fn(LiveMessage) + 'static) {
    #[cfg(feature = "hydrate")]
    {
        use std::rc::Rc;
        use std::sync::Arc;
        use std::sync::atomic::{AtomicU32, Ordering};

        let topic: Rc<dyn Fn() -> Option<Topic>> = Rc::new(topic);
        let on_message: Rc<dyn Fn(LiveMessage)> = Rc::new(on_message);
        // 0 stands for none: numbers start at 1.
        let current = Arc::new(AtomicU32::new(0));
        let held = Arc::clone(&current);
        Effect::new(move |_| {
            browser::unsubscribe(held.swap(0, Ordering::Relaxed));
            if topic().is_some() {
                held.store(browser::subscribe(Rc::clone(&topic), Rc::clone(&on_message)), Ordering::Relaxed);
            }
        });
        on_cleanup(move || browser::unsubscribe(current.swap(0, Ordering::Relaxed)));
    }
    #[cfg(not(feature = "hydrate"))]
    drop((topic, on_message));
}

/// What a message says to its receiver. A message of another version of the program says nothing: the next page load
/// brings the right one.
pub fn heard<T: DeserializeOwned>(part: Later<T>) -> Option<T> {
    part.read().inspect_err(|error| leptos::logging::warn!("A live message could not be read: {error}")).ok()
}

/// A status as far as it is known: while the connection is lost, what was running is stale, with the moment at
/// which it was.
pub fn as_known(status: Signal<Status>) -> Signal<Status> {
    let live = use_live_connection();
    Signal::derive(move || {
        let known = status.get();
        if known.state != State::Running || live.lamp() != Lamp::Lost {
            return known;
        }
        Status {
            state: State::Stale,
            word: format!("{}{}", known.word, at(live.as_of())),
            reason: known.reason,
        }
    })
}

/// ` at 12:04`, in the reader's time zone.
fn at(moment: Option<i64>) -> String {
    #[cfg(feature = "hydrate")]
    if let Some(moment) = moment {
        return format!(" at {}", super::browser::clock_time(moment, false));
    }
    let _ = moment;
    String::new()
}

/// Follows the address `Reconnecting, next try in 4 s.` of the banner.
pub fn banner_text(live: Live) -> String {
    let mut text = String::new();
    #[cfg(feature = "hydrate")]
    if let Some(moment) = live.as_of() {
        text.push_str(&format!("You see {}. ", super::browser::clock_time(moment, true)));
    }
    text.push_str("Reconnecting");
    match live.next_try_in() {
        Some(ms) if ms > 0 => text.push_str(&format!(", next try in {} s.", (ms + 999) / 1_000)),
        _ => text.push('.'),
    }
    text
}
