//! How the items of each tag did, beside the baseline.

use leptos::prelude::*;

use super::store::ExperimentStore;
use crate::app::components::GroupBars;

/// The picture.
#[component]
pub fn Tagged(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let groups = experiment.part(|view| (view.groups.clone(), view.tags.len()));
    move || {
        let (groups, tags) = groups.get();
        if groups.is_empty() {
            return view! { <p class="pb t2">"No item with a tag has ended yet."</p> }.into_any();
        }
        let cut = (tags > groups.len())
            .then(|| format!("{} of {tags} tags: those with the most items that have ended.", groups.len()));
        view! {
            <GroupBars by="Tag" groups=groups />
            {cut.map(|text| view! { <p class="pb xs t3">{text}</p> })}
        }
        .into_any()
    }
}
