//! What is wrong with a model before it is sent, and what an edit changes in it.

use crate::app::pages::agents::words;
use crate::app::pages::form::judge::{Judge, address, duration, name, source};
use crate::app::pages::form::{Change, Changes};
use crate::app::pages::tool_form::judge::{row_words, rows};
use crate::views::forms::{BedrockForm, ModelForm, SourceForm};
use crate::views::problem::{FieldProblem, Problem};

const NO_KEY: &str = "Type the key, or choose a secret that holds it.";

/// Errors of the form, by the field names that its controls have.
pub fn judge(form: &ModelForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    judge.note("metadata.name", name(&form.name));
    let model =
        |text: &str| text.trim().is_empty().then(|| "Name the model as its provider does.".to_owned());
    judge.note("spec.model", source(&form.model, model));
    let bedrock = form.provider == "bedrock";
    let endpoint = |text: &str| if bedrock && text.trim().is_empty() { None } else { address(text) };
    judge.note("spec.config.baseUrl", source(&form.base_url, endpoint));
    match (form.provider.as_str(), form.access.as_str()) {
        ("azure", "managedIdentity") | ("bedrock", "chain") => {}
        ("azure", "workloadIdentity") => {
            let needed = |what: &'static str| {
                move |text: &str| text.trim().is_empty().then(|| format!("Give the {what}."))
            };
            judge.note("spec.config.clientId", source(&form.client_id, needed("client ID")));
            judge.note("spec.config.tenantId", source(&form.tenant_id, needed("tenant ID")));
        }
        ("bedrock", "keys") => iam(&mut judge, form),
        _ => drop(judge.note("spec.config.apiKey", key(form))),
    }
    if bedrock {
        judge.note("spec.config.maxTokens", tokens(&form.bedrock.max_tokens));
        judge.note("spec.config.temperature", temperature(&form.bedrock.temperature));
    }
    if form.provider == "azure" {
        let version = |text: &str| {
            text.trim().is_empty().then(|| "Give the version of the API, as 2024-10-21.".to_owned())
        };
        judge.note("spec.config.apiVersion", source(&form.api_version, version));
    }
    for (at, (property, value)) in form.properties.iter().enumerate() {
        let missing = |text: &str| text.is_empty().then(|| "Give it a value.".to_owned());
        let problem = if property.trim().is_empty() {
            Some("Give the option a name.".to_owned())
        } else {
            source(value, missing)
        };
        judge.note(format!("spec.config.properties[{at}]"), problem);
    }
    if !bedrock {
        rows(&mut judge, "spec.config.headers", &form.headers, "header", form.version.is_some());
    }
    judge.note("spec.pollInterval", duration(&form.poll_interval));
    judge.problems()
}

fn iam(judge: &mut Judge, form: &ModelForm) {
    let needed = |text: &str| text.trim().is_empty().then(|| "Give the ID of the key.".to_owned());
    judge.note("spec.config.accessKeyId", source(&form.bedrock.access_key_id, needed));
    let secret = match &form.bedrock.secret_access_key {
        SourceForm::Literal(_) if form.version.is_some() => None,
        SourceForm::Unset => Some("Type the secret of the key, or choose one that holds it.".to_owned()),
        other => source(other, |_| None),
    };
    judge.note("spec.config.secretAccessKey", secret);
    let token = match &form.bedrock.session_token {
        SourceForm::Unset | SourceForm::Literal(_) => None,
        other => source(other, |_| None),
    };
    judge.note("spec.config.sessionToken", token);
}

/// Most tokens of an answer, as the schema has it.
fn tokens(text: &str) -> Option<String> {
    let fits = text.is_empty() || text.parse::<u32>().is_ok_and(|tokens| (1..=100_000).contains(&tokens));
    (!fits).then(|| "Write a whole number from 1 to 100000.".to_owned())
}

/// The schema's form: `0`, `0.7`, `1`, `1.0`.
fn temperature(text: &str) -> Option<String> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.') && !text.ends_with('.');
    let fits = text.is_empty()
        || (plain && text.starts_with(['0', '1']) && text.parse::<f64>().is_ok_and(|value| value <= 1.0));
    (!fits).then(|| "Write a number from 0 to 1, as 0.7.".to_owned())
}

