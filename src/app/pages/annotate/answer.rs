//! The answer that is judged: what was asked, what should be answered, what was; and the one before.

use leptos::prelude::*;

use super::queue::{Annotating, Said};
use crate::app::address;
use crate::app::components::{Button, Code, Icon, LinkButton};
use crate::app::pages::experiment::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;

/// The panel.
#[component]
pub fn Answer(
    /// The work of the page.
    work: Annotating,
) -> impl IntoView {
    let shown = move || {
        work.current.get().map(|item| {
            let title = if item.title.is_empty() { item.item.clone() } else { item.title.clone() };
            let run = (!item.query.is_empty()).then(|| {
                let key = ObjectKey::new(Kind::Query, &item.key.namespace, &item.query);
                view! { <LinkButton label="Open run" href=address::object(&key) icon="play" small=true /> }
            });
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
            let output = if item.output.is_empty() { "No answer.".to_owned() } else { item.output };
            view! {
                <section class="panel" aria-labelledby="h-answer">
                    <header class="wrap">
                        <h2 id="h-answer" class="cut">
                            {title}
                        </h2>
                        <span class="xs t3">
                            <span class="mono">{item.item}</span>
                            {format!(", experiment {}, {}", item.key.number, words::target(&item.target))}
                        </span>
                        <span class="end">{run}</span>
                    </header>
                    <div class="pb stack stack-4">
                        {part("Question", item.input)} {part("Answer", output)}
                        {part("Expected answer", item.expected)}
                    </div>
                </section>
            }
        })
    };
    let before = move || work.last.get().map(|said| view! { <Before work=work said=said /> });
    view! { {shown} {before} }
}

/// The answer before: what the judge said of it.
#[component]
fn Before(work: Annotating, said: Said) -> impl IntoView {
    let Said { item, passed, score } = said;
    let word = |passed| if passed { "pass" } else { "fail" };
    let agree = item.score.is_some() && item.passed == passed;
    let lead = match item.score {
        None => "The judge has nothing to compare with.",
        Some(_) if agree => "You and the judge agree.",
        Some(_) => "You and the judge disagree.",
    };
    let judge = item.score.map_or_else(
        || "has no score".to_owned(),
        |score| format!("{} ({})", word(item.passed), words::score(score)),
    );
    let title = if item.title.is_empty() { item.item } else { item.title };
    view! {
        <div class=if agree { "banner s-done" } else { "banner s-waiting" }>
            <Icon name=if agree { "circle-check" } else { "triangle-alert" } />
            <p class="grow">
                <b>{lead}</b>
                " "
                <span class="t2">
                    {format!("{title}: you {} ({}), judge {judge}.", word(passed), words::score(score))}
                </span>
            </p>
            <Button
                label="Change"
                icon="pencil"
                small=true
                on_press=Callback::new(move |_| work.back())
            />
        </div>
    }
}
