//! What is said at a team's table.

use crate::engine::error::{RunError, codes};
use crate::engine::providers::Message;

/// Bytes that the members of one team may say in one run, as JSON. No model reads as much; a team that never comes to
/// an end must not fill the memory.
const MAX_SAID: usize = 8 << 20;

/// The conversation of a team: what came before it, what its members said, and the question.
pub(super) struct Table<'a> {
    before: &'a [Message],
    question: &'a [Message],
    said: Vec<Message>,
    bytes: usize,
}

impl<'a> Table<'a> {
    /// A table where nobody has spoken; the question is the last message of `conversation`.
    pub(super) fn new(conversation: &'a [Message]) -> Self {
        let (before, question) = conversation.split_at(conversation.len().saturating_sub(1));
        Self { before, question, said: Vec::new(), bytes: 0 }
    }

    /// Adds what was said.
    ///
    /// # Errors
    ///
    /// `ConversationTooLong` beyond [`MAX_SAID`].
    pub(super) fn add(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), RunError> {
        for message in messages {
            self.bytes += message.size();
            self.said.push(message);
        }
        if self.bytes > MAX_SAID {
            let message = format!(
                "The members of the team said more than {} MiB. Lower spec.maxTurns, or have them say less.",
                MAX_SAID >> 20
            );
            return Err(RunError::new(codes::CONVERSATION_TOO_LONG, message));
        }
        Ok(())
    }

    /// What the next speaker is told: its colleagues' words, then the question.
    pub(super) fn told(&self) -> Vec<Message> {
        [self.before, self.said.as_slice(), self.question].concat()
    }

    /// All of it in the order in which it was said: the question, then the answers.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Message> {
        self.before.iter().chain(self.question).chain(&self.said)
    }

    /// What the members said.
    pub(super) fn into_said(self) -> Vec<Message> {
        self.said
    }
}
