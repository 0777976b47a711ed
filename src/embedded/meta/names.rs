//! Names, label keys and label values; wording of k8s.io/apimachinery/pkg/api/validate/content.

use rand::Rng;

use crate::embedded::resource::NameRule;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const KEY: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Longest subdomain.
const SUBDOMAIN_LENGTH: usize = 253;
/// Longest label, label key (without prefix) and label value.
const LABEL_LENGTH: usize = 63;
/// Characters of a generated suffix: no vowels and nothing that is easily misread (k8s.io/apimachinery/pkg/util/rand).
const SUFFIX: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH: usize = 5;

/// A name from a `generateName`.
pub fn generate(base: &str) -> String {
    let mut end = base.len().min(LABEL_LENGTH - SUFFIX_LENGTH);
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    let mut random = rand::rng();
    let suffix = (0..SUFFIX_LENGTH).map(|_| char::from(SUFFIX[random.random_range(0..SUFFIX.len())]));
    base[..end].chars().chain(suffix).collect()
}

/// What is wrong with the name of an object; nothing when it is good.
pub fn check_name(rule: NameRule, name: &str) -> Vec<String> {
    match rule {
        NameRule::Subdomain => subdomain(name),
        NameRule::Label => label(name),
        NameRule::PathSegment => match name {
            "." | ".." => vec![format!("may not be '{name}'")],
            _ => ['/', '%']
                .iter()
                .filter(|c| name.contains(**c))
                .map(|c| format!("may not contain '{c}'"))
                .collect(),
        },
    }
}

/// What is wrong with a label key, annotation key or finalizer.
pub fn check_qualified(key: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let name = match key.split('/').collect::<Vec<_>>().as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else {
                errors.extend(subdomain(prefix).into_iter().map(|e| format!("prefix part {e}")));
            }
            name
        }
        _ => {
            return vec![format!(
                "a valid label key {KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    }
    errors.extend(too_long(name, LABEL_LENGTH).into_iter().map(|e| format!("name part {e}")));
    if !is_word(name) {
        errors.push(format!("name part {KEY}"));
    }
    errors
}

/// What is wrong with a label value.
pub(super) fn check_value(value: &str) -> Vec<String> {
    let mut errors = too_long(value, LABEL_LENGTH);
    if !value.is_empty() && !is_word(value) {
        errors.push(VALUE.to_owned());
    }
    errors
}

/// What is wrong with the name of a namespace.
pub(super) fn label(name: &str) -> Vec<String> {
    let mut errors = too_long(name, LABEL_LENGTH);
    if !is_label(name) {
        let dots = !name.is_empty() && name.split('.').all(is_label);
        errors.push(if dots { "must not contain dots" } else { LABEL }.to_owned());
    }
    errors
}

fn subdomain(name: &str) -> Vec<String> {
    let mut errors = too_long(name, SUBDOMAIN_LENGTH);
    if !name.split('.').all(is_label) {
        errors.push(SUBDOMAIN.to_owned());
    }
    errors
}

fn too_long(text: &str, limit: usize) -> Vec<String> {
    match text.len() > limit {
        true => vec![format!("must be no more than {limit} bytes")],
        false => Vec::new(),
    }
}

fn is_label(text: &str) -> bool {
    let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    framed(text, inner, |b| inner(b) && *b != b'-')
}

fn is_word(text: &str) -> bool {
    framed(text, |b| b.is_ascii_alphanumeric() || b"-_.".contains(b), u8::is_ascii_alphanumeric)
}

/// Whether every byte passes `inner`, and the first and the last also pass `edge`.
fn framed(text: &str, inner: impl Fn(&u8) -> bool, edge: impl Fn(&u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(&edge) && bytes.last().is_some_and(&edge) && bytes.iter().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_rule() {
        assert!(check_name(NameRule::Subdomain, "a.b-c.d1").is_empty());
        assert_eq!(check_name(NameRule::Subdomain, "A"), [SUBDOMAIN]);
        assert_eq!(check_name(NameRule::Subdomain, "a..b"), [SUBDOMAIN]);
        assert_eq!(check_name(NameRule::Subdomain, &"a".repeat(254)), ["must be no more than 253 bytes"]);
        assert_eq!(check_name(NameRule::Label, "a.b"), ["must not contain dots"]);
        assert!(check_name(NameRule::Label, "1a").is_empty());
        assert!(check_name(NameRule::PathSegment, "system:Node").is_empty());
        assert_eq!(check_name(NameRule::PathSegment, "a/b"), ["may not contain '/'"]);
    }

    #[test]
    fn keys_have_an_optional_prefix() {
        assert!(check_qualified("kubectl.kubernetes.io/last-applied-configuration").is_empty());
        assert!(check_qualified("a_B.c").is_empty());
        assert_eq!(check_qualified("/a"), ["prefix part must be non-empty"]);
        assert_eq!(check_qualified("a/-b"), [format!("name part {KEY}")]);
        assert_eq!(check_qualified("a/b/c").len(), 1);
        assert!(check_value("").is_empty());
        assert_eq!(check_value("-"), [VALUE]);
    }

    #[test]
    fn generated_names_keep_within_a_label() {
        let name = generate(&"x".repeat(80));
        assert_eq!(name.len(), 63);
        assert!(check_name(NameRule::Label, &name).is_empty());
        assert!(generate("run-").starts_with("run-"));
    }
}
