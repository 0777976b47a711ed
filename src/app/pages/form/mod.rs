//! Parts that the forms of agents, models and queries share.

mod changes;
mod draft;
mod frame;
pub mod judge;
mod lines;
mod parameters;
mod preview;
mod source;

pub use changes::{Change, Changes, ConflictBanner, UnsavedBanner};
pub use draft::Draft;
pub use frame::{Editor, EditorSwitch, FormFrame, use_editor};
pub use parameters::{ParameterFields, ParameterRows};
pub use preview::{PreviewText, follow_preview};
pub use source::{SourceControl, SourceField, SourceFields, SourceKind};

/// Element id of the control of a field path, as the ready-made fields make it.
pub fn id_of(name: &str) -> String {
    let mut id = String::from("f-");
    id.extend(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }));
    id
}
