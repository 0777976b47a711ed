//! Queries: ask, follow, cancel, ask again.

use rand::Rng;
use serde_json::{Map, Value, json};

use super::forms::parameter_json;
use super::objects::check;
use super::present::{is_over, query_targets, question, source_form};
use super::{asker, runs, services};
use crate::kubernetes::access::Verb;
use crate::kubernetes::apply::{self, noun};
use crate::resources::kind::Kind;
use crate::resources::{Query, QueryInput, QuerySpec};
use crate::views::ObjectKey;
use crate::views::forms::{ParameterForm, QueryForm};
use crate::views::problem::{Problem, ProblemCode};
use crate::views::run::{RunEntry, RunView};

/// Letters of a made name that come from the target.
const STEM: usize = 40;
/// Letters and digits of a made name that come from chance, without those that are read wrongly.
const ALPHABET: &[u8] = b"bcdfghjkmnpqrstvwxz23456789";
/// How many of them.
const CHANCE: usize = 5;
/// Tries for a made name that is taken: one in 14 million.
pub(super) const TRIES: usize = 3;
/// Entries that one request for older ones answers with.
const ENTRIES: usize = 500;

/// See [`crate::api::queries::create_query`].
pub async fn create(form: QueryForm) -> Result<ObjectKey, Problem> {
    check(Verb::Apply, Kind::Query, Some(&form.namespace))?;
    let spec = spec(&form)?;
    let stem = form.targets.first().map_or("query", |target| target.name.as_str());
    post(&form.namespace, form.name.trim(), stem, &spec).await
}

/// Creates the query under `name`, or under one made from `stem`.
pub async fn post(namespace: &str, name: &str, stem: &str, spec: &Value) -> Result<ObjectKey, Problem> {
    let services = services()?;
    let client = services.client(&asker());
    let mut tries = 0;
    loop {
        tries += 1;
        let made = name.is_empty();
        let key =
            ObjectKey::new(Kind::Query, namespace, if made { made_name(stem) } else { name.to_owned() });
        let object = json!({
            "apiVersion": Kind::Query.api_version(), "kind": Kind::Query.name(),
            "metadata": {"name": key.name, "namespace": namespace}, "spec": spec,
        });
        match apply::create(&client, &key, &object, false).await {
            Ok(written) => {
                services.seen(&written).await;
                return Ok(key);
            }
            Err(problem) if problem.code == ProblemCode::AlreadyExists && made && tries < TRIES => {}
            Err(problem) => return Err(problem),
        }
    }
}

/// `refund-officer-k7x2m`: whom it was put to, and chance.
pub(super) fn made_name(stem: &str) -> String {
    let mut rng = rand::rng();
    let chance: String =
        (0..CHANCE).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect();
    let stem: String = stem.chars().take(STEM).collect();
    format!("{}-{chance}", stem.trim_end_matches(['-', '.']))
}

fn spec(form: &QueryForm) -> Result<Value, Problem> {
    let mut problem = Problem::new(ProblemCode::Invalid, "The question cannot be asked yet.");
    if form.input.trim().is_empty() {
        problem = problem.field("spec.input", "Write a question.");
    }
    if form.targets.is_empty() {
        problem = problem.field("spec.target", "Choose whom to ask.");
    }
    if form.targets.iter().any(|key| target_type(key.kind).is_none()) {
        problem = problem.field("spec.target", "Only agents, teams, models and tools can be asked.");
    }
    if form.targets.iter().any(|key| key.namespace != form.namespace) {
        problem = problem.field("spec.target", "Whom you ask must be in the namespace of the query.");
    }
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    Ok(spec_of(form))
}

/// The specification that a form stands for, whether or not it can be asked.
pub fn spec_of(form: &QueryForm) -> Value {
    let targets: Vec<Value> = form
        .targets
        .iter()
        .filter_map(|key| Some(json!({"type": target_type(key.kind)?, "name": key.name})))
        .collect();
    let mut spec = Map::from_iter([("input".to_owned(), json!(form.input))]);
    match targets.as_slice() {
        [] => None,
        [one] => spec.insert("target".into(), one.clone()),
        _ => spec.insert("targets".into(), Value::Array(targets)),
    };
    let parameters: Vec<Value> = form.parameters.iter().filter_map(parameter_json).collect();
    if !parameters.is_empty() {
        spec.insert("parameters".into(), Value::Array(parameters));
    }
    for (field, text) in [("sessionId", &form.session), ("timeout", &form.timeout)] {
        if !text.trim().is_empty() {
            spec.insert(field.into(), json!(text.trim()));
        }
    }
    Value::Object(spec)
}

/// The word for a kind that can be asked, as `spec.target.type` has it.
pub fn target_type(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Agent => Some("agent"),
        Kind::Team => Some("team"),
        Kind::Model => Some("model"),
        Kind::Tool => Some("tool"),
        _ => None,
    }
}

/// See [`crate::api::queries::fill_query_form`].
pub async fn form(key: ObjectKey) -> Result<QueryForm, Problem> {
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    let query = runs::query(&services()?, &key)?;
    Ok(filled(&query))
}

