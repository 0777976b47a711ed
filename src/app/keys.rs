//! The keyboard (interface.md, "Keyboard"): one listener for the page.
//!
//! A page needs no code for most keys: `data-key="c"` on a button, a link or a field makes the letter press, follow or
//! focus it ([`Button`](super::components::Button) and others take `shortcut`). Letters are off in fields and while a
//! dialog is open, and can be switched off altogether.

use leptos::prelude::*;

use super::address;
use crate::resources::kind::Kind;

/// Where `g` and a second letter lead.
pub const PLACES: [(&str, Destination); 7] = [
    ("h", Destination::Home),
    ("q", Destination::List(Kind::Query)),
    ("i", Destination::Approvals),
    ("a", Destination::List(Kind::Agent)),
    ("t", Destination::List(Kind::Team)),
    ("m", Destination::List(Kind::Model)),
    ("e", Destination::List(Kind::Evaluation)),
];

/// A page that is reached from everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Home.
    Home,
    /// What waits for a person.
    Approvals,
    /// The list of a kind.
    List(Kind),
}

impl Destination {
    /// Its name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Approvals => "Approvals",
            Self::List(kind) => kind.title(),
        }
    }

    /// Its address in a namespace, or in all.
    pub fn href(self, namespace: Option<&str>) -> String {
        match self {
            Self::Home => address::home(namespace),
            Self::Approvals => address::APPROVALS.to_owned(),
            Self::List(kind) => address::list(namespace, kind),
        }
    }
}

/// What is over the page.
#[derive(Clone, Copy)]
pub struct Overlays {
    /// Search and commands.
    pub palette: RwSignal<bool>,
    /// The list of keys.
    pub keys: RwSignal<bool>,
    /// The navigation, where it is a drawer.
    pub drawer: RwSignal<bool>,
}

/// Creates the overlays of the application, all closed.
pub fn provide_overlays() -> Overlays {
    let overlays =
        Overlays { palette: RwSignal::new(false), keys: RwSignal::new(false), drawer: RwSignal::new(false) };
    provide_context(overlays);
    overlays
}

/// The overlays of the application.
pub fn use_overlays() -> Overlays {
    use_context::<Overlays>().unwrap_or_else(provide_overlays)
}

/// Listens for the life of the calling component; must be inside the router.
pub fn listen() {
    #[cfg(feature = "hydrate")]
    browser::listen();
}

/// Whether a letter typed now is a shortcut; components with keys of their own ask this.
#[cfg(feature = "hydrate")]
pub fn is_shortcut(event: &web_sys::KeyboardEvent) -> bool {
    let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !event.default_prevented();
    plain
        && super::prefs::use_prefs().letters.get_untracked()
        && !super::browser::in_field(event.target())
        && super::browser::find("dialog[open]").is_none()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use leptos_router::hooks::{use_location, use_navigate};

    use super::{PLACES, use_overlays};
    use crate::app::address;
    use crate::app::browser::find;
    use crate::app::guard::use_guard;
    use crate::app::prefs::use_prefs;
    use crate::app::toasts::use_toasts;

    /// The second letter after `g` must come within this.
    const CHORD_MS: f64 = 1_500.0;

    pub fn listen() {
        let overlays = use_overlays();
        let prefs = use_prefs();
        let toasts = use_toasts();
        let guard = use_guard();
        let navigate = use_navigate();
        let path = use_location().pathname;
        let chord = StoredValue::new(None::<f64>);
        let owner = Owner::current();
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            let key = event.key();
            if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
                event.prevent_default();
                overlays.palette.update(|open| *open = !*open);
                return;
            }
            let shortcut = owner.as_ref().is_some_and(|owner| owner.with(|| super::is_shortcut(&event)));
            if !shortcut {
                return;
            }
            let now = js_sys::Date::now();
            let chorded =
                chord.try_update_value(Option::take).flatten().is_some_and(|at| now - at < CHORD_MS);
            if chorded {
                if let Some((_, place)) = PLACES.into_iter().find(|(letter, _)| *letter == key) {
                    let place = place.href(address::namespace_of(&path.get_untracked()).as_deref());
                    event.prevent_default();
                    if guard.may_leave() {
                        navigate(&place, leptos_router::NavigateOptions::default());
                    }
                }
                return;
            }
            match key.as_str() {
                "g" => chord.set_value(Some(now)),
                "?" => overlays.keys.set(true),
                "T" => prefs.switch_theme(),
                "u" => {
                    toasts.undo_last();
                }
                _ => press(&event, &key),
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Presses, follows or focuses what carries the key.
    fn press(event: &web_sys::KeyboardEvent, key: &str) {
        if key.len() != 1 || key == "\"" || key == "\\" {
            return;
        }
        let Some(element) = find(&format!("[data-key=\"{key}\"]")) else { return };
        event.prevent_default();
        let focused = document().active_element().is_some_and(|active| active == *element);
        if element.tag_name() == "INPUT" || (element.has_attribute("data-careful") && !focused) {
            let _ = element.focus();
        } else {
            element.click();
        }
    }
}
