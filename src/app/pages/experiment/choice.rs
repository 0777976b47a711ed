//! Which target is shown, what it is compared with, and what changed between the two.

use leptos::prelude::*;

use super::request::{ALONE, read_side, read_target, write_side, write_target};
use super::store::ExperimentStore;
use super::words;
use crate::app::clock::use_clock;
use crate::views::experiments::{ExperimentView, Side};

/// The choices over the figures.
#[component]
pub fn Choices(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let address = experiment.address;
    let targets = experiment.part(|view| (view.targets.clone(), view.target.clone()));
    let clock = use_clock();
    // The moment of the page: the words are the same on server and browser, and do not tick in a list of choices.
    let now = untrack(move || clock.now());
    let bases = experiment.part(move |view| (bases(view, now), chosen(view)));
    let changed = experiment.part(|view| (view.changed.clone(), base_name(view)));
    let choose_target = move |event| {
        let target = read_target(&event_target_value(&event));
        address.change(|request| request.target = target);
    };
    let choose_base = move |event| {
        let value = event_target_value(&event);
        address.change(|request| {
            request.alone = value == ALONE;
            request.base = read_side(&value);
        });
    };
    let several = move || targets.with(|(all, _)| all.len() > 1);
    let target_options = move || {
        let (all, shown) = targets.get();
        all.into_iter()
            .map(|target| {
                let on = target == shown;
                view! {
                    <option value=write_target(&target) selected=on prop:selected=on>
                        {words::target(&target)}
                    </option>
                }
            })
            .collect_view()
    };
    let base_options = move || {
        let (all, chosen) = bases.get();
        all.into_iter()
            .map(|(value, word)| {
                let on = value == chosen;
                view! {
                    <option value=value selected=on prop:selected=on>
                        {word}
                    </option>
                }
            })
            .collect_view()
    };
    let since = move || {
        let (changed, base) = changed.get();
        base.filter(|_| !changed.is_empty()).map(|base| {
            view! {
                <span class="xs t2 min-w-0">
                    <span class="t3">{format!("Other than {base}: ")}</span>
                    {changed.join(" ")}
                </span>
            }
        })
    };
    view! {
        <div class="toolbar">
            {move || {
                several()
                    .then(|| {
                        view! {
                            <label class="row xs t2">
                                "Target"
                                <select class="in pick-in" on:change=choose_target>
                                    {target_options}
                                </select>
                            </label>
                        }
                    })
            }}
            <label class="row xs t2">
                "Baseline"
                <select class="in pick-in" on:change=choose_base>
                    {base_options}
                </select>
            </label>
            {since}
        </div>
    }
}

/// What it can be compared with: value in the address, and words.
fn bases(view: &ExperimentView, now: i64) -> Vec<(String, String)> {
    let mut all = vec![(ALONE.to_owned(), "None".to_owned())];
    for other in &view.experiments {
        if other.number == view.key.number {
            continue;
        }
        let score = other.mean.map(|mean| format!(", {}", words::score(mean))).unwrap_or_default();
        let ago = crate::app::words::ago(other.started_ms, now);
        let mark = if other.number == view.baseline { ", baseline" } else { "" };
        all.push((other.number.to_string(), format!("Experiment {}, {ago}{score}{mark}", other.number)));
    }
    for target in view.targets.iter().filter(|target| **target != view.target) {
        let side = Side { evaluation: String::new(), number: view.key.number, target: Some(target.clone()) };
        all.push((write_side(&side), format!("{}, same experiment", words::target(target))));
    }
    // One that no list holds (of another evaluation, or another target then) stays choosable while it is chosen.
    let chosen = chosen(view);
    if !all.iter().any(|(value, _)| *value == chosen) {
        all.push((chosen, view.base.as_ref().map(|side| name(side, view.key.number)).unwrap_or_default()));
    }
    all
}

/// The value of what it is compared with.
fn chosen(view: &ExperimentView) -> String {
    match &view.base {
        None => ALONE.to_owned(),
        Some(side) => write_side(&plain(side, view)),
    }
}

/// A side without what goes without saying: its own evaluation, the target that is shown.
fn plain(side: &Side, view: &ExperimentView) -> Side {
    Side {
        evaluation: if side.evaluation == view.key.evaluation {
            String::new()
        } else {
            side.evaluation.clone()
        },
        number: side.number,
        target: side.target.clone().filter(|target| *target != view.target),
    }
}

/// A side in words: `experiment 13`, `agent triage`, `experiment 3 of other`.
pub fn name(side: &Side, number: u32) -> String {
    let mut words = match (&side.target, side.number == number && side.evaluation.is_empty()) {
        (Some(target), true) => return words::target(target),
        _ => format!("experiment {}", side.number),
    };
    if !side.evaluation.is_empty() {
        words.push_str(&format!(" of {}", side.evaluation));
    }
    if let Some(target) = &side.target {
        words.push_str(&format!(", {}", words::target(target)));
    }
    words
}

/// What it is compared with, in words, as the page names it; nothing where it stands alone.
pub fn base_name(view: &ExperimentView) -> Option<String> {
    view.base.as_ref().map(|side| name(&plain(side, view), view.key.number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::experiments::{ExperimentKey, ExperimentRef, TargetName};

    fn view() -> ExperimentView {
        let target = |name: &str| TargetName { kind: "agent".into(), name: name.into() };
        let past = |number, mean| ExperimentRef { number, mean, ..ExperimentRef::default() };
        ExperimentView {
            key: ExperimentKey { namespace: "support".into(), evaluation: "refunds".into(), number: 14 },
            targets: vec![target("gull"), target("tern")],
            target: target("gull"),
            experiments: vec![past(14, Some(0.84)), past(13, Some(0.88)), past(12, None)],
            baseline: 12,
            ..ExperimentView::default()
        }
    }

    #[test]
    fn earlier_experiments_and_other_targets_are_offered() {
        let values: Vec<_> = bases(&view(), 0).into_iter().map(|(value, _)| value).collect();
        assert_eq!(values, ["none", "13", "12", "14@agent/tern"]);
        assert_eq!(bases(&view(), 0)[2].1, "Experiment 12, now, baseline");
    }

    #[test]
    fn what_goes_without_saying_is_not_said() {
        let mut view = view();
        view.base =
            Some(Side { evaluation: "refunds".into(), number: 13, target: Some(view.target.clone()) });
        assert_eq!((chosen(&view).as_str(), base_name(&view).as_deref()), ("13", Some("experiment 13")));
        view.base = Some(Side { evaluation: "other".into(), number: 3, target: None });
        assert_eq!(
            (chosen(&view).as_str(), base_name(&view).as_deref()),
            ("other:3", Some("experiment 3 of other"))
        );
        assert_eq!(bases(&view, 0).last().unwrap().0, "other:3");
        let tern = view.targets[1].clone();
        view.base = Some(Side { evaluation: String::new(), number: 14, target: Some(tern) });
        assert_eq!(base_name(&view).as_deref(), Some("agent tern"));
    }
}
