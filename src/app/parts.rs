//! The parts of the interface that a release build keeps in files of their own (feature `split`).
//!
//! A part is a function that makes pages. The part of the page that is open is loaded before the page is hydrated, the
//! others when the page stands: a later click finds them here, also when the server has been replaced meanwhile.
//! Without the feature, and on the server, nothing is loaded: the parts are in the program.

use leptos::prelude::*;

use super::address;
use super::pages::agents::AgentPage;
use super::pages::annotate::AnnotatePage;
use super::pages::chat::{ChatPage, Open};
use super::pages::datasets::{DataSetPage, DataSetsPage, NewDataSetPage};
use super::pages::evaluations::EvaluationPage;
use super::pages::evaluators::EvaluatorPage;
use super::pages::experiment::ExperimentPage;
use super::pages::form::{EditObject, NewObjectPage};
use super::pages::home::HomePage;
use super::pages::inbox::InboxPage;
use super::pages::models::ModelPage;
use super::pages::object::{ObjectPage, ObjectState};
use super::pages::query_new::NewQueryPage;
use super::pages::run::RunPage;
use super::pages::teams::TeamPage;
use super::pages::tools::ToolPage;
use super::pages::yaml::CreatePage;
use super::pages::{EventsPage, NotFound, ObjectsPage};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::evaluation::{EvaluationForm, EvaluatorForm};
use crate::views::experiments::ExperimentKey;
use crate::views::forms::{AgentForm, ModelForm, TeamForm, ToolSpecForm};

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
pub use browser::{load_first, load_rest, view};

/// How far an address goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A namespace, or all.
    Home,
    /// What waits for a person.
    Inbox,
    /// A list in it.
    List,
    /// A new object of a kind.
    New,
    /// An object.
    Object,
    /// Its form, on its page.
    Edit,
    /// An experiment of an evaluation.
    Experiment,
}

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// How far the address goes.
    pub step: Step,
    /// The namespace; `None` for all.
    pub namespace: Option<String>,
    /// The word after it: the plural of a kind, `events`, `conversations`, `datasets` or `annotate`.
    pub place: String,
    /// The name after that.
    pub name: String,
    /// The number of an experiment.
    pub number: u32,
}

/// A group of pages whose code is loaded together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Home. It comes with the frame: it is where people start, and apart it would be larger.
    Home,
    /// Lists of objects and of events.
    Lists,
    /// Pages of objects.
    Objects,
    /// The page of a run, and the inbox: both ask for approvals.
    Run,
    /// Forms: pages that create, and the tab in which an object is edited.
    Forms,
    /// Conversations.
    Chat,
    /// Experiments, data sets, and judging by hand.
    Experiments,
}

impl Part {
    /// All of them.
    #[cfg(feature = "hydrate")]
    const ALL: [Self; 7] =
        [Self::Home, Self::Lists, Self::Run, Self::Objects, Self::Forms, Self::Chat, Self::Experiments];

    /// The part that has the page of a place; `kind` is the word in its address.
    fn of(step: Step, kind: &str) -> Self {
        match step {
            Step::Home => Self::Home,
            _ if kind == address::CONVERSATIONS => Self::Chat,
            _ if kind == address::DATA_SETS || kind == address::ANNOTATE => Self::Experiments,
            Step::Inbox => Self::Run,
            Step::List => Self::Lists,
            Step::New | Step::Edit => Self::Forms,
            Step::Object if Kind::from_plural(kind) == Some(Kind::Query) => Self::Run,
            Step::Object => Self::Objects,
            Step::Experiment => Self::Experiments,
        }
    }
}

/// Makes the page of a place.
type Make = fn(Place) -> AnyView;

/// The page of a place.
#[cfg(not(feature = "hydrate"))]
pub fn view(place: Place) -> AnyView {
    let make: Make = match Part::of(place.step, &place.place) {
        Part::Home => home,
        Part::Lists => lists,
        Part::Objects => objects,
        Part::Run => run,
        Part::Forms => forms,
        Part::Chat => chat,
        Part::Experiments => experiments,
    };
    make(place)
}

/// The form of an object, on its page. It is a tab in the part of the forms: an object is looked at more often than edited.
pub fn edit(state: ObjectState) -> AnyView {
    let ObjectKey { kind, namespace, name } = state.detail.with_untracked(|detail| detail.row.key.clone());
    provide_context(state);
    view(Place {
        step: Step::Edit,
        namespace: Some(namespace),
        place: kind.plural().to_owned(),
        name,
        number: 0,
    })
}

fn home(place: Place) -> AnyView {
    view! { <HomePage namespace=place.namespace /> }.into_any()
}

