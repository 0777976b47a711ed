//! A baseline: every example of a data set is scored; one that fails says why, and the others go on.

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use super::{Bench, ScoreError, Scored, answer, codes};
use crate::engine::RunError;
use crate::evaluation::finding::{self, Finding, passed, written};
use crate::evaluation::golden::Example;
use crate::evaluation::groups;
use crate::evaluation::subject::Subject;

/// Characters of an example's reason.
const MAX_REASON: usize = 300;

async fn score_all(bench: &Bench<'_>, examples: Vec<Example>) -> Result<Scored, ScoreError> {
    let at_once = bench.work.spec.config.concurrency();
    // Boxed: whether futures of borrowed examples may move between threads is more than the compiler can tell.
    let work: Vec<BoxFuture<'_, Result<(Scored, Finding), ScoreError>>> =
        examples.iter().enumerate().map(|(at, example)| one(bench, at, example).boxed()).collect();
    let done: Vec<_> = stream::iter(work).buffered(at_once).collect().await;
    let mut whole = Scored::default();
    let mut first_error = None;
    for (at, (example, done)) in examples.iter().zip(done).enumerate() {
        match done {
            Ok((part, finding)) => {
                whole.usage += part.usage;
                for (currency, nanos) in part.costs {
                    *whole.costs.entry(currency).or_default() += nanos;
                }
                whole.findings.push(finding);
            }
            Err(ScoreError::Failed(error)) => {
                whole.findings.push(failed(example.label(at), &error.message));
                first_error.get_or_insert(error);
            }
            Err(error @ ScoreError::Store(_)) => return Err(error),
        }
    }
    let errors = whole.findings.iter().filter(|finding| finding.weight == 0.0).count();
    if let Some(error) = first_error.filter(|_| errors == examples.len()) {
        return Err(error.into());
    }
    // One without a score counts, with none.
    whole.findings.iter_mut().for_each(|finding| finding.weight = 1.0);
    whole.score = finding::score(&whole.findings).unwrap_or_default();
    let least = bench.settings.min_score;
    whole.passed = passed(&whole.findings, whole.score, least) && errors == 0;
    let good = whole.findings.iter().filter(|finding| finding.passed).count();
    for (name, value) in [
        ("total_examples", examples.len().to_string()),
        ("passed_examples", good.to_string()),
        ("failed_examples", (examples.len() - good).to_string()),
        ("error_examples", errors.to_string()),
    ] {
        whole.metadata.insert(name.to_owned(), value);
    }
    for (name, value) in groups::metadata(&examples, &whole.findings) {
        whole.metadata.insert(name.to_owned(), value);
    }
    whole.message =
        format!("Baseline evaluation completed successfully: {good}/{} examples passed", examples.len());
    Ok(whole)
}

/// Scores a data set, if it could be read.
pub(super) async fn score(
    bench: &Bench<'_>,
    examples: Result<Vec<Example>, String>,
) -> Result<Scored, ScoreError> {
    let examples = examples.map_err(|why| {
        RunError::new(codes::INVALID_DATA_SET, format!("The data set cannot be used: {why}."))
    })?;
    score_all(bench, examples).await
}

async fn one(bench: &Bench<'_>, at: usize, example: &Example) -> Result<(Scored, Finding), ScoreError> {
    let known = Some(example.expected_output.clone()).filter(|text| !text.is_empty());
    let output = if example.output.is_empty() { &example.expected_output } else { &example.output };
    let subject =
        Subject { input: example.input.clone(), output: output.clone(), expected: known, trace: None };
    let mut scored = Scored::default();
    let findings = answer::findings(bench, &format!("{at}/"), &subject, &mut scored).await?;
    let total = finding::score(&findings).unwrap_or_default();
    let least = example.min_score();
    let enough = passed(&findings, total, least.unwrap_or(bench.settings.min_score));
    let mut reason = if enough { String::new() } else { format!("{} is not enough. ", written(total)) };
    let low = findings.iter().filter(|finding| !finding.passed);
    reason.push_str(&low.map(|one| format!("{}: {}", one.name, one.reason)).collect::<Vec<_>>().join("; "));
    let finding = Finding {
        name: example.label(at),
        score: total,
        passed: enough,
        weight: 1.0,
        // One that has a least score of its own must reach it.
        required: least.is_some(),
        reason: reason.trim_end().chars().take(MAX_REASON).collect(),
    };
    Ok((scored, finding))
}

/// One without a score; its weight of 0 marks it until all are there.
fn failed(name: String, why: &str) -> Finding {
    let reason = why.chars().take(MAX_REASON).collect();
    Finding { name, score: 0.0, passed: false, weight: 0.0, required: true, reason }
}
