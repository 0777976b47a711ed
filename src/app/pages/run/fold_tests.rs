use super::*;
use crate::app::pages::run::samples::{agent, entry, request, response, started, text, view};
use crate::resources::kind::Kind;

#[test]
fn an_answer_grows_and_is_kept_when_the_journal_confirms_it() {
    let mut run = RunModel::open(view(&["pilot"]));
    let begin = vec![
        entry(1, None, RunEvent::Started { attempt: 1 }),
        started(2, 0, "pilot"),
        request(3, 0, "s1", 1),
    ];
    assert_eq!(run.apply(RunDelta::Entries(begin)), Applied::Changed);
    assert_eq!(run.apply(text("s1", 0, "High ")), Applied::Changed);
    assert_eq!(run.apply(text("s1", 5, "water")), Applied::Changed);
    assert!(run.call("s1").is_some_and(|call| call.streaming && call.text == "High water"));
    let end = vec![
        response(4, 0, "s1", "High water", &[]),
        entry(5, Some(0), RunEvent::TargetDone { content: "High water".into() }),
    ];
    run.apply(RunDelta::Entries(end));
    assert_eq!(run.turns[0].state, TurnState::Done);
    assert_eq!(run.turns[0].extra_answer(), None, "the same text is not shown twice");
    assert_eq!(run.turns[0].words(), 2);
    assert_eq!(run.turns[0].tokens(), Some(15));
    assert_eq!(run.usage_by_asker().len(), 1);
    assert_eq!(run.apply(text("s1", 10, "late")), Applied::Known, "text after the end changes nothing");
}

#[test]
fn repeated_text_is_skipped_and_missing_text_is_reported() {
    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![request(1, 0, "s1", 1)]));
    run.apply(text("s1", 0, "High "));
    assert_eq!(run.apply(text("s1", 0, "High ")), Applied::Known);
    assert_eq!(run.apply(text("s1", 3, "h water")), Applied::Changed);
    assert_eq!(run.call("s1").map(|call| call.text.as_str()), Some("High water"));
    assert_eq!(run.apply(text("s1", 20, "x")), Applied::Gap);
}

#[test]
fn entries_are_taken_once_and_in_order() {
    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![
        entry(1, None, RunEvent::Started { attempt: 1 }),
        started(2, 0, "pilot"),
    ]));
    assert_eq!(run.apply(RunDelta::Entries(vec![started(2, 0, "pilot")])), Applied::Known);
    assert_eq!(run.apply(RunDelta::Entries(vec![request(5, 0, "s1", 1)])), Applied::Gap);
    assert_eq!(run.last_seq(), 2);
}

#[test]
fn a_second_try_begins_with_no_text_and_the_first_keeps_its_reason() {
    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![request(1, 0, "s1", 1)]));
    run.apply(text("s1", 0, "High wat"));
    let retry = RunEvent::ModelRetry { step: "s1".into(), reason: "429".into(), delay_ms: 500 };
    run.apply(RunDelta::Entries(vec![entry(2, Some(0), retry), request(3, 0, "s1", 2)]));
    let call = run.call("s1").cloned().unwrap_or_default();
    assert_eq!(call.text, "");
    assert_eq!(call.attempts.len(), 2);
    assert_eq!(call.attempts[0].failed.as_ref().map(|failed| failed.reason.as_str()), Some("429"));
    assert_eq!(run.call_counts(), (2, 0));
}

#[test]
fn tools_stand_between_calls_and_get_their_results() {
    let mut run = RunModel::open(view(&["pilot"]));
    let result = RunEvent::ToolResult {
        step: "0/tool/0/0".into(),
        call_id: "c1".into(),
        name: "tides".into(),
        content: "12:40".into(),
        is_error: false,
        duration_ms: 7,
    };
    let entries = vec![
        request(1, 0, "0/model/0", 1),
        response(2, 0, "0/model/0", "", &["c1", "c2"]),
        entry(3, Some(0), result),
        request(4, 0, "0/model/1", 1),
    ];
    run.apply(RunDelta::Entries(entries));
    let turn = &run.turns[0];
    assert_eq!(turn.work.parts, [Part::Call(0), Part::Tool(0), Part::Tool(1), Part::Call(1)]);
    assert_eq!(turn.tools[0].result.as_deref(), Some("12:40"));
    assert_eq!(turn.tools[1].result, None);
}

