//! kill -9 during concurrent writes: every write that was acknowledged is there afterwards.
//!
//! The writers are this same test program, started again with a folder in its environment. They tell each
//! acknowledged write on their standard output; a pipe keeps what was written to it when its writer is killed.
//! `ARKDECK_CRASH_ROUNDS=50` makes it fifty kills.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod embedded_support;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use embedded_support::{open, widget, widget_resource};
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

const FOLDER: &str = "ARKDECK_CRASH_FOLDER";
const ROUND: &str = "ARKDECK_CRASH_ROUND";
/// Writers at the same time.
const WRITERS: usize = 8;
/// Rounds unless the environment asks for more.
const ROUNDS: usize = 5;

/// What a writer does to each of its objects, in order; the number is the size that the object then has.
const STEPS: [Step; 4] = [Step::Create(1), Step::Resize(2), Step::Resize(3), Step::Delete];

#[derive(Clone, Copy)]
enum Step {
    Create(i64),
    Resize(i64),
    Delete,
}

impl Step {
    /// The size of the object after the step; `None` when it is gone.
    fn leaves(self) -> Option<i64> {
        match self {
            Self::Create(size) | Self::Resize(size) => Some(size),
            Self::Delete => None,
        }
    }
}

#[test]
fn acknowledged_writes_survive() {
    // The writers run in a process of their own; this test is them when it is told a folder.
    if let Some(folder) = std::env::var_os(FOLDER) {
        runtime().block_on(write_until_killed(Path::new(&folder)));
        return;
    }
    let rounds = std::env::var("ARKDECK_CRASH_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(ROUNDS);
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    for round in 0..rounds {
        // A different moment each time, the same in each run.
        let patience = 40 + round * 37 % 160;
        runtime().block_on(kill_after(folder.path(), round, patience, &mut acknowledged));
        runtime().block_on(check(folder.path(), &acknowledged));
    }
    assert!(acknowledged.last.len() > rounds, "the writers wrote too little to show anything");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The last acknowledged step of each object, and the highest revision that anybody was told.
#[derive(Default)]
struct Acknowledged {
    last: HashMap<String, usize>,
    revision: u64,
}

/// Starts the writers and kills them after so many acknowledged writes.
async fn kill_after(folder: &Path, round: usize, writes: usize, acknowledged: &mut Acknowledged) {
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "acknowledged_writes_survive", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut count = 0;
    while let Some(line) = lines.next_line().await.unwrap() {
        // The test harness writes to the same pipe; a line that the kill cut short says nothing.
        let words: Vec<&str> = line.split(' ').collect();
        let ["acknowledged", name, step, revision, "."] = words.as_slice() else { continue };
        acknowledged.last.insert((*name).to_owned(), step.parse().unwrap());
        acknowledged.revision = acknowledged.revision.max(revision.parse().unwrap());
        count += 1;
        if count == writes {
            child.start_kill().unwrap();
        }
    }
    child.wait().await.unwrap();
    assert!(count >= writes, "the writers ended by themselves after {count} writes");
}

/// Opens what is left and compares.
async fn check(folder: &Path, acknowledged: &Acknowledged) {
    let embedded = open(folder).await;
    let widgets = api(&embedded);
    let list = widgets.list(&Default::default()).await.unwrap();
    let revision: u64 = list.metadata.resource_version.unwrap().parse().unwrap();
    assert!(revision >= acknowledged.revision, "the revision went back to {revision}");
    let found: HashMap<String, i64> = list
        .items
        .iter()
        .map(|o| (o.metadata.name.clone().unwrap(), o.data["spec"]["size"].as_i64().unwrap()))
        .collect();
    for (name, step) in &acknowledged.last {
        let is = found.get(name).copied();
        // The step after the last acknowledged one may have been done: its answer was under way.
        let next = STEPS.get(step + 1).map(|s| s.leaves());
        let was = STEPS[*step].leaves();
        assert!(is == was || next == Some(is), "{name} is {is:?} after step {step} was acknowledged");
    }
    embedded.shutdown().await;
}

fn api(embedded: &arkdeck::embedded::Embedded) -> Api<DynamicObject> {
    Api::namespaced_with(Client::new(embedded.router(), "default"), "default", &widget_resource())
}

async fn write_until_killed(folder: &Path) {
    let round = std::env::var(ROUND).unwrap();
    let embedded = open(folder).await;
    let widgets = api(&embedded);
    let writers = (0..WRITERS).map(|writer| {
        let (widgets, round) = (widgets.clone(), round.clone());
        async move {
            for object in 0.. {
                write(&widgets, &format!("r{round}-w{writer}-{object}"), object).await;
            }
        }
    });
    futures::future::join_all(writers).await;
}

/// Takes an object through its steps; every third stays.
async fn write(widgets: &Api<DynamicObject>, name: &str, object: usize) {
    for (number, step) in STEPS.iter().enumerate() {
        let revision = match step {
            Step::Create(size) => {
                let mut value = widget(name, "red");
                value["spec"]["size"] = (*size).into();
                let object: DynamicObject = serde_json::from_value(value).unwrap();
                widgets.create(&PostParams::default(), &object).await.unwrap().metadata.resource_version
            }
            Step::Resize(size) => {
                let patch = Patch::Merge(json!({"spec": {"size": size}}));
                let changed = widgets.patch(name, &PatchParams::default(), &patch).await.unwrap();
                changed.metadata.resource_version
            }
            Step::Delete if object.is_multiple_of(3) => return,
            Step::Delete => {
                widgets.delete(name, &DeleteParams::default()).await.unwrap();
                None
            }
        };
        let revision = revision.unwrap_or_else(|| "0".to_owned());
        let line = format!("acknowledged {name} {number} {revision} .\n");
        // One write, so that lines of several writers do not mix.
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
        std::io::stdout().flush().unwrap();
    }
}
