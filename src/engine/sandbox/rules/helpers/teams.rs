//! Helpers about teams at work (`team`), and about their turns (`turns`).

use cel::Value;

use super::{Outcome, Part, field, is, list, nested, number, word};

/// Whether the team that is named was at work.
pub(super) fn executed(part: &Part<'_>) -> Outcome {
    let team = part.text(0)?;
    let ran = |one: &Value| is(one, if is_team(one) { "name" } else { "team" }, &team);
    Ok(part.items()?.iter().any(ran).into())
}

/// Whether this is a team at work; else it may be one of its turns.
fn is_team(value: &Value) -> bool {
    matches!(field(value, "members"), Value::List(_))
}

/// Who spoke in the team that is named, or in all, each once.
pub(super) fn agents(part: &Part<'_>) -> Outcome {
    let team = part.args.first().map(|_| part.text(0)).transpose()?;
    let wanted = |one: &Value, name: &str| team.as_ref().is_none_or(|team| is(one, name, team));
    let mut all: Vec<Value> = Vec::new();
    for one in part.items()? {
        match (field(one, "members"), field(one, "team")) {
            (Value::List(members), _) if wanted(one, "name") => all.extend(members.iter().cloned()),
            (_, Value::String(_)) if wanted(one, "team") => all.push(field(one, "name")),
            (Value::List(_), _) | (_, Value::String(_)) => {}
            _ => return Err(part.error("it is for teams and their turns")),
        }
    }
    let mut members: Vec<Value> = Vec::with_capacity(all.len());
    for member in all {
        if !members.contains(&member) {
            members.push(member);
        }
    }
    Ok(list(members))
}

/// Whether turns followed each other, ran side by side, or both. The turn of a team in a team is told by that team's own turns, and one
/// of an agent that called a team is neither before nor beside what it is made of.
pub(super) fn pattern(items: &[Value]) -> &'static str {
    let mut turns: Vec<(f64, f64, String)> = Vec::new();
    for item in items {
        let own = field(item, "turns");
        let of = if let Value::List(of) = &own { of.as_slice() } else { std::slice::from_ref(item) };
        let agents = of.iter().filter(|turn| !is(turn, "kind", "team"));
        turns.extend(agents.map(|turn| (number(turn, "startMs"), number(turn, "endMs"), word(turn, "step"))));
    }
    turns.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut parallel, mut sequential) = (false, false);
    for (at, (start, _, step)) in turns.iter().enumerate() {
        let mut before = turns[..at].iter().filter(|(_, _, other)| !nested(step, other)).peekable();
        if before.peek().is_none() {
            continue;
        }
        if before.any(|(_, end, _)| start < end) {
            parallel = true;
        } else {
            sequential = true;
        }
        if parallel && sequential {
            return "mixed";
        }
    }
    if parallel { "parallel" } else { "sequential" }
}
