//! Who: rounded square is an agent, stacked a team, neutral with an icon everything else.

use leptos::prelude::*;

use super::{Icon, kind_icon};
use crate::app::address;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;

/// Class of one of the eight agent colours, by a stable hash of the name: the same agent has the same colour
/// everywhere and after every start.
pub fn agent_class(name: &str) -> &'static str {
    const CLASSES: [&str; 8] = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"];
    // FNV-1a: short, stable, and spreads names that differ in one letter.
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    CLASSES[(hash >> 16) as usize % CLASSES.len()]
}

/// Two letters for a name: of its first two words, or the first two of its only word.
pub fn initials(name: &str) -> String {
    let mut words = name.split(['-', '.', '_', ' ']).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("?");
    let mut letters = first.chars();
    let one = letters.next().unwrap_or('?').to_ascii_uppercase();
    let two = words.next().and_then(|word| word.chars().next()).or_else(|| letters.next());
    match two {
        Some(two) => format!("{one}{}", two.to_ascii_lowercase()),
        None => one.to_string(),
    }
}

/// The mark of an object.
#[component]
pub fn Avatar(
    /// What it is.
    kind: Kind,
    /// Its name, which gives colour and letters.
    #[prop(into)]
    name: String,
    /// 36 px, for heads of pages.
    #[prop(optional)]
    large: bool,
    /// 18 px, for menus.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let size = match (large, small) {
        (true, _) => " lg",
        (_, true) => " sm",
        _ => "",
    };
    match kind {
        Kind::Agent => {
            let class = format!("av {}{size}", agent_class(&name));
            view! { <span class=class aria-hidden="true">{initials(&name)}</span> }.into_any()
        }
        Kind::Team => {
            let class = format!("av {} team{size}", agent_class(&name));
            view! { <span class=class aria-hidden="true">{initials(&name)}</span> }.into_any()
        }
        other => {
            let class = format!("av thing{size}");
            view! {
                <span class=class aria-hidden="true">
                    <Icon name=kind_icon(other) />
                </span>
            }
            .into_any()
        }
    }
}

/// Mark and name.
#[component]
pub fn Who(
    /// The object.
    object: ObjectKey,
) -> impl IntoView {
    view! {
        <span class="who">
            <Avatar kind=object.kind name=object.name.clone() />
            <span class="cut">{object.name}</span>
        </span>
    }
}

/// A link to another object; says so when that does not exist.
#[component]
pub fn ObjectLink(
    /// The object.
    object: ObjectKey,
    /// It does not exist.
    #[prop(optional)]
    missing: bool,
) -> impl IntoView {
    let title = missing
        .then(|| format!("There is no {} “{}” in {}", object.kind.noun(), object.name, object.namespace));
    view! {
        <span class="nowrap">
            {if missing {
                view! { <span class="bad" title=title>{object.name}<span class="xs">", missing"</span></span> }
                    .into_any()
            } else {
                view! { <a href=address::object(&object)>{object.name.clone()}</a> }.into_any()
            }}
        </span>
    }
}

/// Short words: the first, and how many more there are.
#[component]
pub fn Tags(
    /// The words.
    words: Vec<String>,
    /// How many are shown before the rest is counted.
    #[prop(default = 1)]
    shown: usize,
) -> impl IntoView {
    let rest = words.len().saturating_sub(shown);
    let all = words.join(", ");
    if words.is_empty() {
        return view! { <span class="t3">"none"</span> }.into_any();
    }
    view! {
        <span class="row wrap tags" title=all>
            {words
                .into_iter()
                .take(shown)
                .map(|word| view! { <span class="tag mono"><span class="cut">{word}</span></span> })
                .collect_view()}
            {(rest > 0).then(|| view! { <span class="xs t3">"+" {rest}</span> })}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_from_the_words_of_a_name() {
        assert_eq!(initials("triage"), "Tr");
        assert_eq!(initials("reply-writer"), "Rw");
        assert_eq!(initials("x"), "X");
        assert_eq!(initials(""), "?");
    }

    #[test]
    fn colours_are_stable() {
        assert_eq!(agent_class("triage"), agent_class("triage"));
        let used: std::collections::BTreeSet<_> =
            ["triage", "reply-writer", "refund-officer", "log-analyst", "fraud-screen", "sql-analyst"]
                .map(agent_class)
                .into();
        assert!(used.len() >= 4, "names spread over the colours: {used:?}");
    }
}
