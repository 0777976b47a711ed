//! The object of a form as text, with the lines marked that have an error.

use leptos::prelude::*;

use super::draft::Draft;
use super::lines::line_of;
use crate::app::components::{CopyButton, Icon, Problems, yaml_view};
use crate::views::problem::{FieldProblem, Problem};

/// The text of a form, or why there is none.
pub type PreviewText = Result<String, Problem>;

/// The text that follows a draft. The first comes with the page: a resource of its own would be nested too deep for
/// hydration to find it (leptos 0.8 hydrates two boundaries inside one another, not three).
pub fn follow_preview<F, A>(
    first: PreviewText,
    draft: Draft<F>,
    ask: impl Fn(F) -> A + 'static,
) -> Signal<PreviewText>
where
    F: Clone + PartialEq + Send + Sync + 'static,
    A: Future<Output = PreviewText> + 'static,
{
    let text = RwSignal::new(first);
    let settled = draft.settled();
    let asked = StoredValue::new(0_u32);
    Effect::watch(
        move || settled.get(),
        move |form, _, _| {
            let number = asked.try_update_value(|asked| {
                *asked += 1;
                *asked
            });
            let answer = ask(form.clone());
            leptos::task::spawn_local(async move {
                let answer = answer.await;
                // An answer that was overtaken by a newer question is of no use.
                if number.is_some() && asked.try_get_value() == number {
                    text.try_set(answer);
                }
            });
        },
        false,
    );
    text.into()
}

/// The text, read only: the form is where it is edited.
#[component]
pub fn Preview(
    /// The text.
    text: Signal<PreviewText>,
    /// Errors of the form.
    problems: Problems,
    /// What stands under the text.
    note: ViewFn,
) -> impl IntoView {
    let copied = Callback::new(move |()| text.get_untracked().unwrap_or_default());
    view! {
        <section class="panel pane">
            <header>
                <h2>"YAML"</h2>
                <span class="xs t3 hide-s">"follows the form"</span>
                <span class="end row">
                    <CopyButton text=copied />
                </span>
            </header>
            {move || match text.get() {
                Ok(text) => view! { <Text text=text problems=problems /> }.into_any(),
                Err(problem) => {
                    view! {
                        <p class="pb t2" role="status">
                            {problem.message}
                        </p>
                    }
                        .into_any()
                }
            }}
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
                let line = yaml_view(line);
                if bad {
                    view! { <mark>{line}</mark> "\n" }.into_any()
                } else {
                    view! { {line} "\n" }.into_any()
                }
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
