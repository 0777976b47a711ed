//! Fields that are texts, written down once: their signals, how they are filled, and how they are read back.

/// A handle of signals for the texts of a form: `texts! { pub struct NameTexts of NameForm { name, city: address.city } }`
/// with `new`, `set` (shows another state) and `write` (into a form; tracked).
macro_rules! texts {
    ($(#[$meta:meta])* pub struct $fields:ident of $form:ident { $($name:ident: $($path:ident).+),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $fields {
            $(pub(super) $name: leptos::prelude::RwSignal<String>),+
        }

        impl $fields {
            /// The texts of a form.
            pub fn new(form: &$form) -> Self {
                Self { $($name: leptos::prelude::RwSignal::new(form.$($path).+.clone())),+ }
            }

            /// Shows those of another.
            #[allow(dead_code, reason = "rows are made anew instead")]
            pub fn set(self, form: &$form) {
                use leptos::prelude::Set;
                $(self.$name.set(form.$($path).+.clone());)+
            }

            /// Writes them into a form; tracked.
            pub fn write(self, form: &mut $form) {
                use leptos::prelude::Get;
                $(form.$($path).+ = self.$name.get();)+
            }
        }
    };
}

pub(crate) use texts;
