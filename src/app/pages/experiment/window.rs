//! The rows that are loaded: how further and newer ones come in, and which stand beside one.

use std::collections::HashMap;

use crate::views::experiments::{ITEM_WINDOW, ItemRow};

/// The id beside an item, and how many come after that.
pub fn neighbour(rows: &[ItemRow], open: &str, by: isize) -> Option<(String, usize)> {
    let last = rows.len().checked_sub(1)?;
    let at =
        rows.iter().position(|row| row.id == open).map_or(0, |at| at.saturating_add_signed(by).min(last));
    rows.get(at).map(|row| (row.id.clone(), last - at))
}

/// Whether the rows begin in the order of `news`.
pub fn same_order(rows: &[ItemRow], news: &[ItemRow]) -> bool {
    rows.iter().map(|row| &row.id).zip(news.iter().map(|row| &row.id)).all(|(old, new)| old == new)
}

/// Rows of a further window; one that moved into it meanwhile is not shown twice.
pub fn append(rows: &mut Vec<ItemRow>, further: Vec<ItemRow>) {
    let places = places(rows);
    for row in further {
        match places.get(&row.id).and_then(|at| rows.get_mut(*at)) {
            Some(old) => *old = row,
            None => rows.push(row),
        }
    }
}

/// What became of rows; unknown ones come to the end, where there is room for them in the window.
pub fn merge(rows: &mut Vec<ItemRow>, news: Vec<ItemRow>, whole: bool) {
    let places = places(rows);
    let mut room = if whole { ITEM_WINDOW.saturating_sub(rows.len()) } else { 0 };
    for row in news {
        match places.get(&row.id).and_then(|at| rows.get_mut(*at)) {
            Some(old) => *old = row,
            None if room > 0 => {
                rows.push(row);
                room -= 1;
            }
            None => {}
        }
    }
}

fn places(rows: &[ItemRow]) -> HashMap<String, usize> {
    rows.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, score: Option<f64>) -> ItemRow {
        ItemRow { id: id.to_owned(), score, ..ItemRow::default() }
    }

    #[test]
    fn rows_change_where_they_stand() {
        let mut rows = vec![row("a", None), row("b", Some(0.5))];
        let news = vec![row("b", Some(0.2)), row("a", Some(0.9)), row("c", None)];
        assert!(!same_order(&rows, &news));
        merge(&mut rows, news, true);
        let told: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.score)).collect();
        assert_eq!(told, [("a", Some(0.9)), ("b", Some(0.2)), ("c", None)]);
    }

    #[test]
    fn a_further_window_holds_no_row_twice() {
        let mut rows = vec![row("a", None), row("b", None)];
        append(&mut rows, vec![row("b", Some(1.0)), row("c", None)]);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1].score, Some(1.0));
    }

    #[test]
    fn steps_end_at_both_ends() {
        let rows = [row("a", None), row("b", None)];
        assert_eq!(neighbour(&rows, "", 1), Some(("a".into(), 1)));
        assert_eq!(neighbour(&rows, "a", 1), Some(("b".into(), 0)));
        assert_eq!(neighbour(&rows, "b", 1), Some(("b".into(), 0)));
        assert_eq!(neighbour(&rows, "a", -1), Some(("a".into(), 1)));
        assert_eq!(neighbour(&[], "a", 1), None);
    }
}
