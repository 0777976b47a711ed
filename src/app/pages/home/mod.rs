//! Home: what runs, what needs a person, what is broken, a question right here, first steps.

mod ask;
mod figures;
mod panels;
mod rows;
mod steps;

use leptos::prelude::*;

use self::ask::AskBox;
use self::figures::Figures;
use self::panels::{Broken, Failures, NeedsYou, Recent, RunsNow};
use self::steps::FirstSteps;
use crate::api::objects::get_home;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{Banner, ButtonKind, LinkButton, ProblemPanel, Skeleton};
use crate::app::live::{heard, use_live};
use crate::resources::kind::Kind;
use crate::views::home::HomeView;
use crate::views::live::{LiveMessage, Topic};

/// Home of a namespace, or of all.
#[component]
pub fn HomePage(
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let asked = namespace.clone();
    let home = resource(|| (), move |()| get_home(asked.clone()));
    let namespace = StoredValue::new(namespace);
    let body = move || {
        home.get().map(|answer| match answer {
            Ok(view) => view! { <Home view=view namespace=namespace.get_value() /> }.into_any(),
            Err(problem) => view! {
                <ProblemPanel
                    problem=problem
                    title="Home could not be loaded"
                    retry=Callback::new(move |()| home.refetch())
                />
            }
            .into_any(),
        })
    };
    view! {
        <div class="page">
            <Head namespace=namespace.get_value() />
            <Transition fallback=|| view! { <Skeleton label="Loading home" lines=6 /> }>{body}</Transition>
        </div>
    }
}

#[component]
fn Head(namespace: Option<String>) -> impl IntoView {
    let sub = match &namespace {
        Some(namespace) => format!("In {namespace}"),
        None => "In all namespaces".to_owned(),
    };
    view! {
        <div class="head">
            <div class="stack stack-1">
                <h1>"Home"</h1>
                <p class="sub">{sub}</p>
            </div>
            <div class="acts">
                <LinkButton
                    label="New query"
                    href=address::create(namespace.as_deref(), Kind::Query)
                    icon="play"
                    kind=ButtonKind::Primary
                    shortcut="c"
                />
            </div>
        </div>
    }
}

/// Home with its data; from then on it lives by the stream.
#[component]
fn Home(view: HomeView, namespace: Option<String>) -> impl IntoView {
    let home = RwSignal::new(view);
    let followed = namespace.clone();
    use_live(
        move || Some(Topic::Home { namespace: followed.clone() }),
        move |message| {
            if let LiveMessage::Home { home: now, .. } = message
                && let Some(now) = heard(now)
            {
                let _ = home.try_set(now);
            }
        },
    );
    let home: Signal<HomeView> = home.into();
    let demo = Memo::new(move |_| home.with(|home| home.demo));
    let place = namespace.clone();
    let demo_note = move || {
        let models = address::create(place.as_deref(), Kind::Model);
        demo.get().then(|| {
            view! {
                <Banner
                    icon="flask-conical"
                    lead="Demo model."
                    text="It answers from a script, needs no key and costs nothing; no language model is asked."
                >
                    <LinkButton label="Add a model" href=models icon="plus" small=true />
                </Banner>
            }
        })
    };
    view! {
        <Figures home=home namespace=namespace.clone() />
        <div class="split stackable">
            <div class="stack stack-4">
                <FirstSteps home=home />
                <AskBox home=home />
                <RunsNow home=home namespace=namespace.clone() />
                <Failures home=home namespace=namespace.clone() />
            </div>
            <div class="stack stack-4">
                <NeedsYou home=home />
                <Broken home=home />
                <Recent home=home namespace=namespace />
                {demo_note}
            </div>
        </div>
    }
}
