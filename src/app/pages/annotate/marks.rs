//! The rubric: steps by criterion, pass or fail, a note.

use leptos::prelude::*;

use super::queue::{Annotating, STEPS};
use crate::app::components::{Button, ButtonKind, ErrorLine, Icon};
use crate::views::experiments::RubricLine;

/// The panel.
#[component]
pub fn Rubric(
    /// The work of the page.
    work: Annotating,
) -> impl IntoView {
    let lines = move || {
        let rubric = work.rubric.get();
        rubric
            .into_iter()
            .enumerate()
            .map(|(at, line)| view! { <Line work=work at=at line=line /> })
            .collect_view()
    };
    let verdict = move |value: bool, word: &'static str, key: &'static str, icon: &'static str| {
        let on = move || work.passed.get() == Some(value);
        view! {
            <button
                type="button"
                class="btn verdict"
                aria-pressed=move || if on() { "true" } else { "false" }
                on:click=move |_| work.judge(value)
            >
                <Icon name=icon />
                <span>{word}</span>
                <kbd aria-hidden="true">{key}</kbd>
            </button>
        }
    };
    view! {
        <section class="panel" aria-labelledby="h-rubric">
            <header>
                <h2 id="h-rubric">"Your judgement"</h2>
                <span class="end xs t3">{format!("1 is worst, {STEPS} is best")}</span>
            </header>
            <div class="pb stack stack-4">
                {lines}
                <div class="stack stack-1" role="group" aria-label="Good enough">
                    <span class="lab">"Good enough?"</span>
                    <div class="row">
                        {verdict(true, "Pass", "p", "circle-check")}
                        {verdict(false, "Fail", "f", "octagon-x")}
                    </div>
                </div>
                <div class="field">
                    <label for="f-note">"Note" <span class="opt">"optional"</span></label>
                    <input
                        class="in"
                        id="f-note"
                        autocomplete="off"
                        maxlength="2000"
                        data-key="n"
                        prop:value=work.note
                        on:input=move |event| work.note.set(event_target_value(&event))
                    />
                </div>
                <div role="alert">
                    <ErrorLine error=work.problem />
                </div>
                <div class="row wrap">
                    <Button
                        label="Save and next"
                        icon="check"
                        kind=ButtonKind::Primary
                        busy=work.busy
                        on_press=Callback::new(move |_| work.save())
                    />
                    <Button
                        label="Skip"
                        kind=ButtonKind::Plain
                        on_press=Callback::new(move |_| work.skip())
                    />
                </div>
            </div>
        </section>
    }
}

#[component]
fn Line(work: Annotating, at: usize, line: RubricLine) -> impl IntoView {
    let here = move || work.at.get() == at;
    let mark = move || work.marks.with(|marks| marks.get(at).copied().unwrap_or(0));
    let name = format!("criterion-{at}");
    let steps = (1..=STEPS)
        .map(|step| {
            view! {
                <label class="step" class:on=move || mark() == step>
                    <input
                        class="vh"
                        type="radio"
                        name=name.clone()
                        value=step.to_string()
                        prop:checked=move || mark() == step
                        on:change=move |_| work.mark(at, step)
                        on:focus=move |_| work.at.set(at)
                    />
                    {step}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="rubric" class:here=here>
            <legend>
                <b>{line.name}</b>
                {(!line.text.is_empty()).then(|| view! { <span class="xs t2 block">{line.text}</span> })}
            </legend>
            <div class="steps">{steps}</div>
        </fieldset>
    }
}
