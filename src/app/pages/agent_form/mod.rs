//! The form of an agent: a new one, a copy of one, and changing one.

mod edit;
mod fields;
mod judge;
mod new;
mod tools;

pub use edit::EditAgent;
pub use new::NewAgentPage;
