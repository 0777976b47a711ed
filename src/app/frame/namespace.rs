//! The namespace is a segment of the address; the picker leads to the same place in another.

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::api::objects::list_namespaces;
use crate::app::address;
use crate::app::components::Icon;

/// Shows the namespace and leads to others. The list is fetched when it is opened.
#[component]
pub fn NamespacePicker() -> impl IntoView {
    let path = use_location().pathname;
    let current = Memo::new(move |_| path.with(|path| address::namespace_of(path)));
    let open = RwSignal::new(false);
    let names = RwSignal::new(None::<Result<Vec<String>, String>>);
    let frame = NodeRef::<html::Details>::new();
    let load = move || {
        leptos::task::spawn_local(async move {
            let answer = list_namespaces().await.map_err(|problem| problem.message);
            names.set(Some(answer));
        });
    };
    let close = move || {
        open.set(false);
        if let Some(details) = frame.get_untracked() {
            details.set_open(false);
        }
    };
    super::super::components::close_on_leave(frame, open);
    let word = move || current.get().unwrap_or_else(|| "All namespaces".to_owned());
    let choices = move || {
        match names.get() {
        None => view! { <p class="mh" role="status">"Loading namespaces"</p> }.into_any(),
        Some(Err(why)) => view! { <p class="err">{why}</p> }.into_any(),
        Some(Ok(names)) => std::iter::once(None)
            .chain(names.into_iter().map(Some))
            .map(|name| {
                let href = address::moved(&path.get_untracked(), name.as_deref());
                let here = current.get_untracked() == name;
                let label = name.unwrap_or_else(|| "All namespaces".to_owned());
                view! {
                    <a role="menuitem" href=href aria-current=here.then_some("true") on:click=move |_| close()>
                        <Icon name=if here { "check" } else { "box" } />
                        {label}
                    </a>
                }
            })
            .collect_view()
            .into_any(),
    }
    };
    view! {
        <details
            class="pop ns-pick"
            node_ref=frame
            on:toggle=move |_| {
                let now = frame.get_untracked().is_some_and(|details| details.open());
                open.set(now);
                if now {
                    load();
                }
            }
        >
            <summary class="ns" aria-label=move || format!("Namespace: {}", word())>
                <Icon name="box" />
                <span class="cut">{word}</span>
                <Icon name="chevrons-up-down" small=true />
            </summary>
            <div class="menu left" role="menu" aria-label="Namespaces">
                {choices}
            </div>
        </details>
    }
}
