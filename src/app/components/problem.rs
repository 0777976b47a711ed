//! An error as a person needs it: what, why, what next.

use leptos::prelude::*;

use super::{Button, Icon};
use crate::views::problem::{Problem, ProblemCode};

/// Heading for a class of problem where the page has no better one.
pub const fn problem_title(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::Invalid => "This is not valid",
        ProblemCode::NotFound => "There is no such object",
        ProblemCode::AlreadyExists => "The name is taken",
        ProblemCode::Conflict => "Changed by someone else",
        ProblemCode::Forbidden => "You may not do this",
        ProblemCode::Unavailable => "No answer",
        ProblemCode::Network => "Not connected",
        ProblemCode::Internal => "Something broke on our side",
    }
}

/// Stands where the content would be. `title` says what could not be done, as `Agents could not be loaded`.
#[component]
pub fn ProblemPanel(
    /// The problem.
    problem: Problem,
    /// What could not be done; by the class of the problem if absent.
    #[prop(optional, into)]
    title: Option<String>,
    /// Tries again.
    #[prop(optional)]
    retry: Option<Callback<()>>,
    /// Other ways out.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    // Where the title says what the class of the problem says, the badge would say it a second time.
    let told = title.is_some() && matches!(problem.code, ProblemCode::NotFound | ProblemCode::Forbidden);
    let heading = title.unwrap_or_else(|| problem_title(problem.code).to_owned());
    let next = problem.next.clone();
    let fields = problem.fields.clone();
    view! {
        <div class="empty" role="alert">
            {(!told)
                .then(|| {
                    view! {
                        <span class="badge s-failed">
                            <Icon name="octagon-x" />
                            {problem_title(problem.code)}
                        </span>
                    }
                })}
            <h2>{heading}</h2>
            <p>{problem.message}</p>
            {next.map(|next| view! { <p>{next}</p> })}
            {(!fields.is_empty())
                .then(|| {
                    view! {
                        <ul class="stack stack-1">
                            {fields
                                .into_iter()
                                .map(|field| {
                                    view! {
                                        <li class="err">
                                            <span class="mono">{field.field}</span>
                                            <span>{field.message}</span>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    }
                })}
            <div class="row wrap">
                {children.map(|children| children())}
                {retry
                    .map(|retry| {
                        view! {
                            <Button
                                label="Try again"
                                icon="rotate-cw"
                                on_press=Callback::new(move |_| retry.run(()))
                            />
                        }
                    })}
            </div>
        </div>
    }
}
