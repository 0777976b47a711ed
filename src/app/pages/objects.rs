//! The list of any kind.

use leptos::prelude::*;

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
    let list = ListStore::new(use_list_address(kind, namespace));
    view! { <ListView list=list /> }
}
