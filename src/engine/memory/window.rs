//! What of a conversation goes to a model: the newest turns that fit.
//!
//! Turns are taken from the newest back, each whole while it fits; one that does not fit gives its question and answer without
//! the calls of tools between them; where not even these fit, it and everything before it is left out.

use crate::engine::providers::{Content, Message};

/// Messages of one window; a reader of very short ones would otherwise be given hundreds.
const MAX_MESSAGES: usize = 200;
/// Bytes of one window; images count little in tokens and much in bytes.
const MAX_BYTES: usize = 8 << 20;
/// Bytes of text that are one token, about: the rule of thumb of OpenAI for English. Other languages have fewer bytes for
/// each token, and a window of them is a little larger than asked.
const BYTES_PER_TOKEN: usize = 4;
/// What a message costs besides its text.
const PER_MESSAGE: usize = 4;
/// What an image costs, about, at the providers that say.
const PER_IMAGE: usize = 1000;

/// What was said in one query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Turn {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    id: i64,
    spoken: bool,
    tokens: usize,
    bytes: usize,
}

impl Turn {
    /// Adds a message; `spoken` when it stands without calls of tools.
    pub(super) fn add(&mut self, id: i64, spoken: bool, tokens: usize, bytes: usize) {
        self.rows.push(Row { id, spoken, tokens, bytes });
    }
}

/// The part of a conversation that a run is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// Numbers of the messages, in order.
    pub(crate) ids: Vec<i64>,
    /// Tokens of them, about.
    pub(crate) tokens: usize,
    /// Messages that are left out.
    pub(crate) left_out: usize,
}

impl Window {
    /// The newest of `turns` (oldest first) that fit in `limit` tokens.
    pub(crate) fn of(turns: &[Turn], limit: usize) -> Self {
        let all: usize = turns.iter().map(|turn| turn.rows.len()).sum();
        let mut window = Self::default();
        let mut bytes = 0;
        let mut taken: Vec<Vec<i64>> = Vec::new();
        let mut messages = 0;
        for turn in turns.iter().rev() {
            let whole: Vec<Row> = turn.rows.clone();
            let spoken: Vec<Row> = turn.rows.iter().copied().filter(|row| row.spoken).collect();
            let fits = [whole, spoken].into_iter().find(|rows| {
                let (more_tokens, more_bytes) = sums(rows);
                window.tokens + more_tokens <= limit
                    && bytes + more_bytes <= MAX_BYTES
                    && messages + rows.len() <= MAX_MESSAGES
            });
            let Some(rows) = fits else { break };
            let (more_tokens, more_bytes) = sums(&rows);
            window.tokens += more_tokens;
            bytes += more_bytes;
            messages += rows.len();
            taken.push(rows.iter().map(|row| row.id).collect());
        }
        window.ids = taken.into_iter().rev().flatten().collect();
        window.left_out = all - window.ids.len();
        window
    }
}

fn sums(rows: &[Row]) -> (usize, usize) {
    rows.iter().fold((0, 0), |(tokens, bytes), row| (tokens + row.tokens, bytes + row.bytes))
}

/// Tokens of a message, about.
pub(crate) fn tokens(message: &Message) -> usize {
    let images = match &message.content {
        Some(Content::Parts(parts)) => parts.iter().filter(|part| part["type"] == "image_url").count(),
        _ => 0,
    };
    let calls: usize = message.tool_calls.iter().map(|call| call.name.len() + call.arguments.len()).sum();
    let text = message.plain_text().len() + calls;
    text.div_ceil(BYTES_PER_TOKEN) + PER_MESSAGE + images * PER_IMAGE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A turn of a question and an answer, with `calls` messages of tools between them, each message of `tokens`.
    fn turn(first: i64, calls: i64, tokens: usize) -> Turn {
        let mut turn = Turn::default();
        for id in first..first + calls + 2 {
            turn.add(id, id == first || id == first + calls + 1, tokens, tokens * 4);
        }
        turn
    }

    #[test]
    fn the_newest_turns_are_told_in_order_and_whole() {
        let turns = [turn(1, 0, 10), turn(3, 2, 10), turn(7, 0, 10)];
        let all = Window { ids: (1..=8).collect(), tokens: 80, left_out: 0 };
        assert_eq!(Window::of(&turns, 80), all);
        let two = Window { ids: (3..=8).collect(), tokens: 60, left_out: 2 };
        assert_eq!(Window::of(&turns, 79), two);
        assert_eq!(Window::of(&[], 80), Window::default());
    }

    #[test]
    fn a_turn_that_is_too_long_gives_its_question_and_answer() {
        let turns = [turn(1, 0, 10), turn(3, 2, 10), turn(7, 0, 10)];
        assert_eq!(Window::of(&turns, 59), Window { ids: vec![3, 6, 7, 8], tokens: 40, left_out: 4 });
        assert_eq!(Window::of(&turns, 30), Window { ids: vec![7, 8], tokens: 20, left_out: 6 });
        assert_eq!(
            Window::of(&turns, 5),
            Window { ids: vec![], tokens: 0, left_out: 8 },
            "nothing before a gap"
        );
    }

    #[test]
    fn images_count_for_what_models_take_for_them_not_for_their_bytes() {
        let picture = format!("data:image/png;base64,{}", "A".repeat(1 << 20));
        let message: Message = serde_json::from_value(serde_json::json!({"role": "user", "content": [
            {"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": picture}}]}))
        .unwrap();
        assert_eq!(tokens(&message), 1007);
        let many: Vec<Turn> = (0..300).map(|n| turn(n * 2 + 1, 0, 1)).collect();
        assert_eq!(Window::of(&many, 10_000).ids.len(), MAX_MESSAGES);
    }
}
