//! One item of a data set: read, changed, added, removed.

use std::sync::Arc;

use leptos::prelude::*;

use super::store::{DataSetStore, NEW_ITEM};
use crate::app::act::browser_action;
use crate::app::collect::{Refusal, split_tags};
use crate::app::components::{
    Button, ButtonKind, Code, EmptyState, IconButton, Problems, Sheet, TextArea, TextField,
};
use crate::app::guard::guard_while;
use crate::app::pages::form::focus_first_error;
use crate::app::toasts::{Deferred, use_toasts};
use crate::views::datasets::{DataSetChange, ItemData, ItemsChange};
use crate::views::problem::Problem;

/// The pane; on a phone a sheet.
#[component]
pub fn ItemEditor(
    /// The data set.
    set: DataSetStore,
) -> impl IntoView {
    let pulled = RwSignal::new(set.item.with_untracked(|item| !item.is_empty()));
    Effect::watch(move || set.item.get(), move |item, _, _| pulled.set(!item.is_empty()), false);
    let title = Signal::derive(move || match set.item.get() {
        item if item.is_empty() => "Item".to_owned(),
        item if item == NEW_ITEM => "New item".to_owned(),
        item => item,
    });
    let newest = set.newest();
    // The form begins with the item as it is when it is opened: what is saved, searched or loaded later
    // neither overwrites what is typed nor takes the focus.
    let opened = Memo::new(move |before: Option<&Opened>| {
        let (wanted, form) = (set.item.get(), newest.get());
        let stays =
            |before: &&Opened| form && before.form && before.wanted == wanted && before.found.is_some();
        if let Some(before) = before.filter(stays) {
            return before.clone();
        }
        let found = set.items.with(|items| items.iter().find(|item| item.id == wanted).cloned());
        Opened { wanted, form, found }
    });
    let body = move || match opened.get() {
        Opened { wanted, .. } if wanted.is_empty() => view! {
            <p class="pb t2">"Choose an item to read or change it."</p>
        }
        .into_any(),
        Opened { wanted, form: true, .. } if wanted == NEW_ITEM => {
            view! { <Form set=set item=ItemData::default() new=true /> }.into_any()
        }
        Opened { form: true, found: Some(item), .. } => {
            view! { <Form set=set item=item new=false /> }.into_any()
        }
        Opened { found: Some(item), .. } => view! { <Reading item=item /> }.into_any(),
        Opened { wanted, found: None, .. } => view! {
            <EmptyState
                title=format!("There is no item {wanted} here")
                text="It is not in this version, or not among the items that are loaded: search for its id."
            />
        }
        .into_any(),
    };
    let close = Callback::new(move |_| set.open_item(""));
    let closer = move || {
        (!set.item.with(String::is_empty))
            .then(|| view! { <span class="end"><IconButton label="Close item" icon="x" small=true on_press=close /></span> })
    };
    view! {
        <Sheet label="Item" title=title icon="database" class="panel" open=pulled>
            <header>
                <h2 class="cut">{title}</h2>
                {closer}
            </header>
            {body}
        </Sheet>
    }
}

/// The item that the pane holds.
#[derive(Clone, PartialEq)]
struct Opened {
    /// Its id.
    wanted: String,
    /// It is of the newest version, which can be changed.
    form: bool,
    /// The item, where it is loaded.
    found: Option<ItemData>,
}

/// An item of an old version.
#[component]
fn Reading(item: ItemData) -> impl IntoView {
    let part = |title: &'static str, text: String| {
        (!text.is_empty()).then(|| {
            view! {
                <section class="stack stack-1">
                    <h3 class="xs t3 med">{title}</h3>
                    <Code label=title text=text fold=true />
                </section>
            }
        })
    };
    view! {
        <div class="pb stack">
            {part("Question", item.input)} {part("Expected answer", item.expected_output)}
            {part("Tags", item.tags.join(", "))} {part("Further fields", item.metadata)}
        </div>
    }
}

