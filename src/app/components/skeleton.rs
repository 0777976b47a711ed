//! The shape of what loads. It appears after 150 ms only (by CSS), so that fast answers do not flicker.

use leptos::prelude::*;

/// Lines in the shape of text.
#[component]
pub fn Skeleton(
    /// What loads, as `Loading agents`.
    #[prop(into)]
    label: String,
    /// Lines.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    view! {
        <div class="late" aria-busy="true">
            <p class="vh" role="status">
                {label}
            </p>
            <div class="pb stack" aria-hidden="true">
                {(0..lines).map(|at| view! { <span class=width(at)></span> }).collect_view()}
            </div>
        </div>
    }
}

/// Rows in the shape of a list.
#[component]
pub fn TableSkeleton(
    /// What loads, as `Loading agents`.
    #[prop(into)]
    label: String,
    /// Rows.
    #[prop(default = 8)]
    rows: usize,
) -> impl IntoView {
    view! {
        <div class="late" aria-busy="true">
            <p class="vh" role="status">
                {label}
            </p>
            <table aria-hidden="true">
                <tbody>
                    {(0..rows)
                        .map(|at| {
                            view! {
                                <tr>
                                    <td>
                                        <span class="row">
                                            <span class="skel sq"></span>
                                            <span class=width(at)></span>
                                        </span>
                                    </td>
                                    <td>
                                        <span class="skel w16"></span>
                                    </td>
                                    <td class="hide-s">
                                        <span class="skel w24"></span>
                                    </td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

const fn width(at: usize) -> &'static str {
    match at % 3 {
        0 => "skel w28",
        1 => "skel w34",
        _ => "skel w40",
    }
}
