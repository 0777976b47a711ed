//! Where one is, read from the address alone: the breadcrumb and the title are the same on server and browser.

use crate::app::address;
use crate::resources::kind::Kind;

/// A place on the way to the page; the last one is the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// The way to a path.
pub fn crumbs(path: &str) -> Vec<Crumb> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let crumb = |label: &str, href: String| Crumb { label: label.to_owned(), href };
    match parts.as_slice() {
        ["ns", ns] => vec![crumb("Home", format!("/ns/{ns}"))],
        ["ns", ns, "events"] => vec![crumb("Events", format!("/ns/{ns}/events"))],
        ["ns", ns, address::CONVERSATIONS, rest @ ..] => {
            let namespace = (*ns != address::ALL).then_some(*ns);
            let mut way = vec![crumb("Conversations", address::conversations(namespace))];
            match rest {
                ["new"] => way.push(crumb("New", path.to_owned())),
                [_] => way.push(crumb("Conversation", path.to_owned())),
                _ => {}
            }
            way
        }
        ["ns", ns, address::DATA_SETS, rest @ ..] => {
            let mut way = vec![crumb("Data sets", address::data_sets((*ns != address::ALL).then_some(*ns)))];
            match rest {
                ["new"] => way.push(crumb("New", path.to_owned())),
                [name] => way.push(crumb(name, path.to_owned())),
                _ => {}
            }
            way
        }
        ["ns", ns, address::ANNOTATE] => {
            let namespace = (*ns != address::ALL).then_some(*ns);
            let list = address::list(namespace, Kind::Evaluation);
            vec![crumb(Kind::Evaluation.title(), list), crumb("Judge by hand", path.to_owned())]
        }
        ["ns", ns, plural, rest @ ..] => {
            let Some(kind) = Kind::from_plural(plural) else { return Vec::new() };
            let namespace = (*ns != address::ALL).then_some(*ns);
            let mut way = vec![crumb(kind.title(), address::list(namespace, kind))];
            match rest {
                ["new"] => way.push(crumb("New", address::create(namespace, kind))),
                [name] => way.push(crumb(name, path.to_owned())),
                [name, number] if kind == Kind::Evaluation => {
                    way.push(crumb(name, format!("/ns/{ns}/{plural}/{name}")));
                    way.push(crumb(&format!("Experiment {number}"), path.to_owned()));
                }
                _ => {}
            }
            way
        }
        ["approvals"] => vec![crumb("Approvals", address::APPROVALS.to_owned())],
        ["components"] => vec![crumb("Components", "/components".to_owned())],
        _ => Vec::new(),
    }
}

/// Title of the document: the page first, because tabs are narrow.
pub fn title(path: &str) -> String {
    let mut words: Vec<String> = crumbs(path).into_iter().rev().map(|crumb| crumb.label).collect();
    if words.is_empty() {
        words.push("Not found".to_owned());
    }
    words.push("Arkdeck".to_owned());
    words.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_read_from_the_address() {
        let labels = |path| crumbs(path).into_iter().map(|crumb| crumb.label).collect::<Vec<_>>();
        assert_eq!(labels("/ns/support/agents/triage"), ["Agents", "triage"]);
        assert_eq!(labels("/ns/-/queries/new"), ["Queries", "New"]);
        assert_eq!(labels("/ns/support"), ["Home"]);
        assert_eq!(labels("/ns/support/conversations/inc-1"), ["Conversations", "Conversation"]);
        assert_eq!(labels("/ns/support/evaluations/refunds/14"), ["Evaluations", "refunds", "Experiment 14"]);
        assert_eq!(labels("/ns/support/datasets/refunds"), ["Data sets", "refunds"]);
        assert_eq!(labels("/ns/support/annotate"), ["Evaluations", "Judge by hand"]);
        assert!(labels("/nowhere").is_empty());
    }

    #[test]
    fn titles_begin_with_the_page() {
        assert_eq!(title("/ns/support/agents/triage"), "triage · Agents · Arkdeck");
        assert_eq!(title("/x"), "Not found · Arkdeck");
    }
}
