//! Asks again when it is told that something moved.

use std::future::Future;
use std::time::Duration;

use leptos::prelude::*;

/// Least time between two questions: figures that change faster nobody reads.
const PAUSE: Duration = Duration::from_secs(1);

/// One question at a time, with a pause after each; what moves meanwhile is one more.
#[derive(Clone, Copy)]
pub struct Again(StoredValue<State>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// It is asked, or the pause after it goes on.
    Asked,
    /// Something moved meanwhile: once more.
    More,
}

impl Default for Again {
    /// Asks nothing yet; ends with the calling component.
    fn default() -> Self {
        Self(StoredValue::new(State::Idle))
    }
}

impl Again {
    /// Something moved: asks now, or once when the pause is over.
    pub fn ask<Work: Future<Output = ()> + 'static>(self, question: impl Fn() -> Work + 'static) {
        match self.0.try_get_value() {
            Some(State::Idle) => self.0.set_value(State::Asked),
            Some(_) => return self.0.set_value(State::More),
            None => return,
        }
        leptos::task::spawn_local(async move {
            question().await;
            set_timeout(move || self.rested(question), PAUSE);
        });
    }

    fn rested<Work: Future<Output = ()> + 'static>(self, question: impl Fn() -> Work + 'static) {
        // The page may be gone by now.
        let Some(before) = self.0.try_get_value() else { return };
        self.0.set_value(State::Idle);
        if before == State::More {
            self.ask(question);
        }
    }
}
