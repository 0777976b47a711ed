//! Evaluators and Evaluations: what their forms hold, and what came of an Evaluation.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::experiments::{FindingView, Progress};
use super::forms::{ParameterForm, SourceForm};
use super::groups::GroupsView;
use super::row::Status;
use super::run::TokenUsage;

/// An Evaluator. Fields that this form does not know stay as they are in the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluatorForm {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// What it looks at.
    pub description: String,
    /// The service that scores; unset where Arkdeck scores itself.
    pub address: SourceForm,
    /// Measures.
    pub metrics: Vec<MetricForm>,
    /// The model that judges, and how.
    pub judge: JudgeForm,
    /// Further parameters.
    pub parameters: Vec<ParameterForm>,
    /// It scores queries by itself.
    pub selects: bool,
    /// Which: a label selector as kubectl writes it; empty for all of its namespace.
    pub selector: String,
    /// Which of these, and within what budget.
    pub sampling: SamplingForm,
    /// resourceVersion read, for an edit; `None` for a new one.
    pub version: Option<String>,
}

/// Which of the selected queries are scored; numbers as they are typed. What is empty is no bound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingForm {
    /// The share, in percent.
    pub percent: String,
    /// The most in an hour.
    pub max_per_hour: String,
    /// What a day may cost, as `2.50 EUR`.
    pub max_cost_per_day: String,
    /// Those that ended before the Evaluator was there, too.
    pub earlier: bool,
}

impl SamplingForm {
    /// The bounds in words; empty without any.
    pub fn words(&self) -> String {
        let bound =
            |text: &str, say: fn(&str) -> String| Some(text.trim()).filter(|text| !text.is_empty()).map(say);
        let bounds = [
            bound(&self.percent, |share| format!("{share} %")),
            bound(&self.max_per_hour, |most| format!("at most {most} an hour")),
            bound(&self.max_cost_per_day, |most| format!("at most {most} a day")),
            self.earlier.then(|| "earlier ones too".to_owned()),
        ];
        bounds.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// How a model judges: the parameters that Ark's judges know, as text. What is empty is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeForm {
    /// `model.name`.
    pub model: String,
    /// `model.namespace`.
    pub model_namespace: String,
    /// `scope`: criteria, as `accuracy,clarity`.
    pub scope: String,
    /// `weights`, as `accuracy=2`.
    pub weights: String,
    /// `evaluation-criteria`: what is asked besides.
    pub instructions: String,
    /// `evaluator-role`.
    pub role: String,
    /// `min-score`.
    pub min_score: String,
    /// `repeats`.
    pub repeats: String,
    /// `temperature`.
    pub temperature: String,
    /// `max-tokens`.
    pub max_tokens: String,
    /// `context`: what the answer is compared with.
    pub context: String,
}

/// Names of the parameters of a judge, in the order of [`JudgeForm::texts`].
pub const JUDGE_PARAMETERS: [&str; 11] = [
    "model.name",
    "model.namespace",
    "scope",
    "weights",
    "evaluation-criteria",
    "evaluator-role",
    "min-score",
    "repeats",
    "temperature",
    "max-tokens",
    "context",
];

impl JudgeForm {
    /// Its texts, in the order of [`JUDGE_PARAMETERS`].
    pub fn texts(&self) -> [&String; 11] {
        [
            &self.model,
            &self.model_namespace,
            &self.scope,
            &self.weights,
            &self.instructions,
            &self.role,
            &self.min_score,
            &self.repeats,
            &self.temperature,
            &self.max_tokens,
            &self.context,
        ]
    }

    /// A judge of such texts.
    pub fn of(texts: [String; 11]) -> Self {
        let [
            model,
            model_namespace,
            scope,
            weights,
            instructions,
            role,
            min_score,
            repeats,
            temperature,
            max_tokens,
            context,
        ] = texts;
        Self {
            model,
            model_namespace,
            scope,
            weights,
            instructions,
            role,
            min_score,
            repeats,
            temperature,
            max_tokens,
            context,
        }
    }

