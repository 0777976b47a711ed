//! The object of a form as text, with the lines marked that have an error.

use leptos::prelude::*;

use super::lines::line_of;
use crate::app::components::{CopyButton, Icon, Problems, Skeleton};
use crate::views::problem::{FieldProblem, Problem};

/// The text, read only: the form is where it is edited.
#[component]
pub fn Preview(
    /// The text.
    text: Resource<Result<String, Problem>>,
    /// Errors of the form.
    problems: Problems,
    /// What stands under the text.
    note: ViewFn,
) -> impl IntoView {
    let copied = Callback::new(move |()| text.get_untracked().and_then(Result::ok).unwrap_or_default());
    view! {
        <section class="panel pane">
            <header>
                <h2>"YAML"</h2>
                <span class="xs t3 hide-s">"follows the form"</span>
                <span class="end row">
                    <CopyButton text=copied />
                </span>
            </header>
            <Transition fallback=|| view! { <Skeleton label="Loading YAML" lines=12 /> }>
                {move || {
                    text.get()
                        .map(|answer| match answer {
                            Ok(text) => view! { <Text text=text problems=problems /> }.into_any(),
                            Err(problem) => {
                                view! {
                                    <p class="pb t2" role="status">
                                        {problem.message}
                                    </p>
                                }
                                    .into_any()
                            }
                        })
                }}
            </Transition>
            {note.run()}
        </section>
    }
}

#[component]
fn Text(text: String, problems: Problems) -> impl IntoView {
    let count = text.lines().count().max(1);
    let numbers = (1..=count).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let marked = Memo::new(move |_| {
        let found = problems.all().into_iter();
        found
            .filter_map(|problem| line_of(&text, &problem.field).map(|line| (line, problem)))
            .collect::<Vec<_>>()
    });
    let shown = move || {
        let marked = marked.get();
        lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                let bad = marked.iter().any(|(line, _)| *line == at + 1);
                let line = format!("{line}\n");
                if bad { view! { <mark>{line}</mark> }.into_any() } else { line.into_any() }
            })
            .collect_view()
    };
    view! {
        <div class="editor">
            <div class="ln" aria-hidden="true">
                {numbers}
            </div>
            <pre tabindex="0" role="region" aria-label="YAML of the form">
                {shown}
            </pre>
        </div>
        {move || {
            marked
                .get()
                .into_iter()
                .map(|(line, FieldProblem { field, message, .. })| {
                    view! {
                        <footer class="err">
                            <Icon name="octagon-x" small=true />
                            <span>{format!("Line {line}, {field}: {message}")}</span>
                        </footer>
                    }
                })
                .collect_view()
        }}
    }
}
