//! Named bars, one below the other: scores of groups, weights of rules, times of a batch.

use leptos::prelude::*;

use super::Behind;

/// Bars at the most; the table behind them has more.
const MAX_BARS: usize = 50;
/// The least that a bar is wide, in thousandths, so that it is seen.
const LEAST: f64 = 4.0;

/// What the colour of a bar repeats; a word beside it says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BarTone {
    /// Nothing.
    #[default]
    Plain,
    /// It passed.
    Good,
    /// It did not.
    Bad,
}

/// A bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BarLine {
    /// Its name.
    pub name: String,
    /// Where it begins, from 0 to 1.
    pub from: f64,
    /// How long it is, from 0 to 1.
    pub length: f64,
    /// The same before, as a thin bar below.
    pub before: Option<f64>,
    /// Colour.
    pub tone: BarTone,
    /// Its value, in words.
    pub value: String,
}

/// Bars with the table of what they show behind them.
#[component]
pub fn BarList(
    /// What it shows: the name of the picture and of the table.
    #[prop(into)]
    name: String,
    /// What it shows in a sentence, for who does not see it.
    #[prop(into)]
    label: String,
    /// The bars.
    bars: Vec<BarLine>,
    /// Heads of the table.
    columns: Vec<String>,
    /// Rows of the table.
    rows: Vec<Vec<String>>,
) -> impl IntoView {
    let more = (bars.len() > MAX_BARS).then(|| format!("The first {MAX_BARS} of {} are drawn.", bars.len()));
    let lines = bars.into_iter().take(MAX_BARS).map(line).collect_view();
    view! {
        <div class="pb">
            <div class="bl" role="img" aria-label=label>
                {lines}
            </div>
            {more.map(|text| view! { <p class="xs t3">{text}</p> })}
            <Behind name=name columns=columns rows=rows />
        </div>
    }
}

fn line(bar: BarLine) -> impl IntoView {
    let class = match bar.tone {
        BarTone::Plain => "br",
        BarTone::Good => "br good",
        BarTone::Bad => "br bad",
    };
    let (x, width) = place(bar.from, bar.length);
    let before = bar.before.map(|before| {
        let (_, width) = place(0.0, before);
        view! { <rect class="was" x="0" y="9" width=width height="3" /> }
    });
    view! {
        <span class="cut">{bar.name}</span>
        <svg class=class viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
            <rect class="all" x="0" y="0" width="1000" height="8" />
            <rect class="now" x=x y="0" width=width height="8" />
            {before}
        </svg>
        <span class="num">{bar.value}</span>
    }
}

/// Left edge and width of a bar, in thousandths.
fn place(from: f64, length: f64) -> (f64, f64) {
    let width = (length.clamp(0.0, 1.0) * 1_000.0).max(LEAST);
    ((from.clamp(0.0, 1.0) * 1_000.0).min(1_000.0 - width), width)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn bars_are_inside_and_are_seen() {
        assert_eq!(place(0.0, 0.5), (0.0, 500.0));
        assert_eq!(place(0.25, 2.0), (0.0, 1_000.0));
        assert_eq!(place(1.0, 0.0), (996.0, 4.0));
    }
}
