//! The command palette: objects, pages and acts, by keyboard alone.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::api::objects::search_objects;
use crate::app::address;
use crate::app::components::{Icon, kind_icon};
use crate::app::guard::use_guard;
use crate::app::keys::{Destination, PLACES, use_overlays};
use crate::app::prefs::use_prefs;
use crate::resources::kind::Kind;
use crate::views::home::Hit;

/// Entries shown at the most: more than fit would only be scrolled past.
const MAX_ENTRIES: usize = 12;

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Go(String),
    SwitchTheme,
    ShowKeys,
}

/// One line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    icon: &'static str,
    label: String,
    note: String,
    keys: String,
    act: Act,
}

/// Pages and acts whose words match.
fn commands(namespace: Option<&str>, text: &str) -> Vec<Entry> {
    let go = |icon, label: &str, note: &str, keys: String, href| Entry {
        icon,
        label: label.to_owned(),
        note: note.to_owned(),
        keys,
        act: Act::Go(href),
    };
    let letters = |sought: Destination| {
        PLACES
            .into_iter()
            .find(|(_, place)| *place == sought)
            .map(|(letter, _)| format!("g {letter}"))
            .unwrap_or_default()
    };
    let page =
        |icon, place: Destination| go(icon, place.title(), "Page", letters(place), place.href(namespace));
    let mut all = vec![page("house", Destination::Home), page("hand", Destination::Approvals)];
    all.extend(Kind::ALL.map(|kind| page(kind_icon(kind), Destination::List(kind))));
    all.push(go(
        "messages-square",
        "Conversations",
        "Page",
        String::new(),
        address::conversations(namespace),
    ));
    all.push(go("database", "Data sets", "Page", String::new(), address::data_sets(namespace)));
    all.push(go("activity", "Events", "Page", String::new(), address::events(namespace)));
    let talk = format!("{}/new", address::conversations(namespace));
    all.push(go("plus", "New conversation", "Action", String::new(), talk));
    all.extend(Kind::ALL.map(|kind| {
        let label = format!("New {}", kind.noun());
        go("plus", &label, "Action", String::new(), address::create(namespace, kind))
    }));
    all.push(Entry {
        icon: "sun-moon",
        label: "Switch theme".to_owned(),
        note: "Action".to_owned(),
        keys: "⇧ t".to_owned(),
        act: Act::SwitchTheme,
    });
    all.push(Entry {
        icon: "keyboard",
        label: "Keyboard".to_owned(),
        note: "Action".to_owned(),
        keys: "?".to_owned(),
        act: Act::ShowKeys,
    });
    let sought = text.to_lowercase();
    all.retain(|entry| sought.split_whitespace().all(|word| entry.label.to_lowercase().contains(word)));
    all
}