fn lists(Place { namespace, place, .. }: Place) -> AnyView {
    match (place.as_str(), Kind::from_plural(&place)) {
        ("events", _) => view! { <EventsPage namespace=namespace /> }.into_any(),
        (_, Some(kind)) => view! { <ObjectsPage kind=kind namespace=namespace /> }.into_any(),
        (_, None) => view! { <NotFound /> }.into_any(),
    }
}

fn forms(Place { namespace, step, place, .. }: Place) -> AnyView {
    let kind = Kind::from_plural(&place);
    if step == Step::Edit {
        return match use_context::<ObjectState>().zip(kind) {
            Some((state, kind)) => form(state, kind),
            None => view! { <NotFound /> }.into_any(),
        };
    }
    match kind {
        Some(Kind::Query) => view! { <NewQueryPage namespace=namespace /> }.into_any(),
        Some(Kind::Agent) => view! { <NewObjectPage<AgentForm> namespace=namespace /> }.into_any(),
        Some(Kind::Model) => view! { <NewObjectPage<ModelForm> namespace=namespace /> }.into_any(),
        Some(Kind::Team) => view! { <NewObjectPage<TeamForm> namespace=namespace /> }.into_any(),
        Some(Kind::Tool) => view! { <NewObjectPage<ToolSpecForm> namespace=namespace /> }.into_any(),
        Some(Kind::Evaluation) => view! { <NewObjectPage<EvaluationForm> namespace=namespace /> }.into_any(),
        Some(Kind::Evaluator) => view! { <NewObjectPage<EvaluatorForm> namespace=namespace /> }.into_any(),
        Some(kind) => view! { <CreatePage kind=kind namespace=namespace /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

fn form(state: ObjectState, kind: Kind) -> AnyView {
    match kind {
        Kind::Agent => view! { <EditObject<AgentForm> state=state /> }.into_any(),
        Kind::Model => view! { <EditObject<ModelForm> state=state /> }.into_any(),
        Kind::Team => view! { <EditObject<TeamForm> state=state /> }.into_any(),
        Kind::Tool => view! { <EditObject<ToolSpecForm> state=state /> }.into_any(),
        Kind::Evaluation => view! { <EditObject<EvaluationForm> state=state /> }.into_any(),
        Kind::Evaluator => view! { <EditObject<EvaluatorForm> state=state /> }.into_any(),
        _ => view! { <NotFound /> }.into_any(),
    }
}

fn objects(place: Place) -> AnyView {
    match key(place) {
        Some(key) if key.kind == Kind::Agent => view! { <AgentPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Model => view! { <ModelPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Team => view! { <TeamPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Tool => view! { <ToolPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Evaluation => view! { <EvaluationPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Evaluator => view! { <EvaluatorPage object=key /> }.into_any(),
        Some(key) => view! { <ObjectPage object=key /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

fn run(place: Place) -> AnyView {
    if place.step == Step::Inbox {
        return view! { <InboxPage /> }.into_any();
    }
    match key(place) {
        Some(key) => view! { <RunPage key=key /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

fn chat(Place { namespace, step, name, .. }: Place) -> AnyView {
    let open = match step {
        Step::New => Open::New,
        Step::Object => Open::Id(name),
        Step::Home | Step::List | Step::Inbox | Step::Edit | Step::Experiment => Open::None,
    };
    view! { <ChatPage namespace=namespace open=open /> }.into_any()
}

fn experiments(Place { namespace, step, place, name, number }: Place) -> AnyView {
    match (place.as_str(), step, namespace) {
        (address::DATA_SETS, Step::List, namespace) => {
            view! { <DataSetsPage namespace=namespace /> }.into_any()
        }
        (address::DATA_SETS, Step::New, namespace) => {
            view! { <NewDataSetPage namespace=namespace /> }.into_any()
        }
        (address::DATA_SETS, Step::Object, Some(namespace)) => {
            view! { <DataSetPage namespace=namespace name=name /> }.into_any()
        }
        (address::ANNOTATE, Step::List, Some(namespace)) => {
            view! { <AnnotatePage namespace=namespace /> }.into_any()
        }
        (plural, Step::Experiment, Some(namespace))
            if number > 0 && Kind::from_plural(plural) == Some(Kind::Evaluation) =>
        {
            let key = ExperimentKey { namespace, evaluation: name, number };
            view! { <ExperimentPage key=key /> }.into_any()
        }
        _ => view! { <NotFound /> }.into_any(),
    }
}

/// The object of a place. Without a namespace a name says nothing, except of what has none.
fn key(Place { namespace, place, name, .. }: Place) -> Option<ObjectKey> {
    let kind = Kind::from_plural(&place)?;
    if !kind.namespaced() {
        return Some(ObjectKey::new(kind, String::new(), name));
    }
    Some(ObjectKey::new(kind, namespace?, name))
}
