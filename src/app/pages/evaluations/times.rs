//! When the evaluations of a batch began and ended.

use leptos::prelude::*;

use crate::app::components::{BarLine, BarList, BarTone, Panel};
use crate::app::words;
use crate::views::evaluation::{ChildView, EvaluationView};

/// The timeline of a batch, where it is small and some have ended.
#[component]
pub fn BatchTimes(
    /// The batch.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let spans = Memo::new(move |_| view.with(|view| spans(&view.children)));
    move || {
        let spans = spans.get();
        (!spans.is_empty()).then(|| {
            let whole = spans.iter().map(|span| span.after + span.took).max().unwrap_or_default();
            let note = format!("{} from the first to the last", words::duration(whole));
            view! {
                <Panel title="Timeline" note=note>
                    {picture(&spans, whole)}
                </Panel>
            }
        })
    }
}

/// An evaluation that has ended.
#[derive(Debug, Clone, PartialEq)]
struct Span {
    name: String,
    /// Milliseconds after the first of the batch began.
    after: i64,
    /// Milliseconds that it took.
    took: i64,
    passed: bool,
    scored: bool,
}

impl Span {
    fn word(&self) -> &'static str {
        match (self.scored, self.passed) {
            (false, _) => "no score",
            (true, true) => "passed",
            (true, false) => "did not pass",
        }
    }
}

/// Those that have ended, in the order in which they began.
fn spans(children: &[ChildView]) -> Vec<Span> {
    let Some(first) = children.iter().filter_map(|child| Some(child.times?.0)).min() else {
        return Vec::new();
    };
    let span = |child: &ChildView| {
        let (began, ended) = child.times?;
        Some(Span {
            name: child.key.name.clone(),
            after: began - first,
            took: (ended - began).max(0),
            passed: child.passed,
            scored: child.score.is_some(),
        })
    };
    let mut spans: Vec<Span> = children.iter().filter_map(span).collect();
    spans.sort_by(|a, b| (a.after, &a.name).cmp(&(b.after, &b.name)));
    spans
}

fn picture(spans: &[Span], whole: i64) -> impl IntoView + use<> {
    let bars: Vec<BarLine> = spans.iter().map(|span| bar(span, whole)).collect();
    let row = |span: &Span| {
        vec![
            span.name.clone(),
            words::duration(span.after),
            words::duration(span.took),
            span.word().to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = spans.iter().map(row).collect();
    let columns = ["Evaluation", "Began after", "Took", "Result"].map(str::to_owned).to_vec();
    let count = words::count(spans.len(), "evaluation", "evaluations");
    let label = format!("{count} over {}.", words::duration(whole));
    view! { <BarList name="Timeline of the batch" label=label bars=bars columns=columns rows=rows /> }
}

fn bar(span: &Span, whole: i64) -> BarLine {
    #[expect(clippy::cast_precision_loss, reason = "places in a picture")]
    let share = |ms: i64| ms as f64 / whole.max(1) as f64;
    BarLine {
        name: span.name.clone(),
        from: share(span.after),
        length: share(span.took),
        tone: if span.scored && span.passed { BarTone::Good } else { BarTone::Bad },
        value: format!("{}, {}", words::duration(span.took), span.word()),
        ..BarLine::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;
    use crate::views::ObjectKey;
    use crate::views::row::{State, Status};

    #[test]
    fn they_stand_in_the_order_in_which_they_began_and_open_ones_are_left_out() {
        let child = |name: &str, times, score| ChildView {
            key: ObjectKey::new(Kind::Evaluation, "port", name),
            status: Status { state: State::Done, word: String::new(), reason: None },
            score,
            passed: score == Some(1_000),
            message: String::new(),
            times,
        };
        let children = [
            child("late", Some((3_000, 4_000)), None),
            child("open", None, None),
            child("early", Some((1_000, 2_000)), Some(1_000)),
        ];
        let told = spans(&children);
        let names: Vec<_> = told.iter().map(|span| (span.name.as_str(), span.after, span.word())).collect();
        assert_eq!(names, [("early", 0, "passed"), ("late", 2_000, "no score")]);
        let late = bar(&told[1], 3_000);
        assert!((late.from - 2.0 / 3.0).abs() < 1e-9 && (late.length - 1.0 / 3.0).abs() < 1e-9);
        assert!(spans(&children[1..2]).is_empty());
    }
}
