//! Conversations: the queries that name one, as a list and as a thread.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::forms::ParameterForm;
use super::row::Status;
use super::run::RunView;

/// Conversations of one list: the newest. Older ones are found by their address.
pub const MAX_LISTED: usize = 100;
/// Queries of one conversation that a page knows of.
pub const MAX_TURNS: usize = 500;
/// Turns that a page opens with, and that each request for earlier ones brings.
pub const WINDOW: usize = 20;
/// Images of one message.
pub const MAX_IMAGES: usize = 4;
/// Bytes of the images of one message, in base64. An object may have 1.5 MB, its answer included.
pub const MAX_IMAGE_BYTES: usize = 512 << 10;
/// Types of images that every provider with images takes.
pub const IMAGE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRow {
    /// Namespace.
    pub namespace: String,
    /// Its id.
    pub id: String,
    /// The first line of its first question.
    pub title: String,
    /// What was said or happened last, in a line.
    pub last: String,
    /// Who was asked, the last one first.
    pub targets: Vec<ObjectKey>,
    /// Its queries.
    pub turns: usize,
    /// State of the newest query.
    pub status: Status,
    /// When the newest query was made.
    pub at_ms: i64,
    /// UIDs of the first and the newest query: what is being deleted is left out.
    pub ends: (String, String),
}

/// A query of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnRef {
    /// The query.
    pub key: ObjectKey,
    /// Its UID.
    pub uid: String,
}

/// The conversations of a namespace, and the queries of the one that is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversations {
    /// Newest first, at most [`MAX_LISTED`].
    pub rows: Vec<ConversationRow>,
    /// How many there are.
    pub total: usize,
    /// Queries of the open conversation, oldest first, at most the newest [`MAX_TURNS`].
    pub open: Vec<TurnRef>,
}

/// What the page opens with; afterwards it lives by the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationView {
    /// The list, and what there is of the open one.
    pub list: Conversations,
    /// The newest runs of the open one, at most [`WINDOW`], oldest first.
    pub turns: Vec<RunView>,
}

/// A message that is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageForm {
    /// Namespace.
    pub namespace: String,
    /// The conversation; empty to begin one.
    pub conversation: String,
    /// Whom it goes to.
    pub target: ObjectKey,
    /// The text.
    pub text: String,
    /// Images as `data:` addresses.
    pub images: Vec<String>,
    /// Parameters for agents and headers that refer to them.
    pub parameters: Vec<ParameterForm>,
}
