//! A request as Converse takes it: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
//! Only what is set is sent.

use serde_json::{Map, Value, json};

use crate::engine::providers::parts::Part;
use crate::engine::providers::turns::{
    ANSWER_TOOL, ANSWER_TOOL_USE, Block, Conversation, can_be_forced, no_place,
};
use crate::engine::providers::{ChatRequest, ModelEndpoint, ModelError};

/// Options by the names that other providers give them, and where Converse has them: in `inferenceConfig`.
const INFERENCE: [(&str, &str); 7] = [
    ("max_tokens", "maxTokens"),
    ("maxTokens", "maxTokens"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("topP", "topP"),
    ("stop_sequences", "stopSequences"),
    ("stopSequences", "stopSequences"),
];
/// Options that Converse has at the top. What is in neither list is the model's own, in `additionalModelRequestFields`.
const TOP: [&str; 8] = [
    "additionalModelRequestFields",
    "additionalModelResponseFieldPaths",
    "guardrailConfig",
    "outputConfig",
    "performanceConfig",
    "promptVariables",
    "requestMetadata",
    "serviceTier",
];
/// Families of models that can be made to call a tool (Converse's `toolChoice` of `any` and `tool`); others answer a
/// request for it with an error, so they are left the choice.
const CAN_BE_FORCED: [&str; 3] = ["claude", "nova", "mistral-large"];
/// Stands for a tool's result without text, which models refuse.
const NO_TEXT: &str = "(nothing)";

/// The request's JSON.
pub(super) fn body(request: &ChatRequest, endpoint: &ModelEndpoint) -> Result<Value, ModelError> {
    let known = CAN_BE_FORCED.iter().any(|family| endpoint.model.contains(family));
    let forced = known && can_be_forced(endpoint);
    let conversation = Conversation::of(request, forced);
    let mut messages = Vec::with_capacity(conversation.turns.len());
    for turn in &conversation.turns {
        let blocks = turn.blocks.iter().map(block).collect::<Result<Vec<_>, _>>()?;
        let role = if turn.assistant { "assistant" } else { "user" };
        messages.push(json!({"role": role, "content": blocks}));
    }
    let mut body = Map::new();
    body.insert("messages".into(), messages.into());
    if !conversation.system.is_empty() {
        let system: Vec<Value> = conversation.system.iter().map(|text| json!({"text": text})).collect();
        body.insert("system".into(), system.into());
    }
    let mut tools: Vec<Value> =
        request.tools.iter().map(|tool| tool_json(&tool.name, &tool.description, &tool.parameters)).collect();
    if let Some(output) = &request.output_schema {
        tools.push(tool_json(ANSWER_TOOL, ANSWER_TOOL_USE, &output.schema));
    }
    if !tools.is_empty() {
        let mut config = json!({"tools": tools});
        if forced && request.output_schema.is_some() && request.tools.is_empty() {
            config["toolChoice"] = json!({"tool": {"name": ANSWER_TOOL}});
        } else if forced && (request.output_schema.is_some() || request.must_call) {
            config["toolChoice"] = json!({"any": {}});
        }
        body.insert("toolConfig".into(), config);
    }
    options(&mut body, &endpoint.properties);
    Ok(Value::Object(body))
}

/// Puts each of the Model's options where Converse has it.
fn options(body: &mut Map<String, Value>, properties: &Map<String, Value>) {
    let (mut inference, mut own) = (Map::new(), Map::new());
    for (name, value) in properties.iter().filter(|(_, value)| !value.is_null()) {
        if let Some((_, theirs)) = INFERENCE.iter().find(|(known, _)| known == name) {
            inference.insert((*theirs).to_owned(), value.clone());
        } else if TOP.contains(&name.as_str()) {
            body.insert(name.clone(), value.clone());
        } else {
            own.insert(name.clone(), value.clone());
        }
    }
    if !inference.is_empty() {
        body.insert("inferenceConfig".into(), inference.into());
    }
    if !own.is_empty() {
        match body.get_mut("additionalModelRequestFields").and_then(Value::as_object_mut) {
            Some(fields) => fields.extend(own),
            None => {
                body.insert("additionalModelRequestFields".into(), own.into());
            }
        }
    }
}

fn tool_json(name: &str, description: &str, schema: &Value) -> Value {
    let mut tool = json!({"name": name, "inputSchema": {"json": schema}});
    if !description.is_empty() {
        tool["description"] = json!(description);
    }
    json!({"toolSpec": tool})
}

fn block(block: &Block<'_>) -> Result<Value, ModelError> {
    Ok(match block {
        Block::Text(text) => json!({"text": text}),
        Block::Thought(thought) if thought.signature.is_empty() => {
            json!({"reasoningContent": {"redactedContent": thought.redacted}})
        }
        Block::Thought(thought) => {
            json!({"reasoningContent": {"reasoningText":
                {"text": thought.text, "signature": thought.signature}}})
        }
        Block::Call { id, name, input } => {
            json!({"toolUse": {"toolUseId": id, "name": name, "input": input}})
        }
        Block::Result { id, text } => {
            let text = if text.trim().is_empty() { NO_TEXT } else { text };
            json!({"toolResult": {"toolUseId": id, "content": [{"text": text}]}})
        }
        Block::Part(Part::Text(text)) => json!({"text": text}),
        Block::Part(Part::ImageData { media_type, data }) => {
            let format = media_type.rsplit('/').next().unwrap_or_default().replace("jpg", "jpeg");
            json!({"image": {"format": format, "source": {"bytes": data}}})
        }
        Block::Part(Part::ImageUrl(url)) if url.starts_with("s3://") => {
            let format = url.rsplit('.').next().unwrap_or_default().replace("jpg", "jpeg");
            json!({"image": {"format": format, "source": {"s3Location": {"uri": url}}}})
        }
        Block::Part(Part::ImageUrl(_)) => return Err(no_place("Bedrock", "image_url with an http address")),
        Block::Part(Part::FileData { media_type, data, name }) => {
            json!({"document": {"format": format_of(media_type), "name": document_name(name), "source": {"bytes": data}}})
        }
        Block::Part(Part::Other(kind, _)) => return Err(no_place("Bedrock", kind)),
    })
}

/// Bedrock's word for a document of this media type.
fn format_of(media_type: &str) -> &str {
    match media_type {
        "text/plain" => "txt",
        "text/markdown" => "md",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        other => other.rsplit('/').next().unwrap_or_default(),
    }
}

/// Letters, digits, single blanks, hyphens, parentheses and brackets are allowed.
fn document_name(name: &str) -> String {
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '[' | ']') { c } else { ' ' }
    };
    let name: String = name.chars().map(allowed).collect();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::providers::endpoint::AwsAccess;
    use crate::engine::providers::{Api, Content, Message, OutputSchema};
    use crate::engine::secret::Secret;

    fn endpoint(model: &str, properties: Value) -> ModelEndpoint {
        ModelEndpoint {
            api: Api::Bedrock { region: "eu-west-1".into(), access: AwsAccess::Chain },
            base_url: "https://gull.example".into(),
            key: Secret::new(""),
            model: model.into(),
            headers: vec![],
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn options_go_where_converse_has_them() {
        let request = ChatRequest { messages: vec![Message::user("Tides?")], ..ChatRequest::default() };
        let properties = json!({"max_tokens": 9, "temperature": 0.5, "top_k": 5, "guardrailConfig": {"a": 1},
            "additionalModelRequestFields": {"b": 2}});
        let json = body(&request, &endpoint("m", properties)).unwrap();
        assert_eq!(
            json,
            json!({
                "messages": [{"role": "user", "content": [{"text": "Tides?"}]}],
                "inferenceConfig": {"maxTokens": 9, "temperature": 0.5},
                "guardrailConfig": {"a": 1},
                "additionalModelRequestFields": {"b": 2, "top_k": 5},
            })
        );
    }

    #[test]
    fn images_and_documents_go_in_and_addresses_do_not() {
        let mut message = Message::user("");
        message.content = Some(Content::Parts(vec![
            json!({"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AAAA"}}),
            json!({"type": "file", "file": {"filename": "tide_table.v2.pdf", "file_data": "data:application/pdf;base64,BB"}}),
        ]));
        let mut request = ChatRequest { messages: vec![message], ..ChatRequest::default() };
        let json = body(&request, &endpoint("m", json!({}))).unwrap();
        assert_eq!(
            json["messages"][0]["content"],
            json!([
                {"image": {"format": "jpeg", "source": {"bytes": "AAAA"}}},
                {"document": {"format": "pdf", "name": "tide table v2 pdf", "source": {"bytes": "BB"}}},
            ])
        );
        let far = json!({"type": "image_url", "image_url": {"url": "https://quay.example/a.png"}});
        request.messages[0].content = Some(Content::Parts(vec![far]));
        assert!(body(&request, &endpoint("m", json!({}))).unwrap_err().message.contains("http address"));
    }

    #[test]
    fn only_models_that_can_be_forced_are() {
        let output_schema = Some(OutputSchema { name: "n".into(), schema: json!({"type": "object"}) });
        let messages = vec![Message::user("Tides?")];
        let request = ChatRequest { messages, output_schema, ..ChatRequest::default() };
        let choice = |model: &str| body(&request, &endpoint(model, json!({}))).unwrap()["toolConfig"].clone();
        assert_eq!(
            choice("eu.anthropic.claude-sonnet-4-5-20250929-v1:0")["toolChoice"],
            json!({"tool": {"name": "final_answer"}})
        );
        assert!(choice("meta.llama3-1-70b-instruct-v1:0").get("toolChoice").is_none());
    }
}
