//! The frame of a form: fields on the left, the same object as YAML on the right, errors counted at the button.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::draft::{Draft, field_left, field_of};
use super::preview::{Preview, PreviewText};
use crate::app::address;
use crate::app::components::{Banner, Button, ButtonKind, Icon, Tone};
use crate::app::words;
use crate::views::problem::{Problem, ProblemCode};

/// How a form is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// Fields only.
    Form,
    /// Fields and text.
    Both,
    /// Text only.
    Yaml,
}

impl Editor {
    const ALL: [Self; 3] = [Self::Form, Self::Both, Self::Yaml];

    const fn slug(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Both => "both",
            Self::Yaml => "yaml",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Form => "Form",
            Self::Both => "Both",
            Self::Yaml => "YAML",
        }
    }
}

/// What `?editor=` says.
pub fn use_editor() -> Memo<Editor> {
    let query = use_query_map();
    Memo::new(move |_| {
        let asked = query.with(|query| query.get("editor")).unwrap_or_default();
        Editor::ALL.into_iter().find(|editor| editor.slug() == asked).unwrap_or(Editor::Both)
    })
}

/// Chooses between form, both and text; what else is in the address stays.
#[component]
pub fn EditorSwitch() -> impl IntoView {
    let chosen = use_editor();
    let query = use_query_map();
    let navigate = use_navigate();
    let go = Callback::new(move |editor: Editor| {
        let shown = if editor == Editor::Both { String::new() } else { editor.slug().to_owned() };
        let kept = ["from", "target", "query", "evaluator", "dataset", "type", "tab"];
        let kept = query.with_untracked(|query| kept.map(|name| (name, query.get(name).unwrap_or_default())));
        let place = address::query(kept.into_iter().chain([("editor", shown)]));
        let place = if place.is_empty() { "?".to_owned() } else { place };
        navigate(&place, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    view! {
        <div class="seg" role="group" aria-label="Editor">
            {Editor::ALL
                .into_iter()
                .map(|editor| {
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || if chosen.get() == editor { "true" } else { "false" }
                            on:click=move |_| go.run(editor)
                        >
                            {editor.word()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// The form and its text. Children are the body of the form.
#[component]
pub fn FormFrame<F: Clone + PartialEq + Send + Sync + 'static>(
    /// What is edited.
    draft: Draft<F>,
    /// The verb of the button, with its object: `Create model`.
    #[prop(into)]
    submit: Signal<String>,
    /// Icon of the button.
    #[prop(default = "check")]
    icon: &'static str,
    /// It is being saved.
    #[prop(into)]
    busy: Signal<bool>,
    /// The form was judged and is fine: send it.
    on_submit: Callback<()>,
    /// Back to what was read, or away.
    on_discard: Callback<()>,
    /// The text of the object; `None` for a form without one.
    #[prop(optional)]
    preview: Option<Signal<PreviewText>>,
    /// What stands under the text.
    #[prop(optional, into)]
    note: ViewFn,
    /// Fields.
    children: Children,
) -> impl IntoView {
    let editor = use_editor();
    let send = move || {
        if !busy.get_untracked() && draft.ready() {
            on_submit.run(());
        }
    };
    let count = move || match draft.problems.count() {
        0 => String::new(),
        count => format!("{} in the form", words::count(count, "error", "errors")),
    };
    let text = move || {
        let note = note.clone();
        preview
            .filter(|_| editor.get() != Editor::Form)
            .map(|preview| view! { <Preview text=preview problems=draft.problems note=note /> })
    };
    view! {
        <div class="split stackable" class:wide=move || preview.is_some() && editor.get() != Editor::Form>
            <form
                class="panel"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
                on:input=move |event| {
                    if let Some(field) = field_of(&event) {
                        draft.mended(&field);
                    }
                }
                on:focusout=move |event| {
                    if let Some(field) = field_left(&event) {
                        // A frame later: the field may lose the focus because its page goes, and is not judged then.
                        request_animation_frame(move || draft.left(&field));
                    }
                }
                on:keydown=move |event| {
                    let with = event.meta_key() || event.ctrl_key();
                    if with && matches!(event.key().as_str(), "Enter" | "s") {
                        event.prevent_default();
                        send();
                    }
                }
            >
                {children()}
                <Failure failure=draft.failure />
                <footer class="form-foot">
                    <span class="xs bad row" role="status">
                        {move || {
                            let count = count();
                            (!count.is_empty())
                                .then(|| {
                                    view! {
                                        <Icon name="octagon-x" small=true />
                                        <span>{count}</span>
                                    }
                                })
                        }}
                    </span>
                    <span class="row end">
                        <Button
                            label="Discard"
                            kind=ButtonKind::Plain
                            on_press=Callback::new(move |_| on_discard.run(()))
                        />
                        <Button label=submit icon=icon kind=ButtonKind::Primary submit=true busy=busy />
                        <kbd class="hide-s" aria-hidden="true">
                            "⌘↵"
                        </kbd>
                    </span>
                </footer>
            </form>
            {text}
        </div>
    }
}

/// Why saving failed, where the fields do not say it.
#[component]
fn Failure(failure: RwSignal<Option<Problem>>) -> impl IntoView {
    move || {
        let problem = failure.get()?;
        // Conflicts have a banner of their own; errors of fields stand at the fields.
        if problem.code == ProblemCode::Conflict
            || (problem.code == ProblemCode::Invalid && !problem.fields.is_empty())
        {
            return None;
        }
        Some(view! {
            <div class="pb" role="alert">
                <Banner tone=Tone::Failed lead=problem.message text=problem.next.unwrap_or_default() />
            </div>
        })
    }
}
