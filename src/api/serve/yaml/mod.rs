//! The YAML editor: an object as text, judged, compared and saved.

mod diff;
mod lines;
mod templates;
mod text;

use kube::api::DynamicObject;
use serde_json::Value;

use super::objects::check;
use super::{asker, services};
use crate::kubernetes::access::Verb;
use crate::kubernetes::apply::{self, Written, edit_version, noun};
use crate::resources::kind::{GROUP, Kind};
use crate::views::ObjectKey;
use crate::views::problem::{FieldProblem, Problem, ProblemCode};
use crate::views::yaml::{ApplyOutcome, YamlDocument};

pub use text::{editable, to_yaml};

/// Tries of a write that a controller's status write overtook.
const TRIES: u32 = 5;

/// See [`crate::api::objects::get_yaml`].
pub async fn get(key: ObjectKey) -> Result<YamlDocument, Problem> {
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    let object = apply::get(&services()?.client(&asker()), &key).await?;
    Ok(YamlDocument { text: to_yaml(&editable(&object)?)?, version: edit_version(&object) })
}

/// See [`crate::api::objects::yaml_template`].
pub async fn template(kind: Kind, namespace: String, from: Option<String>) -> Result<String, Problem> {
    let Some(from) = from.filter(|from| !from.is_empty()) else {
        return Ok(templates::template(kind, &namespace));
    };
    let key = ObjectKey::new(kind, namespace, from);
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    let mut object = apply::get(&services()?.client(&asker()), &key).await?;
    object.metadata.name = Some(format!("{}-copy", key.name));
    to_yaml(&editable(&object)?)
}

/// See [`crate::api::objects::apply_yaml`].
pub async fn apply(
    namespace: Option<String>,
    text: String,
    version: Option<String>,
    dry_run: bool,
) -> Result<ApplyOutcome, Problem> {
    let (key, object) = read(namespace.as_deref(), &text)?;
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    let services = services()?;
    let client = services.client(&asker());
    let written = match &version {
        None => apply::create(&client, &key, &object, dry_run).await.map(|written| (None, written)),
        Some(version) => edit(&client, &key, version, dry_run, |live| Ok(text::overlay(live, &object)))
            .await
            .map(|(before, written)| (Some(before), written)),
    };
    let (before, written) = written.map_err(|problem| lines::locate(problem, &text))?;
    if !dry_run {
        services.seen(&written).await;
    }
    let Written { object, warnings } = written;
    let before = before.as_ref().map(editable).transpose()?.map(|before| to_yaml(&before)).transpose()?;
    let after = to_yaml(&editable(&object)?)?;
    Ok(ApplyOutcome {
        key,
        created: before.is_none(),
        diff: diff::lines(before.as_deref().unwrap_or_default(), &after),
        warnings,
    })
}

/// Replaces an object by what `change` makes of it, if nobody else edited it since `version` was read. Returns it
/// before and after.
pub async fn edit(
    client: &kube::Client,
    key: &ObjectKey,
    version: &str,
    dry_run: bool,
    change: impl Fn(&DynamicObject) -> Result<Value, Problem>,
) -> Result<(DynamicObject, Written), Problem> {
    let mut tries = 0;
    loop {
        tries += 1;
        let live = apply::get(client, key).await?;
        if edit_version(&live) != version {
            let why = format!("The {} was changed by someone else since you opened it.", noun(key));
            return Err(Problem::new(ProblemCode::Conflict, why)
                .next("Compare with the newest version, then make the change again."));
        }
        match apply::replace(client, key, &change(&live)?, dry_run).await {
            // A controller wrote status in between; the edit itself is still current.
            Err(problem) if problem.code == ProblemCode::Conflict && tries < TRIES => {}
            Err(problem) => return Err(problem),
            Ok(written) => return Ok((live, written)),
        }
    }
}

/// The one object in `text`, and its key.
fn read(namespace: Option<&str>, text: &str) -> Result<(ObjectKey, Value), Problem> {
    let mut object = text::parse(text)?;
    let wrong = |field: &str, message: String, why: &str| {
        let mut problem = Problem::new(ProblemCode::Invalid, message).field(field, why);
        for found in &mut problem.fields {
            found.line = lines::line_of(text, &found.field);
        }
        problem
    };
    let api_version = object["apiVersion"].as_str().unwrap_or_default().to_owned();
    let kind = object["kind"].as_str().unwrap_or_default();
    let Some(known) = Kind::from_name(kind) else {
        let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let message = format!("“{kind}” is no kind that can be edited here.");
        return Err(wrong("kind", message, &format!("Use one of {}.", kinds.join(", "))));
    };
    if api_version != known.api_version() {
        let message = format!("{kind} is not of “{api_version}”.");
        let why = format!("Write apiVersion: {} (group {GROUP}).", known.api_version());
        return Err(wrong("apiVersion", message, &why));
    }
    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        let message = format!("The {} has no name.", known.noun());
        return Err(wrong("metadata.name", message, "Write a name under metadata."));
    }
    let given = object["metadata"]["namespace"].as_str().map(str::to_owned);
    let place = match (known.namespaced(), given, namespace) {
        (false, _, _) => String::new(),
        (true, Some(given), Some(page)) if given != page => {
            let message = format!("The page is of namespace {page}, and the text is of {given}.");
            return Err(wrong("metadata.namespace", message, &format!("Write {page}, or leave it out.")));
        }
        (true, Some(given), _) => given,
        (true, None, Some(page)) => page.to_owned(),
        (true, None, None) => {
            return Err(wrong(
                "metadata.namespace",
                "The text names no namespace.".into(),
                "Write a namespace.",
            ));
        }
    };
    if known.namespaced() {
        object["metadata"]["namespace"] = Value::String(place.clone());
    }
    text::drop_server_fields(&mut object);
    Ok((ObjectKey::new(known, place, name), object))
}

/// Sorts the errors of fields by line, so that the first is the topmost.
fn by_line(fields: &mut [FieldProblem]) {
    fields.sort_by_key(|field| field.line.unwrap_or(u32::MAX));
}
