//! The measures of an evaluator, each with the fields of its type.

use leptos::prelude::*;

use super::fields::MetricFields;
use crate::app::components::{Button, Problems, SelectField, Switch, TextArea, TextField};
use crate::app::pages::form::{Row, Rows};
use crate::views::evaluation::MetricForm;

/// What may be measured.
const TYPES: [(&str, &str); 13] = [
    ("exact", "Is the expected text"),
    ("contains", "Contains a text"),
    ("regex", "Matches a pattern"),
    ("json-schema", "Is JSON that fits a schema"),
    ("number", "Its number is right"),
    ("levenshtein", "Is like it, by edits"),
    ("rouge-l", "Is like it, by words in order"),
    ("bleu", "Is like it, by short sequences"),
    ("latency", "Comes in time"),
    ("tokens", "Takes few tokens"),
    ("cost", "Costs little"),
    ("tools", "Calls the right tools"),
    ("refusal", "Refuses or not"),
];
/// Types that compare with a text.
const COMPARE: [&str; 6] = ["exact", "contains", "number", "levenshtein", "rouge-l", "bleu"];
/// Types of which the opposite may be wanted.
const NEGATED: [&str; 3] = ["contains", "tools", "refusal"];

/// The rows.
#[component]
pub fn Metrics(
    /// Measures.
    rows: Rows<MetricFields>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let add =
        move |_| rows.add(MetricFields::new(&MetricForm { type_: "exact".into(), ..MetricForm::default() }));
    view! {
        <ol class="stack members">
            // Keyed with the place too: paths of errors count rows.
            <For
                each=move || rows.all.get().into_iter().enumerate()
                key=|(at, row)| (*at, row.id)
                children=move |(at, row)| view! { <Metric rows=rows at=at row=row problems=problems /> }
            />
        </ol>
        <div>
            <Button label="Add a measure" icon="plus" small=true on_press=Callback::new(add) />
        </div>
    }
}

#[component]
fn Metric(rows: Rows<MetricFields>, at: usize, row: Row<MetricFields>, problems: Problems) -> impl IntoView {
    let path = move |field: &str| format!("spec.metrics[{at}].{field}");
    let Row { id, fields } = row;
    let texts = fields.texts;
    let options = TYPES.map(|(value, word)| (value.to_owned(), word.to_owned())).to_vec();
    let of = move |types: &'static [&'static str]| {
        let is = Memo::new(move |_| texts.type_.with(|type_| types.contains(&type_.as_str())));
        move || !is.get()
    };
    let number = at + 1;
    view! {
        <li class="stack metric">
            <div class="row top">
                <div class="grid g2 grow">
                    <SelectField
                        label=format!("Measure {number}")
                        name=path("type")
                        value=texts.type_
                        options=Signal::stored(options)
                        problems=problems
                    />
                    <TextField label="Name" name=path("name") value=texts.name optional=true problems=problems />
                </div>
                {rows.remove_button(id, format!("Remove measure {number}"), problems)}
            </div>
            <div hidden=of(&COMPARE)>
                <TextField
                    label="Compared with"
                    name=path("expected")
                    value=texts.expected
                    optional=true
                    hint="Empty for the expected answer of what is scored"
                    problems=problems
                />
            </div>
            <div hidden=of(&["regex"])>
                <TextField label="Pattern" name=path("pattern") value=texts.pattern mono=true problems=problems />
            </div>
            <div hidden=of(&["json-schema"])>
                <TextArea
                    label="JSON schema"
                    name=path("schema")
                    value=texts.schema
                    rows=5
                    mono=true
                    problems=problems
                />
            </div>
            <div hidden=of(&["number"])>
                <TextField
                    label="May be off by"
                    name=path("tolerance")
                    value=texts.tolerance
                    optional=true
                    placeholder="0"
                    problems=problems
                />
            </div>
            <div hidden=of(&["latency"])>
                <TextField
                    label="Longest that is good"
                    name=path("maxDuration")
                    value=texts.max_duration
                    placeholder="2s"
                    problems=problems
                />
            </div>
            <div hidden=of(&["tokens", "cost"])>
                <TextField
                    label="Most that is good"
                    name=path("max")
                    value=texts.max
                    hint="A cost is in the currency of the model's prices"
                    problems=problems
                />
            </div>
            <div hidden=of(&["tools"])>
                <TextArea
                    label="Calls"
                    name=path("tools")
                    value=texts.tools
                    rows=2
                    mono=true
                    hint="A tool each line; behind it, arguments that the call must have, as {\"id\": 7}"
                    problems=problems
                />
            </div>
            <div class="grid g2">
                <TextField
                    label="Weight"
                    name=path("weight")
                    value=texts.weight
                    optional=true
                    placeholder="1"
                    problems=problems
                />
                <TextField
                    label="Passes from"
                    name=path("threshold")
                    value=texts.threshold
                    optional=true
                    placeholder="1, or 0.7 for how alike texts are"
                    problems=problems
                />
            </div>
            <div class="row wrap">
                <span hidden=of(&["exact", "contains"])>
                    <Flag label="Upper and lower case are the same" on=fields.ignore_case />
                </span>
                <span hidden=of(&["tools"])>
                    <Flag label="In this order" on=fields.ordered />
                </span>
                <span hidden=of(&NEGATED)>
                    <Flag label="The opposite is wanted" on=fields.negate />
                </span>
                <Flag label="Required" on=fields.required />
            </div>
        </li>
    }
}

#[component]
fn Flag(label: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! { <Switch label=label on=on on_change=Callback::new(move |now| on.set(now)) /> }
}
