//! What is kept of experiments, on both databases.

use super::*;
use crate::evaluation::Steps;
use crate::evaluation::datasets::Item;
use crate::evaluation::finding::Finding;
use crate::store::testing::{Fresh, on_both};

on_both!(
    numbers_go_on_and_one_begins_once,
    a_trial_is_kept_once_and_its_steps_go,
    the_oldest_go_but_not_the_baseline,
);

fn wanted(uid: &str, run: &str) -> Experiment {
    Experiment {
        namespace: "lagoon".into(),
        name: "nightly".into(),
        evaluation: uid.into(),
        run: run.into(),
        data_set: "refunds".into(),
        data_set_version: 3,
        total: 2,
        ..Experiment::default()
    }
}

fn items() -> Vec<Item> {
    let item = |id: &str, input: &str| Item {
        id: id.into(),
        input: input.into(),
        expected_output: "It's \"so\",\nor not".into(),
        tags: vec!["tides".into()],
        ..Item::default()
    };
    vec![item("z-1", "When is\nlow water?"), item("a-2", "And high?")]
}

async fn numbers_go_on_and_one_begins_once(Fresh { store, .. }: Fresh) {
    let experiments = Experiments::new(store);
    let first = experiments.begin(wanted("u1", "1"), &items(), 0).await.unwrap();
    assert_eq!((first.number, first.items, first.state), (1, 2, State::Running));
    let again = experiments.begin(wanted("u1", "1"), &items(), 0).await.unwrap();
    assert_eq!(again, first, "after a restart it is the same");
    experiments.end(&first.id, State::Done, "Done.", Some(&Outcome::default())).await.unwrap();
    experiments.end(&first.id, State::Canceled, "Late.", None).await.unwrap();
    // Also when the Evaluation was deleted and made again.
    let second = experiments.begin(wanted("u2", "1"), &items(), 0).await.unwrap();
    assert_eq!((second.number, second.item_set == first.item_set), (2, true));
    let kept = experiments.get("lagoon", "nightly", 1).await.unwrap().unwrap();
    assert_eq!(
        (kept.state, kept.message.as_str(), kept.outcome),
        (State::Done, "Done.", Some(Outcome::default()))
    );
    assert!(kept.ended_ms.is_some());
    assert_eq!(experiments.get("lagoon", "nightly", 0).await.unwrap().unwrap().number, 2);
    assert_eq!(experiments.before("lagoon", "nightly", 2).await.unwrap().unwrap().number, 1);
    assert_eq!(experiments.before("lagoon", "nightly", 1).await.unwrap(), None);
    assert_eq!(experiments.running().await.unwrap().len(), 1);
    assert_eq!(experiments.list("lagoon", "nightly").await.unwrap().len(), 2);
    assert_eq!(experiments.asked("lagoon", "refunds").await.unwrap(), 2);
    assert_eq!(experiments.items(&first.item_set).await.unwrap(), items(), "in their order");
    let heads = experiments.heads(&first.item_set).await.unwrap();
    assert_eq!((heads[0].id.as_str(), heads[0].title.as_str()), ("z-1", "When is low water?"));
    assert_eq!(experiments.item(&first.item_set, "a-2").await.unwrap(), Some(items()[1].clone()));
    // One that runs is ended by the next of its name.
    experiments.begin(wanted("u2", "2"), &items(), 0).await.unwrap();
    assert_eq!(experiments.get("lagoon", "nightly", 2).await.unwrap().unwrap().state, State::Canceled);
}

async fn a_trial_is_kept_once_and_its_steps_go(Fresh { store, .. }: Fresh) {
    let (experiments, steps) = (Experiments::new(store.clone()), Steps::new(store));
    let experiment = experiments.begin(wanted("u1", "1"), &items(), 0).await.unwrap();
    assert!(experiments.scores(&experiment.id, None).await.unwrap().is_empty());
    steps.keep("u1", "1/abc/judge/0", &"paid").await.unwrap();
    steps.keep("u1", "1/abd/judge/0", &"paid").await.unwrap();
    let finding = Finding {
        name: "accuracy".into(),
        score: 0.25,
        passed: false,
        weight: 1.0,
        required: false,
        reason: "It is\nwrong.".into(),
    };
    let trial = Trial {
        target: Target { kind: "agent".into(), name: "pilot".into() },
        item: "a-2".into(),
        output: "x".repeat(100_000),
        score: Some(1.0 / 3.0),
        findings: vec![finding],
        ..Trial::default()
    }
    .bounded();
    assert_eq!(trial.note, "accuracy: It is wrong.");
    let place = Place { item: "a-2".into(), target: 0, repeat: 0 };
    experiments.keep(&experiment, &place, &trial, "1/abc/").await.unwrap();
    let other = Trial { score: Some(0.0), ..trial.clone() };
    experiments.keep(&experiment, &place, &other, "1/abc/").await.unwrap();
    let scores = experiments.scores(&experiment.id, Some(0)).await.unwrap();
    assert_eq!(
        (scores.len(), scores[0].score),
        (1, Some(1.0 / 3.0)),
        "the first one stays, to the last digit"
    );
    assert!(scores[0].output.is_empty() && scores[0].findings.is_empty());
    assert!(experiments.scores(&experiment.id, Some(1)).await.unwrap().is_empty());
    let whole = experiments.trials(&experiment.id, "a-2", 0).await.unwrap();
    assert_eq!(whole, [trial]);
    assert!(whole[0].output.ends_with("100000 bytes in all]"), "what was cut shows");
    assert_eq!(experiments.places(&experiment.id).await.unwrap(), [place].into());
    assert_eq!(steps.of("u1").await.unwrap().answer::<String>("1/abc/judge/0"), None);
    assert!(steps.of("u1").await.unwrap().answer::<String>("1/abd/judge/0").is_some());
}

async fn the_oldest_go_but_not_the_baseline(Fresh { store, .. }: Fresh) {
    let experiments = Experiments::new(store);
    let place = Place { item: "z-1".into(), target: 0, repeat: 0 };
    for number in 1..=MAX_EXPERIMENTS + 3 {
        let begun = experiments.begin(wanted("u1", &number.to_string()), &items()[..1], 2).await.unwrap();
        if number <= 3 {
            experiments.keep(&begun, &place, &Trial::default(), "none/").await.unwrap();
        }
        experiments.end(&begun.id, State::Done, "", None).await.unwrap();
    }
    let kept = experiments.list("lagoon", "nightly").await.unwrap();
    let oldest: Vec<u32> = kept.iter().rev().map(|one| one.number).take(2).collect();
    assert_eq!(oldest, [2, 4], "the baseline stays");
    let trials = |run: &'static str| {
        let experiments = experiments.clone();
        async move { experiments.scores(&Experiment::id_of("u1", run), None).await.unwrap().len() }
    };
    assert_eq!((trials("1").await, trials("2").await, trials("3").await), (0, 1, 0));
    assert_eq!(experiments.heads(&kept[0].item_set).await.unwrap().len(), 1);
}
