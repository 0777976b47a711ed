//! Addresses of pages (interface.md, "Shell and addresses"): made in one place, read in one place.

use crate::resources::kind::Kind;
use crate::views::ObjectKey;

/// Path segment that stands for all namespaces.
pub const ALL: &str = "-";

/// Path segment of conversations.
pub const CONVERSATIONS: &str = "conversations";

/// Path segment of data sets.
pub const DATA_SETS: &str = "datasets";

/// Path segment of what waits to be judged by hand.
pub const ANNOTATE: &str = "annotate";

/// What waits for a person, over all namespaces.
pub const APPROVALS: &str = "/approvals";

/// A call in the inbox, by the name of its A2ATask and its namespace.
pub fn approval(key: &ObjectKey) -> String {
    approval_within(None, key)
}

/// The same in the inbox of one namespace, or of all.
pub fn approval_within(namespace: Option<&str>, key: &ObjectKey) -> String {
    let item = format!("{}/{}", key.namespace, key.name);
    format!("{}{}", APPROVALS, query([("ns", namespace.unwrap_or_default().to_owned()), ("item", item)]))
}

/// The inbox of one namespace, or of all.
pub fn approvals(namespace: Option<&str>) -> String {
    format!("{APPROVALS}{}", query([("ns", namespace.unwrap_or_default().to_owned())]))
}

/// Path segment of a namespace, or of all.
pub fn segment(namespace: Option<&str>) -> &str {
    namespace.filter(|name| !name.is_empty()).unwrap_or(ALL)
}

/// Home of a namespace, or of all.
pub fn home(namespace: Option<&str>) -> String {
    format!("/ns/{}", segment(namespace))
}

/// The list of a kind.
pub fn list(namespace: Option<&str>, kind: Kind) -> String {
    format!("/ns/{}/{}", segment(namespace), kind.plural())
}

/// The page that creates an object of a kind. In all namespaces, the page asks which.
pub fn create(namespace: Option<&str>, kind: Kind) -> String {
    format!("/ns/{}/{}/new", segment(namespace), kind.plural())
}

/// Events of a namespace, or of all.
pub fn events(namespace: Option<&str>) -> String {
    format!("/ns/{}/events", segment(namespace))
}

/// Conversations of a namespace, or of all.
pub fn conversations(namespace: Option<&str>) -> String {
    format!("/ns/{}/{CONVERSATIONS}", segment(namespace))
}

/// A conversation.
pub fn conversation(namespace: &str, id: &str) -> String {
    // A slash in an id would be another level of the address.
    format!("{}/{}", conversations(Some(namespace)), encode(id).replace('/', "%2F").replace('+', "%20"))
}

/// A new conversation with an agent, a team or a model.
pub fn chat(target: &ObjectKey) -> String {
    let target_text = format!("{}/{}", target.kind.noun(), target.name);
    format!("{}/new{}", conversations(Some(&target.namespace)), query([("target", target_text)]))
}

/// An experiment of an evaluation.
pub fn experiment(namespace: &str, evaluation: &str, number: u32) -> String {
    format!("/ns/{}/{}/{evaluation}/{number}", segment(Some(namespace)), Kind::Evaluation.plural())
}

/// Data sets of a namespace, or of all.
pub fn data_sets(namespace: Option<&str>) -> String {
    format!("/ns/{}/{DATA_SETS}", segment(namespace))
}

/// A data set.
pub fn data_set(namespace: &str, name: &str) -> String {
    format!("{}/{name}", data_sets(Some(namespace)))
}

/// What waits to be judged by hand: of an experiment (0 for the newest), or of all where no evaluation is named.
pub fn annotate(namespace: &str, evaluation: &str, number: u32) -> String {
    let number = if number == 0 { String::new() } else { number.to_string() };
    let which = query([("evaluation", evaluation.to_owned()), ("n", number)]);
    format!("/ns/{}/{ANNOTATE}{which}", segment(Some(namespace)))
}

