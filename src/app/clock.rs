//! The clock that every relative time reads. One timer for the whole page; it moves words, it never fetches.

use leptos::prelude::*;

/// The server's time, ticking once a second in the browser.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<i64>,
    /// Server time minus the browser's, in milliseconds.
    offset: RwSignal<i64>,
}

impl Clock {
    /// Milliseconds since the epoch by the server's clock; tracked.
    pub fn now(self) -> i64 {
        self.now.get()
    }

    /// The same, untracked and exact.
    pub fn exact(self) -> i64 {
        local_ms() + self.offset.get_untracked()
    }

    /// Takes over what the server says its clock is.
    pub fn set_server_time(self, server_ms: i64) {
        self.offset.set(server_ms - local_ms());
        self.now.set(server_ms);
    }
}

/// Creates the clock for the application.
///
/// The moment of the server's rendering travels to the browser in the page, so that the first words there are the
/// same as in the HTML: neither a hydration mismatch nor a shift.
pub fn provide_clock() -> Clock {
    let start = SharedValue::new(local_ms).into_inner();
    let clock = Clock { now: RwSignal::new(start), offset: RwSignal::new(0) };
    provide_context(clock);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        use std::time::Duration;
        // `Hello` of the live stream corrects the offset; until then the page's own moment is close enough.
        let _ = set_interval_with_handle(move || clock.now.set(clock.exact()), Duration::from_secs(1));
    });
    clock
}

/// The clock of the application.
pub fn use_clock() -> Clock {
    use_context::<Clock>().unwrap_or_else(provide_clock)
}

#[cfg(feature = "hydrate")]
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since the epoch are whole and far below 2^53"
)]
fn local_ms() -> i64 {
    js_sys::Date::now() as i64
}

#[cfg(not(feature = "hydrate"))]
fn local_ms() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
