//! What a run says about the memory, in sentences.

use crate::app::words::{count, number};

/// What was told of what was said before; `None` when nothing was.
pub fn read(messages: usize, tokens: usize, limit: usize, left_out: usize) -> Option<String> {
    let figure = |n: usize| number(i64::try_from(n).unwrap_or(i64::MAX));
    Some(match (messages, left_out) {
        (0, 0) => return None,
        (1, 0) => format!("1 earlier message was told with the question, about {} tokens.", figure(tokens)),
        (_, 0) => {
            format!(
                "{} earlier messages were told with the question, about {} tokens.",
                figure(messages),
                figure(tokens)
            )
        }
        (0, _) => format!(
            "None of {} was told with the question: already the newest turn has more than {} tokens.",
            count(left_out, "earlier message", "earlier messages"),
            figure(limit)
        ),
        (_, _) => format!(
            "Of {} earlier messages {} were told with the question: the newest turns that fit in {} tokens, without the tool calls of a turn that is too long.",
            figure(messages + left_out),
            figure(messages),
            figure(limit)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said_with_the_rule() {
        assert_eq!(read(0, 0, 16_000, 0), None, "a first question needs no words");
        assert_eq!(
            read(2, 1_320, 16_000, 0).unwrap(),
            "2 earlier messages were told with the question, about 1,320 tokens."
        );
        let some = read(12, 15_000, 16_000, 28).unwrap();
        assert!(some.starts_with("Of 40 earlier messages 12 were told") && some.contains("16,000"), "{some}");
        assert!(read(0, 0, 10, 2).unwrap().contains("None of 2 earlier messages"));
    }
}
