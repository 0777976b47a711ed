//! The conversation as Anthropic and Bedrock want it: the prompt apart, user and assistant by turns, the user first and
//! last, each call of a tool answered in the turn after it.

use serde_json::{Value, json};

use super::parts::Part;
use super::{ChatRequest, Content, Message, ModelEndpoint, ModelError, ModelErrorCode, Role};
use crate::engine::journal::{Thought, ToolCall};

/// Said for the user when a conversation begins with the assistant, which neither provider takes.
const OPENING: &str = "(The conversation begins with you.)";
/// The longest id of a call that both providers take.
const MAX_ID: usize = 64;
/// The tool that stands for structured output: its arguments are the answer.
pub(super) const ANSWER_TOOL: &str = "final_answer";
/// What the model is told about it.
pub(super) const ANSWER_TOOL_USE: &str =
    "Gives the final answer. Call it once, when everything that the answer needs is known.";

/// Models that always think, and answer a request for a certain tool with an error; see "What's new in Claude Opus 5.5"
/// (platform.claude.com, 2026). They are asked for it in words.
const CANNOT_BE_FORCED: [&str; 3] = ["claude-opus-5-5", "claude-fable-5-1", "claude-mythos-5-1"];
/// The words.
const ANSWER_IN_WORDS: &str = "Give the final answer by calling the tool final_answer, not as text.";

/// Whether a model of this name, with these options, can be made to call a tool.
pub(super) fn can_be_forced(endpoint: &ModelEndpoint) -> bool {
    let thinks = endpoint.properties.get("thinking").is_some_and(|thinking| thinking["type"] != "disabled");
    !thinks && !CANNOT_BE_FORCED.iter().any(|name| endpoint.model.contains(name))
}

/// A conversation by turns.
#[derive(Debug, PartialEq)]
pub(super) struct Conversation<'a> {
    /// The prompts, in order.
    pub(super) system: Vec<String>,
    /// By turns, the user's first.
    pub(super) turns: Vec<Turn<'a>>,
}

/// What one side says.
#[derive(Debug, PartialEq)]
pub(super) struct Turn<'a> {
    /// It is the model's.
    pub(super) assistant: bool,
    /// In order; never empty.
    pub(super) blocks: Vec<Block<'a>>,
}

