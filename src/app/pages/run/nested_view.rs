//! What agents and teams did that were asked as tools, under their calls; and whose the words are.

use leptos::prelude::*;

use super::store::RunStore;
use super::turn::ToolRow;
use super::turn_view::{STEPS, of_turn, steps};
use crate::app::address;
use crate::app::components::{Avatar, Icon, agent_class};
use crate::app::words;
use crate::views::ObjectKey;

/// Under whose name the next words stand.
pub(super) fn speaker(who: ObjectKey, why: String, turn: String) -> AnyView {
    let href = address::object(&who);
    view! {
        <div class="hd">
            <Avatar kind=who.kind name=who.name.clone() />
            <a class="name" href=href>
                {who.name}
            </a>
            <span class="why xs">{why}</span>
            <span class="meta">{turn}</span>
        </div>
    }
    .into_any()
}

/// What an agent or a team did that was asked by this call; nothing under other calls. Open while it works, and drawn
/// when it is open: a long run has many.
pub(super) fn nested(run: RunStore, target: Option<usize>, row: Signal<Option<ToolRow>>) -> AnyView {
    // Read anew each time: with earlier entries before them, the rows have other numbers.
    let step = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.step.clone())));
    let head = of_turn(run, target, move |turn| {
        let work = step.with(|step| turn.nested.get(step.as_ref()?))?;
        Some((work.who.clone(), work.counts()))
    });
    let there = Memo::new(move |_| head.with(|head| matches!(head, Some(Some(_)))));
    let who = Memo::new(move |_| head.get().flatten().and_then(|(who, _)| who));
    let name = move || {
        who.get().map(|who| {
            view! {
                <Avatar kind=who.kind name=who.name.clone() small=true />
                <b class="name">{who.name}</b>
            }
        })
    };
    let counts = move || {
        let (_, (calls, tools)) = head.get().flatten().unwrap_or_default();
        let calls = words::count(calls, "model call", "model calls");
        let tools = (tools > 0).then(|| words::count(tools, "tool call", "tool calls"));
        std::iter::once(calls).chain(tools).collect::<Vec<_>>().join(" · ")
    };
    let class = move || {
        let colour = who.with(|who| who.as_ref().map(|who| agent_class(&who.name)).unwrap_or_default());
        format!("nested {colour}")
    };
    let works = row.with_untracked(|row| row.as_ref().is_some_and(|row| row.result.is_none()));
    let shown = RwSignal::new(works);
    (move || {
        there.get().then(|| {
            view! {
                <details class=class open=works on:toggle=move |_| shown.set(true)>
                    <summary class="hd">
                        {name} <span class="why xs">"asked as a tool"</span> <span class="meta">{counts}</span>
                        <Icon name="chevron-right" small=true class="chev" />
                    </summary>
                    <div class="nest">
                        {move || {
                            let step = step.get().filter(|_| shown.get());
                            step.map(|step| steps(run, target, Some(step), RwSignal::new(STEPS)))
                        }}
                    </div>
                </details>
            }
        })
    })
    .into_any()
}
