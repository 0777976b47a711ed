//! Rules over what happened in a run: CEL over its trace. Runs in the child only.
//!
//! Ark's rules were calls of helpers (`tools.was_called('search')`) joined by `and`, `or` and `not`. Both are CEL here: the
//! helpers are functions, and the words are read as CEL's operators. Nothing is ever evaluated in another language.

mod helpers;

use cel::{Context, Program, Value as Cel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Characters of an error that are told.
const MAX_TOLD: usize = 300;

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ruled {
    /// It was decided.
    Decided(bool),
    /// It cannot be read: where, and why.
    Unreadable(String),
    /// It does not suit this trace, as when it names what is not there.
    Unsuited(String),
}

/// Names under which Ark's rules know the parts of a trace, and where these are.
const NAMES: [(&str, &str); 11] = [
    ("query", "query"),
    ("tools", "tools"),
    ("tool", "tools"),
    ("agents", "agents"),
    ("agent", "agents"),
    ("llm", "llm"),
    ("teams", "teams"),
    ("team", "teams"),
    ("turns", "turns"),
    ("sequence", "sequence"),
    ("output", "output"),
];

/// Decides each rule over `trace`.
pub(super) fn decide(rules: &[String], trace: &Value) -> Vec<Ruled> {
    let mut context = Context::default();
    for (name, part) in NAMES {
        context.add_variable_from_value(name, helpers::of_json(&trace[part]));
    }
    helpers::add(&mut context);
    rules.iter().map(|rule| one(rule, &context)).collect()
}

/// Why each rule cannot be read; `None` for one that can.
pub(super) fn read(rules: &[String]) -> Vec<Option<String>> {
    rules.iter().map(|rule| compile(rule).err()).collect()
}

/// The rule as a program, or where it breaks off.
fn compile(rule: &str) -> Result<Program, String> {
    Program::compile(&worded(rule)).map_err(|errors| {
        let first = errors.errors.first();
        cut(first.map_or_else(String::new, |error| {
            format!("line {}, column {}: {}", error.pos.0, error.pos.1, error.msg)
        }))
    })
}

fn one(rule: &str, context: &Context<'_>) -> Ruled {
    let program = match compile(rule) {
        Ok(program) => program,
        Err(why) => return Ruled::Unreadable(why),
    };
    match program.execute(context) {
        Ok(Cel::Bool(holds)) => Ruled::Decided(holds),
        Ok(other) => Ruled::Unsuited(format!("it gives a {}, not true or false", other.type_of())),
        Err(error) => Ruled::Unsuited(cut(error.to_string())),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_TOLD) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Words of Ark's rules and the operator of the same width, so that positions stay what they are.
const WORDS: [(&str, &str); 5] =
    [("and", "&& "), ("or", "||"), ("not", "!  "), ("True", "true"), ("False", "false")];

/// The rule with the words outside of its texts as operators.
fn worded(rule: &str) -> String {
    let mut worded = String::with_capacity(rule.len());
    let mut quote = None;
    let mut rest = rule;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match quote {
            Some(_) if first == '\\' => length += rest[length..].chars().next().map_or(0, char::len_utf8),
            Some(open) if first == open => quote = None,
            Some(_) => {}
            None if matches!(first, '"' | '\'') => quote = Some(first),
            None if is_word(first) => {
                length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let word = &rest[..length];
                let behind_dot = worded.ends_with('.');
                if let Some((_, operator)) = WORDS.iter().find(|(known, _)| *known == word && !behind_dot) {
                    worded.push_str(operator);
                    rest = &rest[length..];
                    continue;
                }
            }
            None => {}
        }
        worded.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    worded
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn trace() -> Value {
        let step = |kind: &str, name: &str, start: i64, end: i64, ok: bool| json!({"kind": kind, "name": name, "startMs": start, "endMs": end, "ok": ok});
        json!({
            "output": "Low at noon.",
            "query": {"name": "tide", "phase": "done", "resolved": true, "timedOut": false, "durationMs": 1500,
                "targets": [{"type": "agent", "name": "pilot"}], "llmCalls": 2, "toolCalls": 2, "agentRuns": 1},
            "tools": [
                {"name": "search", "agent": "pilot", "arguments": {"port": "Lisbon", "days": 2}, "ok": true,
                    "durationMs": 10, "startMs": 0, "endMs": 10},
                {"name": "fetch", "agent": "pilot", "arguments": {}, "ok": false, "durationMs": 30,
                    "startMs": 20, "endMs": 50},
            ],
            "agents": [{"name": "pilot", "ok": true, "tools": ["search", "fetch"], "startMs": 0, "endMs": 60}],
            "llm": [{"name": "gull", "ok": true, "totalTokens": 30}, {"name": "gull", "ok": true, "totalTokens": 12}],
            "teams": [
                {"name": "outer", "ok": false, "members": ["desk", "last"], "durationMs": 100, "turns": [
                    step("team", "desk", 0, 60, true), step("agent", "last", 60, 100, false)]},
                {"name": "desk", "ok": true, "members": ["writer", "reviewer"], "durationMs": 60, "turns": [
                    step("agent", "writer", 0, 30, true), step("agent", "reviewer", 30, 60, true)]},
            ],
            "turns": [
                {"team": "outer", "name": "desk", "kind": "team", "ok": true, "startMs": 0, "endMs": 60},
                {"team": "desk", "name": "writer", "kind": "agent", "ok": true, "startMs": 0, "endMs": 30},
                {"team": "desk", "name": "reviewer", "kind": "agent", "ok": true, "startMs": 30, "endMs": 60},
                {"team": "outer", "name": "last", "kind": "agent", "ok": false, "startMs": 60, "endMs": 100},
            ],
            "sequence": [step("agent", "pilot", 0, 60, true), step("tool", "search", 0, 10, true),
                step("tool", "fetch", 20, 50, false)],
        })
    }

    fn ruled(rule: &str) -> Ruled {
        decide(&[rule.to_owned()], &trace()).remove(0)
    }

    #[test]
    fn helpers_of_ark_and_plain_cel_say_the_same() {
        for (rule, holds) in [
            ("tools.was_called('search')", true),
            ("tool.was_called('search') and not tools.was_called('delete')", true),
            ("tools.was_called('search', 'current')", true),
            ("tools.exists(t, t.name == 'search' && t.arguments.port == 'Lisbon')", true),
            ("tools.get_call_count() == 2 && tools.get_call_count('fetch') == 1", true),
            ("tools.get_success_rate() >= 0.5", true),
            ("tools.had_error('fetch') or tools.had_error('search')", true),
            ("tools.get_execution_metrics('fetch').error_count == 1", true),
            ("tools.get_execution_metrics('fetch').avg_duration < 0.1", true),
            ("tools.parameter_contains('search', 'port', 'Lis')", true),
            ("tools.parameter_type('search', 'days') == 'int'", true),
            ("tools.get_parameters('search')[0].days == 2", true),
            ("agents.was_executed('pilot') == True", true),
            ("agent.get_execution_count('pilot') == 1", true),
            ("agents.get_tools_used('pilot') == ['search', 'fetch']", true),
            ("team.was_executed() && team.was_executed('desk') && team.was_executed('outer')", true),
            ("team.was_executed('writer') or team.was_executed('nobody')", false),
            ("turns.was_executed('writer') && turns.get_execution_count('writer') == 1", true),
            ("team.was_team_executed('desk') && turns.was_team_executed('desk')", true),
            ("team.was_team_executed('writer') or turns.was_team_executed('writer')", false),
            ("team.get_execution_count() == 2 && team.get_execution_count('desk') == 1", true),
            ("team.get_success_rate() == 0.5 && team.had_error('outer')", true),
            ("team.get_execution_summary('desk').total_duration == 0.06", true),
            ("team.get_team_agents('desk') == ['writer', 'reviewer']", true),
            ("turns.get_team_agents('outer') == ['desk', 'last']", true),
            ("team.get_team_agents() == ['desk', 'last', 'writer', 'reviewer']", true),
            ("team.get_team_agents('nobody') == []", true),
            // The turn of the outer team lasts as long as those of the inner one: they are one after the other.
            ("team.detect_collaboration_pattern() == 'sequential'", true),
            ("turns.detect_collaboration_pattern() == 'sequential'", true),
            ("teams.exists(one, one.name == 'desk' && one.turns.size() == 2)", true),
            ("query.was_resolved()", true),
            ("query.get_execution_time() < 2.0", true),
            ("query.get_resolution_status() == 'success'", true),
            ("query.get_query_targets() == ['agent/pilot']", true),
            ("query.was_query_timeout() or query.was_query_timeout(2)", false),
            ("query.was_query_timeout(1.4) and query.was_query_timeout(1)", true),
            ("query.get_complexity_metrics().complexity_level == 'moderate'", true),
            ("sequence.was_completed(['search'])", true),
            ("sequence.was_completed(['search', 'fetch'])", false),
            ("sequence.check_execution_order(['search', 'fetch'])", true),
            ("sequence.check_execution_order(['fetch', 'search'])", false),
            ("sequence.check_execution_order(['pilot', 'fetch'], True)", false),
            ("sequence.get_time_between_events('search', 'fetch') == 0.01", true),
            ("sequence.detect_parallel_execution()", false),
            ("sequence.get_execution_flow() == ['pilot', 'search', 'fetch']", true),
            ("llm.get_total_tokens() == 42 and llm.get_call_count() == 2", true),
            ("output.contains('and or not') || output.contains('noon')", true),
            ("llm.all(call, call.totalTokens < 100)", true),
        ] {
            assert_eq!(ruled(rule), Ruled::Decided(holds), "{rule}");
        }
    }

    #[test]
    fn turns_are_side_by_side_or_one_after_the_other() {
        let turn = |name: &str, start: i64, end: i64| json!({"name": name, "kind": "agent", "team": "t", "startMs": start, "endMs": end});
        let team = |name: &str, turns: &[&Value]| json!({"name": name, "members": [], "turns": turns});
        let (a, b, c, d) = (turn("a", 0, 50), turn("b", 10, 40), turn("c", 60, 90), turn("d", 65, 70));
        for (teams, expected) in [
            (vec![], "sequential"),
            (vec![team("one", &[&a])], "sequential"),
            (vec![team("one", &[&a, &c])], "sequential"),
            (vec![team("one", &[&a, &b])], "parallel"),
            // Two targets of a query work at once.
            (vec![team("one", &[&b]), team("two", &[&a])], "parallel"),
            (vec![team("one", &[&a, &c]), team("two", &[&b, &d])], "mixed"),
        ] {
            let rule = format!("team.detect_collaboration_pattern() == '{expected}'");
            let trace = json!({"teams": teams});
            assert_eq!(decide(&[rule], &trace), [Ruled::Decided(true)], "{trace}");
        }
    }

    #[test]
    fn what_a_turn_is_made_of_is_not_beside_it() {
        let turn = |step: &str, start: i64, end: i64| json!({"name": step, "kind": "agent", "step": step, "startMs": start, "endMs": end});
        let inner = |at: usize, start, end| turn(&format!("0/turn/1/tool/0/0/turn/{at}"), start, end);
        let outer = [turn("0/turn/1", 0, 100), turn("0/turn/10", 100, 120)];
        for (called, pattern, beside) in [
            ([inner(0, 10, 30), inner(1, 30, 60)], "sequential", false),
            ([inner(0, 10, 30), inner(1, 15, 60)], "mixed", true),
        ] {
            let teams = json!([{"members": [], "turns": outer}, {"members": [], "turns": called}]);
            let turns: Vec<&Value> = outer.iter().chain(&called).collect();
            let trace = json!({"teams": teams, "turns": turns});
            for (rule, holds) in [
                (format!("teams.detect_collaboration_pattern() == '{pattern}'"), true),
                (format!("turns.detect_collaboration_pattern() == '{pattern}'"), true),
                ("turns.detect_parallel_execution()".to_owned(), beside),
            ] {
                assert_eq!(decide(&[rule], &trace), [Ruled::Decided(holds)], "{trace}");
            }
        }
        // One that is long is beside all that began before its end.
        let long = [turn("0/turn/0", 0, 90), turn("1/turn/0", 5, 10), turn("1/turn/1", 20, 30)];
        let rule = "turns.detect_collaboration_pattern() == 'parallel'".to_owned();
        assert_eq!(decide(&[rule], &json!({"turns": long})), [Ruled::Decided(true)]);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let Ruled::Unreadable(why) = ruled("tools.was_called('search') and and true") else { panic!() };
        assert!(why.starts_with("line 1, column 32: "), "{why}");
        let Ruled::Unreadable(why) = ruled("true &&\n  (1 <") else { panic!() };
        assert!(why.starts_with("line 2, "), "{why}");
        assert!(matches!(ruled(""), Ruled::Unreadable(_)));
        // Read alone, without a trace: what names unknown things can be read.
        let told = read(&["tools.was_eaten()".to_owned(), "true &&\n  (1 <".to_owned()]);
        assert_eq!(told[0], None);
        assert_eq!(told[1].as_deref(), Some(why.as_str()));
    }

    #[test]
    fn what_does_not_suit_says_why() {
        for (rule, expected) in [
            ("tools.size()", "it gives a int, not true or false"),
            ("tools.was_eaten()", "was_eaten"),
            ("__import__('os').system('id')", "system"),
            ("tools.was_called('search', 'session')", "a rule sees its own query"),
            (
                "query.get_session_query_count() > 0",
                "a rule sees its own query, and not the others of its session",
            ),
            ("tools.get_team_agents()", "it is for teams and their turns"),
            ("tools[7].name == 'x'", "ndex"),
        ] {
            let Ruled::Unsuited(why) = ruled(rule) else { panic!("{rule}: {:?}", ruled(rule)) };
            assert!(why.contains(expected), "{rule}: {why}");
        }
    }

    #[test]
    fn words_inside_of_texts_and_names_stay() {
        assert_eq!(worded("a and 'b and c' or android"), "a &&  'b and c' || android");
        assert_eq!(worded(r"'it\'s and' and x.and"), r"'it\'s and' &&  x.and");
    }
}
