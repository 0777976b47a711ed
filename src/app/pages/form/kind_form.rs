//! What a form of one kind brings to the pages that make and change objects.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::changes::Change;
use super::draft::Draft;
use super::preview::PreviewText;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::Choices;
use crate::views::problem::{FieldProblem, Problem};

/// The form of a kind: its state, its fields, and how it is judged, shown as text and saved.
pub trait KindForm:
    Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The kind.
    const KIND: Kind;

    /// The values of its fields; a handle.
    type Fields: Copy + Send + Sync + 'static;

    /// A new one in a namespace.
    fn blank(namespace: String) -> Self;

    /// With what the address of a new one asks for.
    fn asked(self, _query: &ParamsMap) -> Self {
        self
    }

    /// Where it is.
    fn namespace(&self) -> &str;

    /// The form of an object that was read, if it is one of this kind.
    fn of(specific: &Specific) -> Option<&Self>;

    /// A new one that starts from this.
    fn copied(self, name: String) -> Self;

    /// Its fields.
    fn fields(&self) -> Self::Fields;

    /// Shows this state in the fields.
    fn show(&self, fields: Self::Fields);

    /// What the fields say; what they do not hold is that of `self`. Tracked.
    fn read(&self, fields: Self::Fields) -> Self;

    /// Errors by the names of its controls.
    fn judge(&self) -> Vec<FieldProblem>;

    /// What differs from `self` in `after`; the version that they were read at does not count.
    fn changes(&self, after: &Self) -> Vec<Change>;

    /// The manifest it stands for.
    fn preview(self) -> impl Future<Output = PreviewText> + Send + 'static;

    /// Creates the object, or changes it when a version was read.
    fn save(self) -> impl Future<Output = Result<ObjectKey, Problem>> + Send + 'static;

    /// The fields on the page; `named` when the name is given, because objects are not renamed.
    fn body(draft: Draft<Self>, fields: Self::Fields, choices: Signal<Choices>, named: bool) -> AnyView;
}
