//! Answers of several targets beside each other, with what differs. Which two is in the address: `?compare=0,1`.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::store::RunStore;
use super::turn::TurnState;
use crate::api::queries::compare_answers;
use crate::app::address;
use crate::app::components::{Icon, LinkButton, ProblemPanel, Skeleton};
use crate::app::words;
use crate::views::ObjectKey;
use crate::views::answers::{AnswerDiff, DiffRow, Piece};
use crate::views::problem::Problem;

/// Two targets of the run, by their numbers from 0.
type Pair = (usize, usize);

/// What the server said about two answers.
type Compared = (Pair, Result<AnswerDiff, Problem>);

/// The two of `?compare=`.
pub fn pair(text: &str) -> Option<Pair> {
    let (left, right) = text.split_once(',')?;
    Some((left.trim().parse().ok()?, right.trim().parse().ok()?))
}

/// Asks the server.
pub async fn compared(key: ObjectKey, pair: Pair) -> Compared {
    (pair, compare_answers(key, pair.0, pair.1).await)
}

/// The choice of two answers, and what differs between them; nothing where there is but one target.
#[component]
pub fn Compare(
    /// The run.
    run: RunStore,
    /// What the page was loaded with.
    first: Option<Compared>,
) -> impl IntoView {
    let query = use_query_map();
    let targets = run.select(|run| run.targets.clone());
    let several = Memo::new(move |_| targets.with(|targets| targets.len() > 1));
    let chosen = Memo::new(move |_| {
        let asked = query.with(|map| map.get("compare")).and_then(|text| pair(&text))?;
        let count = targets.with(Vec::len);
        (several.get() && asked.0 < count && asked.1 < count).then_some(asked)
    });
    let done = run.select(|run| {
        let done = run.turns.iter().filter(|turn| turn.state == TurnState::Done);
        done.filter_map(|turn| turn.target).collect::<Vec<_>>()
    });
    let ready = Memo::new(move |_| {
        let (left, right) = chosen.get()?;
        done.with(|done| done.contains(&left) && done.contains(&right)).then_some((left, right))
    });
    let key = StoredValue::new(run.peek(|run| run.key.clone()));
    let fetch = Action::new(move |pair: &Pair| compared(key.get_value(), *pair));
    let first = StoredValue::new(first);
    let found = Memo::new(move |_| {
        let wanted = ready.get()?;
        let fetched = fetch.value().get().filter(|(pair, _)| *pair == wanted);
        fetched.or_else(|| first.get_value().filter(|(pair, _)| *pair == wanted)).map(|(_, found)| found)
    });
    Effect::new(move |_| {
        if let Some(pair) = ready.get()
            && found.with_untracked(Option::is_none)
        {
            fetch.dispatch(pair);
        }
    });
    let open = Memo::new(move |_| chosen.get().is_some());
    move || {
        if !several.get() {
            return ().into_any();
        }
        if !open.get() {
            return view! {
                <div class="row wrap cmp-open">
                    <LinkButton label="Compare answers" href=place(Some((0, 1))) icon="scale" small=true />
                </div>
            }
            .into_any();
        }
        let body = move || {
            match (found.get(), ready.get()) {
            (Some(Ok(diff)), _) => diff_view(&diff, &names(targets, chosen)).into_any(),
            (Some(Err(problem)), _) => view! {
                <ProblemPanel
                    problem=problem
                    title="The answers could not be compared"
                    retry=Callback::new(move |()| {
                        if let Some(pair) = ready.get_untracked() {
                            fetch.dispatch(pair);
                        }
                    })
                />
            }
            .into_any(),
            (None, Some(_)) => view! { <Skeleton label="Comparing the answers" lines=3 /> }.into_any(),
            (None, None) => view! {
                <p class="pb t2">
                    "Answers can be compared when both are there. What is missing is below, with the reason if it failed."
                </p>
            }
            .into_any(),
        }
        };
        view! {
            <section class="panel cmp" aria-labelledby="h-compare">
                <header>
                    <h2 id="h-compare">"Compare answers"</h2>
                    <span class="end">
                        <LinkButton label="Close" href=place(None) icon="x" small=true />
                    </span>
                </header>
                <div class="pb row wrap">
                    <Side label="First answer" targets=targets chosen=chosen left=true />
                    <Side label="Second answer" targets=targets chosen=chosen left=false />
                </div>
                {body}
            </section>
        }
        .into_any()
    }
}

/// The address of a comparison, or of the page without one.
fn place(pair: Option<Pair>) -> String {
    match pair {
        Some((left, right)) => format!("?compare={left},{right}"),
        None => "?".to_owned(),
    }
}

