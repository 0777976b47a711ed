//! What can be wrong with a schema, and with an object.

use std::fmt;

use serde_json::Value;

use super::path::Path;

/// A schema that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema is not usable at {position}: {detail}")]
pub struct SchemaError {
    /// Where, as a path of schema keywords: `spec.tools.items.x-kubernetes-validations[0].rule`.
    pub position: String,
    /// What is wrong there.
    pub detail: String,
}

/// Why a field is refused; the `reason` of a cause in a `Status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CauseReason {
    /// Wrong value.
    Invalid,
    /// Wrong type.
    TypeInvalid,
    /// Missing.
    Required,
    /// Not one of the allowed values.
    NotSupported,
    /// Not allowed here.
    Forbidden,
    /// Twice where each must be unique.
    Duplicate,
    /// A text longer than allowed.
    TooLong,
    /// More items or properties than allowed.
    TooMany,
}

impl CauseReason {
    /// The name in a `Status`, for example `FieldValueInvalid`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "FieldValueInvalid",
            Self::TypeInvalid => "FieldValueTypeInvalid",
            Self::Required => "FieldValueRequired",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Forbidden => "FieldValueForbidden",
            Self::Duplicate => "FieldValueDuplicate",
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
        }
    }

    /// How messages begin.
    fn title(self) -> &'static str {
        match self {
            Self::Invalid | Self::TypeInvalid => "Invalid value",
            Self::Required => "Required value",
            Self::NotSupported => "Unsupported value",
            Self::Forbidden => "Forbidden",
            Self::Duplicate => "Duplicate value",
            Self::TooLong => "Too long",
            Self::TooMany => "Too many",
        }
    }

    /// Whether validation rules are left out when such an error was found.
    pub(super) fn hides_rules(self) -> bool {
        matches!(
            self,
            Self::TypeInvalid | Self::Required | Self::NotSupported | Self::TooLong | Self::TooMany
        )
    }
}

impl fmt::Display for CauseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field: `spec.tools[0].name`.
    pub field: String,
    /// Kind of problem.
    pub reason: CauseReason,
    /// In words, without the path: `Invalid value: "x": …`.
    pub message: String,
}

/// `path: message`, as in the message of a `Status`.
impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl FieldError {
    /// An error about `value`; `detail` may be empty.
    pub(super) fn about(path: Option<&Path<'_>>, reason: CauseReason, value: &Value, detail: &str) -> Self {
        let colon = if detail.is_empty() { "" } else { ": " };
        Self { field: field(path), reason, message: format!("{}: {value}{colon}{detail}", reason.title()) }
    }

    /// Says that rules were left out, about no field in particular.
    pub(super) fn rules_unchecked() -> Self {
        Self::about(
            None,
            CauseReason::Invalid,
            &Value::Null,
            "some validation rules were not checked because the object was invalid; \
             correct the existing errors to complete validation",
        )
    }

    /// An error that does not show the value.
    pub(super) fn plain(path: Option<&Path<'_>>, reason: CauseReason, detail: &str) -> Self {
        let colon = if detail.is_empty() { "" } else { ": " };
        Self { field: field(path), reason, message: format!("{}{colon}{detail}", reason.title()) }
    }
}

/// The path as errors name it. The object itself has none, which kube-apiserver prints as Go prints a null pointer.
fn field(path: Option<&Path<'_>>) -> String {
    match path {
        Some(_) => Path::render(path),
        None => "<nil>".to_owned(),
    }
}
