//! An evaluator's service: Ark's request and response over the guarded outbound client. Its answer is kept before it is used, so
//! that a status that is refused does not pay it again.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Bench, ScoreError, Scored, codes, ruled};
use crate::engine::RunError;
use crate::engine::providers::FetchRequest;
use crate::engine::secret::Secret;
use crate::engine::world::Account;
use crate::evaluation::protocol::{self, Answer, Request};
use crate::resources::evaluation::EvaluationType;

/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 1 << 20;
/// Parameter with what should have been answered, named as in Ark's golden data.
const EXPECTED_OUTPUT: &str = "expectedOutput";
/// Characters of a service's words that an error quotes.
const MAX_QUOTE: usize = 300;

pub(super) async fn score(bench: &Bench<'_>) -> Result<Scored, ScoreError> {
    let evaluator = &bench.work.evaluator;
    let name = evaluator.metadata.name.as_deref().unwrap_or_default();
    let home = evaluator.metadata.namespace.as_deref().unwrap_or_default();
    let answer: Answer = bench
        .once("service", async {
            let theirs = bench.scorer.engine.seen_by(Account::default_of(home))?;
            let field = format!("spec.address of Evaluator '{name}'");
            let address = theirs.value(home, evaluator.spec.address.source(), None, &field).await?;
            call(bench, name, address.unwrap_or_default()).await
        })
        .await?;
    let spec = &bench.work.spec;
    let message = if spec.type_ == EvaluationType::Event {
        ruled(spec.config.rules.len(), answer.passed, answer.score)
    } else {
        let mut text = spec.type_.to_string();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{text} evaluation completed successfully")
    };
    let mut scored = Scored {
        score: answer.score,
        passed: answer.passed,
        metadata: answer.metadata,
        message,
        ..Scored::default()
    };
    scored.usage += answer.usage.unwrap_or_default();
    Ok(scored)
}

async fn call(bench: &Bench<'_>, name: &str, address: String) -> Result<Answer, RunError> {
    let failed = |why: String| {
        RunError::new(codes::SERVICE_FAILED, format!("The service of Evaluator '{name}' failed: {why}"))
    };
    let spec = &bench.work.spec;
    let mut parameters = bench.parameters.clone();
    if spec.type_ != EvaluationType::Event {
        parameters.entry("model.namespace".into()).or_insert_with(|| bench.work.namespace.clone());
    }
    // Ark's configurations have no place for it; parameters that a service does not know it keeps as metadata. Those of a baseline
    // are its data set.
    let expected = &spec.config.expected_output;
    if matches!(spec.type_, EvaluationType::Direct | EvaluationType::Query) && !expected.is_empty() {
        parameters.entry(EXPECTED_OUTPUT.into()).or_insert_with(|| expected.clone());
    }
    let config = config(bench, &mut parameters);
    let type_ = spec.type_.to_string();
    let request = Request { type_: &type_, config, parameters: &parameters, evaluator_name: name };
    let body = serde_json::to_string(&request).map_err(|error| failed(error.to_string()))?;
    let fetched = bench
        .scorer
        .engine
        .outbound()
        .fetch(FetchRequest {
            method: Method::POST,
            url: address,
            headers: vec![("Content-Type".into(), Secret::new("application/json"))],
            body: Some(body),
            // Never reached: scoring as a whole ends before, and says so.
            timeout: spec.timeout().to_std().saturating_mul(2),
            max_body: MAX_ANSWER,
        })
        .await
        .map_err(failed)?;
    if fetched.status >= 400 {
        let said: String = fetched.text.chars().take(MAX_QUOTE).collect();
        return Err(failed(format!("HTTP status {}: {said}", fetched.status)));
    }
    if fetched.cut {
        return Err(failed(format!("its answer is longer than {} MiB", MAX_ANSWER >> 20)));
    }
    protocol::read(&fetched.text).map_err(failed)
}

/// The fields of the type as Ark sends them, with the parameters that go along.
fn config(bench: &Bench<'_>, parameters: &mut crate::evaluation::Parameters) -> Value {
    let config = &bench.work.spec.config;
    let query = config.query_ref.as_ref();
    let namespace =
        query.map(|q| q.namespace.as_str()).filter(|n| !n.is_empty()).unwrap_or(&bench.work.namespace);
    match (bench.work.spec.type_, query) {
        (EvaluationType::Direct, _) => json!({"input": config.input, "output": config.output}),
        (EvaluationType::Query, Some(query)) => {
            parameters.insert("queryRef".into(), format!("{namespace}/{}", query.name));
            json!({"queryRef": {"name": query.name, "namespace": namespace, "responseTarget": query.response_target}})
        }
        (EvaluationType::Event, query) => {
            if let Some(query) = query {
                parameters.insert("query.name".into(), query.name.clone());
                parameters.insert("query.namespace".into(), namespace.to_owned());
            }
            json!({"rules": config.rules})
        }
        _ => json!({}),
    }
}
