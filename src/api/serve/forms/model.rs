//! A model's form as its specification.

use serde_json::{Map, Value};

use super::source::{inner, remove, set, set_text, to_json};
use crate::resources::ModelProvider;
use crate::views::forms::{ModelForm, SourceForm};
use crate::views::problem::{Problem, ProblemCode};

/// Writes the form into `spec`; what the form does not know stays.
pub fn edit(spec: &mut Value, form: &ModelForm) -> Result<(), Problem> {
    let Some(provider) = ModelProvider::from_text(&form.provider) else {
        return Err(Problem::new(ProblemCode::Invalid, "The model needs a provider.")
            .field("spec.provider", "Choose openai, azure, bedrock or anthropic."));
    };
    let old = spec["provider"].as_str().or_else(|| spec["type"].as_str()).map(str::to_owned);
    set(spec, "model", &form.model);
    spec["provider"] = provider.as_str().into();
    if spec["type"].as_str().is_some_and(|type_| ModelProvider::from_text(type_).is_some()) {
        // The form of earlier releases: `provider` says it now, and both at once must agree.
        remove(spec, "type");
    }
    set_text(spec, "pollInterval", &form.poll_interval);
    let config = inner(spec, "config");
    if let Some(old) = old.filter(|old| *old != provider.as_str()) {
        remove(config, &old);
    }
    let block = inner(config, provider.as_str());
    set(block, "baseUrl", &form.base_url);
    match provider {
        ModelProvider::Azure => {
            set(block, "apiVersion", &form.api_version);
            azure_key(block, &form.api_key);
        }
        ModelProvider::Anthropic => {
            set(block, "version", &form.api_version);
            key(block, &form.api_key);
        }
        ModelProvider::OpenAi | ModelProvider::Bedrock => key(block, &form.api_key),
    }
    properties(block, &form.properties);
    Ok(())
}

/// An empty literal means: a key is written in the manifest, was not shown, and stays.
fn key(block: &mut Value, source: &SourceForm) {
    if !matches!(source, SourceForm::Literal(text) if text.is_empty()) {
        set(block, "apiKey", source);
    }
}

/// The key stands where it stood; a new one goes to `auth.apiKey`, which 0.1.72 prefers. Identities stay unless a key
/// is given.
fn azure_key(block: &mut Value, source: &SourceForm) {
    if matches!(source, SourceForm::Literal(text) if text.is_empty()) {
        return;
    }
    match to_json(source) {
        Some(value) => {
            remove(block, "apiKey");
            block["auth"] = serde_json::json!({ "apiKey": value });
        }
        None => {
            remove(block, "apiKey");
            if block["auth"].get("apiKey").is_some() {
                remove(block, "auth");
            }
        }
    }
}

/// Properties in the form replace those in the manifest; one that the form cannot show (a query parameter) stays as
/// long as its name is still there.
fn properties(block: &mut Value, given: &[(String, SourceForm)]) {
    let old = block["properties"].as_object().cloned().unwrap_or_default();
    let mut new = Map::new();
    for (name, source) in given {
        let name = name.trim();
        let value = to_json(source).or_else(|| old.get(name).cloned());
        if let (false, Some(value)) = (name.is_empty(), value) {
            new.insert(name.into(), value);
        }
    }
    if new.is_empty() {
        remove(block, "properties");
    } else {
        block["properties"] = Value::Object(new);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(provider: &str) -> ModelForm {
        ModelForm {
            provider: provider.into(),
            model: SourceForm::Literal("gpt".into()),
            base_url: SourceForm::Literal("https://models.example/v1".into()),
            api_key: SourceForm::Secret { name: "s".into(), key: "k".into() },
            ..ModelForm::default()
        }
    }

    #[test]
    fn a_new_model_is_complete() {
        let mut spec = json!({});
        edit(&mut spec, &form("openai")).unwrap();
        assert_eq!(
            spec,
            json!({
                "provider": "openai", "model": {"value": "gpt"},
                "config": {"openai": {
                    "baseUrl": {"value": "https://models.example/v1"},
                    "apiKey": {"valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
                }}
            })
        );
    }

    #[test]
    fn what_the_form_does_not_know_stays_and_a_hidden_key_too() {
        let mut spec = json!({
            "type": "openai", "model": {"value": "old"},
            "config": {"openai": {"apiKey": {"value": "sk"}, "headers": [{"name": "x"}],
                "properties": {"n": {"valueFrom": {"queryParameterRef": {"name": "n"}}}, "gone": {"value": "1"}}}}
        });
        let mut form = form("openai");
        form.api_key = SourceForm::Literal(String::new());
        form.properties = vec![("n".into(), SourceForm::Unset)];
        edit(&mut spec, &form).unwrap();
        assert_eq!(spec.get("type"), None);
        let openai = &spec["config"]["openai"];
        assert_eq!(openai["apiKey"]["value"], "sk");
        assert_eq!(openai["headers"][0]["name"], "x");
        assert_eq!(openai["properties"], json!({"n": {"valueFrom": {"queryParameterRef": {"name": "n"}}}}));
    }

    #[test]
    fn azure_keys_go_where_the_newer_release_wants_them() {
        let mut spec = json!({"provider": "openai", "config": {"openai": {}}});
        edit(&mut spec, &form("azure")).unwrap();
        assert_eq!(spec["config"].get("openai"), None);
        assert_eq!(spec["config"]["azure"]["auth"]["apiKey"]["valueFrom"]["secretKeyRef"]["name"], "s");
        assert!(edit(&mut spec, &form("")).is_err());
    }
}
