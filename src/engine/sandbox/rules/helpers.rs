//! The helpers of Ark's rules as CEL functions. Each is a method of a part of the trace: of `tools`, `agents`, `llm`, `teams` and
//! `turns`, which are lists of what has a name and went well or not, of `sequence`, which is all of them in order, or of `query`.

mod teams;

use std::collections::HashMap;
use std::sync::Arc;

use cel::extractors::{Arguments, This};
use cel::objects::{Key, Map};
use cel::{Context, ExecutionError, FunctionContext, Value};
use serde_json::Value as Json;

type Outcome = Result<Value, ExecutionError>;
type Helper = fn(&Part<'_>) -> Outcome;

/// Seconds within which two steps begin that are called parallel, as in Ark.
const PARALLEL_SECONDS: f64 = 1.0;

/// Steps up to which a run is called simple, moderate and complex.
const COMPLEXITY: [(i64, &str); 3] = [(3, "simple"), (10, "moderate"), (25, "complex")];

/// Adds all of them.
pub(super) fn add(context: &mut Context<'_>) {
    let helpers: [(&str, Helper); 28] = [
        ("was_called", |part| named(part).map(|found| (!found.is_empty()).into())),
        ("was_executed", |part| named(part).map(|found| (!found.is_empty()).into())),
        ("get_call_count", |part| named(part).map(|found| count(found.len()))),
        ("get_execution_count", |part| named(part).map(|found| count(found.len()))),
        ("get_success_rate", |part| named(part).map(|found| Value::Float(rate(&found)))),
        ("had_error", |part| named(part).map(|found| found.iter().any(|one| !ok(one)).into())),
        ("get_execution_metrics", |part| named(part).map(|found| figures(&found))),
        ("get_execution_summary", |part| named(part).map(|found| figures(&found))),
        ("get_parameters", |part| {
            named(part).map(|found| list(found.iter().map(|one| field(one, "arguments"))))
        }),
        ("parameter_contains", parameter_contains),
        ("parameter_type", parameter_type),
        ("get_tools_used", tools_used),
        ("get_total_tokens", |part| named(part).map(|found| total(&found, "totalTokens"))),
        ("was_team_executed", teams::executed),
        ("get_team_agents", teams::agents),
        ("detect_collaboration_pattern", |part| Ok(text(teams::pattern(part.items()?)))),
        ("was_resolved", |part| Ok(field(part.this, "resolved"))),
        ("get_execution_time", |part| Ok(Value::Float(number(part.this, "durationMs") / 1000.0))),
        ("get_resolution_status", |part| {
            Ok(text(match field(part.this, "phase") {
                Value::String(phase) if *phase == "done" => "success",
                Value::String(phase) if *phase == "error" || *phase == "canceled" => "error",
                Value::String(phase) if phase.is_empty() => "unknown",
                _ => "incomplete",
            }))
        }),
        ("get_query_targets", |part| {
            let Value::List(targets) = field(part.this, "targets") else { return Ok(list([])) };
            Ok(list(targets.iter().map(|one| text(&format!("{}/{}", word(one, "type"), word(one, "name"))))))
        }),
        ("was_query_timeout", |part| {
            let slow = match part.args.first() {
                Some(limit) => number(part.this, "durationMs") / 1000.0 > float(limit),
                None => false,
            };
            Ok((slow || field(part.this, "timedOut") == Value::Bool(true)).into())
        }),
        // How many there are depends on when one looks, and on whose lifetime has passed.
        ("get_session_query_count", |part| {
            Err(part.error("a rule sees its own query, and not the others of its session"))
        }),
        ("get_complexity_metrics", complexity),
        ("was_completed", |part| {
            let steps = part.items()?;
            let done = |name: &String| steps.iter().any(|step| is(step, "name", name) && ok(step));
            Ok(part.texts(0)?.iter().all(done).into())
        }),
        ("check_execution_order", order),
        ("get_time_between_events", between),
        ("detect_parallel_execution", |part| {
            let apart = part.args.first().map_or(PARALLEL_SECONDS, float) * 1000.0;
            Ok(side_by_side(part.items()?, apart).into())
        }),
        ("get_execution_flow", |part| Ok(list(part.items()?.iter().map(|step| field(step, "name"))))),
    ];
    for (name, helper) in helpers {
        context.add_function(
            name,
            move |ftx: &FunctionContext<'_, '_>, This(this): This<Value>, Arguments(args): Arguments| {
                helper(&Part { name: ftx.name, this: &this, args: &args })
            },
        );
    }
}

/// The part of the trace that a helper is called on, with its arguments.
struct Part<'a> {
    name: &'a str,
    this: &'a Value,
    args: &'a [Value],
}

