//! Colours in a line of YAML: keys, texts, comments. Only what a reader looks for; the editor has the whole grammar.

use leptos::prelude::*;

/// A line in pieces, each with the class that colours it; empty for what stays plain.
pub fn yaml_line(line: &str) -> Vec<(&'static str, &str)> {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let (lead, rest) = line.split_at(start);
    if rest.starts_with('#') {
        return vec![("", lead), ("sc", rest)];
    }
    match key_length(rest) {
        Some(length) => {
            let (key, value) = rest.split_at(length);
            vec![("", lead), ("sk", key), ("ss", value)]
        }
        None => vec![("", lead), ("ss", rest)],
    }
}

/// Length of a key before its colon; a colon inside a text, as in an address, ends none.
fn key_length(text: &str) -> Option<usize> {
    let end = text.find(':').filter(|end| text[end + 1..].is_empty() || text[end + 1..].starts_with(' '))?;
    let name = text[..end].chars().all(|c| c.is_ascii_alphanumeric() || "._/$\"'-".contains(c));
    (end > 0 && name).then_some(end)
}

/// The line in colours.
pub fn yaml_view(line: &str) -> impl IntoView + use<> {
    let pieces: Vec<_> = yaml_line(line).into_iter().map(|(class, text)| (class, text.to_owned())).collect();
    pieces
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(class, text)| view! { <span class=class>{text}</span> })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_texts_and_comments_are_told_apart() {
        assert_eq!(yaml_line("  name: tide"), [("", "  "), ("sk", "name"), ("ss", ": tide")]);
        assert_eq!(yaml_line("  - type: http"), [("", "  - "), ("sk", "type"), ("ss", ": http")]);
        assert_eq!(yaml_line("    # once"), [("", "    "), ("sc", "# once")]);
        assert_eq!(yaml_line("    You say: go home"), [("", "    "), ("ss", "You say: go home")]);
        assert_eq!(yaml_line("- http://a:1/b"), [("", "- "), ("ss", "http://a:1/b")]);
    }
}
