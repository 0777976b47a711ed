//! The page: head, facts, strip, views, details.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::compare::{Compare, compared, pair};
use super::conversation::Conversation;
use super::earlier::fetch_step;
use super::follow::{Follow, FollowPill};
use super::head::{RunFacts, RunHead};
use super::journal_view::{EntryPane, Journal, chosen_step};
use super::store::RunStore;
use super::strip_view::RunStrip;
use super::team_view::{TeamGraphs, TeamOfRun, teams_of};
use super::timeline_view::TimelineView;
use crate::api::objects::get_object;
use crate::api::queries::get_run;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{
    Avatar, Banner, Button, EmptyState, LinkButton, Panel, ProblemPanel, Sheet, Skeleton, Switch, Tab, Tabs,
    Tone,
};
use crate::app::pages::agents::EvaluationsOfRun;
use crate::app::pages::object::{ObjectLoader, ObjectState};
use crate::app::pages::yaml::YamlTab;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::answers::AnswerDiff;
use crate::views::detail::Detail;
use crate::views::problem::{Problem, ProblemCode};
use crate::views::run::RunView;

/// The run of a query.
#[component]
pub fn RunPage(
    /// The query.
    key: ObjectKey,
) -> impl IntoView {
    let asked = key.clone();
    let query = use_query_map();
    let asks = query.with_untracked(|query| Asks {
        yaml: query.get("view").as_deref() == Some("yaml"),
        compare: query.get("compare").and_then(|text| pair(&text)),
    });
    let run = resource(|| (), move |()| load(asked.clone(), asks));
    let key = StoredValue::new(key);
    let body = move || {
        run.get().map(|answer| match answer {
            Ok((view, beside)) => view! { <Run view=view beside=beside /> }.into_any(),
            Err(problem) => no_run(key.get_value(), problem, Callback::new(move |()| run.refetch())),
        })
    };
    view! { <Transition fallback=|| view! { <Skeleton label="Loading the run" lines=6 /> }>{body}</Transition> }
}

/// What the address asks for beside the run.
#[derive(Debug, Clone, Copy)]
struct Asks {
    yaml: bool,
    compare: Option<(usize, usize)>,
}

/// Two answers, compared.
type Compared = ((usize, usize), Result<AnswerDiff, Problem>);

/// What is loaded with the run, as by itself it would be nested too deep for hydration: the object for a page that opens
/// on its YAML, what differs for one that compares, and the teams that were asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Beside {
    detail: Option<Detail>,
    diff: Option<Compared>,
    teams: Vec<TeamOfRun>,
}

async fn load(key: ObjectKey, asks: Asks) -> Result<(RunView, Beside), Problem> {
    let run = get_run(key.clone()).await?;
    let diff = match asks.compare.filter(|_| run.targets.len() > 1 && run.ended_ms.is_some()) {
        Some(pair) => Some(compared(key.clone(), pair).await),
        None => None,
    };
    let detail = if asks.yaml { Some(get_object(key).await?) } else { None };
    let teams = teams_of(&run.targets).await;
    Ok((run, Beside { detail, diff, teams }))
}

fn no_run(key: ObjectKey, problem: Problem, retry: Callback<()>) -> AnyView {
    if problem.code != ProblemCode::NotFound {
        let title = format!("Query {} could not be loaded", key.name);
        return view! { <ProblemPanel problem=problem title=title retry=retry /> }.into_any();
    }
    view! {
        <div class="page">
            <EmptyState
                title=format!("There is no query {} in {}", key.name, key.namespace)
                text="It may have been deleted: finished queries are kept for the time that their ttl says."
            >
                <LinkButton label="All queries" href=address::list(Some(&key.namespace), Kind::Query) icon="play" />
                <LinkButton
                    label="New query"
                    href=address::create(Some(&key.namespace), Kind::Query)
                    icon="plus"
                />
            </EmptyState>
        </div>
    }
    .into_any()
}