/// A key that is in the manifest itself is shown as an empty literal; it stays.
fn key(form: &ModelForm) -> Option<String> {
    let exists = form.version.is_some();
    match &form.api_key {
        SourceForm::Literal(_) if exists => None,
        SourceForm::Unset => Some(NO_KEY.to_owned()),
        SourceForm::Typed(text) if text.is_empty() => Some(NO_KEY.to_owned()),
        other => source(other, |_| None),
    }
}

/// The same without what was typed, for the text beside the form: a key travels once, when it is saved or tested.
pub fn without_secret(form: ModelForm) -> ModelForm {
    let hidden = |secret: SourceForm| match secret {
        SourceForm::Typed(text) if !text.is_empty() => SourceForm::Typed("typed".to_owned()),
        other => other,
    };
    let bedrock = BedrockForm {
        secret_access_key: hidden(form.bedrock.secret_access_key),
        session_token: hidden(form.bedrock.session_token),
        ..form.bedrock
    };
    ModelForm { api_key: hidden(form.api_key), bedrock, ..form }
}

/// A refusal with the API server's paths as the form's controls are named: the provider's own block is left out of them.
pub fn to_controls(problem: Problem) -> Problem {
    let providers = ["openai", "azure", "bedrock", "anthropic"];
    let field = |path: String| {
        let mut path = path;
        for provider in providers {
            path = path.replace(&format!("spec.config.{provider}."), "spec.config.");
        }
        for way in ["managedIdentity.", "workloadIdentity.", ""] {
            path = path.replace(&format!("spec.config.auth.{way}"), "spec.config.");
        }
        path
    };
    let fields = problem.fields.into_iter().map(|at| FieldProblem { field: field(at.field), ..at }).collect();
    Problem { fields, ..problem }
}

