//! The head of an object's page.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::ObjectState;
use crate::app::address;
use crate::app::components::{Avatar, Banner, Menu, MenuItem, StatusBadge, Tone};
use crate::app::deletes::use_deletes;
use crate::app::toasts::use_toasts;

/// Says that the object is gone, or that someone else manages it.
#[component]
pub fn Gone(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let managed = state.part(|detail| detail.managed_by.clone());
    let name = state.part(|detail| detail.row.key.name.clone());
    move || {
        if state.gone.get() {
            return view! {
                <Banner
                    tone=Tone::Failed
                    lead="Deleted."
                    text=Signal::derive(move || {
                        format!("{} no longer exists. You see its last state.", name.get())
                    })
                />
            }
            .into_any();
        }
        managed
            .get()
            .map(|who| {
                view! {
                    <Banner
                        icon="git-branch"
                        lead=format!("Managed by {who}.")
                        text="Changes made here are undone at the next sync."
                    />
                }
            })
            .into_any()
    }
}

/// Mark, name, state, what it does; children are the page's own buttons, before the menu.
#[component]
pub fn ObjectHead(
    /// The object.
    state: ObjectState,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (key, uid) = state.detail.with_untracked(|detail| (detail.row.key.clone(), detail.row.uid.clone()));
    let status = state.part(|detail| detail.row.status.clone());
    let reason = state.part(|detail| detail.row.status.reason.clone());
    let summary = state.part(|detail| detail.row.summary.clone());
    let deleting = state.part(|detail| detail.row.deleting);
    let deletes = use_deletes();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let list = address::list(Some(&key.namespace), key.kind);
    let victim = key.clone();
    let delete = Callback::new(move |_| {
        deletes.delete(vec![(victim.clone(), uid.clone())]);
        navigate(&list, NavigateOptions::default());
    });
    let mut command = format!("kubectl get {}.ark.mckinsey.com {}", key.kind.plural(), key.name);
    if key.kind.namespaced() {
        command.push_str(&format!(" -n {} -o yaml", key.namespace));
    } else {
        command.push_str(" -o yaml");
    }
    let copy = Callback::new(move |_| {
        crate::app::components::copy_text(command.clone());
        toasts.say("Copied");
    });
    view! {
        <div class="head">
            <div class="row top grow ident">
                <Avatar kind=key.kind name=key.name.clone() large=true />
                <div class="stack grow tight">
                    <div class="row wrap">
                        <h1>{key.name.clone()}</h1>
                        <StatusBadge status=status />
                        {move || deleting.get().then(|| view! { <span class="tag">"being deleted"</span> })}
                    </div>
                    <p class="sub cut2">{summary}</p>
                    {move || reason.get().map(|reason| view! { <p class="sub bad">{reason}</p> })}
                </div>
            </div>
            <div class="acts">
                {children.map(|children| children())}
                <Menu label=format!("More for {}", key.name)>
                    <MenuItem label="Copy kubectl" icon="terminal" on_press=copy />
                    <hr />
                    <MenuItem label="Delete" icon="trash-2" danger=true on_press=delete />
                </Menu>
            </div>
        </div>
    }
}
