//! Banners, problems, empty and loading states, code, rows.

use leptos::prelude::*;

use super::Section;
use crate::app::components::{
    Banner, Button, Code, Diff, EmptyState, ProblemPanel, Skeleton, StatusMark, TableSkeleton, Tone, Who,
};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::problem::{Problem, ProblemCode};
use crate::views::row::{State, Status};
use crate::views::yaml::{DiffLine, DiffSide};

/// Banners of each meaning.
#[component]
pub fn Banners() -> impl IntoView {
    view! {
        <Section title="Banners">
            <Banner tone=Tone::Running lead="Version 2.3 is ready." text="Reload when it suits you." />
            <Banner tone=Tone::Waiting lead="No default model." text="Agents without a model cannot run.">
                <Button label="Choose" small=true />
            </Banner>
            <Banner tone=Tone::Failed lead="Changed by someone else." text="Your text is kept." />
            <Banner tone=Tone::Stale lead="Not live." text="You see 12:04:18. Reconnecting, next try in 4 s." />
            <Banner
                icon="git-branch"
                lead="Managed by Flux."
                text="Changes made here are undone at the next sync."
            />
        </Section>
    }
}

/// A problem with and without fields.
#[component]
pub fn Problems() -> impl IntoView {
    let down =
        Problem::new(ProblemCode::Unavailable, "The Kubernetes API answered “etcdserver: leader changed”.")
            .next("This usually passes within a minute.");
    let wrong = Problem::new(ProblemCode::Invalid, "Agent triage was not saved.")
        .field("spec.tools[0].type", "must be one of built-in, custom; got “magic”");
    view! {
        <Section title="Problems" note="what, why, what next">
            <ProblemPanel problem=down title="Agents could not be loaded" retry=Callback::new(|()| {}) />
            <ProblemPanel problem=wrong />
        </Section>
    }
}

/// Nothing there.
#[component]
pub fn Empty() -> impl IntoView {
    view! {
        <Section title="Empty">
            <EmptyState title="No agents yet" text=Kind::Agent.explanation()>
                <Button label="New agent" icon="plus" />
            </EmptyState>
        </Section>
    }
}

/// Skeletons.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <Section title="Loading" note="from 150 ms; before that the old rows stay">
            <TableSkeleton label="Loading agents" rows=3 />
            <Skeleton label="Loading triage" />
        </Section>
    }
}

/// Code and difference.
#[component]
pub fn Texts() -> impl IntoView {
    let line = |side, text: &str| DiffLine { side, text: text.to_owned() };
    let lines = vec![
        line(DiffSide::Same, "spec:"),
        line(DiffSide::Removed, "  timeout: 5m"),
        line(DiffSide::Added, "  timeout: 30m"),
        line(DiffSide::Skipped, ""),
        line(DiffSide::Same, "  target:"),
    ];
    view! {
        <Section title="Code, difference">
            <Code label="Example" text="kind: Agent\nmetadata:\n  name: triage" />
            <Diff label="Example difference" lines=lines />
        </Section>
    }
}

/// Rows in each state.
#[component]
pub fn Rows() -> impl IntoView {
    let row = |class: &'static str, name: &str, state, word: &str| {
        view! {
            <tr class=class>
                <td>
                    <Who object=ObjectKey::new(Kind::Agent, "support", name) />
                </td>
                <td>
                    <StatusMark status=Status { state, word: word.to_owned(), reason: None } />
                </td>
            </tr>
        }
    };
    view! {
        <Section title="Rows">
            <div class="tw" tabindex="0" role="region" aria-label="Example rows">
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"Agent"</th>
                            <th scope="col">"Status"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {row("cur", "under-the-cursor", State::Done, "Ready")}
                        {row("sel", "selected", State::Running, "Checking")}
                        {row("tint-a", "just-changed", State::Failed, "Not ready")}
                        {row("gone", "deleted", State::Canceled, "Deleted")}
                    </tbody>
                </table>
            </div>
        </Section>
    }
}
