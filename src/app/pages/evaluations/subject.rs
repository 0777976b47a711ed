//! What was judged: a question with its answer, or a query.

use leptos::prelude::*;

use crate::api::objects::get_object;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{CopyButton, LinkButton, Panel, StatusMark};
use crate::app::pages::agents::words;
use crate::views::ObjectKey;
use crate::views::detail::{Detail, FactValue};
use crate::views::evaluation::EvaluationView;

/// What was judged, by the type of the evaluation.
#[component]
pub fn Subject(
    /// The evaluation.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let texts = Memo::new(move |_| {
        view.with(|view| {
            let form = &view.form;
            [
                ("Question", form.input.clone()),
                ("Answer", form.output.clone()),
                ("Expected answer", form.expected.clone()),
            ]
        })
    });
    let query = Memo::new(move |_| view.with(|view| view.query.clone()));
    let said = Memo::new(move |_| view.with(|view| (view.message.clone(), view.score)));
    let parameters = Memo::new(move |_| view.with(|view| view.form.parameters.clone()));
    view! {
        {move || query.get().map(|key| view! { <Judged object=key said=said /> })}
        {move || {
            texts
                .get()
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(title, text)| block(title, text))
                .collect_view()
        }}
        {move || {
            let all = parameters.get();
            (!all.is_empty())
                .then(|| {
                    view! {
                        <Panel title="Parameters">
                            <dl class="kv pb">
                                {all
                                    .into_iter()
                                    .map(|row| {
                                        view! {
                                            <dt class="mono">{row.name}</dt>
                                            <dd>{words(&row.value)}</dd>
                                        }
                                    })
                                    .collect_view()}
                            </dl>
                        </Panel>
                    }
                })
        }}
    }
}

fn block(title: &'static str, text: String) -> impl IntoView {
    let copied = text.clone();
    view! {
        <section class="panel">
            <header>
                <h2>{title}</h2>
                <span class="end">
                    <CopyButton text=Callback::new(move |()| copied.clone()) />
                </span>
            </header>
            <div class="pb">
                <p class="md whole">{text}</p>
            </div>
        </section>
    }
}

/// The query: its question, how its answer begins, and the way to its run. Asked for as itself, so that who may not read
/// queries is not told of it here.
#[component]
fn Judged(
    object: ObjectKey,
    /// What the evaluation says: when that moves, the query it waited for has moved too.
    said: Memo<(String, Option<u16>)>,
) -> impl IntoView {
    let key = object.clone();
    let query = resource(move || (key.clone(), said.get()), |(key, _)| get_object(key));
    let href = StoredValue::new(address::object(&object));
    let name = StoredValue::new(object.name);
    let open = move || view! { <LinkButton label="Open run" href=href.get_value() icon="play" small=true /> };
    view! {
        <section class="panel">
            <header>
                <h2>"Query " <a href=href.get_value()>{name.get_value()}</a></h2>
                <span class="end">{open}</span>
            </header>
            <Transition fallback=|| ()>
                {move || {
                    query
                        .get()
                        .map(|answer| match answer {
                            Ok(detail) => told(&detail).into_any(),
                            Err(problem) => view! { <p class="pb t2">{problem.message}</p> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

fn told(detail: &Detail) -> impl IntoView + use<> {
    let question = detail.facts.iter().find_map(|fact| match &fact.value {
        FactValue::Block(text) => Some(text.clone()),
        _ => None,
    });
    let status = Signal::stored(detail.row.status.clone());
    let answer = detail.row.summary.clone();
    view! {
        <dl class="kv pb">
            <dt>"Status"</dt>
            <dd>
                <StatusMark status=status />
            </dd>
            <dt>"Question"</dt>
            <dd class="whole">{question}</dd>
            <dt>"Answer"</dt>
            <dd class="whole">{answer}</dd>
        </dl>
    }
}
