//! The values of a tool's fields.

use leptos::prelude::*;

use super::approval::ApprovalFields;
use crate::app::pages::form::ParameterFields;
use crate::views::forms::{ToolHints, ToolSpecForm};

/// The fields' values.
#[derive(Clone, Copy)]
pub struct ToolFields {
    pub(super) name: RwSignal<String>,
    pub(super) type_: RwSignal<String>,
    pub(super) description: RwSignal<String>,
    pub(super) schema: RwSignal<String>,
    pub(super) method: RwSignal<String>,
    pub(super) url: RwSignal<String>,
    pub(super) headers: ParameterFields,
    pub(super) body: RwSignal<String>,
    pub(super) body_parameters: ParameterFields,
    pub(super) timeout: RwSignal<String>,
    pub(super) calls: RwSignal<String>,
    pub(super) server: RwSignal<String>,
    pub(super) title: RwSignal<String>,
    /// Read only, idempotent, destructive, open world; each `true`, `false` or nothing.
    pub(super) hints: [RwSignal<String>; 4],
    pub(super) approval: ApprovalFields,
}

impl ToolFields {
    /// The fields of a tool.
    pub fn new(form: &ToolSpecForm) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            name: text(&form.name),
            type_: text(&form.type_),
            description: text(&form.description),
            schema: text(&form.input_schema),
            method: text(&form.method),
            url: text(&form.url),
            headers: ParameterFields::new("spec.http.headers", &form.headers),
            body: text(&form.body),
            body_parameters: ParameterFields::new("spec.http.bodyParameters", &form.body_parameters),
            timeout: text(&form.timeout),
            calls: text(&form.calls),
            server: text(&form.server),
            title: text(&form.hints.title),
            hints: hints(&form.hints).map(|hint| RwSignal::new(word(hint))),
            approval: ApprovalFields::new(&form.approval),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &ToolSpecForm) {
        self.name.set(form.name.clone());
        self.type_.set(form.type_.clone());
        self.description.set(form.description.clone());
        self.schema.set(form.input_schema.clone());
        self.method.set(form.method.clone());
        self.url.set(form.url.clone());
        self.headers.set(&form.headers);
        self.body.set(form.body.clone());
        self.body_parameters.set(&form.body_parameters);
        self.timeout.set(form.timeout.clone());
        self.calls.set(form.calls.clone());
        self.server.set(form.server.clone());
        self.title.set(form.hints.title.clone());
        for (field, hint) in self.hints.into_iter().zip(hints(&form.hints)) {
            field.set(word(hint));
        }
        self.approval.set(&form.approval);
    }

    /// The tool that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &ToolSpecForm) -> ToolSpecForm {
        let trimmed = |field: RwSignal<String>| field.get().trim().to_owned();
        let [read_only, idempotent, destructive, open_world] = self.hints.map(|hint| flag(&hint.get()));
        let server = trimmed(self.server);
        ToolSpecForm {
            namespace: base.namespace.clone(),
            name: trimmed(self.name),
            type_: self.type_.get(),
            description: self.description.get(),
            input_schema: self.schema.get(),
            method: self.method.get(),
            url: trimmed(self.url),
            headers: self.headers.get(),
            body: self.body.get(),
            body_parameters: self.body_parameters.get(),
            timeout: trimmed(self.timeout),
            calls: trimmed(self.calls),
            // A server of another namespace is one of this form only as long as its name stays.
            server_namespace: base.server_namespace.clone().filter(|_| server == base.server),
            server,
            hints: ToolHints { title: self.title.get(), read_only, idempotent, destructive, open_world },
            approval: self.approval.get(),
            version: base.version.clone(),
        }
    }
}

fn hints(hints: &ToolHints) -> [Option<bool>; 4] {
    [hints.read_only, hints.idempotent, hints.destructive, hints.open_world]
}

fn word(hint: Option<bool>) -> String {
    hint.map(|hint| hint.to_string()).unwrap_or_default()
}

fn flag(word: &str) -> Option<bool> {
    word.parse().ok()
}
