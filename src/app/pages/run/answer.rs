//! The text of an answer: finished blocks drawn once, the rest appended as it comes.

use leptos::html;
use leptos::prelude::*;

use super::journal::pretty;
use super::markdown::{Block, Inline, blocks, finished_len};
use crate::app::components::Code;

/// A text that may still grow.
///
/// While it grows, what arrives is appended to the last paragraph as text nodes, so that a selection in it survives;
/// a block that is finished is drawn once and then left alone. The height that it reached is kept.
#[component]
pub fn Answer(
    /// The text so far.
    #[prop(into)]
    text: Signal<String>,
    /// More will come.
    #[prop(into)]
    streaming: Signal<bool>,
) -> impl IntoView {
    let cut = move |text: &str| if streaming.get() { finished_len(text) } else { text.len() };
    let done = Memo::new(move |_| {
        text.with(|text| match structured(text).filter(|_| !streaming.get()) {
            Some(text) => vec![Block::Code(text)],
            None => blocks(&text[..cut(text)]),
        })
    });
    let tail = Memo::new(move |_| text.with(|text| text[cut(text)..].to_owned()));
    let frame = NodeRef::<html::Div>::new();
    let last = NodeRef::<html::P>::new();
    append(last, tail);
    keep_height(frame, text);
    let first = tail.get_untracked();
    view! {
        <div class="prose" aria-live="off" node_ref=frame hidden=move || text.with(String::is_empty)>
            <For
                each=move || done.get().into_iter().enumerate()
                key=|(at, block)| (*at, block.clone())
                children=|(_, block)| block_view(block)
            />
            <p class="whitespace-pre-line" class:caret=streaming hidden=move || !streaming.get() node_ref=last>
                {first}
            </p>
        </div>
    }
}

/// Appends what is new to the last paragraph; sets it anew only when it is another text.
fn append(element: NodeRef<html::P>, tail: Memo<String>) {
    Effect::new(move |shown: Option<Option<String>>| {
        let now = tail.get();
        let element = element.get()?;
        let before = shown.flatten().or_else(|| element.text_content()).unwrap_or_default();
        match now.strip_prefix(before.as_str()) {
            Some("") => {}
            Some(new) => {
                // Refused by no browser for text.
                let _ = element.append_with_str_1(new);
            }
            None => element.set_text_content(Some(&now)),
        }
        Some(now)
    });
}

/// Keeps the height that the text has reached, so that nothing below it jumps when a block is drawn again.
fn keep_height(frame: NodeRef<html::Div>, text: Signal<String>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |reached: Option<i32>| {
        let reached = reached.unwrap_or_default();
        text.track();
        let Some(frame) = frame.get() else { return reached };
        let height = frame.offset_height();
        if height > reached {
            let _ = frame.style(("min-height", format!("{height}px")));
        }
        height.max(reached)
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (frame, text);
}

/// A finished text.
pub fn prose(text: &str) -> impl IntoView + use<> {
    let blocks = structured(text).map_or_else(|| blocks(text), |text| vec![Block::Code(text)]);
    view! { <div class="prose">{blocks.into_iter().map(block_view).collect_view()}</div> }
}

/// An answer that is JSON as a whole, with its lines indented.
fn structured(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let lines = pretty(text);
    (lines != text).then_some(lines)
}

fn block_view(block: Block) -> AnyView {
    match block {
        Block::Paragraph(line) => view! { <p class="whitespace-pre-line">{inline_view(line)}</p> }.into_any(),
        Block::Heading(line) => view! { <p class="strong">{inline_view(line)}</p> }.into_any(),
        Block::Quote(line) => {
            view! { <blockquote class="whitespace-pre-line t2">{inline_view(line)}</blockquote> }.into_any()
        }
        Block::Rule => view! { <hr /> }.into_any(),
        Block::Code(text) => {
            // Long texts in JSON are read, not scrolled.
            let fold = text.starts_with(['{', '[']);
            view! { <Code label="Code in the answer" text=text fold=fold /> }.into_any()
        }
        Block::List { ordered, start, items } => {
            let items = items
                .into_iter()
                .map(|item| view! { <li class="whitespace-pre-line">{inline_view(item)}</li> })
                .collect_view();
            if ordered {
                view! { <ol start=start>{items}</ol> }.into_any()
            } else {
                view! { <ul>{items}</ul> }.into_any()
            }
        }
        Block::Table { head, rows } => table_view(head, rows),
    }
}

fn table_view(head: Vec<Vec<Inline>>, rows: Vec<Vec<Vec<Inline>>>) -> AnyView {
    let head = head.into_iter().map(|cell| view! { <th>{inline_view(cell)}</th> }).collect_view();
    let rows = rows
        .into_iter()
        .map(|row| {
            let cells = row.into_iter().map(|cell| view! { <td>{inline_view(cell)}</td> }).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="tw" tabindex="0" role="region" aria-label="Table in the answer">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn inline_view(line: Vec<Inline>) -> impl IntoView {
    line.into_iter()
        .map(|piece| match piece {
            Inline::Text(text) => text.into_any(),
            Inline::Strong(text) => view! { <strong>{text}</strong> }.into_any(),
            Inline::Emphasis(text) => view! { <em>{text}</em> }.into_any(),
            Inline::Code(text) => view! { <code>{text}</code> }.into_any(),
            Inline::Link { text, href } => {
                view! { <a href=href rel="noopener noreferrer nofollow" target="_blank">{text}</a> }
                    .into_any()
            }
        })
        .collect_view()
}
