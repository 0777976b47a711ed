//! One answer: measures first, which cost nothing, then the judge.

use serde::{Deserialize, Serialize};

use super::{Bench, ScoreError, Scored, codes, parameters};
use crate::engine::journal::{Cost, Usage};
use crate::engine::providers::{ChatRequest, Message, OutputSchema};
use crate::engine::sandbox::Verdict as Fit;
use crate::engine::{Manner, RunError};
use crate::evaluation::finding::{self, Finding};
use crate::evaluation::subject::Subject;
use crate::evaluation::{judge, metrics};
use crate::resources::Model;
use crate::resources::metric::{Metric, MetricType};

/// Characters of a judge's words that an error quotes.
const MAX_QUOTE: usize = 200;

/// What a judge said, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Said {
    content: String,
    pub(super) usage: Usage,
    pub(super) cost: Option<Cost>,
}

/// Measures and judges `subject`; steps begin with `place`. What it cost is added to `scored`.
pub(super) async fn findings(
    bench: &Bench<'_>,
    place: &str,
    subject: &Subject,
    scored: &mut Scored,
) -> Result<Vec<Finding>, ScoreError> {
    let measures = &bench.work.evaluator.spec.metrics;
    let mut findings = Vec::with_capacity(measures.len());
    for metric in measures {
        metrics::check(metric).map_err(|why| {
            RunError::new(
                codes::INVALID_METRIC,
                format!("Measure '{}' cannot be used: {why}.", metric.label()),
            )
        })?;
        findings.push(measured(bench, metric, subject).await?);
    }
    if measures.is_empty() || bench.settings.judges {
        findings.extend(judged(bench, place, subject, scored).await?);
    }
    Ok(findings)
}

async fn measured(bench: &Bench<'_>, metric: &Metric, subject: &Subject) -> Result<Finding, RunError> {
    if metric.type_ == MetricType::JsonSchema {
        let schema = metric.schema.clone().unwrap_or_default();
        let fit = bench.scorer.engine.sandbox().check(schema, subject.output.clone()).await;
        let fit = fit.map_err(|error| {
            RunError::new(
                codes::INVALID_METRIC,
                format!("Measure '{}' cannot be taken: {error}.", metric.label()),
            )
        })?;
        return match fit {
            Fit::Fits(_) => Ok(metrics::of_verdict(metric, Ok(()))),
            Fit::Breaks(why) => Ok(metrics::of_verdict(metric, Err(why))),
            Fit::NoSchema(why) => Err(RunError::new(
                codes::INVALID_METRIC,
                format!("Measure '{}' has a schema that is none: {why}.", metric.label()),
            )),
        };
    }
    let (metric, subject) = (metric.clone(), subject.clone());
    // Long texts take long to compare, and others want to run.
    let taken = tokio::task::spawn_blocking(move || metrics::measure(&metric, &subject)).await;
    taken.map_err(|error| RunError::new(codes::INVALID_METRIC, format!("A measure failed: {error}.")))
}

async fn judged(
    bench: &Bench<'_>,
    place: &str,
    subject: &Subject,
    scored: &mut Scored,
) -> Result<Vec<Finding>, ScoreError> {
    let settings = &bench.settings;
    let namespace = match settings.model_namespace.as_str() {
        "" => &bench.work.namespace,
        namespace => namespace,
    };
    let model = bench.world.get(namespace, &settings.model).await;
    let model: Model = model.map_err(|error| veiled(bench, error))?;
    let request = ChatRequest {
        messages: vec![
            Message::system(judge::system(settings)),
            Message::user(judge::question(settings, subject)),
        ],
        output_schema: Some(OutputSchema { name: "verdict".into(), schema: judge::schema(settings) }),
        ..ChatRequest::default()
    };
    let mut verdicts = Vec::new();
    for round in 0..settings.repeats {
        let step = format!("{place}judge/{round}");
        let said = ask(bench, &step, &model, &request, scored).await?;
        let verdict = match judge::read(settings, &said) {
            Ok(verdict) => verdict,
            // Once more, with what was wrong; then it is an error with both.
            Err(why) => {
                let mut request = request.clone();
                request.messages.push(Message::assistant(said, Vec::new(), None));
                request.messages.push(Message::user(judge::again(&why)));
                let said = ask(bench, &format!("{step}/again"), &model, &request, scored).await?;
                judge::read(settings, &said)
                    .map_err(|again| unreadable(&settings.model, &why, &again, &said))?
            }
        };
        verdicts.push(verdict);
    }
    let each = verdicts.iter().map(|one| judge::combine(settings, std::slice::from_ref(one)));
    scored.judge = words(&settings.model, &each.filter_map(|one| finding::score(&one)).collect::<Vec<_>>());
    Ok(judge::combine(settings, &verdicts))
}

/// The error without the name of the Model, where that was looked up.
fn veiled(bench: &Bench<'_>, error: RunError) -> RunError {
    let of = |name| Some(format!("parameter '{name}' ({})", parameters::looked_up(bench.work, name)?));
    let sources: Vec<String> = ["model.name", "model.namespace"].into_iter().filter_map(of).collect();
    if sources.is_empty() {
        return error;
    }
    let sources = sources.join(" and ");
    let text = format!(
        "There is no Model to judge that could be read, as {sources} names it. Create it, or correct the value."
    );
    RunError::new(error.code, text)
}

/// `judge`, `judge, 3 times, 0.60 to 0.80`.
fn words(model: &str, scores: &[f64]) -> String {
    if scores.len() < 2 {
        return model.to_owned();
    }
    let low = scores.iter().copied().fold(1.0, f64::min);
    let high = scores.iter().copied().fold(0.0, f64::max);
    format!("{model}, {} times, {low:.2} to {high:.2}", scores.len())
}

async fn ask(
    bench: &Bench<'_>,
    step: &str,
    model: &Model,
    request: &ChatRequest,
    scored: &mut Scored,
) -> Result<String, ScoreError> {
    let settings = &bench.settings;
    let manner = Manner {
        temperature: Some(settings.temperature.unwrap_or(0.0)),
        insists: settings.temperature.is_some(),
        max_tokens: settings.max_tokens,
    };
    let said: Said = bench
        .once(step, async {
            let asked = bench.scorer.engine.ask(&bench.world, model, manner, request).await?;
            bench.scorer.engine.scorings().judged(asked.usage);
            Ok(Said { content: asked.content, usage: asked.usage, cost: asked.cost })
        })
        .await?;
    scored.spent(said.usage, said.cost.as_ref());
    Ok(said.content)
}

fn unreadable(model: &str, first: &str, second: &str, said: &str) -> RunError {
    let quote: String = said.chars().take(MAX_QUOTE).collect();
    RunError::new(
        codes::JUDGE_UNREADABLE,
        format!("Model '{model}' gave no verdict: first, {first}; asked again, {second}. It said: “{quote}”"),
    )
}
