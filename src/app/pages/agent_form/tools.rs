//! Tools that an agent may use.

use leptos::prelude::*;

use crate::app::components::{ErrorLine, Icon, Problems};
use crate::views::forms::{Choices, ToolForm};

/// Boxes for the tools that there are and for those chosen that are not there.
#[component]
pub fn ToolPicker(
    /// Chosen.
    tools: RwSignal<Vec<ToolForm>>,
    /// What there is.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let error = problems.of("spec.tools");
    let offered = Memo::new(move |_| {
        let mut all: Vec<(String, String, bool)> = choices.with(|choices| {
            choices.tools.iter().map(|(name, type_)| (name.clone(), type_.clone(), true)).collect()
        });
        tools.with(|tools| {
            for tool in tools {
                if !all.iter().any(|(name, ..)| *name == tool.name) {
                    let built_in = tool.type_.starts_with("built");
                    all.push((tool.name.clone(), tool.type_.clone(), built_in));
                }
            }
        });
        all
    });
    let is_on = move |name: &str| tools.with(|tools| tools.iter().any(|tool| tool.name == name));
    let toggle = move |name: String, type_: String| {
        tools.update(|tools| match tools.iter().position(|tool| tool.name == name) {
            Some(at) => {
                tools.remove(at);
            }
            None => tools.push(ToolForm { type_, name }),
        });
        problems.set_field("spec.tools", None);
    };
    view! {
        <div class="opts max-h-64 overflow-y-auto" role="group" aria-label="Tools">
            <For
                each=move || offered.get()
                key=Clone::clone
                children=move |(name, type_, exists)| {
                    let (here, there, kind) = (name.clone(), name.clone(), type_.clone());
                    let on = Memo::new(move |_| is_on(&here));
                    view! {
                        <label class:on=on>
                            <input
                                type="checkbox"
                                checked=on
                                prop:checked=on
                                on:change=move |_| toggle(there.clone(), kind.clone())
                            />
                            <Icon name="wrench" small=true />
                            <span class="cut">
                                <b class="med mono xs">{name}</b>
                            </span>
                            <span class="xs t3">
                                {if exists { type_ } else { format!("{type_}, missing") }}
                            </span>
                        </label>
                    }
                }
            />
            {move || {
                offered
                    .with(Vec::is_empty)
                    .then(|| view! { <p class="t3">"There are no tools in this namespace yet."</p> })
            }}
        </div>
        <ErrorLine error=error />
    }
}