#[test]
fn several_targets_keep_their_order_whoever_begins_first() {
    let mut run = RunModel::open(view(&["pilot", "keeper"]));
    run.apply(RunDelta::Entries(vec![started(1, 1, "keeper"), started(2, 0, "pilot")]));
    let names: Vec<_> = run.turns.iter().filter_map(|turn| turn.key.as_ref()).map(|key| &key.name).collect();
    assert_eq!(names, ["pilot", "keeper"]);
}

#[test]
fn the_end_of_a_run_ends_what_still_worked() {
    let finished = |phase: &str| RunEvent::Finished {
        phase: phase.into(),
        reason: "TimedOutInExecution".into(),
        message: "The query ran out of its 30 s.".into(),
    };
    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![request(1, 0, "s1", 1), entry(2, None, finished("canceled"))]));
    assert_eq!(run.turns[0].state, TurnState::Canceled);
    assert_eq!(run.failure, None);

    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![entry(1, None, finished("error"))]));
    assert_eq!(run.failure.map(|failure| failure.code), Some("TimedOutInExecution".into()));

    let mut run = RunModel::open(view(&["pilot"]));
    let failed = RunEvent::TargetFailed { code: "ModelUnauthorized".into(), message: "No.".into() };
    run.apply(RunDelta::Entries(vec![entry(1, Some(0), failed), entry(2, None, finished("error"))]));
    assert_eq!(run.failure, None, "the target's failure already says it");
    assert_eq!(run.turns[0].state, TurnState::Failed);
}

#[test]
fn older_entries_come_before_and_streaming_text_stays() {
    let mut late = view(&["pilot"]);
    late.entries = vec![request(3, 0, "s1", 1)];
    late.truncated = true;
    let mut run = RunModel::open(late);
    run.apply(text("s1", 0, "High"));
    run.prepend(vec![entry(1, None, RunEvent::Started { attempt: 2 }), started(2, 0, "pilot")]);
    assert!(!run.truncated);
    assert_eq!(run.entries.len(), 3);
    assert_eq!(run.call("s1").map(|call| call.text.as_str()), Some("High"));
    assert_eq!(run.notices.len(), 1, "a restart is told");

    let mut rest = view(&["pilot"]);
    rest.entries = vec![request(3, 0, "s1", 1)];
    rest.truncated = true;
    let mut run = RunModel::open(rest);
    run.prepend(vec![started(2, 0, "pilot")]);
    assert!(run.truncated, "there is one more");
    run.prepend(Vec::new());
    assert!(!run.truncated, "what is missing is gone");
    assert_eq!(run.entries.len(), 2);
}

#[test]
fn older_entries_stay_after_a_reconnect_where_they_touch_the_newer_ones() {
    let opened = |numbers: std::ops::RangeInclusive<u64>| {
        let mut part = view(&["pilot"]);
        part.truncated = *numbers.start() > 1;
        part.entries = numbers.map(|seq| request(seq, 0, &format!("s{seq}"), 1)).collect();
        RunModel::open(part)
    };
    let numbers = |run: &RunModel| run.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    let after = |mut before: RunModel, mut now: RunModel| {
        now.keep_older(&mut before);
        (numbers(&now), now.truncated)
    };
    assert_eq!(after(opened(1..=3), opened(4..=5)), (vec![1, 2, 3, 4, 5], false));
    assert_eq!(after(opened(2..=4), opened(4..=5)), (vec![2, 3, 4, 5], true), "there is one more");
    assert_eq!(after(opened(1..=2), opened(4..=5)), (vec![4, 5], true), "3 is in neither");
    let mut queued = opened(1..=1);
    queued.entries.clear();
    assert_eq!(after(queued, opened(4..=5)), (vec![4, 5], true), "it had none");
    let mut other = opened(1..=3);
    other.uid = "u-2".into();
    assert_eq!(after(other, opened(4..=5)), (vec![4, 5], true), "it was another run");
}

