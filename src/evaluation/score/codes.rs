//! Codes of evaluations that end without a score.

/// The specification lacks what its type needs.
pub const INVALID_SPEC: &str = "InvalidSpec";
/// A parameter cannot be read.
pub const INVALID_PARAMETER: &str = "InvalidParameter";
/// The data set cannot be read.
pub const INVALID_DATA_SET: &str = "InvalidDataSet";
/// The query has no answer that could be scored.
pub const NO_ANSWER: &str = "NoAnswer";
/// There is no journal of the query here.
pub const NO_JOURNAL: &str = "NoJournal";
/// What the judge said is no verdict.
pub const JUDGE_UNREADABLE: &str = "JudgeUnreadable";
/// The evaluator's service failed.
pub const SERVICE_FAILED: &str = "EvaluatorServiceFailed";
/// There is nothing to score by.
pub const NOTHING_TO_SCORE_BY: &str = "NothingToScoreBy";
/// A measure of the evaluator can mean nothing.
pub const INVALID_METRIC: &str = "InvalidMetric";
