//! Conversations: the list at the left, the open one beside it, and where the next message is written.
//!
//! A conversation is the queries with one conversation id. The page opens with what is there and lives by the stream: what is
//! said elsewhere, by kubectl or in another tab, appears here too.

pub mod carried;
mod composer;
mod images;
mod list;
mod message;
mod store;
mod thread;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::list::ConversationList;
use self::store::ChatStore;
use self::thread::Thread;
use super::query_new::parse_target;
use crate::api::conversations::get_conversations;
use crate::api::forms::get_choices;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{EmptyState, LinkButton, ProblemPanel, Skeleton};
use crate::views::conversation::ConversationView;
use crate::views::forms::Choices;
use crate::views::problem::Problem;

/// Which conversation an address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    /// None: the list.
    None,
    /// One that begins.
    New,
    /// The one with this id.
    Id(String),
}

impl Open {
    /// Its id, if it has one.
    fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::None | Self::New => None,
        }
    }
}

/// The page. `?target=agent/x` on a new conversation says with whom.
#[component]
pub fn ChatPage(
    /// Namespace, or `None` for all.
    namespace: Option<String>,
    /// What is open.
    open: Open,
) -> impl IntoView {
    let asked = (namespace.clone(), open.id().map(str::to_owned));
    let start = resource(move || asked.clone(), |(namespace, open)| load(namespace, open));
    let place = StoredValue::new((namespace, open));
    let body = move || {
        start.get().map(|answer| match answer {
            Ok((view, choices)) => {
                let (namespace, open) = place.get_value();
                view! { <Chat namespace=namespace open=open view=view choices=choices /> }.into_any()
            }
            Err(problem) => view! {
                <div class="panel">
                    <ProblemPanel
                        problem=problem
                        title="Conversations could not be loaded"
                        retry=Callback::new(move |()| start.refetch())
                    />
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <div class="page chatp">
            <Transition fallback=|| view! { <Skeleton label="Loading conversations" lines=8 /> }>{body}</Transition>
        </div>
    }
}

/// The conversations, and whom one can talk to.
async fn load(
    namespace: Option<String>,
    open: Option<String>,
) -> Result<(ConversationView, Choices), Problem> {
    let view = get_conversations(namespace.clone(), open).await?;
    let choices = match namespace {
        Some(namespace) => get_choices(namespace).await?,
        None => Choices::default(),
    };
    Ok((view, choices))
}

#[component]
fn Chat(namespace: Option<String>, open: Open, view: ConversationView, choices: Choices) -> impl IntoView {
    let query = use_query_map();
    let asked = query.with_untracked(|query| query.get("target"));
    let target = namespace.as_deref().zip(asked).and_then(|(namespace, text)| parse_target(namespace, &text));
    let store = ChatStore::follow(namespace.clone(), open.id().map(str::to_owned), view, target);
    let is_open = open != Open::None;
    let begin = format!("{}/new", address::conversations(namespace.as_deref()));
    let thread = match (namespace.clone(), open) {
        (_, Open::None) => nothing_open(begin).into_any(),
        (Some(namespace), _) => view! { <Thread store=store namespace=namespace choices=choices /> }.into_any(),
        (None, _) => view! {
            <div class="panel">
                <EmptyState
                    title="Choose a namespace"
                    text="A conversation is in the namespace of those who take part. Choose one at the top of the page."
                />
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="chat" class:open=is_open>
            <ConversationList store=store namespace=namespace />
            <section class="thread" aria-label="Conversation">
                {thread}
            </section>
        </div>
    }
}

/// What stands beside the list while no conversation is open.
fn nothing_open(begin: String) -> impl IntoView {
    view! {
        <div class="panel">
            <EmptyState
                title="No conversation is open"
                text="Choose one at the left, or begin one with an agent, a team or a model. Each message becomes a query, and those before it are told with it."
            >
                <LinkButton label="New conversation" href=begin icon="plus" />
            </EmptyState>
        </div>
    }
}
