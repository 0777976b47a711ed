//! Tools.

use super::model::{header_forms, source_form};
use super::status::{Unseen, because, by_condition, plain};
use super::text::{first_line, length};
use super::{Present, World, fact, fact_code, fact_description, fact_text, namespace};
use crate::kubernetes::apply::edit_version;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::approval::ToolApprovalConfig;
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::tool::ToolAnnotations;
use crate::resources::{Condition, Tool, ToolType};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::forms::{ApprovalForm, ParameterForm, ToolHints, ToolSpecForm};
use crate::views::row::{Cell, State, Status};

/// The object that the tool calls, if it is one.
fn target(tool: &Tool) -> Option<ObjectKey> {
    let namespace = namespace(&tool.metadata);
    match tool.spec.type_ {
        ToolType::Mcp => {
            let server = &tool.spec.mcp.as_ref()?.mcp_server_ref;
            Some(ObjectKey::new(Kind::McpServer, server.namespace_or(namespace), &server.name))
        }
        ToolType::Agent => Some(ObjectKey::new(Kind::Agent, namespace, &tool.spec.agent.as_ref()?.name)),
        ToolType::Team => Some(ObjectKey::new(Kind::Team, namespace, &tool.spec.team.as_ref()?.name)),
        ToolType::Http | ToolType::Builtin => None,
    }
}

/// What the tool's editor holds.
pub fn tool_form(tool: &Tool) -> ToolSpecForm {
    let spec = &tool.spec;
    let http = spec.http.clone().unwrap_or_default();
    let named = match spec.type_ {
        ToolType::Agent => &spec.agent,
        ToolType::Team => &spec.team,
        _ => &spec.builtin,
    };
    let mcp = spec.mcp.clone().unwrap_or_default();
    let calls = match spec.type_ {
        ToolType::Mcp => mcp.tool_name,
        _ => named.as_ref().map(|named| named.name.clone()).unwrap_or_default(),
    };
    let hints = spec.annotations.clone().unwrap_or_default();
    let parameters = http
        .body_parameters
        .iter()
        .map(|each| ParameterForm { name: each.name.clone(), value: source_form(each.source()) });
    ToolSpecForm {
        namespace: namespace(&tool.metadata).to_owned(),
        name: tool.metadata.name.clone().unwrap_or_default(),
        type_: spec.type_.to_string(),
        description: spec.description.clone(),
        input_schema: spec
            .input_schema
            .as_ref()
            .and_then(|schema| serde_json::to_string_pretty(schema).ok())
            .unwrap_or_default(),
        method: http.method.to_string(),
        headers: header_forms(&http.headers),
        body_parameters: parameters.collect(),
        url: http.url,
        body: http.body,
        timeout: http.timeout,
        calls,
        server: mcp.mcp_server_ref.name,
        server_namespace: Some(mcp.mcp_server_ref.namespace).filter(|namespace| !namespace.is_empty()),
        approval: spec.approval.as_ref().map(approval_form).unwrap_or_default(),
        hints: ToolHints {
            title: hints.title,
            read_only: hints.read_only_hint,
            idempotent: hints.idempotent_hint,
            destructive: hints.destructive_hint,
            open_world: hints.open_world_hint,
        },
        version: Some(edit_version(tool)),
    }
}

/// What a call does, in words, as far as the hints say.
fn effects(hints: &ToolAnnotations) -> Vec<String> {
    let said = [
        (hints.read_only_hint == Some(true), "changes nothing"),
        (hints.idempotent_hint == Some(true), "may be repeated"),
        (hints.destructive_hint == Some(true), "may destroy"),
        (hints.open_world_hint == Some(true), "reaches outside"),
    ];
    said.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()).collect()
}

/// An approval, as forms hold it.
pub(super) fn approval_form(approval: &ToolApprovalConfig) -> ApprovalForm {
    let matches = approval.argument_matches.iter();
    ApprovalForm {
        required: approval.required,
        timeout: approval.timeout.map(length).unwrap_or_default(),
        on_timeout: approval.on_timeout.map(|outcome| outcome.to_string()).unwrap_or_default(),
        matches: matches.map(|each| (each.argument.clone(), each.pattern.clone())).collect(),
    }
}

impl Present for Tool {
    const KIND: Kind = Kind::Tool;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.tools
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Stale, "Unknown") };
        match status.state.as_str() {
            "Ready" | "ready" => plain(State::Done, "Ready"),
            "" => by_condition(&status.conditions, types::AVAILABLE, Unseen::Unknown),
            _ => because(State::Failed, "Not ready", &status.message),
        }
    }

    fn summary(&self) -> String {
        first_line(&self.spec.description)
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let calls = match (target(self), &self.spec.http) {
            (Some(key), _) => world.link(key),
            (None, Some(http)) => Cell::Text(format!("{} {}", http.method, http.url)),
            (None, None) => Cell::None,
        };
        vec![Cell::Text(self.spec.type_.to_string()), calls]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        fact_text(&mut facts, "Type", self.spec.type_.as_str());
        if let Some(key) = target(self) {
            facts.push(fact("Calls", FactValue::Link { missing: world.missing(&key), key }));
        }
        if let Some(http) = &self.spec.http {
            fact_code(&mut facts, "Calls", &format!("{} {}", http.method, http.url));
        }
        fact_text(&mut facts, "Time limit", self.spec.http.as_ref().map_or("", |http| &http.timeout));
        let effects = effects(&self.spec.annotations.clone().unwrap_or_default());
        if !effects.is_empty() {
            facts.push(fact("Effects", FactValue::Tags(effects)));
        }
        if let Some(approval) = self.spec.approval.as_ref().filter(|approval| approval.required) {
            let which = if approval.argument_matches.is_empty() { "of every call" } else { "by arguments" };
            fact_text(&mut facts, "Approval", &format!("{which}, within {}", length(approval.timeout())));
        }
        if let Some(Ok(schema)) = self.spec.input_schema.as_ref().map(serde_json::to_string_pretty) {
            facts.push(fact("Arguments", FactValue::Block(schema)));
        }
        facts
    }

    fn references(&self) -> Vec<ObjectKey> {
        target(self).into_iter().collect()
    }

    fn specific(&self, _: &World) -> Specific {
        Specific::Tool(tool_form(self))
    }
}
