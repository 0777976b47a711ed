//! Agents.

use super::model::header_forms;
use super::status::{Unseen, by_condition};
use super::text::first_line;
use super::tool::approval_form;
use super::{Present, World, fact, fact_description, fact_text, namespace, source_form};
use crate::kubernetes::apply::edit_version;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::agent::DEFAULT_MODEL;
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::{Agent, AgentTool, AgentToolType, Condition, LabelSelector, Override, Source};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::forms::{AgentForm, OverrideForm, ParameterForm, ToolForm};
use crate::views::row::{Cell, Status};
use crate::views::selector;

fn model_key(agent: &Agent) -> Option<ObjectKey> {
    if agent.spec.is_a2a() {
        return None;
    }
    let (name, namespace) = agent.spec.model(namespace(&agent.metadata));
    Some(ObjectKey::new(Kind::Model, namespace, name))
}

/// What the agent's editor holds.
pub fn agent_form(agent: &Agent) -> AgentForm {
    let spec = &agent.spec;
    let reference = spec.model_ref.clone().unwrap_or_default();
    let engine = spec.execution_engine.clone().unwrap_or_default();
    AgentForm {
        namespace: agent.metadata.namespace.clone().unwrap_or_default(),
        name: agent.metadata.name.clone().unwrap_or_default(),
        description: spec.description.clone(),
        prompt: spec.prompt.clone(),
        // The default of another namespace is one that must be named.
        model: if reference.name == DEFAULT_MODEL && reference.namespace.is_empty() {
            String::new()
        } else {
            reference.name
        },
        model_namespace: Some(reference.namespace).filter(|namespace| !namespace.is_empty()),
        tools: spec.tools.iter().map(tool_form).collect(),
        parameters: spec.parameters.iter().map(|each| row(&each.name, each.source())).collect(),
        output_schema: spec
            .output_schema
            .as_ref()
            .and_then(|schema| serde_json::to_string_pretty(schema).ok())
            .unwrap_or_default(),
        engine: engine.name,
        engine_namespace: Some(engine.namespace).filter(|namespace| !namespace.is_empty()),
        overrides: spec.overrides.iter().map(override_form).collect(),
        version: Some(edit_version(agent)),
    }
}

fn tool_form(tool: &AgentTool) -> ToolForm {
    let partial = tool.partial.clone().unwrap_or_default();
    ToolForm {
        type_: tool.type_.to_string(),
        name: tool.name.clone(),
        description: tool.description.clone(),
        functions: tool.functions.iter().map(|each| row(&each.name, each.source())).collect(),
        preset: partial.parameters.iter().map(|each| row(&each.name, each.source())).collect(),
        calls: partial.name,
        approval: tool.approval.as_ref().map(approval_form).unwrap_or_default(),
    }
}

fn override_form(one: &Override) -> OverrideForm {
    let text = |labels: &LabelSelector| selector::write(&labels.match_labels, &labels.match_expressions);
    OverrideForm {
        calls: one.resource_type.to_string(),
        selector: one.label_selector.as_ref().map(text).unwrap_or_default(),
        headers: header_forms(&one.headers),
    }
}

fn row(name: &str, source: Source<'_>) -> ParameterForm {
    ParameterForm { name: name.to_owned(), value: source_form(source) }
}

impl Present for Agent {
    const KIND: Kind = Kind::Agent;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.agents
    }

    fn status(&self, _: &World) -> Status {
        by_condition(self.conditions(), types::AVAILABLE, Unseen::Pending)
    }

    fn summary(&self) -> String {
        first_line(if self.spec.description.is_empty() { &self.spec.prompt } else { &self.spec.description })
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let model = model_key(self).map_or(Cell::None, |key| world.link(key));
        let tools = match self.spec.tools.as_slice() {
            [] => Cell::None,
            tools => Cell::Tags(tools.iter().map(|tool| tool.name.clone()).collect()),
        };
        let key = ObjectKey::new(
            Kind::Agent,
            namespace(&self.metadata),
            self.metadata.name.clone().unwrap_or_default(),
        );
        vec![model, tools, Cell::Number(world.queries(&key))]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        if let Some(key) = model_key(self) {
            facts.push(fact("Model", FactValue::Link { missing: world.missing(&key), key }));
        }
        if let Some(engine) = self.spec.engine() {
            fact_text(&mut facts, "Engine", engine);
        }
        if !self.spec.prompt.is_empty() {
            facts.push(fact("Prompt", FactValue::Block(self.spec.prompt.clone())));
        }
        if !self.spec.tools.is_empty() {
            let names = self.spec.tools.iter().map(|tool| tool.name.clone()).collect();
            facts.push(fact("Tools", FactValue::Tags(names)));
        }
        if !self.spec.parameters.is_empty() {
            let names = self.spec.parameters.iter().map(|parameter| parameter.name.clone()).collect();
            facts.push(fact("Parameters", FactValue::Tags(names)));
        }
        if let Some(Ok(schema)) = self.spec.output_schema.as_ref().map(serde_json::to_string_pretty) {
            facts.push(fact("Output schema", FactValue::Block(schema)));
        }
        facts
    }

    fn references(&self) -> Vec<ObjectKey> {
        let namespace = namespace(&self.metadata);
        let mut keys: Vec<_> = model_key(self).into_iter().collect();
        if let Some(engine) = &self.spec.execution_engine
            && !self.spec.is_a2a()
        {
            keys.push(ObjectKey::new(Kind::ExecutionEngine, engine.namespace_or(namespace), &engine.name));
        }
        for tool in &self.spec.tools {
            let kind = match tool.type_ {
                AgentToolType::BuiltInDashed | AgentToolType::Builtin => continue,
                _ => Kind::Tool,
            };
            keys.push(ObjectKey::new(kind, namespace, tool.lookup_name()));
        }
        keys
    }

    fn specific(&self, _: &World) -> Specific {
        Specific::Agent(agent_form(self))
    }
}
