//! An address that leads nowhere.

use leptos::prelude::*;

use crate::app::components::{EmptyState, LinkButton};

/// Says that the address leads nowhere, with status 404 on the server.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <div class="page">
            <EmptyState title="There is no such page" text="The address is wrong, or what it named is gone.">
                <LinkButton label="Go home" href="/" icon="house" />
            </EmptyState>
        </div>
    }
}