/// A piece of a turn.
#[derive(Debug, PartialEq)]
pub(super) enum Block<'a> {
    /// Text, never blank.
    Text(String),
    /// A part that is no text.
    Part(Part<'a>),
    /// What the model thought before it called tools, sealed by its provider.
    Thought(&'a Thought),
    /// A call of a tool.
    Call {
        /// Id.
        id: String,
        /// Tool.
        name: &'a str,
        /// Arguments: an object.
        input: Value,
    },
    /// What a tool gave.
    Result {
        /// Id of the call.
        id: String,
        /// Text, which may be empty.
        text: String,
    },
}

impl<'a> Conversation<'a> {
    /// Orders the messages of `request`.
    ///
    /// `forced` says whether the model is made to call a tool where it must; else it is told in the prompt.
    pub(super) fn of(request: &'a ChatRequest, forced: bool) -> Self {
        let mut conversation = Self { system: Vec::new(), turns: Vec::new() };
        let is_prompt = |message: &&Message| matches!(message.role, Role::System | Role::Developer);
        let messages = &request.messages;
        let prompts = messages.iter().take_while(is_prompt);
        conversation.system =
            prompts.map(Message::plain_text).filter(|text| !text.trim().is_empty()).collect();
        if request.output_schema.is_some() && !forced {
            conversation.system.push(ANSWER_IN_WORDS.into());
        }
        let rest = &messages[messages.iter().take_while(is_prompt).count()..];
        let known = |call: &ToolCall| request.tools.iter().any(|tool| tool.name == call.name);
        // Calls of tools that the model does not have: others of its team made them.
        let mut foreign: Vec<&ToolCall> = Vec::new();
        for (index, message) in rest.iter().enumerate() {
            match message.role {
                // There is no place for a prompt within a conversation.
                Role::System | Role::Developer | Role::User => {
                    conversation.say(false, content(message, None));
                }
                Role::Assistant if message.tool_calls.iter().any(|call| !known(call)) => {
                    foreign.extend(&message.tool_calls);
                    conversation.say(false, content(message, message.name.as_deref()));
                    let calls = message.tool_calls.iter();
                    let words = calls.map(|call| Block::Text(format!("[{} called]", described(call))));
                    conversation.say(false, words.collect());
                }
                Role::Assistant => {
                    // What is followed by more of the same side, or by nothing, was said by another of a team:
                    // as the model's own words it would be continued instead of answered.
                    let others = message.tool_calls.is_empty()
                        && rest.get(index + 1).is_none_or(|next| next.role == Role::Assistant);
                    let name = message.name.as_deref().filter(|_| others);
                    // Thoughts come first, and only as they were sealed.
                    let sealed = message.thoughts.iter().filter(|thought| thought.is_sealed());
                    let mut blocks: Vec<Block<'_>> = sealed.map(Block::Thought).collect();
                    blocks.extend(content(message, name));
                    blocks.extend(message.tool_calls.iter().map(|call| Block::Call {
                        id: id(&call.id),
                        name: &call.name,
                        input: input(&call.arguments),
                    }));
                    conversation.say(!others, blocks);
                }
                Role::Tool => {
                    let of = message.tool_call_id.as_deref().unwrap_or_default();
                    let text = message.plain_text();
                    let block = match foreign.iter().find(|call| call.id == of) {
                        Some(call) => Block::Text(format!("[{} gave] {text}", call.name)),
                        None => Block::Result { id: id(of), text },
                    };
                    conversation.say(false, vec![block]);
                }
            }
        }
        if conversation.turns.first().is_some_and(|turn| turn.assistant) {
            let opening = Turn { assistant: false, blocks: vec![Block::Text(OPENING.into())] };
            conversation.turns.insert(0, opening);
        }
        conversation
    }

    fn say(&mut self, assistant: bool, blocks: Vec<Block<'a>>) {
        if blocks.is_empty() {
            return;
        }
        match self.turns.last_mut() {
            Some(last) if last.assistant == assistant => last.blocks.extend(blocks),
            _ => self.turns.push(Turn { assistant, blocks }),
        }
    }
}

/// Text and parts of a message; `name` is said before the first text.
fn content<'a>(message: &'a Message, name: Option<&str>) -> Vec<Block<'a>> {
    let mut name = name;
    let mut text = |text: &str| {
        let said = name.take().map_or_else(|| text.to_owned(), |name| format!("{name}: {text}"));
        Block::Text(said)
    };
    match &message.content {
        None => Vec::new(),
        Some(Content::Text(words)) if words.trim().is_empty() => Vec::new(),
        Some(Content::Text(words)) => vec![text(words)],
        Some(Content::Parts(parts)) => parts
            .iter()
            .filter_map(|part| match Part::of(part) {
                Part::Text(words) if words.trim().is_empty() => None,
                Part::Text(words) => Some(text(words)),
                other => Some(Block::Part(other)),
            })
            .collect(),
    }
}

fn described(call: &ToolCall) -> String {
    format!("{}({})", call.name, call.arguments)
}

/// Arguments as an object, which both providers want; what is none is handed over as it was written.
fn input(arguments: &str) -> Value {
    match serde_json::from_str(arguments) {
        Ok(Value::Object(fields)) => Value::Object(fields),
        _ if arguments.trim().is_empty() => json!({}),
        _ => json!({"arguments": arguments}),
    }
}

/// An id with the characters and the length that both providers take; other providers' ids have others.
fn id(id: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let id: String = id.chars().map(allowed).take(MAX_ID).collect();
    if id.is_empty() { "call".into() } else { id }
}

/// A part that the provider has no place for.
pub(super) fn no_place(provider: &str, kind: &str) -> ModelError {
    ModelError::new(
        ModelErrorCode::ModelRefusedRequest,
        format!("{provider} takes no message part of type '{kind}'. Leave it out, or use another Model."),
    )
}