impl Part<'_> {
    fn error(&self, why: impl std::fmt::Display) -> ExecutionError {
        ExecutionError::function_error(self.name, why)
    }

    fn items(&self) -> Result<&[Value], ExecutionError> {
        match self.this {
            Value::List(items) => Ok(items),
            other => {
                Err(self.error(format!("it is for a list, as tools, and not for a {}", other.type_of())))
            }
        }
    }

    fn text(&self, at: usize) -> Result<String, ExecutionError> {
        match self.args.get(at) {
            Some(Value::String(text)) => Ok(text.as_ref().clone()),
            _ => Err(self.error(format!("argument {} must be a text", at + 1))),
        }
    }

    fn texts(&self, at: usize) -> Result<Vec<String>, ExecutionError> {
        let wrong = || self.error(format!("argument {} must be a list of names", at + 1));
        let Some(Value::List(items)) = self.args.get(at) else { return Err(wrong()) };
        let texts = items.iter().map(|item| match item {
            Value::String(text) => Ok(text.as_ref().clone()),
            _ => Err(wrong()),
        });
        texts.collect()
    }
}

/// JSON as CEL has it; whole numbers are `int`, as written in rules.
pub(super) fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Null,
        },
        Json::String(string) => text(string),
        Json::Array(items) => list(items.iter().map(of_json)),
        Json::Object(fields) => {
            let map: HashMap<Key, Value> =
                fields.iter().map(|(name, value)| (Key::from(name.as_str()), of_json(value))).collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}

/// The items with the name that is the first argument, or all. The second may be Ark's scope.
fn named<'a>(part: &'a Part<'_>) -> Result<Vec<&'a Value>, ExecutionError> {
    if let Some(scope) = part.args.get(1)
        && !matches!(scope, Value::String(scope) if matches!(scope.as_str(), "current" | "query"))
    {
        return Err(part.error("the scope can be 'current' only: a rule sees its own query"));
    }
    let name = if part.args.is_empty() { None } else { Some(part.text(0)?) };
    let wanted = |item: &&Value| name.as_ref().is_none_or(|name| is(item, "name", name));
    Ok(part.items()?.iter().filter(wanted).collect())
}

