//! The page of an evaluation: what was judged and how it went; of a batch its evaluations, of an experiment its times.

mod acts;
mod batch;
mod experiment;
mod groups;
mod results;
mod subject;
mod times;
mod trend;
mod weights;

use std::sync::Arc;

use leptos::prelude::*;

use self::acts::Acts;
use self::batch::Members;
use self::experiment::Times;
use self::groups::Groups;
use self::results::{Results, Verdict};
use self::subject::Subject;
use self::times::BatchTimes;
pub use self::trend::Trend;
use self::weights::Weights;
use super::object::{Conditions, Labels, ObjectLoader, ObjectState, TabContent, TabbedObject, UsedBy};
use crate::app::components::Tab;
use crate::app::parts;
use crate::views::ObjectKey;
use crate::views::detail::{Detail, Specific};
use crate::views::evaluation::EvaluationView;

/// The page of an evaluation.
#[component]
pub fn EvaluationPage(
    /// The evaluation.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(|state: ObjectState| view! { <Evaluation state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

/// What came of it; nothing for an object that cannot be read.
fn view_of(detail: &Detail) -> EvaluationView {
    match &detail.specific {
        Specific::Evaluation(view) => view.clone(),
        _ => EvaluationView::default(),
    }
}

#[component]
fn Evaluation(state: ObjectState) -> impl IntoView {
    let tabs = vec![Tab::new("edit", "Edit", "pencil")];
    let content: TabContent = Arc::new(move |tab| match tab {
        "edit" => parts::edit(state),
        _ => view! { <Overview state=state /> }.into_any(),
    });
    view! {
        <TabbedObject state=state tabs=tabs content=content>
            <Acts state=state />
        </TabbedObject>
    }
}

#[component]
fn Overview(state: ObjectState) -> impl IntoView {
    let view = state.part(view_of);
    let type_ = Memo::new(move |_| view.with(|view| view.form.type_.clone()));
    let main = move || match type_.get().as_str() {
        "experiment" => view! { <Times state=state view=view /> }.into_any(),
        "batch" => view! {
            <Members view=view />
            <BatchTimes view=view />
        }
        .into_any(),
        _ => view! {
            <Subject view=view />
            <Results view=view />
            <Groups view=view />
            <Weights view=view />
        }
        .into_any(),
    };
    view! {
        <div class="split stackable">
            <div class="stack stack-4">{main}</div>
            <div class="stack stack-4">
                <Verdict state=state view=view />
                <Conditions state=state />
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}
