//! The polite region: what is said to who hears the page.

/// Says something without showing it.
pub fn say(text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(said) = super::browser::find("#said") {
        said.set_inner_text(text);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = text;
}
