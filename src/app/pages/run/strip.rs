//! The run strip: one run, one line. Time from left to right, a colour for each agent.

use super::fold::RunModel;
use super::turn::Turn;
use crate::views::ObjectKey;

/// Targets that get a lane of their own; more share the last one, or the lanes would be too thin to see.
const MAX_LANES: usize = 4;
/// Shortest piece drawn, in per cent, so that a call of some milliseconds is still seen.
pub(super) const MIN_WIDTH: f64 = 0.4;
/// Marks on the time axis at the most.
const MAX_TICKS: i64 = 6;
/// Pieces and tool calls drawn at the most: at the width of a page, more of them lie on each other. What lies where another
/// was drawn already is left out.
const MAX_DRAWN: usize = 400;
/// Distances that marks may have, in milliseconds.
const STEPS: [i64; 19] = [
    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
];

/// A run drawn in one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strip {
    /// Pieces, in order of the turns.
    pub pieces: Vec<Piece>,
    /// Lanes side by side, at least one.
    pub lanes: usize,
    /// Places of tool calls, in per cent.
    pub tools: Vec<f64>,
    /// Marks on the axis: place in per cent, time in milliseconds.
    pub ticks: Vec<(f64, i64)>,
    /// Where now is, in per cent, while the run is on its way.
    pub now: Option<f64>,
    /// Length of the run so far.
    pub length_ms: i64,
}

/// A piece of a strip.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Who worked.
    pub by: Option<ObjectKey>,
    /// Left edge, in per cent.
    pub left: f64,
    /// Width, in per cent.
    pub width: f64,
    /// Lane, from 0.
    pub lane: usize,
    /// A try that failed, or a turn that did.
    pub bad: bool,
    /// A person was, or is, waited for.
    pub waits: bool,
}

/// The strip of a run at this moment.
pub fn strip(run: &RunModel, now_ms: i64) -> Strip {
    let Some(start) = run.started_ms else {
        return Strip { lanes: 1, ..Strip::default() };
    };
    let end = run.ended_ms.unwrap_or(now_ms).max(start + 1);
    let length = end - start;
    // While the run is on its way the end of the line stays open, so that "now" is not at the edge.
    let whole = if run.ended_ms.is_some() { length } else { length + length / 6 + 1 };
    let place = |at: i64| (at - start).clamp(0, whole) as f64 * 100.0 / whole as f64;
    let lanes = run.turns.len().clamp(1, MAX_LANES);

    let mut pieces = Vec::new();
    let mut tools = Vec::new();
    for (index, turn) in run.turns.iter().enumerate() {
        let lane = index.min(lanes - 1);
        for span in spans(turn, end) {
            let left = place(span.from);
            let width = (place(span.to) - left).max(MIN_WIDTH);
            let left = left.min(100.0 - width);
            pieces.push(Piece { by: span.by, left, width, lane, bad: span.bad, waits: span.waits });
        }
        tools.extend(turn.tools.iter().filter_map(|tool| tool.began_ms()).map(place));
    }
    Strip {
        pieces: thinned(pieces, |piece| (piece.left, piece.lane, piece.bad)),
        lanes,
        tools: thinned(tools, |at| (*at, 0, false)),
        ticks: ticks(whole, place(end)),
        now: run.ended_ms.is_none().then(|| place(end)),
        length_ms: length,
    }
}

/// All of them where they are few; else one for each place, lane and fate.
fn thinned<T>(all: Vec<T>, place: impl Fn(&T) -> (f64, usize, bool)) -> Vec<T> {
    if all.len() <= MAX_DRAWN {
        return all;
    }
    let mut taken = std::collections::HashSet::new();
    let mut thin = all;
    thin.retain(|one| {
        let (left, lane, bad) = place(one);
        taken.insert(((left / MIN_WIDTH).round() as i64, lane, bad))
    });
    thin
}

/// The strip in words, for who does not see it.
pub fn label(run: &RunModel, span: impl Fn(i64) -> String, strip: &Strip) -> String {
    let names: Vec<&str> =
        run.turns.iter().filter_map(|turn| turn.key.as_ref()).map(|key| key.name.as_str()).collect();
    let length = span(strip.length_ms);
    match (names.is_empty(), strip.now.is_some()) {
        (true, _) => "The run has not begun".to_owned(),
        (false, true) => format!("Run so far, {length}: {}", names.join(", ")),
        (false, false) => format!("Run of {length}: {}", names.join(", ")),
    }
}

struct Span {
    by: Option<ObjectKey>,
    from: i64,
    to: i64,
    bad: bool,
    waits: bool,
}

