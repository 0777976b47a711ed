//! Tools that an agent may use.

use leptos::prelude::*;

use super::settings::ToolFields;
use crate::app::components::{ErrorLine, Icon, Problems};
use crate::app::pages::form::{Row, Rows};
use crate::views::forms::{Choices, ToolForm};

/// Boxes for the tools that there are and for those chosen that are not there.
#[component]
pub fn ToolPicker(
    /// Chosen.
    tools: Rows<ToolFields>,
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
        for tool in tools.get() {
            let (name, type_) = (tool.name.get_value(), tool.type_.get_value());
            if !all.iter().any(|(known, ..)| *known == name) {
                let built_in = type_.starts_with("built");
                all.push((name, type_, built_in));
            }
        }
        all
    });
    let chosen = move |name: &str| {
        let here = |rows: &Vec<Row<ToolFields>>| {
            rows.iter().find(|row| row.fields.name.with_value(|own| own == name)).map(|row| row.id)
        };
        tools.all.with(here)
    };
    let is_on = move |name: &str| chosen(name).is_some();
    let toggle = move |name: String, type_: String| {
        match untrack(|| chosen(&name)) {
            Some(id) => tools.remove(id),
            None => tools.choose(ToolFields::new(&ToolForm { type_, name, ..ToolForm::default() })),
        }
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
