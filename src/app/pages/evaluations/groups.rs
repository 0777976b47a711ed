//! How the examples of a baseline did by category and by difficulty.

use leptos::prelude::*;

use crate::app::components::{GroupBars, Panel};
use crate::views::evaluation::EvaluationView;
use crate::views::groups::GroupsView;

/// A panel for each kind of groups.
#[component]
pub fn Groups(
    /// What came of the evaluation.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let all = Memo::new(move |_| view.with(|view| view.groups.clone()));
    move || all.get().into_iter().map(panel).collect_view()
}

fn panel(kind: GroupsView) -> impl IntoView {
    let title = format!("By {}", kind.by.to_lowercase());
    view! {
        <Panel title=title note="mean score, passed of all">
            <GroupBars by=kind.by groups=kind.groups />
        </Panel>
    }
}
