//! The timeline: each target, turn, model call and tool call of a run on a line of its own, as deep as it was asked.
//!
//! What belongs under what is in the step ids: `0/turn/2/model/0` is under `0/turn/2`, and what an agent that is a tool
//! did is under the tool's call. No clock and no signal here.

use std::collections::HashMap;

use super::fold::RunModel;
use super::strip::{MIN_WIDTH, ticks};
use crate::views::ObjectKey;
use crate::views::run::{RunEntry, RunEvent};

/// A run on its lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// Lines, each after what it is under.
    pub rows: Vec<Row>,
    /// Marks on the axis: place in per cent, time in milliseconds.
    pub ticks: Vec<(f64, i64)>,
    /// Where now is, in per cent, while the run is on its way.
    pub now: Option<f64>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A target of several.
    Target,
    /// A turn of a team's member.
    Turn,
    /// A model call.
    Model,
    /// A tool call.
    Tool,
    /// A call that waits for a person.
    Wait,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Journal entry that began it: its identity.
    pub seq: u64,
    /// Journal entry with the most to say about it: the answer or the result, once it is there.
    pub shows: u64,
    /// How deep, from 0.
    pub depth: usize,
    /// What it is about.
    pub kind: RowKind,
    /// Agent, model or tool.
    pub name: String,
    /// Who works: gives the colour.
    pub by: Option<ObjectKey>,
    /// Its stretches of time.
    pub bars: Vec<Bar>,
    /// Time from its beginning to its end; `None` while it goes on.
    pub duration_ms: Option<i64>,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Left edge, in per cent.
    pub left: f64,
    /// Width, in per cent.
    pub width: f64,
    /// A try that failed, or a result that is an error.
    pub bad: bool,
}

/// A line while it is read from the journal.
struct Draft {
    step: String,
    seq: u64,
    shows: u64,
    kind: RowKind,
    name: String,
    by: Option<ObjectKey>,
    /// Beginning and end of each stretch, and whether it went badly.
    spans: Vec<(i64, Option<i64>, bool)>,
    parent: Option<usize>,
}

impl Draft {
    fn end(&mut self, at: i64, bad: bool) {
        if let Some(last) = self.spans.last_mut().filter(|span| span.1.is_none()) {
            (last.1, last.2) = (Some(at), bad);
        }
    }
}

/// The timeline of a run at this moment.
pub fn timeline(run: &RunModel, now_ms: i64) -> Timeline {
    let Some(start) = run.started_ms else { return Timeline::default() };
    let end = run.ended_ms.unwrap_or(now_ms).max(start + 1);
    let length = end - start;
    // As in the strip: while the run is on its way the end of the line stays open.
    let whole = if run.ended_ms.is_some() { length } else { length + length / 6 + 1 };
    let place = |at: i64| (at - start).clamp(0, whole) as f64 * 100.0 / whole as f64;

    let mut drafts: Vec<Draft> = Vec::new();
    for entry in &run.entries {
        read(&mut drafts, entry, run.targets.len() > 1);
    }
    // The last line of each step so far: a call comes after the wait for it, and what it did is under the call.
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(drafts.len());
    let mut parents = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        parents.push(parent(&places, &draft.step));
        places.insert(draft.step.as_str(), index);
    }
    for (draft, parent) in drafts.iter_mut().zip(parents) {
        draft.parent = parent;
    }
    let bar = |&(from, to, bad): &(i64, Option<i64>, bool)| {
        let left = place(from);
        let width = (place(to.unwrap_or(end)) - left).max(MIN_WIDTH);
        Bar { left: left.min(100.0 - width), width, bad }
    };
    let mut rows = Vec::with_capacity(drafts.len());
    for (index, depth) in in_order(&drafts) {
        let draft = &drafts[index];
        let first = draft.spans.first().map(|span| span.0);
        let last = draft.spans.last().and_then(|span| span.1.or(run.ended_ms));
        rows.push(Row {
            seq: draft.seq,
            shows: draft.shows,
            depth,
            kind: draft.kind,
            name: draft.name.clone(),
            by: draft.by.clone().or_else(|| worker(&drafts, index)),
            bars: draft.spans.iter().map(bar).collect(),
            duration_ms: first.zip(last).map(|(first, last)| last - first),
        });
    }
    let now = run.ended_ms.is_none().then(|| place(end));
    Timeline { rows, ticks: ticks(whole, now.unwrap_or(100.0)), now }
}

