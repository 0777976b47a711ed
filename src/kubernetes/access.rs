//! Who is asking, and what they may see: the one place where rights are asked.
//!
//! Today everybody who reaches the loopback port is the owner of this process and acts with its rights; logins and
//! access reviews per person come with their issue and change this file, not its callers. What the cluster itself
//! refuses to the process reaches people as `Forbidden`.

use std::collections::HashMap;
use std::time::Duration;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::Client;
use kube::api::{Api, PostParams};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::resources::kind::Kind;

/// How long an answer of the cluster about rights is remembered.
const REMEMBERED: Duration = Duration::from_secs(30);
/// Answers that are remembered at the most.
const MAX_ANSWERS: usize = 1024;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The person at this machine, without a login, over loopback.
    Owner,
}

impl Identity {
    /// Name for people.
    pub fn display(&self) -> &'static str {
        match self {
            Self::Owner => "owner",
        }
    }
}

/// What a person wants to do with objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Read many, search, count, follow.
    List,
    /// Read one.
    Get,
    /// Create or change.
    Apply,
    /// Delete.
    Delete,
}

/// Whether `identity` may do this in `namespace` (`None`: in all).
pub fn may(identity: &Identity, _verb: Verb, _kind: Kind, _namespace: Option<&str>) -> bool {
    match identity {
        Identity::Owner => true,
    }
}

/// What the cluster said about rights a moment ago. Answers are for pages: they say beforehand what would be refused.
/// Whether something may be done is decided where it is done.
#[derive(Default)]
pub struct Reviews {
    answers: Mutex<HashMap<Question, (Instant, bool)>>,
}

/// Verb, kind and namespace.
type Question = (&'static str, Kind, String);

impl Reviews {
    /// Whether the account of `client` may do `verb` (of RBAC, as `update`) with objects of `kind` in `namespace`. `true`
    /// when the cluster does not answer.
    pub async fn allows(&self, client: &Client, verb: &'static str, kind: Kind, namespace: &str) -> bool {
        let key = (verb, kind, namespace.to_owned());
        let known = self.answers.lock().get(&key).copied();
        if let Some((at, allowed)) = known
            && at.elapsed() < REMEMBERED
        {
            return allowed;
        }
        let review = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(ResourceAttributes {
                    group: Some(crate::resources::kind::GROUP.to_owned()),
                    resource: Some(kind.plural().to_owned()),
                    namespace: Some(namespace.to_owned()),
                    verb: Some(verb.to_owned()),
                    ..ResourceAttributes::default()
                }),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        let api: Api<SelfSubjectAccessReview> = Api::all(client.clone());
        let allowed = match api.create(&PostParams::default(), &review).await {
            Ok(answer) => answer.status.is_some_and(|status| status.allowed),
            Err(error) => {
                tracing::debug!(%error, "the cluster did not say what may be done");
                return true;
            }
        };
        let mut answers = self.answers.lock();
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(key, (Instant::now(), allowed));
        allowed
    }
}
