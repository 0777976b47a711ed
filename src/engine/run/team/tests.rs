//! Who is next, from the members, the edges and the turns so far.

use serde_json::{Value, json};

use super::*;

fn team(strategy: &str, more: Value) -> TeamSpec {
    let mut spec = json!({"strategy": strategy, "members": [
        {"type": "agent", "name": "a"}, {"type": "agent", "name": "b"}, {"type": "team", "name": "c"}]});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

/// The names in their turns, `?` where a picker is asked (which takes the last that may), until the end or the limit.
fn order(spec: &TeamSpec) -> (Vec<String>, Option<TeamEnd>) {
    let (mut names, mut previous) = (Vec::new(), None);
    loop {
        let member = match candidates(spec, names.len(), previous.as_ref()) {
            Candidates::Nobody(end, _) => return (names, Some(end)),
            _ if names.len() >= limit(spec) => return (names, None),
            Candidates::One(choice) => choice.member,
            Candidates::Several(legal) => {
                let last = *legal.last().unwrap();
                names.push(format!("?{}", spec.members[last].name));
                previous = Some(spec.members[last].clone());
                continue;
            }
        };
        names.push(spec.members[member].name.clone());
        previous = Some(spec.members[member].clone());
    }
}

#[test]
fn a_sequence_ends_with_its_last_member_or_loops_to_its_cap() {
    assert_eq!(order(&team("sequential", json!({}))), (words("a b c"), Some(TeamEnd::Complete)));
    assert_eq!(order(&team("sequential", json!({"maxTurns": 2}))), (words("a b"), None));
    assert_eq!(order(&team("sequential", json!({"maxTurns": 3}))).1, Some(TeamEnd::Complete));
    assert_eq!(order(&team("sequential", json!({"loops": true, "maxTurns": 4}))), (words("a b c a"), None));
}

#[test]
fn round_robin_counts_turns_and_has_a_cap_of_its_own() {
    assert_eq!(order(&team("round-robin", json!({"maxTurns": 5}))), (words("a b c a b"), None));
    assert_eq!(order(&team("round-robin", json!({}))).0.len(), 3 * TURNS_PER_MEMBER);
}

#[test]
fn a_graph_follows_its_edges_to_where_none_leads_on() {
    let edges = json!({"graph": {"edges": [{"from": "a", "to": "c"}, {"from": "c", "to": "b"}]}});
    assert_eq!(order(&team("graph", edges)), (words("a c b"), Some(TeamEnd::Complete)));
    let ring =
        json!({"maxTurns": 3, "graph": {"edges": [{"from": "a", "to": "b"}, {"from": "b", "to": "a"}]}});
    assert_eq!(order(&team("graph", ring)), (words("a b a"), None));
}

#[test]
fn a_selector_is_asked_only_where_there_is_a_choice() {
    assert_eq!(order(&team("selector", json!({"maxTurns": 2}))), (words("?c ?c"), None));
    let edges = json!({"graph": {"edges": [
        {"from": "c", "to": "a"}, {"from": "a", "to": "a"}, {"from": "a", "to": "b"}]}});
    assert_eq!(order(&team("selector", edges)), (words("?c a ?b"), Some(TeamEnd::NoEdge)));
}

#[test]
fn every_choice_says_why() {
    let spec = team("selector", json!({"graph": {"edges": [{"from": "a", "to": "b"}]}}));
    let Candidates::One(choice) = candidates(&spec, 1, spec.members.first()) else { panic!("one edge") };
    assert_eq!((choice.rule, choice.why.as_str()), (TurnRule::Edge, "The edge from 'a' leads to 'b'."));
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}
