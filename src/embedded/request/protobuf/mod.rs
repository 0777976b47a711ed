//! Protobuf bodies of built-in kinds, which `kubectl create namespace` and other typed clients send whatever they
//! were told that the server reads. Answers are JSON, which those clients read.
//!
//! `messages.json` has the field numbers (`messages.py` says where from). A body is the four bytes `k8s\0` and a
//! `runtime.Unknown` with the kind and the message (k8s.io/apimachinery/pkg/runtime/serializer/protobuf).

mod wire;

use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use wire::{Fields, Wire};

const MAGIC: &[u8] = b"k8s\0";
/// Nesting of messages; built-ins need far less.
const MAX_DEPTH: usize = 32;

/// Flags where false is not the same as absent: pointers in Go. Other zero values are what Go writes for nothing.
const POINTERS: [&str; 4] =
    ["allocateLoadBalancerNodePorts", "automountServiceAccountToken", "blockOwnerDeletion", "controller"];

type Messages = HashMap<String, HashMap<u32, (String, String)>>;

static MESSAGES: LazyLock<Messages> =
    LazyLock::new(|| serde_json::from_str(include_str!("messages.json")).unwrap_or_default());

/// Reads a body into the object that it is in JSON. The error says what cannot be read.
pub(super) fn read(body: &[u8]) -> Result<Value, String> {
    let envelope = body.strip_prefix(MAGIC).ok_or("the body does not begin with the mark of protobuf")?;
    let (mut kind, mut api_version, mut raw) = (String::new(), String::new(), &[][..]);
    for field in Fields::of(envelope) {
        match field? {
            (1, Wire::Bytes(meta)) => {
                for field in Fields::of(meta) {
                    match field? {
                        (1, Wire::Bytes(text)) => api_version = utf8(text)?,
                        (2, Wire::Bytes(text)) => kind = utf8(text)?,
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let package = match api_version.split_once('/') {
        _ if kind == "DeleteOptions" => "meta",
        None => "core",
        Some((group, _)) => group.split('.').next().unwrap_or_default(),
    };
    let mut object = message(&format!("{package}.v1.{kind}"), raw, 0)?;
    object.insert("apiVersion".to_owned(), api_version.into());
    object.insert("kind".to_owned(), kind.into());
    Ok(object.into())
}

fn message(name: &str, bytes: &[u8], depth: usize) -> Result<Map<String, Value>, String> {
    if depth > MAX_DEPTH {
        return Err("the message is nested too deeply".to_owned());
    }
    let fields = MESSAGES.get(name).ok_or_else(|| format!("no protobuf form of {name} is known"))?;
    let mut object = Map::new();
    for field in Fields::of(bytes) {
        let (number, wire) = field?;
        let Some((field, kind)) = fields.get(&number) else { continue };
        if let Some(kind) = kind.strip_prefix("[]") {
            let item = value(kind, wire, depth)?;
            let list = object.entry(field).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = list {
                items.push(item);
            }
        } else if let Some(kind) = kind.strip_prefix("{}") {
            let (key, item) = entry(kind, wire, depth)?;
            object.entry(field).or_insert_with(|| Value::Object(Map::new()))[key] = item;
        } else {
            let value = value(kind, wire, depth)?;
            if !is_nothing(&value) || POINTERS.contains(&field.as_str()) {
                object.insert(field.clone(), value);
            }
        }
    }
    Ok(object)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(n) => n.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    }
}

/// A map entry is a message of a key (1) and a value (2).
fn entry(kind: &str, wire: Wire<'_>, depth: usize) -> Result<(String, Value), String> {
    let (mut key, mut item) = (String::new(), value(kind, Wire::Bytes(&[]), depth)?);
    for field in Fields::of(wire.bytes()?) {
        match field? {
            (1, wire) => key = utf8(wire.bytes()?)?,
            (2, wire) => item = value(kind, wire, depth)?,
            _ => {}
        }
    }
    Ok((key, item))
}

fn value(kind: &str, wire: Wire<'_>, depth: usize) -> Result<Value, String> {
    Ok(match kind {
        "string" => utf8(wire.bytes()?)?.into(),
        "bytes" => STANDARD.encode(wire.bytes()?).into(),
        "bool" => (wire.number()? != 0).into(),
        "int32" | "int64" => wire.number()?.cast_signed().into(),
        "meta.v1.Time" => time(wire.bytes()?, "%Y-%m-%dT%H:%M:%SZ")?,
        "meta.v1.MicroTime" => time(wire.bytes()?, "%Y-%m-%dT%H:%M:%S%.6fZ")?,
        "meta.v1.FieldsV1" => {
            let raw = numbered(wire.bytes()?, 1)?.map_or(Ok(&b"{}"[..]), |w| w.bytes())?;
            serde_json::from_slice(raw).map_err(|e| e.to_string())?
        }
        "intstr.IntOrString" => {
            let bytes = wire.bytes()?;
            match numbered(bytes, 1)?.map_or(Ok(0), |w| w.number())? {
                0 => numbered(bytes, 2)?.map_or(Ok(0), |w| w.number())?.cast_signed().into(),
                _ => utf8(numbered(bytes, 3)?.map_or(Ok(&[][..]), |w| w.bytes())?)?.into(),
            }
        }
        name => message(name, wire.bytes()?, depth + 1)?.into(),
    })
}

/// Seconds and nanoseconds; a message without either is no time.
fn time(bytes: &[u8], format: &str) -> Result<Value, String> {
    let part = |number| numbered(bytes, number)?.map_or(Ok(0), |w| w.number()).map(u64::cast_signed);
    let (seconds, nanos): (i64, i64) = (part(1)?, part(2)?);
    if (seconds, nanos) == (0, 0) {
        return Ok(Value::Null);
    }
    let nanos = i32::try_from(nanos).map_err(|e| e.to_string())?;
    let time = jiff::Timestamp::new(seconds, nanos).map_err(|e| e.to_string())?;
    Ok(time.strftime(format).to_string().into())
}

fn numbered(bytes: &[u8], wanted: u32) -> Result<Option<Wire<'_>>, String> {
    Fields::of(bytes)
        .find_map(|field| match field {
            Ok((number, wire)) if number == wanted => Some(Ok(wire)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .transpose()
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A field of bytes.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    #[test]
    fn a_secret_is_read() {
        let meta = [
            field(1, b"s"),
            field(2, b""),
            field(8, &[]),
            field(11, &[field(1, b"a"), field(2, b"")].concat()),
            vec![7 << 3, 0],
        ]
        .concat();
        let data = [field(1, b"k"), field(2, b"v")].concat();
        let secret = [field(1, &meta), field(2, &data), field(3, b"Opaque")].concat();
        let kind = [field(1, b"v1"), field(2, b"Secret")].concat();
        let body = [MAGIC, &field(1, &kind), &field(2, &secret), &field(3, b"")].concat();
        let expected = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "labels": {"a": ""}},
            "data": {"k": "dg=="}, "type": "Opaque"
        });
        assert_eq!(read(&body), Ok(expected));
    }

    #[test]
    fn times_and_numbers_or_texts_are_read() {
        let time = value("meta.v1.Time", Wire::Bytes(&[8, 0x80, 0x80, 0x80, 0x80, 0x06]), 0);
        assert_eq!(time, Ok(json!("2021-01-14T08:25:36Z")));
        let micro = value("meta.v1.MicroTime", Wire::Bytes(&[8, 1, 16, 0xe8, 7]), 0);
        assert_eq!(micro, Ok(json!("1970-01-01T00:00:01.000001Z")));
        assert_eq!(value("intstr.IntOrString", Wire::Bytes(&[8, 0, 16, 80]), 0), Ok(json!(80)));
        assert_eq!(value("intstr.IntOrString", Wire::Bytes(&[8, 1, 26, 1, b'w']), 0), Ok(json!("w")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_object_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for name in MESSAGES.keys() {
                let _ = message(name, &bytes, 0);
            }
            let _ = read(&[MAGIC, &bytes].concat());
        }
    }
}
