//! Which rows are in the document: all up to a window; of a longer list the visible ones and ten around them.

use std::ops::Range;

use leptos::html;
use leptos::prelude::*;

use crate::views::row::WINDOW;

/// Rows kept in the document above and below the visible ones.
#[cfg(feature = "hydrate")]
const AROUND: usize = 10;
/// The next window is fetched when fewer rows than this lie below.
#[cfg(feature = "hydrate")]
const AHEAD: usize = 40;

/// What of a list is in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Rows in the document.
    pub rows: Range<usize>,
    /// Height of the rows above, in pixels.
    pub above: usize,
    /// Height of the rows below, in pixels.
    pub below: usize,
}

/// Follows the scrolling of the page. `more` is called when the end of the loaded rows comes near.
pub fn follow(table: NodeRef<html::Tbody>, count: Memo<usize>, more: impl Fn() + 'static) -> Memo<Shown> {
    // First visible row, visible rows, height of a row.
    let view = RwSignal::new((0_usize, 0_usize, 0_usize));
    #[cfg(feature = "hydrate")]
    {
        let asked = StoredValue::new(false);
        let more = StoredValue::new_local(more);
        let look = move || {
            asked.set_value(false);
            let Some(body) = table.get_untracked() else { return };
            let Some(seen) = measure(&body) else { return };
            view.set(seen);
            if seen.0 + seen.1 + AHEAD >= count.get_untracked() {
                more.with_value(|more| more());
            }
        };
        let handle = window_event_listener(leptos::ev::scroll, move |_| {
            if !asked.try_update_value(|asked| std::mem::replace(asked, true)).unwrap_or(true) {
                request_animation_frame(look);
            }
        });
        on_cleanup(move || handle.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (table, more);
    Memo::new(move |_| {
        let count = count.get();
        let (first, visible, height) = view.get();
        if count <= WINDOW || height == 0 {
            return Shown {
                rows: 0..count.min(WINDOW),
                above: 0,
                below: count.saturating_sub(WINDOW) * height,
            };
        }
        #[cfg(feature = "hydrate")]
        let around = AROUND;
        #[cfg(not(feature = "hydrate"))]
        let around = 0;
        let start = first.saturating_sub(around).min(count);
        let end = (first + visible + around).min(count);
        Shown { rows: start..end, above: start * height, below: (count - end) * height }
    })
}

#[cfg(feature = "hydrate")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels, cut at 0")]
fn measure(body: &web_sys::HtmlElement) -> Option<(usize, usize, usize)> {
    use wasm_bindgen::JsCast;
    let row: web_sys::HtmlElement = body.query_selector("tr[data-uid]").ok()??.dyn_into().ok()?;
    let height = row.offset_height().max(1);
    let top = (-body.get_bounding_client_rect().top()).max(0.0);
    let screen = window().inner_height().ok()?.as_f64()?;
    let first = (top / f64::from(height)) as usize;
    let visible = (screen / f64::from(height)) as usize + 1;
    Some((first, visible, usize::try_from(height).ok()?))
}
