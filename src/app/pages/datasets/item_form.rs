//! The form of one item: changed, added, removed.

use std::sync::Arc;

use leptos::prelude::*;

use super::store::DataSetStore;
use crate::app::act::browser_action;
use crate::app::collect::{Refusal, split_tags};
use crate::app::components::{Button, ButtonKind, Problems, TextArea, TextField};
use crate::app::guard::guard_while;
use crate::app::pages::form::focus_first_error;
use crate::app::toasts::{Deferred, use_toasts};
use crate::views::datasets::{DataSetChange, ItemData, ItemsChange};
use crate::views::problem::{Problem, ProblemCode};

/// The form of an item.
#[component]
pub fn Form(
    /// The data set.
    set: DataSetStore,
    /// The item as it is.
    item: ItemData,
    /// It is not there yet.
    new: bool,
) -> impl IntoView {
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
    // The version that what is typed began from.
    let began = StoredValue::new(set.view.with_untracked(|view| view.row.version));
    // It was said that somebody else was faster: who saves again means it.
    let told = StoredValue::new(false);
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
                        let _ = began.try_set_value(version);
                        let _ = told.try_set_value(false);
                    }
                    toasts.say(format!("Saved as version {version}."));
                }
                Err(problem) => {
                    let _ = told.try_set_value(problem.code == ProblemCode::Conflict);
                    failure.try_set(Some(problem));
                }
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
        if !fine {
            focus_first_error();
        } else if !new
            && !told.get_value()
            && changed_elsewhere(set, &saved.get_untracked(), began.get_value())
        {
            told.set_value(true);
            failure.set(Some(changed_meanwhile(set.view.with_untracked(|view| view.row.version))));
        } else {
            failure.set(None);
            save.dispatch(item);
        }
    };
    let removed = item.id.clone();
    let removal = Callback::new(move |_| {
        let (gone, back) = (removed.clone(), saved.get_untracked());
        guard.release();
        let at = set.hide(&gone);
        set.open_item("");
        let change =
            set.next(ItemsChange::Remove(vec![gone.clone()]), format!("Item {gone} removed by hand"));
        let body = serde_json::json!({ "change": change }).to_string();
        let (removed, back_again) = (gone.clone(), gone.clone());
        let act = Arc::new(move || {
            // Versions that came meanwhile are known while the page is open.
            let open = set.view.try_with_untracked(|view| view.row.version);
            let change = DataSetChange { from: open.unwrap_or(change.from), ..change.clone() };
            let removed = removed.clone();
            leptos::task::spawn_local(async move {
                let done = set.send(change).await;
                set.unhide(&removed);
                if let Err(problem) = done {
                    toasts.fail(&problem);
                    set.fetch();
                }
            });
        });
        let undo = Arc::new(move || {
            set.unhide(&back_again);
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

/// Whether an item may say something else by now than in the version that the form began from. That it does not is known only
/// where the newest version is loaded and shows it as it was: one that was removed, that a search leaves out or that lies past
/// what is loaded looks alike.
fn changed_elsewhere(set: DataSetStore, saved: &ItemData, began: u32) -> bool {
    let (shown, newest) = set.view.with_untracked(|view| (view.version, view.row.version));
    let as_it_was = |item: &ItemData| item.id == saved.id && says_the_same(item, saved);
    newest != began && (shown != newest || !set.items.with_untracked(|items| items.iter().any(as_it_was)))
}

/// Whether two forms of an item say the same, however their further fields are written.
fn says_the_same(one: &ItemData, other: &ItemData) -> bool {
    let plain = |item: &ItemData| ItemData { metadata: String::new(), ..item.clone() };
    let fields = |item: &ItemData| serde_json::from_str::<serde_json::Value>(&item.metadata).ok();
    plain(one) == plain(other) && fields(one) == fields(other)
}

fn changed_meanwhile(version: u32) -> Problem {
    Problem::new(
        ProblemCode::Conflict,
        format!(
            "This item was changed or removed meanwhile, or is not among the items that are loaded of version {version}."
        ),
    )
    .next("Save again to keep what you typed, or close the item and open it anew to read it.")
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
    fn how_further_fields_are_written_is_no_change() {
        let item = |input: &str, metadata: &str| ItemData {
            input: input.into(),
            metadata: metadata.into(),
            ..ItemData::default()
        };
        assert!(says_the_same(&item("a", r#"{"b": 1}"#), &item("a", r#"{"b":1}"#)));
        assert!(!says_the_same(&item("a", r#"{"b": 1}"#), &item("a", "")));
        assert!(!says_the_same(&item("a", ""), &item("b", "")));
    }

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
