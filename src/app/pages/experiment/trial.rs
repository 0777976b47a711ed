//! Parts of the open item: findings with reasons, repeats with their spread, two answers beside each other.

use leptos::prelude::*;

use super::words::{self, Score, percent};
use crate::app::components::{Dialog, Icon};
use crate::app::pages::run::diff_view;
use crate::app::words as plain;
use crate::views::answers::{AnswerDiff, DiffRow, Piece};
use crate::views::experiments::{FindingView, TrialView};

/// Measures, criteria and rules with their reasons; those that are not enough first.
#[component]
pub fn Findings(
    /// The findings.
    findings: Vec<FindingView>,
    /// Why there is no score.
    error: String,
) -> impl IntoView {
    let mut findings = findings;
    findings.sort_by_key(|finding| finding.passed);
    let error = (!error.is_empty()).then(|| {
        view! {
            <p class="err">
                <Icon name="octagon-x" small=true />
                <span>{error} " Without a score it is no pass."</span>
            </p>
        }
    });
    let rows = findings
        .into_iter()
        .map(|finding| {
            let class = if finding.passed { "meter s-done" } else { "meter s-failed" };
            let label = format!("{:.0} of 100", percent(finding.score));
            let word = if finding.passed { "enough" } else { "not enough" };
            let weighs = (finding.weight - 1.0).abs() > f64::EPSILON;
            let weight = weighs.then(|| view! { <span class="t3 xs nowrap">" × " {finding.weight}</span> });
            view! {
                <li class="stack stack-1">
                    <div class="find">
                        <span class="min-w-0">{finding.name} {weight}</span>
                        <b class="med num" class:bad=!finding.passed>
                            {words::score(finding.score)}
                            <span class="vh">", " {word}</span>
                        </b>
                        <span class=class style="--m:var(--xs)" role="img" aria-label=label>
                            <i style=format!("width:{:.1}%", percent(finding.score))></i>
                        </span>
                    </div>
                    {(!finding.reason.is_empty()).then(|| view! { <p class="t2 x-reason">{finding.reason}</p> })}
                </li>
            }
        })
        .collect::<Vec<_>>();
    let any = !rows.is_empty();
    view! {
        {error}
        {any
            .then(|| {
                view! {
                    <section class="stack stack-2">
                        <h3 class="xs t3 med">"Criteria, measures and rules"</h3>
                        <ul class="stack stack-2">{rows}</ul>
                    </section>
                }
            })}
    }
}

/// Least and most of the scores.
fn spread(trials: &[TrialView]) -> Option<(f64, f64)> {
    let mut scores = trials.iter().filter_map(|trial| trial.score);
    let first = scores.next()?;
    Some(scores.fold((first, first), |(low, high), score| (low.min(score), high.max(score))))
}

/// The repeats; one is shown.
#[component]
pub fn Repeats(
    /// Each repeat.
    trials: Vec<TrialView>,
    /// Place of the one that is shown.
    shown: RwSignal<usize>,
) -> impl IntoView {
    let words_of = match spread(&trials) {
        Some((low, high)) => {
            format!("{} times, {} to {}", trials.len(), words::score(low), words::score(high))
        }
        None => format!("{} times, none with a score", trials.len()),
    };
    let rows = trials
        .into_iter()
        .enumerate()
        .map(|(at, trial)| {
            let label = format!("Repeat {}", trial.repeat + 1);
            let took = trial.latency_ms.map(plain::duration).unwrap_or_default();
            view! {
                <li>
                    <button
                        type="button"
                        class="repeat"
                        aria-pressed=move || if shown.get() == at { "true" } else { "false" }
                        on:click=move |_| shown.set(at)
                    >
                        <span>{label}</span>
                        <Score value=trial.score passed=trial.passed />
                        <span class="xs t3 nowrap">{took}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack stack-2">
            <div class="row wrap">
                <h3 class="xs t3 med">"Repeats"</h3>
                <span class="xs t3 end">{words_of}</span>
            </div>
            <ul class="stack stack-1">{rows}</ul>
        </section>
    }
}

/// What differs in one column, as it fits a pane: what was there struck out, what is there below.
pub fn one_column(diff: &AnswerDiff) -> impl IntoView + use<> {
    let (mut left, mut right) = (0_usize, 0_usize);
    let rows: Vec<_> = diff.rows.iter().flat_map(|row| lines(row, &mut left, &mut right)).collect();
    let more = (diff.left_out > 0).then(|| format!("{} further lines are not shown.", diff.left_out));
    let same = diff.same.then_some("Both answers are the same.");
    view! {
        {same.map(|same| view! { <p class="xs t3">{same}</p> })}
        <div class="diff framed" tabindex="0" role="region" aria-label="Answer, differences">
            {rows}
        </div>
        {more.map(|more| view! { <p class="xs t3">{more}</p> })}
    }
}

fn lines(row: &DiffRow, left: &mut usize, right: &mut usize) -> Vec<AnyView> {
    *left += usize::from(row.left.is_some());
    *right += usize::from(row.right.is_some());
    if row.left == row.right {
        return row.right.iter().map(|pieces| line("", "", *right, pieces, "")).collect();
    }
    let removed = row.left.as_ref().map(|pieces| line("del", "-", *left, pieces, "del"));
    let added = row.right.as_ref().map(|pieces| line("add", "+", *right, pieces, "ins"));
    removed.into_iter().chain(added).collect()
}

fn line(class: &'static str, sign: &'static str, number: usize, pieces: &[Piece], mark: &str) -> AnyView {
    let text = pieces
        .iter()
        .map(|piece| {
            let text = piece.text.clone();
            match (piece.changed, mark) {
                (true, "del") => view! { <del>{text}</del> }.into_any(),
                (true, "ins") => view! { <ins>{text}</ins> }.into_any(),
                _ => text.into_any(),
            }
        })
        .collect_view();
    view! {
        <div class=class>
            <span>{number}</span>
            <span>{sign}</span>
            <span>{text}</span>
        </div>
    }
    .into_any()
}

/// Both answers in two columns, over the page.
pub fn side_by_side(open: RwSignal<bool>, diff: AnswerDiff, names: (String, String)) -> impl IntoView {
    let diff = StoredValue::new(diff);
    let names = StoredValue::new(names);
    let body =
        move || open.get().then(|| diff.with_value(|diff| names.with_value(|names| diff_view(diff, names))));
    view! {
        <Dialog open=open title="Both answers" id="both-answers">
            <div class="wide-body">{body}</div>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_of_what_has_a_score() {
        let trial = |score| TrialView { score, ..TrialView::default() };
        assert_eq!(spread(&[trial(Some(0.34)), trial(None), trial(Some(0.3))]), Some((0.3, 0.34)));
        assert_eq!(spread(&[trial(None)]), None);
    }

    #[test]
    fn a_changed_line_is_two_lines_with_their_own_numbers() {
        let piece = |text: &str| vec![Piece::same(text)];
        let (mut left, mut right) = (0, 0);
        let same = DiffRow { left: Some(piece("a")), right: Some(piece("a")) };
        let new = DiffRow { left: None, right: Some(piece("b")) };
        let other = DiffRow { left: Some(piece("c")), right: Some(piece("d")) };
        let counts: Vec<_> =
            [same, new, other].iter().map(|row| lines(row, &mut left, &mut right).len()).collect();
        assert_eq!((counts, left, right), (vec![1, 1, 2], 2, 3));
    }
}
