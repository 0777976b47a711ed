//! A value that is given in the form or taken from a Secret or a ConfigMap.

use leptos::prelude::*;

use crate::app::components::{Field, Problems};
use crate::views::forms::{Choices, SourceForm};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourceKind {
    /// Given in the form.
    #[default]
    Literal,
    /// A key of a Secret.
    Secret,
    /// A key of a ConfigMap.
    ConfigMap,
    /// A parameter of the query that runs.
    Parameter,
    /// Typed once, kept in a Secret.
    Typed,
    /// A source that this form does not edit: kept as it is.
    Kept,
}

impl SourceKind {
    /// Its word in the choice.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Literal => "Value",
            Self::Secret => "Secret",
            Self::ConfigMap => "Config map",
            Self::Parameter => "Query",
            Self::Typed => "Type it",
            Self::Kept => "As it is",
        }
    }

    const fn slug(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Secret => "secret",
            Self::ConfigMap => "config-map",
            Self::Parameter => "parameter",
            Self::Typed => "typed",
            Self::Kept => "kept",
        }
    }
}

/// The fields of a [`SourceForm`].
#[derive(Clone, Copy)]
pub struct SourceFields {
    /// Where it comes from.
    pub kind: RwSignal<SourceKind>,
    /// The value itself, or what was typed once.
    pub text: RwSignal<String>,
    /// Secret or ConfigMap.
    pub name: RwSignal<String>,
    /// Key in it.
    pub key: RwSignal<String>,
    kept: StoredValue<SourceForm>,
}

impl SourceFields {
    /// The fields of a value.
    pub fn new(value: &SourceForm) -> Self {
        let fields = Self {
            kind: RwSignal::new(SourceKind::Literal),
            text: RwSignal::new(String::new()),
            name: RwSignal::new(String::new()),
            key: RwSignal::new(String::new()),
            kept: StoredValue::new(SourceForm::Unset),
        };
        fields.set(value);
        fields
    }

    /// Shows another value.
    pub fn set(self, value: &SourceForm) {
        let (kind, text, name, key) = match value {
            SourceForm::Unset => (SourceKind::Literal, "", "", ""),
            SourceForm::Literal(text) => (SourceKind::Literal, text.as_str(), "", ""),
            SourceForm::Secret { name, key } => (SourceKind::Secret, "", name.as_str(), key.as_str()),
            SourceForm::ConfigMap { name, key } => (SourceKind::ConfigMap, "", name.as_str(), key.as_str()),
            SourceForm::Typed(text) => (SourceKind::Typed, text.as_str(), "", ""),
            SourceForm::Parameter(name) => (SourceKind::Parameter, name.as_str(), "", ""),
            SourceForm::Service { name, .. } => (SourceKind::Kept, "", name.as_str(), ""),
        };
        self.kind.set(kind);
        self.text.set(text.to_owned());
        self.name.set(name.to_owned());
        self.key.set(key.to_owned());
        self.kept.set_value(value.clone());
    }

    /// The value that the fields say; tracked.
    pub fn get(self) -> SourceForm {
        match self.kind.get() {
            SourceKind::Literal => match self.text.get() {
                text if text.is_empty() => SourceForm::Unset,
                text => SourceForm::Literal(text),
            },
            SourceKind::Typed => SourceForm::Typed(self.text.get()),
            SourceKind::Parameter => SourceForm::Parameter(self.text.get().trim().to_owned()),
            SourceKind::Secret => SourceForm::Secret { name: self.name.get(), key: self.key.get() },
            SourceKind::ConfigMap => SourceForm::ConfigMap { name: self.name.get(), key: self.key.get() },
            SourceKind::Kept => self.kept.get_value(),
        }
    }

    /// Chooses where it comes from; a reference begins with the first that exists.
    pub fn choose(self, kind: SourceKind, choices: &Choices) {
        let offered = match kind {
            SourceKind::Secret => choices.secrets.first(),
            SourceKind::ConfigMap => choices.config_maps.first(),
            _ => None,
        };
        self.kind.set(kind);
        let (name, key) = offered
            .map(|(name, keys)| (name.clone(), keys.first().cloned().unwrap_or_default()))
            .unwrap_or_default();
        self.name.set(name);
        self.key.set(key);
    }
}

/// The fields, in one row: where from, and what.
#[component]
pub fn SourceField(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Field path.
    #[prop(into)]
    name: String,
    /// The value.
    fields: SourceFields,
    /// Sources offered.
    kinds: &'static [SourceKind],
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
    /// What may be given.
    #[prop(optional, into)]
    hint: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: String,
) -> impl IntoView {
    let id = super::id_of(&name);
    let error = problems.of(&name);
    let from = format!("Where {label} comes from");
    let control = SourceControl(SourceControlProps {
        name,
        fields,
        kinds,
        choices,
        invalid: Signal::derive(move || error.with(Option::is_some)),
        describe: format!("{id}-d"),
        from,
        placeholder,
        label: String::new(),
    });
    view! {
        <Field label=label name=id.trim_start_matches("f-").to_owned() hint=hint optional=optional error=error>
            {control}
        </Field>
    }
}