#[test]
fn a_run_opened_in_the_middle_of_an_answer_shows_its_text() {
    let mut open = view(&["pilot"]);
    open.entries = vec![request(1, 0, "s1", 1)];
    open.partials = vec![Partial { step: "s1".into(), target: Some(0), text: "High".into() }];
    let mut run = RunModel::open(open);
    assert_eq!(run.apply(text("s1", 4, " water")), Applied::Changed);
    assert_eq!(run.call("s1").map(|call| call.text.as_str()), Some("High water"));
}

#[test]
fn members_of_a_team_speak_in_one_turn_and_their_calls_are_told_apart() {
    let turn = |number: usize, name: &str| RunEvent::TurnStarted {
        step: format!("0/turn/{}", number - 1),
        turn: number,
        team: ObjectKey::new(Kind::Team, "harbour", "crew"),
        member: agent(name),
        rule: "order".into(),
        why: format!("Member {number} of 2, in order."),
    };
    let result = |step: &str, content: &str| RunEvent::ToolResult {
        step: step.into(),
        call_id: "c1".into(),
        name: "tides".into(),
        content: content.into(),
        is_error: false,
        duration_ms: 5,
    };
    let mut open = view(&["crew"]);
    open.entries = vec![
        started(1, 0, "crew"),
        entry(2, Some(0), turn(1, "pilot")),
        response(3, 0, "0/turn/0/model/0", "", &["c1"]),
        entry(4, Some(0), turn(2, "mate")),
        response(5, 0, "0/turn/1/model/0", "", &["c1"]),
        entry(6, Some(0), result("0/turn/1/tool/0/0", "second")),
        entry(7, Some(0), result("0/turn/0/tool/0/0", "first")),
    ];
    let model = RunModel::open(open);
    let turn = &model.turns[0];
    let results: Vec<_> = turn.tools.iter().map(|row| row.result.as_deref()).collect();
    assert_eq!(results, [Some("first"), Some("second")]);
    let speakers: Vec<_> = turn
        .work
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Member { turn, member, .. } => Some((*turn, member.name.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(speakers, [(1, "pilot"), (2, "mate")]);
}

#[test]
fn agents_asked_as_tools_work_under_their_calls_and_the_caller_goes_on_in_its_own_name() {
    let asks = |seq, step: &str, by: &str| {
        let mut entry = request(seq, 0, step, 1);
        if let RunEvent::ModelRequest { agent, .. } = &mut entry.event {
            *agent = Some(super::super::samples::agent(by));
        }
        entry
    };
    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![
        started(1, 0, "pilot"),
        asks(2, "0/model/0", "pilot"),
        response(3, 0, "0/model/0", "I ask both.", &["c1", "c2"]),
        // Both at once, with the same ids of calls, and one has a tool of its own.
        asks(4, "0/tool/0/0/model/0", "mate"),
        asks(5, "0/tool/0/1/model/0", "cook"),
        response(6, 0, "0/tool/0/1/model/0", "Soup.", &[]),
        response(7, 0, "0/tool/0/0/model/0", "", &["c1"]),
        asks(8, "0/tool/0/0/model/1", "mate"),
    ]));
    run.apply(text("0/tool/0/0/model/1", 0, "Low"));
    run.apply(RunDelta::Entries(vec![asks(9, "0/model/1", "pilot")]));
    let turn = &run.turns[0];
    assert_eq!(turn.work.parts, [Part::Call(0), Part::Tool(0), Part::Tool(1), Part::Call(4)]);
    let mate = turn.work_at(Some("0/tool/0/0")).unwrap();
    assert_eq!(mate.who, Some(agent("mate")));
    assert_eq!(mate.parts, [Part::Call(1), Part::Tool(2), Part::Call(3)]);
    assert_eq!(mate.counts(), (2, 1));
    let cook = turn.work_at(Some("0/tool/0/1")).unwrap();
    assert_eq!((&cook.who, cook.parts.as_slice()), (&Some(agent("cook")), [Part::Call(2)].as_slice()));
    assert!(turn.calls.iter().all(|call| call.named.is_none()), "each stands under its own name");
    assert_eq!(turn.last_call().map(|call| call.step.as_str()), Some("0/model/1"));
    assert_eq!(turn.text(), Some(""), "what a tool said is not the answer");
}

