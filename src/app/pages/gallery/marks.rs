//! Statuses, identities, times.

use leptos::prelude::*;

use super::Section;
use crate::app::components::{Ago, Avatar, Elapsed, ObjectLink, StatusBadge, StatusMark, Tags, Who};
use crate::app::lists::state_word;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::row::{State, Status};

fn status(kind: Kind, state: State) -> Status {
    let reason =
        (state == State::Failed).then(|| "Model local-qwen does not answer: connection refused".to_owned());
    Status { state, word: state_word(kind, state).to_owned(), reason }
}

/// The seven states, as badge and in text, in the words of runs and of resources.
#[component]
pub fn Statuses() -> impl IntoView {
    let badges = State::ALL.map(|state| view! { <StatusBadge status=status(Kind::Query, state) /> });
    let marks = State::ALL.map(|state| view! { <StatusMark status=status(Kind::Query, state) /> });
    let resources = State::ALL.map(|state| view! { <StatusMark status=status(Kind::Agent, state) /> });
    view! {
        <Section title="Status" note="icon, word and colour; never colour alone">
            <div class="row wrap">{badges.into_iter().collect_view()}</div>
            <div class="row wrap">{marks.into_iter().collect_view()}</div>
            <div class="row wrap">{resources.into_iter().collect_view()}</div>
        </Section>
    }
}

/// Agents, teams, things; links and tags.
#[component]
pub fn Identities() -> impl IntoView {
    let agents = [
        "triage",
        "invoice-reader",
        "policy-checker",
        "refund-officer",
        "reply-writer",
        "log-analyst",
        "fraud-screen",
    ];
    view! {
        <Section title="Agents, teams, things">
            <div class="row wrap">
                {agents.map(|name| view! { <Avatar kind=Kind::Agent name=name /> }).into_iter().collect_view()}
                <Avatar kind=Kind::Team name="refund-desk" /> <Avatar kind=Kind::Agent name="triage" large=true />
                <Avatar kind=Kind::Agent name="triage" small=true />
            </div>
            <div class="row wrap">
                {Kind::ALL
                    .map(|kind| view! { <Who object=ObjectKey::new(kind, "support", kind.plural()) /> })
                    .into_iter()
                    .collect_view()}
            </div>
            <div class="row wrap">
                <ObjectLink object=ObjectKey::new(Kind::Model, "support", "gpt-main") />
                <ObjectLink object=ObjectKey::new(Kind::Model, "support", "gpt-gone") missing=true />
                <Tags words=vec!["create_refund".into(), "get_order".into(), "get_ticket".into()] />
                <Tags words=Vec::new() />
            </div>
        </Section>
    }
}

/// Times, ticking.
#[component]
pub fn Times() -> impl IntoView {
    let now = untrack(|| crate::app::clock::use_clock().now());
    let start = Signal::derive(move || Some(now - 48_000));
    view! {
        <Section title="Times">
            <div class="row wrap">
                <Ago at=now />
                <Ago at=now - 200_000 />
                <Ago at=now - 200_000_000 bare=true />
                <Elapsed start=start end=None />
                <Elapsed start=start end=start />
                <Elapsed start=None end=None />
            </div>
        </Section>
    }
}
