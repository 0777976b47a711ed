//! How a call that waited was answered, in one line.

use leptos::prelude::*;

use super::Given;
use crate::app::components::{Ago, StatusMark};
use crate::resources::approval::Decision;
use crate::views::approval::AnswerView;
use crate::views::row::{State, Status};

/// An answer in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `Approved`, `Rejected`…
    pub status: Status,
    /// Who; empty when nobody did.
    pub by: String,
    /// What they said.
    pub reason: String,
    /// When, where that is known.
    pub at_ms: Option<i64>,
}

impl Record {
    /// An answer that was given here and is on its way.
    pub fn of_given(given: Given) -> Self {
        let (state, word) = match (given.decision, given.changed) {
            (Decision::Approved, false) => (State::Done, "Approved"),
            (Decision::Approved, true) => (State::Done, "Approved with changes"),
            (Decision::Rejected, _) => (State::Failed, "Rejected"),
        };
        let status = Status { state, word: word.to_owned(), reason: None };
        Self { status, by: "you, just now".to_owned(), reason: String::new(), at_ms: None }
    }

    /// An answer as the server tells it.
    pub fn of_answer(answer: &AnswerView) -> Self {
        Self {
            status: answer.status.clone(),
            by: answer.by.clone(),
            reason: answer.reason.clone(),
            at_ms: Some(answer.at_ms),
        }
    }
}

/// An answer in one line.
#[component]
pub fn RecordLine(
    /// The answer.
    record: Record,
) -> impl IntoView {
    let Record { status, by, reason, at_ms } = record;
    view! {
        <p class="row wrap t2 appr-record" tabindex="-1">
            <StatusMark status=status />
            " "
            {(!by.is_empty()).then(|| view! { <span>"by " <b>{by}</b></span> })}
            " "
            {at_ms
                .map(|at| {
                    view! {
                        <span class="t3 xs">
                            <Ago at=at />
                        </span>
                    }
                })}
            " "
            {(!reason.is_empty()).then(|| view! { <span class="full">"“" {reason} "”"</span> })}
        </p>
    }
}
