//! What the Kubernetes API refuses, as a [`Problem`] that a person can act on.

use kube::core::response::Status;

use crate::views::problem::{FieldProblem, Problem, ProblemCode};

/// Words for `error`, which happened while doing `what` (`saving agent support/refunds`).
pub fn explain(what: &str, error: &kube::Error) -> Problem {
    match error {
        kube::Error::Api(status) => from_status(what, status),
        kube::Error::Auth(error) => Problem::new(
            ProblemCode::Forbidden,
            format!("{}: the credentials were refused: {error}.", start(what)),
        ),
        other => Problem::new(
            ProblemCode::Unavailable,
            format!("{}: the Kubernetes API did not answer: {}.", start(what), cause(other)),
        )
        .next("Check that the cluster is reachable, then try again."),
    }
}

/// Words for the body of a refused request.
pub fn from_response(what: &str, code: u16, body: &[u8]) -> Problem {
    match serde_json::from_slice::<Status>(body) {
        Ok(status) => from_status(what, &status),
        Err(_) => {
            let said = String::from_utf8_lossy(body);
            let status = Status::failure(said.trim(), "").with_code(code);
            from_status(what, &status)
        }
    }
}

fn from_status(what: &str, status: &Status) -> Problem {
    let code = match (status.reason.as_str(), status.code) {
        // kube-apiserver answers 500 without a reason when what is applied does not fit the schema.
        ("", 500) if status.message.starts_with("failed to create typed patch object") => {
            ProblemCode::Invalid
        }
        ("Invalid" | "BadRequest" | "UnsupportedMediaType" | "RequestEntityTooLarge", _)
        | (_, 400 | 413 | 422) => ProblemCode::Invalid,
        ("NotFound", _) | (_, 404) => ProblemCode::NotFound,
        ("AlreadyExists", _) => ProblemCode::AlreadyExists,
        ("Conflict", _) | (_, 409) => ProblemCode::Conflict,
        ("Forbidden" | "Unauthorized", _) | (_, 401 | 403) => ProblemCode::Forbidden,
        ("InternalError", _) => ProblemCode::Internal,
        _ => ProblemCode::Unavailable,
    };
    let message = match code {
        ProblemCode::NotFound => format!("{}: it does not exist (any more).", start(what)),
        ProblemCode::AlreadyExists => format!("{}: an object of this name exists already.", start(what)),
        ProblemCode::Conflict => {
            format!(
                "{}: changed by someone else since it was read. {}",
                start(what),
                sentence(&status.message)
            )
        }
        // An error about no field in particular is said without Go's word for none.
        _ => format!(
            "{}: {}",
            start(what),
            sentence(&status.message.replace("<nil>: Invalid value: null: ", "").replace("<nil>: ", ""))
        ),
    };
    let mut problem = Problem::new(code, message);
    if let Some(details) = &status.details {
        problem.fields = details
            .causes
            .iter()
            .filter(|cause| code == ProblemCode::Invalid && !matches!(cause.field.as_str(), "" | "<nil>"))
            .map(|cause| FieldProblem {
                field: cause.field.clone(),
                message: cause.message.clone(),
                line: None,
            })
            .collect();
    }
    if code == ProblemCode::Invalid && problem.fields.is_empty() {
        problem.fields = strict_fields(&status.message);
    }
    problem.next = match code {
        ProblemCode::Conflict => Some("Load the newest version and make the change again.".into()),
        ProblemCode::AlreadyExists => Some("Choose another name.".into()),
        ProblemCode::Forbidden => Some("Ask an owner of the namespace for the right.".into()),
        ProblemCode::Unavailable => Some("Try again in a moment.".into()),
        _ => None,
    };
    problem
}

/// What is wrong with a field that the schema does not have.
const UNKNOWN: &str = "There is no such field. Check its spelling and its place.";

