//! A turn of the conversation: who, what it said, the tools it called, how it ended.

use leptos::prelude::*;

use super::answer::{Answer, prose};
use super::approval_view::CallApproval;
use super::nested_view::{nested, speaker};
use super::store::RunStore;
use super::tool_view::ToolCall;
use super::turn::{Attempt, Call, Failure, Part, Turn, TurnState};
use super::window::undrawn;
use crate::app::address;
use crate::app::components::{Avatar, Button, Icon, state_class, state_icon};
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::row::State;

/// Steps of a turn drawn at first, and how many more at each press: the newest.
pub(super) const STEPS: usize = 150;

/// What stands in the head of a turn.
#[derive(Debug, Clone, PartialEq)]
struct Head {
    key: Option<ObjectKey>,
    state: TurnState,
    model: Option<String>,
    tokens: Option<i64>,
    cost: Option<String>,
    took_ms: Option<i64>,
}

impl Head {
    /// `truncated`: the beginning of the run is not here, so that what is counted and timed would be a part.
    fn of(turn: &Turn, truncated: bool) -> Self {
        let model = turn.last_call().and_then(|call| call.model.as_ref());
        // A model is itself, and the members of a team have their own.
        let one = turn.key.as_ref().is_some_and(|key| matches!(key.kind, Kind::Model | Kind::Team));
        Self {
            key: turn.key.clone(),
            state: turn.state,
            model: model.filter(|_| !one).map(|model| model.name.clone()),
            tokens: turn.tokens().filter(|_| !truncated),
            cost: turn.cost(truncated),
            took_ms: turn
                .ended_ms
                .zip(turn.started_ms)
                .filter(|_| !truncated)
                .map(|(end, start)| end - start),
        }
    }

    fn meta(&self) -> String {
        let tokens = self.tokens.map(|tokens| format!("{} tokens", words::number(tokens)));
        let took = self.took_ms.map(words::duration);
        tokens.into_iter().chain(self.cost.clone()).chain(took).collect::<Vec<_>>().join(" · ")
    }
}

/// A turn.
#[component]
pub fn TurnItem(
    /// The run.
    run: RunStore,
    /// Index into the run's targets.
    target: Option<usize>,
    /// Under a failure: what can be done.
    way_out: ChildrenFn,
    /// Steps that are drawn at the most, where what is around the turn goes by it too.
    #[prop(optional)]
    limit: Option<RwSignal<usize>>,
) -> impl IntoView {
    let limit = limit.unwrap_or_else(|| RwSignal::new(STEPS));
    let head = run.select(move |run| {
        let turn = run.turns.iter().find(|turn| turn.target == target);
        turn.map(|turn| Head::of(turn, run.truncated))
    });
    let state = move || head.with(|head| head.as_ref().map(|head| head.state));
    let who = move || {
        head.get().and_then(|head| head.key).map(|key| {
            let href = address::object(&key);
            view! {
                <a class="name" href=href>
                    {key.name}
                </a>
            }
        })
    };
    let mark = move || {
        head.with(|head| head.as_ref().and_then(|head| head.key.clone()))
            .map(|key| view! { <Avatar kind=key.kind name=key.name /> })
    };
    let why = move || match head.get() {
        Some(Head { state: TurnState::Canceled, .. }) => "canceled".to_owned(),
        Some(Head { model: Some(model), .. }) => format!("with {model}"),
        _ => String::new(),
    };
    let in_flight = run.in_flight();
    view! {
        <li class="turn" class:cur=move || state() == Some(TurnState::Running) && in_flight.get()>
            {mark}
            <div class="body">
                <div class="hd">
                    {who} <span class="why xs">{why}</span>
                    <span class="meta">{move || head.with(|head| head.as_ref().map(Head::meta))}</span>
                </div>
                <TurnBody run=run target=target way_out=way_out limit=limit />
            </div>
        </li>
    }
}

/// What a turn did: text, tools, failure.
#[component]
pub fn TurnBody(
    /// The run.
    run: RunStore,
    /// Index into the run's targets.
    target: Option<usize>,
    /// Under a failure: what can be done.
    way_out: ChildrenFn,
    /// Steps that are drawn at the most, where what is around the turn goes by it too.
    #[prop(optional)]
    limit: Option<RwSignal<usize>>,
) -> impl IntoView {
    let limit = limit.unwrap_or_else(|| RwSignal::new(STEPS));
    let failure = of_turn(run, target, |turn| turn.failure.clone());
    let query = run.peek(|run| run.key.clone());
    let extra = of_turn(run, target, |turn| turn.extra_answer().map(str::to_owned));
    view! {
        {steps(run, target, None, limit)}
        {move || extra.get().flatten().map(|text| prose(&text))}
        {move || {
            failure.get().flatten().map(|failure| view! { <Fault failure=failure query=query.clone() way_out=way_out.clone() /> })
        }}
    }
}

/// What was done at a place, the newest `limit` of it: by the target itself, or under the tool call of a step.
pub(super) fn steps(
    run: RunStore,
    target: Option<usize>,
    call: Option<String>,
    limit: RwSignal<usize>,
) -> AnyView {
    let drawn = of_turn(run, target, move |turn| {
        let parts = turn.work_at(call.as_deref()).map_or(&[][..], |work| &work.parts);
        let hidden = parts.len().saturating_sub(limit.get());
        (parts[hidden..].to_vec(), hidden)
    });
    let hidden = move || drawn.with(|drawn| drawn.as_ref().map_or(0, |(_, hidden)| *hidden));
    view! {
        <div class="row wrap" hidden=move || hidden() == 0>
            <Button
                label="Show more steps"
                icon="arrow-up"
                small=true
                on_press=Callback::new(move |_| limit.update(|limit| *limit += STEPS))
            />
            <span class="xs t3">{move || undrawn(hidden(), "earlier", ("step", "steps"))}</span>
        </div>
        <For
            each=move || drawn.get().map(|(parts, _)| parts).unwrap_or_default()
            key=Part::clone
            children=move |part| part_view(run, target, part)
        />
    }
    .into_any()
}

