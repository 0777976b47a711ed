//! Experiments: a data set asked of targets, scored item by item, and compared with an earlier time.
//!
//! A batch Evaluation that names a data set makes an experiment each time it runs; experiments are numbered for each name from 1.

use serde::{Deserialize, Serialize};

use super::answers::AnswerDiff;
use super::cost::Cost;
use super::groups::GroupView;
use super::run::TokenUsage;

/// Items of one window of a comparison.
pub const ITEM_WINDOW: usize = 100;
/// Bins of a histogram of scores, from 0 to 1.
pub const BINS: usize = 10;
/// Points of a picture; of more, a sample is drawn, which shows.
pub const MAX_POINTS: usize = 1_000;

/// An experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExperimentKey {
    /// Namespace.
    pub namespace: String,
    /// Name of the Evaluation.
    pub evaluation: String,
    /// Number, from 1; 0 asks for the newest.
    pub number: u32,
}

/// A target of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TargetName {
    /// `agent`, `team`, `model` or `tool`.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// One side of a comparison: what one target answered in one experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Name of the Evaluation (of the same namespace); empty for the one that is shown.
    pub evaluation: String,
    /// Number of the experiment.
    pub number: u32,
    /// Target; `None` for the one of the same name, else the first.
    pub target: Option<TargetName>,
}

/// In which order items are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemOrder {
    /// What became worse first, what became better next, then the rest by name.
    #[default]
    Moved,
    /// The lowest score first.
    Score,
    /// As in the data set.
    DataSet,
    /// The slowest first.
    Latency,
    /// The dearest first.
    Cost,
}

/// Which items are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemFilter {
    /// All.
    #[default]
    All,
    /// Those that did not pass.
    Failed,
    /// Those whose score is not that of the baseline.
    Changed,
    /// Those that became worse.
    Worse,
    /// Those that became better.
    Better,
    /// Those whose score is below this, in thousandths.
    Below(u16),
}

/// What a page asks of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRequest {
    /// Which.
    pub key: ExperimentKey,
    /// The target that is shown; `None` for the first.
    pub target: Option<TargetName>,
    /// What it is compared with; `None` for the Evaluation's baseline, else the experiment before.
    pub base: Option<Side>,
    /// Not compared at all.
    pub alone: bool,
    /// Order of the items.
    pub order: ItemOrder,
    /// Which items.
    pub filter: ItemFilter,
    /// Only items of this tag.
    pub tag: String,
    /// Items to leave out before the window of [`ITEM_WINDOW`].
    pub offset: usize,
}

/// Where an experiment stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExperimentState {
    /// It runs.
    #[default]
    Running,
    /// All its items have ended.
    Done,
    /// Somebody stopped it.
    Canceled,
    /// It could not run, or stopped at a failure.
    Failed,
}

/// An experiment, compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExperimentView {
    /// Which.
    pub key: ExperimentKey,
    /// The Evaluation is there still: it can run again, and take a baseline.
    pub exists: bool,
    /// State.
    pub state: ExperimentState,
    /// Why it failed, or what it does, in a sentence.
    pub message: String,
    /// Evaluator.
    pub evaluator: String,
    /// Data set.
    pub data_set: String,
    /// Its version that was asked.
    pub data_set_version: u32,
    /// All targets.
    pub targets: Vec<TargetName>,
    /// The one that is shown.
    pub target: TargetName,
    /// Times each item was asked of each target.
    pub repeats: u32,
    /// Begin.
    pub started_ms: i64,
    /// End.
    pub ended_ms: Option<i64>,
    /// How far it is.
    pub progress: Progress,
    /// The experiments of this Evaluation, newest first, for the choice of a baseline and the trend.
    pub experiments: Vec<ExperimentRef>,
    /// What it is compared with.
    pub base: Option<Side>,
    /// Number of the Evaluation's own baseline; 0 for none.
    pub baseline: u32,
    /// What changed between the two: a sentence each (data set versions, generations of targets, evaluators).
    pub changed: Vec<String>,
    /// The gate, where the Evaluation has one.
    pub gate: Option<GateView>,
    /// The least mean score that the gate asks for; also before it has decided.
    pub least_mean: Option<f64>,
    /// In figures.
    pub summary: Summary,
    /// The baseline in figures.
    pub base_summary: Option<Summary>,
    /// What changed, with confidence.
    pub delta: Option<Delta>,
    /// How many items are in each bin of scores: here, and in the baseline. [`BINS`] of them; a score of 1 is in the last.
    pub bins: Vec<(usize, usize)>,
    /// Score against time and cost.
    pub points: Vec<Point>,
    /// All tags of the items.
    pub tags: Vec<String>,
    /// How the items of the most used tags did.
    pub groups: Vec<GroupView>,
    /// The window of items.
    pub rows: Vec<ItemRow>,
    /// Items that the filter leaves.
    pub rows_total: usize,
    /// Items by filter, for the chips.
    pub counts: Counts,
}

