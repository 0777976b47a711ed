//! A model's form as its specification.

use serde_json::{Map, Value, json};

use super::source::{covers, inner, remove, rows_of, set, set_list, set_text, to_json};
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
            azure(block, form);
        }
        ModelProvider::Anthropic => {
            set(block, "version", &form.api_version);
            key(block, &form.api_key);
        }
        ModelProvider::OpenAi => key(block, &form.api_key),
        ModelProvider::Bedrock => bedrock(block, form)?,
    }
    if provider != ModelProvider::Bedrock {
        let headers = rows_of(&block["headers"], &form.headers, |value| json!({ "value": value }));
        set_list(block, "headers", headers);
    }
    properties(block, &form.properties);
    Ok(())
}

/// An empty literal means: a key is written in the manifest, was not shown, and stays.
fn key(block: &mut Value, source: &SourceForm) {
    secret(block, "apiKey", source);
}

fn secret(block: &mut Value, field: &str, source: &SourceForm) {
    if !matches!(source, SourceForm::Literal(text) if text.is_empty()) {
        set(block, field, source);
    }
}

fn azure(block: &mut Value, form: &ModelForm) {
    match form.access.as_str() {
        "managedIdentity" => {
            let identity = identity(block, "managedIdentity");
            set(identity, "clientId", &form.client_id);
        }
        "workloadIdentity" => {
            let identity = identity(block, "workloadIdentity");
            set(identity, "clientId", &form.client_id);
            set(identity, "tenantId", &form.tenant_id);
        }
        _ => azure_key(block, &form.api_key),
    }
}

/// The block of this identity, in place of every other way.
fn identity<'a>(block: &'a mut Value, way: &str) -> &'a mut Value {
    remove(block, "apiKey");
    let auth = inner(block, "auth");
    for other in ["apiKey", "managedIdentity", "workloadIdentity"].into_iter().filter(|other| *other != way) {
        remove(auth, other);
    }
    inner(auth, way)
}

/// A key wins over IAM keys, and those over the environment's own: what is not chosen goes.
fn bedrock(block: &mut Value, form: &ModelForm) -> Result<(), Problem> {
    let own = &form.bedrock;
    set(block, "region", &own.region);
    set(block, "modelArn", &own.model_arn);
    set_text(block, "temperature", own.temperature.trim());
    match own.max_tokens.trim() {
        "" => remove(block, "maxTokens"),
        text => {
            let tokens: i64 = text.parse().map_err(|_| {
                Problem::new(ProblemCode::Invalid, "The number of tokens is no number.")
                    .field("spec.config.bedrock.maxTokens", "Write a whole number, as 4096.")
            })?;
            block["maxTokens"] = json!(tokens);
        }
    }
    match form.access.as_str() {
        "keys" => {
            remove(block, "apiKey");
            secret(block, "accessKeyId", &own.access_key_id);
            secret(block, "secretAccessKey", &own.secret_access_key);
            secret(block, "sessionToken", &own.session_token);
        }
        access => {
            for field in ["accessKeyId", "secretAccessKey", "sessionToken"] {
                remove(block, field);
            }
            if access == "chain" {
                remove(block, "apiKey");
            } else {
                key(block, &form.api_key);
            }
        }
    }
    Ok(())
}