    /// A model judges: one is named, or criteria are.
    pub fn judges(&self) -> bool {
        [&self.model, &self.scope, &self.instructions].iter().any(|text| !text.trim().is_empty())
    }
}

/// A measure; numbers as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricForm {
    /// Name; empty for its type.
    pub name: String,
    /// Type, as in the resource.
    pub type_: String,
    /// The text that the answer is compared with.
    pub expected: String,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// Pattern.
    pub pattern: String,
    /// JSON schema, as text.
    pub schema: String,
    /// How far a number may be off.
    pub tolerance: String,
    /// The most that is good.
    pub max: String,
    /// The longest that is good.
    pub max_duration: String,
    /// Calls that are expected: a name each line, with arguments as JSON behind it.
    pub tools: String,
    /// In this order.
    pub ordered: bool,
    /// The opposite is wanted.
    pub negate: bool,
    /// How much it counts.
    pub weight: String,
    /// The score from which on it passes.
    pub threshold: String,
    /// The whole does not pass without it.
    pub required: bool,
}

impl MetricForm {
    /// What it measures, in words.
    pub fn words(&self) -> String {
        let not = |yes: &'static str, no: &'static str| if self.negate { no } else { yes };
        let expected = |text: &str| match text.is_empty() {
            true => "the expected answer".to_owned(),
            false => format!("“{text}”"),
        };
        let calls = || {
            let names = self.tools.lines().filter_map(|line| line.split_whitespace().next());
            names.collect::<Vec<_>>().join(", ")
        };
        let what = match self.type_.as_str() {
            "exact" => format!("{} {}", not("is", "is not"), expected(&self.expected)),
            "contains" => format!("{} {}", not("contains", "does not contain"), expected(&self.expected)),
            "regex" => format!("{} {}", not("matches", "does not match"), self.pattern),
            "json-schema" => "is JSON that fits a schema".to_owned(),
            "number" => format!("its number is that of {}", expected(&self.expected)),
            "levenshtein" => format!("is like {}, by edits", expected(&self.expected)),
            "rouge-l" => format!("is like {}, by words in order", expected(&self.expected)),
            "bleu" => format!("is like {}, by short sequences", expected(&self.expected)),
            "latency" => format!("comes within {}", self.max_duration),
            "tokens" => format!("takes at most {} tokens", self.max),
            "cost" => format!("costs at most {}", self.max),
            "tools" => format!(
                "{} {}{}",
                not("calls", "does not call"),
                calls(),
                if self.ordered { ", in this order" } else { "" }
            ),
            "refusal" => not("does not refuse", "refuses").to_owned(),
            other => other.to_owned(),
        };
        let mut text = what;
        if !self.threshold.is_empty() {
            text.push_str(&format!(", at least {}", self.threshold));
        }
        if self.required {
            text.push_str(", required");
        }
        text
    }

    /// The name under which it is reported.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.type_ } else { &self.name }
    }
}

/// An Evaluation. Fields that this form does not know stay as they are in the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationForm {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// `direct`, `query`, `event`, `baseline`, `batch` or `experiment` (a batch with a data set).
    pub type_: String,
    /// Evaluator; empty for none.
    pub evaluator: String,
    /// Its namespace, if another.
    pub evaluator_namespace: Option<String>,
    /// Parameters that win over the Evaluator's own.
    pub parameters: Vec<ParameterForm>,
    /// What was asked.
    pub input: String,
    /// What was answered.
    pub output: String,
    /// What should have been answered.
    pub expected: String,
    /// The query that is scored.
    pub query: String,
    /// Its namespace, if another.
    pub query_namespace: Option<String>,
    /// Which of its targets.
    pub response_target: String,
    /// Rules.
    pub rules: Vec<RuleForm>,
    /// A batch.
    pub batch: BatchForm,
    /// An experiment.
    pub experiment: ExperimentForm,
    /// How many run at the same time, as a number.
    pub concurrency: String,
    /// A failure does not stop the others.
    pub continue_on_failure: bool,
    /// Go duration it may take; empty for the default.
    pub timeout: String,
    /// Go duration it is kept; empty for the default.
    pub ttl: String,
    /// resourceVersion read, for an edit; `None` for a new one.
    pub version: Option<String>,
}

/// A rule over what happened in a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleForm {
    /// Name.
    pub name: String,
    /// CEL.
    pub expression: String,
    /// In words for people.
    pub description: String,
    /// How much it counts, as a number.
    pub weight: String,
}

