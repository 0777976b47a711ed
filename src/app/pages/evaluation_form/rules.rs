//! Rules in CEL. Each is read by the server as it stands, and what it says is told at the rule, with line and column.

use leptos::prelude::*;

use super::fields::RuleTexts;
use crate::api::evaluations::read_rules;
use crate::app::components::{Button, ErrorLine, TextArea, TextField, error_line};
use crate::app::pages::form::{Draft, Row, Rows, settled};
use crate::views::evaluation::{EvaluationForm, RuleForm};

/// The rows.
#[component]
pub fn Rules(
    /// What is edited.
    draft: Draft<EvaluationForm>,
    /// Rules.
    rows: Rows<RuleTexts>,
) -> impl IntoView {
    let problems = draft.problems;
    let error = problems.of("spec.config.rules");
    let told = follow(draft);
    let add = move |_| {
        problems.set_field("spec.config.rules", None);
        rows.add(RuleTexts::new(&RuleForm::default()));
    };
    view! {
        <p class="xs t2">
            "What a rule may ask: query, response, tools, agents, teams, llms, sequence, and calls as tools.was_called(\"refund\")."
        </p>
        <ol class="stack members">
            // Keyed with the place too: paths of errors count rows.
            <For
                each=move || rows.all.get().into_iter().enumerate()
                key=|(at, row)| (*at, row.id)
                children=move |(at, row)| view! { <Rule draft=draft rows=rows at=at row=row told=told /> }
            />
        </ol>
        <ErrorLine error=Signal::derive(move || error.get().filter(|_| rows.none())) />
        <div>
            <Button label="Add a rule" icon="plus" small=true on_press=Callback::new(add) />
        </div>
    }
}

/// Expressions with what the server says of each, some time after the last change.
type Told = RwSignal<Vec<(String, String)>>;

fn follow(draft: Draft<EvaluationForm>) -> Told {
    let expressions = Memo::new(move |_| {
        draft.now.with(|form| form.rules.iter().map(|rule| rule.expression.clone()).collect::<Vec<_>>())
    });
    let settled = settled(expressions);
    let told = Told::new(Vec::new());
    Effect::new(move |_| {
        let mut asked = settled.get();
        asked.retain(|rule| !rule.trim().is_empty());
        if asked.is_empty() {
            return;
        }
        leptos::task::spawn_local(async move {
            // What cannot be asked is told when it is saved.
            let Ok(answers) = read_rules(asked.clone()).await else { return };
            let wrong = asked.into_iter().zip(answers).filter_map(|(rule, why)| Some((rule, why?)));
            told.try_set(wrong.collect());
        });
    });
    told
}

#[component]
fn Rule(
    draft: Draft<EvaluationForm>,
    rows: Rows<RuleTexts>,
    at: usize,
    row: Row<RuleTexts>,
    told: Told,
) -> impl IntoView {
    let path = move |field: &str| format!("spec.config.rules[{at}].{field}");
    let Row { id, fields } = row;
    let problems = draft.problems;
    // Told of this very text: of another it says nothing.
    let misread = Memo::new(move |_| {
        let expression = fields.expression.get();
        told.with(|told| told.iter().find(|(rule, _)| *rule == expression).map(|(_, why)| why.clone()))
    });
    // One error at a time: what the form itself says stands at the field already.
    let own = problems.of(&path("expression"));
    let number = at + 1;
    view! {
        <li class="stack metric">
            <div class="row top">
                <div class="grid g2 grow">
                    <TextField
                        label=format!("Rule {number}")
                        name=path("name")
                        value=fields.name
                        placeholder="asks-before-refund"
                        problems=problems
                    />
                    <TextField
                        label="Weight"
                        name=path("weight")
                        value=fields.weight
                        optional=true
                        placeholder="1"
                        problems=problems
                    />
                </div>
                {rows.remove_button(id, format!("Remove rule {number}"), problems)}
            </div>
            <TextArea
                label="Expression"
                name=path("expression")
                value=fields.expression
                rows=2
                mono=true
                placeholder="tools.was_called(\"refund\")"
                problems=problems
            />
            <div role="status">
                {move || {
                    misread
                        .get()
                        .filter(|_| own.with(Option::is_none))
                        .map(|why| error_line(format!("It cannot be read: {why}.")))
                }}
            </div>
            <TextField
                label="In words"
                name=path("description")
                value=fields.description
                optional=true
                problems=problems
            />
        </li>
    }
}
