//! The editor: `<yaml-editor>` of `style/editor/`, around a `<textarea>` that works without it.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::views::problem::FieldProblem;

/// Element id; there is one editor on a page.
const ID: &str = "yaml-editor";

/// A text of YAML. Its script is fetched here only, after hydration.
#[component]
pub fn YamlEditor(
    /// What is edited, as `Agent triage, as YAML`.
    #[prop(into)]
    label: String,
    /// The text; set from outside it replaces what is in the editor.
    text: RwSignal<String>,
    /// Errors, marked at their lines.
    #[prop(into)]
    problems: Signal<Vec<FieldProblem>>,
) -> impl IntoView {
    let on_input = move |event: Event| {
        if let Some(value) = value_of(&event) {
            text.set(value);
        }
    };
    #[cfg(feature = "hydrate")]
    {
        Effect::new(|_| browser::load_script());
        Effect::new(move |_| text.with(|text| browser::show(text)));
        Effect::new(move |_| problems.with(|problems| browser::mark(problems)));
    }
    let start = text.get_untracked();
    let area_label = label.clone();
    view! {
        <yaml-editor id=ID class="yaml" aria-label=label on:input=on_input>
            <textarea
                class="in mono"
                name="yaml"
                aria-label=area_label
                rows="24"
                spellcheck="false"
                autocapitalize="off"
                aria-invalid=move || problems.with(|all| !all.is_empty()).then_some("true")
            >
                {start}
            </textarea>
        </yaml-editor>
    }
}

/// Puts the cursor on a line.
pub fn go_to_line(line: u32) {
    #[cfg(feature = "hydrate")]
    browser::go_to_line(line);
    #[cfg(not(feature = "hydrate"))]
    let _ = line;
}

fn value_of(event: &Event) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        js_sys::Reflect::get(event.target()?.as_ref(), &"value".into()).ok()?.as_string()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Array, Function, Object, Reflect};
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};

    use super::ID;
    use crate::app::browser::find;
    use crate::views::problem::FieldProblem;

    const SCRIPT: &str = "/editor.js";

    /// Adds the script once. The policy trusts scripts that a trusted script adds (`strict-dynamic`).
    pub fn load_script() {
        if find(&format!("script[src=\"{SCRIPT}\"]")).is_some() {
            return;
        }
        let Ok(script) = document().create_element("script") else { return };
        let _ = script.set_attribute("type", "module");
        let _ = script.set_attribute("src", SCRIPT);
        if let Some(head) = document().head() {
            let _ = head.append_child(&script);
        }
    }

    fn editor() -> Option<web_sys::HtmlElement> {
        find(&format!("#{ID}"))
    }

    /// Shows a text if it is not the one that the editor has: its own typing comes back here too.
    pub fn show(text: &str) {
        let Some(editor) = editor() else { return };
        let upgraded = Reflect::has(&editor, &"setDiagnostics".into()).unwrap_or(false);
        let target: JsValue = if upgraded {
            editor.into()
        } else {
            match editor.query_selector("textarea") {
                Ok(Some(area)) => area.into(),
                _ => return,
            }
        };
        let shown = Reflect::get(&target, &"value".into()).ok().and_then(|value| value.as_string());
        if shown.as_deref() != Some(text) {
            let _ = Reflect::set(&target, &"value".into(), &text.into());
        }
    }

    fn call(name: &str, argument: &JsValue) {
        let Some(editor) = editor() else { return };
        if let Ok(function) = Reflect::get(&editor, &name.into())
            && let Some(function) = function.dyn_ref::<Function>()
        {
            let _ = function.call1(&editor, argument);
        }
    }

    pub fn mark(problems: &[FieldProblem]) {
        let list = Array::new();
        for problem in problems {
            let Some(line) = problem.line else { continue };
            let entry = Object::new();
            let message = if problem.field.is_empty() {
                problem.message.clone()
            } else {
                format!("{}: {}", problem.field, problem.message)
            };
            let _ = Reflect::set(&entry, &"line".into(), &line.into());
            let _ = Reflect::set(&entry, &"message".into(), &message.into());
            list.push(&entry);
        }
        call("setDiagnostics", &list);
    }

    pub fn go_to_line(line: u32) {
        call("goToLine", &line.into());
    }
}
