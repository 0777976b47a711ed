//! From an agent's list of tools to what can be called.

use serde_json::{Map, Value, json};

use super::{Action, Callable, Delegate, Gate, builtin};
use crate::engine::error::{RunError, codes};
use crate::engine::providers::{ToolDefinition, property};
use crate::engine::template;
use crate::engine::world::{Parameters, World};
use crate::resources::agent::Agent;
use crate::resources::agent_tool::{AgentTool, AgentToolType, PartialTool};
use crate::resources::kind::Kind;
use crate::resources::tool::{NamedTool, Tool, ToolType};

/// The kind of filter that there is.
const JQ: &str = "jq";

/// The tools of `agent` in the order of its list, and a sentence for each that this version cannot call.
pub(in crate::engine) async fn load(
    world: &World,
    agent: &Agent,
    parameters: &Parameters,
) -> Result<(Vec<Callable>, Vec<String>), RunError> {
    let namespace = agent.metadata.namespace.as_deref().unwrap_or_default();
    let (mut tools, mut notices) = (Vec::new(), Vec::new());
    for entry in &agent.spec.tools {
        match one(world, namespace, entry, parameters).await? {
            Ok(tool) => {
                let unknown = entry.functions.iter().filter(|function| function.name != JQ);
                notices.extend(unknown.map(|function| {
                    format!(
                        "The filter '{}' of tool '{}' is not applied: only {JQ} is known.",
                        function.name, entry.name
                    )
                }));
                tools.push(tool);
            }
            Err(why) => notices.push(format!("Tool '{}' is left out: {why}.", entry.name)),
        }
    }
    Ok((tools, notices))
}

/// A tool, or why this version cannot call it.
async fn one(
    world: &World,
    namespace: &str,
    entry: &AgentTool,
    parameters: &Parameters,
) -> Result<Result<Callable, String>, RunError> {
    let lookup = entry.lookup_name();
    let mut tool = if entry.is_builtin() {
        match built_in(lookup) {
            Some(tool) => tool,
            None => return Ok(Err("there is no built-in tool of this name".into())),
        }
    } else {
        let object: Tool = world.get(namespace, lookup).await?;
        let declared = entry.type_.as_str();
        if entry.type_ != AgentToolType::Custom && declared != object.spec.type_.as_str() {
            return Err(RunError::new(
                "ToolNotFound",
                format!(
                    "Tool '{lookup}' is of type {}, and the agent names it as {declared}. Correct one of them.",
                    object.spec.type_
                ),
            ));
        }
        match of_object(object) {
            Ok(tool) => tool,
            Err(why) => return Ok(Err(why)),
        }
    };
    tool.definition.name.clone_from(&entry.name);
    if !entry.description.is_empty() {
        tool.definition.description.clone_from(&entry.description);
    }
    tool.gate.tighten(entry.approval.as_ref());
    if let Some(partial) = &entry.partial {
        preset(world, namespace, partial, parameters, &mut tool).await?;
    }
    for function in entry.functions.iter().filter(|function| function.name == JQ) {
        let field = format!("A filter of tool '{}'", entry.name);
        let filter = world.value(namespace, function.source(), Some(parameters), &field).await?;
        tool.filters.extend(filter);
    }
    Ok(Ok(tool))
}

/// What a Tool object can do, or why this version cannot call it.
pub(in crate::engine) fn definition_of(object: Tool) -> Result<Callable, String> {
    of_object(object)
}

fn of_object(object: Tool) -> Result<Callable, String> {
    let approval = object.spec.approval.clone();
    let mut tool = of_type(object)?;
    tool.gate.tighten(approval.as_ref());
    Ok(tool)
}

