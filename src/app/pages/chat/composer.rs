//! Where a message is written: to whom, with which images and parameters.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::carried::use_carried;
use super::images::{self, Images};
use super::store::ChatStore;
use crate::api::conversations::send_message;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, ErrorLine, Icon, Problems};
use crate::app::pages::form::{ParameterFields, ParameterRows};
use crate::app::pages::query_new::parse_target;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::conversation::{IMAGE_TYPES, MessageForm};
use crate::views::forms::Choices;
use crate::views::problem::Problem;

/// The box. Enter sends, Shift and Enter break the line, Escape stops the answer.
#[component]
pub fn Composer(
    /// The page.
    store: ChatStore,
    /// Namespace.
    namespace: String,
    /// Whom one can talk to.
    choices: Choices,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let pictures = Images::none();
    // Those of the message that the conversation began with are seen: they go with the next one, too.
    let carried = use_carried().take(store.id.get_untracked().as_deref());
    let parameters = ParameterFields::new("spec.parameters", &carried);
    let unfolded = !carried.is_empty();
    let problems = Problems::default();
    // A message that was sent during an answer goes when that has ended.
    let waiting = RwSignal::new(None::<MessageForm>);
    let field = NodeRef::<html::Textarea>::new();
    let stop = store.stop();
    let send = send(store, text, pictures, problem);
    let place = namespace.clone();
    let submit = Callback::new(move |()| {
        let Some(target) = store.target.get_untracked() else {
            problem.set(Some("Choose an agent, a team or a model first.".to_owned()));
            return;
        };
        let form = MessageForm {
            namespace: place.clone(),
            conversation: store.id.get_untracked().unwrap_or_default(),
            target,
            text: text.get_untracked(),
            images: pictures.urls(),
            parameters: untrack(|| parameters.get()),
        };
        let nothing = form.text.trim().is_empty() && form.images.is_empty();
        if nothing || send.pending().get_untracked() || waiting.with_untracked(Option::is_some) {
            return;
        }
        problem.set(None);
        if untrack(|| store.busy()) {
            waiting.set(Some(form));
        } else {
            send.dispatch(form);
        }
    });
    Effect::new(move |_| {
        if !store.busy()
            && let Some(form) = waiting.get()
        {
            waiting.set(None);
            send.dispatch(form);
        }
    });
    take_focus(field);
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            submit.run(());
        }
        "Escape" => stop.run(()),
        _ => {}
    };
    let busy = Memo::new(move |_| store.busy());
    let hint = move || {
        if waiting.with(Option::is_some) {
            "Goes when the answer has ended."
        } else if busy.get() {
            "Escape stops the answer."
        } else {
            "Enter sends, Shift and Enter break the line."
        }
    };
    let choices = Signal::stored(choices);
    view! {
        <div class="dock">
            <p class="xs t3 mem" hidden=move || store.memory.with(Option::is_none)>
                {move || store.memory.get()}
            </p>
            <form
                class="box"
                aria-label="Message"
                on:submit=move |event| {
                    event.prevent_default();
                    submit.run(());
                }
            >
                <div class="r">
                    <Icon name="arrow-right" small=true />
                    <TargetSelect store=store namespace=namespace choices=choices />
                </div>
                <textarea
                    id="message"
                    rows="2"
                    aria-label="Message"
                    aria-describedby="message-d"
                    placeholder="Write a message"
                    node_ref=field
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                    on:keydown=on_key
                    on:paste=move |event| images::pasted(pictures, &event)
                ></textarea>
                <Pictures pictures=pictures />
                <details class="params" open=unfolded>
                    <summary>"Parameters"</summary>
                    <p class="xs t3">"For agents and headers that refer to parameters of the query."</p>
                    <ParameterRows fields=parameters choices=choices problems=problems />
                </details>
                <div class="r">
                    <label class="btn plain sm">
                        <Icon name="image" />
                        <span>"Images"</span>
                        <input
                            class="vh"
                            type="file"
                            multiple
                            accept=IMAGE_TYPES.join(",")
                            on:change=move |event| images::chosen(pictures, &event)
                        />
                    </label>
                    <span class="xs t3 hide-s" id="message-d">
                        {hint}
                    </span>
                    <span class="end row">
                        <Show when=move || waiting.with(Option::is_some)>
                            <Button
                                label="Do not send"
                                icon="x"
                                kind=ButtonKind::Plain
                                small=true
                                on_press=Callback::new(move |_| waiting.set(None))
                            />
                        </Show>
                        <Show when=move || busy.get()>
                            <Button
                                label="Stop"
                                icon="square"
                                small=true
                                busy=store.stopping
                                on_press=Callback::new(move |_| stop.run(()))
                            />
                        </Show>
                        <Button
                            label="Send"
                            icon="send"
                            kind=ButtonKind::Primary
                            small=true
                            submit=true
                            busy=send.pending()
                        />
                    </span>
                </div>
            </form>
            <div role="alert">
                <ErrorLine error=Signal::derive(move || problem.get().or_else(|| pictures.problem.get())) />
            </div>
        </div>
    }
}

