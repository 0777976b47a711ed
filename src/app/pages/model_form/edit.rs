//! Changing a model, on its page.

use leptos::prelude::*;

use super::fields::{ModelBody, ModelFields};
use super::judge::{changes, judge, to_controls, without_secret};
use super::test::ConnectionTest;
use crate::api::forms::{get_choices, preview_model, save_model};
use crate::app::act::browser_action;
use crate::app::components::Skeleton;
use crate::app::guard::guard_while;
use crate::app::pages::form::{
    ConflictBanner, Draft, EditorSwitch, FormFrame, PreviewText, UnsavedBanner, follow_preview,
};
use crate::app::pages::object::ObjectState;
use crate::app::toasts::use_toasts;
use crate::views::detail::{Detail, Specific};
use crate::views::forms::{Choices, ModelForm};
use crate::views::problem::Problem;

/// The form of a model that exists.
#[component]
pub fn EditModel(
    /// The model.
    state: ObjectState,
) -> impl IntoView {
    let form = form_of(&state.detail.get_untracked());
    let start = Resource::new_blocking(|| (), move |()| start(form.clone()));
    view! {
        <Transition fallback=|| view! { <Skeleton label="Loading the form" lines=8 /> }>
            {move || {
                start.get().map(|(choices, text)| view! { <Form state=state choices=choices text=text /> })
            }}
        </Transition>
    }
}

/// What the form offers and its text. What cannot be offered can still be typed: a form without choices is better
/// than none.
async fn start(form: ModelForm) -> (Choices, PreviewText) {
    let choices = get_choices(form.namespace.clone()).await.unwrap_or_default();
    (choices, preview_model(form).await)
}

fn form_of(detail: &Detail) -> ModelForm {
    match &detail.specific {
        Specific::Model(form) => form.clone(),
        _ => ModelForm::default(),
    }
}

#[component]
fn Form(state: ObjectState, choices: Choices, text: PreviewText) -> impl IntoView {
    let live = state.part(form_of);
    let first = live.get_untracked();
    let fields = ModelFields::new(&first);
    let base = RwSignal::new(first.clone());
    let draft = Draft::new(first, move || base.with(|base| fields.read(base)), judge);
    let dirty = draft.dirty();
    let guard = guard_while(dirty);
    let preview = follow_preview(text, draft, |form| preview_model(without_secret(form)));
    let unsaved = Memo::new(move |_| draft.saved.with(|saved| draft.now.with(|now| changes(saved, now))));
    let adopt = move |form: &ModelForm| {
        base.set(form.clone());
        draft.saved.set(form.clone());
    };
    let take = move |form: &ModelForm| {
        adopt(form);
        fields.set(form);
        draft.problems.set(Vec::new());
        draft.failure.set(None);
    };
    // What arrives while nothing is edited is shown; a new version of the same content is taken silently, because
    // every change of the status makes one.
    Effect::watch(
        move || live.get(),
        move |now, _, _| {
            let same = draft.saved.with_untracked(|saved| changes(saved, now).is_empty());
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
        let moved = draft.saved.with(|saved| !changes(saved, &theirs).is_empty());
        if moved && dirty.get() { draft.now.with(|now| changes(&theirs, now)) } else { Vec::new() }
    });
    let toasts = use_toasts();
    let save = browser_action(move |form: &ModelForm| {
        let form = form.clone();
        async move {
            match save_model(form.clone(), false).await {
                Ok(key) => {
                    guard.release();
                    adopt(&form);
                    toasts.say(format!("Model {} saved", key.name));
                }
                Err(problem) => {
                    let fields = to_controls(problem.fields.clone());
                    draft.refused(Problem { fields, ..problem });
                }
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
                submit="Save model"
                busy=save.pending()
                preview=preview
                on_submit=Callback::new(move |()| {
                    save.dispatch(draft.now.get_untracked());
                })
                on_discard=discard
            >
                <ModelBody
                    fields=fields
                    stored=draft.saved.into()
                    choices=Signal::stored(choices)
                    problems=draft.problems
                    named=true
                />
                <ConnectionTest form=Callback::new(move |()| draft.ready().then(|| draft.now.get_untracked())) />
            </FormFrame>
        </div>
    }
}
