//! The parts of the interface that a release build keeps in files of their own (feature `split`).
//!
//! A part is a function that makes pages. The part of the page that is open is loaded before the page is hydrated, the
//! others when the page stands: a later click finds them here, also when the server has been replaced meanwhile.
//! Without the feature, and on the server, nothing is loaded: the parts are in the program.

use leptos::prelude::*;

use super::address;
use super::pages::agents::AgentPage;
use super::pages::chat::{ChatPage, Open};
use super::pages::form::NewObjectPage;
use super::pages::home::HomePage;
use super::pages::inbox::InboxPage;
use super::pages::models::ModelPage;
use super::pages::object::ObjectPage;
use super::pages::query_new::NewQueryPage;
use super::pages::run::RunPage;
use super::pages::teams::TeamPage;
use super::pages::tools::ToolPage;
use super::pages::yaml::CreatePage;
use super::pages::{EventsPage, NotFound, ObjectsPage};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
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
}

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// How far the address goes.
    pub step: Step,
    /// The namespace; `None` for all.
    pub namespace: Option<String>,
    /// The word after it: the plural of a kind, `events` or `conversations`.
    pub place: String,
    /// The name after that.
    pub name: String,
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
    /// Pages that create.
    Forms,
    /// Conversations.
    Chat,
}

impl Part {
    /// All of them.
    #[cfg(feature = "hydrate")]
    const ALL: [Self; 6] = [Self::Home, Self::Lists, Self::Run, Self::Objects, Self::Forms, Self::Chat];

    /// The part that has the page of a place; `kind` is the word in its address.
    fn of(step: Step, kind: &str) -> Self {
        match step {
            Step::Home => Self::Home,
            _ if kind == address::CONVERSATIONS => Self::Chat,
            Step::Inbox => Self::Run,
            Step::List => Self::Lists,
            Step::New => Self::Forms,
            Step::Object if Kind::from_plural(kind) == Some(Kind::Query) => Self::Run,
            Step::Object => Self::Objects,
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
    };
    make(place)
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

fn forms(Place { namespace, place, .. }: Place) -> AnyView {
    match Kind::from_plural(&place) {
        Some(Kind::Query) => view! { <NewQueryPage namespace=namespace /> }.into_any(),
        Some(Kind::Agent) => view! { <NewObjectPage<AgentForm> namespace=namespace /> }.into_any(),
        Some(Kind::Model) => view! { <NewObjectPage<ModelForm> namespace=namespace /> }.into_any(),
        Some(Kind::Team) => view! { <NewObjectPage<TeamForm> namespace=namespace /> }.into_any(),
        Some(Kind::Tool) => view! { <NewObjectPage<ToolSpecForm> namespace=namespace /> }.into_any(),
        Some(kind) => view! { <CreatePage kind=kind namespace=namespace /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

fn objects(place: Place) -> AnyView {
    match key(place) {
        Some(key) if key.kind == Kind::Agent => view! { <AgentPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Model => view! { <ModelPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Team => view! { <TeamPage object=key /> }.into_any(),
        Some(key) if key.kind == Kind::Tool => view! { <ToolPage object=key /> }.into_any(),
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
        Step::Home | Step::List | Step::Inbox => Open::None,
    };
    view! { <ChatPage namespace=namespace open=open /> }.into_any()
}

/// The object of a place. Without a namespace a name says nothing, except of what has none.
fn key(Place { namespace, place, name, .. }: Place) -> Option<ObjectKey> {
    let kind = Kind::from_plural(&place)?;
    if !kind.namespaced() {
        return Some(ObjectKey::new(kind, String::new(), name));
    }
    Some(ObjectKey::new(kind, namespace?, name))
}