/// What a batch consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchForm {
    /// Evaluations that are there: a name each line, `namespace/name` for those of another.
    pub evaluations: String,
    /// Evaluations to make, as a JSON list; empty for none.
    pub items: String,
    /// One is made for each query that is selected.
    pub templated: bool,
    /// A label selector of queries, as kubectl writes it.
    pub selector: String,
    /// What names of those made begin with.
    pub prefix: String,
    /// Type of those made.
    pub type_: String,
    /// Evaluator of those made.
    pub evaluator: String,
    /// Configuration of those made, as a JSON object.
    pub config: String,
    /// Parameters of those made.
    pub parameters: Vec<ParameterForm>,
}

/// What an experiment asks, whom, and when it passes; numbers as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentForm {
    /// Data set.
    pub data_set: String,
    /// Its version; empty for the newest.
    pub version: String,
    /// Tags of the items, as `refund, late`; empty for all.
    pub tags: String,
    /// Who is asked: type and name.
    pub targets: Vec<(String, String)>,
    /// How often.
    pub repeats: String,
    /// Least mean score.
    pub min_score: String,
    /// Least share of items that pass, in percent.
    pub min_passed_percent: String,
    /// Most items that may be worse than in the baseline.
    pub max_worse: String,
    /// Most that the mean may fall.
    pub max_score_drop: String,
    /// Most that the cost may grow, in percent.
    pub max_cost_growth_percent: String,
}

/// An Evaluation and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvaluationView {
    /// Its form.
    pub form: EvaluationForm,
    /// The query that it scores.
    pub query: Option<ObjectKey>,
    /// Score in thousandths.
    pub score: Option<u16>,
    /// It passed; `None` before its end.
    pub passed: Option<bool>,
    /// Its state in a sentence.
    pub message: String,
    /// Measures, criteria, rules or examples.
    pub results: Vec<FindingView>,
    /// Of a baseline: its examples by category and by difficulty, where they have one.
    pub groups: Vec<GroupsView>,
    /// How far a batch is.
    pub progress: Option<Progress>,
    /// Its evaluations.
    pub children: Vec<ChildView>,
    /// Tokens of the judges.
    pub tokens: Option<TokenUsage>,
    /// Cost of the judges, as text.
    pub cost: String,
    /// How long it took.
    pub duration_ms: Option<i64>,
}

/// An evaluation of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChildView {
    /// Which.
    pub key: ObjectKey,
    /// Its state.
    pub status: Status,
    /// Score in thousandths.
    pub score: Option<u16>,
    /// It passed.
    pub passed: bool,
    /// Its state in a sentence.
    pub message: String,
    /// Begin and end, where it has ended; of a large batch nothing is told of them.
    pub times: Option<(i64, i64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_told_in_words() {
        let metric = |type_: &str| MetricForm { type_: type_.into(), ..MetricForm::default() };
        assert_eq!(metric("exact").words(), "is the expected answer");
        let not = MetricForm { expected: "sorry".into(), negate: true, required: true, ..metric("contains") };
        assert_eq!(not.words(), "does not contain “sorry”, required");
        let tools = MetricForm { tools: "a {\"x\": 1}\nb".into(), ordered: true, ..metric("tools") };
        assert_eq!(tools.words(), "calls a, b, in this order");
        assert_eq!(MetricForm { threshold: "0.8".into(), ..metric("bleu") }.label(), "bleu");
    }

    #[test]
    fn bounds_are_told_in_words() {
        let form = SamplingForm { percent: "5".into(), earlier: true, ..SamplingForm::default() };
        assert_eq!(form.words(), "5 %, earlier ones too");
        let form = SamplingForm { max_cost_per_day: "2.50 EUR ".into(), ..SamplingForm::default() };
        assert_eq!(
            (form.words().as_str(), SamplingForm::default().words().as_str()),
            ("at most 2.50 EUR a day", "")
        );
    }

    #[test]
    fn a_judge_is_made_of_its_texts() {
        let judge = JudgeForm { scope: "accuracy".into(), context: "c".into(), ..JudgeForm::default() };
        assert!(judge.judges() && !JudgeForm::default().judges());
        assert_eq!(JudgeForm::of(judge.texts().map(Clone::clone)), judge);
    }
}
