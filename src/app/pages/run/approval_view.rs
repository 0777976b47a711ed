//! A call that waits for a person, where it happens: the card, then how it was answered.

use leptos::prelude::*;

use super::journal::goes_on;
use super::store::RunStore;
use super::turn::{Approval, Decided, ToolRow};
use crate::app::approvals::{ApprovalCard, Record, RecordLine, use_answers};
use crate::views::approval::ApprovalView;
use crate::views::row::{State, Status};

/// The wait for a person before a tool call; nothing where there was none.
#[component]
pub fn CallApproval(
    /// The run.
    run: RunStore,
    /// The call.
    row: Signal<Option<ToolRow>>,
) -> impl IntoView {
    let answers = use_answers();
    let (query, ends) = run.peek(|run| (run.key.clone(), run.created_ms + run.timeout_ms));
    // The card keeps what was typed while the rest of the run moves: it is drawn anew only for another question.
    let asked = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| question(row, &query, ends))).filter(|(_, waits)| *waits)
    });
    let record = Memo::new(move |_| {
        row.with(|row| {
            let approval = row.as_ref()?.approval.as_ref()?;
            match &approval.decided {
                Some(decided) => Some(record(decided)),
                None if approval.dropped => Some(dropped()),
                None => answers.given(&approval.task).map(Record::of_given),
            }
        })
    });
    move || match (record.get(), asked.get()) {
        (Some(record), _) => view! { <RecordLine record=record /> }.into_any(),
        (None, Some((approval, _))) => view! { <ApprovalCard approval=approval /> }.into_any(),
        (None, None) => ().into_any(),
    }
}

/// What is asked, and whether it still is.
fn question(
    row: &ToolRow,
    query: &crate::views::ObjectKey,
    query_ends_ms: i64,
) -> Option<(ApprovalView, bool)> {
    let Approval { task, agent, why, asked_ms, deadline_ms, on_timeout, .. } = row.approval.clone()?;
    let view = ApprovalView {
        key: task,
        query: query.clone(),
        agent,
        tool: row.name.clone(),
        arguments: row.arguments.clone(),
        why,
        asked_ms,
        deadline_ms,
        on_timeout,
        query_ends_ms: Some(query_ends_ms),
        answer: None,
    };
    Some((view, row.waits()))
}

fn record(decided: &Decided) -> Record {
    let (state, word) = match decided.outcome.as_str() {
        "approved" if decided.arguments.is_some() => (State::Done, "Approved with changes"),
        "approved" => (State::Done, "Approved"),
        "rejected" => (State::Failed, "Rejected"),
        outcome if goes_on(outcome) => (State::Canceled, "Ran out, and the call was made"),
        _ => (State::Canceled, "Ran out, and the call was refused"),
    };
    Record {
        status: Status { state, word: word.to_owned(), reason: None },
        by: decided.by.clone(),
        reason: decided.reason.clone(),
        at_ms: Some(decided.at_ms),
    }
}

fn dropped() -> Record {
    let word = "Not answered before the run ended".to_owned();
    let status = Status { state: State::Canceled, word, reason: None };
    Record { status, by: String::new(), reason: String::new(), at_ms: None }
}