/// What differs between two states of a model; the version that they were read at does not count.
pub fn changes(before: &ModelForm, after: &ModelForm) -> Vec<Change> {
    // What was typed is never shown.
    let secret = |value: &SourceForm| match value {
        SourceForm::Typed(text) if text.is_empty() => String::new(),
        SourceForm::Typed(_) => "typed now".to_owned(),
        SourceForm::Literal(_) => "written in the manifest".to_owned(),
        SourceForm::Unset => String::new(),
        other => words(other),
    };
    let value = |value: &SourceForm| if *value == SourceForm::Unset { String::new() } else { words(value) };
    let properties = |form: &ModelForm| {
        let all = form.properties.iter().map(|(name, value)| format!("{name}: {}", words(value)));
        all.collect::<Vec<_>>().join("\n")
    };
    let mut changes = Changes::default();
    changes
        .field("Name", &before.name, &after.name)
        .field("Provider", &before.provider, &after.provider)
        .field("Model", &value(&before.model), &value(&after.model))
        .field("Address", &value(&before.base_url), &value(&after.base_url))
        .field("Key", &secret(&before.api_key), &secret(&after.api_key))
        .field("Access", &before.access, &after.access)
        .field("Client ID", &value(&before.client_id), &value(&after.client_id))
        .field("Tenant ID", &value(&before.tenant_id), &value(&after.tenant_id))
        .field("Region", &value(&before.bedrock.region), &value(&after.bedrock.region))
        .field("Model ARN", &value(&before.bedrock.model_arn), &value(&after.bedrock.model_arn))
        .field("Access key ID", &value(&before.bedrock.access_key_id), &value(&after.bedrock.access_key_id))
        .field(
            "Secret access key",
            &secret(&before.bedrock.secret_access_key),
            &secret(&after.bedrock.secret_access_key),
        )
        .field("Session token", &secret(&before.bedrock.session_token), &secret(&after.bedrock.session_token))
        .field("Tokens at the most", &before.bedrock.max_tokens, &after.bedrock.max_tokens)
        .field("Temperature", &before.bedrock.temperature, &after.bedrock.temperature)
        .field("API version", &value(&before.api_version), &value(&after.api_version))
        .field("Headers", &row_words(&before.headers), &row_words(&after.headers))
        .field("Options", &properties(before), &properties(after))
        .field("Check every", &before.poll_interval, &after.poll_interval);
    changes.all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::ParameterForm;
    use crate::views::problem::ProblemCode;

    fn lamp() -> ModelForm {
        ModelForm {
            name: "lamp".into(),
            provider: "openai".into(),
            model: SourceForm::Literal("gpt".into()),
            base_url: SourceForm::Literal("http://127.0.0.1:11434/v1".into()),
            api_key: SourceForm::Typed("k".into()),
            ..ModelForm::default()
        }
    }

    fn fields(form: &ModelForm) -> Vec<String> {
        judge(form).into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn a_good_model_is_fine_and_a_bare_one_says_what_it_needs() {
        assert_eq!(judge(&lamp()), []);
        let bare = ModelForm { provider: "openai".into(), ..ModelForm::default() };
        let needed = ["metadata.name", "spec.model", "spec.config.baseUrl", "spec.config.apiKey"];
        assert_eq!(fields(&bare), needed);
    }

    #[test]
    fn headers_have_a_name_and_a_value_where_there_are_any() {
        let row = |name: &str, text: &str| ParameterForm {
            name: name.into(),
            value: SourceForm::Literal(text.into()),
        };
        let headers = vec![row("X-Team", "harbour"), row("", "x"), row("X-Port", "")];
        let wrong = ModelForm { headers, ..lamp() };
        assert_eq!(fields(&wrong), ["spec.config.headers[1]", "spec.config.headers[2]"]);
        assert_eq!(changes(&lamp(), &wrong)[0].title, "Headers");
        let bedrock = ModelForm { provider: "bedrock".into(), access: "chain".into(), ..wrong };
        assert_eq!(fields(&bedrock), [] as [&str; 0]);
    }

    #[test]
    fn azure_needs_a_version() {
        let azure = ModelForm { provider: "azure".into(), ..lamp() };
        assert_eq!(fields(&azure), ["spec.config.apiVersion"]);
    }

    #[test]
    fn identities_need_no_key() {
        let azure = ModelForm {
            provider: "azure".into(),
            api_key: SourceForm::Unset,
            api_version: SourceForm::Literal("2024-10-21".into()),
            access: "managedIdentity".into(),
            ..lamp()
        };
        assert_eq!(judge(&azure), []);
        let workload = ModelForm { access: "workloadIdentity".into(), ..azure };
        assert_eq!(fields(&workload), ["spec.config.clientId", "spec.config.tenantId"]);
    }

    #[test]
    fn bedrock_needs_what_its_access_needs() {
        let chain = ModelForm {
            provider: "bedrock".into(),
            access: "chain".into(),
            base_url: SourceForm::Unset,
            api_key: SourceForm::Unset,
            ..lamp()
        };
        assert_eq!(judge(&chain), []);
        let keys = ModelForm { access: "keys".into(), ..chain.clone() };
        assert_eq!(fields(&keys), ["spec.config.accessKeyId", "spec.config.secretAccessKey"]);
        let key = ModelForm { access: "key".into(), ..chain.clone() };
        assert_eq!(fields(&key), ["spec.config.apiKey"]);
        for (tokens, heat) in [("0", "2"), ("many", "0.7.1"), ("100001", "1.5")] {
            let bedrock =
                BedrockForm { max_tokens: tokens.into(), temperature: heat.into(), ..BedrockForm::default() };
            let wrong = ModelForm { bedrock, ..chain.clone() };
            assert_eq!(fields(&wrong), ["spec.config.maxTokens", "spec.config.temperature"]);
        }
    }

    #[test]
    fn anthropics_version_may_be_left_out() {
        assert_eq!(judge(&ModelForm { provider: "anthropic".into(), ..lamp() }), []);
    }

    #[test]
    fn a_key_in_the_manifest_may_stay() {
        let read =
            ModelForm { api_key: SourceForm::Literal(String::new()), version: Some("4".into()), ..lamp() };
        assert_eq!(judge(&read), []);
    }

    #[test]
    fn paths_of_a_provider_become_those_of_the_form() {
        let path = |field: &str| {
            let mut problem = Problem::new(ProblemCode::Invalid, "refused");
            problem.fields.push(FieldProblem { field: field.into(), message: String::new(), line: None });
            to_controls(problem).fields[0].field.clone()
        };
        assert_eq!(path("spec.config.azure.auth.apiKey.value"), "spec.config.apiKey.value");
        assert_eq!(path("spec.config.openai.baseUrl"), "spec.config.baseUrl");
        assert_eq!(path("spec.model"), "spec.model");
    }

    #[test]
    fn what_was_typed_is_not_among_the_changes() {
        let typed = ModelForm { api_key: SourceForm::Typed("sk-hush".into()), ..lamp() };
        let before =
            ModelForm { api_key: SourceForm::Secret { name: "s".into(), key: "k".into() }, ..lamp() };
        let text = format!("{:?}", changes(&before, &typed));
        assert!(text.contains("typed now") && !text.contains("sk-hush"), "{text}");
    }
}
