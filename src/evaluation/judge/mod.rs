//! A model as judge: what it is asked, and what its verdict means.

mod prompt;
mod verdict;

pub use prompt::{again, question, schema, system};
pub use verdict::{combine, read};
