//! An experiment as it is kept.

use kube::ResourceExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::outcome::Outcome;
use super::trial::Target;
use crate::evaluation::datasets::Item;
use crate::resources::Evaluation;
use crate::resources::annotations::BASELINE;
use crate::resources::evaluation::EvaluationSpec;

/// Experiments of one name that are kept; of more, the oldest go, but never the baseline.
pub const MAX_EXPERIMENTS: i64 = 100;
/// Items × targets × repeats of one experiment; one with more does not begin, and says so.
pub const MAX_TRIALS: usize = 20_000;
/// Why one was canceled that ran when another was wanted.
pub const REPLACED: &str = "Its Evaluation was changed or run again before it had ended.";
/// Characters of a title that is made of an input.
const MAX_TITLE: usize = 120;
/// Bytes of a hash that names something.
const HASH: usize = 12;

/// Where an experiment stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// It runs.
    #[default]
    Running,
    /// All its items have ended.
    Done,
    /// Somebody stopped it.
    Canceled,
    /// It could not run.
    Failed,
}

impl State {
    /// As it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
        }
    }

    /// What was kept.
    pub(super) fn read(text: &str) -> Self {
        match text {
            "done" => Self::Done,
            "canceled" => Self::Canceled,
            "failed" => Self::Failed,
            _ => Self::Running,
        }
    }
}

/// Who was asked, as it was then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AskedTarget {
    /// Who.
    pub target: Target,
    /// UID of the object.
    pub uid: String,
    /// Its generation.
    pub generation: i64,
}

/// What an experiment rests on, as it was when it began.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Snapshot {
    /// The specification of the Evaluation.
    pub spec: EvaluationSpec,
    /// Its targets.
    pub targets: Vec<AskedTarget>,
    /// Namespace of the evaluator.
    pub evaluator_namespace: String,
    /// Name of the evaluator.
    pub evaluator: String,
    /// UID of the evaluator.
    pub evaluator_uid: String,
    /// Its generation.
    pub evaluator_generation: i64,
    /// Times each item is asked of each target.
    pub repeats: u32,
}

/// An experiment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Experiment {
    /// Key of its trials.
    pub id: String,
    /// Namespace of the Evaluation.
    pub namespace: String,
    /// Name of the Evaluation.
    pub name: String,
    /// Number, from 1.
    pub number: u32,
    /// UID of the Evaluation.
    pub evaluation: String,
    /// What made it run.
    pub run: String,
    /// Data set.
    pub data_set: String,
    /// Its version; 0 when it was not found.
    pub data_set_version: u32,
    /// The items: a hash, under which they are kept.
    pub item_set: String,
    /// How many items.
    pub items: usize,
    /// Items × targets × repeats.
    pub total: usize,
    /// What it rests on.
    pub snapshot: Snapshot,
    /// Begin.
    pub started_ms: i64,
    /// End.
    pub ended_ms: Option<i64>,
    /// State.
    pub state: State,
    /// What became of it, in a sentence.
    pub message: String,
    /// What came of it, once it has ended.
    pub outcome: Option<Outcome>,
}

impl Experiment {
    /// The key of what an Evaluation's run makes: the same after a restart.
    pub fn id_of(evaluation: &str, run: &str) -> String {
        hash(&[evaluation, run])
    }
}

/// What makes an Evaluation run: its generation, and the value of the annotation that asks for it again.
pub fn run_key(generation: i64, again: &str) -> String {
    if again.is_empty() { generation.to_string() } else { format!("{generation}/{again}") }
}

/// The experiment that an evaluation names as its baseline: `3`, one of its own, or `NAME@3`, one of another of the namespace. What
/// cannot be read is number 0, which no experiment has: a gate must not pass because of a slip of the pen.
pub fn baseline(evaluation: &Evaluation) -> Option<(String, u32)> {
    let named =
        evaluation.annotations().get(BASELINE).map(|named| named.trim()).filter(|named| !named.is_empty())?;
    let own = evaluation.name_any();
    let (name, number) = named.split_once('@').unwrap_or((own.as_str(), named));
    Some((name.to_owned(), number.parse().unwrap_or_default()))
}

/// Number of the experiment of its own that an evaluation names as its baseline; 0 for none.
pub fn own_baseline(evaluation: &Evaluation) -> u32 {
    let own = baseline(evaluation).filter(|(name, _)| *name == evaluation.name_any());
    own.map(|(_, number)| number).unwrap_or_default()
}

/// An item, as tables show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ItemHead {
    /// Its id.
    pub id: String,
    /// Its name, else how its input begins.
    pub title: String,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl ItemHead {
    /// Of an item.
    pub fn of(item: &Item) -> Self {
        let title = if item.name.is_empty() {
            let line = item.input.split_whitespace().collect::<Vec<_>>().join(" ");
            match line.char_indices().nth(MAX_TITLE) {
                Some((at, _)) => format!("{}…", &line[..at]),
                None => line,
            }
        } else {
            item.name.clone()
        };
        Self { id: item.id.clone(), title, tags: item.tags.clone() }
    }
}

/// A short hash of texts.
pub(super) fn hash(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        // Their lengths too, so that no two lists of texts are told alike.
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    digest.finalize().iter().take(HASH).map(|byte| format!("{byte:02x}")).collect()
}
