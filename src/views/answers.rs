//! Two answers of a run beside each other.

use serde::{Deserialize, Serialize};

/// Lines of a comparison; further ones are left out, which shows.
pub const MAX_ROWS: usize = 1_000;

/// What differs between two answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerDiff {
    /// Nothing.
    pub same: bool,
    /// Their lines, those that stand for each other beside each other.
    pub rows: Vec<DiffRow>,
    /// How many more there are.
    pub left_out: usize,
    /// One of them is so long that only its beginning is compared.
    pub cut: bool,
}

/// A line of both, or of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffRow {
    /// Of the first answer.
    pub left: Option<Vec<Piece>>,
    /// Of the second.
    pub right: Option<Vec<Piece>>,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Text.
    pub text: String,
    /// The other line does not have it.
    pub changed: bool,
}

impl Piece {
    /// What both lines have.
    pub fn same(text: &str) -> Self {
        Self { text: text.to_owned(), changed: false }
    }
}
