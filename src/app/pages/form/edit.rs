//! Changing an object with a form, on its page.

use std::marker::PhantomData;

use leptos::prelude::*;

use super::changes::{ConflictBanner, UnsavedBanner};
use super::draft::Draft;
use super::frame::{EditorSwitch, FormFrame};
use super::kind_form::KindForm;
use super::preview::{PreviewText, follow_preview};
use crate::api::forms::get_choices;
use crate::api::wire::resource;
use crate::app::act::browser_action;
use crate::app::components::Skeleton;
use crate::app::guard::guard_while;
use crate::app::pages::object::ObjectState;
use crate::app::toasts::use_toasts;
use crate::views::detail::Detail;
use crate::views::forms::Choices;

/// The form of an object that exists.
#[component]
pub fn EditObject<F: KindForm>(
    /// The object.
    state: ObjectState,
    /// Which form.
    #[prop(optional)]
    _form: PhantomData<F>,
) -> impl IntoView {
    let form: F = form_of(&state.detail.get_untracked());
    let start = resource(|| (), move |()| start(form.clone()));
    view! {
        <Transition fallback=|| view! { <Skeleton label="Loading the form" lines=8 /> }>
            {move || {
                start.get().map(|(choices, text)| view! { <Form<F> state=state choices=choices text=text /> })
            }}
        </Transition>
    }
}

/// What the form offers and its text. What cannot be offered can still be typed: a form without choices is better
/// than none.
async fn start<F: KindForm>(form: F) -> (Choices, PreviewText) {
    let choices = get_choices(form.namespace().to_owned()).await.unwrap_or_default();
    (choices, form.preview().await)
}

fn form_of<F: KindForm>(detail: &Detail) -> F {
    F::of(&detail.specific).cloned().unwrap_or_default()
}

#[component]
fn Form<F: KindForm>(
    state: ObjectState,
    choices: Choices,
    text: PreviewText,
    #[prop(optional)] _form: PhantomData<F>,
) -> impl IntoView {
    let live = state.part(form_of::<F>);
    let first = live.get_untracked();
    let fields = first.fields();
    let base = RwSignal::new(first.clone());
    let draft = Draft::new(first, move || base.with(|base| base.read(fields)), F::judge);
    let dirty = draft.dirty();
    let guard = guard_while(dirty);
    let preview = follow_preview(text, draft, F::preview);
    let unsaved = Memo::new(move |_| draft.saved.with(|saved| draft.now.with(|now| saved.changes(now))));
    let adopt = move |form: &F| {
        base.set(form.clone());
        draft.saved.set(form.clone());
    };
    let take = move |form: &F| {
        adopt(form);
        form.show(fields);
        draft.problems.set(Vec::new());
        draft.failure.set(None);
    };
    // What arrives while nothing is edited is shown; a new version of the same content is taken silently, because
    // every change of the status makes one.
    Effect::watch(
        move || live.get(),
        move |now, _, _| {
            let same = draft.saved.with_untracked(|saved| saved.changes(now).is_empty());
            if same {
                adopt(now);
            } else if !dirty.get_untracked() {
                take(now);
            }
        },
        false,
    );
    let conflict = Memo::new(move |_| {
        let theirs = live.get();
        let moved = draft.saved.with(|saved| !saved.changes(&theirs).is_empty());
        if moved && dirty.get() { draft.now.with(|now| theirs.changes(now)) } else { Vec::new() }
    });
    let toasts = use_toasts();
    let save = browser_action(move |form: &F| {
        let form = form.clone();
        async move {
            match form.clone().save().await {
                Ok(key) => {
                    guard.release();
                    adopt(&form);
                    toasts.say(format!("{} {} saved", F::KIND.name(), key.name));
                }
                Err(problem) => draft.refused(problem),
            }
        }
    });
    let discard = Callback::new(move |()| {
        let saved = draft.saved.get_untracked();
        take(&saved);
    });
    view! {
        <div class="stack">
            <div class="row">
                <span class="end">
                    <EditorSwitch />
                </span>
            </div>
            <ConflictBanner
                changes=conflict
                on_theirs=Callback::new(move |()| take(&live.get_untracked()))
                on_ours=Callback::new(move |()| adopt(&live.get_untracked()))
            />
            <UnsavedBanner changes=unsaved on_discard=discard />
            <FormFrame
                draft=draft
                submit=format!("Save {}", F::KIND.noun())
                busy=save.pending()
                preview=preview
                on_submit=Callback::new(move |()| {
                    save.dispatch(draft.now.get_untracked());
                })
                on_discard=discard
            >
                {F::body(draft, fields, Signal::stored(choices), true)}
            </FormFrame>
        </div>
    }
}
