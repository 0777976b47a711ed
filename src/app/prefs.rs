//! What the reader prefers: theme, wall size, whether letters are shortcuts. Kept by the browser.
//!
//! Theme and size are attributes of `<html>`, set before the first paint by the script in
//! [`document`](super::document); here they are read after hydration and changed.

use leptos::prelude::*;

/// Colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme, as the switch shows them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Word in storage and in the attribute.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Name of its button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System theme",
            Self::Light => "Light theme",
            Self::Dark => "Dark theme",
        }
    }

    /// Icon of its button.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::System => "monitor",
            Self::Light => "sun",
            Self::Dark => "moon",
        }
    }
}

/// The preferences.
#[derive(Clone, Copy)]
pub struct Prefs {
    /// Theme.
    pub theme: RwSignal<Theme>,
    /// Everything a quarter larger, for a projector.
    pub wall: RwSignal<bool>,
    /// Single letters are shortcuts.
    pub letters: RwSignal<bool>,
}

impl Prefs {
    /// Chooses a theme and remembers it.
    pub fn set_theme(self, theme: Theme) {
        self.theme.set(theme);
        #[cfg(feature = "hydrate")]
        {
            use super::browser::{remember, set_root_attribute};
            let named = (theme != Theme::System).then(|| theme.slug());
            set_root_attribute("data-theme", named);
            remember("theme", named);
        }
    }

    /// The next theme: light and dark in turn.
    pub fn switch_theme(self) {
        let next = if self.theme.get_untracked() == Theme::Dark { Theme::Light } else { Theme::Dark };
        self.set_theme(next);
    }

    /// Switches the wall size.
    pub fn set_wall(self, on: bool) {
        self.wall.set(on);
        #[cfg(feature = "hydrate")]
        {
            use super::browser::{remember, set_root_attribute};
            set_root_attribute("data-scale", on.then_some("wall"));
            remember("scale", on.then_some("wall"));
        }
    }

    /// Switches single letters as shortcuts.
    pub fn set_letters(self, on: bool) {
        self.letters.set(on);
        #[cfg(feature = "hydrate")]
        super::browser::remember("letters", (!on).then_some("off"));
    }
}

/// Creates the preferences for the application.
pub fn provide_prefs() -> Prefs {
    let prefs = Prefs {
        theme: RwSignal::new(Theme::System),
        wall: RwSignal::new(false),
        letters: RwSignal::new(true),
    };
    provide_context(prefs);
    // After hydration only: the server does not know them, and the first render must be the server's.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let root = document().document_element();
        let attribute = |name: &str| root.as_ref().and_then(|root| root.get_attribute(name));
        let named = attribute("data-theme");
        if let Some(theme) = Theme::ALL.into_iter().find(|theme| named.as_deref() == Some(theme.slug())) {
            prefs.theme.set(theme);
        }
        prefs.wall.set(attribute("data-scale").as_deref() == Some("wall"));
        prefs.letters.set(super::browser::recall("letters").as_deref() != Some("off"));
    });
    prefs
}

/// The preferences of the application.
pub fn use_prefs() -> Prefs {
    use_context::<Prefs>().unwrap_or_else(provide_prefs)
}
