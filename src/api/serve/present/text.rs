//! Small readings of text and time.

/// Letters of a summary at the most; rows have one line for it.
const SUMMARY: usize = 160;

/// First line that says something, cut for a row, without the marks of Markdown that a row does not draw.
pub fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("```"));
    let line = line.unwrap_or_default().trim_start_matches(['#', '>']).trim_start().replace("**", "");
    match line.char_indices().nth(SUMMARY) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Milliseconds since the epoch of an RFC 3339 time.
pub fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond())
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`.
pub fn ordinal(n: usize) -> String {
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_letters() {
        assert_eq!(first_line("\n  \n hello \nworld"), "hello");
        assert_eq!(first_line("# **Tides** today"), "Tides today");
        assert_eq!(first_line(&"ä".repeat(200)).chars().count(), SUMMARY + 1);
    }

    #[test]
    fn places_in_the_queue_read_well() {
        let read = [1, 2, 3, 4, 11, 12, 21, 102, 111].map(ordinal);
        assert_eq!(read, ["1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "102nd", "111th"]);
    }
}
