//! A run's place among those that run at once, while it waits for people.
//!
//! A run keeps its place as long as anything in it works. When all that is left of it waits for a person, it gives the
//! place back, so that people who think do not starve other runs; when somebody has decided, it comes back to the front
//! of its namespace's queue and goes on when it has a place again. At most [`MAX_AWAY`] runs may be away: further ones
//! keep their places, which is the back-pressure.
//!
//! Counts are moved by guards inside the run's own task, and looked at by `drive`, which polls that task: no lock is held
//! over an await, and a parent that goes on after its last child leaves no moment in which the run seems to be idle.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Runs that may wait for people without a place; each keeps its conversation in memory.
pub(super) const MAX_AWAY: usize = 1000;

/// The place of one run.
#[derive(Default)]
pub(super) struct Seat {
    state: Mutex<State>,
    returned: Notify,
}

#[derive(Default)]
struct State {
    place: Place,
    /// Branches that work: targets, and calls of one turn side by side.
    working: usize,
    /// Branches that wait for a person.
    waiting: usize,
    /// Branches that wait for the place.
    returning: usize,
    /// The calls that wait, by step: names of tools.
    asked: BTreeMap<String, String>,
    /// `asked` changed since it was told.
    untold: bool,
    /// There was no room to leave; asked again when something changes.
    must_stay: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Never had one.
    #[default]
    None,
    Held,
    /// Given back, for now.
    Away,
    /// In the queue again.
    Queued,
}

/// What the driver of the run has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Say in the status who is waited for.
    Tell,
    /// Give the place back: [`Seat::leave`].
    Leave,
    /// Queue for a place: [`Seat::queue`].
    Return,
}

/// What a run has at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// A place, to be given back.
    Place,
    /// An entry in the queue, to be taken out.
    Entry,
    /// Neither: it was away.
    Away,
}

impl Seat {
    /// The scheduler gives a place. `true` the first time: the run is to be started.
    pub(super) fn give(&self) -> bool {
        let before = std::mem::replace(&mut self.state.lock().place, Place::Held);
        self.returned.notify_waiters();
        before == Place::None
    }

    /// Whether it has had a place: the run has been started.
    pub(super) fn begun(&self) -> bool {
        self.state.lock().place != Place::None
    }

    /// Whether it has given its place back.
    pub(super) fn is_away(&self) -> bool {
        self.state.lock().place == Place::Away
    }

    /// What is to be done now, if anything.
    pub(super) fn wish(&self) -> Option<Wish> {
        let mut state = self.state.lock();
        if std::mem::take(&mut state.untold) {
            return Some(Wish::Tell);
        }
        match state.place {
            Place::Held if !state.must_stay => {
                let idle = state.working == 0 && state.returning == 0 && state.waiting > 0;
                idle.then_some(Wish::Leave)
            }
            Place::Away if state.returning > 0 => Some(Wish::Return),
            _ => None,
        }
    }

    /// The place was given back; or, where there was no room to leave, it was not.
    pub(super) fn leave(&self, left: bool) {
        let mut state = self.state.lock();
        if left {
            state.place = Place::Away;
        } else {
            state.must_stay = true;
        }
    }

    /// The run is queued again.
    pub(super) fn queue(&self) {
        self.state.lock().place = Place::Queued;
    }

    /// The run has ended: what it still has.
    pub(super) fn end(&self) -> Rest {
        match self.state.lock().place {
            Place::None | Place::Held => Rest::Place,
            Place::Away => Rest::Away,
            Place::Queued => Rest::Entry,
        }
    }

    /// Tools of the calls that wait for a person, in order of their steps.
    pub(super) fn asked(&self) -> Vec<String> {
        self.state.lock().asked.values().cloned().collect()
    }

    /// A branch works, until the guard is dropped.
    pub(super) fn work(&self) -> impl Drop + '_ {
        self.state.lock().working += 1;
        Guard::new(self, |state| state.working -= 1)
    }

    /// A branch lets others work for it, until the guard is dropped.
    pub(super) fn rest(&self) -> impl Drop + '_ {
        self.state.lock().working -= 1;
        Guard::new(self, |state| state.working += 1)
    }

    /// A branch waits for a person to decide on the call at `step`.
    pub(super) fn wait(&self, step: &str, tool: &str) -> Wait<'_> {
        let mut state = self.state.lock();
        state.working -= 1;
        state.waiting += 1;
        Wait { seat: self, step: step.to_owned(), tool: tool.to_owned() }
    }
}

