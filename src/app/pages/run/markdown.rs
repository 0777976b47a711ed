//! The little Markdown that answers are shown with: paragraphs, headings, lists, quotes, code and tables; inside
//! them strong, emphasis, code and links.
//!
//! It makes values, never HTML: text of a model is untrusted, and what is drawn from these values is text nodes.
//! While an answer arrives, blocks that are finished are parsed once and the rest is shown as it is.

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of the answer; its rank in the page is the page's affair.
    Heading(Vec<Inline>),
    /// A list; `ordered` has numbers from `start`.
    List {
        /// Numbered.
        ordered: bool,
        /// First number.
        start: u32,
        /// Items.
        items: Vec<Vec<Inline>>,
    },
    /// Words of somebody else.
    Quote(Vec<Inline>),
    /// Code between fences.
    Code(String),
    /// A table.
    Table {
        /// Headings.
        head: Vec<Vec<Inline>>,
        /// Rows.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A line across.
    Rule,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Inline {
    /// Text; line breaks are kept.
    Text(String),
    /// Strong text.
    Strong(String),
    /// Emphasised text.
    Emphasis(String),
    /// Code.
    Code(String),
    /// A link to `http` or `https`; anything else stays text.
    Link {
        /// What is read.
        text: String,
        /// Where it goes.
        href: String,
    },
}

/// Length of the part of a growing text whose blocks cannot change any more: up to the last empty line or closed
/// fence.
pub fn finished_len(text: &str) -> usize {
    let (mut at, mut cut, mut fenced) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        at += line.len();
        if !line.ends_with('\n') {
            break;
        }
        if is_fence(line) {
            fenced = !fenced;
            if !fenced {
                cut = at;
            }
        } else if !fenced && line.trim().is_empty() {
            cut = at;
        }
    }
    cut
}

/// The blocks of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let trimmed = line.trim();
        if trimmed.is_empty() {
            at += 1;
        } else if is_fence(line) {
            let end = (at + 1..lines.len()).find(|&n| is_fence(lines[n])).unwrap_or(lines.len());
            blocks.push(Block::Code(lines[at + 1..end].join("\n")));
            at = end + 1;
        } else if let Some(text) = heading(trimmed) {
            blocks.push(Block::Heading(inline(text)));
            at += 1;
        } else if is_rule(trimmed) {
            blocks.push(Block::Rule);
            at += 1;
        } else if let Some((ordered, start, _)) = item(trimmed) {
            let (list, next) = list(&lines, at, ordered, start);
            blocks.push(list);
            at = next;
        } else if trimmed.starts_with('|') && lines.get(at + 1).is_some_and(|next| is_delimiter(next)) {
            let end = run_of(&lines, at, |line| line.trim_start().starts_with('|'));
            let rows = lines[at + 2..end.max(at + 2)].iter().map(|line| cells(line)).collect();
            blocks.push(Block::Table { head: cells(line), rows });
            at = end.max(at + 2);
        } else if trimmed.starts_with('>') {
            let end = run_of(&lines, at, |line| line.trim_start().starts_with('>'));
            let quoted: Vec<&str> =
                lines[at..end].iter().map(|line| line.trim_start().trim_start_matches('>').trim()).collect();
            blocks.push(Block::Quote(inline(&quoted.join("\n"))));
            at = end;
        } else {
            let end = run_of(&lines, at, |line| !starts_block(line)).max(at + 1);
            let text: Vec<&str> = lines[at..end].iter().map(|line| line.trim()).collect();
            blocks.push(Block::Paragraph(inline(&text.join("\n"))));
            at = end;
        }
    }
    blocks
}