fn read(drafts: &mut Vec<Draft>, entry: &RunEntry, several: bool) {
    let (seq, at) = (entry.seq, entry.at_ms);
    let target = entry.target.unwrap_or(0).to_string();
    let mut open = |step: &str, kind, name: &str, by: Option<ObjectKey>| {
        match drafts.iter_mut().rev().find(|draft| draft.step == step && draft.kind == kind) {
            // Another try, or the same step after a restart.
            Some(draft) => {
                draft.end(at, true);
                draft.spans.push((at, None, false));
            }
            None => drafts.push(Draft {
                step: step.to_owned(),
                seq,
                shows: seq,
                kind,
                name: name.to_owned(),
                by,
                spans: vec![(at, None, false)],
                parent: None,
            }),
        }
    };
    match &entry.event {
        RunEvent::TargetStarted { key } if several => {
            open(&target, RowKind::Target, &key.name, Some(key.clone()));
        }
        RunEvent::TurnStarted { step, member, .. } => {
            open(step, RowKind::Turn, &member.name, Some(member.clone()));
        }
        RunEvent::ModelRequest { step, model, agent, .. } => {
            open(step, RowKind::Model, &model.name, agent.clone());
        }
        RunEvent::ToolRequest { step, name, .. } => open(step, RowKind::Tool, name, None),
        RunEvent::ApprovalAsked { step, name, agent, .. } => open(step, RowKind::Wait, name, agent.clone()),
        RunEvent::ApprovalDecided { step, .. } => close(drafts, step, at, false, seq),
        RunEvent::TurnDone { step, .. } => close(drafts, step, at, false, seq),
        RunEvent::ModelResponse { step, .. } => close(drafts, step, at, false, seq),
        RunEvent::ModelRetry { step, .. } => close(drafts, step, at, true, seq),
        RunEvent::ToolResult { step, is_error, .. } => close(drafts, step, at, *is_error, seq),
        RunEvent::TargetDone { .. } => end_target(drafts, &target, at, false),
        RunEvent::TargetFailed { .. } => end_target(drafts, &target, at, true),
        _ => {}
    }
}

fn close(drafts: &mut [Draft], step: &str, at: i64, bad: bool, seq: u64) {
    if let Some(draft) = drafts.iter_mut().rev().find(|draft| draft.step == step) {
        draft.end(at, bad);
        draft.shows = seq;
    }
}

/// Everything of the target that still goes on ends with it.
fn end_target(drafts: &mut [Draft], target: &str, at: i64, bad: bool) {
    for draft in drafts.iter_mut().filter(|draft| draft.step == target || is_under(&draft.step, target)) {
        draft.end(at, bad);
    }
}

