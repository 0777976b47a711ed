//! Bars, and the tables behind them.

use leptos::prelude::*;

use super::Section;
use crate::app::components::{BarLine, BarList, BarTone, GroupBars};
use crate::views::groups::GroupView;

/// Groups alone and beside a baseline, and bars in each colour.
#[component]
pub fn Bars() -> impl IntoView {
    let group =
        |name: &str, items, passed, mean, base| GroupView { name: name.into(), items, passed, mean, base };
    let alone = vec![group("billing", 12, 9, 0.81, None), group("", 2, 0, 0.0, None)];
    let beside = vec![group("late", 8, 6, 0.74, Some(0.9)), group("nothing-owed", 5, 5, 1.0, Some(0.98))];
    let bar = |name: &str, from, length, tone, value: &str| BarLine {
        name: name.into(),
        from,
        length,
        before: None,
        tone,
        value: value.into(),
    };
    let bars = vec![
        bar("triage", 0.0, 0.4, BarTone::Good, "1.2 s, passed"),
        bar("a-name-that-is-longer-than-its-place", 0.4, 0.5, BarTone::Bad, "1.5 s, did not pass"),
        bar("open", 0.9, 0.0, BarTone::Plain, "open"),
    ];
    let columns = vec!["Name".to_owned(), "Value".to_owned()];
    let rows = bars.iter().map(|bar| vec![bar.name.clone(), bar.value.clone()]).collect::<Vec<_>>();
    view! {
        <Section title="Bars" note="each with a table behind it">
            <GroupBars by="Category" groups=alone />
            <GroupBars by="Tag" groups=beside />
            <BarList name="Times" label="3 bars, one of them open." bars=bars columns=columns rows=rows />
        </Section>
    }
}
