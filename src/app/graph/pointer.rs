//! Pointers over the picture of a graph.

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use leptos::svg;

/// Where an event is, in the picture's own units.
pub(super) fn point(
    element: NodeRef<svg::Svg>,
    event: &PointerEvent,
    size: (f64, f64),
) -> Option<(f64, f64)> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let node = element.get_untracked()?;
        let element: &web_sys::Element = node.dyn_ref()?;
        let frame = element.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - frame.left()) * size.0 / frame.width();
        let y = (f64::from(event.client_y()) - frame.top()) * size.1 / frame.height();
        Some((x, y))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (element, event, size);
        None
    }
}

/// Lets go of a pointer that holds on to what it touched first.
pub(super) fn release(event: &PointerEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            let _ = element.release_pointer_capture(event.pointer_id());
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}
