use super::*;

fn trial(item: &str, repeat: u32, score: Option<f64>) -> Trial {
    Trial {
        item: item.into(),
        repeat,
        score,
        passed: score.is_some_and(|score| score >= 0.7),
        error: if score.is_none() { "TimedOut: too late".into() } else { String::new() },
        latency_ms: Some(100 * (1 + i64::from(repeat))),
        costs: vec![Cost { currency: "EUR".into(), nanos: 5 }],
        ..Trial::default()
    }
}

fn asked<'a>(ids: &[&'a str]) -> Vec<Asked<'a>> {
    ids.iter().map(|id| Asked { id, title: id, tags: &[] }).collect()
}

fn side<'a>(asked: &'a [Asked<'a>], repeats: u32, trials: &'a [Trial], over: bool) -> Side<'a> {
    Side { asked, repeats, trials, over }
}

fn ids<'a>(rows: &[&'a Row]) -> Vec<&'a str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn what_is_missing_counts_nothing_and_is_no_pass() {
    let all = asked(&["a", "b", "c"]);
    let trials =
        [trial("a", 0, Some(1.0)), trial("a", 1, Some(0.8)), trial("b", 0, Some(0.9)), trial("b", 1, None)];
    let over = compare(&side(&all, 2, &trials, true), None);
    assert_eq!((over.summary.items, over.summary.passed, over.summary.missing), (3, 1, 1));
    assert!((over.summary.mean.unwrap() - 0.45).abs() < 1e-12);
    assert_eq!(
        (over.rows[1].score, over.rows[1].failed, over.rows[1].error.as_str()),
        (Some(0.45), Some(3), "")
    );
    assert_eq!((over.rows[2].score, over.rows[2].error.as_str()), (None, "It was not asked."));
    assert_eq!(
        (over.summary.p50_ms, over.summary.p95_ms, over.summary.costs[0].nanos),
        (Some(150), Some(200), 20)
    );
    assert_eq!(over.counts("").failed, 2);
    assert_eq!((over.bins[0].0, over.bins[4].0, over.bins[9].0), (1, 1, 1));
    // While it runs, what has not ended does not count.
    let running = compare(&side(&all, 2, &trials[..3], false), None);
    assert_eq!((running.summary.mean, running.summary.missing), (Some(0.9), 0));
    assert_eq!(
        (running.rows[1].ended, running.rows[1].score, running.counts("").failed),
        (false, Some(0.9), 0)
    );
}

#[test]
fn what_is_not_further_off_than_the_noise_is_the_same() {
    let all = asked(&["same", "worse", "better"]);
    let old = [trial("same", 0, Some(0.9)), trial("worse", 0, Some(0.9)), trial("better", 0, Some(0.5))];
    // As these are stored, 0.89 is by more than 0.01 below 0.9.
    let now = [trial("same", 0, Some(0.89)), trial("worse", 0, Some(0.889)), trial("better", 0, Some(0.511))];
    let both = compare(&side(&all, 1, &now, true), Some(&side(&all, 1, &old, true)));
    let delta = both.delta.unwrap();
    assert_eq!((delta.worse, delta.better), (1, 1));
}

#[test]
fn what_moved_comes_first_and_what_is_gone_is_not_overlooked() {
    let (before, after) = (asked(&["a", "b", "c", "d", "gone"]), asked(&["new", "a", "b", "c", "d"]));
    let old = ["a", "b", "c", "d", "gone"].map(|id| trial(id, 0, Some(0.8)));
    let now = [
        trial("new", 0, Some(1.0)),
        trial("a", 0, Some(0.805)),
        trial("b", 0, Some(0.9)),
        trial("c", 0, Some(0.2)),
        trial("d", 0, None),
    ];
    let both = compare(&side(&after, 1, &now, true), Some(&side(&before, 1, &old, true)));
    let delta = both.delta.clone().unwrap();
    assert_eq!((delta.paired, delta.missing, delta.new, delta.worse, delta.better), (4, 1, 1, 2, 1));
    assert!((delta.mean - (0.005 + 0.1 - 0.6 - 0.8) / 4.0).abs() < 1e-12);
    assert!(!delta.significant, "four pairs prove nothing");
    assert!(delta.interval.0 <= delta.mean && delta.mean <= delta.interval.1);
    assert_eq!(ids(&both.ordered(Order::Moved, Filter::All, "")), ["d", "c", "gone", "b", "a", "new"]);
    assert_eq!(ids(&both.ordered(Order::Score, Filter::Failed, "")), ["d", "gone", "c"]);
    assert_eq!(ids(&both.ordered(Order::DataSet, Filter::Changed, "")), ["a", "b", "c", "d", "gone"]);
    assert_eq!(ids(&both.ordered(Order::DataSet, Filter::Below(0.5), "")), ["c", "d", "gone"]);
    assert_eq!(both.counts(""), Counts { all: 6, failed: 3, changed: 5, worse: 2, better: 1 });
    assert_eq!(both.counts("other").all, 0);
    assert_eq!((both.summary.items, both.base.unwrap().mean), (5, Some(0.8)));
}

#[test]
fn a_clear_difference_is_significant_and_none_is_not() {
    let names: Vec<String> = (0..40).map(|n| format!("i{n}")).collect();
    let all = asked(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let score = |n: usize| f64::from(u32::try_from(n * 7 % 40).unwrap()) / 80.0;
    let trials = |add: &dyn Fn(usize) -> f64| -> Vec<Trial> {
        names.iter().enumerate().map(|(n, id)| trial(id, 0, Some(score(n) + add(n)))).collect()
    };
    let (old, same) = (trials(&|_| 0.1), trials(&|n| if n % 2 == 0 { 0.12 } else { 0.08 }));
    let better = trials(&|n| if n % 2 == 0 { 0.4 } else { 0.12 });
    let delta =
        |now: &[Trial]| compare(&side(&all, 1, now, true), Some(&side(&all, 1, &old, true))).delta.unwrap();
    assert!(delta(&better).significant && !delta(&same).significant && !delta(&old).significant);
    assert_eq!(delta(&old).interval, (0.0, 0.0));
}

#[test]
fn bounds_of_bins_are_in_the_upper_one() {
    assert_eq!([0.0, 0.1, 0.3, 0.7, 0.999, 1.0].map(bin), [0, 1, 3, 7, 9, 9]);
}

#[test]
fn a_picture_has_a_bounded_sample() {
    let names: Vec<String> = (0..5000).map(|n| format!("i{n}")).collect();
    let all = asked(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let trials: Vec<Trial> = names.iter().map(|id| trial(id, 0, Some(0.5))).collect();
    let one = compare(&side(&all, 1, &trials, true), None);
    let sample = one.sample(1000);
    assert_eq!((sample.len(), sample[1].id.as_str(), one.sample(9000).len()), (1000, "i5", 5000));
}
