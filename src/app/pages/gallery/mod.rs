//! `/components`: every component in each of its states. Debug builds only.

mod charts;
mod controls;
mod marks;
mod surfaces;

use leptos::prelude::*;

/// The page.
#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"Components"</h1>
                    <p class="sub">
                        "Every part in every state, built from the tokens. Switch theme and wall size to see them move together."
                    </p>
                </div>
            </div>
            <div class="grid g2">
                <marks::Statuses />
                <marks::Identities />
                <marks::Times />
                <charts::Bars />
                <controls::Buttons />
                <controls::Fields />
                <controls::Filters />
                <controls::Overlays />
                <surfaces::Banners />
                <surfaces::Problems />
                <surfaces::Empty />
                <surfaces::Loading />
                <surfaces::Texts />
                <surfaces::Rows />
            </div>
        </div>
    }
}

/// A section of the page.
#[component]
fn Section(title: &'static str, #[prop(optional)] note: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="sect">
            <div class="row wrap">
                <h2>{title}</h2>
                <span class="xs t3">{note}</span>
            </div>
            <div class="panel">
                <div class="pb stack">{children()}</div>
            </div>
        </section>
    }
}
