//! Loads an object, keeps it alive, and lays out the generic page.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Blocks, Conditions, Labels, TabContent, TabbedObject, UsedBy};
use crate::api::objects::get_object;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{LinkButton, ProblemPanel, Skeleton, kind_icon};
use crate::app::live::{heard, use_live};
use crate::views::ObjectKey;
use crate::views::detail::Detail;
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::ProblemCode;

/// An object as the page shows it right now.
#[derive(Clone, Copy)]
pub struct ObjectState {
    /// Everything about it; changes in place.
    pub detail: RwSignal<Detail>,
    /// It was deleted while the page was open.
    pub gone: RwSignal<bool>,
}

impl ObjectState {
    /// Follows an object from a first answer.
    pub fn follow(detail: Detail) -> Self {
        let key = detail.row.key.clone();
        let state = Self { detail: RwSignal::new(detail), gone: RwSignal::new(false) };
        use_live(
            move || {
                let version = state.detail.with_untracked(|detail| detail.row.version);
                Some(Topic::Object { key: key.clone(), version })
            },
            move |message| match message {
                LiveMessage::Object { detail, .. } => {
                    let Some(detail) = heard(detail) else { return };
                    if state.detail.with_untracked(|old| *old != detail) {
                        state.detail.set(detail);
                    }
                    if state.gone.get_untracked() {
                        state.gone.set(false);
                    }
                }
                LiveMessage::Gone { .. } => state.gone.set(true),
                _ => {}
            },
        );
        state
    }

    /// A part of it; tracked, and told only when that part changes.
    pub fn part<T: PartialEq + Clone + Send + Sync + 'static>(
        self,
        read: impl Fn(&Detail) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.detail.with(&read))
    }
}

/// Loads an object on the server and shows `children` with its live state, or what stands in its place.
#[component]
pub fn ObjectLoader(
    /// The object.
    object: ObjectKey,
    /// The page of it.
    page: Callback<ObjectState, AnyView>,
) -> impl IntoView {
    let key = object.clone();
    let resource = resource(move || key.clone(), get_object);
    let key = StoredValue::new(object);
    view! {
        <Transition fallback=move || {
            view! {
                <div class="page">
                    <Skeleton label=format!("Loading {}", key.with_value(|key| key.name.clone())) lines=5 />
                </div>
            }
        }>
            {move || {
                resource
                    .get()
                    .map(|answer| match answer {
                        Ok(detail) => page.run(ObjectState::follow(detail)),
                        Err(mut problem) => {
                            let key = key.get_value();
                            missing(problem.code);
                            if problem.code == ProblemCode::NotFound {
                                problem.message = "It was deleted, or the address is not quite right.".into();
                            }
                            let place = key.kind.namespaced().then_some(key.namespace.as_str());
                            let all = address::list(place, key.kind);
                            let all_label = format!("All {}", key.kind.nouns());
                            let title = match problem.code {
                                ProblemCode::NotFound => {
                                    format!("There is no {} “{}”", key.kind.noun(), key.name)
                                }
                                ProblemCode::Forbidden => {
                                    format!("You may not view {} “{}”", key.kind.noun(), key.name)
                                }
                                _ => format!("{} could not be loaded", key.name),
                            };
                            view! {
                                <div class="page">
                                    <div class="panel">
                                        <ProblemPanel
                                            problem=problem
                                            title=title
                                            retry=Callback::new(move |()| resource.refetch())
                                        >
                                            <LinkButton label=all_label href=all icon=kind_icon(key.kind) />
                                        </ProblemPanel>
                                    </div>
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}

/// The status of the page for an object that is not there.
fn missing(code: ProblemCode) {
    #[cfg(feature = "ssr")]
    if code == ProblemCode::NotFound
        && let Some(response) = use_context::<leptos_axum::ResponseOptions>()
    {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let _ = code;
}

/// The page of an object of any kind.
#[component]
pub fn ObjectPage(
    /// The object.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(move |state: ObjectState| view! { <Generic state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

#[component]
fn Generic(state: ObjectState) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let edit = format!("{}?tab=yaml", address::object(&key));
    // The defaults of a cluster have one name only: a copy could not be kept.
    let copy = key.kind.namespaced().then(|| {
        address::create(Some(&key.namespace), key.kind) + &address::query([("from", key.name.clone())])
    });
    let content: TabContent = Arc::new(move |_| view! { <Overview state=state /> }.into_any());
    view! {
        <TabbedObject state=state tabs=Vec::new() content=content>
            {copy.map(|copy| view! { <LinkButton label="Duplicate" href=copy icon="copy" /> })}
            <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
        </TabbedObject>
    }
}

/// Prompt and other long texts, conditions; at the side what refers to it and its labels.
#[component]
pub fn Overview(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    view! {
        <div class="split stackable">
            <div class="stack stack-4">
                <Blocks state=state />
                <Conditions state=state />
            </div>
            <div class="stack stack-4">
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}
