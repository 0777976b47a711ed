//! The progress of a suite on a terminal: one line for each evaluation, drawn over itself.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::follow::Progress;

/// Characters of a bar.
const BAR: usize = 20;
/// Characters of a line: more would wrap, and could not be drawn over.
const WIDTH: usize = 110;
/// Lines that are drawn; of further evaluations only the result is told.
const MAX_LINES: usize = 30;

/// What is drawn.
#[derive(Default)]
pub(super) struct Board {
    lines: Vec<Line>,
    drawn: usize,
}

struct Line {
    progress: Progress,
    began: Instant,
}

impl Board {
    /// What the terminal must be sent to show this as well.
    pub(super) fn tell(&mut self, progress: Progress) -> String {
        self.tell_at(progress, Instant::now())
    }

    fn tell_at(&mut self, progress: Progress, now: Instant) -> String {
        let room = self.lines.len() < MAX_LINES;
        match self.lines.iter_mut().find(|line| line.progress.evaluation == progress.evaluation) {
            Some(line) => {
                if line.progress.total != progress.total {
                    line.began = now;
                }
                line.progress = progress;
            }
            None if room => self.lines.push(Line { progress, began: now }),
            None => return String::new(),
        }
        let mut text = String::new();
        if self.drawn > 0 {
            // Up to the first line.
            let _ = write!(text, "\x1b[{}A", self.drawn);
        }
        for line in &self.lines {
            let shown: String = line.shown(now).chars().take(WIDTH).collect();
            // To its begin, without what was there.
            let _ = writeln!(text, "\r\x1b[2K{shown}");
        }
        self.drawn = self.lines.len();
        text
    }
}

impl Line {
    fn shown(&self, now: Instant) -> String {
        let Progress { evaluation, done, total, message, ended } = &self.progress;
        let message = printable(message);
        if *total == 0 {
            return format!("{evaluation}  {message}");
        }
        let full = (BAR * done / total).min(BAR);
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(BAR - full));
        let mut text = format!("{evaluation}  {bar}  {done}/{total}");
        if let Some(left) = self.left(now).filter(|_| !ended) {
            let _ = write!(text, "  {} left", clock(left));
        }
        format!("{text}  {message}")
    }

    /// Until it ends, if it goes on as until now.
    fn left(&self, now: Instant) -> Option<Duration> {
        let (done, total) =
            (u32::try_from(self.progress.done).ok()?, u32::try_from(self.progress.total).ok()?);
        let each = now.duration_since(self.began).checked_div(done)?;
        each.checked_mul(total.checked_sub(done)?)
    }
}

/// Messages may quote models: no control character of theirs reaches the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(evaluation: &str, done: usize, message: &str) -> Progress {
        Progress { evaluation: evaluation.into(), done, total: 40, message: message.into(), ended: false }
    }

    #[test]
    fn each_evaluation_has_a_line_that_is_drawn_over() {
        let (mut board, began) = (Board::default(), Instant::now());
        let waits =
            Progress { evaluation: "a".into(), message: "Waits\x1b[2J.".into(), ..Progress::default() };
        assert_eq!(board.tell_at(waits, began), "\r\x1b[2Ka  Waits [2J.\n");
        board.tell_at(told("a", 0, "runs"), began);
        let text = board.tell_at(told("a", 10, "runs"), began + Duration::from_secs(25));
        let expected = "a  █████░░░░░░░░░░░░░░░  10/40  1 min 15 s left  runs\n";
        assert!(text.starts_with("\x1b[1A\r") && text.ends_with(expected), "{text:?}");
        let text = board.tell_at(told("b", 0, "runs"), began);
        assert_eq!(text.lines().count(), 2);
        let text = board.tell_at(Progress { ended: true, ..told("a", 40, "done") }, began);
        assert!(text.starts_with("\x1b[2A") && text.contains("40/40  done"), "{text:?}");
    }
}
