//! Which lines of a long list are drawn: the newest, or those around a chosen one. A browser lays out hundreds of lines
//! at once, but not thousands ten times a second.

use std::ops::Range;

use leptos::prelude::*;

use super::store::RunStore;
use crate::app::components::Button;
use crate::app::words;

/// What a line is: one, and many.
pub type Noun = (&'static str, &'static str);

/// How many are not drawn, `which` of them: `1 earlier step is not drawn`.
pub fn undrawn(count: usize, which: &str, (one, many): Noun) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    let lines = words::count(count, &format!("{which} {one}"), &format!("{which} {many}"));
    format!("{lines} {verb} not drawn")
}

/// Which lines are drawn. A line is known by the number of its journal entry.
#[derive(Clone, Copy)]
pub struct Window {
    /// Lines drawn at first, and how many more at each press.
    size: usize,
    limit: RwSignal<usize>,
    /// The last one drawn; the newest where this is `None`.
    until: RwSignal<Option<u64>>,
}

impl Window {
    /// The newest `size` lines.
    pub fn new(size: usize) -> Self {
        Self { size, limit: RwSignal::new(size), until: RwSignal::new(None) }
    }

    /// Which of these lines are drawn; tracked.
    pub fn range(self, lines: &[u64]) -> Range<usize> {
        range(lines, self.limit.get(), self.until.get())
    }

    /// Draws this line too: where it is far from what is drawn, with those around it.
    pub fn show(self, lines: &[u64], line: u64) {
        let drawn = range(lines, self.limit.get_untracked(), self.until.get_untracked());
        let Some(at) = lines.iter().position(|each| *each == line).filter(|at| !drawn.contains(at)) else {
            return;
        };
        let last = at + self.size / 2;
        self.limit.set(self.size);
        self.until.set(lines.get(last).copied().filter(|_| last + 1 < lines.len()));
    }

    /// Draws the line of an entry now, and again when it came with the earlier entries.
    pub fn follow(self, run: RunStore, step: Memo<Option<u64>>, lines: impl Fn() -> Vec<u64> + 'static) {
        if let Some(step) = step.get_untracked() {
            self.show(&lines(), step);
        }
        let first = run.select(|run| run.entries.first().map_or(0, |entry| entry.seq));
        Effect::watch(
            move || first.get(),
            move |now, before, _| {
                let came = |step: &u64| before.is_some_and(|before| (*now..*before).contains(step));
                if let Some(step) = step.get_untracked().filter(came) {
                    self.show(&lines(), step);
                }
            },
            false,
        );
    }

    /// Draws `more` earlier lines.
    pub fn extend(self, more: usize) {
        self.limit.update(|limit| *limit += more);
    }

    /// The way to the earlier lines that are not drawn; nothing when there are none.
    pub fn earlier(self, hidden: Signal<usize>, what: Noun) -> AnyView {
        let press = move || self.extend(self.size);
        more(("Show more", "earlier", "arrow-up"), hidden, what, Callback::new(move |()| press()))
    }

    /// The way to the later lines that are not drawn: `lines` are all there are.
    pub fn later(
        self,
        hidden: Signal<usize>,
        what: Noun,
        lines: impl Fn() -> Vec<u64> + Send + Sync + 'static,
    ) -> AnyView {
        let press = move |()| {
            let all = lines();
            let now = range(&all, self.limit.get_untracked(), self.until.get_untracked());
            let last = now.end + self.size - 1;
            self.extend(self.size);
            self.until.set(all.get(last).copied().filter(|_| last + 1 < all.len()));
        };
        more(("Show later", "later", "arrow-down"), hidden, what, Callback::new(press))
    }
}

/// Which of these lines are drawn.
fn range(lines: &[u64], limit: usize, until: Option<u64>) -> Range<usize> {
    let end = until.and_then(|until| {
        let exact = lines.iter().rposition(|line| *line == until);
        // A filter may have left it out.
        exact.or_else(|| lines.iter().rposition(|line| *line <= until))
    });
    let end = end.map_or(lines.len(), |at| at + 1);
    end.saturating_sub(limit)..end
}

fn more(
    (act, which, icon): (&'static str, &'static str, &'static str),
    hidden: Signal<usize>,
    what: Noun,
    press: Callback<()>,
) -> AnyView {
    view! {
        <div class="pb row wrap" hidden=move || hidden.get() == 0>
            <Button
                label=format!("{act} {}", what.1)
                icon=icon
                small=true
                on_press=Callback::new(move |_| press.run(()))
            />
            <span class="xs t3">{move || undrawn(hidden.get(), which, what)}</span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_drawn_or_those_up_to_one() {
        let lines: Vec<u64> = (1..=10).collect();
        assert_eq!(range(&lines, 4, None), 6..10);
        assert_eq!(range(&lines, 40, None), 0..10);
        assert_eq!(range(&lines, 4, Some(7)), 3..7);
        // What a filter left out, and a list in another order.
        assert_eq!(range(&[1, 3, 5, 9], 2, Some(6)), 1..3);
        assert_eq!(range(&[1, 7, 3, 5], 2, Some(3)), 1..3);
        assert_eq!(range(&[], 4, Some(3)), 0..0);
    }

    #[test]
    fn what_is_not_drawn_is_counted() {
        let steps = ("step", "steps");
        assert_eq!(undrawn(1, "earlier", steps), "1 earlier step is not drawn");
        assert_eq!(undrawn(4_700, "later", steps), "4,700 later steps are not drawn");
    }

    #[test]
    fn a_chosen_line_is_drawn_with_those_around_it() {
        Owner::new().with(|| {
            let lines: Vec<u64> = (1..=100).collect();
            let drawn =
                |window: Window| range(&lines, window.limit.get_untracked(), window.until.get_untracked());
            let window = Window::new(10);
            window.show(&lines, 95);
            assert_eq!(drawn(window), 90..100, "it is drawn already");
            window.show(&lines, 500);
            assert_eq!(drawn(window), 90..100, "there is none");
            window.show(&lines, 30);
            assert_eq!(drawn(window), 25..35);
            window.show(&lines, 94);
            assert_eq!(drawn(window), 89..99);
            window.show(&lines, 1);
            assert_eq!(drawn(window), 0..6);
            window.extend(10);
            assert_eq!(drawn(window), 0..6);
        });
    }
}
