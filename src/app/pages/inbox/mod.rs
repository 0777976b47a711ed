//! The inbox: calls that wait for a person, over all namespaces that the person may see.

mod detail;
mod list;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use self::detail::{Answered, Chosen};
use self::list::{WaitingList, use_steps};
use crate::api::approvals::list_approvals;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::approvals::use_answers;
use crate::app::components::{Chip, EmptyState, LinkButton, ProblemPanel, Skeleton};
use crate::app::live::{heard, use_live};
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::approval::{InboxItem, InboxView};
use crate::views::live::{LiveMessage, Topic};

/// What the page works on.
#[derive(Clone, Copy)]
struct Inbox {
    view: RwSignal<InboxView>,
    /// The call in the address, as `namespace/name`.
    asked: Memo<Option<String>>,
    /// The namespace in the address; all without one.
    within: Memo<Option<String>>,
}

impl Inbox {
    /// What waits and was not answered here.
    fn waiting(self) -> Vec<InboxItem> {
        let answers = use_answers();
        self.view.with(|view| {
            let open = view.waiting.iter().filter(|item| answers.given(&item.approval.key).is_none());
            open.filter(|item| self.shows(&item.approval.key)).cloned().collect()
        })
    }

    /// Whether a call is in the namespace that is looked at.
    fn shows(self, key: &ObjectKey) -> bool {
        self.within.with(|within| within.as_ref().is_none_or(|within| *within == key.namespace))
    }

    /// Namespaces in which calls wait, with how many; that of the address too.
    fn spaces(self) -> Vec<(String, usize)> {
        let mut spaces: BTreeMap<String, usize> = BTreeMap::new();
        spaces.extend(self.within.get().map(|within| (within, 0)));
        self.view.with(|view| {
            for item in &view.waiting {
                *spaces.entry(item.approval.key.namespace.clone()).or_default() += 1;
            }
        });
        spaces.into_iter().collect()
    }

    /// The call that is shown: that of the address, else the one that waits least.
    fn chosen(self) -> Option<ObjectKey> {
        let named = |key: &ObjectKey| format!("{}/{}", key.namespace, key.name);
        match self.asked.get() {
            Some(asked) => self.view.with(|view| {
                let waiting = view.waiting.iter().map(|item| &item.approval);
                waiting.chain(&view.answered).map(|one| &one.key).find(|key| named(key) == asked).cloned()
            }),
            None => self.view.with(|view| {
                view.waiting.iter().map(|item| &item.approval.key).find(|key| self.shows(key)).cloned()
            }),
        }
    }
}

/// The page.
#[component]
pub fn InboxPage() -> impl IntoView {
    let loaded = resource(|| (), |()| list_approvals());
    let view = RwSignal::new(InboxView::default());
    use_live(
        || Some(Topic::Inbox),
        move |message| {
            if let LiveMessage::Inbox { inbox, .. } = message
                && let Some(now) = heard(inbox)
            {
                view.set(now);
            }
        },
    );
    view! {
        <div class="page">
            <Transition fallback=|| {
                view! { <Skeleton label="Loading approvals" lines=6 /> }
            }>
                {move || {
                    loaded
                        .get()
                        .map(|answer| match answer {
                            Ok(first) => {
                                view.set(first);
                                view! { <Loaded view=view /> }.into_any()
                            }
                            Err(problem) => {
                                view! {
                                    <div class="panel">
                                        <ProblemPanel
                                            problem=problem
                                            title="Approvals could not be loaded"
                                            retry=Callback::new(move |()| loaded.refetch())
                                        />
                                    </div>
                                }
                                    .into_any()
                            }
                        })
                }}
            </Transition>
        </div>
    }
}

/// The namespaces to choose among, where there is a choice.
#[component]
fn Spaces(inbox: Inbox) -> impl IntoView {
    let spaces = Memo::new(move |_| inbox.spaces());
    let chips = move || {
        spaces
            .get()
            .into_iter()
            .map(|(space, count)| {
                let navigate = use_navigate();
                let (here, next) = (space.clone(), space.clone());
                let on = Signal::derive(move || inbox.within.with(|within| within.as_ref() == Some(&here)));
                let press = Callback::new(move |_| {
                    let within = (!on.get_untracked()).then_some(next.as_str());
                    let options =
                        NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                    navigate(&address::approvals(within), options);
                });
                view! { <Chip label=space count=Signal::stored(Some(count)) on=on on_press=press /> }
            })
            .collect_view()
    };
    let no_choice = move || spaces.with(Vec::len) <= 1 && inbox.within.with(Option::is_none);
    view! {
        <div class="chips scroll" role="group" aria-label="Namespaces" hidden=no_choice>
            {chips}
        </div>
    }
}

#[component]
fn Loaded(view: RwSignal<InboxView>) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|map| map.get("item")).filter(|item| !item.is_empty()));
    let within = Memo::new(move |_| query.with(|map| map.get("ns")).filter(|within| !within.is_empty()));
    let inbox = Inbox { view, asked, within };
    let waiting = Memo::new(move |_| inbox.waiting());
    let chosen = Memo::new(move |_| inbox.chosen());
    use_steps(waiting, chosen, within);
    let sub = move || {
        let (count, spaces) = waiting.with(|all| {
            let mut spaces: Vec<&str> = all.iter().map(|item| item.approval.key.namespace.as_str()).collect();
            spaces.sort_unstable();
            spaces.dedup();
            (all.len(), spaces.len())
        });
        let more = view.with(|view| view.more);
        match count + more {
            0 => "Nothing waits for you. Answers are kept with who, when and why.".to_owned(),
            count => format!(
                "{} for you in {}. Answers are kept with who, when and why.",
                match count {
                    1 => "1 call waits".to_owned(),
                    n => format!("{n} calls wait"),
                },
                words::count(spaces, "namespace", "namespaces")
            ),
        }
    };
    let nothing = Memo::new(move |_| waiting.with(Vec::is_empty) && chosen.with(Option::is_none));
    let answered = Memo::new(move |_| {
        view.with(|view| {
            view.answered.iter().filter(|one| inbox.shows(&one.key)).cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <div class="head">
            <div class="stack stack-1">
                <h1>"Approvals"</h1>
                <p class="sub">{sub}</p>
            </div>
        </div>
        <Spaces inbox=inbox />
        {move || {
            if nothing.get() {
                view! {
                    <div class="stack stack-4">
                        <div class="panel">
                            <EmptyState
                                title="Nothing waits for you"
                                text="A call waits here when its tool, or the agent that calls it, has approval.required in its specification. The run waits with it, and everything else goes on."
                            >
                                <LinkButton label="All tools" href=address::list(None, Kind::Tool) icon="wrench" />
                            </EmptyState>
                        </div>
                        <Answered answered=answered />
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <div class="split stackable inbox">
                        <WaitingList waiting=waiting chosen=chosen within=within more=Signal::derive(move || view.with(|view| view.more)) />
                        <div class="stack stack-4">
                            <Chosen view=view chosen=chosen within=within />
                            <Answered answered=answered />
                        </div>
                    </div>
                }
                    .into_any()
            }
        }}
    }
}
