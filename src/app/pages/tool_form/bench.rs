//! The bench of a tool: its arguments, the request as it would be sent, and what came of it.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::arguments::{Argument, Shape, arguments, collect, shown};
use super::outcome::Outcome;
use crate::api::forms::{tool_request, try_tool};
use crate::app::act::browser_action;
use crate::app::components::{
    Button, ButtonKind, Code, Icon, Problems, SelectField, Switch, TextArea, TextField,
};
use crate::app::pages::form::settled;
use crate::views::forms::{ToolSpecForm, ToolTrial};
use crate::views::problem::{FieldProblem, Problem};

/// Field name of the arguments as one text.
const RAW: &str = "arguments";

/// What is typed on a bench.
#[derive(Clone, Copy)]
struct Bench {
    form: Signal<ToolSpecForm>,
    /// Arguments by name, as their fields show them.
    texts: RwSignal<BTreeMap<String, String>>,
    /// All arguments as one text of JSON.
    raw: RwSignal<String>,
    /// They are typed as one text.
    as_json: RwSignal<bool>,
    fields: Memo<Vec<Argument>>,
    problems: Problems,
}

impl Bench {
    /// The arguments as JSON text, or what is wrong with them; tracked.
    fn written(self) -> Result<String, Vec<FieldProblem>> {
        if self.plain() {
            return self.fields.with(|all| self.texts.with(|texts| collect(all, texts)));
        }
        let text = self.raw.get();
        let problem = match serde_json::from_str::<serde_json::Value>(&text) {
            _ if text.trim().is_empty() => return Ok("{}".to_owned()),
            Ok(value) if value.is_object() => return Ok(text),
            Ok(_) => "Arguments are an object, between { and }.".to_owned(),
            Err(error) => format!("This is not JSON: {error}."),
        };
        Err(vec![FieldProblem { field: RAW.to_owned(), message: problem, line: None }])
    }

    /// Whether there are fields to type in.
    fn plain(self) -> bool {
        !self.as_json.get() && self.fields.with(|all| !all.is_empty())
    }

    /// From fields to one text and back; what fits in the other is taken along.
    fn turn(self, as_json: bool) {
        if as_json {
            let written = untrack(|| self.written()).unwrap_or_else(|_| "{}".to_owned());
            let value: serde_json::Value = serde_json::from_str(&written).unwrap_or_default();
            self.raw.set(serde_json::to_string_pretty(&value).unwrap_or(written));
        } else if let Ok(serde_json::Value::Object(values)) = serde_json::from_str(&self.raw.get_untracked())
        {
            self.texts.set(values.iter().map(|(name, value)| (name.clone(), shown(value))).collect());
        }
        self.problems.set(Vec::new());
        self.as_json.set(as_json);
    }
}

/// The bench.
#[component]
pub fn ToolBench(
    /// The tool as it is tried.
    form: Signal<ToolSpecForm>,
) -> impl IntoView {
    let schema = Memo::new(move |_| form.with(|form| form.input_schema.clone()));
    let fields = Memo::new(move |_| schema.with(|schema| arguments(schema)));
    let first = fields.get_untracked();
    let defaults = first.into_iter().filter(|argument| !argument.default.is_empty());
    let bench = Bench {
        form,
        texts: RwSignal::new(defaults.map(|argument| (argument.name, argument.default)).collect()),
        raw: RwSignal::new("{}".to_owned()),
        as_json: RwSignal::new(false),
        fields,
        problems: Problems::default(),
    };
    let asks = Memo::new(move |_| {
        form.with(|form| matches!(form.type_.as_str(), "agent" | "team").then(|| form.calls.clone()))
    });
    move || match asks.get() {
        Some(whom) => view! {
            <p class="t2">
                {format!("A call asks {whom}. Ask it by a query, which shows every step of the answer.")}
            </p>
        }
        .into_any(),
        None => view! { <Trying bench=bench /> }.into_any(),
    }
}

#[component]
fn Trying(bench: Bench) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let result = RwSignal::new(None::<Result<ToolTrial, Problem>>);
    let send = browser_action(move |(form, arguments, filter): &(ToolSpecForm, String, String)| {
        let asked = try_tool(form.clone(), arguments.clone(), filter.clone());
        async move {
            let answer = asked.await;
            result.try_set(Some(answer));
        }
    });
    let busy = send.pending();
    let press = move || {
        if busy.get_untracked() {
            return;
        }
        match untrack(|| bench.written()) {
            Ok(arguments) => {
                bench.problems.set(Vec::new());
                send.dispatch((bench.form.get_untracked(), arguments, filter.get_untracked()));
            }
            Err(wrong) => bench.problems.set(wrong),
        }
    };
    let harmless = Memo::new(move |_| {
        bench.form.with(|form| form.hints.read_only == Some(true) || form.type_ == "builtin")
    });
    let label = Signal::derive(move || {
        match (busy.get(), result.with(Option::is_some)) {
            (true, _) => "Sending",
            (false, true) => "Send again",
            (false, false) => "Send",
        }
        .to_owned()
    });
    // The bench may stand in the form of the tool, which Enter and Ctrl+S would save.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let with = event.ctrl_key() || event.meta_key();
        let line = event_target_is_input(&event);
        if event.key() == "Enter" && (with || line) {
            event.prevent_default();
            event.stop_propagation();
            press();
        }
    };
    view! {
        <div class="stack stack-4 bench" role="group" aria-label="Test bench" on:keydown=on_key>
            <Arguments bench=bench />
            <TextField
                label="Filter"
                name="bench.filter"
                value=filter
                mono=true
                optional=true
                placeholder=".items[0].name"
                hint="A jq program for the result, as an agent's tool entry may have one in functions"
            />
            <Request bench=bench />
            <div class="row wrap">
                <span class="xs t3">
                    {move || {
                        if harmless.get() { "A call changes nothing." } else { "It is sent for real, with its effects; nobody is asked to approve." }
                    }}
                </span>
                <span class="end">
                    <Button
                        label=label
                        icon="send"
                        kind=ButtonKind::Primary
                        small=true
                        busy=busy
                        on_press=Callback::new(move |_| press())
                    />
                </span>
            </div>
            <Outcome result=result.into() filtered=Signal::derive(move || filter.with(|text| !text.trim().is_empty())) />
        </div>
    }
}

