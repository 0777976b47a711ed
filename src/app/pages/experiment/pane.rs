//! The pane of the open item: its head, its neighbours, and what stands there while there is none.

use leptos::prelude::*;

use super::open::Open;
use super::over::Over;
use super::row::result;
use super::store::ExperimentStore;
use crate::app::components::{EmptyState, Icon, IconButton, ProblemPanel, Sheet, state_class, state_icon};
use crate::views::ObjectKey;
use crate::views::problem::{Problem, ProblemCode};

/// What of the open item is looked at; it stays while the figures of the item move.
#[derive(Clone, Copy)]
pub struct Look {
    /// Place of the repeat that is shown.
    pub shown: RwSignal<usize>,
    /// Run whose timeline is over the page.
    pub timeline: RwSignal<Option<ObjectKey>>,
    /// Both answers are over the page.
    pub beside: RwSignal<bool>,
}

/// The pane; on a phone a sheet.
#[component]
pub fn ItemPane(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let address = experiment.address;
    let wanted = Memo::new(move |_| address.looks.with(|looks| looks.item.clone()));
    let pulled = RwSignal::new(false);
    let look = Look { shown: RwSignal::new(0), timeline: RwSignal::new(None), beside: RwSignal::new(false) };
    // Choosing an item is asking for it; on a narrow screen it would stay under the fold.
    Effect::watch(
        move || wanted.get(),
        move |item, _, _| {
            pulled.set(!item.is_empty());
            look.shown.set(0);
            look.timeline.set(None);
            look.beside.set(false);
        },
        false,
    );
    let title = Signal::derive(move || {
        let item = wanted.get();
        let known = experiment.rows.with(|rows| {
            rows.iter()
                .find(|row| row.id == item)
                .map(|row| row.title.clone())
                .filter(|title| !title.is_empty())
        });
        match (item.is_empty(), known) {
            (true, _) => "Item".to_owned(),
            (false, known) => known.unwrap_or(item),
        }
    });
    let state = Memo::new(move |_| {
        let item = wanted.get();
        experiment.rows.with(|rows| rows.iter().find(|row| row.id == item).map(result))
    });
    let close = Callback::new(move |_| {
        pulled.set(false);
        address.look(|looks| looks.item.clear());
    });
    let head = move || {
        (!wanted.with(String::is_empty)).then(|| {
            view! {
                <span class="end row">
                    {step(experiment, "[", "Previous item", "chevron-up", -1)}
                    {step(experiment, "]", "Next item", "chevron-down", 1)}
                    <IconButton label="Close item" icon="x" small=true on_press=close />
                </span>
            }
        })
    };
    let mark = move || {
        state.get().map(|(state, word)| {
            view! {
                <span class=format!("st {}", state_class(state))>
                    <Icon name=state_icon(state) />
                    <span class="vh">{word}</span>
                </span>
            }
        })
    };
    let body = move || {
        let item = wanted.get();
        if item.is_empty() {
            return view! {
                <p class="pb t2">"Choose an item to see its answer, its scores and their reasons beside the baseline's."</p>
            }
            .into_any();
        }
        // While another is on its way the earlier one stays, so that nothing flickers.
        match experiment.item.get() {
            Some((_, Ok(view))) => view! { <Open experiment=experiment item=view look=look /> }.into_any(),
            Some((id, Err(problem))) => no_item(experiment, &id, problem),
            None => view! { <p class="pb t3" role="status">"Loading the item"</p> }.into_any(),
        }
    };
    view! {
        <Sheet label="Item" title=title icon="scale" class="panel" open=pulled>
            <header>
                {mark}
                <h2 class="cut">{title}</h2>
                {head}
            </header>
            {body}
            <Over timeline=look.timeline />
        </Sheet>
    }
}

fn step(
    experiment: ExperimentStore,
    key: &'static str,
    label: &'static str,
    icon: &'static str,
    by: isize,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="ib sm"
            aria-label=label
            title=format!("{label} ({key})")
            data-key=key
            on:click=move |_| experiment.step(by)
        >
            <Icon name=icon />
        </button>
    }
}

/// An item that is not there is said so: it is no pass.
fn no_item(experiment: ExperimentStore, id: &str, problem: Problem) -> AnyView {
    if problem.code == ProblemCode::NotFound {
        let number = experiment.view.with_untracked(|view| view.key.number);
        return view! {
            <EmptyState
                title=format!("Experiment {number} has no item {id}")
                text="What was never asked is missing: it counts as not passed in every comparison."
            />
        }
        .into_any();
    }
    view! {
        <ProblemPanel
            problem=problem
            title="The item could not be loaded"
            retry=Callback::new(move |()| experiment.fetch_item())
        />
    }
    .into_any()
}
