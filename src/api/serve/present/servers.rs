//! Kinds that are an address: MCP servers, A2A servers, memories, execution engines.

use super::model::address;
use super::status::{Unseen, because, by_condition, plain};
use super::text::first_line;
use super::{Present, World, fact_code, fact_description, fact_text};
use crate::engine::memory::is_ours;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::condition::find;
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::{A2AServer, Condition, Evaluator, ExecutionEngine, MCPServer, Memory, ValueSource};
use crate::views::detail::Fact;
use crate::views::row::{Cell, State, Status};

/// Where the conversations of a Memory without an address are.
const OURS: &str = "Arkdeck's database";

/// What has an address: as it was given, and as it was resolved.
pub(super) trait Addressed {
    fn given(&self) -> &ValueSource;
    /// Empty until its controller has resolved it.
    fn resolved(&self) -> &str;
    fn listed(&self) -> &[Condition];
}

macro_rules! addressed {
    ($($kind:ty: $resolved:ident),+) => { $(
        impl Addressed for $kind {
            fn given(&self) -> &ValueSource {
                &self.spec.address
            }

            fn resolved(&self) -> &str {
                self.status.as_ref().map(|status| status.$resolved.as_str()).unwrap_or_default()
            }

            fn listed(&self) -> &[Condition] {
                self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
            }
        }
    )+ };
}

addressed! {
    MCPServer: resolved_address,
    A2AServer: last_resolved_address,
    Memory: last_resolved_address,
    Evaluator: last_resolved_address,
    ExecutionEngine: last_resolved_address
}

pub(super) fn at(object: &impl Addressed) -> String {
    address(object.resolved(), object.given())
}

pub(super) fn at_cell(object: &impl Addressed) -> Cell {
    let text = at(object);
    if text.is_empty() { Cell::None } else { Cell::Text(text) }
}

/// By the condition, else by the phase of releases that had no conditions.
pub(super) fn by_phase(conditions: &[Condition], phase: &str, message: &str) -> Status {
    if find(conditions, types::AVAILABLE).is_some() {
        return by_condition(conditions, types::AVAILABLE, Unseen::Unknown);
    }
    match phase {
        "ready" => plain(State::Done, "Ready"),
        "running" => plain(State::Running, "Checking"),
        "error" => because(State::Failed, "Not ready", message),
        _ => plain(State::Stale, "Unknown"),
    }
}

impl Present for MCPServer {
    const KIND: Kind = Kind::McpServer;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.mcp_servers
    }

    fn status(&self, _: &World) -> Status {
        let of =
            if find(self.conditions(), types::AVAILABLE).is_some() { types::AVAILABLE } else { types::READY };
        by_condition(self.conditions(), of, Unseen::Unknown)
    }

    fn summary(&self) -> String {
        first_line(&self.spec.description)
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        let tools =
            self.status.as_ref().and_then(|status| status.tool_count).map_or(Cell::None, Cell::Number);
        vec![Cell::Text(self.spec.transport.to_string()), at_cell(self), tools]
    }

    fn conditions(&self) -> &[Condition] {
        self.listed()
    }

    fn facts(&self, _: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        fact_text(&mut facts, "Transport", self.spec.transport.as_str());
        fact_code(&mut facts, "Address", &at(self));
        fact_text(&mut facts, "Connects within", &self.spec.timeout);
        facts
    }
}

impl Present for A2AServer {
    const KIND: Kind = Kind::A2AServer;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.a2a_servers
    }

    fn status(&self, _: &World) -> Status {
        by_condition(self.conditions(), types::READY, Unseen::Unknown)
    }

    fn summary(&self) -> String {
        first_line(&self.spec.description)
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        vec![at_cell(self)]
    }

    fn conditions(&self) -> &[Condition] {
        self.listed()
    }

    fn facts(&self, _: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        fact_code(&mut facts, "Address", &at(self));
        fact_text(&mut facts, "Answers within", &self.spec.timeout);
        facts
    }
}

impl Present for Memory {
    const KIND: Kind = Kind::Memory;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.memories
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Stale, "Unknown") };
        let phase = status.phase.map(|phase| phase.as_str()).unwrap_or_default();
        by_phase(&status.conditions, phase, &status.message)
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        vec![if is_ours(self) { Cell::Text(OURS.to_owned()) } else { at_cell(self) }]
    }

    fn conditions(&self) -> &[Condition] {
        self.listed()
    }

    fn facts(&self, _: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        if is_ours(self) {
            fact_text(&mut facts, "Kept in", OURS);
        } else {
            fact_code(&mut facts, "Address", &at(self));
        }
        facts
    }
}

impl Present for ExecutionEngine {
    const KIND: Kind = Kind::ExecutionEngine;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.execution_engines
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Stale, "Unknown") };
        by_phase(&status.conditions, &status.phase, &status.message)
    }

    fn summary(&self) -> String {
        first_line(&self.spec.description)
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        vec![at_cell(self)]
    }

    fn conditions(&self) -> &[Condition] {
        self.listed()
    }

    fn facts(&self, _: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        fact_code(&mut facts, "Address", &at(self));
        facts
    }
}