#[component]
fn Run(view: RunView, beside: Beside) -> impl IntoView {
    let run = RunStore::follow(view);
    let Beside { detail, diff, teams } = beside;
    let (detail, diff, teams) = (StoredValue::new(detail), StoredValue::new(diff), StoredValue::new(teams));
    let follow = Follow::begin(run);
    let query = use_query_map();
    let shown = Memo::new(move |_| query.with(|map| map.get("view")).unwrap_or_default());
    let name = run.peek(|run| run.key.name.clone());
    let scripted = run.peek(|run| run.scripted);
    let in_flight = run.in_flight();
    let step = chosen_step();
    fetch_step(run, step);
    let open = RwSignal::new(false);
    // Choosing an entry is asking for its details; on a narrow screen they would stay under the fold.
    Effect::watch(move || step.get(), move |step, _, _| open.set(step.is_some()), false);
    let pane = Signal::derive(move || match step.get() {
        Some(step) => format!("Entry {step}"),
        None => "Details".to_owned(),
    });
    let mut tabs = vec![
        Tab::new("conversation", "Conversation", "messages-square"),
        Tab::new("timeline", "Timeline", "chart-no-axes-gantt"),
        Tab::new("journal", "Journal", "list-ordered"),
        Tab::new("evaluations", "Evaluations", "gauge"),
        Tab::new("yaml", "YAML", "braces"),
    ];
    if teams.with_value(|teams| !teams.is_empty()) {
        tabs.insert(1, Tab::new("graph", "Graph", "users"));
    }
    let content = move || match shown.get().as_str() {
        "timeline" => view! {
            <div role="tabpanel" id="panel-timeline" aria-labelledby="tab-timeline">
                <TimelineView run=run />
            </div>
        }
        .into_any(),
        "graph" => view! {
            <div role="tabpanel" id="panel-graph" aria-labelledby="tab-graph">
                <TeamGraphs run=run teams=teams.get_value() />
            </div>
        }
        .into_any(),
        "journal" => view! {
            <div role="tabpanel" id="panel-journal" aria-labelledby="tab-journal">
                <Journal run=run />
            </div>
        }
        .into_any(),
        "evaluations" => view! {
            <div role="tabpanel" id="panel-evaluations" aria-labelledby="tab-evaluations">
                <EvaluationsOfRun object=run.peek(|run| run.key.clone()) />
            </div>
        }
        .into_any(),
        "yaml" => view! {
            <div role="tabpanel" id="panel-yaml" aria-labelledby="tab-yaml">
                {match detail.get_value() {
                    Some(detail) => view! { <YamlTab state=ObjectState::follow(detail) /> }.into_any(),
                    None => {
                        view! {
                            <ObjectLoader
                                object=run.peek(|run| run.key.clone())
                                page=Callback::new(|state| view! { <YamlTab state=state /> }.into_any())
                            />
                        }
                            .into_any()
                    }
                }}
            </div>
        }
        .into_any(),
        _ => view! {
            <div role="tabpanel" id="panel-conversation" aria-labelledby="tab-conversation">
                <Compare run=run first=diff.get_value() />
                <Conversation run=run />
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="page">
            <div class="stack">
                <RunHead run=run />
                <RunFacts run=run />
                <RunStrip run=run />
            </div>
            <State run=run />
            {scripted
                .then(|| {
                    view! {
                        <Banner
                            icon="flask-conical"
                            lead="Scripted."
                            text="The demo model answers from a script; no language model was asked."
                        />
                    }
                })}
            <div class="views">
                <Tabs label=format!("Views of {name}") tabs=tabs parameter="view" />
                <div hidden=move || !in_flight.get()>
                    <Switch
                        label="Follow live"
                        on=Signal::derive(move || follow.on())
                        on_change=Callback::new(move |on| follow.set(on, run))
                    />
                </div>
            </div>
            <div class="split stackable">
                <div>{content} <FollowPill run=run follow=follow /></div>
                <Sheet label="Details" title=pane icon="list-ordered" class="stack" open=open>
                    <EntryPane run=run />
                    <Use run=run />
                </Sheet>
            </div>
        </div>
    }
}

/// What is unusual about what is shown: deleted, or with entries missing.
#[component]
fn State(run: RunStore) -> impl IntoView {
    let namespace = run.peek(|run| run.key.namespace.clone());
    move || {
        let list = address::list(Some(&namespace), Kind::Query);
        if run.gone() {
            return view! {
                <Banner
                    tone=Tone::Stale
                    icon="trash-2"
                    lead="Deleted."
                    text="This query no longer exists; you see the last of it."
                >
                    <LinkButton label="All queries" href=list small=true />
                </Banner>
            }
            .into_any();
        }
        run.skipped()
            .map(|(first, last)| {
                view! {
                    <Banner
                        tone=Tone::Stale
                        lead=format!("Entries {first} to {last} were skipped.")
                        text="The stream could not fill them in."
                    >
                        <Button
                            label="Reload"
                            icon="rotate-cw"
                            small=true
                            on_press=Callback::new(|_| {
                                let _ = window().location().reload();
                            })
                        />
                    </Banner>
                }
            })
            .into_any()
    }
}

/// Tokens by who used them.
#[component]
fn Use(run: RunStore) -> impl IntoView {
    let sums = run.select(|run| run.usage_by_asker());
    let rows = move || {
        sums.get()
            .into_iter()
            .map(|(key, usage)| {
                view! {
                    <tr>
                        <td>
                            <span class="row">
                                <Avatar kind=key.kind name=key.name.clone() small=true />
                                <span class="cut">{key.name}</span>
                            </span>
                        </td>
                        <td class="num">{words::number(usage.prompt)}</td>
                        <td class="num">{words::number(usage.completion)}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    let nothing = move || sums.with(Vec::is_empty);
    view! {
        <Panel title="Tokens by who asked">
            <div class="tw" hidden=nothing>
                <table class="dense">
                    <thead>
                        <tr>
                            <th>"Who"</th>
                            <th class="num">"In"</th>
                            <th class="num">"Out"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="pb t3" hidden=move || !nothing()>
                "Counted when a model has answered."
            </p>
        </Panel>
    }
}
