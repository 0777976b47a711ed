//! Loading of parts, in the browser.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use super::{Make, Part, Place, Step};

thread_local! {
    /// The parts that are here.
    static READY: RefCell<Vec<(Part, Make)>> = const { RefCell::new(Vec::new()) };
}

/// Loads what the open page needs. Where that fails the page stays as the server made it; the console says why.
pub async fn load_first() {
    let location = window().location();
    let Some(part) = location.pathname().ok().and_then(|path| part_at(&path)) else { return };
    let _ = load(part).await;
    // The tab with the form is of another part than the page that it is on.
    if part == Part::Objects && location.search().is_ok_and(|search| search.contains("tab=edit")) {
        let _ = load(Part::of(Step::Edit, "")).await;
    }
}

/// Loads the other parts, one after another, so that they are here before they are asked for.
pub async fn load_rest() {
    for part in Part::ALL {
        // What fails now is tried again with the click that needs it.
        let _ = load(part).await;
    }
}

/// The page of a place; until its part is here, nothing.
pub fn view(place: Place) -> AnyView {
    let part = Part::of(place.step, &place.place);
    if let Some(make) = ready(part) {
        return make(place);
    }
    let here = RwSignal::new(None::<Make>);
    spawn_local(async move {
        match load(part).await {
            // A value comes back when the page was left meanwhile.
            Ok(make) => drop(here.try_set(Some(make))),
            // The server has another build by now, or is not there: a load of the whole page finds out.
            Err(_) => drop(window().location().reload()),
        }
    });
    (move || here.get().map(|make| make(place.clone()))).into_any()
}

/// The part that the page at a path is in.
fn part_at(path: &str) -> Option<Part> {
    let mut words = path.split('/').skip(1).filter(|word| !word.is_empty());
    match words.next()? {
        "ns" => {}
        "approvals" => return Some(Part::of(Step::Inbox, "")),
        _ => return None,
    }
    let (_namespace, place, name, below) = (words.next()?, words.next(), words.next(), words.next());
    let step = match (place, name, below) {
        (None, ..) => Step::Home,
        (Some(_), None, _) => Step::List,
        (Some(_), Some("new"), _) => Step::New,
        (Some(_), Some(_), None) => Step::Object,
        (Some(_), Some(_), Some(_)) => Step::Experiment,
    };
    Some(Part::of(step, place.unwrap_or_default()))
}

fn ready(part: Part) -> Option<Make> {
    READY.with_borrow(|ready| ready.iter().find(|(known, _)| *known == part).map(|(_, make)| *make))
}

async fn load(part: Part) -> Result<Make, SplitLoaderError> {
    if let Some(make) = ready(part) {
        return Ok(make);
    }
    let make = match part {
        Part::Home => Ok(super::home as Make),
        Part::Lists => lists().await,
        Part::Objects => objects().await,
        Part::Run => run().await,
        Part::Forms => forms().await,
        Part::Chat => chat().await,
        Part::Experiments => experiments().await,
    }?;
    READY.with_borrow_mut(|ready| ready.push((part, make)));
    Ok(make)
}

/// A function that answers with a part, once its file is loaded.
macro_rules! part {
    ($name:ident) => {
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split($name, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $name() -> Result<Make, SplitLoaderError> {
            Ok(super::$name)
        }

        #[cfg(not(feature = "split"))]
        async fn $name() -> Result<Make, SplitLoaderError> {
            Ok(super::$name)
        }
    };
}

part!(lists);
part!(objects);
part!(run);
part!(forms);
part!(chat);
part!(experiments);
