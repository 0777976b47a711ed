//! YAML of any object: editing with check, diff and conflict, and making a new one.

mod create;
mod editor;
mod outcome;
mod session;
mod tab;

pub use create::{ChooseNamespace, CreatePage, Making};
pub use editor::YamlEditor;
pub use tab::YamlTab;