/// Whether a key was pressed in a field of one line, where Enter means the form.
fn event_target_is_input(event: &leptos::ev::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

#[component]
fn Arguments(bench: Bench) -> impl IntoView {
    let some = Memo::new(move |_| bench.fields.with(|all| !all.is_empty()));
    let plain = Memo::new(move |_| bench.plain());
    view! {
        <div class="stack">
            <div class="row">
                <h3 class="xs t2 med">"Arguments"</h3>
                <span class="end" hidden=move || !some.get()>
                    <Switch
                        label="As JSON"
                        on=bench.as_json
                        on_change=Callback::new(move |on| bench.turn(on))
                    />
                </span>
            </div>
            {move || {
                if plain.get() {
                    view! {
                        <div class="grid g2">
                            <For
                                each=move || bench.fields.get()
                                key=Clone::clone
                                children=move |argument| view! { <ArgumentField bench=bench argument=argument /> }
                            />
                        </div>
                    }
                        .into_any()
                } else {
                    view! {
                        <TextArea
                            label="Arguments as JSON"
                            name=RAW
                            value=bench.raw
                            rows=4
                            mono=true
                            problems=bench.problems
                        />
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn ArgumentField(bench: Bench, argument: Argument) -> impl IntoView {
    let name = argument.name.clone();
    let start = bench.texts.with_untracked(|texts| texts.get(&name).cloned()).unwrap_or_default();
    let value = RwSignal::new(start);
    let path = argument.path();
    let field = path.clone();
    Effect::watch(
        move || value.get(),
        move |text, _, _| {
            bench.texts.update(|texts| drop(texts.insert(name.clone(), text.clone())));
            bench.problems.set_field(&field, None);
        },
        false,
    );
    let Argument { name: label, shape, required, hint, .. } = argument;
    let optional = !required;
    let problems = bench.problems;
    let choices = |words: Vec<String>| {
        let first = (String::new(), if optional { "Leave out" } else { "Choose one" }.to_owned());
        let all = words.into_iter().map(|word| (word.clone(), word));
        Signal::stored(std::iter::once(first).chain(all).collect::<Vec<_>>())
    };
    match shape {
        Shape::Text | Shape::Number | Shape::Integer => view! {
            <TextField label=label name=path value=value hint=hint optional=optional problems=problems />
        }
        .into_any(),
        Shape::Flag => {
            let options = choices(vec!["true".to_owned(), "false".to_owned()]);
            view! { <SelectField label=label name=path value=value hint=hint optional=optional options=options problems=problems /> }
                .into_any()
        }
        Shape::Choice(all) => {
            let options = choices(all);
            view! { <SelectField label=label name=path value=value hint=hint optional=optional options=options problems=problems /> }
                .into_any()
        }
        Shape::Json => view! {
            <TextArea
                label=label
                name=path
                value=value
                hint=hint
                optional=optional
                rows=3
                mono=true
                placeholder="JSON"
                problems=problems
            />
        }
        .into_any(),
    }
}

/// The request as it would be sent; it follows the form and the arguments.
#[component]
fn Request(bench: Bench) -> impl IntoView {
    let request = RwSignal::new(Ok::<_, Problem>(String::new()));
    let now = Memo::new(move |_| (bench.form.get(), bench.written().unwrap_or_else(|_| "{}".to_owned())));
    let settled = settled(now);
    let asked = StoredValue::new(0_u32);
    Effect::watch(
        move || settled.get(),
        move |(form, arguments), _, _| {
            let number = asked.try_update_value(|asked| {
                *asked += 1;
                *asked
            });
            let answer = tool_request(form.clone(), arguments.clone());
            leptos::task::spawn_local(async move {
                let answer = answer.await;
                // An answer that was overtaken by a newer question is of no use.
                if number.is_some() && asked.try_get_value() == number {
                    request.try_set(answer);
                }
            });
        },
        true,
    );
    let http = Memo::new(move |_| bench.form.with(|form| form.type_ == "http"));
    let text = Signal::derive(move || request.with(|request| request.clone().unwrap_or_default()));
    view! {
        <div class="stack stack-1" hidden=move || !http.get() && request.with(Result::is_ok)>
            <h3 class="xs t2 med">"Request" <span class="t3">" as it would be sent; secrets are only named"</span></h3>
            {move || {
                request
                    .with(|request| match request {
                        Ok(_) => view! { <Code label="Request as it would be sent" text=text fold=true /> }.into_any(),
                        Err(problem) => {
                            view! {
                                <p class="err">
                                    <Icon name="octagon-x" small=true />
                                    <span>{problem.message.clone()}</span>
                                </p>
                            }
                                .into_any()
                        }
                    })
            }}
        </div>
    }
}
