//! Status words, as interface.md's table "Colour and status" has them.

use crate::resources::condition::{Condition, ConditionStatus, find};
use crate::resources::conditions::reasons;
use crate::views::row::{State, Status};

/// A status without a reason.
pub fn plain(state: State, word: &str) -> Status {
    Status { state, word: word.into(), reason: None }
}

/// A status with a reason, where there is one.
pub fn because(state: State, word: &str, reason: &str) -> Status {
    let reason = reason.trim();
    Status { state, word: word.into(), reason: (!reason.is_empty()).then(|| reason.to_owned()) }
}

/// Ready, Not ready, Checking or Pending, by the condition of type `of`.
///
/// `unseen` is what an object without the condition is: `Pending` where a controller will look at it, `Unknown` where
/// none does.
pub fn by_condition(conditions: &[Condition], of: &str, unseen: Unseen) -> Status {
    let Some(condition) = find(conditions, of) else { return unseen.status() };
    match condition.status {
        ConditionStatus::True => plain(State::Done, "Ready"),
        ConditionStatus::False => because(State::Failed, "Not ready", sentence(condition)),
        ConditionStatus::Unknown if condition.reason == reasons::INITIALIZING => {
            plain(State::Running, "Checking")
        }
        ConditionStatus::Unknown => because(State::Stale, "Unknown", sentence(condition)),
    }
}

/// What an object is that no controller has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// One will.
    Pending,
    /// None does.
    Unknown,
}

impl Unseen {
    fn status(self) -> Status {
        match self {
            Self::Pending => plain(State::Queued, "Pending"),
            Self::Unknown => plain(State::Stale, "Unknown"),
        }
    }
}

/// The condition's message, else its reason.
fn sentence(condition: &Condition) -> &str {
    if condition.message.is_empty() { &condition.reason } else { &condition.message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_becomes_a_word_and_its_reason() {
        let of = |status, reason: &str, message: &str| {
            let condition =
                Condition::new("Available", status, reason, message, Some(1), "2026-11-24T12:00:00Z");
            by_condition(&[condition], "Available", Unseen::Pending)
        };
        assert_eq!(of(ConditionStatus::True, "Available", "fine"), plain(State::Done, "Ready"));
        let missing = of(ConditionStatus::False, "ModelNotFound", "model lagoon/x does not exist");
        assert_eq!(missing, because(State::Failed, "Not ready", "model lagoon/x does not exist"));
        assert_eq!(of(ConditionStatus::Unknown, "Initializing", ""), plain(State::Running, "Checking"));
        assert_eq!(by_condition(&[], "Available", Unseen::Unknown).state, State::Stale);
    }
}
