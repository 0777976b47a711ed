//! The card that asks a person: what is to be called and why, its arguments to be changed, a reason, and the answer.

use leptos::prelude::*;

use super::arguments::{Argument, arguments, collect};
use super::use_answers;
use crate::app::clock::use_clock;
use crate::app::components::{Button, ButtonKind, Icon, error_line, id_of, left_for_button};
use crate::app::words;
use crate::resources::approval::{Decision, MAX_REASON, OnTimeout};
use crate::views::approval::{ApprovalForm, ApprovalView};

/// A field of the card.
#[derive(Clone)]
struct FieldState {
    argument: Argument,
    id: String,
    text: RwSignal<String>,
    error: RwSignal<Option<String>>,
}

/// A call that waits for a person.
#[component]
pub fn ApprovalCard(
    /// The call.
    approval: ApprovalView,
) -> impl IntoView {
    let answers = use_answers();
    let namespace = approval.key.namespace.clone();
    let here = namespace.clone();
    // Effects run in the browser only.
    Effect::new(move |_| answers.find_out(&here));
    let base = id_of(&approval.key.name);
    let fields: Vec<FieldState> = arguments(&approval.arguments)
        .into_iter()
        .enumerate()
        .map(|(at, argument)| FieldState {
            id: format!("{base}-{at}"),
            text: RwSignal::new(argument.text.clone()),
            error: RwSignal::new(None),
            argument,
        })
        .collect();
    let fields = StoredValue::new(fields);
    let (reason, reason_error) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let reason_id = format!("{base}-reason");
    let changed = Memo::new(move |_| {
        fields.with_value(|all| all.iter().any(|one| one.text.with(|text| *text != one.argument.text)))
    });
    let refusal = Signal::derive(move || answers.refusal(&namespace));

    let asked = StoredValue::new(approval.clone());
    let give = {
        let reason_id = reason_id.clone();
        move |decision: Decision| {
            let said = reason.get_untracked().trim().to_owned();
            let short = match (decision, said.len()) {
                (Decision::Rejected, 0) => Some("Say why: the agent reads it and goes on.".to_owned()),
                (_, length) if length > MAX_REASON => Some(format!("Shorten it to {MAX_REASON} bytes.")),
                _ => None,
            };
            reason_error.set(short.clone());
            let mut wrong = None;
            let mut new = None;
            if decision == Decision::Approved {
                match judge(fields) {
                    Ok(arguments) => new = changed.get_untracked().then_some(arguments),
                    Err(first) => wrong = Some(first),
                }
            }
            if let Some(id) = wrong.or_else(|| short.map(|_| reason_id.clone())) {
                focus(&id);
                return;
            }
            let form = asked.with_value(|asked| ApprovalForm {
                key: asked.key.clone(),
                decision,
                reason: said,
                arguments: new,
            });
            asked.with_value(|asked| answers.give(form, &asked.tool));
        }
    };
    let (approve, reject) = (give.clone(), give);
    let approve_label =
        Signal::derive(move || if changed.get() { "Approve with changes" } else { "Approve" }.to_owned());
    let heading = format!("{base}-h");
    let labelled = heading.clone();
    let ApprovalView { agent, tool, why, .. } = approval.clone();
    let who = agent.map_or_else(|| "The query".to_owned(), |agent| agent.name);
    view! {
        <article class="appr" aria-labelledby=labelled>
            <header>
                <span class="badge s-waiting">
                    <Icon name="hand" />
                    "Waiting for you"
                </span>
                <h2 id=heading tabindex="-1">
                    "Approve " <span class="mono">{tool.clone()}</span>
                </h2>
                <span class="xs t2 end nowrap">
                    <Countdown approval=approval />
                </span>
            </header>
            <div class="ab">
                <p>
                    <b>{who}</b>
                    " wants to call "
                    <span class="mono">{tool}</span>
                    ". "
                    {why}
                </p>
                {fields.with_value(|all| (!all.is_empty()).then(|| fields_view(all)))}
                <div class="field">
                    <label for=reason_id.clone()>
                        "Reason" <span class="opt">"the agent reads it when you reject; required then"</span>
                    </label>
                    <input
                        class="in"
                        id=reason_id.clone()
                        autocomplete="off"
                        prop:value=reason
                        aria-invalid=move || reason_error.with(Option::is_some).then_some("true")
                        aria-describedby=format!("{reason_id}-d")
                        on:input=move |event| reason.set(event_target_value(&event))
                    />
                    <div id=format!("{reason_id}-d")>{move || reason_error.get().map(error_line)}</div>
                </div>
            </div>
            <footer>
                <Button
                    label=approve_label
                    icon="check"
                    kind=ButtonKind::Primary
                    shortcut="a"
                    careful=true
                    disabled=refusal
                    on_press=Callback::new(move |_| approve(Decision::Approved))
                />
                <Button
                    label="Reject".to_owned()
                    icon="x"
                    kind=ButtonKind::Danger
                    shortcut="r"
                    careful=true
                    disabled=refusal
                    on_press=Callback::new(move |_| reject(Decision::Rejected))
                />
                {move || {
                    refusal
                        .get()
                        .map(|why| {
                            view! {
                                <span class="hint row">
                                    <Icon name="lock" small=true />
                                    {why}
                                </span>
                            }
                        })
                }}
            </footer>
        </article>
    }
}

