//! The address of a list: search, states, reference and order, in both directions.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

use crate::app::address;
use crate::resources::kind::Kind;
use crate::views::facets::{Only, TYPES, read_range, write_range};
use crate::views::row::{ListRequest, State};

/// Names under which an address may ask for rows that refer to an object.
const REFERENCES: [&str; 3] = ["model", "target", "uses"];

/// Reads a request from a query string.
pub fn read(kind: Kind, namespace: Option<String>, query: &ParamsMap) -> ListRequest {
    let asked = query.get("status").unwrap_or_default();
    let mut states: Vec<State> = asked
        .split(',')
        .filter_map(|slug| State::ALL.into_iter().find(|state| state.slug() == slug))
        .collect();
    states.sort_unstable();
    states.dedup();
    let sort = query.get("sort").filter(|sort| !sort.is_empty());
    let descending = sort.as_deref().is_some_and(|sort| sort.starts_with('-'));
    ListRequest {
        kind,
        namespace,
        search: query.get("q").unwrap_or_default(),
        states,
        refers_to: REFERENCES.into_iter().find_map(|name| query.get(name)).filter(|name| !name.is_empty()),
        only: if kind == Kind::Evaluation { only(query) } else { Only::default() },
        sort: sort.map(|sort| sort.trim_start_matches('-').to_owned()),
        descending,
        offset: 0,
    }
}

/// Which evaluations are asked for.
fn only(query: &ParamsMap) -> Only {
    let text = |name: &str| query.get(name).unwrap_or_default();
    let type_ = text("type");
    let (from, to) = read_range(&text("score"));
    Only {
        type_: if TYPES.iter().any(|(known, _)| *known == type_) { type_ } else { String::new() },
        evaluator: text("evaluator"),
        query: text("query"),
        label: text("label"),
        passed: text("passed").parse().ok(),
        from,
        to,
    }
}

/// Writes a request as a query string; what is as usual is left out.
pub fn write(request: &ListRequest) -> String {
    let sort = request
        .sort
        .as_deref()
        .map(|sort| if request.descending { format!("-{sort}") } else { sort.to_owned() })
        .unwrap_or_default();
    let states: Vec<&str> = request.states.iter().map(|state| state.slug()).collect();
    let reference = match request.kind {
        Kind::Query | Kind::Evaluation => "target",
        _ => "model",
    };
    let only = &request.only;
    address::query([
        ("q", request.search.clone()),
        ("status", states.join(",")),
        (reference, request.refers_to.clone().unwrap_or_default()),
        ("type", only.type_.clone()),
        ("evaluator", only.evaluator.clone()),
        ("query", only.query.clone()),
        ("label", only.label.trim().to_owned()),
        ("passed", only.passed.map(|passed| passed.to_string()).unwrap_or_default()),
        ("score", write_range(only.from, only.to)),
        ("sort", sort),
    ])
}

/// Goes to an address.
type Go = std::sync::Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// What a list is asked for, and how to ask for something else.
#[derive(Clone, Copy)]
pub struct ListAddress {
    /// The request in the address; tracked.
    pub request: Memo<ListRequest>,
    go: StoredValue<Go>,
    path: Memo<String>,
    /// For a list inside another page: what of that page's address is kept, and that the reference is the page's.
    within: Option<(&'static str, &'static str)>,
}

impl ListAddress {
    /// Asks for something else. `typing` replaces the entry of the history instead of adding one.
    pub fn change(self, typing: bool, change: impl FnOnce(&mut ListRequest)) {
        let mut request = self.request.get_untracked();
        change(&mut request);
        let mut query = if self.within.is_some() {
            write(&ListRequest { refers_to: None, only: Only::default(), ..request })
        } else {
            write(&request)
        };
        if let Some((name, value)) = self.within {
            let kept = format!("?{name}={value}");
            query = if query.is_empty() { kept } else { format!("{kept}&{}", query.trim_start_matches('?')) };
        }
        let href = format!("{}{query}", self.path.get_untracked());
        let options = NavigateOptions { replace: typing, scroll: false, ..NavigateOptions::default() };
        self.go.with_value(|go| go(&href, options));
    }

