//! What an edit changes, field by field: for `See changes`, and for both versions when someone else was faster.

use leptos::prelude::*;

use crate::app::components::{Banner, Button, ButtonKind, Diff, Panel, Tone};
use crate::views::yaml::{DiffLine, DiffSide};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its label in the form.
    pub title: &'static str,
    /// One side.
    pub before: String,
    /// The other.
    pub after: String,
}

/// Collects the fields that differ.
#[derive(Debug, Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Compares a field.
    pub fn field(&mut self, title: &'static str, before: &str, after: &str) -> &mut Self {
        if before != after {
            self.0.push(Change { title, before: before.to_owned(), after: after.to_owned() });
        }
        self
    }

    /// All that differ.
    pub fn all(self) -> Vec<Change> {
        self.0
    }
}

/// Line by line: what goes and what comes.
pub fn lines(change: &Change) -> Vec<DiffLine> {
    let before: Vec<&str> = change.before.lines().collect();
    let after: Vec<&str> = change.after.lines().collect();
    let same_start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - same_start;
    let same_end = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let line = |side, text: &&str| DiffLine { side, text: (*text).to_owned() };
    let mut all: Vec<DiffLine> = Vec::new();
    all.extend(before[..same_start].iter().map(|text| line(DiffSide::Same, text)));
    all.extend(before[same_start..before.len() - same_end].iter().map(|text| line(DiffSide::Removed, text)));
    all.extend(after[same_start..after.len() - same_end].iter().map(|text| line(DiffSide::Added, text)));
    all.extend(before[before.len() - same_end..].iter().map(|text| line(DiffSide::Same, text)));
    all
}

/// `2 unsaved changes`, what they are, and back.
#[component]
pub fn UnsavedBanner(
    /// What differs from what was read.
    changes: Memo<Vec<Change>>,
    /// Back to what was read.
    on_discard: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| changes.with(Vec::len));
    let lead =
        Signal::derive(move || crate::app::words::count(count.get(), "unsaved change", "unsaved changes"));
    let text = Signal::derive(move || {
        let titles =
            changes.with(|all| all.iter().map(|change| change.title.to_lowercase()).collect::<Vec<_>>());
        format!("In {}.", titles.join(", "))
    });
    move || {
        (count.get() > 0).then(|| {
            view! {
                <Banner tone=Tone::Waiting icon="pencil" lead=lead text=text>
                    <Button
                        label=Signal::derive(move || {
                            if open.get() { "Hide changes" } else { "See changes" }.to_owned()
                        })
                        icon="diff"
                        small=true
                        on_press=Callback::new(move |_| open.update(|open| *open = !*open))
                    />
                    <Button
                        label="Discard"
                        icon="undo-2"
                        kind=ButtonKind::Plain
                        small=true
                        on_press=Callback::new(move |_| on_discard.run(()))
                    />
                </Banner>
                {move || open.get().then(|| view! { <ChangeList title="Unsaved changes" changes=changes.get() /> })}
            }
        })
    }
}

/// Someone else changed what is being edited.
#[component]
pub fn ConflictBanner(
    /// From theirs to ours; empty when there is no conflict.
    changes: Memo<Vec<Change>>,
    /// Takes theirs.
    on_theirs: Callback<()>,
    /// Keeps ours, to be saved over theirs.
    on_ours: Callback<()>,
) -> impl IntoView {
    move || {
        let all = changes.get();
        (!all.is_empty()).then(|| {
            view! {
                <Banner
                    tone=Tone::Failed
                    lead="Changed by someone else."
                    text="Your changes are kept. Below is how they differ from what is there now."
                >
                    <Button
                        label="Take theirs"
                        small=true
                        on_press=Callback::new(move |_| on_theirs.run(()))
                    />
                    <Button
                        label="Keep mine"
                        kind=ButtonKind::Danger
                        small=true
                        on_press=Callback::new(move |_| on_ours.run(()))
                    />
                </Banner>
                <ChangeList title="From theirs to yours" changes=all />
            }
        })
    }
}

#[component]
fn ChangeList(
    /// From what to what.
    title: &'static str,
    changes: Vec<Change>,
) -> impl IntoView {
    view! {
        <Panel title=title>
            <div class="pb stack">
                {changes
                    .into_iter()
                    .map(|change| {
                        view! {
                            <div class="stack stack-1">
                                <h3 class="xs t3 med">{change.title}</h3>
                                <Diff label=format!("{title}: {}", change.title) lines=lines(&change) />
                            </div>
                        }
                    })
                    .collect_view()}
            </div>
        </Panel>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_listed_and_only_changed_lines_are_marked() {
        let mut changes = Changes::default();
        changes.field("Name", "a", "a").field("Prompt", "one\ntwo\nthree", "one\n2\nthree");
        let all = changes.all();
        assert_eq!(all.len(), 1);
        let sides: Vec<DiffSide> = lines(&all[0]).into_iter().map(|line| line.side).collect();
        assert_eq!(sides, [DiffSide::Same, DiffSide::Removed, DiffSide::Added, DiffSide::Same]);
    }

    #[test]
    fn a_text_that_repeats_a_line_is_compared_once() {
        let change = Change { title: "x", before: "a".into(), after: "a\na".into() };
        let all = lines(&change);
        assert_eq!(all.len(), 2);
    }
}
