//! The page of an experiment: one time that an evaluation asked its data set, beside an earlier one.
//!
//! [`request`] is the address, [`store`] what is loaded; the rest draws.

mod acts;
mod bars;
mod chart;
mod choice;
mod dots;
mod figures;
mod head;
mod items;
mod open;
mod over;
mod pane;
mod plot;
mod request;
mod row;
mod store;
mod tagged;
mod trial;
mod window;
pub mod words;

use leptos::prelude::*;

use self::chart::ScoreChart;
use self::choice::Choices;
use self::figures::{Figures, Gate};
use self::head::{Going, Head};
use self::items::Items;
use self::pane::ItemPane;
use self::request::ExperimentAddress;
use self::store::{ExperimentStore, Loaded, load};
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{EmptyState, LinkButton, ProblemPanel, Skeleton};
use crate::app::live::{heard, use_live};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::ExperimentKey;
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::{Problem, ProblemCode};

pub use self::words::Score;

/// The page.
#[component]
pub fn ExperimentPage(
    /// Which.
    key: ExperimentKey,
) -> impl IntoView {
    let address = ExperimentAddress::here(key.clone());
    let first = (address.request.get_untracked(), address.looks.with_untracked(|looks| looks.item.clone()));
    let loaded = resource(|| (), move |()| load(first.0.clone(), first.1.clone()));
    let key = StoredValue::new(key);
    let known = StoredValue::new(0);
    let body = move || {
        loaded.get().map(|answer| match answer {
            Ok(first) => view! { <Experiment address=address first=first /> }.into_any(),
            Err(problem) => {
                let retry = Callback::new(move |()| loaded.refetch());
                view! { <NoExperiment key=key.get_value() problem=problem known=known retry=retry /> }
                    .into_any()
            }
        })
    };
    view! {
        <div class="page">
            <Transition fallback=|| view! { <Skeleton label="Loading the experiment" lines=8 /> }>{body}</Transition>
        </div>
    }
}

/// What stands there when the experiment is not to be had. One that was only just asked for comes by itself.
#[component]
fn NoExperiment(
    key: ExperimentKey,
    problem: Problem,
    /// Version of the Evaluation at which it was asked for; 0 at first.
    known: StoredValue<u64>,
    retry: Callback<()>,
) -> impl IntoView {
    let ExperimentKey { namespace, evaluation, number } = key;
    if problem.code != ProblemCode::NotFound {
        let title = format!("Experiment {number} of {evaluation} could not be loaded");
        return view! {
            <div class="panel">
                <ProblemPanel problem=problem title=title retry=retry />
            </div>
        }
        .into_any();
    }
    let object = ObjectKey::new(Kind::Evaluation, &namespace, &evaluation);
    let page = address::object(&object);
    // It is asked for again with each version of the Evaluation: one that began, or ended, before the stream
    // was heard is told by the first message.
    use_live(
        move || Some(Topic::Object { key: object.clone(), version: known.get_value() }),
        move |message| {
            let LiveMessage::Object { detail, .. } = message else { return };
            let Some(detail) = heard(detail) else { return };
            let moved = known
                .try_update_value(|known| detail.row.version > std::mem::replace(known, detail.row.version));
            if moved == Some(true) {
                retry.run(());
            }
        },
    );
    view! {
        <div class="panel">
            <EmptyState
                title=format!("There is no experiment {number} of {evaluation}")
                text="It has not begun yet, or its evaluation never ran so often. It appears here when it begins."
                page=true
            >
                <LinkButton label=format!("Open {evaluation}") href=page icon="gauge" />
            </EmptyState>
        </div>
    }
    .into_any()
}

#[component]
fn Experiment(address: ExperimentAddress, first: Loaded) -> impl IntoView {
    let experiment = ExperimentStore::open(address, first);
    let problem = move || {
        experiment.problem.get().map(|problem| {
            let retry = Callback::new(move |()| experiment.fetch());
            view! {
                <div class="panel">
                    <ProblemPanel problem=problem title="The experiment could not be compared so" retry=retry />
                </div>
            }
        })
    };
    view! {
        <div class="stack">
            <Head experiment=experiment />
            <Choices experiment=experiment />
        </div>
        <Going experiment=experiment />
        <Gate experiment=experiment />
        {problem}
        <Figures experiment=experiment />
        <div class="split stackable">
            <div class="stack stack-4">
                <ScoreChart experiment=experiment />
                <Items experiment=experiment />
            </div>
            <ItemPane experiment=experiment />
        </div>
    }
}
