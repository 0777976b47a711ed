//! Queries.

use super::status::{because, plain};
use super::text::{first_line, moment, ordinal};
use super::{Present, World, fact, fact_budget, fact_text, namespace};
use crate::kubernetes::{Caches, KindCache};
use crate::resources::condition::find;
use crate::resources::conditions::{query as reasons, types};
use crate::resources::kind::Kind;
use crate::resources::{Condition, Query, QueryInput, QueryPhase};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::row::{Cell, State, Status};
use crate::views::run::TokenUsage;

/// Whether it waits for its turn, or has not been looked at yet.
pub fn is_queued(query: &Query) -> bool {
    matches!(phase(query), None | Some(QueryPhase::Pending | QueryPhase::Provisioning | QueryPhase::Queued))
}

/// Whether nothing more will happen.
pub fn is_over(query: &Query) -> bool {
    phase(query).is_some_and(QueryPhase::is_terminal)
}

fn phase(query: &Query) -> Option<QueryPhase> {
    query.status.as_ref()?.phase
}

fn completed(query: &Query) -> Option<&Condition> {
    find(&query.status.as_ref()?.conditions, types::COMPLETED)
}

/// The question as text: the text itself, or the last message's.
pub fn question(query: &Query) -> String {
    match query.spec.input() {
        QueryInput::Text(text) => text.to_owned(),
        QueryInput::Messages(messages) => messages.last().map(message_text).unwrap_or_default(),
        QueryInput::Unusable => String::new(),
    }
}

/// The conversation that it belongs to: the one that it names, else its own.
pub fn conversation(query: &Query) -> &str {
    query.spec.conversation().unwrap_or_else(|| query.metadata.uid.as_deref().unwrap_or_default())
}

/// Images of the question that come with it, as `data:` addresses; others are nobody's to fetch.
pub fn images(query: &Query) -> Vec<String> {
    let QueryInput::Messages(messages) = query.spec.input() else { return Vec::new() };
    let parts = messages.last().and_then(|message| message["content"].as_array());
    parts
        .into_iter()
        .flatten()
        .filter_map(|part| part["image_url"]["url"].as_str())
        .filter(|url| url.starts_with("data:image/"))
        .map(str::to_owned)
        .collect()
}

/// What is said of it in a line: its answer, why it failed, else its question.
pub fn summary(query: &Query) -> String {
    query.summary()
}

