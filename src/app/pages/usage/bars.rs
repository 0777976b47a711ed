//! The bars of a chart of tokens.

use crate::views::usage::UsageSpan;

/// Least height of a bar that stands for something, so that it is seen.
const LEAST: f64 = 1.5;
/// Share of a place that its bar takes.
const FILL: f64 = 0.72;

/// A bar: tokens in below, tokens out above.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
    /// Height of the tokens in.
    pub prompt: f64,
    /// Height of the tokens out.
    pub completion: f64,
}

/// The bars of spans in a chart of this size.
pub fn bars(spans: &[UsageSpan], width: f64, height: f64) -> Vec<Bar> {
    let most = spans.iter().map(|span| span.tokens.prompt + span.tokens.completion).max().unwrap_or_default();
    let place = width / to_f64(i64::try_from(spans.len().max(1)).unwrap_or(1));
    let tall = |tokens: i64| match tokens {
        ..=0 => 0.0,
        tokens => (to_f64(tokens) / to_f64(most.max(1)) * height).max(LEAST),
    };
    let mut x = place * (1.0 - FILL) / 2.0;
    let mut all = Vec::with_capacity(spans.len());
    for span in spans {
        let prompt = tall(span.tokens.prompt);
        let completion = tall(span.tokens.completion).min(height - prompt);
        all.push(Bar { x, width: place * FILL, prompt, completion });
        x += place;
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "heights in a picture")]
fn to_f64(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::run::TokenUsage;

    #[test]
    fn the_most_fills_the_height_and_a_little_is_seen() {
        let span = |prompt, completion| UsageSpan {
            tokens: TokenUsage { prompt, completion, cached: 0 },
            ..UsageSpan::default()
        };
        let all = bars(&[span(0, 0), span(900, 100), span(1, 0)], 300.0, 100.0);
        assert_eq!((all[0].prompt, all[0].completion), (0.0, 0.0));
        assert!((all[1].prompt + all[1].completion - 100.0).abs() < 0.01);
        assert!((all[2].prompt - LEAST).abs() < f64::EPSILON);
        assert!(all[2].x + all[2].width <= 300.0);
        assert!(bars(&[], 300.0, 100.0).is_empty());
    }
}