/// The page of an object; of a query, its run.
pub fn object(key: &ObjectKey) -> String {
    format!("/ns/{}/{}/{}", segment(Some(&key.namespace)), key.kind.plural(), key.name)
}

/// The namespace that a path is in: `None` for all.
pub fn namespace_of(path: &str) -> Option<String> {
    let mut parts = path.trim_start_matches('/').split('/');
    match (parts.next(), parts.next()) {
        (Some("ns"), Some(name)) if name != ALL && !name.is_empty() => Some(name.to_owned()),
        _ => None,
    }
}

/// The same place in another namespace: lists and events stay, an object's page becomes its list.
pub fn moved(path: &str, namespace: Option<&str>) -> String {
    if path == APPROVALS && namespace.is_none() {
        return path.to_owned();
    }
    let rest: Vec<&str> = path.trim_start_matches('/').split('/').skip(2).collect();
    match rest.as_slice() {
        [] | [""] => home(namespace),
        [place] | [place, _] => format!("/ns/{}/{place}", segment(namespace)),
        [place, ..] => format!("/ns/{}/{place}", segment(namespace)),
    }
}

/// A query string from pairs; empty values are left out, so that the plain address stays plain.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if value.is_empty() {
            continue;
        }
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&encode(&value));
    }
    text
}

/// Percent-encodes a query value; what is safe in a query stays readable.
pub fn encode(value: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b'/' | b':' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_design() {
        let key = ObjectKey::new(Kind::Agent, "support", "triage");
        assert_eq!(object(&key), "/ns/support/agents/triage");
        assert_eq!(object(&ObjectKey::new(Kind::ArkConfig, "", "default")), "/ns/-/arkconfigs/default");
        assert_eq!(chat(&key), "/ns/support/conversations/new?target=agent/triage");
        assert_eq!(conversation("support", "a b/c"), "/ns/support/conversations/a%20b%2Fc");
        assert_eq!(list(None, Kind::McpServer), "/ns/-/mcpservers");
        assert_eq!(experiment("support", "refunds", 14), "/ns/support/evaluations/refunds/14");
        assert_eq!(data_set("support", "refunds"), "/ns/support/datasets/refunds");
        assert_eq!(annotate("support", "refunds", 14), "/ns/support/annotate?evaluation=refunds&n=14");
        assert_eq!(annotate("support", "", 0), "/ns/support/annotate");
        assert_eq!(create(Some("support"), Kind::Model), "/ns/support/models/new");
        let task = ObjectKey::new(Kind::A2ATask, "support", "a2a-task-7f");
        assert_eq!(approval(&task), "/approvals?item=support/a2a-task-7f");
        assert_eq!(approval_within(Some("support"), &task), "/approvals?ns=support&item=support/a2a-task-7f");
        assert_eq!((approvals(None), approvals(Some("x"))), ("/approvals".into(), "/approvals?ns=x".into()));
    }

    #[test]
    fn a_namespace_is_read_from_the_path_only() {
        assert_eq!(namespace_of("/ns/support/agents").as_deref(), Some("support"));
        assert_eq!(namespace_of("/ns/-/agents"), None);
        assert_eq!(namespace_of("/components"), None);
    }

    #[test]
    fn moving_to_another_namespace_leaves_the_object_behind() {
        assert_eq!(moved("/ns/a/agents/triage", Some("b")), "/ns/b/agents");
        assert_eq!(moved("/ns/a/events", None), "/ns/-/events");
        assert_eq!(moved("/ns/a", Some("b")), "/ns/b");
        assert_eq!(moved(APPROVALS, None), APPROVALS);
        assert_eq!(moved(APPROVALS, Some("b")), "/ns/b");
    }

    #[test]
    fn queries_are_encoded_and_empty_values_left_out() {
        assert_eq!(query([("q", "a b&c".to_owned()), ("sort", String::new())]), "?q=a+b%26c");
        assert_eq!(query([("q", String::new())]), "");
    }
}
