//! Work that no bound inside a process holds: jq filters, which may recurse until the stack is gone or never end,
//! JSON Schemas, whose references may double at every level, and CEL rules, whose loops multiply. All are written by owners of agents, and one of them must
//! not take everybody's runs with it. So the work is done by a child, which is this same program: it has no environment,
//! opens nothing, limits itself, and is killed when it takes too long. What it breaks is itself.

mod child;
mod jq;
mod rules;
mod schema;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

pub use child::serve;
pub use rules::Ruled;
pub use schema::Verdict;

/// The word on the command line that makes this program a child.
pub const COMMAND: &str = "compute";

/// Children at once; further work waits. Each may take [`MEMORY`].
const AT_ONCE: usize = 4;
/// Seconds of computing that a child is given.
const CPU_SECONDS: u64 = 2;
/// Time from start to end; above [`CPU_SECONDS`], because a busy machine shares its processors.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of memory of a child, its stack included.
const MEMORY: u64 = 320 << 20;
/// Bytes of its stack; what recurses deeper ends it.
const STACK: usize = 64 << 20;
/// Bytes that a child writes; more is an error.
const MAX_OUTPUT: usize = 16 << 20;

/// Work for a child, as it reads it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Job {
    /// Passes a text through jq filters, one after the other.
    Filter {
        /// The filters.
        filters: Vec<String>,
        /// The text.
        input: String,
    },
    /// Says whether an answer fits a JSON Schema.
    Check {
        /// The schema.
        schema: Value,
        /// The answer.
        answer: String,
    },
    /// Says which CEL rules cannot be read.
    Read {
        /// The expressions.
        rules: Vec<String>,
    },
    /// Decides CEL rules over what happened in a run.
    Decide {
        /// The expressions.
        rules: Vec<String>,
        /// The trace.
        trace: Value,
    },
}

/// A child that did not do its work. The words go on after what was tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// There is no child, or what it wrote cannot be read: a fault of the installation.
    #[error("the helper process of arkdeck failed: {0}")]
    Unusable(String),
    /// It was killed.
    #[error("it takes longer than {CPU_SECONDS} s of computing; does it ever end?")]
    TooSlow,
    /// It died of want of memory or stack.
    #[error(
        "it needs more than the {} MiB of memory that it may have, or recurses without end",
        MEMORY >> 20
    )]
    TooBig,
    /// It wrote more than is read.
    #[error("its result is longer than {} MiB", MAX_OUTPUT >> 20)]
    TooLong,
}

/// Starts children; cheap to clone.
#[derive(Debug, Clone)]
pub struct Sandbox {
    program: Arc<PathBuf>,
    places: Arc<Semaphore>,
}

impl Sandbox {
    /// Children are `program`: this binary.
    pub fn new(program: PathBuf) -> Self {
        Self { program: Arc::new(program), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// This program's own file, also after a newer one has taken its name.
    pub fn own_program() -> PathBuf {
        if cfg!(target_os = "linux") {
            return "/proc/self/exe".into();
        }
        std::env::current_exe().unwrap_or_else(|_| "arkdeck".into())
    }

    /// `input` behind `filters`, in order. What is not JSON passes as it is.
    ///
    /// # Errors
    ///
    /// A sentence about the filter that cannot be read or does not suit the input, or about the child's bounds.
    pub async fn filter(&self, filters: Vec<String>, input: String) -> Result<String, String> {
        let outcome = self.run::<Result<String, String>>(&Job::Filter { filters, input }).await;
        outcome.unwrap_or_else(|error| Err(format!("the jq filter cannot be applied: {error}")))
    }

    /// Whether `answer` is JSON that fits `schema`.
    pub async fn check(&self, schema: Value, answer: String) -> Result<Verdict, SandboxError> {
        self.run(&Job::Check { schema, answer }).await
    }

    /// Why each of `rules`, which are CEL, cannot be read: line, column and what is wrong there; `None` for one that can.
    pub async fn read(&self, rules: Vec<String>) -> Result<Vec<Option<String>>, SandboxError> {
        self.run(&Job::Read { rules }).await
    }

    /// What becomes of each of `rules`, which are CEL, over `trace`.
    pub async fn decide(&self, rules: Vec<String>, trace: Value) -> Result<Vec<Ruled>, SandboxError> {
        self.run(&Job::Decide { rules, trace }).await
    }

    async fn run<T: DeserializeOwned>(&self, job: &Job) -> Result<T, SandboxError> {
        let unusable = |error: &dyn std::fmt::Display| SandboxError::Unusable(error.to_string());
        let job = serde_json::to_vec(job).map_err(|error| unusable(&error))?;
        let _place = self.places.acquire().await.map_err(|error| unusable(&error))?;
        // Dropped, and so killed, when the run that asked is cancelled.
        let mut child = Command::new(self.program.as_path())
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| unusable(&error))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
            return Err(SandboxError::Unusable("it has no pipes".into()));
        };
        let work = async {
            let write = async move {
                // A child that ended early shows in how it ended.
                let _ = stdin.write_all(&job).await;
            };
            let mut output = Vec::new();
            let mut bounded = stdout.take(MAX_OUTPUT as u64 + 1);
            let ((), read) = tokio::join!(write, bounded.read_to_end(&mut output));
            read.map_err(|error| unusable(&error))?;
            if output.len() > MAX_OUTPUT {
                return Err(SandboxError::TooLong);
            }
            let status = child.wait().await.map_err(|error| unusable(&error))?;
            child::ended(status)?;
            serde_json::from_slice(&output).map_err(|error| unusable(&error))
        };
        tokio::time::timeout(PATIENCE, work).await.unwrap_or(Err(SandboxError::TooSlow))
    }
}
