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
            rows.iter().find(|row| row.fields.name.with_value(|own| own == name)).copied()
        };
        tools.all.with(here)
    };
    let is_on = move |name: &str| chosen(name).is_some();
    let dropped = StoredValue::new(Vec::<ToolForm>::new());
    let toggle = move |name: String, type_: String| {
        match untrack(|| chosen(&name)) {
            Some(row) => {
                // Their paths count tools.
                problems.set(Vec::new());
                let form = untrack(|| row.fields.read());
                dropped.update_value(|dropped| dropped.push(form));
                tools.remove(row.id);
            }
            None => {
                problems.set_field("spec.tools", None);
                let again = dropped.try_update_value(|dropped| taken_back(dropped, &name)).flatten();
                let form = again.unwrap_or_else(|| ToolForm { type_, name, ..ToolForm::default() });
                tools.choose(ToolFields::new(&form));
            }
        }
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

/// A tool as it was when it was last dropped: a slip loses none of its settings.
fn taken_back(dropped: &mut Vec<ToolForm>, name: &str) -> Option<ToolForm> {
    let at = dropped.iter().rposition(|tool| tool.name == name)?;
    Some(dropped.remove(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_is_chosen_again_has_its_last_settings() {
        let tool = |name: &str, description: &str| ToolForm {
            name: name.into(),
            description: description.into(),
            ..ToolForm::default()
        };
        let mut dropped = vec![tool("tides", "first"), tool("depths", ""), tool("tides", "second")];
        assert_eq!(taken_back(&mut dropped, "tides"), Some(tool("tides", "second")));
        assert_eq!(taken_back(&mut dropped, "winds"), None);
        assert_eq!(dropped.len(), 2);
    }
}