/// The arguments, each a field.
fn fields_view(fields: &[FieldState]) -> impl IntoView + use<> {
    let rows = fields
        .iter()
        .cloned()
        .map(|FieldState { argument, id, text, error }| {
            let name = argument.name.clone();
            let describe = format!("{id}-d");
            let invalid = move || error.with(Option::is_some).then_some("true");
            let long = argument.long();
            let lines = argument.text.lines().count().clamp(2, 10);
            let judged = StoredValue::new(argument);
            let judge = move |event: leptos::ev::FocusEvent| {
                if left_for_button(&event) {
                    return;
                }
                // A card that goes takes the focus with it, and its signals are gone by then.
                let wrong = judged
                    .try_with_value(|argument| text.try_with_untracked(|text| argument.read(text).err()));
                if let Some(Some(wrong)) = wrong {
                    let _ = error.try_set(wrong);
                }
            };
            let control = if long {
                view! {
                    <textarea
                        class="in"
                        id=id.clone()
                        rows=lines
                        spellcheck="false"
                        prop:value=text
                        aria-invalid=invalid
                        aria-describedby=describe.clone()
                        on:input=move |event| text.set(event_target_value(&event))
                        on:blur=judge
                    >
                        {text.get_untracked()}
                    </textarea>
                }
                .into_any()
            } else {
                view! {
                    <input
                        class="in"
                        id=id.clone()
                        autocomplete="off"
                        spellcheck="false"
                        value=text.get_untracked()
                        prop:value=text
                        aria-invalid=invalid
                        aria-describedby=describe.clone()
                        on:input=move |event| text.set(event_target_value(&event))
                        on:blur=judge
                    />
                }
                .into_any()
            };
            view! {
                <label for=id>{name}</label>
                <div>{control} <div id=describe>{move || error.get().map(error_line)}</div></div>
            }
        })
        .collect_view();
    view! { <div class="kvf">{rows}</div> }
}

/// The arguments as JSON, or the id of the first field that is wrong; each wrong one says why.
fn judge(fields: StoredValue<Vec<FieldState>>) -> Result<String, String> {
    fields.with_value(|all| {
        let texts: Vec<String> = all.iter().map(|one| one.text.get_untracked()).collect();
        let arguments: Vec<Argument> = all.iter().map(|one| one.argument.clone()).collect();
        collect(&arguments, &texts).map_err(|wrong| {
            for (at, why) in &wrong {
                all[*at].error.set(Some(why.clone()));
            }
            wrong.first().map(|(at, _)| all[*at].id.clone()).unwrap_or_default()
        })
    })
}

/// Focuses a field once what is wrong with it is drawn.
fn focus(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        let id = format!("#{id}");
        request_animation_frame(move || {
            if let Some(element) = crate::app::browser::find(&id) {
                let _ = element.focus();
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// `Rejects itself in 4:12`: how long it waits and what happens then.
#[component]
fn Countdown(approval: ApprovalView) -> impl IntoView {
    let clock = use_clock();
    let ends = approval.query_ends_ms.filter(|ends| *ends < approval.deadline_ms);
    let at = ends.unwrap_or(approval.deadline_ms);
    let what = match (ends, approval.on_timeout) {
        (Some(_), _) => "The query times out in ",
        (None, OnTimeout::Reject) => "Rejects itself in ",
        (None, OnTimeout::Proceed) => "Goes ahead by itself in ",
    };
    view! {
        <time datetime=words::rfc3339(at) title=words::absolute(at)>
            {move || {
                let left = at - clock.now();
                if left > 0 { format!("{what}{}", words::elapsed(left + 999)) } else { "The time is up".to_owned() }
            }}
        </time>
    }
}
