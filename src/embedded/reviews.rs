//! Reviews: questions that are answered and not stored. Whoever holds the token may do everything.

use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::render::{self, Warnings};
use super::request::{Format, PROTOBUF, Request, Target, read};
use super::status::ApiError;

/// Who the holder of the token is.
pub const USER: &str = "arkdeck:owner";

/// Resources that are reviews: group, plural, kind, namespaced.
pub const REVIEWS: [(&str, &str, &str, bool); 5] = [
    ("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false),
    ("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
    ("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
    ("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
    ("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false),
];

/// Answers a review; `None` if the target is none.
pub fn answer(target: &Target, request: &Request) -> Option<Result<Response, ApiError>> {
    let (group, _, kind, _) = REVIEWS.iter().find(|(group, plural, ..)| {
        *group == target.group && *plural == target.plural && target.version == "v1"
    })?;
    if request.method != Method::POST || target.name.is_some() {
        return Some(Err(ApiError::wrong_method()));
    }
    Some(review(group, kind, request))
}

fn review(group: &str, kind: &str, request: &Request) -> Result<Response, ApiError> {
    // `kubectl auth can-i` writes protobuf whatever it was told; the answer does not depend on what it asks.
    let spec = match request.content_type.as_str() {
        PROTOBUF => json!({}),
        other => read(Format::of(other)?, &request.body)?.0["spec"].take(),
    };
    let status = match kind {
        "SelfSubjectReview" => {
            json!({"userInfo": {"username": USER, "groups": ["system:masters", "system:authenticated"]}})
        }
        "SelfSubjectRulesReview" => json!({
            "incomplete": false,
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}]
        }),
        _ => json!({"allowed": true, "reason": "the holder of the token of this server may do everything"}),
    };
    let mut body = json!({
        "apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"creationTimestamp": null}, "status": status
    });
    if spec != Value::Null {
        body["spec"] = spec;
    }
    Ok(render::json(StatusCode::CREATED, &body, &Warnings::default()))
}