#[component]
fn Form(set: DataSetStore, item: ItemData, new: bool) -> impl IntoView {
    let toasts = use_toasts();
    let problems = Problems::default();
    let failure = RwSignal::new(None::<Problem>);
    let id = RwSignal::new(item.id.clone());
    let name = RwSignal::new(item.name.clone());
    let input = RwSignal::new(item.input.clone());
    let expected = RwSignal::new(item.expected_output.clone());
    let tags = RwSignal::new(item.tags.join(", "));
    let metadata = RwSignal::new(item.metadata.clone());
    let source = item.source.clone();
    let saved = RwSignal::new(item.clone());
    let now = Memo::new(move |_| ItemData {
        id: id.get().trim().to_owned(),
        name: name.get().trim().to_owned(),
        input: input.get(),
        expected_output: expected.get(),
        tags: split_tags(&tags.get()),
        metadata: metadata.get().trim().to_owned(),
        source: saved.with(|item| item.source.clone()),
    });
    let dirty = Signal::derive(move || now.with(|now| saved.with(|saved| now != saved)));
    let guard = guard_while(dirty);
    let save = browser_action(move |item: &ItemData| {
        let kept = item.clone();
        let note =
            if new { "Item added by hand".to_owned() } else { format!("Item {} changed by hand", item.id) };
        let change = set.next(ItemsChange::Put(item.clone()), note);
        async move {
            match set.send(change).await {
                Ok(version) => {
                    guard.release();
                    if new {
                        set.open_item("");
                    } else {
                        saved.try_set(kept);
                    }
                    toasts.say(format!("Saved as version {version}."));
                }
                Err(problem) => drop(failure.try_set(Some(problem))),
            }
        }
    });
    let submit = move || {
        let item = now.get_untracked();
        let mut found = judge(&item);
        if new && set.items.with_untracked(|items| items.iter().any(|other| other.id == item.id)) {
            found.push((
                "id",
                "There is an item of this id: saving would replace it. Choose another.".to_owned(),
            ));
        }
        let fine = found.is_empty();
        problems.set(
            found
                .into_iter()
                .map(|(field, message)| crate::views::problem::FieldProblem {
                    field: field.to_owned(),
                    message,
                    line: None,
                })
                .collect(),
        );
        if fine {
            failure.set(None);
            save.dispatch(item);
        } else {
            focus_first_error();
        }
    };
    let removed = item.id.clone();
    let removal = Callback::new(move |_| {
        let (gone, back) = (removed.clone(), saved.get_untracked());
        guard.release();
        let at = set.items.with_untracked(|items| items.iter().position(|item| item.id == gone)).unwrap_or(0);
        set.items.update(|items| items.retain(|item| item.id != gone));
        set.open_item("");
        let change =
            set.next(ItemsChange::Remove(vec![gone.clone()]), format!("Item {gone} removed by hand"));
        let body = serde_json::json!({ "change": change }).to_string();
        let act = Arc::new(move || {
            // Versions that came meanwhile are known while the page is open.
            let open = set.view.try_with_untracked(|view| view.row.version);
            let change = DataSetChange { from: open.unwrap_or(change.from), ..change.clone() };
            leptos::task::spawn_local(async move {
                if let Err(problem) = set.send(change).await {
                    toasts.fail(&problem);
                    set.fetch();
                }
            });
        });
        let undo = Arc::new(move || {
            set.items.try_update(|items| items.insert(at.min(items.len()), back.clone()));
        });
        toasts.with_undo(
            format!("Item {gone} removed"),
            Deferred { act, undo, on_leave: Some(("/api/datasets/change", body)) },
        );
    });
    view! {
        <form
            class="pb stack"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <TextArea label="Question" name="input" value=input rows=5 problems=problems />
            <TextArea
                label="Expected answer"
                name="expectedOutput"
                value=expected
                rows=5
                optional=true
                problems=problems
                hint="For judges and measures that compare"
            />
            <TextField label="Title" name="name" value=name optional=true problems=problems />
            <TextField
                label="Tags"
                name="tags"
                value=tags
                optional=true
                problems=problems
                hint="With commas between them"
            />
            <TextField
                label="Id"
                name="id"
                value=id
                mono=true
                optional=new
                readonly=!new
                problems=problems
                hint=if new { "One is made if it stays empty" } else { "It stays: experiments compare items by it" }
            />
            <TextArea
                label="Further fields"
                name="metadata"
                value=metadata
                rows=2
                mono=true
                optional=true
                problems=problems
                hint="A JSON object"
            />
            {(!source.is_empty()).then(|| view! { <p class="xs t3">"Taken from query " <span class="mono">{source}</span></p> })}
            <Refusal problem=failure />
            <div class="row wrap">
                <Button
                    label=if new { "Add item" } else { "Save item" }
                    icon="check"
                    kind=ButtonKind::Primary
                    submit=true
                    busy=save.pending()
                />
                {(!new)
                    .then(|| {
                        view! { <Button label="Remove item" icon="trash-2" kind=ButtonKind::Danger on_press=removal /> }
                    })}
            </div>
        </form>
    }
}

/// What is wrong with an item, by field.
fn judge(item: &ItemData) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if item.input.trim().is_empty() {
        found.push(("input", "Say what is asked.".to_owned()));
    }
    let object = |text: &str| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
    if !item.metadata.is_empty()
        && let Err(error) = object(&item.metadata)
    {
        found.push(("metadata", format!("This is no JSON object: {error}.")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_needs_a_question_and_an_object() {
        let item = |input: &str, metadata: &str| ItemData {
            input: input.into(),
            metadata: metadata.into(),
            ..ItemData::default()
        };
        assert!(judge(&item("Where is it?", "")).is_empty());
        assert!(judge(&item("Where is it?", r#"{"a": 1}"#)).is_empty());
        let fields: Vec<_> = judge(&item(" ", "[1]")).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["input", "metadata"]);
    }
}