fn of_type(object: Tool) -> Result<Callable, String> {
    let name = object.metadata.name.clone().unwrap_or_default();
    match object.spec.type_ {
        ToolType::Builtin => built_in(object.spec.builtin_name(&name))
            .ok_or_else(|| "there is no built-in tool of this name".into()),
        ToolType::Http => {
            let url = object.spec.http.as_ref().map(|http| http.url.clone()).unwrap_or_default();
            let description = described(&object).unwrap_or_else(|| format!("HTTP request to {url}"));
            let parameters = object.spec.input_schema.clone();
            Ok(Callable {
                definition: ToolDefinition {
                    name,
                    description,
                    parameters: parameters.unwrap_or_else(|| json!({"type": "object", "properties": {}})),
                },
                repeatable: object.spec.is_repeatable(),
                gate: Gate::default(),
                presets: Map::new(),
                filters: Vec::new(),
                action: Action::Http(Box::new(object)),
            })
        }
        ToolType::Agent => Ok(delegate(Kind::Agent, &object, object.spec.agent.as_ref())),
        ToolType::Team => Ok(delegate(Kind::Team, &object, object.spec.team.as_ref())),
        ToolType::Mcp => Err("tools of type mcp cannot be called by this version yet".into()),
    }
}

/// A tool that asks an agent or a team with one text. It may always be repeated: what it asks has steps of its own in
/// the journal, so a repetition goes on where the first call was cut.
fn delegate(kind: Kind, object: &Tool, to: Option<&NamedTool>) -> Callable {
    let name = to.map(|to| to.name.clone()).unwrap_or_default();
    let description = described(object).unwrap_or_else(|| format!("Asks the {} '{name}'.", kind.noun()));
    let input =
        json!({"type": "string", "description": "What is asked, with all that must be known to answer."});
    Callable {
        definition: ToolDefinition {
            name: object.metadata.name.clone().unwrap_or_default(),
            description,
            parameters: json!({"type": "object", "properties": {"input": input}, "required": ["input"]}),
        },
        repeatable: true,
        gate: Gate::default(),
        presets: Map::new(),
        filters: Vec::new(),
        action: Action::Delegate(Delegate { kind, name }),
    }
}

/// What the object says about itself.
fn described(object: &Tool) -> Option<String> {
    let annotated = object.metadata.annotations.as_ref().and_then(|all| all.get("description")).cloned();
    Some(object.spec.description.clone()).filter(|text| !text.is_empty()).or(annotated)
}

fn built_in(name: &str) -> Option<Callable> {
    let (description, parameters) = builtin::describe(name)?;
    let action = if name == builtin::NOOP { Action::Noop } else { Action::Terminate };
    let definition =
        ToolDefinition { name: name.to_owned(), description: description.to_owned(), parameters };
    Some(Callable {
        definition,
        repeatable: true,
        gate: Gate::default(),
        presets: Map::new(),
        filters: Vec::new(),
        action,
    })
}

/// Takes the preset arguments out of what the model sees and keeps them for the call.
async fn preset(
    world: &World,
    namespace: &str,
    partial: &PartialTool,
    parameters: &Parameters,
    tool: &mut Callable,
) -> Result<(), RunError> {
    for parameter in &partial.parameters {
        let field = format!("Preset argument '{}' of tool '{}'", parameter.name, tool.definition.name);
        let text =
            world.value(namespace, parameter.source(), Some(parameters), &field).await?.ok_or_else(|| {
                RunError::new(
                    codes::VALUE_NOT_RESOLVED,
                    format!("{field} has neither a value nor a source. Set one."),
                )
            })?;
        let text = if text.contains("{{") { template::render(&text, parameters, &field)? } else { text };
        let value = if is_text(&tool.definition.parameters, &parameter.name) {
            Value::String(text)
        } else {
            property(&text).unwrap_or_default()
        };
        tool.presets.insert(parameter.name.clone(), value);
        hide(&mut tool.definition.parameters, &parameter.name);
    }
    Ok(())
}

fn is_text(schema: &Value, name: &str) -> bool {
    schema["properties"][name]["type"] == "string"
}

fn hide(schema: &mut Value, name: &str) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove(name);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|other| other != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preset_arguments_are_hidden() {
        let mut schema = json!({"type": "object", "properties": {"a": {}, "b": {"type": "string"}}, "required": ["a", "b"]});
        assert!(is_text(&schema, "b"));
        hide(&mut schema, "b");
        assert_eq!(schema, json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}));
    }
}
