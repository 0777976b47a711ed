//! Buttons, fields, filters, what is over the page.

use std::sync::Arc;

use leptos::prelude::*;

use super::Section;
use crate::app::components::{
    Button, ButtonKind, Chip, ComboField, CopyButton, Dialog, IconButton, LinkButton, Menu, MenuItem, Pill,
    Problems, SearchBox, SelectField, Switch, Tab, Tabs, TextArea, TextField,
};
use crate::app::toasts::{Act, Deferred, use_toasts};
use crate::views::problem::{Problem, ProblemCode};

fn nothing() -> Callback<leptos::ev::MouseEvent> {
    Callback::new(|_| {})
}

/// Buttons in each weight and state.
#[component]
pub fn Buttons() -> impl IntoView {
    let why = Some("You may view but not delete queries in payments.".to_owned());
    view! {
        <Section title="Buttons">
            <div class="row wrap">
                <Button label="Create agent" icon="plus" kind=ButtonKind::Primary on_press=nothing() />
                <Button label="Run again" icon="rotate-ccw" on_press=nothing() />
                <Button label="Discard" kind=ButtonKind::Plain on_press=nothing() />
                <Button label="Cancel run" icon="square" kind=ButtonKind::Danger on_press=nothing() />
                <Button label="Delete 214 queries" kind=ButtonKind::DangerSolid on_press=nothing() />
            </div>
            <div class="row wrap">
                <Button label="Saving" icon="check" kind=ButtonKind::Primary busy=true on_press=nothing() />
                <Button label="Delete" icon="lock" disabled=why on_press=nothing() />
                <Button label="Small" small=true on_press=nothing() />
                <LinkButton label="A link" href="/components" icon="link" />
                <IconButton label="Edit" icon="pencil" on_press=nothing() />
                <CopyButton text=Callback::new(|()| "copied".to_owned()) />
                <Menu label="More for triage">
                    <MenuItem label="Run again" icon="rotate-ccw" on_press=nothing() />
                    <MenuItem label="Copy kubectl" icon="terminal" on_press=nothing() />
                    <hr />
                    <MenuItem label="Delete" icon="trash-2" danger=true on_press=nothing() />
                </Menu>
            </div>
        </Section>
    }
}

/// Fields, valid and not.
#[component]
pub fn Fields() -> impl IntoView {
    let problems = Problems::default();
    problems.set_field("timeout", Some("Write a duration: 5m, 90s, 1h30m.".to_owned()));
    let models = vec!["claude-sonnet".to_owned(), "gpt-main".to_owned()];
    let options: Vec<(String, String)> = models.iter().map(|name| (name.clone(), name.clone())).collect();
    view! {
        <Section title="Inputs">
            <div class="grid g2">
                <TextField
                    label="Name"
                    name="name"
                    value=RwSignal::new("refund-officer".to_owned())
                    hint="Lower-case letters, digits, hyphens."
                />
                <TextField
                    label="Timeout"
                    name="timeout"
                    value=RwSignal::new("5 mins".to_owned())
                    problems=problems
                />
                <TextField
                    label="Namespace"
                    name="namespace"
                    value=RwSignal::new("support".to_owned())
                    readonly=true
                    hint="Cannot change after creation."
                />
                <SelectField
                    label="Model"
                    name="model"
                    value=RwSignal::new("gpt-main".to_owned())
                    options=options
                />
                <ComboField
                    label="Target"
                    name="target"
                    value=RwSignal::new(String::new())
                    options=models
                    placeholder="Agent, team or model"
                />
                <TextArea label="Prompt" name="prompt" value=RwSignal::new(String::new()) optional=true rows=3 />
            </div>
            <Switch label="Follow live" on=true on_change=Callback::new(|_| {}) />
        </Section>
    }
}

/// Filters, tabs, pills.
#[component]
pub fn Filters() -> impl IntoView {
    let on = RwSignal::new(true);
    let toggle = Callback::new(move |_| on.update(|on| *on = !*on));
    view! {
        <Section title="Filters, tabs, pills">
            <SearchBox
                label="Search agents"
                placeholder="Name, prompt, tool, label"
                value=String::new()
                on_change=Callback::new(|_| {})
            />
            <div class="chips">
                <Chip label="Ready" count=Some(34) on=Signal::derive(move || !on.get()) on_press=toggle />
                <Chip label="Not ready" icon="octagon-x" count=Some(1) on=on on_press=toggle />
            </div>
            <Tabs
                label="Example"
                tabs=vec![
                    Tab::new("overview", "Overview", "layout-dashboard"),
                    Tab { count: Some(214), ..Tab::new("runs", "Runs", "play") },
                    Tab::new("yaml", "YAML", "braces"),
                ]
            />
            <div role="tabpanel" id="panel-overview" aria-labelledby="tab-overview">
                "The content of the first tab."
            </div>
            <div class="row wrap">
                <Pill label="3 new queries" on_press=nothing() />
                <Pill label="Jump to live, 12 new" icon="arrow-down" on_press=nothing() />
            </div>
        </Section>
    }
}

/// Dialog and notices.
#[component]
pub fn Overlays() -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    let undo = move |_| {
        let nothing: Act = Arc::new(|| {});
        let deferred = Deferred { act: nothing.clone(), undo: nothing, on_leave: None };
        toasts.with_undo("2 agents deleted", deferred);
    };
    let fail = move |_| {
        let problem = Problem::new(ProblemCode::AlreadyExists, "Not saved: the name is taken in support.");
        toasts.fail(&problem);
    };
    view! {
        <Section title="Dialog, notices" note="a dialog only where undo is impossible">
            <div class="row wrap">
                <Button label="Open a dialog" on_press=Callback::new(move |_| open.set(true)) />
                <Button label="Say something" on_press=Callback::new(move |_| toasts.say("Copied")) />
                <Button label="Act with undo" on_press=Callback::new(undo) />
                <Button label="Fail" on_press=Callback::new(fail) />
            </div>
            <Dialog open=open title="Delete 214 queries?" id="example-dialog">
                <div class="pb">
                    <p>"This removes their journals and answers. It cannot be undone."</p>
                </div>
                <footer>
                    <Button label="Keep them" on_press=Callback::new(move |_| open.set(false)) />
                    <Button
                        label="Delete 214 queries"
                        kind=ButtonKind::DangerSolid
                        on_press=Callback::new(move |_| open.set(false))
                    />
                </footer>
            </Dialog>
        </Section>
    }
}
