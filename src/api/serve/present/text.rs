//! Small readings of text and time.

use crate::resources::duration::GoDuration;

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

/// A length of time as people write it: `10m`, where Go writes `10m0s`.
pub fn length(length: GoDuration) -> String {
    let text = length.to_string();
    let minutes = text.strip_suffix("m0s").map(|text| format!("{text}m"));
    let text = minutes.unwrap_or(text);
    text.strip_suffix("h0m").map(|text| format!("{text}h")).unwrap_or(text)
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

    #[test]
    fn lengths_are_written_as_people_do() {
        for (text, short) in
            [("10m", "10m"), ("1h", "1h"), ("90s", "1m30s"), ("10s", "10s"), ("1h5m", "1h5m")]
        {
            assert_eq!(length(text.parse().unwrap()), short);
        }
    }
}
