//! What the shop owes for an order: the agents of the demo experiment, and the judge of their answers.
//!
//! The first agent knows the rules and pays for broken things of which it has seen no photo. After somebody shortened its prompt it
//! asks for the photo, and forgets the tenth of the goods: the second experiment has items that became better, and more that became
//! worse.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

/// What the prompts of both agents say, in lower case.
const DECIDES: &str = "you decide what the shop owes";
/// What the prompt of the second says besides.
const SHORT: &str = "one sentence";
/// How the prompt of a judge begins, in lower case.
const JUDGES: &str = "you judge answers";
/// Days of delay from which on money is paid back.
const LATE_DAYS: u32 = 7;

/// An order as a customer tells it, in cents.
#[derive(Debug, Default, PartialEq, Eq)]
struct Order {
    goods: u64,
    shipping: u64,
    days_late: u32,
    broken: u64,
    photo: bool,
}

/// A rule, and what is owed by it.
type Owed = (&'static str, &'static str, u64);

/// The answer of an agent that decides about refunds; `None` for others. `prompt` is in lower case.
pub(super) fn decide(prompt: &str, question: &str) -> Option<String> {
    if !prompt.contains(DECIDES) {
        return None;
    }
    let order = Order::of(question);
    if prompt.contains(SHORT) {
        return Some(short(&order));
    }
    Some(long(&order))
}

/// The verdict of a judge; `None` when none is asked for. `prompt` is in lower case.
pub(super) fn judge(prompt: &str, material: &str, schema: &Value) -> Option<Value> {
    if !prompt.starts_with(JUDGES) {
        return None;
    }
    let material: Value = serde_json::from_str(material).ok()?;
    let (answer, expected) =
        (material["answer"].as_str()?, material["expected"].as_str().unwrap_or_default());
    let right = !expected.is_empty() && answer.contains(expected);
    let verdict = |name: &str| match name {
        "clarity" | "conciseness" | "relevance" => (0.9, "It is plain and speaks to the question."),
        _ if right => (1.0, "It comes to the amount that is expected."),
        _ => (0.2, "It does not come to the amount that is expected."),
    };
    let criteria = schema["properties"].as_object()?;
    let one = |name: &String| {
        let (score, reason) = verdict(name);
        (name.clone(), json!({"reason": reason, "score": score}))
    };
    Some(Value::Object(criteria.keys().map(one).collect()))
}

impl Order {
    /// Reads `goods €129.80, shipping €6.90, 9 days late. The shade (€39.90) is broken, with a photo.`
    fn of(text: &str) -> Self {
        static FACTS: LazyLock<Option<[Regex; 4]>> = LazyLock::new(|| {
            let all = [
                r"goods €(\d+)\.(\d\d)",
                r"shipping €(\d+)\.(\d\d)",
                r"\(€(\d+)\.(\d\d)\) is broken",
                r"(\d+) days late",
            ];
            all.map(Regex::new).into_iter().collect::<Result<Vec<_>, _>>().ok()?.try_into().ok()
        });
        let Some([goods, shipping, broken, late]) = FACTS.as_ref() else { return Self::default() };
        let cents = |regex: &Regex| {
            let found = regex.captures(text)?;
            let number = |at| found.get(at)?.as_str().parse::<u64>().ok();
            Some(number(1)? * 100 + number(2)?)
        };
        let days = late.captures(text).and_then(|found| found.get(1)?.as_str().parse().ok());
        Self {
            goods: cents(goods).unwrap_or_default(),
            shipping: cents(shipping).unwrap_or_default(),
            days_late: days.unwrap_or_default(),
            broken: cents(broken).unwrap_or_default(),
            photo: text.contains("with a photo"),
        }
    }

    fn is_late(&self) -> bool {
        self.days_late > LATE_DAYS
    }

    fn damage(&self) -> Option<Owed> {
        (self.broken > 0).then_some(("R-4.2", "the broken item in full", self.broken))
    }

    fn shipping(&self) -> Option<Owed> {
        self.is_late().then_some(("R-3.1", "the shipping", self.shipping))
    }

    fn tenth(&self, paid: u64) -> Option<Owed> {
        let kept = self.goods.saturating_sub(paid);
        self.is_late().then_some(("R-3.2", "10 % of the goods that are kept", (kept + 5) / 10))
    }
}

/// All rules, and no question about a photo.
fn long(order: &Order) -> String {
    let damage = order.damage();
    let tenth = order.tenth(damage.map_or(0, |(.., cents)| cents));
    let rules: Vec<Owed> = [damage, order.shipping(), tenth].into_iter().flatten().collect();
    if rules.is_empty() {
        return "No rule applies, so nothing is paid back. In all we owe €0.00.".to_owned();
    }
    let lines = rules.iter().map(|(rule, what, cents)| format!("- {rule}: {what}, {}", euros(*cents)));
    let total = rules.iter().map(|(.., cents)| cents).sum();
    format!(
        "These rules apply:\n\n{}\n\nIn all we owe {}.",
        lines.collect::<Vec<_>>().join("\n"),
        euros(total)
    )
}

/// A sentence: with a look at the photo, and without the tenth.
fn short(order: &Order) -> String {
    let damage = order.damage().filter(|_| order.photo);
    let total = [damage, order.shipping()].into_iter().flatten().map(|(.., cents)| cents).sum();
    if order.broken > 0 && !order.photo {
        return format!("Please send a photo of what is broken; until then we owe {}.", euros(total));
    }
    format!("We owe {}.", euros(total))
}

fn euros(cents: u64) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "you decide what the shop owes. name each rule.";
    const BRIEF: &str = "you decide what the shop owes. answer in one sentence.";

    #[test]
    fn both_agents_are_wrong_in_their_own_way() {
        for (order, long, short) in [
            ("goods €54.00, shipping €4.90, in time, nothing broken.", "€0.00", "€0.00"),
            ("goods €80.00, shipping €5.00, 9 days late.", "€13.00", "€5.00"),
            ("goods €80.00, shipping €5.00, 7 days late.", "€0.00", "€0.00"),
            (
                "goods €129.80, shipping €6.90, 9 days late. The shade (€39.90) is broken, with a photo.",
                "€55.79",
                "€46.80",
            ),
            (
                "goods €129.80, shipping €6.90, in time. The shade (€39.90) is broken, without a photo.",
                "€39.90",
                "€0.00",
            ),
        ] {
            let (all, brief) = (decide(LONG, order).unwrap(), decide(BRIEF, order).unwrap());
            assert!(all.ends_with(&format!("In all we owe {long}.")), "{all}");
            assert!(
                brief.ends_with(&format!("we owe {short}.")) || brief == format!("We owe {short}."),
                "{brief}"
            );
        }
        assert_eq!(decide("you write release notes.", "goods €1.00"), None);
    }

    #[test]
    fn the_judge_compares_with_what_is_expected() {
        let schema = json!({"properties": {"accuracy": {}, "clarity": {}}});
        let prompt = "you judge answers of ai systems, strictly and fairly.";
        let material =
            |answer: &str| json!({"question": "q", "answer": answer, "expected": "€13.00"}).to_string();
        let right = judge(prompt, &material("In all we owe €13.00."), &schema).unwrap();
        assert_eq!((&right["accuracy"]["score"], &right["clarity"]["score"]), (&json!(1.0), &json!(0.9)));
        let wrong = judge(prompt, &material("We owe €5.00."), &schema).unwrap();
        assert_eq!(wrong["accuracy"]["score"], 0.2);
        assert_eq!(judge("you are a pilot.", &material("x"), &schema), None);
    }
}
