//! Scoring again, and rules that are read while they are written.

use serde_json::json;

use super::objects::check;
use super::queries::{TRIES, made_name, stem};
use super::{asker, services};
use crate::kubernetes::access::Verb;
use crate::kubernetes::apply;
use crate::resources::annotations::{AUTO_LABEL, CHILD_INDEX_LABEL, PARENT_EVALUATION_LABEL};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::problem::{Problem, ProblemCode};

/// Rules that are read at once.
const MAX_RULES: usize = 200;
/// Bytes of one.
const MAX_RULE: usize = 64 << 10;

/// See [`crate::api::evaluations::evaluate_again`]. The copy is nobody's: neither of a batch nor of an evaluator's selector.
pub async fn again(key: ObjectKey) -> Result<ObjectKey, Problem> {
    check(Verb::Apply, Kind::Evaluation, Some(&key.namespace))?;
    let services = services()?;
    let Some(old) = services.caches().evaluations.get(&key.namespace, &key.name) else {
        return Err(Problem::new(ProblemCode::NotFound, format!("There is no {}.", apply::noun(&key))));
    };
    let mut labels = old.metadata.labels.clone().unwrap_or_default();
    labels
        .retain(|name, _| ![AUTO_LABEL, CHILD_INDEX_LABEL, PARENT_EVALUATION_LABEL].contains(&name.as_str()));
    let client = services.client(&asker());
    let mut tries = 0;
    loop {
        tries += 1;
        let new = ObjectKey { name: made_name(stem(&key.name)), ..key.clone() };
        let object = json!({
            "apiVersion": Kind::Evaluation.api_version(), "kind": Kind::Evaluation.name(),
            "metadata": {"name": new.name, "namespace": new.namespace, "labels": labels}, "spec": old.spec,
        });
        match apply::create(&client, &new, &object, false).await {
            Ok(written) => {
                services.seen(&written).await;
                return Ok(new);
            }
            Err(problem) if problem.code == ProblemCode::AlreadyExists && tries < TRIES => {}
            Err(problem) => return Err(problem),
        }
    }
}

/// See [`crate::api::evaluations::read_rules`].
pub async fn read_rules(rules: Vec<String>) -> Result<Vec<Option<String>>, Problem> {
    if rules.len() > MAX_RULES || rules.iter().any(|rule| rule.len() > MAX_RULE) {
        let why = format!("At most {MAX_RULES} rules of {MAX_RULE} bytes are read at once.");
        return Err(Problem::new(ProblemCode::Invalid, why));
    }
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    services()?.engine().sandbox().read(rules).await.map_err(|error| {
        Problem::new(ProblemCode::Unavailable, format!("The rules could not be read: {error}."))
    })
}
