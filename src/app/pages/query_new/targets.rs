//! Who is asked: one or several agents, teams and models.

use leptos::prelude::*;

use crate::app::components::{Avatar, Icon, Problems, error_line};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::forms::Choices;

/// A target in an address, as `agent/triage`.
pub fn parse_target(namespace: &str, text: &str) -> Option<ObjectKey> {
    let (noun, name) = text.split_once('/')?;
    let kind =
        [Kind::Agent, Kind::Model, Kind::Team, Kind::Tool].into_iter().find(|kind| kind.noun() == noun)?;
    (!name.is_empty()).then(|| ObjectKey::new(kind, namespace, name))
}

/// Chosen targets, a filter, and what can be chosen.
#[component]
pub fn TargetPicker(
    /// Namespace of what is chosen here.
    namespace: String,
    /// Chosen.
    targets: RwSignal<Vec<ObjectKey>>,
    /// What there is.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let plural = problems.of("spec.targets");
    let single = problems.of("spec.target");
    let error = move || plural.get().or_else(|| single.get());
    let namespace = StoredValue::new(namespace);
    let offered = Memo::new(move |_| {
        let sought = filter.get().to_lowercase();
        choices.with(|choices| {
            let agents = choices.agents.iter().map(|name| (Kind::Agent, name));
            let teams = choices.teams.iter().map(|name| (Kind::Team, name));
            let models = choices.models.iter().map(|name| (Kind::Model, name));
            agents
                .chain(teams)
                .chain(models)
                .filter(|(_, name)| name.to_lowercase().contains(&sought))
                .map(|(kind, name)| (kind, name.clone()))
                .collect::<Vec<_>>()
        })
    });
    let is_on = move |kind: Kind, name: &str| {
        targets.with(|all| all.iter().any(|key| key.kind == kind && key.name == name))
    };
    let toggle = move |kind: Kind, name: String| {
        targets.update(|all| match all.iter().position(|key| key.kind == kind && key.name == name) {
            Some(at) => {
                all.remove(at);
            }
            None => all.push(ObjectKey::new(kind, namespace.get_value(), name)),
        });
        problems.set_field("spec.targets", None);
    };
    let tokens = move || {
        targets
            .get()
            .into_iter()
            .map(|key| {
                let label = format!("Remove {}", key.name);
                let (kind, name) = (key.kind, key.name.clone());
                view! {
                    <span>
                        <Avatar kind=key.kind name=key.name.clone() small=true />
                        {key.name}
                        <button
                            type="button"
                            class="ib"
                            aria-label=label.clone()
                            title=label
                            on:click=move |_| toggle(kind, name.clone())
                        >
                            <Icon name="x" />
                        </button>
                    </span>
                }
            })
            .collect_view()
    };
    let several = move || targets.with(Vec::len) > 1;
    view! {
        <div class="stack stack-2">
            <div class="tok">
                {tokens}
                <input
                    id="f-spec-targets"
                    aria-label="Find a target"
                    aria-controls="targets"
                    aria-describedby="f-spec-targets-d"
                    aria-invalid=move || error().is_some().then_some("true")
                    placeholder="Find an agent, a team or a model"
                    autocomplete="off"
                    prop:value=filter
                    on:input=move |event| filter.set(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Enter" && !event.meta_key() && !event.ctrl_key() {
                            event.prevent_default();
                            let first = offered.with_untracked(|all| all.first().cloned());
                            if let Some((kind, name)) = first {
                                toggle(kind, name);
                                filter.set(String::new());
                            }
                        }
                    }
                />
            </div>
            <div class="opts max-h-64 overflow-y-auto" id="targets" role="group" aria-label="Targets">
                <For
                    each=move || offered.get()
                    key=Clone::clone
                    children=move |(kind, name)| {
                        let (here, there) = (name.clone(), name.clone());
                        let on = Memo::new(move |_| is_on(kind, &here));
                        view! {
                            <label class:on=on>
                                <input
                                    type="checkbox"
                                    checked=on
                                prop:checked=on
                                    on:change=move |_| toggle(kind, there.clone())
                                />
                                <Avatar kind=kind name=name.clone() small=true />
                                <span class="cut">
                                    <b class="med">{name}</b>
                                </span>
                                <span class="xs t3">{kind.noun()}</span>
                            </label>
                        }
                    }
                />
                {move || {
                    offered
                        .with(Vec::is_empty)
                        .then(|| view! { <p class="t3">"No agent or model of that name."</p> })
                }}
            </div>
            <div id="f-spec-targets-d">
                {move || match error() {
                    Some(message) => error_line(message).into_any(),
                    None => {
                        several()
                            .then(|| view! { <span class="hint">"Each target answers on its own, side by side."</span> })
                            .into_any()
                    }
                }}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_from_the_address() {
        let key = parse_target("harbour", "agent/pilot");
        assert_eq!(key, Some(ObjectKey::new(Kind::Agent, "harbour", "pilot")));
        assert_eq!(parse_target("harbour", "query/x"), None);
        assert_eq!(parse_target("harbour", "agent/"), None);
    }
}
