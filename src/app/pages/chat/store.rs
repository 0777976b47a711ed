//! What the page of conversations knows: the list, the turns of the open one, and what is on its way.

use std::collections::HashSet;

use leptos::prelude::*;

use crate::api::conversations::get_earlier_turns;
use crate::api::queries::{cancel_query, get_run};
use crate::app::act::browser_action;
use crate::app::live::{heard, use_live};
use crate::app::toasts::use_toasts;
use crate::views::ObjectKey;
use crate::views::conversation::{ConversationView, Conversations, TurnRef};
use crate::views::live::{LiveMessage, Topic};
use crate::views::row::State;
use crate::views::run::RunView;

/// The page's state; cheap to copy.
#[derive(Clone, Copy)]
pub struct ChatStore {
    /// The list, and the queries of the open conversation.
    pub list: RwSignal<Conversations>,
    /// The open conversation's id, once it has one.
    pub id: RwSignal<Option<String>>,
    /// Its turns that are shown, oldest first.
    pub turns: RwSignal<Vec<RunView>>,
    /// Queries that have not ended.
    pub flying: RwSignal<Vec<ObjectKey>>,
    /// An end was asked for.
    pub stopping: RwSignal<bool>,
    /// Whom the next message goes to.
    pub target: RwSignal<Option<ObjectKey>>,
    /// Grows with each change of what is shown: the page follows it to its end.
    pub grown: RwSignal<u32>,
    /// Queries that are being fetched.
    fetching: StoredValue<HashSet<String>>,
    /// How much of the memory went with the newest question, in a sentence.
    pub memory: RwSignal<Option<String>>,
}

impl ChatStore {
    /// Opens the page and follows the conversations for the life of the calling component.
    pub fn follow(
        namespace: Option<String>,
        id: Option<String>,
        view: ConversationView,
        target: Option<ObjectKey>,
    ) -> Self {
        let last = view.turns.last().and_then(|run| run.targets.first().cloned());
        let flying = view.turns.iter().filter(|run| in_flight(run)).map(|run| run.key.clone()).collect();
        let store = Self {
            list: RwSignal::new(view.list),
            id: RwSignal::new(id),
            turns: RwSignal::new(view.turns),
            flying: RwSignal::new(flying),
            stopping: RwSignal::new(false),
            target: RwSignal::new(target.or(last)),
            grown: RwSignal::new(0),
            fetching: StoredValue::new(HashSet::new()),
            memory: RwSignal::new(None),
        };
        use_live(
            move || Some(Topic::Conversations { namespace: namespace.clone(), open: store.id.get() }),
            move |message| {
                if let LiveMessage::Conversations { list, .. } = message
                    && let Some(list) = heard(list)
                {
                    store.take(list);
                }
            },
        );
        store
    }

    /// Takes the list as it is now: turns that went are removed, new ones are fetched.
    fn take(self, list: Conversations) {
        let known: Vec<String> =
            self.turns.with_untracked(|turns| turns.iter().map(|run| run.uid.clone()).collect());
        let first = known.iter().find_map(|uid| list.open.iter().position(|turn| turn.uid == *uid));
        let new: Vec<TurnRef> = list.open[first.unwrap_or(0)..]
            .iter()
            .filter(|turn| !known.contains(&turn.uid))
            .cloned()
            .collect();
        let gone = |uid: &str| !list.open.iter().any(|turn| turn.uid == uid);
        if known.iter().any(|uid| gone(uid)) {
            self.turns.try_update(|turns| turns.retain(|run| !gone(&run.uid)));
        }
        let _ = self.list.try_set(list);
        for turn in new {
            self.fetch(turn);
        }
    }

    fn fetch(self, turn: TurnRef) {
        if self.fetching.try_update_value(|fetching| fetching.insert(turn.uid.clone())) != Some(true) {
            return;
        }
        leptos::task::spawn_local(async move {
            let run = get_run(turn.key).await;
            self.fetching.try_update_value(|fetching| fetching.remove(&turn.uid));
            // One that cannot be fetched was deleted meanwhile, or comes with the next change of the list.
            if let Ok(run) = run {
                self.add(run);
            }
        });
    }

    /// Shows a run, in its place.
    pub fn add(self, run: RunView) {
        self.turns.try_update(|turns| {
            if turns.iter().all(|known| known.uid != run.uid) {
                turns.push(run);
                turns.sort_by_key(|run| (run.created_ms, run.started_ms.unwrap_or(i64::MAX)));
            }
        });
    }

    /// Notes whether a run is on its way.
    pub fn set_flying(self, key: &ObjectKey, flies: bool) {
        let empty = self.flying.try_update(|flying| {
            flying.retain(|known| known != key);
            if flies {
                flying.push(key.clone());
            }
            flying.is_empty()
        });
        if empty == Some(true) {
            let _ = self.stopping.try_set(false);
        }
    }

    /// Whether an answer is on its way; tracked.
    pub fn busy(self) -> bool {
        self.flying.with(|flying| !flying.is_empty())
    }

    /// Turns before the first one that is shown; tracked.
    pub fn earlier(self) -> usize {
        let first = self.turns.with(|turns| turns.first().map(|run| run.uid.clone()));
        self.list
            .with(|list| list.open.iter().position(|turn| Some(&turn.uid) == first.as_ref()).unwrap_or(0))
    }

    /// Stops what is on its way.
    pub fn stop(self) -> Callback<()> {
        let toasts = use_toasts();
        let cancel = browser_action(move |keys: &Vec<ObjectKey>| {
            let keys = keys.clone();
            async move {
                for key in keys {
                    if let Err(problem) = cancel_query(key).await {
                        let _ = self.stopping.try_set(false);
                        toasts.fail(&problem);
                    }
                }
            }
        });
        Callback::new(move |()| {
            let keys = self.flying.get_untracked();
            if keys.is_empty() || self.stopping.get_untracked() {
                return;
            }
            self.stopping.set(true);
            cancel.dispatch(keys);
        })
    }

    /// Fetches the turns before those that are shown.
    pub fn show_earlier(self, namespace: String) -> Action<(), ()> {
        let toasts = use_toasts();
        browser_action(move |_: &()| {
            let namespace = namespace.clone();
            let first = self.turns.with_untracked(|turns| turns.first().map(|run| run.uid.clone()));
            let id = self.id.get_untracked();
            async move {
                let (Some(first), Some(id)) = (first, id) else { return };
                match get_earlier_turns(namespace, id, first).await {
                    Ok(runs) => {
                        self.turns.try_update(|turns| {
                            let mut all = runs;
                            all.retain(|run| turns.iter().all(|known| known.uid != run.uid));
                            all.append(turns);
                            *turns = all;
                        });
                    }
                    Err(problem) => toasts.fail(&problem),
                }
            }
        })
    }
}

/// Whether a run that was fetched has not ended.
pub fn in_flight(run: &RunView) -> bool {
    !matches!(run.status.state, State::Done | State::Failed | State::Canceled)
}
