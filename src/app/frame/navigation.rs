//! The navigation: three groups, and only pages that exist.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::theme::{ThemeSwitch, WallSwitch};
use crate::app::address;
use crate::app::components::{Icon, kind_icon};
use crate::app::keys::use_overlays;
use crate::app::live::use_live;
use crate::app::say::say;
use crate::resources::kind::Kind;
use crate::views::home::NavCounts;
use crate::views::live::{LiveMessage, Topic};

// Not literals in the view: elements that are all literals are written as they stand, `use_` with its underscore.
const GLYPH: &str = "#i-glyph";
const WORD: &str = "#i-word";

const WATCH: [Kind; 3] = [Kind::Query, Kind::Evaluation, Kind::A2ATask];
const BUILD: [Kind; 9] = [
    Kind::Agent,
    Kind::Team,
    Kind::Model,
    Kind::Tool,
    Kind::McpServer,
    Kind::A2AServer,
    Kind::Memory,
    Kind::Evaluator,
    Kind::ExecutionEngine,
];

/// The navigation at the left; a rail at 1088 px and below, a drawer at 768 px and below.
#[component]
pub fn Navigation() -> impl IntoView {
    let overlays = use_overlays();
    let path = use_location().pathname;
    let namespace = Memo::new(move |_| path.with(|path| address::namespace_of(path)));
    let counts = RwSignal::new(NavCounts::default());
    let told = std::cell::Cell::new(None);
    use_live(
        move || Some(Topic::Nav { namespace: namespace.get() }),
        move |message| {
            if let LiveMessage::Nav { counts: new, .. } = message {
                // Who hears the page is told once; the number itself is never read out while it moves.
                if told.replace(Some(new.approvals)).is_some_and(|told| told < new.approvals) {
                    say("An approval waits for you");
                }
                counts.set(new);
            }
        },
    );
    let home = Signal::derive(move || address::home(namespace.get().as_deref()));
    let events = Signal::derive(move || address::events(namespace.get().as_deref()));
    let conversations = Signal::derive(move || address::conversations(namespace.get().as_deref()));
    let data_sets = Signal::derive(move || address::data_sets(namespace.get().as_deref()));
    let inbox = Signal::derive(|| address::APPROVALS.to_owned());
    let list = move |kind: Kind| Signal::derive(move || address::list(namespace.get().as_deref(), kind));
    view! {
        <aside class="side" aria-label="Navigation" class:open=overlays.drawer on:keydown=move |event| {
            if event.key() == "Escape" {
                overlays.drawer.set(false);
            }
        }>
            <a class="brand" href=home aria-label="Arkdeck home">
                <svg class="glyph" aria-hidden="true">
                    <use_ href=GLYPH></use_>
                </svg>
                <svg class="word" aria-hidden="true">
                    <use_ href=WORD></use_>
                </svg>
            </a>
            <nav class="nav" aria-label="Main">
                <h2>"Watch"</h2>
                <ul>
                    <Place label="Home" icon="house" href=home exact=true />
                    {WATCH
                        .map(|kind| {
                            // Where the prototype has them: between queries and evaluations.
                            let conversations = (kind == Kind::Evaluation)
                                .then(|| view! { <Place label="Conversations" icon="messages-square" href=conversations /> });
                            let count = Signal::derive(move || match kind {
                                Kind::Query => Count { running: counts.with(|counts| counts.running), waiting: 0 },
                                _ => Count::default(),
                            });
                            let place = view! {
                                <Place label=kind.title() icon=kind_icon(kind) href=list(kind) count=count />
                            };
                            let inbox = (kind == Kind::Query)
                                .then(|| {
                                    let count = Signal::derive(move || Count {
                                        running: 0,
                                        waiting: counts.with(|counts| counts.approvals),
                                    });
                                    view! { <Place label="Approvals" icon="hand" href=inbox count=count /> }
                                });
                            (conversations, place, inbox)
                        })
                        .into_iter()
                        .collect_view()}
                </ul>
                <h2>"Build"</h2>
                <ul>
                    {BUILD
                        .map(|kind| {
                            // Where the prototype has them: after evaluators.
                            let sets = (kind == Kind::Evaluator)
                                .then(|| view! { <Place label="Data sets" icon="database" href=data_sets /> });
                            let place = view! {
                                <Place label=kind.title() icon=kind_icon(kind) href=list(kind) />
                            };
                            (place, sets)
                        })
                        .into_iter()
                        .collect_view()}
                </ul>
                <h2>"Operate"</h2>
                <ul>
                    <Place label="Events" icon="activity" href=events />
                    <Place
                        label=Kind::ArkConfig.title()
                        icon=kind_icon(Kind::ArkConfig)
                        href=Signal::derive(|| address::list(None, Kind::ArkConfig))
                    />
                </ul>
            </nav>
            <div class="sidefoot">
                <button
                    type="button"
                    class="btn plain sm start"
                    title="Keyboard"
                    on:click=move |_| overlays.keys.set(true)
                >
                    <Icon name="keyboard" />
                    <span class="lbl">"Keyboard"</span>
                </button>
                <WallSwitch />
                <div class="only-s">
                    <ThemeSwitch />
                </div>
            </div>
        </aside>
    }
}

/// The figure beside a page.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    running: usize,
    waiting: usize,
}

/// A page in the navigation.
#[component]
fn Place(
    label: &'static str,
    icon: &'static str,
    href: Signal<String>,
    #[prop(optional)] exact: bool,
    #[prop(optional, into)] count: Signal<Count>,
) -> impl IntoView {
    let path = use_location().pathname;
    let here = move || {
        let (path, href) = (path.get(), href.get());
        path == href || (!exact && path.strip_prefix(href.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    let shown = move || {
        let counts = count.get();
        if counts.waiting > 0 {
            view! {
                <span class="n hot">
                    {counts.waiting}
                    <span class="vh">" waiting"</span>
                </span>
            }
            .into_any()
        } else if counts.running > 0 {
            view! {
                <span class="n">
                    {counts.running}
                    <span class="vh">" running"</span>
                </span>
            }
            .into_any()
        } else {
            ().into_any()
        }
    };
    view! {
        <li>
            <a href=href title=label aria-current=move || here().then_some("page")>
                <Icon name=icon />
                <span class="lbl">{label}</span>
                {shown}
            </a>
        </li>
    }
}
