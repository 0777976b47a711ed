//! Checks that no definition can say, made before an object is stored: what a validating webhook is on a cluster. They come with the
//! settings, because this room knows no kind that it serves.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;

use super::resource::Resource;
use super::schema::FieldError;

/// What is wrong with an object, which replaces the second one if there is one.
pub type Looked = Arc<dyn Fn(&Value, Option<&Value>) -> BoxFuture<'static, Vec<FieldError>> + Send + Sync>;

/// A check of the objects of one kind.
#[derive(Clone)]
pub struct Check {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// The check. It runs on each write of the object itself, and not on one of its status.
    pub look: Looked,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("group", &self.group).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What the checks for `resource` say.
pub(super) async fn look(
    checks: &[Check],
    resource: &Resource,
    object: &Value,
    live: Option<&Value>,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for check in checks.iter().filter(|one| one.kind == resource.kind && one.group == resource.group) {
        errors.extend((check.look)(object, live).await);
    }
    errors
}