/// The palette that `⌘K` opens. `>` first shows commands only.
#[component]
pub fn Palette() -> impl IntoView {
    let overlays = use_overlays();
    let prefs = use_prefs();
    let open = overlays.palette;
    let navigate = use_navigate();
    let guard = use_guard();
    let path = use_location().pathname;
    let text = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<Hit>::new());
    let at = RwSignal::new(0_usize);
    let asked = StoredValue::new(0_u32);
    let field = NodeRef::<html::Input>::new();
    let dialog = NodeRef::<html::Dialog>::new();
    crate::app::components::follow_dialog(dialog, open);

    let namespace = Memo::new(move |_| path.with(|path| address::namespace_of(path)));
    let entries = Memo::new(move |_| {
        let typed = text.get();
        let (commands_only, sought) = match typed.strip_prefix('>') {
            Some(rest) => (true, rest.trim().to_owned()),
            None => (false, typed.trim().to_owned()),
        };
        let mut list: Vec<Entry> = Vec::new();
        if !commands_only {
            list.extend(hits.get().into_iter().map(|hit| Entry {
                icon: kind_icon(hit.key.kind),
                label: hit.key.name.clone(),
                note: if hit.summary.is_empty() {
                    hit.key.kind.noun().to_owned()
                } else {
                    format!("{}, {}", hit.key.kind.noun(), hit.summary)
                },
                keys: String::new(),
                act: Act::Go(address::object(&hit.key)),
            }));
        }
        list.extend(commands(namespace.get().as_deref(), &sought));
        list.truncate(MAX_ENTRIES);
        list
    });

    let search = move |typed: String| {
        text.set(typed.clone());
        at.set(0);
        let number = asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        let sought = typed.trim().to_owned();
        if sought.is_empty() || sought.starts_with('>') {
            hits.set(Vec::new());
            return;
        }
        let namespace = namespace.get_untracked();
        leptos::task::spawn_local(async move {
            // A slower answer to an earlier word must not replace the present one.
            if let Ok(found) = search_objects(namespace, sought).await
                && asked.try_get_value() == number
            {
                hits.set(found);
            }
        });
    };
    let run = move |entry: Entry, new_tab: bool| {
        open.set(false);
        match entry.act {
            Act::Go(href) if new_tab => {
                let _ = window().open_with_url_and_target(&href, "_blank");
            }
            Act::Go(href) if guard.may_leave() => navigate(&href, NavigateOptions::default()),
            Act::Go(_) => {}
            Act::SwitchTheme => prefs.switch_theme(),
            Act::ShowKeys => overlays.keys.set(true),
        }
    };
    let run = StoredValue::new(run);
    let act = move |entry: Entry, new_tab: bool| run.with_value(|run| run(entry, new_tab));
    let keys = move |event: KeyboardEvent| {
        let count = entries.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                let chosen = entries.with_untracked(|list| list.get(at.get_untracked()).cloned());
                if let Some(entry) = chosen {
                    act(entry, event.meta_key() || event.ctrl_key());
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        if open.get() {
            text.set(String::new());
            hits.set(Vec::new());
            at.set(0);
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
        }
    });
    let options = move || {
        entries
            .get()
            .into_iter()
            .enumerate()
            .map(|(number, entry)| {
                let chosen = entry.clone();
                view! {
                    <div
                        role="option"
                        id=format!("po-{number}")
                        aria-selected=move || if at.get() == number { "true" } else { "false" }
                        on:click=move |event| act(chosen.clone(), event.meta_key() || event.ctrl_key())
                    >
                        <Icon name=entry.icon />
                        <span class="nowrap">{entry.label}</span>
                        <span class="t3 xs cut">{entry.note}</span>
                        {(!entry.keys.is_empty()).then(|| view! { <kbd>{entry.keys}</kbd> })}
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <dialog
            class="dialog palette"
            id="palette"
            aria-label="Search or jump to"
            node_ref=dialog
            on:close=move |_| open.set(false)
        >
            <div class="pin">
                <Icon name="search" />
                <input
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="pal-list"
                    aria-autocomplete="list"
                    aria-activedescendant=move || format!("po-{}", at.get())
                    aria-label="Search everything"
                    placeholder="Search agents, queries, tools, or type a command"
                    autocomplete="off"
                    spellcheck="false"
                    node_ref=field
                    prop:value=text
                    on:input=move |event| search(event_target_value(&event))
                    on:keydown=keys
                />
                <kbd>"esc"</kbd>
            </div>
            <div class="menu flat" id="pal-list" role="listbox" aria-label="Results">
                {options}
            </div>
            {move || {
                entries
                    .with(Vec::is_empty)
                    .then(|| view! { <p class="pb t2" role="status">"Nothing has these words."</p> })
            }}
            <footer>
                <span>
                    <kbd>"↑"</kbd>
                    <kbd>"↓"</kbd>
                    " move"
                </span>
                <span>
                    <kbd>"↵"</kbd>
                    " open"
                </span>
                <span>
                    <kbd>"⌘"</kbd>
                    <kbd>"↵"</kbd>
                    " open in new tab"
                </span>
                <span>
                    <kbd>">"</kbd>
                    " commands only"
                </span>
            </footer>
        </dialog>
    }
}
