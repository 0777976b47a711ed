use std::sync::Arc;

use super::*;
use crate::store::testing::{Fresh, on_both};

on_both!(
    entries_are_numbered_without_gaps_and_survive_a_reopen,
    parallel_appends_are_seen_in_order,
    a_late_follower_gets_the_text_so_far_and_the_rest_once,
    channels_go_when_nobody_needs_them,
    a_long_text_is_kept_once_and_goes_with_its_run,
);

fn record(id: &str) -> RunRecord {
    RunRecord {
        id: id.into(),
        namespace: "harbour".into(),
        name: "tide".into(),
        created_ms: 7,
        finished_ms: None,
    }
}

fn notice(message: &str) -> Event {
    Event::Notice { message: message.into() }
}

async fn entries_are_numbered_without_gaps_and_survive_a_reopen(fresh: Fresh) {
    let journal = Journal::new(fresh.store.clone());
    let run = journal.open(record("r1")).await.unwrap();
    assert_eq!(run.append(None, Event::Started { attempt: 1 }).await.unwrap(), 1);
    assert_eq!(run.append_all(vec![(Some(0), notice("a")), (Some(1), notice("b"))]).await.unwrap(), 3);
    drop(run);

    let run = journal.open(RunRecord { created_ms: 99, ..record("r1") }).await.unwrap();
    assert_eq!(run.record().created_ms, 7, "the budget counts from the first time");
    assert_eq!(run.found().len(), 3);
    assert_eq!(run.append(None, notice("c")).await.unwrap(), 4);
    let seqs: Vec<u64> = journal.read("r1", 1, 2).await.unwrap().iter().map(|e| e.seq).collect();
    assert_eq!(seqs, [2, 3]);
    let seqs: Vec<u64> =
        journal.read_before("r1", u64::MAX, 2).await.unwrap().iter().map(|e| e.seq).collect();
    assert_eq!(seqs, [3, 4]);

    assert_eq!(journal.run_of("harbour", "tide").await.unwrap().unwrap().id, "r1");
    assert_eq!(journal.unfinished().await.unwrap().len(), 1);
    journal.close("r1").await.unwrap();
    assert!(journal.unfinished().await.unwrap().is_empty());
    journal.forget("r1").await.unwrap();
    assert!(journal.read("r1", 0, 10).await.unwrap().is_empty());
    assert_eq!(journal.run_of("harbour", "tide").await.unwrap(), None);
}

async fn parallel_appends_are_seen_in_order(fresh: Fresh) {
    let journal = Journal::new(fresh.store.clone());
    let run = Arc::new(journal.open(record("r2")).await.unwrap());
    let mut follower = journal.subscribe("r2");
    let appends: Vec<_> = (0..20)
        .map(|i| {
            let run = run.clone();
            tokio::spawn(async move { run.append(Some(i), notice("x")).await.unwrap() })
        })
        .collect();
    for append in appends {
        append.await.unwrap();
    }
    for expected in 1..=20 {
        match follower.updates.recv().await.unwrap() {
            Update::Entry(entry) => assert_eq!(entry.seq, expected),
            other => panic!("{other:?}"),
        }
    }
}

async fn a_late_follower_gets_the_text_so_far_and_the_rest_once(fresh: Fresh) {
    let journal = Journal::new(fresh.store.clone());
    let run = journal.open(record("r3")).await.unwrap();
    run.append(None, Event::Started { attempt: 1 }).await.unwrap();
    let step: Arc<str> = "0/model/0".into();
    run.text(&step, Some(0), "The tide ");
    let mut follower = journal.subscribe("r3");
    assert_eq!(follower.last_seq, 1);
    assert_eq!(follower.partials[0].text, "The tide ");
    run.text(&step, Some(0), "is low");
    match follower.updates.recv().await.unwrap() {
        Update::Text { at, append, .. } => assert_eq!((at, &*append), (9, "is low")),
        other => panic!("{other:?}"),
    }
    let retry = Event::ModelRetry { step: "0/model/0".into(), reason: "cut".into(), delay_ms: 1 };
    run.append(Some(0), retry).await.unwrap();
    assert!(journal.subscribe("r3").partials.is_empty(), "a new attempt starts from nothing");
}

async fn channels_go_when_nobody_needs_them(fresh: Fresh) {
    let journal = Journal::new(fresh.store.clone());
    let early = journal.subscribe("r4");
    let run = journal.open(record("r4")).await.unwrap();
    assert_eq!(journal.hub.len(), 1);
    drop(early);
    assert_eq!(journal.hub.len(), 1);
    drop(run);
    assert_eq!(journal.hub.len(), 0);
}

async fn a_long_text_is_kept_once_and_goes_with_its_run(fresh: Fresh) {
    let journal = Journal::new(fresh.store.clone());
    let long = "Ebbe \0 🌊 ".repeat(10_000);
    for id in ["r5", "r6"] {
        let run = journal.open(record(id)).await.unwrap();
        let turn = Event::TurnDone { step: "0/turn/0".into(), content: long.clone() };
        run.append_all(vec![(Some(0), turn), (Some(0), Event::TargetDone { content: long.clone() })])
            .await
            .unwrap();
        run.append(Some(0), Event::TargetDone { content: "short".into() }).await.unwrap();
    }
    let entries = journal.read("r5", 0, 10).await.unwrap();
    let texts: Vec<_> = entries.iter().map(|entry| entry.event.text().unwrap()).collect();
    assert_eq!(texts, [long.as_str(), long.as_str(), "short"]);
    assert_eq!(journal.read_before("r5", 3, 1).await.unwrap(), entries[1..2]);
    let rows = async || {
        let rows = fresh.store.rows(Statement::new("SELECT run FROM payloads ORDER BY run")).await.unwrap();
        rows.iter().map(|row| row.get::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(rows().await, ["r5", "r6"]);
    journal.forget("r5").await.unwrap();
    assert_eq!(rows().await, ["r6"]);
}
