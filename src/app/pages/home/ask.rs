//! A question right on home: choose an agent, type, Enter.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::queries::create_query;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, ErrorLine};
use crate::views::ObjectKey;
use crate::views::forms::QueryForm;
use crate::views::home::HomeView;

/// The box.
#[component]
pub fn AskBox(
    /// Home.
    home: Signal<HomeView>,
) -> impl IntoView {
    let agents = Memo::new(move |_| home.with(|home| home.agents.clone()));
    let chosen = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let target = move || {
        let chosen = chosen.get();
        agents.with(|all| all.iter().find(|key| id(key) == chosen).or_else(|| all.first()).cloned())
    };
    let navigate = use_navigate();
    let ask = browser_action(move |form: &QueryForm| {
        let (form, navigate) = (form.clone(), navigate.clone());
        async move {
            match create_query(form).await {
                Ok(key) => navigate(&address::object(&key), NavigateOptions::default()),
                Err(found) => {
                    let field = found.fields.first().map(|field| format!(" {}", field.message));
                    problem.set(Some(format!("{}{}", found.message, field.unwrap_or_default())));
                }
            }
        }
    });
    let send = move || {
        let input = text.get_untracked();
        let Some(target) = untrack(target) else { return };
        if input.trim().is_empty() {
            problem.set(Some("Type a question first.".to_owned()));
            return;
        }
        problem.set(None);
        let namespace = target.namespace.clone();
        ask.dispatch(QueryForm { namespace, targets: vec![target], input, ..QueryForm::default() });
    };
    let options = move || {
        let several = agents
            .with(|all| all.iter().any(|key| Some(&key.namespace) != all.first().map(|k| &k.namespace)));
        agents
            .get()
            .into_iter()
            .map(|key| {
                let word =
                    if several { format!("{} in {}", key.name, key.namespace) } else { key.name.clone() };
                let this = id(&key);
                view! {
                    <option value=id(&key) selected=move || chosen.with(|chosen| *chosen == this)>
                        {word}
                    </option>
                }
            })
            .collect_view()
    };
    let placeholder = move || target().map(|key| format!("Ask {}", key.name));
    let empty = move || agents.with(Vec::is_empty);
    view! {
        <section class="panel" aria-labelledby="h-ask" hidden=empty>
            <header>
                <h2 id="h-ask">"Ask an agent"</h2>
            </header>
            <form
                class="pb stack stack-2"
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <div class="row wrap">
                    <label class="vh" for="ask-agent">
                        "Agent"
                    </label>
                    <select
                        class="in w-52"
                        id="ask-agent"
                        on:change=move |event| chosen.set(event_target_value(&event))
                    >
                        {options}
                    </select>
                    <label class="vh" for="ask-text">
                        "Question"
                    </label>
                    <input
                        class="in grow min-w-48"
                        id="ask-text"
                        autocomplete="off"
                        placeholder=placeholder
                        prop:value=text
                        aria-describedby="ask-problem"
                        aria-invalid=move || problem.with(Option::is_some).then_some("true")
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                    <Button
                        label="Ask"
                        icon="send"
                        kind=ButtonKind::Primary
                        submit=true
                        busy=ask.pending()
                    />
                </div>
                <div id="ask-problem" role="alert">
                    <ErrorLine error=problem />
                </div>
            </form>
        </section>
    }
}

fn id(key: &ObjectKey) -> String {
    format!("{}/{}", key.namespace, key.name)
}
