//! The run of the open page: its model, moved by the live stream.
//!
//! What arrives is taken in frames of at most ten per second: more redraws than that nobody reads, and each one costs
//! the reader's battery.

use std::time::Duration;

use leptos::prelude::*;

use super::fold::{Applied, RunModel};
use crate::app::live::{heard, use_live};
use crate::views::live::{LiveMessage, Topic};
use crate::views::row::{State, Status};
use crate::views::run::{RunDelta, RunView};

/// Time between two frames of a stream.
const FRAME: Duration = Duration::from_millis(100);
/// Deltas that wait for the next frame; when more come, the frame is not waited for.
const MAX_WAITING: usize = 2_048;

/// The run of the open page.
#[derive(Clone, Copy)]
pub struct RunStore {
    model: RwSignal<RunModel>,
    canceling: RwSignal<bool>,
    gone: RwSignal<bool>,
    /// Entries that could not be filled in, first and last.
    skipped: RwSignal<Option<(u64, u64)>>,
    waiting: StoredValue<Vec<RunDelta>>,
    framed: StoredValue<bool>,
}

impl RunStore {
    /// Opens a run and follows it for the life of the calling component.
    pub fn follow(view: RunView) -> Self {
        let store = Self::still(view);
        use_live(move || Some(store.topic()), move |message| store.receive(message));
        store
    }

    /// Opens a run that has ended, and does not follow it.
    pub fn still(view: RunView) -> Self {
        Self {
            model: RwSignal::new(RunModel::open(view)),
            canceling: RwSignal::new(false),
            gone: RwSignal::new(false),
            skipped: RwSignal::new(None),
            waiting: StoredValue::new(Vec::new()),
            framed: StoredValue::new(false),
        }
    }

    /// What the page has, read untracked: a new entry must not subscribe again.
    fn topic(self) -> Topic {
        self.model.with_untracked(|run| Topic::Run { key: run.key.clone(), after: run.last_seq() })
    }

    /// The model, for what needs all of it.
    pub fn model(self) -> ReadSignal<RunModel> {
        self.model.read_only()
    }

    /// A part of the model as a memo: what it feeds is drawn again only when that part changed.
    pub fn select<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&RunModel) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.model.with(&part))
    }

    /// Reads the model once.
    pub fn peek<T>(self, read: impl FnOnce(&RunModel) -> T) -> T {
        self.model.with_untracked(read)
    }

    /// The state as it is shown: `Canceling` from the press until the engine confirms.
    pub fn status(self) -> Memo<Status> {
        Memo::new(move |_| {
            let canceling = self.canceling.get();
            self.model.with(|run| {
                if canceling && !run.ended() {
                    Status { state: State::Running, word: "Canceling".to_owned(), reason: None }
                } else {
                    run.status.clone()
                }
            })
        })
    }

    /// Whether the run is on its way or waits for its turn; tracked.
    pub fn in_flight(self) -> Memo<bool> {
        self.select(|run| !run.ended())
    }

    /// Whether the query was deleted while it was looked at; tracked.
    pub fn gone(self) -> bool {
        self.gone.get()
    }

    /// Entries that are missing for good; tracked.
    pub fn skipped(self) -> Option<(u64, u64)> {
        self.skipped.get()
    }

    /// Says that a cancel was asked for, or that asking failed.
    pub fn set_canceling(self, on: bool) {
        self.canceling.set(on);
    }

    /// Whether a cancel was asked for; tracked.
    pub fn canceling(self) -> bool {
        self.canceling.get()
    }

    /// Puts older entries before those that are here.
    pub fn prepend(self, older: Vec<crate::views::run::RunEntry>) {
        self.model.update(|run| run.prepend(older));
    }

    fn receive(self, message: LiveMessage) {
        match message {
            LiveMessage::Run { delta, .. } => {
                let Some(delta) = heard(delta) else { return };
                let full = self.waiting.try_update_value(|waiting| {
                    waiting.push(delta);
                    waiting.len() >= MAX_WAITING
                });
                if full == Some(true) {
                    self.take();
                } else if self.framed.try_update_value(|framed| std::mem::replace(framed, true))
                    == Some(false)
                {
                    // The first of a frame is shown at once, what follows within it together at its end.
                    self.take();
                    set_timeout(
                        move || {
                            let _ = self.framed.try_set_value(false);
                            self.take();
                        },
                        FRAME,
                    );
                }
            }
            LiveMessage::RunSnapshot { run, .. } => {
                let Some(run) = heard(run) else { return };
                self.waiting.try_update_value(Vec::clear);
                let _ = self.skipped.try_set(None);
                let opened = RunModel::open(run);
                self.model.try_update(|model| {
                    let mut opened = opened;
                    opened.keep_older(model);
                    *model = opened;
                });
            }
            LiveMessage::Gone { .. } => {
                let _ = self.gone.try_set(true);
            }
            _ => {}
        }
    }

    /// Takes what waits into the model.
    fn take(self) {
        let deltas = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        if deltas.is_empty() {
            return;
        }
        let mut missing = None;
        self.model.try_update(|run| {
            for delta in deltas {
                let next = match &delta {
                    RunDelta::Entries(entries) => entries.first().map(|entry| entry.seq),
                    _ => None,
                };
                let last = run.last_seq();
                if let (Applied::Gap, Some(next)) = (run.apply(delta), next) {
                    missing = Some((last + 1, next.saturating_sub(1)));
                }
            }
        });
        if missing.is_some() {
            let _ = self.skipped.try_set(missing);
        }
    }
}
