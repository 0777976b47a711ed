//! What is wrong with a question before it is asked.

use crate::app::pages::form::judge::{Judge, duration, name, source};
use crate::views::forms::{ParameterForm, QueryForm};
use crate::views::problem::FieldProblem;

/// Errors of the form.
pub fn judge(form: &QueryForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    let missing = form.targets.is_empty().then(|| "Choose who is asked.".to_owned());
    judge.note("spec.targets", missing);
    judge.note("spec.input", form.input.trim().is_empty().then(|| "Type a question.".to_owned()));
    for (at, problem) in parameters(&form.parameters) {
        judge.note(format!("spec.parameters[{at}]"), Some(problem));
    }
    judge.note("spec.timeout", duration(&form.timeout));
    judge.note("metadata.name", if form.name.is_empty() { None } else { name(&form.name) });
    judge.problems()
}

/// Errors of parameters: a name each, once, and a value.
pub fn parameters(all: &[ParameterForm]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, parameter) in all.iter().enumerate() {
        let twice = all.iter().take(at).any(|other| other.name == parameter.name);
        let value = |text: &str| text.is_empty().then(|| "Give it a value.".to_owned());
        let problem = if parameter.name.trim().is_empty() {
            Some("Give the parameter a name.".to_owned())
        } else if twice {
            Some(format!("There is another parameter “{}”.", parameter.name))
        } else {
            source(&parameter.value, value)
        };
        found.extend(problem.map(|problem| (at, problem)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;
    use crate::views::ObjectKey;
    use crate::views::forms::SourceForm;

    #[test]
    fn an_empty_form_says_what_it_needs() {
        let fields: Vec<String> = judge(&QueryForm::default()).into_iter().map(|found| found.field).collect();
        assert_eq!(fields, ["spec.targets", "spec.input"]);
    }

    #[test]
    fn a_good_question_is_fine() {
        let form = QueryForm {
            targets: vec![ObjectKey::new(Kind::Agent, "harbour", "pilot")],
            input: "When is high water?".into(),
            timeout: "90s".into(),
            ..QueryForm::default()
        };
        assert_eq!(judge(&form), []);
    }

    #[test]
    fn parameters_need_names_that_differ_and_values() {
        let row = |name: &str, value: &str| ParameterForm {
            name: name.into(),
            value: SourceForm::Literal(value.into()),
        };
        let found = parameters(&[row("a", "1"), row("a", "2"), row("", "3"), row("b", "")]);
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