fn message_text(message: &serde_json::Value) -> String {
    match &message["content"] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// What it was asked of.
pub fn targets(query: &Query) -> Vec<ObjectKey> {
    let namespace = namespace(&query.metadata);
    let targets = query.spec.targets();
    let named = targets.iter().map(|target| ObjectKey::new(target.type_.kind(), namespace, &target.name));
    let mut keys: Vec<_> = named.collect();
    for response in query.status.iter().flat_map(|status| &status.responses) {
        // What a selector matched is known from the answers.
        if let Some(target) = &response.target {
            let key = ObjectKey::new(target.type_.kind(), namespace, &target.name);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// Tokens of all model calls; `None` while nothing is known.
pub fn usage(query: &Query) -> Option<TokenUsage> {
    let usage = query.status.as_ref()?.token_usage?;
    Some(TokenUsage {
        prompt: usage.prompt_tokens,
        completion: usage.completion_tokens,
        cached: usage.cached_tokens,
    })
}

/// Its state; `place` is its place in the queue.
pub fn query_status(query: &Query, place: Option<usize>) -> Status {
    let completed = completed(query);
    let message = completed.map(|condition| condition.message.as_str()).unwrap_or_default();
    let reason = completed.map(|condition| condition.reason.as_str()).unwrap_or_default();
    if query.spec.cancel && !is_over(query) {
        return plain(State::Running, "Canceling");
    }
    match phase(query) {
        None | Some(QueryPhase::Pending | QueryPhase::Provisioning | QueryPhase::Queued) => match place {
            Some(place) => plain(State::Queued, &format!("Queued, {}", ordinal(place))),
            None => plain(State::Queued, "Queued"),
        },
        Some(QueryPhase::Running) => plain(State::Running, "Running"),
        Some(QueryPhase::Evaluating) => plain(State::Running, "Evaluating"),
        Some(QueryPhase::InputRequired) => because(State::Waiting, "Waiting for you", message),
        Some(QueryPhase::Done) => plain(State::Done, "Done"),
        Some(QueryPhase::Canceled) => because(State::Canceled, "Canceled", message),
        Some(QueryPhase::Error)
            if matches!(reason, reasons::TIMED_OUT_IN_QUEUE | reasons::TIMED_OUT_IN_EXECUTION) =>
        {
            because(State::Canceled, "Ran out", message)
        }
        Some(QueryPhase::Error) => because(State::Failed, "Failed", &failure(query, message)),
    }
}

/// Why it failed: the condition's sentence, else the first failed answer's.
fn failure(query: &Query, message: &str) -> String {
    if !message.is_empty() {
        return message.to_owned();
    }
    let responses = query.status.iter().flat_map(|status| &status.responses);
    responses
        .filter(|response| response.phase == "error")
        .map(|response| response.content.clone())
        .next()
        .unwrap_or_default()
}

impl Present for Query {
    const KIND: Kind = Kind::Query;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.queries
    }

    fn status(&self, world: &World) -> Status {
        let place = if is_queued(self) {
            self.metadata.uid.as_ref().and_then(|uid| world.places().get(uid).copied())
        } else {
            None
        };
        query_status(self, place)
    }

    fn summary(&self) -> String {
        let status = query_status(self, None);
        let answer =
            self.status.as_ref().and_then(|status| status.response.as_ref()).map(|r| r.content.as_str());
        match (status.state, answer, status.reason) {
            (State::Done, Some(answer), _) if !answer.trim().is_empty() => first_line(answer),
            (State::Failed | State::Canceled, _, Some(reason)) => first_line(&reason),
            _ => first_line(&question(self)),
        }
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let targets = targets(self);
        let target = match targets.as_slice() {
            [] => Cell::None,
            [one] => world.link(one.clone()),
            several => Cell::Tags(several.iter().map(|key| key.name.clone()).collect()),
        };
        let model = targets.first().and_then(|key| match key.kind {
            Kind::Model => Some(key.clone()),
            Kind::Agent => {
                let agent = world.caches.agents.get(&key.namespace, &key.name)?;
                let (name, namespace) = agent.spec.model(&key.namespace);
                (!agent.spec.is_a2a()).then(|| ObjectKey::new(Kind::Model, namespace, name))
            }
            _ => None,
        });
        let tokens = usage(self)
            .map_or(Cell::None, |usage| Cell::Tokens { input: usage.prompt, output: usage.completion });
        let question = Cell::Question(first_line(&question(self)));
        vec![question, target, model.map_or(Cell::None, |key| world.link(key)), tokens, Cell::Elapsed]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = vec![fact("Question", FactValue::Block(question(self)))];
        for key in targets(self) {
            facts.push(fact("Target", FactValue::Link { missing: world.missing(&key), key }));
        }
        let config = world.caches.ark_configs.get("", crate::resources::ark_config::NAME);
        let config = config.as_ref().map(|config| &config.spec);
        facts.push(fact_budget("Timeout", self.spec.timeout(config)));
        facts.push(fact_budget("Kept for", self.spec.ttl(config)));
        fact_text(&mut facts, "Session", &self.spec.session_id);
        fact_text(&mut facts, "Conversation", &self.spec.conversation_id);
        facts
    }

    fn references(&self) -> Vec<ObjectKey> {
        let namespace = namespace(&self.metadata);
        let mut keys = targets(self);
        if let Some(memory) = &self.spec.memory {
            keys.push(ObjectKey::new(Kind::Memory, memory.namespace_or(namespace), &memory.name));
        }
        for evaluator in &self.spec.evaluators {
            keys.push(ObjectKey::new(Kind::Evaluator, evaluator.namespace_or(namespace), &evaluator.name));
        }
        keys
    }

    fn times(&self) -> (Option<i64>, Option<i64>) {
        let created = self.metadata.creation_timestamp.as_ref().map(|time| time.0.as_millisecond());
        let Some(status) = &self.status else { return (None, None) };
        if !is_over(self) {
            return (if is_queued(self) { None } else { created }, None);
        }
        let ended = completed(self).and_then(|condition| moment(&condition.last_transition_time)).or(created);
        let took = status.duration.map(|duration| duration.as_nanos() / 1_000_000);
        match (ended, took) {
            (Some(ended), Some(took)) => (Some(ended - took), Some(ended)),
            _ => (None, None),
        }
    }

    fn specific(&self, _: &World) -> Specific {
        Specific::Query { usage: usage(self).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(json: serde_json::Value) -> Query {
        let mut object = serde_json::json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": "tide", "namespace": "lagoon"},
            "spec": {"input": "When is high tide?", "target": {"type": "agent", "name": "harbour"}}
        });
        object["status"] = json;
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn words_follow_the_phase() {
        let word = |status| query_status(&query(status), None).word;
        assert_eq!(word(serde_json::json!({"phase": "running"})), "Running");
        assert_eq!(word(serde_json::json!({"phase": "done"})), "Done");
        assert_eq!(word(serde_json::json!({"phase": "input-required"})), "Waiting for you");
        assert_eq!(query_status(&query(serde_json::json!({})), Some(2)).word, "Queued, 2nd");
        let late = serde_json::json!({"phase": "error", "conditions": [{
            "type": "Completed", "status": "True", "reason": "TimedOutInQueue", "message": "Waited 30m.",
            "lastTransitionTime": "2026-11-24T12:00:00Z"
        }]});
        assert_eq!(query_status(&query(late), None).state, State::Canceled);
    }

    #[test]
    fn the_second_line_is_the_answer_the_reason_or_the_question() {
        let done = serde_json::json!({"phase": "done", "response": {"content": "At noon.\nMore."}});
        assert_eq!(query(done).summary(), "At noon.");
        assert_eq!(query(serde_json::json!({"phase": "running"})).summary(), "When is high tide?");
    }

    #[test]
    fn a_run_ends_at_its_condition_and_took_its_duration() {
        let done = serde_json::json!({"phase": "done", "duration": "1.5s", "conditions": [{
            "type": "Completed", "status": "True", "reason": "QuerySucceeded", "message": "",
            "lastTransitionTime": "1970-01-01T00:00:10Z"
        }]});
        assert_eq!(query(done).times(), (Some(8_500), Some(10_000)));
    }
}