/// Why something ended badly, and the way out.
#[component]
pub fn Fault(
    /// Why.
    failure: Failure,
    /// The query: the entry is on the page of its run, wherever this is shown.
    query: ObjectKey,
    /// What can be done.
    way_out: ChildrenFn,
) -> impl IntoView {
    let step = format!("{}?view=journal&step={}", address::object(&query), failure.seq);
    let (class, state, word, code) = match failure.is_cancel() {
        true => ("fault calm", State::Canceled, "Canceled", None),
        false => ("fault", State::Failed, "Failed", Some(failure.code)),
    };
    view! {
        <div class=class>
            <div class="row wrap">
                <span class=format!("badge {}", state_class(state))>
                    <Icon name=state_icon(state) />
                    {word}
                </span>
                {code.map(|code| view! { <b>{code}</b> })}
                <a class="end xs nowrap" href=step>
                    "Journal entry " {failure.seq}
                </a>
            </div>
            <p class="t2 whitespace-pre-line">{failure.message}</p>
            <div class="row wrap">{way_out()}</div>
        </div>
    }
}

/// A part of a turn as a memo; `None` while there is no such turn.
pub(super) fn of_turn<T: PartialEq + Send + Sync + 'static>(
    run: RunStore,
    target: Option<usize>,
    part: impl Fn(&Turn) -> T + Send + Sync + 'static,
) -> Memo<Option<T>> {
    run.select(move |run| run.turns.iter().find(|turn| turn.target == target).map(&part))
}

fn part_view(run: RunStore, target: Option<usize>, part: Part) -> AnyView {
    match part {
        Part::Call(at) => call_view(run, target, at).into_any(),
        Part::Tool(at) => {
            let row = of_turn(run, target, move |turn| turn.tools.get(at).cloned());
            let row = Signal::derive(move || row.get().flatten());
            view! {
                <ToolCall row=row />
                <CallApproval run=run row=row />
                {nested(run, target, row)}
            }
            .into_any()
        }
        Part::Member { turn, member, why, .. } => speaker(member, why, format!("Turn {turn}")),
        Part::Notice { message, .. } => view! {
            <p class="row xs t2">
                <Icon name="info" small=true />
                <span>{message}</span>
            </p>
        }
        .into_any(),
    }
}

/// A model call: whose it is where that is not said above, tries that failed, then its text.
fn call_view(run: RunStore, target: Option<usize>, at: usize) -> impl IntoView {
    let of_call = move |turn: &Turn| turn.calls.get(at).cloned().unwrap_or_default();
    let text = of_turn(run, target, move |turn| of_call(turn).text);
    let streaming = of_turn(run, target, move |turn| of_call(turn).streaming);
    let tries = of_turn(run, target, move |turn| failed_tries(&of_call(turn)));
    let named = of_turn(run, target, move |turn| of_call(turn).named);
    let waits =
        move || streaming.get() == Some(true) && text.with(|text| text.as_ref().is_none_or(String::is_empty));
    view! {
        {move || named.get().flatten().map(|who| speaker(who, String::new(), String::new()))}
        {move || tries.get().unwrap_or_default().into_iter().map(try_view).collect_view()}
        <Answer
            text=Signal::derive(move || text.get().unwrap_or_default())
            streaming=Signal::derive(move || streaming.get().unwrap_or_default())
        />
        {move || waits().then(|| view! { <p class="xs t3">"Waits for the first token"</p> })}
    }
}

fn failed_tries(call: &Call) -> Vec<Attempt> {
    call.attempts.iter().filter(|attempt| attempt.failed.is_some()).cloned().collect()
}

fn try_view(attempt: Attempt) -> impl IntoView {
    attempt.failed.map(|failed| {
        let reason = failed.reason.trim_end_matches('.').to_owned();
        let next = words::duration(failed.delay_ms);
        view! {
            <p class="row top xs t2">
                <span class="bad">
                    <Icon name="octagon-x" small=true />
                </span>
                <span>
                    "Try " {attempt.number} " failed: " {reason} ". "
                    <span class="t3">"Next after " {next}</span>
                </span>
            </p>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::pages::run::fold::RunModel;
    use crate::app::pages::run::samples::{entry, response, started, view};
    use crate::views::cost::Cost;
    use crate::views::run::{RunDelta, RunEvent};

    #[test]
    fn a_part_of_an_answer_is_not_told_as_the_whole() {
        let mut answer = response(2, 0, "0/model/0", "Low.", &[]);
        if let RunEvent::ModelResponse { cost, .. } = &mut answer.event {
            *cost = Some(Cost { currency: "USD".into(), nanos: 20_000_000 });
        }
        let done = entry(3, Some(0), RunEvent::TargetDone { content: "Low.".into() });
        let mut run = RunModel::open(view(&["pilot"]));
        run.apply(RunDelta::Entries(vec![started(1, 0, "pilot"), answer, done]));
        let whole = Head::of(&run.turns[0], false);
        assert_eq!((whole.tokens, whole.took_ms), (Some(15), Some(200)));
        assert_eq!(whole.cost.as_deref(), Some("$0.0200"));
        let part = Head::of(&run.turns[0], true);
        assert_eq!((part.tokens, part.took_ms), (None, None));
        assert_eq!(part.meta(), "$0.0200 and more");
    }
}
