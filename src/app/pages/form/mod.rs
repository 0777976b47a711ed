//! Parts that the forms of agents, models and queries share.

mod changes;
mod create;
mod draft;
mod edit;
mod frame;
pub mod judge;
mod kind_form;
mod lines;
mod parameters;
mod preview;
mod rows;
mod source;
mod texts;

pub use crate::app::components::id_of;
pub use changes::{Change, Changes};
pub use create::NewObjectPage;
pub use draft::{Draft, focus_first_error, settled};
pub use edit::EditObject;
pub use frame::{Editor, EditorSwitch, FormFrame, use_editor};
pub use kind_form::KindForm;
pub use parameters::{IN_A_QUERY, ParameterFields, ParameterRows};
pub use preview::{PreviewText, follow_preview};
pub use rows::{Row, Rows};
pub use source::{SourceControl, SourceField, SourceFields, SourceKind};
pub(crate) use texts::texts;
