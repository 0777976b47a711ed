//! Names and label values of evaluations that are made for others: long ones are cut and told apart by a hash.

use sha2::{Digest, Sha256};

/// Characters of an object's name.
const MAX_NAME: usize = 253;
/// Characters of a label's value.
const MAX_LABEL: usize = 63;
/// Digits of the hash.
const DIGITS: usize = 8;

/// A name that fits.
pub(super) fn name(wanted: &str) -> String {
    fit(wanted, MAX_NAME)
}

/// A label's value that fits.
pub(super) fn label(wanted: &str) -> String {
    fit(wanted, MAX_LABEL)
}

fn fit(wanted: &str, most: usize) -> String {
    if wanted.len() <= most {
        return wanted.to_owned();
    }
    let hash: String =
        Sha256::digest(wanted).iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
    let kept = &wanted[..wanted.floor_char_boundary(most - DIGITS - 1)];
    format!("{}-{hash}", kept.trim_end_matches(['-', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        assert_eq!(name("judge-tide-eval"), "judge-tide-eval");
        let (a, b) = (label(&format!("{}a", "x".repeat(70))), label(&format!("{}b", "x".repeat(70))));
        assert!(a.len() <= 63 && a != b, "{a} {b}");
    }
}
