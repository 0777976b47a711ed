//! How people and judge agree.

use leptos::prelude::*;

use super::queue::Annotating;
use crate::app::components::Panel;
use crate::app::words;
use crate::views::experiments::Agreement;

/// Fewer answers than this say little.
const FEW: usize = 20;

/// The panel.
#[component]
pub fn AgreementPanel(
    /// The work of the page.
    work: Annotating,
) -> impl IntoView {
    let body = move || match work.agreement.get() {
        None => view! {
            <p class="pb t2">"Known when people have judged answers that the judge has scored."</p>
        }
        .into_any(),
        Some(agreement) => figures(&agreement).into_any(),
    };
    view! { <Panel title="People and the judge">{body}</Panel> }
}

fn figures(agreement: &Agreement) -> impl IntoView + use<> {
    let share = format!("{:.0} %", agreement.share * 100.0);
    let kappa = agreement.kappa.map_or_else(
        || "–, as one of both always says the same".to_owned(),
        |kappa| format!("{kappa:.2}, {}", strength(kappa)),
    );
    let rank = agreement.rank_correlation.map_or_else(|| "–".to_owned(), |rank| format!("{rank:.2}"));
    let few = (agreement.items < FEW).then_some("So few answers say little: judge some more.");
    view! {
        <div class="pb stack">
            <dl class="kv">
                <dt>"Both judged"</dt>
                <dd>{words::count(agreement.items, "answer", "answers")}</dd>
                <dt>"Agree"</dt>
                <dd>
                    <b>{share}</b>
                </dd>
                <dt>"Cohen’s kappa"</dt>
                <dd>{kappa}</dd>
                <dt>"Order of scores"</dt>
                <dd>{rank}</dd>
                <dt>"Judge too kind"</dt>
                <dd class:bad=agreement.too_kind != 0>{words::count(agreement.too_kind, "time", "times")}</dd>
                <dt>"Judge too strict"</dt>
                <dd class:warn=agreement.too_strict != 0>{words::count(agreement.too_strict, "time", "times")}</dd>
            </dl>
            {few.map(|few| view! { <p class="xs t3">{few}</p> })}
        </div>
    }
}

/// Words for kappa (Landis and Koch, 1977).
fn strength(kappa: f64) -> &'static str {
    match kappa {
        k if k < 0.0 => "worse than chance",
        k if k <= 0.2 => "slight",
        k if k <= 0.4 => "fair",
        k if k <= 0.6 => "moderate",
        k if k <= 0.8 => "substantial",
        _ => "almost perfect",
    }
}

#[cfg(test)]
mod tests {
    use super::strength;

    #[test]
    fn kappa_has_words() {
        assert_eq!(
            [-0.1, 0.5, 0.7, 0.95].map(strength),
            ["worse than chance", "moderate", "substantial", "almost perfect"]
        );
    }
}
