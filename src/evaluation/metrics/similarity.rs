//! How alike two texts are.
//!
//! Edits are counted by `strsim`, and words are those of Unicode, so that no script is left out. ROUGE-L and BLEU have no crate
//! that is kept up; both are short, and are checked in the tests against the figures of `rouge-score` and `sacrebleu`.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

use super::Measured;

/// Characters of the longer text up to which it is compared: the time grows with the product of both lengths.
const MAX_CHARACTERS: usize = 8000;
/// Words of the longer text up to which the longest common sequence is looked for.
const MAX_WORDS: usize = 4000;
/// Words of the longest sequences that BLEU counts.
const ORDER: usize = 4;

/// One minus the edits over the length of the longer text.
pub(super) fn levenshtein(answer: &str, wanted: &str) -> Measured {
    let longest = answer.chars().count().max(wanted.chars().count());
    if longest > MAX_CHARACTERS {
        return Err(format!(
            "texts of {longest} characters are not compared by edits; at most {MAX_CHARACTERS} are"
        ));
    }
    let alike = strsim::normalized_levenshtein(answer.trim(), wanted.trim());
    Ok((alike, format!("{:.1} % of the longer text is the same", alike * 100.0)))
}

/// F1 of the longest common sequence of words, as `rougeL` of `rouge-score`: letters and digits in lower case. That knows ASCII
/// alone, and finds nothing in common between two equal texts in Cyrillic.
pub(super) fn rouge_l(answer: &str, wanted: &str) -> Measured {
    let words = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        // Unicode holds `0.42` and `don't` together, the reference does not.
        let parts = lower
            .unicode_words()
            .flat_map(|word| word.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()));
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (answer, wanted) = (words(answer), words(wanted));
    let longest = answer.len().max(wanted.len());
    if longest > MAX_WORDS {
        return Err(format!("texts of {longest} words are not compared by ROUGE-L; at most {MAX_WORDS} are"));
    }
    let common = common(&answer, &wanted);
    let (precision, recall) = (ratio(common, answer.len()), ratio(common, wanted.len()));
    let sum = precision + recall;
    let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
    Ok((f1, format!("{common} words in common order: precision {precision:.2}, recall {recall:.2}")))
}

fn common(a: &[String], b: &[String]) -> usize {
    let mut row = vec![0_usize; b.len() + 1];
    for one in a {
        let mut diagonal = 0;
        for (at, other) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if one == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// BLEU of one sentence with words up to four, as `sentence_bleu` of `sacrebleu` for texts of plain words: smoothing `exp`, and
/// only orders that the answer is long enough for.
pub(super) fn bleu(answer: &str, wanted: &str) -> Measured {
    let (answer, wanted) = (tokens(answer), tokens(wanted));
    if answer.is_empty() || wanted.is_empty() {
        return Ok((0.0, "one of the texts has no words".to_owned()));
    }
    let (mut log, mut orders, mut smooth) = (0.0, 0_usize, 1.0);
    for n in 1..=ORDER.min(answer.len()) {
        let (have, allowed) = (counts(&answer, n), counts(&wanted, n));
        let met: usize =
            have.iter().map(|(gram, count)| (*count).min(allowed.get(gram).copied().unwrap_or(0))).sum();
        let total = answer.len() - n + 1;
        let precision = if met == 0 {
            smooth *= 2.0;
            ratio(1, total) / smooth
        } else {
            ratio(met, total)
        };
        if n == 1 && met == 0 {
            return Ok((0.0, "no word in common".to_owned()));
        }
        log += precision.ln();
        orders += 1;
    }
    let brevity =
        if answer.len() < wanted.len() { (1.0 - ratio(wanted.len(), answer.len())).exp() } else { 1.0 };
    let score = brevity * (log * ratio(1, orders)).exp();
    Ok((
        score.clamp(0.0, 1.0),
        format!("sequences of up to {orders} words; length {} of {}", answer.len(), wanted.len()),
    ))
}

/// Words, with marks that stand at their edges as words of their own.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let start = word.trim_start_matches(is_mark);
        tokens.extend(word[..word.len() - start.len()].chars().map(String::from));
        let middle = start.trim_end_matches(is_mark);
        if !middle.is_empty() {
            tokens.push(middle.to_owned());
        }
        tokens.extend(start[middle.len()..].chars().map(String::from));
    }
    tokens
}

fn is_mark(c: char) -> bool {
    c.is_ascii_punctuation()
}

fn counts(words: &[String], n: usize) -> HashMap<&[String], usize> {
    let mut counts = HashMap::new();
    for gram in words.windows(n) {
        *counts.entry(gram).or_default() += 1;
    }
    counts
}

#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F1 of `rouge-score` 0.1.2 (`RougeScorer(["rougeL"])`) and `sacrebleu` 2.6.0 (`sentence_bleu`), both run on CPython.
    const FIGURES: [(&str, &str, f64, f64); 4] = [
        ("the cat sat on the mat", "the cat is on the mat", 0.833_333_333, 0.379_917_843),
        (
            "Low water is at noon, high water at six.",
            "High water is at six, low water at noon.",
            0.555_555_556,
            0.230_868_315,
        ),
        ("a b c", "x y z", 0.0, 0.0),
        (
            "the lamp came nine days late",
            "the lamp came nine days late and broken",
            0.857_142_857,
            0.716_531_311,
        ),
    ];

    #[test]
    fn figures_are_those_of_the_reference_implementations() {
        for (answer, wanted, rouge, expected) in FIGURES {
            let (score, _) = rouge_l(answer, wanted).unwrap();
            assert!((score - rouge).abs() < 1e-6, "ROUGE-L of {answer}: {score}");
            let (score, _) = bleu(answer, wanted).unwrap();
            assert!((score - expected).abs() < 1e-6, "BLEU of {answer}: {score}");
        }
    }

    #[test]
    fn every_script_has_words() {
        for (answer, wanted, rouge, expected) in [
            ("Прилив в полдень, в шесть — отлив.", "Прилив в полдень, в шесть — отлив.", 1.0, 1.0),
            // ROUGE-L is about letters of any case, BLEU is not.
            ("кошка сидит на коврике", "Кошка лежит на коврике", 0.75, 0.319_471_552),
            ("кошка сидит на коврике", "кошка лежит на коврике", 0.75, 0.353_553_391),
            // Without spaces every sign is a word of ROUGE-L, and the whole is one of BLEU, as in the reference.
            ("低潮是中午", "高潮是中午", 0.8, 0.0),
            ("低潮是中午", "低潮是中午", 1.0, 1.0),
            ("الجزر عند الظهر", "المد عند الظهر", 2.0 / 3.0, 0.550_321_208),
        ] {
            let (score, _) = rouge_l(answer, wanted).unwrap();
            assert!((score - rouge).abs() < 1e-6, "ROUGE-L of {answer}: {score}");
            let (score, _) = bleu(answer, wanted).unwrap();
            assert!((score - expected).abs() < 1e-6, "BLEU of {answer}: {score}");
        }
        // Words as the reference cuts them.
        let (score, reason) = rouge_l("don't: 0.42 m, B-20070_x", "DON T 0 42 m b 20070 x").unwrap();
        assert!((score - 1.0).abs() < 1e-9, "{reason}");
    }

    #[test]
    fn texts_that_are_too_long_are_not_compared() {
        assert!(levenshtein(&"x".repeat(9000), "x").unwrap_err().contains("at most 8000"));
        assert!(rouge_l(&"x ".repeat(5000), "x").unwrap_err().contains("at most 4000"));
        assert_eq!(levenshtein("", "").unwrap().0, 1.0);
    }
}
