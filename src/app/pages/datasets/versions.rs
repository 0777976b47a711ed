//! The versions of a data set, with what changed in each.

use leptos::prelude::*;

use super::store::DataSetStore;
use crate::app::components::{Ago, Panel};
use crate::views::datasets::VersionView;

/// The panel.
#[component]
pub fn Versions(
    /// The data set.
    set: DataSetStore,
) -> impl IntoView {
    let versions = set.part(|view| view.versions.clone());
    let shown = set.part(|view| view.version);
    let rows = move || {
        versions
            .get()
            .into_iter()
            .map(|version| {
                let number = version.number;
                let here = move || shown.get() == number;
                view! {
                    <tr class:sel=here>
                        <td class="l1">
                            <a
                                class="name"
                                href=move || set.of_version(number)
                                data-noscroll="true"
                                aria-current=move || here().then_some("true")
                            >
                                "Version "
                                {number}
                            </a>
                        </td>
                        <td class="l2">{changes(&version)}</td>
                        <td class="off">{version.note.clone()}</td>
                        <td class="l1e num">{version.items}</td>
                        <td class="l2e num nowrap">
                            <Ago at=version.at_ms />
                        </td>
                    </tr>
                }
            })
            .collect_view()
    };
    let count = Signal::derive(move || versions.with(Vec::len).to_string());
    view! {
        <Panel title="Versions" note=count>
            <div class="tw" tabindex="0" role="region" aria-label="Versions">
                <table class="rows two">
                    <thead>
                        <tr>
                            <th scope="col">"Version"</th>
                            <th scope="col">"Changes"</th>
                            <th scope="col">"How"</th>
                            <th scope="col" class="num">"Items"</th>
                            <th scope="col" class="num">"When"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Panel>
    }
}

/// `3 added, 1 changed`.
fn changes(version: &VersionView) -> String {
    let (added, changed, removed) = version.changes;
    let parts: Vec<String> = [(added, "added"), (changed, "changed"), (removed, "removed")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_said() {
        let version = |changes| VersionView { changes, ..VersionView::default() };
        assert_eq!(changes(&version((3, 0, 1))), "3 added, 1 removed");
        assert_eq!(changes(&version((0, 0, 0))), "nothing");
    }
}