/// Names of the two that are compared; a number where two targets have the same name.
fn names(targets: Memo<Vec<ObjectKey>>, chosen: Memo<Option<Pair>>) -> (String, String) {
    let (left, right) = chosen.get_untracked().unwrap_or_default();
    targets.with_untracked(|targets| (name(targets, left), name(targets, right)))
}

fn name(targets: &[ObjectKey], at: usize) -> String {
    let Some(key) = targets.get(at) else { return format!("target {}", at + 1) };
    match targets.iter().filter(|other| other.name == key.name).count() {
        1 => key.name.clone(),
        _ => format!("{} {}", key.kind.noun(), key.name),
    }
}

/// The choice of one side.
#[component]
fn Side(
    label: &'static str,
    targets: Memo<Vec<ObjectKey>>,
    chosen: Memo<Option<Pair>>,
    left: bool,
) -> impl IntoView {
    let navigate = use_navigate();
    let here = move |(first, second): Pair| if left { first } else { second };
    let choose = move |event| {
        let Ok(at) = event_target_value(&event).parse::<usize>() else { return };
        let (first, second) = chosen.get_untracked().unwrap_or_default();
        let next = if left { (at, second) } else { (first, at) };
        let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&address::query([("compare", format!("{},{}", next.0, next.1))]), options);
    };
    let options = move || {
        let all = targets.get();
        (0..all.len())
            .map(|at| {
                view! {
                    <option value=at.to_string() selected=move || chosen.get().map(here) == Some(at)>
                        {name(&all, at)}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <label class="row xs t2">
            {label}
            <select class="in" on:change=choose>
                {options}
            </select>
        </label>
    }
}

/// What differs, in two columns.
pub fn diff_view(diff: &AnswerDiff, names: &(String, String)) -> impl IntoView + use<> {
    let differ = diff.rows.iter().filter(|row| row.left != row.right).count();
    let said = match (diff.same, differ) {
        (true, _) => "Both answers are the same.".to_owned(),
        (false, 0) => "They differ only in what is not shown, or in white space at the end.".to_owned(),
        (false, 1) => "1 line differs.".to_owned(),
        (false, n) => format!("{} lines differ.", words::number(i64::try_from(n).unwrap_or(i64::MAX))),
    };
    let more = (diff.left_out > 0).then(|| format!("{} further lines are not shown.", diff.left_out));
    // That they are the same is known of all of them.
    let cut = (diff.cut && !diff.same).then_some("The answers are long: only their beginning is compared.");
    let rows = diff.rows.iter().map(row_view).collect_view();
    view! {
        <p class="pb row xs t2" role="status">
            <Icon name="info" small=true />
            <span>{said}</span>
            {more.map(|more| view! { <span>{more}</span> })}
            {cut.map(|cut| view! { <span>{cut}</span> })}
        </p>
        <div class="cmp-rows" tabindex="0" role="region" aria-label="What differs between the answers">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{names.0.clone()}</th>
                        <th scope="col">{names.1.clone()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row_view(row: &DiffRow) -> impl IntoView + use<> {
    let differs = row.left != row.right;
    let side = |pieces: Option<&Vec<Piece>>, left: bool| {
        let class = match (differs, pieces.is_some(), left) {
            (false, ..) => "",
            (true, false, _) => "none",
            (true, true, true) => "del",
            (true, true, false) => "add",
        };
        let pieces = pieces.into_iter().flatten().map(|piece| match (piece.changed, left) {
            (false, _) => piece.text.clone().into_any(),
            (true, true) => view! { <del>{piece.text.clone()}</del> }.into_any(),
            (true, false) => view! { <ins>{piece.text.clone()}</ins> }.into_any(),
        });
        view! { <td class=class>{pieces.collect_view()}</td> }
    };
    let (left, right) = (side(row.left.as_ref(), true), side(row.right.as_ref(), false));
    view! {
        <tr class:differs=differs>
            {left}
            {right}
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;

    #[test]
    fn the_address_names_two_targets() {
        assert_eq!(pair("0,1"), Some((0, 1)));
        assert_eq!(pair(&place(Some((2, 0)))["?compare=".len()..]), Some((2, 0)));
        for wrong in ["", "0", "a,b", "0,-1", "0,1,2"] {
            assert_eq!(pair(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn targets_of_one_name_are_told_apart() {
        let targets = [Kind::Agent, Kind::Model, Kind::Agent].into_iter().zip(["gull", "gull", "tern"]);
        let targets: Vec<_> = targets.map(|(kind, name)| ObjectKey::new(kind, "default", name)).collect();
        assert_eq!(name(&targets, 1), "model gull");
        assert_eq!(name(&targets, 2), "tern");
    }
}
