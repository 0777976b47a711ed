//! Query parameters, as the options of `metav1` have them.

use crate::embedded::schema::{CauseReason, FieldError};
use crate::embedded::status::ApiError;

use super::path::decode;

/// What to do about fields that the schema does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Drop them silently.
    Ignore,
    /// Drop them and say so in a `Warning` header.
    #[default]
    Warn,
    /// Refuse the request.
    Strict,
}

/// Whether to stop before storing.
pub type DryRun = bool;

/// What becomes of dependents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// They stay and forget their owner.
    Orphan,
    /// They go after their owner.
    Background,
    /// They go before their owner.
    Foreground,
}

impl Propagation {
    /// Reads `propagationPolicy`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Orphan" => Some(Self::Orphan),
            "Background" => Some(Self::Background),
            "Foreground" => Some(Self::Foreground),
            _ => None,
        }
    }
}

/// All parameters that any verb reads. Unknown ones are ignored, as Kubernetes ignores them.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// `labelSelector`.
    pub label_selector: Option<String>,
    /// `fieldSelector`.
    pub field_selector: Option<String>,
    /// `limit`.
    pub limit: usize,
    /// `continue`.
    pub next: Option<String>,
    /// `resourceVersion`; empty is absent.
    pub resource_version: Option<String>,
    /// `resourceVersionMatch`.
    pub resource_version_match: Option<String>,
    /// `watch`.
    pub watch: bool,
    /// `allowWatchBookmarks`.
    pub bookmarks: bool,
    /// `sendInitialEvents`.
    pub initial_events: Option<bool>,
    /// `timeoutSeconds`.
    pub timeout_seconds: Option<u64>,
    /// `fieldManager`.
    pub field_manager: Option<String>,
    /// `force`.
    pub force: Option<bool>,
    /// `dryRun=All`.
    pub dry_run: DryRun,
    /// `fieldValidation`.
    pub field_validation: FieldValidation,
    /// `propagationPolicy`, as text.
    pub propagation_policy: Option<String>,
    /// `orphanDependents`.
    pub orphan_dependents: Option<bool>,
    /// `gracePeriodSeconds`.
    pub grace_period_seconds: Option<i64>,
    /// `includeObject`, for Tables.
    pub include_object: Option<String>,
}

impl Query {
    /// Reads what comes after `?`.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.set(&decode(name), decode(&value.replace('+', " ")))?;
        }
        Ok(query)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), ApiError> {
        let given = (!value.is_empty()).then(|| value.clone());
        match name {
            "labelSelector" => self.label_selector = given,
            "fieldSelector" => self.field_selector = given,
            // kube-apiserver takes a negative limit for none.
            "limit" => self.limit = usize::try_from(number::<i64>(&value)?).unwrap_or_default(),
            "continue" => self.next = given,
            "resourceVersion" => self.resource_version = given,
            "resourceVersionMatch" => self.resource_version_match = given,
            "watch" => self.watch = flag(&value),
            "allowWatchBookmarks" => self.bookmarks = flag(&value),
            "sendInitialEvents" => self.initial_events = Some(flag(&value)),
            "timeoutSeconds" => self.timeout_seconds = Some(number(&value)?),
            "fieldManager" => self.field_manager = given,
            "force" => self.force = Some(flag(&value)),
            "dryRun" => self.dry_run = dry_run(&value)?,
            "fieldValidation" => self.field_validation = field_validation(&value)?,
            "propagationPolicy" => self.propagation_policy = given,
            "orphanDependents" => self.orphan_dependents = Some(flag(&value)),
            "gracePeriodSeconds" => self.grace_period_seconds = Some(number(&value)?),
            "includeObject" => self.include_object = given,
            _ => {}
        }
        Ok(())
    }
}

/// As `metav1.Convert_Slice_string_To_bool`: present is true unless it says `false` or `0`.
fn flag(value: &str) -> bool {
    !matches!(value, "false" | "0")
}

fn number<T: std::str::FromStr + Default>(value: &str) -> Result<T, ApiError> {
    if value.is_empty() {
        return Ok(T::default());
    }
    value
        .parse()
        .map_err(|_| ApiError::bad_request(format!("strconv.ParseInt: parsing {value:?}: invalid syntax")))
}

/// `All`, or nothing.
pub(super) fn dry_run(value: &str) -> Result<DryRun, ApiError> {
    match value {
        "" => Ok(false),
        "All" => Ok(true),
        _ => Err(unsupported("dryRun", &format!("[{value:?}]"), "\"All\"")),
    }
}

fn field_validation(value: &str) -> Result<FieldValidation, ApiError> {
    match value {
        "" | "Warn" => Ok(FieldValidation::Warn),
        "Ignore" => Ok(FieldValidation::Ignore),
        "Strict" => Ok(FieldValidation::Strict),
        _ => Err(unsupported(
            "fieldValidation",
            &format!("{value:?}"),
            "\"\", \"Ignore\", \"Strict\", \"Warn\"",
        )),
    }
}

fn unsupported(field: &str, value: &str, allowed: &str) -> ApiError {
    let error = FieldError {
        field: field.to_owned(),
        reason: CauseReason::NotSupported,
        message: format!("Unsupported value: {value}: supported values: {allowed}"),
    };
    ApiError::invalid_kind("meta.k8s.io", "CreateOptions", "", &[error])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_typed() {
        let q = Query::parse("watch&limit=500&labelSelector=a%3Db%2Cc&dryRun=All&fieldManager=my+tool&x=y")
            .unwrap();
        assert!(q.watch && q.dry_run);
        assert_eq!((q.limit, q.label_selector.as_deref()), (500, Some("a=b,c")));
        assert_eq!(q.field_manager.as_deref(), Some("my tool"));
        assert!(Query::parse("limit=many").is_err());
        assert!(Query::parse("dryRun=Some").is_err());
    }
}