/// Sends a message. The first of a conversation gives it its address.
fn send(
    store: ChatStore,
    text: RwSignal<String>,
    pictures: Images,
    problem: RwSignal<Option<String>>,
) -> Action<MessageForm, ()> {
    let navigate = use_navigate();
    let carried = use_carried();
    browser_action(move |form: &MessageForm| {
        let (form, navigate) = (form.clone(), navigate.clone());
        let namespace = form.namespace.clone();
        let sent = form.text.clone();
        let parameters = form.parameters.clone();
        async move {
            match send_message(form).await {
                Ok((id, run)) => {
                    // What was typed meanwhile stays.
                    text.try_update(|now| {
                        if *now == sent {
                            now.clear();
                        }
                    });
                    pictures.clear();
                    store.add(run);
                    if store.id.try_get_untracked().flatten().is_none() {
                        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                        carried.leave(&id, parameters);
                        navigate(&address::conversation(&namespace, &id), options);
                    }
                }
                Err(found) => drop(problem.try_set(Some(words(&found)))),
            }
        }
    })
}

fn words(problem: &Problem) -> String {
    let field = problem.fields.first().map(|field| format!(" {}", field.message)).unwrap_or_default();
    format!("{}{field}", problem.message)
}

/// The cursor goes to the box: people come here to write. After the frame has put it at the start of the page.
fn take_focus(field: NodeRef<html::Textarea>) {
    Effect::new(move |done: Option<()>| {
        if done.is_none() {
            request_animation_frame(move || {
                request_animation_frame(move || {
                    if let Some(field) = field.try_get_untracked().flatten() {
                        let _ = field.focus();
                    }
                });
            });
        }
    });
}

/// Whom the message goes to.
#[component]
fn TargetSelect(store: ChatStore, namespace: String, choices: Signal<Choices>) -> impl IntoView {
    let value = |key: &ObjectKey| format!("{}/{}", key.kind.noun(), key.name);
    let chosen =
        Memo::new(move |_| store.target.with(|target| target.as_ref().map(value)).unwrap_or_default());
    let group = move |kind: Kind, names: Vec<String>, title: &'static str| {
        (!names.is_empty()).then(|| {
            let options = names
                .into_iter()
                .map(|name| {
                    let option = format!("{}/{name}", kind.noun());
                    let this = option.clone();
                    view! {
                        <option value=option selected=move || chosen.get() == this>
                            {name}
                        </option>
                    }
                })
                .collect_view();
            view! { <optgroup label=title>{options}</optgroup> }
        })
    };
    let groups = move || {
        let choices = choices.get();
        (
            group(Kind::Agent, choices.agents, "Agents"),
            group(Kind::Team, choices.teams, "Teams"),
            group(Kind::Model, choices.models, "Models"),
        )
    };
    // Whom the conversation was with may be gone; the choice says so instead of turning to somebody else.
    let gone = move || {
        let target = store.target.get()?;
        let known = choices.with(|choices| match target.kind {
            Kind::Agent => choices.agents.contains(&target.name),
            Kind::Team => choices.teams.contains(&target.name),
            Kind::Model => choices.models.contains(&target.name),
            _ => false,
        });
        (!known).then(|| {
            view! { <option value=value(&target) selected=true>{format!("{} (gone)", target.name)}</option> }
        })
    };
    let place = StoredValue::new(namespace);
    view! {
        <label class="vh" for="message-to">
            "To"
        </label>
        <select
            class="in sm"
            id="message-to"
            prop:value=chosen
            on:change=move |event| {
                store.target.set(parse_target(&place.get_value(), &event_target_value(&event)));
            }
        >
            <option value="" selected=move || chosen.with(String::is_empty)>
                "Choose whom to talk to"
            </option>
            {gone}
            {groups}
        </select>
    }
}

/// The images that go with the message.
#[component]
fn Pictures(pictures: Images) -> impl IntoView {
    view! {
        <ul class="pics r" hidden=move || pictures.list.with(Vec::is_empty) aria-label="Images of the message">
            <For
                each=move || pictures.list.get()
                key=|picture| picture.id
                children=move |picture| {
                    let label = format!("Remove {}", picture.name);
                    view! {
                        <li>
                            <img class="pic" src=picture.url alt=picture.name />
                            <button
                                type="button"
                                class="ib sm"
                                aria-label=label.clone()
                                title=label
                                on:click=move |_| pictures.remove(picture.id)
                            >
                                <Icon name="x" />
                            </button>
                        </li>
                    }
                }
            />
        </ul>
    }
}
