//! The YAML tab of an object.

use leptos::prelude::*;

use super::editor::YamlEditor;
use super::outcome::Outcome;
use super::session::{Session, Verdict};
use crate::api::objects::get_yaml;
use crate::api::wire::resource;
use crate::app::components::{
    Banner, Button, ButtonKind, Code, CopyButton, Diff, ProblemPanel, Skeleton, Tone,
};
use crate::app::guard::guard_while;
use crate::app::pages::object::ObjectState;
use crate::app::toasts::use_toasts;
use crate::views::ObjectKey;
use crate::views::problem::ProblemCode;
use crate::views::yaml::{ApplyOutcome, YamlDocument};

/// Loads the text and edits it.
#[component]
pub fn YamlTab(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let asked = key.clone();
    let resource = resource(move || asked.clone(), get_yaml);
    view! {
        <Transition fallback=|| view! { <Skeleton label="Loading YAML" lines=12 /> }>
            {move || {
                let key = key.clone();
                resource
                    .get()
                    .map(|answer| match answer {
                        Ok(document) => view! { <Editing state=state object=key document=document /> }.into_any(),
                        Err(problem) => {
                            view! {
                                <div class="panel">
                                    <ProblemPanel
                                        problem=problem
                                        title="The YAML could not be loaded"
                                        retry=Callback::new(move |()| resource.refetch())
                                    />
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}

#[component]
fn Editing(state: ObjectState, object: ObjectKey, document: YamlDocument) -> impl IntoView {
    let namespace = object.kind.namespaced().then(|| object.namespace.clone());
    let session = Session::new(namespace, document.text, Some(document.version));
    let dirty = session.dirty();
    let guard = guard_while(dirty);
    let toasts = use_toasts();
    let key = StoredValue::new(object.clone());
    let applied = move |outcome: ApplyOutcome| {
        guard.release();
        let text = if outcome.diff.is_empty() { "Nothing changed" } else { "Applied" };
        toasts.say(text);
        for warning in outcome.warnings {
            toasts.say(warning);
        }
        let key = key.get_value();
        leptos::task::spawn_local(async move {
            if let Ok(document) = get_yaml(key).await {
                session.restart(document);
            }
        });
    };
    // A refusal because of someone else is worth a look at their version at once.
    Effect::new(move |_| {
        let conflict = session.verdict.with(
            |verdict| matches!(verdict, Verdict::Refused(problem) if problem.code == ProblemCode::Conflict),
        );
        if conflict {
            session.look_at_conflict(key.get_value());
        }
    });
    let blocked = Signal::derive(move || {
        if state.gone.get() {
            Some("The object was deleted.".to_owned())
        } else if !dirty.get() {
            Some("Nothing has changed.".to_owned())
        } else {
            None
        }
    });
    let label = format!("{} {}", object.kind.name(), object.name);
    view! {
        <div class="stack">
            <Conflict session=session applied=Callback::new(applied) />
            {move || {
                dirty
                    .get()
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Running icon="pencil" lead="Unsaved changes.">
                                <Button
                                    label="See changes"
                                    small=true
                                    busy=session.checking
                                    on_press=Callback::new(move |_| session.check())
                                />
                                <Button
                                    label="Discard"
                                    small=true
                                    on_press=Callback::new(move |_| session.discard())
                                />
                            </Banner>
                        }
                    })
            }}
            <section class="panel">
                <header>
                    <h2>{label.clone()}</h2>
                    <span class="end row">
                        <CopyButton text=Callback::new(move |()| session.text.get_untracked()) />
                        <Button
                            label="Check"
                            icon="flask-conical"
                            small=true
                            busy=session.checking
                            on_press=Callback::new(move |_| session.check())
                        />
                        <Button
                            label="Apply"
                            kind=ButtonKind::Primary
                            small=true
                            busy=session.applying
                            disabled=blocked
                            on_press=Callback::new(move |_| session.apply(applied))
                        />
                    </span>
                </header>
                <YamlEditor
                    label=format!("{label}, as YAML")
                    text=session.text
                    problems=session.problems()
                />
            </section>
            <Outcome session=session />
        </div>
    }
}

/// Both versions, when someone else was faster.
#[component]
fn Conflict(session: Session, applied: Callback<ApplyOutcome>) -> impl IntoView {
    move || {
        let Verdict::Conflict { theirs, diff } = session.verdict.get() else { return ().into_any() };
        let (take, over, text) = (theirs.clone(), theirs.version.clone(), theirs.text);
        view! {
            <Banner
                tone=Tone::Failed
                lead="Changed by someone else."
                text="Your text is kept. Below is what it would change in theirs."
            >
                <Button
                    label="Take theirs"
                    small=true
                    on_press=Callback::new(move |_| session.restart(take.clone()))
                />
                <Button
                    label="Apply mine over it"
                    small=true
                    kind=ButtonKind::Danger
                    on_press=Callback::new(move |_| {
                        session.apply_over(over.clone(), move |outcome| applied.run(outcome));
                    })
                />
            </Banner>
            <section class="panel">
                <header>
                    <h2>"From theirs to yours"</h2>
                </header>
                <Diff label="From their version to yours" lines=diff />
                <details class="pb">
                    <summary>"Their version"</summary>
                    <Code label="Their version" text=text />
                </details>
            </section>
        }
        .into_any()
    }
}
