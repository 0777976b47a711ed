//! The figures of a picture as a table, for who does not see it.

use leptos::prelude::*;

/// Rows at the most; of more, the name of the table says how many there are.
pub const MAX_BEHIND: usize = 200;

/// A table that is read and not seen. The first cell of a row names it.
#[component]
pub fn Behind(
    /// What the picture shows.
    #[prop(into)]
    name: String,
    /// Heads of the columns.
    columns: Vec<String>,
    /// The rows; the first [`MAX_BEHIND`] are told.
    rows: Vec<Vec<String>>,
) -> impl IntoView {
    let caption = caption(&name, rows.len());
    let heads = columns.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    let lines = rows.into_iter().take(MAX_BEHIND).map(|cells| {
        let mut cells = cells.into_iter();
        let first = cells.next();
        view! {
            <tr>
                <th scope="row">{first}</th>
                {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    });
    view! {
        <div class="vh">
            <table>
                <caption>{caption}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn caption(name: &str, rows: usize) -> String {
    match rows {
        0..=MAX_BEHIND => name.to_owned(),
        all => format!("{name}, the first {MAX_BEHIND} of {all}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_cut_says_so() {
        assert_eq!(caption("Scores", MAX_BEHIND), "Scores");
        assert_eq!(caption("Scores", 1_000), "Scores, the first 200 of 1000");
    }
}
