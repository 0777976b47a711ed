//! Tests of the storage as a whole.

use serde_json::{Value, json};

use super::*;

const NAMES: [&str; 2] = ["/namespaces", "test/things"];
const THINGS: usize = 1;

async fn open(dir: &tempfile::TempDir) -> Storage {
    let store = Store::open(dir.path()).await.unwrap();
    Storage::open(store, &NAMES.map(str::to_owned)).await.unwrap()
}

fn thing(name: &str, size: usize) -> Value {
    json!({"metadata": {"name": name, "uid": format!("uid-{name}")}, "pad": "x".repeat(size)})
}

fn put(name: &str, expect: Expect, size: usize) -> Write {
    Write {
        collection: THINGS,
        key: Key::new("ns", name),
        expect,
        change: Change::Put(thing(name, size)),
        within: None,
    }
}

#[tokio::test]
async fn a_group_of_writes_sees_itself() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir).await;
    // All are queued before the first commit ends, so they meet in groups.
    let writes = (0..50).map(|i| storage.write(put(&format!("o{}", i % 25), Expect::Absent, 10)));
    let results = futures::future::join_all(writes).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 25);
    assert!(results.iter().filter_map(|r| r.as_ref().err()).all(|e| matches!(e, WriteError::Exists)));
    let mut revisions: Vec<u64> = results.into_iter().flatten().map(|o| o.revision).collect();
    revisions.sort_unstable();
    revisions.dedup();
    assert_eq!(revisions.len(), 25);
    assert_eq!(storage.revision(), *revisions.last().unwrap());
    let stale = storage.write(put("o1", Expect::Revision(1), 10)).await;
    assert!(matches!(stale, Err(WriteError::Changed)));
    let none = storage.write(put("none", Expect::Revision(1), 10)).await;
    assert!(matches!(none, Err(WriteError::Missing)));
    let homeless = Write { within: Some(0), ..put("new", Expect::Absent, 10) };
    assert!(matches!(storage.write(homeless).await, Err(WriteError::NoNamespace)));
}

#[tokio::test]
async fn the_past_is_bounded_and_expires() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir).await;
    let first = storage.write(put("a", Expect::Absent, 10)).await.unwrap().revision;
    let (events, complete) = storage.events(THINGS, first - 1, 10).unwrap();
    assert_eq!((events.len(), complete), (1, first));
    // Big objects shorten the past: the history holds bytes, not only a number of changes.
    let mut last = first;
    for _ in 0..12 {
        last = storage.write(put("a", Expect::Revision(last), 512 * 1024)).await.unwrap().revision;
    }
    assert_eq!(storage.events(THINGS, first - 1, 10).unwrap_err(), Expired);
    assert_eq!(storage.list_at(THINGS, Range::default(), first).unwrap_err(), Expired);
    assert_eq!(storage.events(THINGS, last - 1, 10).unwrap().0.len(), 1);
    assert_eq!(storage.list_at(THINGS, Range::default(), last - 1).unwrap().items[0].revision, last - 1);
}

#[tokio::test]
async fn a_frame_is_the_event_around_the_body() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir).await;
    let stored = storage.write(put("a", Expect::Absent, 10)).await.unwrap();
    let (events, _) = storage.events(THINGS, stored.revision - 1, 10).unwrap();
    let line: Value = serde_json::from_slice(&events[0].frame).unwrap();
    assert_eq!((&line["type"], &line["object"]), (&json!("ADDED"), &stored.value()));
    assert_eq!(line["object"]["metadata"]["resourceVersion"], stored.revision.to_string());
    assert_eq!(frame(EventType::Added, &stored.body), events[0].frame);
}

#[tokio::test]
async fn a_follower_is_told_everything_or_that_it_missed_something() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir).await;
    let mut follower = storage.follow();
    let first = storage.write(put("a", Expect::Absent, 10)).await.unwrap().revision;
    let Some(Followed::Events(THINGS, events)) = follower.next().await else { panic!("no events") };
    assert_eq!(events[0].revision, first);
    let mut last = first;
    for _ in 0..12 {
        last = storage.write(put("a", Expect::Revision(last), 512 * 1024)).await.unwrap().revision;
    }
    assert!(matches!(follower.next().await, Some(Followed::Missed(THINGS))));
    storage.write(put("a", Expect::Revision(last), 10)).await.unwrap();
    assert!(matches!(follower.next().await, Some(Followed::Events(THINGS, events)) if events.len() == 1));
}

#[tokio::test]
async fn namespaces_that_begin_alike_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir).await;
    for namespace in ["a", "a-b", "ab"] {
        let write = Write { key: Key::new(namespace, "x"), ..put("x", Expect::Absent, 1) };
        storage.write(write).await.unwrap();
    }
    let range = Range { namespace: Some("a"), ..Range::default() };
    assert_eq!(storage.list(THINGS, range).items.len(), 1);
    assert_eq!(storage.list(THINGS, Range::default()).items.len(), 3);
}