    /// Turns the filter by a state on or off.
    pub fn toggle(self, state: State) {
        self.change(false, |request| {
            if !request.states.contains(&state) {
                request.states.push(state);
                request.states.sort_unstable();
            } else {
                request.states.retain(|other| *other != state);
            }
        });
    }

    /// Orders by a column; the same column again turns the order around.
    pub fn sort_by(self, id: &'static str) {
        self.change(false, |request| {
            request.descending = request.sort.as_deref() == Some(id) && !request.descending;
            request.sort = Some(id.to_owned());
        });
    }

    /// Removes every filter; the order stays.
    pub fn clear(self) {
        self.change(false, |request| {
            request.search.clear();
            request.states.clear();
            request.refers_to = None;
            request.only = Only::default();
        });
    }
}

/// The request in the present address, for a kind and a namespace (`None` for all).
pub fn use_list_address(kind: Kind, namespace: Option<String>) -> ListAddress {
    let query = use_query_map();
    let navigate = use_navigate();
    ListAddress {
        request: Memo::new(move |_| query.with(|query| read(kind, namespace.clone(), query))),
        go: StoredValue::new(std::sync::Arc::new(move |href: &str, options| navigate(href, options))),
        path: use_location().pathname,
        within: None,
    }
}

/// The evaluations that `only` asks for, for a list inside a page whose address keeps `within`.
pub fn use_evaluations_within(
    namespace: String,
    only: Only,
    within: (&'static str, &'static str),
) -> ListAddress {
    let query = use_query_map();
    let request = Memo::new(move |_| {
        let request = query.with(|query| read(Kind::Evaluation, Some(namespace.clone()), query));
        ListRequest { only: only.clone(), ..request }
    });
    ListAddress { request, within: Some(within), ..use_list_address(Kind::Evaluation, None) }
}

/// The rows of a kind that refer to `name`, for a list inside a page whose address keeps `within` (as `tab=runs`).
pub fn use_list_address_within(
    kind: Kind,
    namespace: Option<String>,
    name: String,
    within: (&'static str, &'static str),
) -> ListAddress {
    let query = use_query_map();
    let request = Memo::new(move |_| {
        let request = query.with(|query| read(kind, namespace.clone(), query));
        ListRequest { refers_to: Some(name.clone()), ..request }
    });
    ListAddress { request, within: Some(within), ..use_list_address(kind, None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(query: &str) -> String {
        let mut map = ParamsMap::new();
        for pair in query.trim_start_matches('?').split('&') {
            if let Some((name, value)) = pair.split_once('=') {
                map.insert(name.to_owned(), value.to_owned());
            }
        }
        write(&read(Kind::Agent, None, &map))
    }

    #[test]
    fn an_address_says_the_same_after_reading_and_writing() {
        assert_eq!(
            round("?q=refund&status=running,failed&sort=-age"),
            "?q=refund&status=running,failed&sort=-age"
        );
        assert_eq!(round("?model=gpt"), "?model=gpt");
        assert_eq!(round(""), "");
    }

    #[test]
    fn evaluations_have_filters_of_their_own() {
        let query = "?target=triage&type=batch&evaluator=tone&query=q-1&label=team%3Dsupport&passed=false&score=0.50..0.80";
        let mut map = ParamsMap::new();
        for (name, value) in [
            ("target", "triage"),
            ("type", "batch"),
            ("evaluator", "tone"),
            ("query", "q-1"),
            ("label", "team=support"),
            ("passed", "false"),
            ("score", "0.5..0.8"),
        ] {
            map.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(write(&read(Kind::Evaluation, None, &map)), query);
        assert_eq!(write(&read(Kind::Agent, None, &map)), "?model=triage");
    }

    #[test]
    fn unknown_states_are_left_out() {
        assert_eq!(round("?status=failed,purple,failed"), "?status=failed");
    }
}
