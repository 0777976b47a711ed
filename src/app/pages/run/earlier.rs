//! The entries of a long run with which its page did not open.

use leptos::prelude::*;

use super::store::RunStore;
use crate::api::queries::get_entries;
use crate::app::act::browser_action;
use crate::app::components::Button;
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::views::ObjectKey;
use crate::views::problem::Problem;
use crate::views::run::RunEntry;

/// Entries that a link to one of them brings at the most; older ones are asked for by hand.
const MAX_FETCHED: usize = 20_000;

/// Says that the beginning of a long run is not here, and brings more of it. `on_more` is told how many entries came.
pub fn earlier(run: RunStore, on_more: Callback<usize>) -> AnyView {
    let first = run.select(|run| run.truncated.then(|| first_of(run.entries.first())));
    let toasts = use_toasts();
    let fetch = Action::new(move |_: &()| {
        let (key, first) = run.peek(|run| (run.key.clone(), first_of(run.entries.first())));
        async move {
            match get_entries(key, first).await {
                Ok(entries) => {
                    // The view may have gone for another one meanwhile; the entries are the run's.
                    let _ = on_more.try_run(entries.len());
                    run.prepend(entries);
                }
                Err(problem) => toasts.fail(&problem),
            }
        }
    });
    (move || {
        first.get().map(|first| {
            let before = words::number(i64::try_from(first).unwrap_or(i64::MAX));
            view! {
                <div class="pb row wrap">
                    <Button
                        label="Show earlier entries"
                        icon="arrow-up"
                        small=true
                        busy=fetch.pending()
                        on_press=Callback::new(move |_| {
                            fetch.dispatch(());
                        })
                    />
                    <span class="xs t3">{format!("The run is long: what came before entry {before} is not here yet")}</span>
                </div>
            }
        })
    })
    .into_any()
}

/// Fetches what lies between the entry that the address names and what the page has.
pub fn fetch_step(run: RunStore, step: Memo<Option<u64>>) {
    let toasts = use_toasts();
    let fetch = browser_action(move |step: &u64| {
        let (key, first, step) = run.peek(|run| (run.key.clone(), first_of(run.entries.first()), *step));
        async move {
            match back_to(key, first, step).await {
                Ok(entries) => run.prepend(entries),
                Err(problem) => toasts.fail(&problem),
            }
        }
    });
    Effect::new(move |_| {
        let older = |step: &u64| run.peek(|run| run.truncated && *step < first_of(run.entries.first()));
        if let Some(step) = step.get().filter(older) {
            fetch.dispatch(step);
        }
    });
}

/// The entries from `step`, or a little before it, to the one before `first`.
async fn back_to(key: ObjectKey, first: u64, step: u64) -> Result<Vec<RunEntry>, Problem> {
    let (mut before, mut found) = (first, Vec::new());
    while before > step && found.len() < MAX_FETCHED {
        let mut older = get_entries(key.clone(), before).await?;
        let Some(entry) = older.first() else { break };
        before = entry.seq;
        older.append(&mut found);
        found = older;
    }
    Ok(found)
}

fn first_of(first: Option<&RunEntry>) -> u64 {
    first.map_or(1, |entry| entry.seq)
}
