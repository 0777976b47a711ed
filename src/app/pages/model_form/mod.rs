//! The form of a model: a new one, a copy of one, and changing one; with a test of the connection.

mod edit;
mod fields;
mod judge;
mod key;
mod new;
mod presets;
mod properties;
mod test;

pub use edit::EditModel;
pub use new::NewModelPage;
pub use test::ConnectionTest;