fn is_under(step: &str, place: &str) -> bool {
    step.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

/// The innermost line that one with this step is under, of those that began before it.
fn parent(places: &HashMap<&str, usize>, step: &str) -> Option<usize> {
    let mut rest = step;
    while let Some((above, _)) = rest.rsplit_once('/') {
        if let Some(index) = places.get(above) {
            return Some(*index);
        }
        rest = above;
    }
    None
}

/// Who works at a line that does not say it: who works at the line above.
fn worker(drafts: &[Draft], index: usize) -> Option<ObjectKey> {
    let above = drafts.get(drafts.get(index)?.parent?)?;
    above.by.clone()
}

/// Indexes and depths, each line directly after what it is under.
fn in_order(drafts: &[Draft]) -> Vec<(usize, usize)> {
    let mut under: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        match draft.parent {
            Some(parent) => under[parent].push(index),
            None => open.push((index, 0)),
        }
    }
    open.reverse();
    let mut order = Vec::with_capacity(drafts.len());
    while let Some((index, depth)) = open.pop() {
        order.push((index, depth));
        open.extend(under[index].iter().rev().map(|child| (*child, depth + 1)));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::pages::run::samples::{T0, agent, entry, request, response, started, view};
    use crate::resources::kind::Kind;

    fn tool(seq: u64, step: &str, ended: Option<bool>) -> RunEntry {
        let (step, call_id, name) = (step.to_owned(), "c".to_owned(), "tides".to_owned());
        let event = match ended {
            None => RunEvent::ToolRequest { step, call_id, name },
            Some(is_error) => {
                let content = String::new();
                RunEvent::ToolResult { step, call_id, name, content, is_error, duration_ms: 1 }
            }
        };
        entry(seq, Some(0), event)
    }

    fn turn(seq: u64, step: &str, member: &str) -> RunEntry {
        let team = ObjectKey::new(Kind::Team, "harbour", "crew");
        let (member, rule, why) = (agent(member), "order".to_owned(), String::new());
        entry(seq, Some(0), RunEvent::TurnStarted { step: step.into(), turn: 1, team, member, rule, why })
    }

    fn of(targets: &[&str], entries: Vec<RunEntry>, ended: bool) -> Timeline {
        let mut run = view(targets);
        run.started_ms = Some(T0);
        run.ended_ms = ended.then_some(T0 + 1_000);
        run.entries = entries;
        timeline(&RunModel::open(run), T0 + 2_000)
    }

    fn outline(timeline: &Timeline) -> Vec<(usize, &str, u64)> {
        timeline.rows.iter().map(|row| (row.depth, row.name.as_str(), row.shows)).collect()
    }

    #[test]
    fn what_a_member_and_an_agent_as_a_tool_did_is_under_it() {
        let entries = vec![
            started(1, 0, "crew"),
            turn(2, "0/turn/0", "pilot"),
            request(3, 0, "0/turn/0/model/0", 1),
            response(4, 0, "0/turn/0/model/0", "", &["c"]),
            tool(5, "0/turn/0/tool/0/0", None),
            request(6, 0, "0/turn/0/tool/0/0/model/0", 1),
            response(7, 0, "0/turn/0/tool/0/0/model/0", "x", &[]),
            tool(8, "0/turn/0/tool/0/0", Some(true)),
        ];
        let timeline = of(&["crew"], entries, true);
        assert_eq!(outline(&timeline), [(0, "pilot", 2), (1, "lamp", 4), (1, "tides", 8), (2, "lamp", 7)]);
        let tool = &timeline.rows[2];
        assert!(tool.bars[0].bad && tool.by.as_ref().is_some_and(|by| by.name == "pilot"), "{tool:?}");
        assert_eq!(tool.duration_ms, Some(300));
    }

    #[test]
    fn each_try_is_a_stretch_and_what_goes_on_has_no_end() {
        let retry = RunEvent::ModelRetry { step: "0/model/0".into(), reason: "429".into(), delay_ms: 1 };
        let entries = vec![
            started(1, 0, "pilot"),
            started(2, 1, "keeper"),
            request(3, 0, "0/model/0", 1),
            entry(4, Some(0), retry),
            request(5, 0, "0/model/0", 2),
        ];
        let timeline = of(&["pilot", "keeper"], entries, false);
        let call = &timeline.rows[1];
        assert_eq!(outline(&timeline), [(0, "pilot", 1), (1, "lamp", 4), (0, "keeper", 2)]);
        assert_eq!(call.bars.iter().map(|bar| bar.bad).collect::<Vec<_>>(), [true, false]);
        assert_eq!(call.duration_ms, None);
        assert!(timeline.now.is_some());
    }
}
