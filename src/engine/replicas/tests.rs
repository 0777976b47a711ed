use super::super::journal::{Event, JournalError, RunJournal, Update};
use super::*;
use crate::store::testing::Fresh;
use crate::store::{Statement, Store};

/// A replica without the rest of its process.
struct Replica {
    journal: Journal,
    replicas: Replicas,
}

impl Replica {
    async fn new(store: &Store) -> Self {
        let journal = Journal::new(store.clone());
        let replicas = Replicas::join(store.shared().unwrap().clone(), &journal).await.unwrap();
        Self { journal, replicas }
    }

    async fn open(&self, run: &str) -> (RunJournal, CancellationToken) {
        let lost = CancellationToken::new();
        let claim = self.replicas.claim_of(&lost);
        (self.journal.open_as(Some(claim), record(run)).await.unwrap(), lost)
    }

    /// It says nothing any more, and its last beat is old.
    async fn die(&self, store: &Store) {
        self.replicas.inner.stopped.cancel();
        let old = Statement::new("UPDATE replicas SET beat_at = now() - interval '1 minute' WHERE id = $1");
        store.write(vec![old.bind(&*self.replicas.inner.me)]).await.unwrap();
    }
}

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

async fn append(run: &RunJournal, event: Event) -> Result<u64, JournalError> {
    run.append(Some(0), event).await
}

async fn text(updates: &mut broadcast::Receiver<Update>, step: &str, until: &str) -> Vec<u64> {
    let (mut got, mut seqs) = (String::new(), Vec::new());
    while got != until {
        match updates.recv().await.unwrap() {
            Update::Entry(entry) => seqs.push(entry.seq),
            Update::Text { step: of, at, append, .. } => {
                assert_eq!((&*of, at), (step, got.len()));
                got.push_str(&append);
            }
        }
    }
    seqs
}

#[tokio::test]
async fn a_run_has_one_owner_and_another_when_that_one_dies() {
    let fresh = Fresh::server().await;
    let (a, b) = (Replica::new(&fresh.store).await, Replica::new(&fresh.again().await).await);
    let run = record("r");
    let (first, second) = tokio::join!(a.replicas.claim(&run), b.replicas.claim(&run));
    assert!(first.unwrap() != second.unwrap(), "one of them has it");
    // Make it a's, whoever was faster.
    let (a, b) = if b.replicas.is_anothers("r").await.unwrap() { (a, b) } else { (b, a) };
    assert!(a.replicas.claim(&record("r")).await.unwrap() && !b.replicas.claim(&record("r")).await.unwrap());
    let (run, lost) = a.open("r").await;
    append(&run, Event::Started { attempt: 1 }).await.unwrap();

    let mut orphans = b.replicas.orphans();
    a.die(&fresh.store).await;
    assert_eq!(orphans.recv().await.unwrap().id, "r", "noticed with the next beat");
    assert!(b.replicas.claim(&record("r")).await.unwrap());
    let (taken, _) = b.open("r").await;
    assert_eq!(append(&taken, Event::Started { attempt: 2 }).await.unwrap(), 2);

    // The first was only slow. It learns it from its next append, which neither returns nor leaves anything.
    tokio::select! {
        done = append(&run, notice("late")) => panic!("{done:?}"),
        () = lost.cancelled() => {}
    }
    assert_eq!(a.journal.read("r", 0, 10).await.unwrap().len(), 2);
    assert_eq!(append(&taken, notice("goes on")).await.unwrap(), 3);
}

#[tokio::test]
async fn who_leaves_gives_back_what_it_has_and_another_leads() {
    let fresh = Fresh::server().await;
    let a = Replica::new(&fresh.store).await;
    let b = Replica::new(&fresh.again().await).await;
    let mut leads = b.replicas.leads();
    assert!(*a.replicas.leads().borrow() && !*leads.borrow());
    for run in ["r1", "r2", "ended"] {
        assert!(a.replicas.claim(&record(run)).await.unwrap());
    }
    a.journal.close("ended").await.unwrap();
    let mut orphans = b.replicas.orphans();
    let begun = Instant::now();
    a.replicas.leave().await;
    let told = [orphans.recv().await.unwrap().id, orphans.recv().await.unwrap().id];
    assert!(told.contains(&"r1".to_owned()) && told.contains(&"r2".to_owned()), "{told:?}");
    assert!(begun.elapsed() < LOST_AFTER, "nobody waited for it to be missed");
    leads.wait_for(|leads| *leads).await.unwrap();
}

#[tokio::test]
async fn a_run_elsewhere_is_followed_as_if_it_were_here() {
    let fresh = Fresh::server().await;
    let (a, b) = (Replica::new(&fresh.store).await, Replica::new(&fresh.again().await).await);
    a.replicas.claim(&record("r")).await.unwrap();
    let (run, _) = a.open("r").await;
    append(&run, Event::Started { attempt: 1 }).await.unwrap();
    let step: Arc<str> = "0/model/0".into();
    run.text(&step, Some(0), "The tide ");

    // Somebody opens the page in the middle of a stream.
    let mut here = b.journal.follow("r").await;
    assert_eq!(here.last_seq, 0);
    text(&mut here.updates, &step, "The tide ").await;
    let long = "is low, ".repeat(1000) + "🌊";
    run.text(&step, Some(0), &long);
    let late = b.journal.follow("r").await;
    assert_eq!(late.partials.first().map(|partial| partial.text.starts_with("The tide ")), Some(true));
    let mut rest = String::new();
    while rest != long {
        if let Update::Text { append, .. } = here.updates.recv().await.unwrap() {
            rest.push_str(&append);
        }
    }
    append(&run, Event::ModelRetry { step: step.to_string(), reason: "cut".into(), delay_ms: 1 })
        .await
        .unwrap();
    run.text(&step, Some(0), "again");
    assert_eq!(text(&mut here.updates, &step, "again").await, [2]);

    // The replica dies; the one that is followed on takes over, and nothing is missing.
    append(&run, notice("unheard")).await.unwrap();
    a.die(&fresh.store).await;
    assert!(b.replicas.claim(&record("r")).await.unwrap());
    let (taken, _) = b.open("r").await;
    append(&taken, Event::Started { attempt: 2 }).await.unwrap();
    taken.text(&step, Some(0), "here");
    let seqs = text(&mut here.updates, &step, "here").await;
    assert_eq!(seqs, [3, 4]);
    drop(late);
}