#[test]
fn after_a_member_the_one_who_picks_is_named() {
    let team = ObjectKey::new(Kind::Team, "harbour", "crew");
    let turn = |seq: u64, number: usize| {
        let (step, why) = (format!("0/turn/{}", number - 1), String::new());
        let (team, member, rule) = (team.clone(), agent("pilot"), "choice".into());
        entry(seq, Some(0), RunEvent::TurnStarted { step, turn: number, team, member, rule, why })
    };
    let picks = |seq: u64, number: usize, by: Option<&str>| {
        let mut entry = request(seq, 0, &format!("0/pick/{}", number - 1), 1);
        if let RunEvent::ModelRequest { agent, .. } = &mut entry.event {
            *agent = by.map(super::super::samples::agent);
        }
        entry
    };
    let mut open = view(&["crew"]);
    open.targets = vec![team.clone()];
    open.entries = vec![
        entry(1, Some(0), RunEvent::TargetStarted { key: team.clone() }),
        picks(2, 1, None),
        turn(3, 1),
        request(4, 0, "0/turn/0/model/0", 1),
        picks(5, 2, None),
        turn(6, 2),
        request(7, 0, "0/turn/1/model/0", 1),
        picks(8, 3, Some("captain")),
    ];
    let run = RunModel::open(open);
    let named: Vec<_> = run.turns[0].calls.iter().map(|call| call.named.as_ref()).collect();
    assert_eq!(named, [None, None, Some(&team), None, Some(&agent("captain"))]);
}

#[test]
fn the_cost_is_that_of_the_calls_whose_price_is_known() {
    let mut run = RunModel::open(view(&["pilot"]));
    let priced = |seq: u64, currency: &str, nanos: i64| {
        let mut entry = response(seq, 0, &format!("0/model/{seq}"), "Low.", &[]);
        if let RunEvent::ModelResponse { cost, .. } = &mut entry.event {
            *cost = Some(Cost { currency: currency.into(), nanos });
        }
        entry
    };
    run.apply(RunDelta::Entries(vec![response(1, 0, "0/model/1", "Low.", &[])]));
    assert_eq!(run.cost(), (vec![], 1), "unknown is not 0");
    assert_eq!(run.turns[0].cost(false), None);
    run.apply(RunDelta::Entries(vec![priced(2, "USD", 5), priced(3, "EUR", 7), priced(4, "USD", 6)]));
    let sums = vec![Cost { currency: "USD".into(), nanos: 11 }, Cost { currency: "EUR".into(), nanos: 7 }];
    assert_eq!(run.cost(), (sums, 1));
    let partly = Some("less than $0.0001 + less than €0.0001 and more".to_owned());
    assert_eq!(run.turns[0].cost(false), partly);

    let mut run = RunModel::open(view(&["pilot"]));
    run.apply(RunDelta::Entries(vec![priced(1, "USD", 5)]));
    assert_eq!(run.turns[0].cost(false).as_deref(), Some("less than $0.0001"));
    assert_eq!(run.turns[0].cost(true).as_deref(), Some("less than $0.0001 and more"));
}
