//! A tool call in a turn: one row at full height from the start, its arguments and result on request.

use leptos::prelude::*;

use super::journal::{first_line, pretty};
use super::turn::ToolRow;
use crate::app::components::{Code, Icon};
use crate::app::words;

/// A tool call.
#[component]
pub fn ToolCall(
    /// The call.
    row: Signal<Option<ToolRow>>,
) -> impl IntoView {
    let read = move |part: fn(&ToolRow) -> String| row.with(|row| row.as_ref().map(part).unwrap_or_default());
    let state = move || {
        let (class, icon, word) = row.with(|row| match row {
            Some(ToolRow { is_error: true, .. }) => ("st s-failed", "octagon-x", "Error"),
            Some(ToolRow { result: Some(_), .. }) => ("st s-done", "circle-check", "Done"),
            Some(row) if row.waits() => ("st s-waiting", "hand", "Waiting for you"),
            _ => ("st s-running", "loader-circle", "Running"),
        });
        view! {
            <span class=class>
                <Icon name=icon />
                {word}
            </span>
        }
    };
    let took = move || row.with(|row| row.as_ref()?.duration_ms.map(words::duration));
    let size = move || row.with(|row| row.as_ref()?.result.as_ref().map(|text| format!("{} B", text.len())));
    view! {
        <details class="call">
            <summary>
                <Icon name="wrench" small=true />
                <span class="fn cut">{move || read(|row| row.name.clone())}</span>
                <span class="args cut">{move || read(|row| first_line(&row.arguments))}</span>
                <span class="row xs t3">{state} <span class="nowrap">{took}</span></span>
                <Icon name="chevron-right" small=true class="chev" />
            </summary>
            <div class="io">
                <div>
                    <p class="h">"Arguments"</p>
                    <Code
                        label="Arguments"
                        bare=true
                        text=Signal::derive(move || read(|row| pretty(&row.arguments)))
                    />
                </div>
                <div>
                    <p class="h">"Result" <span class="end">{size}</span></p>
                    <Code
                        label="Result"
                        bare=true
                        text=Signal::derive(move || read(|row| row.result.as_deref().map(pretty).unwrap_or_default()))
                    />
                </div>
            </div>
        </details>
    }
}
