//! URLs with placeholders.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Puts arguments, else parameters, in the place of `{name}`, escaped, so that a value cannot leave its place in the
/// URL. A placeholder without value stays, as in Ark.
pub(super) fn fill(
    url: &str,
    arguments: &Map<String, Value>,
    parameters: &BTreeMap<String, String>,
) -> String {
    let value = |name: &str| match arguments.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => parameters.get(name).cloned(),
    };
    let mut filled = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').and_then(|(name, tail)| Some((value(name)?, tail))) {
            Some((value, tail)) => {
                escape(&value, &mut filled);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn escape(text: &str, url: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_cannot_leave_their_place_in_the_url() {
        let arguments = json!({"port": "../admin?x=1#", "day": 3}).as_object().unwrap().clone();
        let parameters =
            BTreeMap::from([("day".to_owned(), "9".to_owned()), ("unit".to_owned(), "ft/m".to_owned())]);
        assert_eq!(
            fill("https://tides.example/{port}/{day}?u={unit}&v={none}", &arguments, &parameters),
            "https://tides.example/..%2Fadmin%3Fx%3D1%23/3?u=ft%2Fm&v={none}"
        );
        assert_eq!(fill("{\"a\": {day}}", &arguments, &parameters), "{\"a\": 3}");
    }
}
