//! A query as what is scored: its question, one of its answers, and what happened.

use super::{Bench, codes};
use crate::engine::journal::{Entry, MAX_READ};
use crate::engine::{RunError, template};
use crate::evaluation::subject::Subject;
use crate::evaluation::trace::Trace;
use crate::resources::Query;
use crate::resources::query::QueryInput;
use crate::resources::query_status::QueryResponse;
use crate::resources::value_source::Source;

/// Entries of a journal that are looked at; a longer run is told by its first ones.
const MAX_ENTRIES: usize = 50_000;

/// The question, the answer that the evaluation means, and its run.
pub(super) async fn subject(bench: &Bench<'_>) -> Result<Subject, RunError> {
    let query = needed(bench)?;
    let config = &bench.work.spec.config;
    let wanted = config.query_ref.as_ref().map(|query| query.response_target.as_str()).unwrap_or_default();
    let (at, response) = response(query, wanted)?;
    let input = input(query);
    let expected = Some(config.expected_output.clone()).filter(|text| !text.is_empty());
    Ok(Subject { input, output: response.content.clone(), expected, trace: trace(bench, at).await? })
}

/// What happened in the query, or of one of its targets; `None` when its journal is not here.
pub(super) async fn trace(bench: &Bench<'_>, target: Option<usize>) -> Result<Option<Trace>, RunError> {
    let query = needed(bench)?;
    let uid = query.metadata.uid.as_deref().unwrap_or_default();
    let mut entries: Vec<Entry> = Vec::new();
    while entries.len() < MAX_ENTRIES {
        let after = entries.last().map_or(0, |entry| entry.seq);
        let more = bench.scorer.engine.journal().read(uid, after, MAX_READ).await?;
        if more.is_empty() {
            break;
        }
        entries.extend(more);
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let mut trace = Trace::of(&entries, target);
    trace.query.name = query.metadata.name.clone().unwrap_or_default();
    trace.query.namespace = query.metadata.namespace.clone().unwrap_or_default();
    trace.query.input = input(query);
    Ok(Some(trace))
}

fn needed<'a>(bench: &'a Bench<'_>) -> Result<&'a Query, RunError> {
    let query = bench.work.query.as_deref();
    query.ok_or_else(|| {
        RunError::new(codes::INVALID_SPEC, "The evaluation names no query: set spec.config.queryRef.")
    })
}

/// The question as it was asked, as far as the query's own text says it: values that it gives itself are in their places. One that
/// comes from elsewhere, as from a Secret, is no judge's to read, and its place stays as it was written.
fn input(query: &Query) -> String {
    let QueryInput::Text(text) = query.spec.input() else { return query.spec.input.to_string() };
    let parameters = &query.spec.parameters;
    if parameters.is_empty() {
        return text.to_owned();
    }
    let values = parameters.iter().map(|parameter| {
        let value = match parameter.source() {
            Source::Literal(value) => value.to_owned(),
            _ => format!("{{{{ .{} }}}}", parameter.name),
        };
        (parameter.name.clone(), value)
    });
    template::render(text, &values.collect(), "spec.input").unwrap_or_else(|_| text.to_owned())
}

/// The response of the target that is named, as `pilot` or `agent/pilot`, else the first.
fn response<'a>(query: &'a Query, wanted: &str) -> Result<(Option<usize>, &'a QueryResponse), RunError> {
    let status = query.status.as_ref();
    let name = query.metadata.name.as_deref().unwrap_or_default();
    if wanted.is_empty() {
        let first = status.and_then(|status| status.response.as_ref());
        let at = status.and_then(|status| status.responses.iter().position(|one| Some(one) == first));
        return first.map(|response| (at, response)).ok_or_else(|| {
            RunError::new(codes::NO_ANSWER, format!("Query '{name}' has no answer that could be scored."))
        });
    }
    let responses = status.map(|status| status.responses.as_slice()).unwrap_or_default();
    let is = |response: &QueryResponse| {
        response.target.as_ref().is_some_and(|target| {
            target.name == wanted
                || ['/', ':'].iter().any(|mark| format!("{}{mark}{}", target.type_, target.name) == wanted)
        })
    };
    let at = responses.iter().position(is).ok_or_else(|| {
        let names = responses.iter().filter_map(|one| Some(one.target.as_ref()?.name.as_str()));
        let names = names.collect::<Vec<_>>().join(", ");
        let text = format!("Query '{name}' has no answer of '{wanted}'. It has those of: {names}.");
        RunError::new(codes::NO_ANSWER, text)
    })?;
    Ok((Some(at), &responses[at]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn asked(input: Value, parameters: Value) -> String {
        let query = json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": "tide"},
            "spec": {"input": input, "parameters": parameters},
        });
        super::input(&serde_json::from_value(query).unwrap())
    }

    #[test]
    fn a_judge_reads_the_question_with_its_own_values_and_without_a_secrets() {
        let secret = json!({"secretKeyRef": {"name": "berths", "key": "code"}});
        let parameters =
            json!([{"name": "harbour", "value": "Lisbon"}, {"name": "code", "valueFrom": secret}]);
        let told = asked(json!("In {{ .harbour }}, at {{.code}}?"), parameters);
        assert_eq!(told, "In Lisbon, at {{ .code }}?");
        assert_eq!(asked(json!("In {{ .harbour }}?"), json!([])), "In {{ .harbour }}?");
        let unknown = json!([{"name": "harbour", "value": "Lisbon"}]);
        assert_eq!(asked(json!("In {{ .port }}?"), unknown), "In {{ .port }}?");
        assert_eq!(asked(json!([{"role": "user"}]), json!([])), r#"[{"role":"user"}]"#);
    }
}