/// Stretches of a turn in which somebody worked: each try of each model call, and each tool call.
fn spans(turn: &Turn, end: i64) -> Vec<Span> {
    let mut spans = Vec::new();
    for call in &turn.calls {
        let by = call.agent.clone().or_else(|| call.model.clone()).or_else(|| turn.key.clone());
        let last = call.attempts.len().saturating_sub(1);
        for (index, attempt) in call.attempts.iter().enumerate() {
            let to = match (&attempt.failed, index == last) {
                (Some(failed), _) => failed.at_ms,
                (None, true) => call.ended_ms.or(turn.ended_ms).unwrap_or(end),
                (None, false) => call.attempts[index + 1].at_ms,
            };
            let lost = index < last || (turn.failed() && !call.finished());
            spans.push(Span { by: by.clone(), from: attempt.at_ms, to, bad: lost, waits: false });
        }
    }
    for tool in &turn.tools {
        if let Some(approval) = &tool.approval {
            let to = approval.decided.as_ref().map(|decided| decided.at_ms).or(turn.ended_ms).unwrap_or(end);
            spans.push(Span { by: None, from: approval.asked_ms, to, bad: false, waits: true });
        }
        let Some(from) = tool.began_ms() else { continue };
        let to = tool.duration_ms.map_or(turn.ended_ms.unwrap_or(end), |took| from + took);
        spans.push(Span { by: None, from, to, bad: tool.is_error, waits: false });
    }
    if spans.is_empty()
        && let Some(from) = turn.started_ms
    {
        let to = turn.ended_ms.unwrap_or(end);
        spans.push(Span { by: turn.key.clone(), from, to, bad: turn.failed(), waits: false });
    }
    spans
}

/// Marks that leave room for the word at `busy` per cent.
pub(super) fn ticks(whole: i64, busy: f64) -> Vec<(f64, i64)> {
    let step = STEPS.into_iter().find(|step| whole / step < MAX_TICKS).unwrap_or(whole.max(1));
    (0..=whole / step)
        .map(|index| index * step)
        .map(|at| (at as f64 * 100.0 / whole as f64, at))
        .filter(|(place, _)| *place < 96.0 && (*place == 0.0 || (place - busy).abs() > 6.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;
    use crate::views::row::{State, Status};
    use crate::views::run::{RunEntry, RunEvent, RunView, TokenUsage};

    fn run(events: Vec<(i64, Option<usize>, RunEvent)>, ended_ms: Option<i64>) -> RunModel {
        let key = |name: &str| ObjectKey::new(Kind::Agent, "harbour", name);
        let entries = events.into_iter().zip(1..);
        RunModel::open(RunView {
            key: ObjectKey::new(Kind::Query, "harbour", "tide-1"),
            uid: "u".into(),
            status: Status { state: State::Running, word: "Running".into(), reason: None },
            input: String::new(),
            targets: vec![key("pilot"), key("keeper")],
            created_ms: 0,
            started_ms: Some(1_000),
            ended_ms,
            timeout_ms: 60_000,
            usage: TokenUsage::default(),
            session: None,
            conversation: String::new(),
            images: Vec::new(),
            scripted: false,
            entries: entries
                .map(|((at_ms, target, event), seq)| RunEntry { seq, at_ms, target, event })
                .collect(),
            partials: Vec::new(),
            truncated: false,
        })
    }

    fn request(attempt: u32) -> RunEvent {
        let model = ObjectKey::new(Kind::Model, "harbour", "lamp");
        RunEvent::ModelRequest { step: "s".into(), model, agent: None, messages: 1, attempt }
    }

    #[test]
    fn a_finished_run_fills_the_line() {
        let failed = RunEvent::ModelRetry { step: "s".into(), reason: "429".into(), delay_ms: 1_000 };
        let done = RunEvent::TargetDone { content: "x".into() };
        let events = vec![
            (1_000, Some(0), request(1)),
            (2_000, Some(0), failed),
            (3_000, Some(0), request(2)),
            (5_000, Some(0), done),
        ];
        let strip = strip(&run(events, Some(5_000)), 9_000);
        let edges: Vec<(f64, f64, bool)> = strip.pieces.iter().map(|p| (p.left, p.width, p.bad)).collect();
        assert_eq!(edges, [(0.0, 25.0, true), (50.0, 50.0, false)]);
        assert_eq!(strip.now, None);
        assert_eq!(strip.ticks.first(), Some(&(0.0, 0)));
        assert!(strip.ticks.len() <= 6, "{:?}", strip.ticks);
    }

    #[test]
    fn a_run_on_its_way_leaves_room_after_now_and_gives_each_target_a_lane() {
        let events = vec![(1_000, Some(0), request(1)), (1_000, Some(1), request(1))];
        let strip = strip(&run(events, None), 7_000);
        assert_eq!(strip.lanes, 2);
        assert_eq!(strip.pieces.iter().map(|piece| piece.lane).collect::<Vec<_>>(), [0, 1]);
        assert!(strip.now.is_some_and(|now| now > 80.0 && now < 90.0));
    }

    #[test]
    fn a_run_not_begun_is_an_empty_line() {
        let mut run = run(Vec::new(), None);
        run.started_ms = None;
        let strip = strip(&run, 7_000);
        assert!(strip.pieces.is_empty() && strip.now.is_none());
        assert_eq!(label(&run, |ms| ms.to_string(), &strip), "The run has not begun");
    }
}
