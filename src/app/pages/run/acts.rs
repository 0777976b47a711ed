//! What can be done with a run: cancel, run again, ask with changes, delete.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::store::RunStore;
use crate::api::queries::{cancel_query, rerun_query};
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::collect::Collect;
use crate::app::components::{Button, ButtonKind, LinkButton, Menu, MenuItem};
use crate::app::deletes::use_deletes;
use crate::app::toasts::use_toasts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;

/// Buttons of the head.
#[component]
pub fn RunActs(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let key = run.peek(|run| run.key.clone());
    let in_flight = run.in_flight();
    let again = again(key.clone());
    let busy = again.pending();
    let navigate = use_navigate();
    let changed =
        address::create(Some(&key.namespace), Kind::Query) + &address::query([("from", key.name.clone())]);
    let press_changed = Callback::new(move |_| navigate(&changed, leptos_router::NavigateOptions::default()));
    let delete = delete(run);
    let chat = run.peek(|run| address::conversation(&run.key.namespace, &run.conversation));
    let label = format!("More for {}", key.name);
    let collect = RwSignal::new(false);
    let (place, names) = (key.namespace.clone(), vec![key.name.clone()]);
    view! {
        <div class="acts">
            {move || {
                (!in_flight.get() || run.gone())
                    .then(|| {
                        view! {
                            <Button
                                label="Run again"
                                icon="rotate-ccw"
                                kind=ButtonKind::Primary
                                busy=busy
                                shortcut="r"
                                on_press=Callback::new(move |_| {
                                    again.dispatch(());
                                })
                            />
                        }
                    })
            }}
            {
                let key = key.clone();
                move || {
                    let key = key.clone();
                    (in_flight.get() && !run.gone()).then(|| view! { <CancelButton run=run key=key /> })
                }
            }
            <LinkButton label="Chat" href=chat icon="messages-square" />
            <Menu label=label>
                <MenuItem label="Ask again with changes" icon="pencil" on_press=press_changed />
                <MenuItem
                    label="Add to data set"
                    icon="database"
                    on_press=Callback::new(move |_| collect.set(true))
                />
                <hr />
                <MenuItem
                    label="Delete query"
                    icon="trash-2"
                    danger=true
                    on_press=Callback::new(move |_| delete.run(()))
                />
            </Menu>
            <Collect open=collect namespace=Signal::stored(place) names=Signal::stored(names) />
        </div>
    }
}

/// `Cancel run`; says `Canceling` at once.
#[component]
fn CancelButton(run: RunStore, key: ObjectKey) -> impl IntoView {
    let toasts = use_toasts();
    let cancel = Action::new(move |_: &()| {
        let key = key.clone();
        async move {
            if let Err(problem) = cancel_query(key).await {
                run.set_canceling(false);
                toasts.fail(&problem);
            }
        }
    });
    let label = Signal::derive(move || if run.canceling() { "Canceling" } else { "Cancel run" }.to_owned());
    view! {
        <Button
            label=label
            icon="square"
            kind=ButtonKind::Danger
            busy=Signal::derive(move || run.canceling())
            on_press=Callback::new(move |_| {
                run.set_canceling(true);
                cancel.dispatch(());
            })
        />
    }
}

/// Asks the same again and opens the new run.
pub fn again(key: ObjectKey) -> Action<(), ()> {
    let toasts = use_toasts();
    let navigate = use_navigate();
    browser_action(move |_: &()| {
        let key = key.clone();
        let navigate = navigate.clone();
        async move {
            match rerun_query(key, None).await {
                Ok(new) => navigate(&address::object(&new), leptos_router::NavigateOptions::default()),
                Err(problem) => toasts.fail(&problem),
            }
        }
    })
}

/// Deletes the query, with undo, and leaves for the list.
fn delete(run: RunStore) -> Callback<()> {
    let deletes = use_deletes();
    let navigate = use_navigate();
    let (key, uid) = run.peek(|run| (run.key.clone(), run.uid.clone()));
    let list = address::list(Some(&key.namespace), Kind::Query);
    Callback::new(move |()| {
        deletes.delete(vec![(key.clone(), uid.clone())]);
        navigate(&list, leptos_router::NavigateOptions::default());
    })
}
