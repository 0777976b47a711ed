//! The call that is shown, why it asks, and what was answered lately.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::app::address;
use crate::app::approvals::{ApprovalCard, Record, RecordLine, use_answers};
use crate::app::components::{ObjectLink, Panel, StatusMark};
use crate::app::words;
use crate::resources::approval::OnTimeout;
use crate::views::ObjectKey;
use crate::views::approval::{Alike, ApprovalView, InboxItem, InboxView};

/// The call that is shown: its card while it waits, then how it was answered.
#[component]
pub fn Chosen(
    /// What is known.
    view: RwSignal<InboxView>,
    /// Which one.
    chosen: Memo<Option<ObjectKey>>,
    /// The namespace that is looked at.
    within: Memo<Option<String>>,
) -> impl IntoView {
    let answers = use_answers();
    let approval = Memo::new(move |_| {
        let key = chosen.get()?;
        view.with(|view| {
            let waiting = view.waiting.iter().map(|item| &item.approval);
            waiting.chain(&view.answered).find(|one| one.key == key).cloned()
        })
    });
    let given = Memo::new(move |_| chosen.get().and_then(|key| answers.given(&key)));
    // What was answered stays in view: without an address of its own it would give way to the next call.
    let (query, navigate) = (use_query_map(), use_navigate());
    Effect::new(move |_| {
        let unnamed = query.with_untracked(|map| map.get("item")).is_none();
        if let (Some(_), Some(key), true) = (given.get(), chosen.get_untracked(), unnamed) {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            let place = within.with_untracked(|within| address::approval_within(within.as_deref(), &key));
            navigate(&place, options);
        }
    });
    let context = Memo::new(move |_| {
        let key = chosen.get()?;
        view.with(|view| view.waiting.iter().find(|item| item.approval.key == key).cloned())
    });
    let card = move || {
        let Some(approval) = approval.get() else {
            return view! { <p class="t2">"This call waits no more, and its answer is kept no longer."</p> }
                .into_any();
        };
        let record = match (&approval.answer, given.get()) {
            (Some(answer), _) => Some(Record::of_answer(answer)),
            (None, Some(given)) => Some(Record::of_given(given)),
            (None, None) => None,
        };
        match record {
            None => view! { <ApprovalCard approval=approval /> }.into_any(),
            Some(record) => view! {
                <section class="panel" aria-label="Answer">
                    <header>
                        <h2>
                            <span class="mono">{approval.tool.clone()}</span>
                        </h2>
                        <a class="end" href=address::object(&approval.query)>
                            {format!("Open run {}", approval.query.name)}
                        </a>
                    </header>
                    <div class="pb">
                        <RecordLine record=record />
                    </div>
                </section>
            }
            .into_any(),
        }
    };
    view! {
        {card}
        {move || context.get().filter(|_| given.get().is_none()).map(|item| view! { <Why item=item /> })}
    }
}

/// What helps to decide.
#[component]
fn Why(item: InboxItem) -> impl IntoView {
    let InboxItem { approval, question, effect, tool, alike } = item;
    let ApprovalView { query, deadline_ms, on_timeout, query_ends_ms, .. } = approval.clone();
    let nobody = match (query_ends_ms.filter(|ends| *ends < deadline_ms), on_timeout) {
        (Some(ends), _) => format!("The query times out at {} without the call", words::absolute(ends)),
        (None, OnTimeout::Reject) => {
            format!("Rejected at {}, and the run goes on without it", words::absolute(deadline_ms))
        }
        (None, OnTimeout::Proceed) => format!("Made at {} all the same", words::absolute(deadline_ms)),
    };
    let fact = |title: &'static str, value: AnyView| {
        view! {
            <dt>{title}</dt>
            <dd>{value}</dd>
        }
    };
    view! {
        <section class="panel" aria-labelledby="h-why">
            <header>
                <h2 id="h-why">"Why it asks"</h2>
                <a class="end" href=address::object(&query)>
                    {format!("Open run {}", query.name)}
                </a>
            </header>
            <dl class="kv pb">
                {(!question.is_empty()).then(|| fact("Question", question.into_any()))}
                {fact("Rule", approval.why.into_any())}
                {tool.map(|tool| fact("Tool", view! { <ObjectLink object=tool /> }.into_any()))}
                {approval.agent.map(|agent| fact("Agent", view! { <ObjectLink object=agent /> }.into_any()))}
                {effect.map(|effect| fact("Effect", effect.into_any()))}
                {alike_words(alike).map(|words| fact("Like this", words.into_any()))}
                {fact("If nobody answers", nobody.into_any())}
            </dl>
        </section>
    }
}

/// `41 answered: 38 approved, 2 of them with changes, 1 rejected`.
fn alike_words(alike: Alike) -> Option<String> {
    let Alike { approved, changed, rejected, ran_out } = alike;
    let all = approved + rejected + ran_out;
    let mut parts = Vec::new();
    if approved > 0 {
        let with = if changed > 0 { format!(", {changed} of them with changes") } else { String::new() };
        parts.push(format!("{approved} approved{with}"));
    }
    if rejected > 0 {
        parts.push(format!("{rejected} rejected"));
    }
    if ran_out > 0 {
        parts.push(format!("{ran_out} ran out"));
    }
    (all > 0).then(|| format!("{all} before: {}", parts.join(", ")))
}

/// What was answered lately.
#[component]
pub fn Answered(
    /// Newest first.
    answered: Memo<Vec<ApprovalView>>,
) -> impl IntoView {
    let rows = move || answered.get().into_iter().map(|one| answered_row(&one)).collect_view();
    view! {
        <div hidden=move || answered.with(Vec::is_empty)>
            <Panel title="Answered lately">
                <div class="tw" tabindex="0" role="region" aria-label="Answered lately">
                    <table class="rows two">
                        <thead>
                            <tr>
                                <th scope="col">"Asked"</th>
                                <th scope="col">"Answer"</th>
                                <th scope="col">"By"</th>
                                <th scope="col">"Reason"</th>
                                <th scope="col" class="num">
                                    "After"
                                </th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Panel>
        </div>
    }
}

fn answered_row(one: &ApprovalView) -> impl IntoView + use<> {
    let answer = one.answer.clone();
    let status = answer.as_ref().map(|answer| answer.status.clone());
    let by = answer.as_ref().map(|answer| answer.by.clone()).filter(|by| !by.is_empty());
    let reason = answer.as_ref().map(|answer| answer.reason.clone()).unwrap_or_default();
    let after = answer.map(|answer| words::duration(answer.at_ms - one.asked_ms));
    view! {
        <tr>
            <td class="l1">
                <a class="name mono xs nowrap" href=address::object(&one.query)>
                    {one.tool.clone()}
                </a>
            </td>
            <td class="l1e">{status.map(|status| view! { <StatusMark status=status /> })}</td>
            <td class="l2 nowrap">{by.unwrap_or_else(|| "nobody".to_owned())}</td>
            <td class="off t2">
                <span class="cut block max-w-56">{reason}</span>
            </td>
            <td class="l2e num t2 nowrap">{after}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_answers_are_counted_in_words() {
        let alike = Alike { approved: 38, changed: 2, rejected: 1, ran_out: 0 };
        assert_eq!(
            alike_words(alike).as_deref(),
            Some("39 before: 38 approved, 2 of them with changes, 1 rejected")
        );
        assert_eq!(alike_words(Alike::default()), None);
    }
}
