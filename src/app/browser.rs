//! What only a browser can do, with errors that nobody could act on left aside. Compiled for the browser only.

use wasm_bindgen::{JsCast, JsValue};

/// Reads a remembered preference.
pub fn recall(key: &str) -> Option<String> {
    leptos::prelude::window().local_storage().ok()??.get_item(key).ok()?
}

/// Remembers a preference; `None` forgets it. Private windows may refuse: then it lasts as long as the page.
pub fn remember(key: &str, value: Option<&str>) {
    let Ok(Some(storage)) = leptos::prelude::window().local_storage() else { return };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

/// Sets or removes an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    let Some(root) = leptos::prelude::document().document_element() else { return };
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// Sends a JSON body in a way that outlives the page.
pub fn send_beacon(address: &str, body: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(body));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    if let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) {
        let _ = leptos::prelude::window().navigator().send_beacon_with_opt_blob(address, Some(&blob));
    }
}

/// The first element that matches, as an HTML element.
pub fn find(selector: &str) -> Option<web_sys::HtmlElement> {
    leptos::prelude::document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Whether letters typed now belong to a field.
pub fn in_field(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    element
        .closest(
            "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], yaml-editor",
        )
        .is_ok_and(|found| found.is_some())
}

/// Hours and minutes, or with seconds, of a moment in the reader's own time zone.
pub fn clock_time(at_ms: i64, seconds: bool) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are far below 2^53")]
    let date = js_sys::Date::new(&JsValue::from_f64(at_ms as f64));
    if seconds {
        format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
    } else {
        format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
    }
}
