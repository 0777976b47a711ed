//! A message that is sent: checked, and made a query of its conversation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::refused;
use crate::api::serve::forms::parameter_json;
use crate::api::serve::objects::check;
use crate::api::serve::queries::{post, target_type};
use crate::api::serve::{runs, services};
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::views::conversation::{IMAGE_TYPES, MAX_IMAGE_BYTES, MAX_IMAGES, MessageForm};
use crate::views::problem::{Problem, ProblemCode};
use crate::views::run::RunView;

/// Bytes of a message's text: with its answer it must fit into an object.
const MAX_TEXT: usize = 256 << 10;
/// Bytes of a conversation's id.
const MAX_ID: usize = 253;

/// See [`crate::api::conversations::send_message`].
pub async fn send(mut form: MessageForm) -> Result<(String, RunView), Problem> {
    check(Verb::Apply, Kind::Query, Some(&form.namespace))?;
    if form.conversation.is_empty() {
        form.conversation = uuid::Uuid::new_v4().to_string();
    }
    let spec = spec(&form)?;
    let key = post(&form.namespace, "", &form.target.name, &spec)
        .await
        .map_err(|problem| refused(&form.target, problem))?;
    let (run, _) = runs::open(&services()?, &key).await?;
    Ok((form.conversation, run))
}

fn spec(form: &MessageForm) -> Result<Value, Problem> {
    let mut problem = Problem::new(ProblemCode::Invalid, "The message cannot be sent.");
    if form.text.trim().is_empty() && form.images.is_empty() {
        problem = problem.field("text", "Write something.");
    }
    if form.text.len() > MAX_TEXT {
        problem = problem.field("text", format!("A message may have {} kB of text.", MAX_TEXT >> 10));
    }
    if form.conversation.len() > MAX_ID {
        problem = problem.field("conversation", format!("The id of a conversation may have {MAX_ID} bytes."));
    }
    if form.target.namespace != form.namespace {
        problem = problem.field("target", "Whom you ask must be in the namespace of the conversation.");
    }
    let target = target_type(form.target.kind);
    if target.is_none() || form.target.name.is_empty() {
        problem = problem.field("target", "Choose an agent, a team or a model.");
    }
    if let Err(why) = images(&form.images) {
        problem = problem.field("images", why);
    }
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    let parameters: Vec<Value> = form.parameters.iter().filter_map(parameter_json).collect();
    let mut spec = json!({
        "input": form.text,
        "target": {"type": target, "name": form.target.name},
        "conversationId": form.conversation,
    });
    if !form.images.is_empty() || !parameters.is_empty() {
        // As messages: with parameters a text would be a template, and what people write is not.
        spec["type"] = json!("messages");
        spec["input"] = json!([{"role": "user", "content": content(form)}]);
    }
    if !parameters.is_empty() {
        spec["parameters"] = Value::Array(parameters);
    }
    Ok(spec)
}

/// A text, or OpenAI's parts of text and images.
fn content(form: &MessageForm) -> Value {
    if form.images.is_empty() {
        return json!(form.text);
    }
    let text = (!form.text.trim().is_empty()).then(|| json!({"type": "text", "text": form.text}));
    let images = form.images.iter().map(|url| json!({"type": "image_url", "image_url": {"url": url}}));
    text.into_iter().chain(images).collect()
}

/// Whether these are images of an allowed type, by their bytes and not by what they say, and not too large.
fn images(images: &[String]) -> Result<(), String> {
    if images.len() > MAX_IMAGES {
        return Err(format!("A message may have {MAX_IMAGES} images."));
    }
    let bytes: usize = images.iter().map(String::len).sum();
    if bytes > MAX_IMAGE_BYTES {
        return Err(format!(
            "The images of a message may have {} kB together, and these have {}.",
            MAX_IMAGE_BYTES >> 10,
            bytes >> 10
        ));
    }
    if images.iter().all(|image| is_image(image)) {
        Ok(())
    } else {
        Err("Only PNG, JPEG, GIF and WebP images can be sent.".to_owned())
    }
}

fn is_image(url: &str) -> bool {
    let parts = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let Some((kind, text)) = parts.filter(|(kind, _)| IMAGE_TYPES.contains(kind)) else { return false };
    let Ok(bytes) = STANDARD.decode(text) else { return false };
    match kind {
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => bytes.starts_with(b"\xff\xd8\xff"),
        "image/gif" => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
        _ => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::ObjectKey;
    use crate::views::forms::{ParameterForm, SourceForm};

    fn form(text: &str) -> MessageForm {
        MessageForm {
            namespace: "lagoon".into(),
            conversation: "c".into(),
            target: ObjectKey::new(Kind::Agent, "lagoon", "pilot"),
            text: text.into(),
            images: Vec::new(),
            parameters: Vec::new(),
        }
    }

    fn png() -> String {
        format!("data:image/png;base64,{}", STANDARD.encode(b"\x89PNG\r\n\x1a\n rest"))
    }

    #[test]
    fn a_text_is_the_input_and_parts_are_a_message() {
        let plain = spec(&form("When {{ .tide }}?")).unwrap();
        assert_eq!(
            plain,
            json!({"input": "When {{ .tide }}?", "target": {"type": "agent", "name": "pilot"}, "conversationId": "c"})
        );
        let mut picture = form("What is it?");
        picture.images = vec![png()];
        let content = spec(&picture).unwrap()["input"][0]["content"].clone();
        assert_eq!(content[0], json!({"type": "text", "text": "What is it?"}));
        assert_eq!(content[1]["image_url"]["url"], png());
        let mut parameters = form("When {{ .tide }}?");
        let value = SourceForm::Literal("x".into());
        parameters.parameters = vec![ParameterForm { name: "tide".into(), value }];
        let spec = spec(&parameters).unwrap();
        assert_eq!(spec["input"][0]["content"], "When {{ .tide }}?", "what is typed is no template");
        assert_eq!(spec["parameters"][0]["name"], "tide");
    }

    #[test]
    fn what_is_no_image_or_too_much_is_refused_at_its_field() {
        let refused = |images: Vec<String>| {
            let problem = spec(&MessageForm { images, ..form("x") }).unwrap_err();
            (problem.fields[0].field.clone(), problem.fields[0].message.clone())
        };
        let script = format!("data:image/png;base64,{}", STANDARD.encode(b"<svg onload=alert(1)>"));
        let remote = "https://example.com/cat.png".to_owned();
        for wrong in [script, remote, "data:image/svg+xml;base64,AAAA".to_owned()] {
            assert!(refused(vec![wrong.clone()]).1.contains("PNG"), "{wrong}");
        }
        assert!(refused(vec![png(); 5]).1.contains("4 images"));
        let large = format!("data:image/png;base64,{}", "A".repeat(MAX_IMAGE_BYTES));
        assert!(refused(vec![large]).1.contains("512 kB"));
        assert_eq!(spec(&form("  ")).unwrap_err().fields[0].field, "text");
    }
}