/// The controls without a label, for rows of a table.
#[component]
pub fn SourceControl(
    /// Field path.
    #[prop(into)]
    name: String,
    /// The value.
    fields: SourceFields,
    /// Sources offered.
    kinds: &'static [SourceKind],
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// It has an error.
    #[prop(into)]
    invalid: Signal<bool>,
    /// Id of what describes it.
    #[prop(into)]
    describe: String,
    /// Name of the choice of the source.
    #[prop(into)]
    from: String,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: String,
    /// What it is called, where no label stands beside it.
    #[prop(optional, into)]
    label: String,
) -> impl IntoView {
    let id = super::id_of(&name);
    let wrong = move || invalid.get().then_some("true");
    let choose = move |slug: String| {
        let all = [
            SourceKind::Literal,
            SourceKind::Secret,
            SourceKind::ConfigMap,
            SourceKind::Parameter,
            SourceKind::Typed,
        ];
        if let Some(kind) = all.into_iter().find(|kind| kind.slug() == slug) {
            choices.with_untracked(|choices| fields.choose(kind, choices));
        }
    };
    let offered = move || {
        let mut all = kinds.to_vec();
        let now = fields.kind.get_untracked();
        if !all.contains(&now) {
            all.push(now);
        }
        all.into_iter()
            .map(|kind| {
                view! {
                    <option value=kind.slug() selected=move || fields.kind.get() == kind>
                        {kind.word()}
                    </option>
                }
            })
            .collect_view()
    };
    let value = move || {
        let (id, name, describe) = (id.clone(), name.clone(), describe.clone());
        match fields.kind.get() {
            kind @ (SourceKind::Literal | SourceKind::Typed | SourceKind::Parameter) => {
                let parameter = kind == SourceKind::Parameter;
                let hidden = kind == SourceKind::Typed;
                view! {
                    <input
                        class=if hidden { "in mono grow" } else { "in grow" }
                        id=id
                        name=name
                        type=if hidden { "password" } else { "text" }
                        autocomplete=if hidden { "new-password" } else { "off" }
                        spellcheck="false"
                        placeholder=if parameter { "Name of its parameter".to_owned() } else { placeholder.clone() }
                        aria-label=(!label.is_empty()).then(|| label.clone())
                        value=fields.text.get_untracked()
                        prop:value=fields.text
                        aria-invalid=wrong
                        aria-describedby=describe
                        on:input=move |event| fields.text.set(event_target_value(&event))
                    />
                }
                .into_any()
            }
            SourceKind::Kept => {
                view! { <span class="t2 grow" id=id>{move || format!("service {}", fields.name.get())}</span> }.into_any()
            }
            kind => view! {
                <Reference
                    id=id
                    name=name
                    describe=describe
                    secret=kind == SourceKind::Secret
                    fields=fields
                    choices=choices
                    invalid=invalid
                />
            }
            .into_any(),
        }
    };
    view! {
        <div class="row">
            {(kinds.len() > 1)
                .then(|| {
                    view! {
                        <select
                            class="in w-28 flex-none"
                            aria-label=from
                            on:change=move |event| choose(event_target_value(&event))
                        >
                            {offered}
                        </select>
                    }
                })} {value}
        </div>
    }
}

#[component]
fn Reference(
    id: String,
    name: String,
    describe: String,
    secret: bool,
    fields: SourceFields,
    choices: Signal<Choices>,
    invalid: Signal<bool>,
) -> impl IntoView {
    let all = move || choices.with(|all| if secret { all.secrets.clone() } else { all.config_maps.clone() });
    let names = move || {
        let mut names: Vec<String> = all().into_iter().map(|(name, _)| name).collect();
        let now = fields.name.get();
        if !names.contains(&now) {
            names.insert(0, now);
        }
        options(names, fields.name)
    };
    let keys = move || {
        let now = fields.name.get();
        let found = all().into_iter().find(|(name, _)| *name == now);
        let mut keys = found.map(|(_, keys)| keys).unwrap_or_default();
        let key = fields.key.get();
        if !keys.contains(&key) {
            keys.insert(0, key);
        }
        options(keys, fields.key)
    };
    let first_key = move |chosen: &str| {
        all().into_iter().find(|(name, _)| name == chosen).and_then(|(_, keys)| keys.into_iter().next())
    };
    let what = if secret { "Secret" } else { "Config map" };
    view! {
        <select
            class="in grow"
            id=id
            name=name
            aria-label=what
            aria-invalid=move || invalid.get().then_some("true")
            aria-describedby=describe
            on:change=move |event| {
                let chosen = event_target_value(&event);
                fields.key.set(untrack(|| first_key(&chosen)).unwrap_or_default());
                fields.name.set(chosen);
            }
        >
            {names}
        </select>
        <select
            class="in grow"
            aria-label=format!("Key of the {}", what.to_lowercase())
            on:change=move |event| fields.key.set(event_target_value(&event))
        >
            {keys}
        </select>
    }
}

fn options(names: Vec<String>, chosen: RwSignal<String>) -> impl IntoView {
    names
        .into_iter()
        .map(|name| {
            let this = name.clone();
            let word = if name.is_empty() { "Choose one".to_owned() } else { name.clone() };
            view! {
                <option value=name selected=move || chosen.with(|chosen| *chosen == this)>
                    {word}
                </option>
            }
        })
        .collect_view()
}