fn field(value: &Value, name: &str) -> Value {
    match value {
        Value::Map(map) => map.map.get(&Key::from(name)).cloned().unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

fn word(value: &Value, name: &str) -> String {
    match field(value, name) {
        Value::String(text) => text.as_ref().clone(),
        _ => String::new(),
    }
}

fn is(value: &Value, name: &str, wanted: &str) -> bool {
    matches!(field(value, name), Value::String(text) if *text == wanted)
}

fn ok(value: &Value) -> bool {
    field(value, "ok") == Value::Bool(true)
}

#[expect(clippy::cast_precision_loss, reason = "times and counts are far below 2^52")]
fn float(value: &Value) -> f64 {
    match value {
        Value::Int(n) => *n as f64,
        Value::UInt(n) => *n as f64,
        Value::Float(n) => *n,
        _ => 0.0,
    }
}

fn number(value: &Value, name: &str) -> f64 {
    float(&field(value, name))
}

fn count(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(Arc::new(items.into_iter().collect()))
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let map: HashMap<Key, Value> =
        entries.into_iter().map(|(name, value)| (Key::from(name), value)).collect();
    Value::Map(Map { map: Arc::new(map) })
}

#[expect(clippy::cast_precision_loss, reason = "calls of one run")]
fn rate(found: &[&Value]) -> f64 {
    if found.is_empty() {
        return 0.0;
    }
    found.iter().filter(|one| ok(one)).count() as f64 / found.len() as f64
}

#[expect(clippy::cast_possible_truncation, reason = "sums of whole numbers")]
fn total(found: &[&Value], name: &str) -> Value {
    Value::Int(found.iter().map(|one| number(one, name)).sum::<f64>() as i64)
}

/// Counts, and times in seconds.
#[expect(clippy::cast_precision_loss, reason = "calls of one run")]
fn figures(found: &[&Value]) -> Value {
    let good = found.iter().filter(|one| ok(one)).count();
    let seconds = found.iter().map(|one| number(one, "durationMs")).sum::<f64>() / 1000.0;
    map([
        ("call_count", count(found.len())),
        ("success_count", count(good)),
        ("error_count", count(found.len() - good)),
        ("success_rate", Value::Float(rate(found))),
        ("total_duration", Value::Float(seconds)),
        ("avg_duration", Value::Float(if found.is_empty() { 0.0 } else { seconds / found.len() as f64 })),
    ])
}

fn parameter_contains(part: &Part<'_>) -> Outcome {
    let (tool, key, wanted) = (part.text(0)?, part.text(1)?, part.args.get(2));
    let calls = part.items()?.iter().filter(|call| is(call, "name", &tool));
    let holds = |call: &Value| match (field(&field(call, "arguments"), &key), wanted) {
        (Value::String(has), Some(Value::String(wanted))) => has.contains(wanted.as_str()),
        (has, Some(wanted)) => has == *wanted,
        (has, None) => has != Value::Null,
    };
    Ok(calls.into_iter().any(holds).into())
}

fn parameter_type(part: &Part<'_>) -> Outcome {
    let (tool, key) = (part.text(0)?, part.text(1)?);
    let call = part.items()?.iter().find(|call| is(call, "name", &tool));
    let value = call.map_or(Value::Null, |call| field(&field(call, "arguments"), &key));
    Ok(text(&value.type_of().to_string()))
}

fn tools_used(part: &Part<'_>) -> Outcome {
    let mut used: Vec<Value> = Vec::new();
    for agent in named(part)? {
        if let Value::List(tools) = field(agent, "tools") {
            used.extend(tools.iter().filter(|tool| !used.contains(tool)).cloned().collect::<Vec<_>>());
        }
    }
    Ok(list(used))
}

#[expect(clippy::cast_possible_truncation, reason = "counts of steps")]
fn complexity(part: &Part<'_>) -> Outcome {
    let get = |name| number(part.this, name) as i64;
    let (llm, tools, agents) = (get("llmCalls"), get("toolCalls"), get("agentRuns"));
    let steps = llm + tools + agents;
    let level =
        COMPLEXITY.iter().find(|(most, _)| steps <= *most).map_or("highly_complex", |(_, level)| level);
    Ok(map([
        ("complexity_level", text(level)),
        ("total_steps", Value::Int(steps)),
        ("llm_calls", Value::Int(llm)),
        ("tool_calls", Value::Int(tools)),
        ("agent_executions", Value::Int(agents)),
    ]))
}

/// Whether steps came in this order; when strict, with none of another name between them.
fn order(part: &Part<'_>) -> Outcome {
    let wanted = part.texts(0)?;
    let strict = part.args.get(1) == Some(&Value::Bool(true));
    let names: Vec<String> = part.items()?.iter().map(|step| word(step, "name")).collect();
    let holds = if strict {
        wanted.is_empty() || names.windows(wanted.len()).any(|window| window == wanted)
    } else {
        let mut rest = names.iter();
        wanted.iter().all(|name| rest.any(|step| step == name))
    };
    Ok(holds.into())
}

/// Seconds from the end of the first step of one name to the beginning of the first of another.
fn between(part: &Part<'_>) -> Outcome {
    let (from, to) = (part.text(0)?, part.text(1)?);
    let find = |name: &str| {
        let found = part.items()?.iter().find(|step| is(step, "name", name));
        found.ok_or_else(|| part.error(format!("there is no step '{name}'")))
    };
    let (from, to) = (find(&from)?, find(&to)?);
    Ok(Value::Float((number(to, "startMs") - number(from, "endMs")) / 1000.0))
}

/// Whether two steps of one kind began within `apart` milliseconds of each other and ran at the same time. What a step is made of
/// does not run beside it.
fn side_by_side(steps: &[Value], apart: f64) -> bool {
    let span = |step: &Value| (number(step, "startMs"), number(step, "endMs"));
    steps.iter().enumerate().any(|(at, one)| {
        let (start, end) = span(one);
        steps[at + 1..].iter().any(|other| {
            let (other_start, other_end) = span(other);
            let shared = end.min(other_end) - start.max(other_start);
            is(other, "kind", &word(one, "kind"))
                && shared > 0.0
                && (start - other_start).abs() <= apart
                && !nested(&word(one, "step"), &word(other, "step"))
        })
    })
}

/// Whether one of two steps is made of the other, as their places say.
fn nested(one: &str, other: &str) -> bool {
    let within = |step: &str, whole: &str| {
        !whole.is_empty() && step.strip_prefix(whole).is_some_and(|rest| rest.starts_with('/'))
    };
    within(one, other) || within(other, one)
}