fn filled(query: &Query) -> QueryForm {
    QueryForm {
        namespace: query.metadata.namespace.clone().unwrap_or_default(),
        name: String::new(),
        targets: query_targets(query),
        input: question(query),
        parameters: query
            .spec
            .parameters
            .iter()
            .map(|parameter| ParameterForm {
                name: parameter.name.clone(),
                value: source_form(parameter.source()),
            })
            .collect(),
        session: query.spec.session_id.clone(),
        timeout: query.spec.timeout.map(|timeout| timeout.to_string()).unwrap_or_default(),
    }
}

/// See [`crate::api::queries::rerun_query`]. Everything of the specification is asked again, not only what the form
/// knows; a cancellation is not.
pub async fn rerun(key: ObjectKey, conversation: Option<&str>) -> Result<ObjectKey, Problem> {
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    let query = runs::query(&services()?, &key)?;
    let spec = repeated(&query.spec, conversation);
    if matches!(spec.input(), QueryInput::Unusable) {
        return Err(Problem::new(
            ProblemCode::Invalid,
            format!("The {} has no usable question.", noun(&key)),
        ));
    }
    let spec = serde_json::to_value(spec)
        .map_err(|e| Problem::new(ProblemCode::Internal, format!("The query could not be copied: {e}.")))?;
    post(&key.namespace, "", stem(&key.name), &spec).await
}

/// The same once more. The query that a conversation began with names none: its copy names the one that it belongs to.
fn repeated(spec: &QuerySpec, conversation: Option<&str>) -> QuerySpec {
    let mut spec = QuerySpec { cancel: false, ..spec.clone() };
    if let Some(conversation) = conversation.filter(|_| spec.conversation().is_none()) {
        conversation.clone_into(&mut spec.conversation_id);
    }
    spec
}

/// `refund-officer-k7x2m` without the chance at its end, so that names do not grow with each repetition.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((stem, end)) if end.len() == CHANCE && end.bytes().all(|b| ALPHABET.contains(&b)) => stem,
        _ => name,
    }
}

/// See [`crate::api::queries::cancel_query`].
pub async fn cancel(key: ObjectKey) -> Result<(), Problem> {
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    let services = services()?;
    let query = runs::query(&services, &key)?;
    if is_over(&query) {
        return Err(Problem::new(ProblemCode::Conflict, format!("The {} has ended already.", noun(&key))));
    }
    apply::merge(&services.client(&asker()), &key, &json!({"spec": {"cancel": true}})).await
}

/// See [`crate::api::queries::get_run`].
pub async fn run(key: ObjectKey) -> Result<RunView, Problem> {
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    runs::open(&services()?, &key).await.map(|(view, _)| view)
}

/// See [`crate::api::queries::get_entries`].
pub async fn entries(key: ObjectKey, before: u64) -> Result<Vec<RunEntry>, Problem> {
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    let services = services()?;
    let query = runs::query(&services, &key)?;
    let uid = query.metadata.uid.clone().unwrap_or_default();
    let entries = services.journal().read_before(&uid, before, ENTRIES).await;
    Ok(runs::entries(&key.namespace, &entries.map_err(|error| runs::unreadable(&error))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> QueryForm {
        QueryForm {
            namespace: "lagoon".into(),
            targets: vec![ObjectKey::new(Kind::Agent, "lagoon", "tide")],
            input: "When?".into(),
            ..QueryForm::default()
        }
    }

    #[test]
    fn one_target_takes_the_new_form_several_the_list() {
        let one = spec(&form()).unwrap();
        assert_eq!(one, json!({"input": "When?", "target": {"type": "agent", "name": "tide"}}));
        let mut two = form();
        two.targets.push(ObjectKey::new(Kind::Model, "lagoon", "gpt"));
        assert_eq!(spec(&two).unwrap()["targets"][1], json!({"type": "model", "name": "gpt"}));
    }

    #[test]
    fn an_empty_form_says_all_that_is_missing() {
        let problem = spec(&QueryForm::default()).unwrap_err();
        let fields: Vec<_> = problem.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["spec.input", "spec.target"]);
    }

    #[test]
    fn what_is_asked_again_keeps_all_that_was_asked_and_its_conversation() {
        let first: QuerySpec = serde_json::from_value(json!({
            "type": "messages", "input": [{"role": "user", "content": "When in {{ .port }}?"}],
            "target": {"type": "agent", "name": "tide"}, "cancel": true, "timeout": "30s",
            "parameters": [{"name": "port", "value": "Brest"}],
        }))
        .unwrap();
        let again = serde_json::to_value(repeated(&first, Some("u-1"))).unwrap();
        let mut expected = serde_json::to_value(&first).unwrap();
        expected["conversationId"] = json!("u-1");
        expected.as_object_mut().unwrap().remove("cancel");
        let mut told = again.clone();
        told.as_object_mut().unwrap().remove("cancel");
        assert_eq!(told, expected);
        assert!(!repeated(&first, None).cancel);
        assert!(repeated(&first, None).conversation().is_none());
        let named = QuerySpec { conversation_id: "talk".into(), ..first };
        assert_eq!(repeated(&named, Some("u-1")).conversation_id, "talk");
    }

    #[test]
    fn made_names_are_names_and_do_not_grow() {
        let name = made_name("refund-officer");
        assert!(name.starts_with("refund-officer-") && name.len() == 20, "{name}");
        assert_eq!(stem(&name), "refund-officer");
        assert_eq!(stem("refund-officer"), "refund-officer");
        assert!(made_name(&"x".repeat(300)).len() < 60);
    }
}
