//! Tables, as kubectl prints them: a row of cells for each object.

use serde_json::{Value, json};

use super::jsonpath;
use super::partial;
use crate::embedded::request::{IncludeObject, Query};
use crate::embedded::resource::{Column, ColumnPath, Version};

/// The description of the first column, from ObjectMeta.
const NAME: &str = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

/// How much of the object a row carries.
pub(super) fn include(query: &Query) -> IncludeObject {
    match query.include_object.as_deref() {
        Some("None") => IncludeObject::None,
        Some("Object") => IncludeObject::Object,
        _ => IncludeObject::Metadata,
    }
}

/// A table with its columns.
pub(super) fn table(version: &Version, meta: Value, rows: Vec<Value>) -> Value {
    let name = json!({
        "name": "Name", "type": "string", "format": "name", "priority": 0,
        "description": NAME
    });
    let columns: Vec<Value> = std::iter::once(name).chain(version.columns.iter().map(definition)).collect();
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta,
        "columnDefinitions": columns, "rows": rows
    })
}

fn definition(column: &Column) -> Value {
    json!({
        "name": column.name, "type": column.kind, "format": column.format,
        "description": column.description, "priority": column.priority
    })
}

/// The row of an object.
pub(super) fn row(version: &Version, object: &Value, include: IncludeObject) -> Value {
    let name = object["metadata"]["name"].clone();
    let cells: Vec<Value> =
        std::iter::once(name).chain(version.columns.iter().map(|c| cell(c, object))).collect();
    match include {
        IncludeObject::None => json!({"cells": cells, "object": null}),
        IncludeObject::Metadata => json!({"cells": cells, "object": partial::object(object)}),
        IncludeObject::Object => json!({"cells": cells, "object": object}),
    }
}

fn cell(column: &Column, object: &Value) -> Value {
    match &column.path {
        ColumnPath::Computed(cell) => cell(object),
        ColumnPath::Json(path) => match column.kind.as_str() {
            "date" => jsonpath::first(object, path).map_or(Value::Null, |v| age(&v)),
            "string" => jsonpath::all(object, path).map_or(Value::Null, Value::String),
            _ => jsonpath::first(object, path).unwrap_or(Value::Null),
        },
    }
}

/// How long ago, as kubectl says it; kube-apiserver writes ages itself for custom resources.
pub(in crate::embedded) fn age(time: &Value) -> Value {
    let then = time.as_str().and_then(|t| t.parse::<jiff::Timestamp>().ok());
    match then {
        Some(then) => human(jiff::Timestamp::now().as_second() - then.as_second()).into(),
        None => "<unknown>".into(),
    }
}

/// k8s.io/apimachinery/pkg/util/duration.HumanDuration.
fn human(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let pair = |big: i64, big_unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{big}{big_unit}"),
        _ => format!("{big}{big_unit}{small}{small_unit}"),
    };
    match seconds {
        s if s < -1 => "<invalid>".to_owned(),
        s if s < 0 => "0s".to_owned(),
        s if s < 2 * MINUTE => format!("{s}s"),
        s if s < 10 * MINUTE => pair(s / MINUTE, "m", s % MINUTE, "s"),
        s if s < 3 * HOUR => format!("{}m", s / MINUTE),
        s if s < 8 * HOUR => pair(s / HOUR, "h", s % HOUR / MINUTE, "m"),
        s if s < 2 * DAY => format!("{}h", s / HOUR),
        s if s < 8 * DAY => pair(s / DAY, "d", s % DAY / HOUR, "h"),
        s if s < 2 * YEAR => format!("{}d", s / DAY),
        s if s < 8 * YEAR => pair(s / YEAR, "y", s % YEAR / DAY, "d"),
        s => format!("{}y", s / YEAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (125, "2m5s"),
            (120, "2m"),
            (3600, "60m"),
            (3 * 3600 + 60, "3h1m"),
            (9 * 3600, "9h"),
            (3 * 86_400 + 3600, "3d1h"),
            (10 * 86_400, "10d"),
            (3 * 365 * 86_400, "3y"),
        ] {
            assert_eq!(human(seconds), text);
        }
    }
}
