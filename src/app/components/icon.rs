//! Icons: Lucide shapes from the sprite that the document carries at its end.

use leptos::prelude::*;

use crate::resources::kind::Kind;

/// An icon by its Lucide name. It is decoration: the words beside it, or the label of the button, say what it means.
/// Its shape must be in `src/app/sprite.svg`; a test looks.
#[component]
pub fn Icon(
    /// Lucide name, as `plus`; may change while shown.
    #[prop(into)]
    name: Signal<&'static str>,
    /// 14 px instead of 16 px.
    #[prop(optional)]
    small: bool,
    /// Further classes, as `chev`.
    #[prop(optional, into)]
    class: &'static str,
) -> impl IntoView {
    let size = if small { "i i-s" } else { "i" };
    let class = if class.is_empty() { size.to_owned() } else { format!("{size} {class}") };
    view! {
        <svg class=class aria-hidden="true">
            <use_ href=move || format!("#i-{}", name.get())></use_>
        </svg>
    }
}

/// The icon of a kind.
pub const fn kind_icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => "bot",
        Kind::Team => "users",
        Kind::Model => "cpu",
        Kind::Query => "play",
        Kind::Tool => "wrench",
        Kind::McpServer => "plug",
        Kind::Memory => "archive",
        Kind::Evaluator => "scale",
        Kind::Evaluation => "gauge",
        Kind::A2ATask => "route",
        Kind::ArkConfig => "sliders-horizontal",
        Kind::A2AServer => "satellite-dish",
        Kind::ExecutionEngine => "plug-zap",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_shape_in_the_sprite() {
        let sprite = include_str!("../sprite.svg");
        for kind in Kind::ALL {
            assert!(sprite.contains(&format!("id=\"i-{}\"", kind_icon(kind))), "{kind:?}");
        }
    }
}
