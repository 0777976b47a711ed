//! `x-kubernetes-validations`: rules in CEL, compiled with the schema and evaluated on each write.

use std::sync::Arc;

use kube_cel::cel::objects::OptionalValue;
use kube_cel::cel::{Context, Program, Value as CelValue};
use serde_json::{Value, json};

use super::cel_functions::FUNCTIONS;
use super::cel_value::convert;
use super::compile::bad;
use super::error::{CauseReason, FieldError, SchemaError};
use super::node::Node;
use super::path::Path;
use super::validate::counterpart;

/// A compiled rule.
#[derive(Debug)]
pub(super) struct Rule {
    source: String,
    program: Program,
    /// A transition rule: it compares with `oldSelf`.
    uses_old: bool,
    /// `optionalOldSelf`: `oldSelf` is an optional, and the rule runs on create too.
    optional_old: bool,
    message: Option<String>,
    message_program: Option<Program>,
    reason: CauseReason,
    /// Relative to the node, without the leading dot.
    field_path: Option<String>,
}

/// Compiles one entry of `x-kubernetes-validations`.
pub(super) fn compile(rule: &Value, position: &str) -> Result<Rule, SchemaError> {
    let text = |name: &str| rule.get(name).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
    let program = |name: &str, source: &str| {
        Program::compile(source).or_else(|e| bad(&format!("{position}.{name}"), e.to_string()))
    };
    let Some(source) = text("rule") else { return bad(position, "the rule is missing") };
    let compiled = program("rule", source)?;
    let uses_old = compiled.references().has_variable("oldSelf");
    Ok(Rule {
        source: source.to_owned(),
        program: compiled,
        uses_old,
        optional_old: rule.get("optionalOldSelf").and_then(Value::as_bool).unwrap_or(false),
        message: text("message").map(str::to_owned),
        message_program: text("messageExpression").map(|m| program("messageExpression", m)).transpose()?,
        reason: match text("reason") {
            None | Some("FieldValueInvalid") => CauseReason::Invalid,
            Some("FieldValueForbidden") => CauseReason::Forbidden,
            Some("FieldValueRequired") => CauseReason::Required,
            Some("FieldValueDuplicate") => CauseReason::Duplicate,
            Some(other) => return bad(&format!("{position}.reason"), format!("unknown reason {other:?}")),
        },
        field_path: text("fieldPath").map(|p| p.trim_start_matches('.').to_owned()),
    })
}

/// Evaluates all rules of the tree on `new`, and transition rules where `old` has a counterpart.
pub(super) fn check(root: &Node, new: &Value, old: Option<&Value>, errors: &mut Vec<FieldError>) {
    walk(root, new, old, false, None, errors);
}

/// `unchanged`: the nearest ancestor that has a counterpart is equal to it.
fn walk(
    node: &Node,
    value: &Value,
    old: Option<&Value>,
    unchanged: bool,
    path: Option<&Path<'_>>,
    errors: &mut Vec<FieldError>,
) {
    if !node.has_rules || value.is_null() {
        return;
    }
    let unchanged = old.map_or(unchanged, |old| old == value);
    evaluate(node, value, old, unchanged, path, errors);
    for branch in &node.all_of {
        walk(branch, value, old, unchanged, path, errors);
    }
    match value {
        Value::Object(fields) => {
            let old = old.filter(|_| !node.atomic_map);
            for (name, value) in fields {
                if let Some(child) = node.child(name) {
                    let step =
                        if node.declares(name) { Path::field(path, name) } else { Path::key(path, name) };
                    walk(child, value, old.and_then(|o| o.get(name)), unchanged, Some(&step), errors);
                }
            }
        }
        Value::Array(items) => {
            if let Some(item) = node.item() {
                for (at, value) in items.iter().enumerate() {
                    let step = Path::index(path, at);
                    walk(item, value, counterpart(node, value, old), unchanged, Some(&step), errors);
                }
            }
        }
        _ => {}
    }
}

fn evaluate(
    node: &Node,
    value: &Value,
    old: Option<&Value>,
    unchanged: bool,
    path: Option<&Path<'_>>,
    errors: &mut Vec<FieldError>,
) {
    // What did not change is judged only by transition rules.
    let due = |rule: &&Rule| if rule.uses_old { old.is_some() || rule.optional_old } else { !unchanged };
    if !node.rules.iter().any(|r| due(&r)) {
        return;
    }
    let old = old.filter(|o| !o.is_null()).map(|o| convert(node, o));
    let mut scope = FUNCTIONS.new_inner_scope();
    scope.add_variable_from_value("self", convert(node, value));
    for rule in node.rules.iter().filter(due) {
        let mut scope = scope.new_inner_scope();
        if rule.optional_old {
            let optional = old.clone().map_or_else(OptionalValue::none, OptionalValue::of);
            scope.add_variable_from_value("oldSelf", CelValue::Opaque(Arc::new(optional)));
        } else if rule.uses_old {
            let Some(old) = &old else { continue };
            scope.add_variable_from_value("oldSelf", old.clone());
        }
        let kind = node.type_name();
        let (shown, detail) = match rule.program.execute(&scope) {
            Ok(CelValue::Bool(true)) => continue,
            // An object or a list is not repeated; since Kubernetes 1.36 not even its type.
            Ok(CelValue::Bool(false)) if matches!(kind, "object" | "array") => (None, rule.message(&scope)),
            Ok(CelValue::Bool(false)) => (Some(value.clone()), rule.message(&scope)),
            Ok(_) => (Some(json!(kind)), format!("the rule is neither true nor false: {}", rule.source)),
            Err(error) => (Some(json!(kind)), format!("{error} evaluating rule: {}", rule.name())),
        };
        errors.push(rule.error(shown.as_ref(), path, &detail));
    }
}

impl Rule {
    fn name(&self) -> &str {
        self.message.as_deref().unwrap_or(&self.source)
    }

    /// The message expression's text if it yields one line, else the message, else the rule.
    fn message(&self, scope: &Context<'_>) -> String {
        if let Some(CelValue::String(text)) =
            self.message_program.as_ref().and_then(|p| p.execute(scope).ok())
        {
            let text = text.trim();
            if !text.is_empty() && !text.contains('\n') {
                return text.to_owned();
            }
        }
        self.message.clone().unwrap_or_else(|| format!("failed rule: {}", self.source))
    }

    fn error(&self, shown: Option<&Value>, path: Option<&Path<'_>>, detail: &str) -> FieldError {
        let detail = if self.reason == CauseReason::Duplicate { "" } else { detail };
        let mut error = match (self.reason, shown) {
            (CauseReason::Forbidden | CauseReason::Required, _) | (_, None) => {
                FieldError::plain(path, self.reason, detail)
            }
            (_, Some(value)) => FieldError::about(path, self.reason, value, detail),
        };
        if let Some(below) = &self.field_path {
            let joint = if path.is_none() || below.starts_with('[') { "" } else { "." };
            error.field = format!("{}{joint}{below}", Path::render(path));
        }
        error
    }
}
