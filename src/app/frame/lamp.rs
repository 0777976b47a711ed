//! The lamp: whether what one sees is live.

use leptos::prelude::*;

use crate::app::components::{Banner, Button, Tone};
use crate::app::live::{Lamp, banner_text, use_live_connection};

/// The lamp in the bar.
#[component]
pub fn LampMark() -> impl IntoView {
    let live = use_live_connection();
    let lit = move || live.lamp() == Lamp::Live;
    view! {
        <span class="live" class:lost=move || !lit()>
            <span class="lamp"></span>
            <span class="lbl">{move || if lit() { "Live" } else { "Reconnecting" }}</span>
            <span class="vh">" connection"</span>
        </span>
    }
}

/// Says that what is shown is old, once it is.
#[component]
pub fn LostBanner() -> impl IntoView {
    let live = use_live_connection();
    let lost = Memo::new(move |_| live.lamp() == Lamp::Lost);
    move || {
        lost.get().then(|| {
            let text = Signal::derive(move || banner_text(live));
            view! {
                <div class="over" role="status">
                    <Banner tone=Tone::Stale lead="Not live." text=text>
                        <Button label="Try now" small=true on_press=Callback::new(move |_| live.try_now()) />
                    </Banner>
                </div>
            }
        })
    }
}