/// A branch that waits for a person.
pub(super) struct Wait<'a> {
    seat: &'a Seat,
    step: String,
    tool: String,
}

impl Wait<'_> {
    /// The person can answer from here on: the status may say so.
    pub(super) fn asked(&self) {
        let mut state = self.seat.state.lock();
        state.asked.insert(self.step.clone(), self.tool.clone());
        state.untold = true;
    }

    /// Somebody has decided: waits for a place, then works on.
    pub(super) async fn over(self) {
        let _returning = {
            let mut state = self.seat.state.lock();
            state.returning += 1;
            if state.asked.remove(&self.step).is_some() {
                state.untold = true;
            }
            Guard::new(self.seat, |state| state.returning -= 1)
        };
        loop {
            let returned = self.seat.returned.notified();
            if self.seat.state.lock().place == Place::Held {
                break;
            }
            returned.await;
        }
        // First it works, then it does not return any more: in between it must not seem idle.
        drop(self);
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut state = self.seat.state.lock();
        state.waiting -= 1;
        state.working += 1;
        state.must_stay = false;
        if state.asked.remove(&self.step).is_some() {
            state.untold = true;
        }
    }
}

struct Guard<'a, F: Fn(&mut State)> {
    seat: &'a Seat,
    undo: F,
}

impl<'a, F: Fn(&mut State)> Guard<'a, F> {
    fn new(seat: &'a Seat, undo: F) -> Self {
        Self { seat, undo }
    }
}

impl<F: Fn(&mut State)> Drop for Guard<'_, F> {
    fn drop(&mut self) {
        (self.undo)(&mut self.seat.state.lock());
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn told(seat: &Seat) -> Option<Wish> {
        assert_eq!(seat.wish(), Some(Wish::Tell));
        seat.wish()
    }

    #[test]
    fn a_place_is_given_back_when_nothing_works_and_asked_for_when_somebody_decided() {
        let seat = Seat::default();
        assert!(seat.give() && seat.begun());
        let _target = seat.work();
        let resting = seat.rest();
        let (first, second) = (seat.work(), seat.work());
        let asked = seat.wait("0/tool/0/0", "pay");
        asked.asked();
        assert_eq!(told(&seat), None, "the other call of the turn works");
        drop(second);
        assert_eq!(seat.wish(), Some(Wish::Leave));
        seat.leave(true);
        assert_eq!((seat.asked(), seat.end()), (vec!["pay".to_owned()], Rest::Away));

        let mut over = Box::pin(asked.over());
        assert!((&mut over).now_or_never().is_none());
        assert_eq!(told(&seat), Some(Wish::Return));
        seat.queue();
        assert_eq!((seat.wish(), seat.end()), (None, Rest::Entry));
        assert!(!seat.give(), "it goes on, it is not started");
        assert_eq!(seat.wish(), None, "what returns is not idle");
        assert!((&mut over).now_or_never().is_some());
        drop((over, first, resting));
        assert_eq!((seat.wish(), seat.end(), seat.state.lock().working), (None, Rest::Place, 1));
    }

    #[test]
    fn who_may_not_leave_stays_and_tries_again_after_a_change() {
        let seat = Seat::default();
        seat.give();
        let _targets = (seat.work(), seat.work());
        let first = seat.wait("0/tool/0/0", "a");
        let _second = seat.wait("1/tool/0/0", "b");
        first.asked();
        assert_eq!(told(&seat), Some(Wish::Leave));
        seat.leave(false);
        assert_eq!(seat.wish(), None);
        let mut over = Box::pin(first.over());
        assert!((&mut over).now_or_never().is_some(), "it has its place still");
        assert_eq!(told(&seat), None);
    }

    #[test]
    fn a_canceled_wait_leaves_no_trace() {
        let seat = Seat::default();
        seat.give();
        let target = seat.work();
        drop((seat.wait("0/tool/0/0", "a"), target));
        let state = seat.state.lock();
        assert_eq!((state.working, state.waiting, state.asked.len()), (0, 0, 0));
    }
}