/// Fields that strict decoding or an apply refused: they are named in the sentence only, as in
/// `strict decoding error: unknown field "spec.promt", duplicate field "spec.prompt"` and
/// `.spec.promt: field not declared in schema`.
fn strict_fields(message: &str) -> Vec<FieldProblem> {
    let mut fields = Vec::new();
    for (at, _) in message.match_indices(": field not declared in schema") {
        let field = message[..at].rsplit([' ', '\n']).next().unwrap_or_default().trim_start_matches('.');
        fields.push(FieldProblem { field: field.into(), message: UNKNOWN.into(), line: None });
    }
    for (word, why) in [("unknown field \"", UNKNOWN), ("duplicate field \"", "The field is given twice.")] {
        for (at, _) in message.match_indices(word) {
            let rest = &message[at + word.len()..];
            if let Some((field, _)) = rest.split_once('"') {
                fields.push(FieldProblem { field: field.into(), message: why.into(), line: None });
            }
        }
    }
    fields
}

/// The innermost cause of an error.
pub fn cause(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// First letter upper case: `saving agent x` becomes `Saving agent x failed`.
fn start(what: &str) -> String {
    let mut letters = what.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{} failed", letters.as_str())
}

fn sentence(message: &str) -> String {
    let message = message.trim();
    if message.is_empty() {
        return "no reason was given.".into();
    }
    if message.ends_with(['.', '?']) { message.into() } else { format!("{message}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: serde_json::Value) -> kube::Error {
        kube::Error::Api(Box::new(serde_json::from_value(json).unwrap()))
    }

    #[test]
    fn causes_become_fields() {
        let error = status(serde_json::json!({
            "status": "Failure", "reason": "Invalid", "code": 422,
            "message": "Agent.ark.mckinsey.com \"a\" is invalid: spec.prompt: Required value",
            "details": {"causes": [{"reason": "FieldValueRequired", "message": "Required value", "field": "spec.prompt"}]}
        }));
        let problem = explain("saving agent lagoon/a", &error);
        assert_eq!(problem.code, ProblemCode::Invalid);
        assert_eq!(problem.fields[0].field, "spec.prompt");
        assert!(problem.message.starts_with("Saving agent lagoon/a failed: "));
    }

    #[test]
    fn strict_decoding_names_its_fields() {
        let body = br#"{"status":"Failure","reason":"BadRequest","code":400,
            "message":"Agent in version \"v1alpha1\" cannot be handled: strict decoding error: unknown field \"spec.promt\""}"#;
        let problem = from_response("saving agent lagoon/a", 400, body);
        assert_eq!(problem.fields[0].field, "spec.promt");
        assert_eq!(from_response("x", 502, b"bad gateway").code, ProblemCode::Unavailable);
    }

    #[test]
    fn an_apply_names_its_unknown_fields() {
        let body = br#"{"status":"Failure","code":500,"message":
            "failed to create typed patch object (/a; v1, Kind=A): errors:\n  .spec.promt: field not declared in schema\n  .spec.x: field not declared in schema"}"#;
        let problem = from_response("saving agent lagoon/a", 500, body);
        assert_eq!(problem.code, ProblemCode::Invalid);
        let fields: Vec<&str> = problem.fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["spec.promt", "spec.x"]);
    }

    #[test]
    fn an_error_about_no_field_is_a_sentence_only() {
        let error = status(serde_json::json!({
            "status": "Failure", "reason": "Invalid", "code": 422,
            "message": "A \"a\" is invalid: [spec.x: Required value, <nil>: Invalid value: null: some rules were not checked]",
            "details": {"causes": [
                {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.x"},
                {"reason": "FieldValueInvalid", "message": "Invalid value: null: some rules were not checked", "field": "<nil>"}]}
        }));
        let problem = explain("saving agent lagoon/a", &error);
        assert_eq!(problem.fields.len(), 1);
        assert!(
            problem.message.ends_with("[spec.x: Required value, some rules were not checked]."),
            "{}",
            problem.message
        );
    }

    #[test]
    fn a_conflict_says_the_way_out() {
        let error = status(serde_json::json!({
            "status": "Failure", "reason": "Conflict", "code": 409, "message": "the object has been modified"
        }));
        let problem = explain("saving agent lagoon/a", &error);
        assert_eq!(problem.code, ProblemCode::Conflict);
        assert!(problem.next.is_some());
    }
}
