//! The page of a data set.

use leptos::prelude::*;

use super::editor::ItemEditor;
use super::head::Head;
use super::items::Items;
use super::store::DataSetStore;
use super::versions::Versions;
use crate::api::datasets::get_data_set;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{Banner, EmptyState, LinkButton, ProblemPanel, Skeleton, Tone};
use crate::views::datasets::DataSetView;
use crate::views::problem::{Problem, ProblemCode};

/// The page.
#[component]
pub fn DataSetPage(
    /// Namespace.
    namespace: String,
    /// Name.
    name: String,
) -> impl IntoView {
    let first = DataSetStore::asked(&namespace, &name);
    let loaded = resource(|| (), move |()| get_data_set(first.clone()));
    let place = StoredValue::new((namespace, name));
    let body = move || {
        loaded.get().map(|answer| match answer {
            Ok(view) => view! { <DataSet view=view /> }.into_any(),
            Err(problem) => {
                let (namespace, name) = place.get_value();
                no_set(&namespace, &name, problem, Callback::new(move |()| loaded.refetch()))
            }
        })
    };
    view! {
        <div class="page">
            <Transition fallback=|| view! { <Skeleton label="Loading the data set" lines=8 /> }>{body}</Transition>
        </div>
    }
}

fn no_set(namespace: &str, name: &str, problem: Problem, retry: Callback<()>) -> AnyView {
    if problem.code != ProblemCode::NotFound {
        let title = format!("Data set {name} could not be loaded");
        return view! {
            <div class="panel">
                <ProblemPanel problem=problem title=title retry=retry />
            </div>
        }
        .into_any();
    }
    let list = address::data_sets(Some(namespace));
    view! {
        <div class="panel">
            <EmptyState title=format!("There is no data set {name} in {namespace}") text=problem.message>
                <LinkButton label="All data sets" href=list.clone() icon="database" />
                <LinkButton label="New data set" href=format!("{list}/new") icon="plus" />
            </EmptyState>
        </div>
    }
    .into_any()
}

#[component]
fn DataSet(view: DataSetView) -> impl IntoView {
    let set = DataSetStore::open(view);
    let problem = move || {
        set.problem.get().map(|problem| {
            let retry = Callback::new(move |()| set.fetch());
            view! {
                <div class="panel">
                    <ProblemPanel problem=problem title="The items could not be loaded" retry=retry />
                </div>
            }
        })
    };
    let newest = set.newest();
    let old = move || {
        (!newest.get()).then(|| {
            let (version, last) = set.view.with(|view| (view.version, view.row.version));
            view! {
                <Banner
                    tone=Tone::Stale
                    icon="clock-alert"
                    lead=format!("Version {version}.")
                    text=format!("The newest is {last}. Only that one can be changed.")
                >
                    <LinkButton label=format!("Show version {last}") href=move || set.of_version(last) small=true />
                </Banner>
            }
        })
    };
    let error = set.part(|view| view.row.error.clone());
    let broken = move || {
        let error = error.get();
        (!error.is_empty())
            .then(|| view! { <Banner tone=Tone::Failed lead="It cannot be read." text=error /> })
    };
    let gone = move || {
        set.gone.get().then(|| {
            let text = "What you see was loaded before. It comes back here when one of this name is made.";
            view! { <Banner tone=Tone::Stale icon="trash-2" lead="This data set was deleted." text=text /> }
        })
    };
    view! {
        <Head set=set />
        {gone}
        {old}
        {broken}
        {problem}
        <div class="split stackable">
            <div class="stack stack-4">
                <Items set=set />
                <Versions set=set />
            </div>
            <ItemEditor set=set />
        </div>
    }
}
