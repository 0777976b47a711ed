//! A2A tasks.

use super::status::{because, plain};
use super::text::{first_line, moment};
use super::{Present, World, fact, fact_budget, fact_code, fact_text, namespace};
use crate::api::serve::approvals;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::kind::Kind;
use crate::resources::{A2ATask, A2ATaskPhase, Condition};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue};
use crate::views::row::{Cell, State, Status};

fn key(kind: Kind, own: &str, namespace: &str, name: &str) -> Option<ObjectKey> {
    let namespace = if namespace.is_empty() { own } else { namespace };
    (!name.is_empty()).then(|| ObjectKey::new(kind, namespace, name))
}

fn query(task: &A2ATask) -> Option<ObjectKey> {
    let query = &task.spec.query_ref;
    key(Kind::Query, namespace(&task.metadata), &query.namespace, &query.name)
}

fn agent(task: &A2ATask) -> Option<ObjectKey> {
    let agent = &task.spec.agent_ref;
    key(Kind::Agent, namespace(&task.metadata), &agent.namespace, &agent.name)
}

impl Present for A2ATask {
    const KIND: Kind = Kind::A2ATask;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.a2a_tasks
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Stale, "Unknown") };
        if self.spec.is_decision()
            && let Some(answer) = approvals::answer(self)
        {
            return answer.status;
        }
        match status.phase {
            None | Some(A2ATaskPhase::Pending) => plain(State::Queued, "Pending"),
            Some(A2ATaskPhase::Assigned | A2ATaskPhase::Running) => plain(State::Running, "Running"),
            Some(A2ATaskPhase::InputRequired) => plain(State::Waiting, "Waiting for you"),
            Some(A2ATaskPhase::AuthRequired) => plain(State::Waiting, "Waiting for a sign-in"),
            Some(A2ATaskPhase::Completed) => plain(State::Done, "Done"),
            Some(A2ATaskPhase::Failed) => because(State::Failed, "Failed", &status.error),
            Some(A2ATaskPhase::Cancelled) => because(State::Canceled, "Canceled", &status.error),
            Some(A2ATaskPhase::Unknown) => because(State::Stale, "Unknown", &status.error),
        }
    }

    fn summary(&self) -> String {
        match approvals::view(self) {
            Some(call) => first_line(&format!("{} {}", call.tool, call.arguments)),
            None => first_line(&self.spec.input),
        }
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let link = |key: Option<ObjectKey>| key.map_or(Cell::None, |key| world.link(key));
        vec![link(query(self)), link(agent(self))]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (title, key) in [("Query", query(self)), ("Agent", agent(self))] {
            if let Some(key) = key {
                facts.push(fact(title, FactValue::Link { missing: world.missing(&key), key }));
            }
        }
        if let Some(call) = approvals::view(self) {
            fact_code(&mut facts, "Tool", &call.tool);
            facts.push(fact("Arguments", FactValue::Block(call.arguments)));
            fact_text(&mut facts, "Why", &call.why);
        }
        if let Some(answer) = approvals::answer(self) {
            fact_text(&mut facts, "Decided by", &answer.by);
            fact_text(&mut facts, "Reason", &answer.reason);
        }
        fact_code(&mut facts, "Task", &self.spec.task_id);
        fact_code(&mut facts, "Context", &self.spec.context_id);
        facts.push(fact_budget("Timeout", self.spec.timeout()));
        facts
    }

    fn references(&self) -> Vec<ObjectKey> {
        let server = self.spec.a2a_server_ref.as_ref();
        let server =
            server.and_then(|s| key(Kind::A2AServer, namespace(&self.metadata), &s.namespace, &s.name));
        query(self).into_iter().chain(agent(self)).chain(server).collect()
    }

    fn times(&self) -> (Option<i64>, Option<i64>) {
        let Some(status) = &self.status else { return (None, None) };
        (moment(&status.start_time), moment(&status.completion_time))
    }
}
