//! The connection test: each step with its time; none follows a failed one.

use std::time::{Duration, Instant};

use serde_json::json;

use super::model;
use crate::api::serve::Services;
use crate::engine::models::{HeaderOverrides, endpoint};
use crate::engine::providers::{ChatRequest, Message, connect};
use crate::resources::Model;
use crate::views::forms::{ModelForm, SourceForm, TestReport, TestStep};
use crate::views::problem::{Problem, ProblemCode};

/// How long one step may take.
const STEP: Duration = Duration::from_secs(30);
/// The question that is asked: the smallest that every model answers.
const QUESTION: &str = "Answer with the word ready.";

/// Tests what the form says, without saving it.
pub async fn test(services: &Services, mut form: ModelForm) -> Result<TestReport, Problem> {
    let mut typed = Vec::new();
    for secret in secrets(&mut form) {
        typed.push(match std::mem::take(secret) {
            SourceForm::Typed(value) => Some(value.trim().to_owned()),
            other => {
                *secret = other;
                None
            }
        });
    }
    let mut model = candidate(services, &form)?;
    if typed.iter().any(Option::is_some) {
        // They live in this object until the test ends; they are never written.
        for (secret, value) in secrets(&mut form).into_iter().zip(typed) {
            if let Some(value) = value {
                *secret = SourceForm::Literal(value);
            }
        }
        let mut spec = serde_json::to_value(&model.spec).map_err(internal)?;
        model::edit(&mut spec, &form)?;
        model.spec = serde_json::from_value(spec).map_err(internal)?;
    }
    let mut report = TestReport { steps: Vec::new() };
    let engine = services.engine();
    let overrides = HeaderOverrides::default();
    let step = Step::start("Look up address and key");
    let endpoint = match endpoint(engine.world(), &model, None, &overrides).await {
        Ok(endpoint) => {
            report.steps.push(step.ok(endpoint.base_url.clone()));
            endpoint
        }
        Err(error) => return Ok(step.failed(report, error.message)),
    };
    let name = endpoint.model.clone();
    let provider = connect(engine.outbound(), endpoint);
    let step = Step::start("Reach the model");
    match tokio::time::timeout(STEP, provider.probe()).await {
        Ok(Ok(())) => report.steps.push(step.ok(format!("{name} is there"))),
        Ok(Err(error)) => return Ok(step.failed(report, error.message)),
        Err(_) => return Ok(step.failed(report, slow())),
    }
    let step = Step::start("Ask a question");
    let request = ChatRequest { messages: vec![Message::user(QUESTION)], ..ChatRequest::default() };
    let mut ignore = |_: &str| {};
    match tokio::time::timeout(STEP, provider.chat(&request, &mut ignore)).await {
        Ok(Ok(answer)) => {
            let first = answer.first_token.map(|time| format!(", first token after {} ms", time.as_millis()));
            let usage = format!("{} tokens in, {} out", answer.usage.prompt, answer.usage.completion);
            report.steps.push(step.ok(format!("{usage}{}", first.unwrap_or_default())));
            Ok(report)
        }
        Ok(Err(error)) => Ok(step.failed(report, error.message)),
        Err(_) => Ok(step.failed(report, slow())),
    }
}

/// What of a form may have been typed as a secret.
fn secrets(form: &mut ModelForm) -> [&mut SourceForm; 3] {
    [&mut form.api_key, &mut form.bedrock.secret_access_key, &mut form.bedrock.session_token]
}

fn slow() -> String {
    format!("No answer within {} s. Check the address, and whether the model is loaded.", STEP.as_secs())
}

/// The model as it would be saved; where a key is hidden in the manifest, the saved one.
fn candidate(services: &Services, form: &ModelForm) -> Result<Model, Problem> {
    let name = if form.name.trim().is_empty() { "new" } else { form.name.trim() };
    let saved = services.caches().models.get(&form.namespace, name).filter(|_| form.version.is_some());
    let mut spec = match saved {
        Some(saved) => serde_json::to_value(&saved.spec).map_err(internal)?,
        None => json!({}),
    };
    model::edit(&mut spec, form)?;
    let block = &spec["config"][form.provider.as_str()];
    let mut problem = Problem::new(ProblemCode::Invalid, "The form is not complete.");
    if spec.get("model").is_none() {
        problem = problem.field("spec.model", "Write the provider's name of the model.");
    }
    if form.provider != "bedrock" && block.get("baseUrl").is_none() {
        problem = problem.field(format!("spec.config.{}.baseUrl", form.provider), "Write the address.");
    }
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    if form.provider != "bedrock" && block.get("apiKey").is_none() {
        // Typed values come later, and many local servers want none; the type wants the field.
        spec["config"][form.provider.as_str()]["apiKey"] = json!({});
    }
    let object = json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model",
        "metadata": {"name": name, "namespace": form.namespace}, "spec": spec,
    });
    serde_json::from_value(object).map_err(internal)
}

fn internal(error: serde_json::Error) -> Problem {
    Problem::new(ProblemCode::Internal, format!("The model could not be made from the form: {error}."))
}

/// A step that is under way.
struct Step {
    title: &'static str,
    began: Instant,
}

impl Step {
    fn start(title: &'static str) -> Self {
        Self { title, began: Instant::now() }
    }

    fn ok(self, detail: String) -> TestStep {
        self.end(detail, true)
    }

    fn failed(self, mut report: TestReport, detail: String) -> TestReport {
        report.steps.push(self.end(detail, false));
        report
    }

    fn end(self, detail: String, ok: bool) -> TestStep {
        let duration_ms = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        TestStep { title: self.title.into(), detail, ok, duration_ms }
    }
}