/// How far an experiment is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Items × targets × repeats.
    pub total: usize,
    /// Ended with a score.
    pub completed: usize,
    /// Ended with an error.
    pub failed: usize,
    /// Running now.
    pub running: usize,
    /// Until it ends, if it goes on as until now.
    pub eta_ms: Option<i64>,
}

/// An experiment among others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRef {
    /// Number.
    pub number: u32,
    /// State.
    pub state: ExperimentState,
    /// Begin.
    pub started_ms: i64,
    /// Version of the data set.
    pub data_set_version: u32,
    /// Mean score of all its targets, if it has any score.
    pub mean: Option<f64>,
    /// Its gate passed; `None` without a gate.
    pub gate_passed: Option<bool>,
}

/// A gate and its conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateView {
    /// All conditions hold.
    pub passed: bool,
    /// Each of them.
    pub conditions: Vec<GateCondition>,
}

/// A condition of a gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateCondition {
    /// It holds.
    pub passed: bool,
    /// In a sentence: `Mean score 0.84 is below 0.85.`
    pub text: String,
}

/// One side in figures. An item counts with the mean of its repeats; one that has no score counts 0 and did not pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Items.
    pub items: usize,
    /// Items that passed in every repeat.
    pub passed: usize,
    /// Items without any score.
    pub missing: usize,
    /// Mean score.
    pub mean: Option<f64>,
    /// 95 % interval of the mean (bootstrap).
    pub interval: Option<(f64, f64)>,
    /// Median time of an answer.
    pub p50_ms: Option<i64>,
    /// Time of an answer that 95 % do not exceed.
    pub p95_ms: Option<i64>,
    /// Tokens of the targets.
    pub tokens: TokenUsage,
    /// Cost of the targets, by currency.
    pub costs: Vec<Cost>,
    /// Tokens of the judges.
    pub judge_tokens: TokenUsage,
    /// Cost of the judges, by currency.
    pub judge_costs: Vec<Cost>,
}

/// The difference of two sides, over the items that both have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// Items that both have.
    pub paired: usize,
    /// Items that only the baseline has: they are no pass.
    pub missing: usize,
    /// Items that only this one has.
    pub new: usize,
    /// Mean of the differences of scores.
    pub mean: f64,
    /// 95 % interval of it (bootstrap over pairs).
    pub interval: (f64, f64),
    /// The interval does not hold 0.
    pub significant: bool,
    /// Items that became worse by more than the noise of [`Delta::noise`].
    pub worse: usize,
    /// Items that became better.
    pub better: usize,
    /// Differences up to this count as the same.
    pub noise: f64,
}

/// A point of the pictures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Item.
    pub item: String,
    /// Score.
    pub score: f64,
    /// Time of the answer.
    pub latency_ms: i64,
    /// Cost in thousand-millionths of its currency.
    pub cost_nanos: Option<i64>,
    /// It passed.
    pub passed: bool,
}

/// Items by filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All.
    pub all: usize,
    /// Not passed.
    pub failed: usize,
    /// Of another score than in the baseline.
    pub changed: usize,
    /// Worse.
    pub worse: usize,
    /// Better.
    pub better: usize,
}

