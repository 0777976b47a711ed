//! What goes to a model and what comes back, in the shape that OpenAI gave to the field.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::journal::{Thought, ToolCall, Usage};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The prompt.
    System,
    /// The prompt, as newer models call it.
    Developer,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
}

/// Text, or parts such as text and images, which pass through as they came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Text.
    Text(String),
    /// Parts.
    Parts(Vec<Value>),
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said; absent in an assistant's message that only calls tools.
    #[serde(default)]
    pub content: Option<Content>,
    /// Which of several speakers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Tools that an assistant's message calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "wire_calls")]
    pub tool_calls: Vec<ToolCall>,
    /// What the model thought before it called tools: some providers want it back with the calls. Those of OpenAI's kind
    /// have it as text, others signed. It is the model's own, and nobody else is told.
    #[serde(
        default,
        rename = "reasoning_content",
        skip_deserializing,
        skip_serializing_if = "unsaid",
        serialize_with = "words"
    )]
    pub thoughts: Vec<Thought>,
    /// The call that a tool's message answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// A tool's result whose words are our own or an agent's of ours. What is remembered of it is not known to be.
    #[serde(skip)]
    pub trusted: bool,
}

impl Message {
    fn text(role: Role, text: impl Into<String>) -> Self {
        let content = Some(Content::Text(text.into()));
        Self {
            role,
            content,
            name: None,
            tool_calls: Vec::new(),
            thoughts: Vec::new(),
            tool_call_id: None,
            trusted: false,
        }
    }

    /// A prompt.
    pub fn system(text: impl Into<String>) -> Self {
        Self::text(Role::System, text)
    }

    /// A person's message.
    pub fn user(text: impl Into<String>) -> Self {
        Self::text(Role::User, text)
    }

    /// A model's answer.
    pub fn assistant(text: impl Into<String>, tool_calls: Vec<ToolCall>, name: Option<String>) -> Self {
        let text: String = text.into();
        let content = (!text.is_empty() || tool_calls.is_empty()).then_some(Content::Text(text));
        Self {
            role: Role::Assistant,
            content,
            name,
            tool_calls,
            thoughts: Vec::new(),
            tool_call_id: None,
            trusted: false,
        }
    }

    /// A tool's result.
    pub fn tool(call_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { tool_call_id: Some(call_id.into()), ..Self::text(Role::Tool, text) }
    }

    /// Bytes of it, about: texts, parts and arguments.
    pub fn size(&self) -> usize {
        let content = match &self.content {
            None => 0,
            Some(Content::Text(text)) => text.len(),
            Some(Content::Parts(parts)) => parts.iter().map(|part| part.to_string().len()).sum(),
        };
        content + self.tool_calls.iter().map(|call| call.arguments.len()).sum::<usize>()
    }

    /// The text of the message; of parts, those that are text.
    pub fn plain_text(&self) -> String {
        match &self.content {
            None => String::new(),
            Some(Content::Text(text)) => text.clone(),
            Some(Content::Parts(parts)) => {
                let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
                texts.join("\n")
            }
        }
    }
}

/// Whether there is no thought in plain words.
fn unsaid(thoughts: &[Thought]) -> bool {
    thoughts.iter().all(|thought| thought.text.is_empty() || thought.is_sealed())
}

fn words<S: serde::Serializer>(thoughts: &[Thought], serializer: S) -> Result<S::Ok, S::Error> {
    let plain = thoughts.iter().filter(|thought| !thought.is_sealed());
    serializer.serialize_str(&plain.map(|thought| thought.text.as_str()).collect::<String>())
}

/// A tool that a model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    /// Name that the model sees.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON schema of its arguments.
    pub parameters: Value,
}

/// A schema that the answer must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSchema {
    /// Name, at most 64 characters of `[a-zA-Z0-9_-]`.
    pub name: String,
    /// JSON schema.
    pub schema: Value,
}

/// A request to a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// The conversation.
    pub messages: Vec<Message>,
    /// Tools in a stable order, so that the provider's prompt cache works.
    pub tools: Vec<ToolDefinition>,
    /// Structured output.
    pub output_schema: Option<OutputSchema>,
    /// The answer must be a call of one of `tools`.
    pub must_call: bool,
}

/// A model's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatAnswer {
    /// Text.
    pub content: String,
    /// Tools that it asks for.
    pub tool_calls: Vec<ToolCall>,
    /// What it thought, as far as the provider says and wants it back.
    pub thoughts: Vec<Thought>,
    /// Tokens, as the provider counted.
    pub usage: Usage,
    /// `stop`, `length`, `tool_calls`…
    pub finish_reason: String,
    /// Time to the first token.
    pub first_token: Option<Duration>,
    /// Time of the call.
    pub duration: Duration,
}

/// Tool calls on the wire: `{"id", "type": "function", "function": {"name", "arguments"}}`.
mod wire_calls {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ToolCall;

    #[derive(Serialize, Deserialize)]
    struct Call {
        id: String,
        #[serde(rename = "type", default)]
        kind: String,
        function: Function,
    }

    #[derive(Serialize, Deserialize)]
    struct Function {
        name: String,
        #[serde(default)]
        arguments: String,
    }

    pub(super) fn serialize<S: Serializer>(calls: &[ToolCall], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(calls.iter().map(|call| Call {
            id: call.id.clone(),
            kind: "function".into(),
            function: Function { name: call.name.clone(), arguments: call.arguments.clone() },
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ToolCall>, D::Error> {
        let calls = Option::<Vec<Call>>::deserialize(deserializer)?.unwrap_or_default();
        let own = |call: Call| ToolCall {
            id: call.id,
            name: call.function.name,
            arguments: call.function.arguments,
        };
        Ok(calls.into_iter().map(own).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_openai_json_both_ways() {
        let call = ToolCall { id: "c1".into(), name: "tide".into(), arguments: "{}".into() };
        let messages = vec![
            Message::system("Be brief."),
            Message::assistant("", vec![call], None),
            Message::tool("c1", "low"),
        ];
        let json = serde_json::to_value(&messages).unwrap();
        assert_eq!(
            json,
            serde_json::json!([
                {"role": "system", "content": "Be brief."},
                {"role": "assistant", "content": null, "tool_calls":
                    [{"id": "c1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]},
                {"role": "tool", "content": "low", "tool_call_id": "c1"},
            ])
        );
        assert_eq!(serde_json::from_value::<Vec<Message>>(json).unwrap(), messages);
    }

    #[test]
    fn only_thoughts_in_plain_words_go_to_openais_kind() {
        let mut message = Message::assistant("Low.", vec![], None);
        let plain = Thought { text: "Ebb, so low.".into(), ..Thought::default() };
        let signed = Thought { text: "Hm.".into(), signature: "s".into(), ..Thought::default() };
        message.thoughts = vec![signed.clone(), plain];
        assert_eq!(serde_json::to_value(&message).unwrap()["reasoning_content"], "Ebb, so low.");
        message.thoughts = vec![signed];
        let json = serde_json::to_value(&message).unwrap();
        assert!(json.get("reasoning_content").is_none(), "{json}");
        let told = serde_json::json!({"role": "assistant", "content": "x", "reasoning_content": "y"});
        assert!(serde_json::from_value::<Message>(told).unwrap().thoughts.is_empty());
    }
}