/// The key stands where it stood; a new one goes to `auth.apiKey`, which 0.1.72 prefers. Identities stay unless a key
/// is given.
fn azure_key(block: &mut Value, source: &SourceForm) {
    if matches!(source, SourceForm::Literal(text) if text.is_empty()) {
        return;
    }
    let old = if block["auth"].is_object() { &block["auth"]["apiKey"] } else { &block["apiKey"] };
    match to_json(source) {
        Some(value) if covers(old, &value) => {}
        Some(value) => {
            remove(block, "apiKey");
            block["auth"] = json!({ "apiKey": value });
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
        let known = old.get(name);
        let value = to_json(source).filter(|new| !known.is_some_and(|old| covers(old, new)));
        let value = value.or_else(|| known.cloned());
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
    use super::*;
    use crate::api::serve::present::model_form;
    use crate::resources::Model;
    use crate::views::forms::{BedrockForm, ParameterForm};

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
            "config": {"openai": {"apiKey": {"value": "sk"}, "headers": [{"name": "x"}, {"name": "gone", "value": {"value": "1"}}],
                "properties": {"n": {"valueFrom": {"queryParameterRef": {"name": "n"}}}, "gone": {"value": "1"}}}}
        });
        let mut form = form("openai");
        form.api_key = SourceForm::Literal(String::new());
        form.properties = vec![("n".into(), SourceForm::Unset)];
        form.headers = vec![
            ParameterForm { name: "x".into(), value: SourceForm::Unset },
            ParameterForm { name: "X-Port".into(), value: SourceForm::Parameter("port".into()) },
        ];
        edit(&mut spec, &form).unwrap();
        assert_eq!(spec.get("type"), None);
        let openai = &spec["config"]["openai"];
        assert_eq!(openai["apiKey"]["value"], "sk");
        let port = json!({"name": "X-Port", "value": {"valueFrom": {"queryParameterRef": {"name": "port"}}}});
        assert_eq!(openai["headers"], json!([{"name": "x"}, port]));
        assert_eq!(openai["properties"], json!({"n": {"valueFrom": {"queryParameterRef": {"name": "n"}}}}));
    }

    #[test]
    fn a_model_that_is_saved_as_it_was_read_is_the_same() {
        let secret = json!({"valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}});
        let headers = json!([
            {"name": "X-Literal", "value": {"value": "a"}}, {"name": "X-Secret", "value": secret},
            {"name": "X-Port", "value": {"valueFrom": {"queryParameterRef": {"name": "port"}}}},
        ]);
        let properties = json!({"temperature": {"value": "0.5"}, "seed": secret});
        let address = json!({"value": "https://models.example"});
        let blocks = [
            (
                "openai",
                json!({"baseUrl": address, "apiKey": secret, "headers": headers, "properties": properties}),
            ),
            (
                "anthropic",
                json!({"baseUrl": address, "apiKey": {"value": "sk"}, "version": {"value": "2023-06-01"}, "headers": headers}),
            ),
            (
                "azure",
                json!({"baseUrl": address, "apiVersion": {"value": "2024-10-21"}, "headers": headers,
                "auth": {"managedIdentity": {"clientId": {"value": "c"}}}}),
            ),
            (
                "bedrock",
                json!({"region": {"value": "eu-west-1"}, "maxTokens": 4096, "properties": properties}),
            ),
        ];
        for (provider, block) in blocks {
            let spec = json!({"provider": provider, "model": {"value": "gpt"}, "pollInterval": "1m0s",
                "config": {provider: block}});
            let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model",
                "metadata": {"name": "m", "namespace": "lagoon"}, "spec": spec});
            let model: Model = serde_json::from_value(object).unwrap();
            let form = model_form(&model);
            let mut saved = spec.clone();
            edit(&mut saved, &form).unwrap();
            assert_eq!(saved, spec, "{provider}");
            // And into a new object, as far as the form goes.
            let mut copy = json!({});
            edit(&mut copy, &form).unwrap();
            let names = |spec: &Value| {
                let all = spec["config"][provider]["headers"].as_array().cloned().unwrap_or_default();
                all.iter().map(|header| header["name"].clone()).collect::<Vec<_>>()
            };
            assert_eq!(names(&copy), names(&spec), "{provider}");
        }
    }

    #[test]
    fn an_identity_takes_the_place_of_a_key_and_back() {
        let mut spec = json!({"provider": "azure", "config": {"azure": {"apiKey": {"value": "sk"}}}});
        let literal = |text: &str| SourceForm::Literal(text.into());
        let mut azure = ModelForm {
            access: "workloadIdentity".into(),
            client_id: literal("c"),
            tenant_id: literal("t"),
            ..form("azure")
        };
        edit(&mut spec, &azure).unwrap();
        let block = &spec["config"]["azure"];
        let identity = json!({"workloadIdentity": {"clientId": {"value": "c"}, "tenantId": {"value": "t"}}});
        assert_eq!((&block["auth"], block.get("apiKey")), (&identity, None));
        azure.access = "managedIdentity".into();
        azure.client_id = SourceForm::Unset;
        edit(&mut spec, &azure).unwrap();
        assert_eq!(spec["config"]["azure"]["auth"], json!({"managedIdentity": {}}));
        azure.access = "key".into();
        edit(&mut spec, &azure).unwrap();
        assert!(spec["config"]["azure"]["auth"]["apiKey"].is_object(), "{spec}");
    }

    #[test]
    fn bedrock_has_a_key_or_iam_keys_or_neither() {
        let mut spec = json!({"provider": "bedrock", "config": {"bedrock": {
            "apiKey": {"value": "sk"}, "secretAccessKey": {"value": "hidden"}, "properties": {}}}});
        let keys = BedrockForm {
            region: SourceForm::Literal("eu-west-1".into()),
            access_key_id: SourceForm::Literal("AKIA".into()),
            // Written in the manifest, not shown, and kept.
            secret_access_key: SourceForm::Literal(String::new()),
            max_tokens: "4096".into(),
            ..BedrockForm::default()
        };
        let mut bedrock = ModelForm {
            access: "keys".into(),
            base_url: SourceForm::Unset,
            bedrock: keys,
            ..form("bedrock")
        };
        edit(&mut spec, &bedrock).unwrap();
        let wanted = json!({"region": {"value": "eu-west-1"}, "accessKeyId": {"value": "AKIA"},
            "secretAccessKey": {"value": "hidden"}, "maxTokens": 4096});
        assert_eq!(spec["config"]["bedrock"], wanted);
        bedrock.access = "chain".into();
        edit(&mut spec, &bedrock).unwrap();
        assert_eq!(spec["config"]["bedrock"], json!({"region": {"value": "eu-west-1"}, "maxTokens": 4096}));
        bedrock.access = "key".into();
        edit(&mut spec, &bedrock).unwrap();
        assert!(spec["config"]["bedrock"]["apiKey"]["valueFrom"].is_object(), "{spec}");
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