/// An item in a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Its id in the data set.
    pub id: String,
    /// Its title: its name, else how its input begins.
    pub title: String,
    /// The reason of what failed, else nothing; one line.
    pub note: String,
    /// Mean score of the repeats; `None` when it has none.
    pub score: Option<f64>,
    /// Score in the baseline.
    pub base: Option<f64>,
    /// It passed.
    pub passed: bool,
    /// It has ended, in every repeat.
    pub ended: bool,
    /// Why it has no score.
    pub error: String,
    /// Mean time of the answers.
    pub latency_ms: Option<i64>,
    /// Cost of the answers.
    pub costs: Vec<Cost>,
    /// Tags.
    pub tags: Vec<String>,
}

/// An item, beside the same in the baseline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemView {
    /// Its row.
    pub row: ItemRow,
    /// What was asked.
    pub input: String,
    /// What should be answered.
    pub expected: String,
    /// Each repeat here.
    pub trials: Vec<TrialView>,
    /// Each repeat in the baseline.
    pub base_trials: Vec<TrialView>,
    /// What differs between the first answer of the baseline (left) and the first here (right).
    pub diff: Option<AnswerDiff>,
    /// What people said of it.
    pub annotations: Vec<AnnotationView>,
}

/// One answer and its score.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrialView {
    /// Repeat, from 0.
    pub repeat: u32,
    /// Name of the Query, for the link to its run; it may be gone.
    pub query: String,
    /// The Query is there still.
    pub query_exists: bool,
    /// The answer.
    pub output: String,
    /// Score.
    pub score: Option<f64>,
    /// It passed.
    pub passed: bool,
    /// Why there is no score.
    pub error: String,
    /// Measures, criteria and rules.
    pub findings: Vec<FindingView>,
    /// Time of the answer.
    pub latency_ms: Option<i64>,
    /// Tokens of the answer.
    pub tokens: TokenUsage,
    /// Cost of the answer.
    pub costs: Vec<Cost>,
    /// Models of the judges, with how often and the spread, as text; empty without a judge.
    pub judge: String,
}

/// A measure, criterion or rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FindingView {
    /// Name.
    pub name: String,
    /// Score.
    pub score: f64,
    /// It is enough.
    pub passed: bool,
    /// How much it counts.
    pub weight: f64,
    /// Why.
    pub reason: String,
}

/// What a person said of an answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnnotationView {
    /// Who.
    pub person: String,
    /// When.
    pub at_ms: i64,
    /// Score of each criterion of the rubric, from 0 to 1.
    pub scores: Vec<(String, f64)>,
    /// Whether the answer is good enough.
    pub passed: bool,
    /// Why.
    pub note: String,
}

/// An item that waits for a person, or that one has judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueItem {
    /// Experiment.
    pub key: ExperimentKey,
    /// Target that answered.
    pub target: TargetName,
    /// Item.
    pub item: String,
    /// Its title.
    pub title: String,
    /// What was asked.
    pub input: String,
    /// What should be answered.
    pub expected: String,
    /// The answer.
    pub output: String,
    /// Query, for the link to its run.
    pub query: String,
    /// The judge's score; shown only after the person has judged, so that it does not lead them.
    pub score: Option<f64>,
    /// The judge let it pass.
    pub passed: bool,
    /// What this person said, if they did.
    pub mine: Option<AnnotationView>,
}

/// The queue of an experiment, or of a namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueView {
    /// Criteria to judge by: the evaluator's judge's, else one named `overall`.
    pub rubric: Vec<RubricLine>,
    /// Items that wait, in the order in which people learn most: those the judge is least sure of first.
    pub waiting: Vec<QueueItem>,
    /// How many wait in all.
    pub waiting_total: usize,
    /// How many this person has judged.
    pub judged: usize,
    /// How judge and people agree.
    pub agreement: Option<Agreement>,
}

/// A criterion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RubricLine {
    /// Name.
    pub name: String,
    /// What it asks.
    pub text: String,
}

/// How judge and people agree on pass and fail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Answers that both judged.
    pub items: usize,
    /// Share on which they agree, from 0 to 1.
    pub share: f64,
    /// Cohen's kappa, from -1 to 1; `None` when either says always the same.
    pub kappa: Option<f64>,
    /// Spearman's rank correlation of the scores; `None` with too few.
    pub rank_correlation: Option<f64>,
    /// The judge passed, people did not.
    pub too_kind: usize,
    /// People passed, the judge did not.
    pub too_strict: usize,
}