/// The pieces of a text without blocks.
pub fn inline(text: &str) -> Vec<Inline> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((piece, length)) = marked(rest) {
            if !plain.is_empty() {
                pieces.push(Inline::Text(std::mem::take(&mut plain)));
            }
            pieces.push(piece);
            rest = &rest[length..];
        } else {
            // A run of one mark is taken whole, so that `a ** b` is not read as an emphasis of ` `.
            let run =
                if first == '*' { rest.len() - rest.trim_start_matches('*').len() } else { first.len_utf8() };
            plain.push_str(&rest[..run]);
            rest = &rest[run..];
        }
    }
    if !plain.is_empty() {
        pieces.push(Inline::Text(plain));
    }
    pieces
}

/// A marked piece at the start of `rest`, with its length.
fn marked(rest: &str) -> Option<(Inline, usize)> {
    if let Some(after) = rest.strip_prefix('`') {
        let end = after.find('`').filter(|end| *end > 0)?;
        return Some((Inline::Code(after[..end].to_owned()), end + 2));
    }
    if let Some(after) = rest.strip_prefix("**") {
        let inner = enclosed(after, "**")?;
        return Some((Inline::Strong(inner.to_owned()), inner.len() + 4));
    }
    if let Some(after) = rest.strip_prefix('*') {
        let inner = enclosed(after, "*")?;
        return Some((Inline::Emphasis(inner.to_owned()), inner.len() + 2));
    }
    let after = rest.strip_prefix('[')?;
    let (text, tail) = after.split_once("](")?;
    let href = &tail[..tail.find(')')?];
    let safe = href.starts_with("https://") || href.starts_with("http://");
    if !safe || text.contains(['[', ']', '\n']) || href.contains(char::is_whitespace) {
        return None;
    }
    Some((Inline::Link { text: text.to_owned(), href: href.to_owned() }, text.len() + href.len() + 4))
}

/// What stands before the closing mark, when it touches both marks and stays on its line.
fn enclosed<'a>(after: &'a str, mark: &str) -> Option<&'a str> {
    let inner = &after[..after.find(mark)?];
    let touches = !inner.starts_with(char::is_whitespace) && !inner.ends_with(char::is_whitespace);
    (touches && !inner.is_empty() && !inner.contains('\n')).then_some(inner)
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && ['-', '*', '_'].iter().any(|mark| line.chars().all(|c| c == *mark))
}

fn is_delimiter(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|') && line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim())
}

/// Whether a line is an item: numbered or not, its number, its text.
fn item(line: &str) -> Option<(bool, u32, &str)> {
    for mark in ["- ", "* ", "+ ", "• "] {
        if let Some(text) = line.strip_prefix(mark) {
            return Some((false, 1, text));
        }
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let text = line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix(") "))?;
    line[..digits].parse().ok().map(|number| (true, number, text))
}

fn list(lines: &[&str], from: usize, ordered: bool, start: u32) -> (Block, usize) {
    let mut items: Vec<String> = Vec::new();
    let mut at = from;
    while at < lines.len() {
        let line = lines[at].trim();
        match item(line) {
            Some((same, _, text)) if same == ordered => items.push(text.to_owned()),
            // A line that goes on belongs to the item before it.
            None if !line.is_empty() && lines[at].starts_with([' ', '\t']) => {
                if let Some(last) = items.last_mut() {
                    last.push('\n');
                    last.push_str(line);
                }
            }
            _ => break,
        }
        at += 1;
    }
    let items = items.iter().map(|text| inline(text)).collect();
    (Block::List { ordered, start, items }, at)
}

fn cells(line: &str) -> Vec<Vec<Inline>> {
    line.trim()
        .trim_start_matches('|')
        .trim_end_matches('|')
        .split('|')
        .map(|cell| inline(cell.trim()))
        .collect()
}

fn starts_block(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || is_fence(line)
        || is_rule(line)
        || line.starts_with(['>', '|'])
        || heading(line).is_some()
        || item(line).is_some()
}

fn run_of(lines: &[&str], from: usize, belongs: impl Fn(&str) -> bool) -> usize {
    (from..lines.len()).find(|&at| !belongs(lines[at])).unwrap_or(lines.len())
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
