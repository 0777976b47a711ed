//! The list of keys.

use leptos::prelude::*;

use crate::app::components::{Dialog, Switch};
use crate::app::keys::use_overlays;
use crate::app::prefs::use_prefs;

const KEYS: [(&[&str], &str); 19] = [
    (&["g", "h"], "Home"),
    (&["g", "q"], "Queries"),
    (&["g", "i"], "Approvals"),
    (&["g", "a"], "Agents"),
    (&["g", "t"], "Teams"),
    (&["g", "m"], "Models"),
    (&["g", "e"], "Evaluations"),
    (&["/"], "Search this list"),
    (&["⌘", "K"], "Search everything"),
    (&["j", "k"], "Next, previous row"),
    (&["x"], "Select row"),
    (&["↵"], "Open row"),
    (&["c"], "Create here"),
    (&["e"], "Edit"),
    (&["a", "r"], "Approve, reject: focus, then press"),
    (&["u"], "Undo last action"),
    (&["f"], "Follow live"),
    (&["⇧", "t"], "Switch theme"),
    (&["?"], "This list"),
];

/// The dialog that `?` opens.
#[component]
pub fn KeysDialog() -> impl IntoView {
    let overlays = use_overlays();
    let prefs = use_prefs();
    view! {
        <Dialog open=overlays.keys title="Keyboard" id="keys">
            <div class="pb g2 grid keys">
                {KEYS
                    .into_iter()
                    .map(|(keys, meaning)| {
                        view! {
                            <div class="row">
                                <span class="combo">
                                    {keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " }).collect_view()}
                                </span>
                                {meaning}
                            </div>
                        }
                    })
                    .collect_view()}
            </div>
            <footer>
                <Switch
                    label="Single letters are shortcuts"
                    on=prefs.letters
                    on_change=Callback::new(move |on| prefs.set_letters(on))
                />
            </footer>
        </Dialog>
    }
}
