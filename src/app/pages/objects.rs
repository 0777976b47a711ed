//! The list of any kind.

use leptos::prelude::*;

use crate::app::address;
use crate::app::components::LinkButton;
use crate::app::lists::{ListStore, ListView, use_list_address};
use crate::resources::kind::Kind;

/// The list of a kind, in a namespace or in all.
#[component]
pub fn ObjectsPage(
    /// Kind.
    kind: Kind,
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let by_hand = namespace
        .as_deref()
        .filter(|_| kind == Kind::Evaluation)
        .map(|namespace| address::annotate(namespace, "", 0));
    let list = ListStore::new(use_list_address(kind, namespace));
    match by_hand {
        Some(href) => view! {
            <ListView list=list>
                <LinkButton label="Judge by hand" href=href icon="hand" />
            </ListView>
        }
        .into_any(),
        None => view! { <ListView list=list /> }.into_any(),
    }
}
