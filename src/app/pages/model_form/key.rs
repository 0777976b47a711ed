//! The key of a model: typed once, or chosen. What is stored is never shown.

use leptos::prelude::*;

use crate::app::components::{Button, Field, Icon, Problems};
use crate::app::pages::form::{SourceControl, SourceFields, SourceKind, id_of};
use crate::views::forms::{Choices, SourceForm};

/// Field path of the key, without the provider's block.
pub const KEY: &str = "spec.config.apiKey";

const KINDS: &[SourceKind] = &[SourceKind::Typed, SourceKind::Secret, SourceKind::ConfigMap];

/// The fields of a key. A key written in the manifest arrives empty and is kept until another is typed.
pub fn key_fields(key: &SourceForm, exists: bool) -> SourceFields {
    match key {
        SourceForm::Unset if !exists => SourceFields::new(&SourceForm::Typed(String::new())),
        other => SourceFields::new(other),
    }
}

/// The field.
#[component]
pub fn KeyField(
    /// Value.
    fields: SourceFields,
    /// What is there now: shown as such, until it is replaced.
    stored: Signal<SourceForm>,
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Name of the model, for the name of a new secret.
    name: RwSignal<String>,
    /// Errors of the form.
    problems: Problems,
    /// What it is called.
    #[prop(default = "Key")]
    label: &'static str,
    /// Its field path.
    #[prop(default = KEY)]
    path: &'static str,
    /// What a new secret is called behind the model's name.
    #[prop(default = "")]
    suffix: &'static str,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let error = problems.of(path);
    let invalid = Signal::derive(move || error.with(Option::is_some));
    let shown = Memo::new(move |_| {
        // A key that is written in the manifest arrives, and is kept, as an empty literal.
        let now = match fields.get() {
            SourceForm::Unset if fields.kind.get() == SourceKind::Literal => stored.get(),
            now => now,
        };
        let words = match &now {
            SourceForm::Secret { name, key } => format!("stored in secret {name}, key {key}"),
            SourceForm::ConfigMap { name, key } => format!("stored in config map {name}, key {key}"),
            SourceForm::Literal(_) => "written in the manifest".to_owned(),
            SourceForm::Unset => "none".to_owned(),
            _ => return None,
        };
        stored.with(|stored| *stored == now).then_some(words)
    });
    let replace = Callback::new(move |_| fields.set(&SourceForm::Typed(String::new())));
    let keep = Callback::new(move |_| fields.set(&stored.get_untracked()));
    let has_stored =
        move || stored.with(|stored| !matches!(stored, SourceForm::Unset | SourceForm::Typed(_)));
    let hint = move || match fields.kind.get() {
        SourceKind::Typed => {
            let name = name.get();
            let secret = if name.is_empty() {
                "a new secret".to_owned()
            } else {
                format!("secret arkdeck-{name}{suffix}")
            };
            let keyless = if path == KEY { " A server without keys takes any word." } else { "" };
            format!("Goes into {secret} once and is never shown again.{keyless}")
        }
        _ => String::new(),
    };
    let control = move || {
        match shown.get() {
        Some(words) => view! {
            <div class="row wrap" id=id_of(path)>
                <Icon name="key-round" small=true />
                <span class="mono" aria-hidden="true">
                    "•••"
                </span>
                <span class="t2">{words}</span>
                <Button label="Replace" small=true on_press=replace />
            </div>
        }
        .into_any(),
        None => view! {
            <div class="stack stack-1">
                <SourceControl
                    name=path
                    fields=fields
                    kinds=KINDS
                    choices=choices
                    invalid=invalid
                    describe=format!("{}-d", id_of(path))
                    from=format!("Where {label} comes from")
                    label=label
                />
                {move || {
                    has_stored()
                        .then(|| view! { <div><Button label="Keep what is stored" small=true on_press=keep /></div> })
                }}
                <span class="hint">{hint}</span>
            </div>
        }
        .into_any(),
    }
    };
    view! {
        <Field label=label name=path error=error optional=optional>
            {control}
        </Field>
    }
}