/// Text for the answer tool: what is streamed of its arguments is the answer's text. Taken out of the calls when it is the
/// only one; beside other calls it came too early, and the model will give it again.
pub(super) fn take_answer(parts: &mut super::reader::Parts) {
    let Some(at) = parts.tool_calls.iter().position(|call| call.name == ANSWER_TOOL) else { return };
    let answer = parts.tool_calls.remove(at);
    if parts.tool_calls.is_empty() {
        parts.content = answer.arguments;
        if parts.finish_reason.as_deref() == Some("tool_calls") {
            parts.finish_reason = Some("stop".into());
        }
    }
    parts.tool_calls.retain(|call| call.name != ANSWER_TOOL);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::providers::ToolDefinition;

    fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
        ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
    }

    fn tide() -> ToolDefinition {
        ToolDefinition { name: "tide".into(), description: String::new(), parameters: json!({}) }
    }

    fn request(messages: Vec<Message>) -> ChatRequest {
        ChatRequest { messages, tools: vec![tide()], ..ChatRequest::default() }
    }

    fn text(text: &str) -> Block<'static> {
        Block::Text(text.into())
    }

    #[test]
    fn tools_and_their_results_take_turns() {
        let request = request(vec![
            Message::system("Be brief."),
            Message::user("Tides?"),
            Message::assistant(
                "",
                vec![call("a:1", "tide", r#"{"at":"quay"}"#), call("b", "tide", "oops")],
                None,
            ),
            Message::tool("a:1", "low"),
            Message::tool("b", ""),
        ]);
        let conversation = Conversation::of(&request, true);
        assert_eq!(conversation.system, ["Be brief."]);
        let turns: Vec<bool> = conversation.turns.iter().map(|turn| turn.assistant).collect();
        assert_eq!(turns, [false, true, false]);
        assert_eq!(
            conversation.turns[1].blocks,
            [
                Block::Call { id: "a_1".into(), name: "tide", input: json!({"at": "quay"}) },
                Block::Call { id: "b".into(), name: "tide", input: json!({"arguments": "oops"}) },
            ]
        );
        let low = Block::Result { id: "a_1".into(), text: "low".into() };
        assert_eq!(
            conversation.turns[2].blocks,
            [low, Block::Result { id: "b".into(), text: String::new() }]
        );
    }

    #[test]
    fn what_others_of_a_team_said_comes_from_the_user_and_stays_so() {
        let mut messages = vec![
            Message::user("Tides?"),
            Message::assistant("Low.", vec![], Some("ann".into())),
            Message::assistant("Indeed.", vec![], Some("bob".into())),
        ];
        let others = [text("Tides?"), text("ann: Low."), text("bob: Indeed.")];
        {
            let request = request(messages.clone());
            let conversation = Conversation::of(&request, true);
            assert_eq!(conversation.turns.len(), 1, "the user is last");
            assert_eq!(conversation.turns[0].blocks, others);
        }
        messages.push(Message::assistant("I look.", vec![call("c", "tide", "{}")], Some("cy".into())));
        messages.push(Message::tool("c", "low"));
        let request = request(messages);
        let conversation = Conversation::of(&request, true);
        assert_eq!(conversation.turns[0].blocks, others, "the provider's cache holds what went before");
        assert_eq!(conversation.turns[1].blocks[0], text("I look."));
    }

    #[test]
    fn calls_of_tools_that_the_model_has_not_are_told() {
        let request = request(vec![
            Message::user("Sail?"),
            Message::assistant("", vec![call("c", "wind", r#"{"at":"quay"}"#)], Some("ann".into())),
            Message::tool("c", "strong"),
            Message::assistant("No.", vec![], Some("ann".into())),
        ]);
        let conversation = Conversation::of(&request, true);
        let told = [
            text("Sail?"),
            text(r#"[wind({"at":"quay"}) called]"#),
            text("[wind gave] strong"),
            text("ann: No."),
        ];
        assert_eq!(conversation.turns[0].blocks, told);
    }

    #[test]
    fn the_user_is_first_and_blank_texts_are_left_out() {
        let request = request(vec![
            Message::assistant("How may I help?", vec![], None),
            Message::user(" "),
            Message::user("Tides?"),
        ]);
        let conversation = Conversation::of(&request, true);
        assert_eq!(conversation.turns[0].blocks, [text(OPENING)]);
        assert_eq!(conversation.turns[2].blocks, [text("Tides?")]);
    }
}
