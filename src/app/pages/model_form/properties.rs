//! Further options of a model's requests.

use crate::app::pages::form::ParameterFields;
use crate::views::forms::{ModelForm, ParameterForm};

/// Field path of the options, without the provider's block.
pub const PATH: &str = "spec.config.properties";

/// The options as rows of a name and a value.
pub fn rows(form: &ModelForm) -> Vec<ParameterForm> {
    let row = |(name, value): &(String, _)| ParameterForm { name: name.clone(), value: Clone::clone(value) };
    form.properties.iter().map(row).collect()
}

/// The options that rows say; tracked.
pub fn read(fields: ParameterFields) -> Vec<(String, crate::views::forms::SourceForm)> {
    fields.get().into_iter().map(|row| (row.name, row.value)).collect()
}
