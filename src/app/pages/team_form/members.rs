//! The members of a team, in order.

use leptos::prelude::*;

use super::fields::{Member, TeamFields};
use crate::app::components::{Button, ErrorLine, IconButton, Problems, id_of};
use crate::views::forms::{Choices, MemberForm};

/// The rows.
#[component]
pub fn MemberRows(
    /// Values.
    fields: TeamFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let error = problems.of("spec.members");
    let none = move || fields.members.with(Vec::is_empty);
    let offered = move |team: bool| {
        let names = choices.with(|choices| if team { choices.teams.clone() } else { choices.agents.clone() });
        names.into_iter().map(|name| view! { <option value=name></option> }).collect_view()
    };
    let add = move |team: bool| {
        Callback::new(move |_| {
            problems.set_field("spec.members", None);
            fields.add(&MemberForm { team, name: String::new() });
        })
    };
    view! {
        <datalist id="l-members-agents">{move || offered(false)}</datalist>
        <datalist id="l-members-teams">{move || offered(true)}</datalist>
        <ol class="members">
            // Keyed with the place too: paths of errors count rows.
            <For
                each=move || fields.members.get().into_iter().enumerate()
                key=|(at, row)| (*at, row.id)
                children=move |(at, row)| view! { <MemberRow fields=fields at=at row=row problems=problems /> }
            />
        </ol>
        <ErrorLine error=Signal::derive(move || error.get().filter(|_| none())) />
        <div class="row">
            <Button label="Add an agent" icon="plus" small=true on_press=add(false) />
            <Button label="Add a team" icon="plus" small=true on_press=add(true) />
        </div>
    }
}

#[component]
fn MemberRow(fields: TeamFields, at: usize, row: Member, problems: Problems) -> impl IntoView {
    let path = format!("spec.members[{at}]");
    let error = problems.of(&path);
    let name = format!("{path}.name");
    let id = id_of(&name);
    let describe = format!("{id}-d");
    let last = move || fields.members.with(|rows| at + 1 == rows.len());
    let called = move |what: &str| match row.name.get() {
        name if name.is_empty() => format!("{what} member {}", at + 1),
        name => format!("{what} {name}"),
    };
    let list = move || if row.team.get() { "l-members-teams" } else { "l-members-agents" };
    view! {
        <li class="stack stack-1">
            <div class="row">
                <select
                    class="in w-24 flex-none"
                    aria-label=format!("Kind of member {}", at + 1)
                    on:change=move |event| row.team.set(event_target_value(&event) == "team")
                >
                    <option value="agent" selected=move || !row.team.get()>
                        "Agent"
                    </option>
                    <option value="team" selected=move || row.team.get()>
                        "Team"
                    </option>
                </select>
                <input
                    class="in grow"
                    id=id
                    name=name
                    list=list
                    aria-label=format!("Name of member {}", at + 1)
                    autocomplete="off"
                    spellcheck="false"
                    value=row.name.get_untracked()
                    prop:value=row.name
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=describe.clone()
                    on:input=move |event| row.name.set(event_target_value(&event))
                />
                <IconButton
                    label=Signal::derive(move || called("Earlier:"))
                    icon="chevron-up"
                    small=true
                    on_press=Callback::new(move |_| fields.shift(at, false))
                />
                <span hidden=last>
                    <IconButton
                        label=Signal::derive(move || called("Later:"))
                        icon="chevron-down"
                        small=true
                        on_press=Callback::new(move |_| fields.shift(at, true))
                    />
                </span>
                <IconButton
                    label=Signal::derive(move || called("Remove"))
                    icon="x"
                    small=true
                    on_press=Callback::new(move |_| {
                        problems.set(Vec::new());
                        fields.remove(row.id);
                    })
                />
            </div>
            <div id=describe>
                <ErrorLine error=error />
            </div>
        </li>
    }
}
