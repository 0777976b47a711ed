//! Which answer: by who is asked (the prompt), what is asked, which tools are offered and what they gave.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::answer::{Call, Reply};
use super::{refunds, schema, topics};

/// The order that is meant when none is named.
const ORDER: &str = "A-10448";
/// The amount in euros that is meant when none is named.
const AMOUNT: f64 = 55.79;

/// A request, as the script looks at it.
#[derive(Debug, Default)]
pub(super) struct Question {
    /// Prompt, in lower case.
    prompt: String,
    /// The last thing that the person said.
    text: String,
    /// The tools that are offered: name and schema.
    tools: Vec<(String, Value)>,
    /// What tools gave since the person spoke: name and result.
    results: Vec<(String, Value)>,
    /// The schema that the answer must satisfy.
    schema: Option<Value>,
}

impl Question {
    /// Reads a request; `None` when it has no messages.
    pub(super) fn of(body: &Value) -> Option<Self> {
        let messages = body["messages"].as_array().filter(|messages| !messages.is_empty())?;
        let mut question = Self::default();
        let mut names = std::collections::HashMap::new();
        for message in messages {
            match message["role"].as_str() {
                Some("system" | "developer") => question.prompt = plain(&message["content"]).to_lowercase(),
                Some("user") => {
                    question.text = plain(&message["content"]);
                    question.results.clear();
                }
                Some("assistant") => {
                    for call in message["tool_calls"].as_array().into_iter().flatten() {
                        let name = call["function"]["name"].as_str().unwrap_or_default();
                        names.insert(call["id"].as_str().unwrap_or_default().to_owned(), name.to_owned());
                    }
                }
                Some("tool") => {
                    let id = message["tool_call_id"].as_str().unwrap_or_default();
                    let text = unmarked(&plain(&message["content"])).to_owned();
                    let result = serde_json::from_str(&text).unwrap_or(Value::String(text));
                    question.results.push((names.get(id).cloned().unwrap_or_default(), result));
                }
                _ => {}
            }
        }
        for tool in body["tools"].as_array().into_iter().flatten() {
            let function = &tool["function"];
            let name = function["name"].as_str().unwrap_or_default().to_owned();
            question.tools.push((name, function["parameters"].clone()));
        }
        let format = &body["response_format"];
        question.schema = match format["type"].as_str() {
            Some("json_schema") => Some(format["json_schema"]["schema"].clone()),
            Some("json_object") => {
                Some(json!({"type": "object", "properties": {"answer": {"type": "string"}}}))
            }
            _ => None,
        };
        Some(question)
    }

    fn offers(&self, tool: &str) -> bool {
        self.tools.iter().any(|(name, _)| name == tool)
    }

    fn result(&self, tool: &str) -> Option<&Value> {
        self.results.iter().rfind(|(name, _)| name == tool).map(|(_, result)| result)
    }

    /// The order that the person names.
    fn order(&self) -> &str {
        static ORDERS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z]-\d{4,6}\b").ok());
        ORDERS.as_ref().and_then(|regex| regex.find(&self.text)).map_or(ORDER, |found| found.as_str())
    }

    /// The amount in euros that the person names.
    fn amount(&self) -> f64 {
        static AMOUNTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"€\s?(\d+(?:\.\d+)?)").ok());
        let found = AMOUNTS.as_ref().and_then(|regex| regex.captures(&self.text));
        found.and_then(|found| found.get(1)?.as_str().parse().ok()).unwrap_or(AMOUNT)
    }
}

/// A tool's result without the marks that the engine puts around the words of strangers.
fn unmarked(text: &str) -> &str {
    let marked =
        text.split_once("\n<ark-untrusted-tool-output-").and_then(|(_, rest)| rest.split_once(">\n"));
    let inner = marked.and_then(|(_, rest)| rest.rsplit_once("\n</ark-untrusted-tool-output-"));
    inner.map_or(text, |(inner, _)| inner)
}

/// What the script says.
pub(super) fn reply(question: &Question) -> Reply {
    if let Some(answer) = refunds::decide(&question.prompt, &question.text) {
        return Reply::Text(answer);
    }
    if let Some(schema) = &question.schema
        && let Some(verdict) = refunds::judge(&question.prompt, &question.text, schema)
    {
        return Reply::Text(verdict.to_string());
    }
    if question.results.is_empty()
        && let Some(calls) = calls(question)
    {
        return Reply::Calls(calls);
    }
    if let Some(schema) = &question.schema {
        return Reply::Text(structured(question, schema).to_string());
    }
    if let Some(refund) = question.result("create-refund") {
        return Reply::Text(paid(refund));
    }
    if let Some(order) = question.result("get-order") {
        let shipment = question.result("get-shipment").cloned().unwrap_or_default();
        return Reply::Text(facts(order, &shipment));
    }
    if let Some(found) = question.result("search-policies") {
        return Reply::Text(rules(found));
    }
    if !question.results.is_empty() {
        let given: Vec<String> = question
            .results
            .iter()
            .map(|(name, result)| format!("**{name}** answered:\n\n```json\n{result:#}\n```"))
            .collect();
        return Reply::Text(given.join("\n\n"));
    }
    Reply::Text(topics::answer(&question.prompt, &question.text))
}

/// The tools that are called first: those of the shop when they are offered, else one that the person names.
fn calls(question: &Question) -> Option<Vec<Call>> {
    let order = json!({"id": question.order()});
    let mut calls: Vec<Call> = ["get-order", "get-shipment"]
        .into_iter()
        .filter(|name| question.offers(name))
        .map(|name| Call { name: name.to_owned(), arguments: order.clone() })
        .collect();
    if calls.is_empty() && question.offers("search-policies") {
        let query = "late delivery damaged item refund";
        calls.push(Call { name: "search-policies".into(), arguments: json!({"query": query}) });
    }
    if calls.is_empty() && question.offers("create-refund") {
        let arguments = json!({"order_id": question.order(), "amount": question.amount(),
            "note": "Late 9 days (R-3.1, R-3.2), damaged shade (R-4.2)"});
        calls.push(Call { name: "create-refund".into(), arguments });
    }
    if calls.is_empty() {
        let text = question.text.to_lowercase();
        let named = question.tools.iter().find(|(name, _)| text.contains(&name.to_lowercase()));
        calls.extend(named.map(|(name, parameters)| Call {
            name: name.clone(),
            arguments: schema::value(parameters, &question.text),
        }));
    }
    (!calls.is_empty()).then_some(calls)
}

/// The triage of a ticket when the schema is that of the demo's triage agent, else any value of the schema.
fn structured(question: &Question, schema: &Value) -> Value {
    let mut value = schema::value(schema, &question.text);
    let text = question.text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let Some(object) = value.as_object_mut() else { return value };
    let mut set = |name: &str, wanted: &str| {
        let allowed = schema["properties"][name]["enum"].as_array();
        if object.contains_key(name) && allowed.is_some_and(|all| all.iter().any(|one| one == wanted)) {
            object.insert(name.to_owned(), wanted.into());
        }
    };
    let kind = if has(&["refund", "money back", "broken", "late"]) {
        "refund"
    } else if has(&["invoice", "bill", "vat"]) {
        "billing"
    } else {
        "question"
    };
    set("kind", kind);
    set("urgency", if has(&["urgent", "now", "lawyer"]) { "high" } else { "normal" });
    set("language", if has(&["ich ", " und ", "bitte"]) { "de" } else { "en" });
    value
}

/// The facts of an order as an agent reports them.
fn facts(order: &Value, shipment: &Value) -> String {
    if let Some(error) = order["error"].as_str() {
        return format!("I could not read the order. The shop said: {error}");
    }
    let mut text = format!(
        "Order **{}** has these facts:\n\n| Item | Price |\n|---|---:|\n",
        order["id"].as_str().unwrap_or("?")
    );
    for item in order["items"].as_array().into_iter().flatten() {
        let price = item["price"].as_f64().unwrap_or_default();
        text.push_str(&format!("| {} | €{price:.2} |\n", item["name"].as_str().unwrap_or("?")));
    }
    let (goods, shipping) =
        (order["goods"].as_f64().unwrap_or_default(), order["shipping"].as_f64().unwrap_or_default());
    text.push_str(&format!("\nGoods are €{goods:.2} and shipping was €{shipping:.2}."));
    if let (Some(promised), Some(delivered)) = (shipment["promised"].as_str(), shipment["delivered"].as_str())
    {
        let late = match shipment["days_late"].as_i64() {
            Some(days) if days > 0 => format!("**{days} days late**"),
            _ => "in time".to_owned(),
        };
        text.push_str(&format!(" It was promised for {promised} and delivered on {delivered}: {late}."));
    }
    text
}

/// What became of a refund, as an agent reports it: what the tool gave, or why it was not called.
fn paid(result: &Value) -> String {
    if let Some(error) = result["error"].as_str() {
        return format!("**Nothing was paid.** {error}");
    }
    // Where a person changed the amount, the result says so before what the shop gave.
    let changed = result.as_str().and_then(|text| text.split_once("\n\n"));
    let given =
        changed.and_then(|(_, json)| serde_json::from_str(json).ok()).unwrap_or_else(|| result.clone());
    let note = if changed.is_some() { " A person changed what I had asked for." } else { "" };
    format!(
        "I paid back **€{:.2}** for order **{}**.{note}",
        given["paid_back"].as_f64().unwrap_or_default(),
        given["order"].as_str().unwrap_or("?")
    )
}

/// The rules that apply, as an agent reports them.
fn rules(found: &Value) -> String {
    let mut text =
        "These rules apply. They add up; none excludes another.\n\n| Rule | What it says |\n|---|---|\n"
            .to_owned();
    for rule in found["matches"].as_array().into_iter().flatten() {
        let field = |name: &str| rule[name].as_str().unwrap_or("?");
        text.push_str(&format!("| {} | {} |\n", field("rule"), field("text")));
    }
    text.push_str("\nFor an order nine days late with one broken item: the item in full, the shipping, and 10 % of the rest.");
    text
}

fn plain(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(body: &Value) -> Reply {
        reply(&Question::of(body).unwrap())
    }

    fn tool(name: &str) -> Value {
        json!({"type": "function", "function": {"name": name, "parameters":
            {"type": "object", "properties": {"id": {"type": "string"}}}}})
    }

    #[test]
    fn tools_of_the_shop_are_called_then_reported() {
        let mut body = json!({
            "messages": [{"role": "user", "content": "What about order A-10502?"}],
            "tools": [tool("get-order"), tool("get-shipment")],
        });
        let Reply::Calls(calls) = ask(&body) else { panic!("no calls") };
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].arguments, json!({"id": "A-10502"}));
        let messages = body["messages"].as_array_mut().unwrap();
        messages.push(json!({"role": "assistant", "tool_calls":
            [calls[0].wire(0, false), calls[1].wire(1, false)]}));
        messages.push(json!({"role": "tool", "tool_call_id": "call_demo_0",
            "content": "{\"id\": \"A-10502\", \"goods\": 54, \"shipping\": 4.9, \"items\": []}"}));
        messages.push(json!({"role": "tool", "tool_call_id": "call_demo_1",
            "content": "{\"promised\": \"a\", \"delivered\": \"b\", \"days_late\": 0}"}));
        let Reply::Text(text) = ask(&body) else { panic!("no text") };
        assert!(text.contains("A-10502") && text.contains("in time"), "{text}");
    }

    #[test]
    fn a_refund_is_asked_for_and_reported_as_it_went() {
        let mut body = json!({
            "messages": [{"role": "user", "content": "Order A-10502: pay back €12.50."}],
            "tools": [tool("create-refund")],
        });
        let Reply::Calls(calls) = ask(&body) else { panic!("no calls") };
        assert_eq!(
            (&calls[0].arguments["order_id"], &calls[0].arguments["amount"]),
            (&json!("A-10502"), &json!(12.5))
        );
        let asked = json!({"role": "assistant", "tool_calls": [calls[0].wire(0, false)]});
        body["messages"].as_array_mut().unwrap().push(asked);
        let paid = r#"{"order": "A-10502", "paid_back": 10.0, "currency": "EUR"}"#;
        for (content, says) in [
            (paid.to_owned(), "I paid back **€10.00** for order **A-10502**."),
            (format!("A person changed the arguments.\n\n{paid}"), "A person changed what I had asked for."),
            (
                r#"{"error": "Tool execution rejected by user. Reason: Too much."}"#.into(),
                "Nothing was paid.",
            ),
        ] {
            let mut body = body.clone();
            let result = json!({"role": "tool", "tool_call_id": "call_demo_0", "content": content});
            body["messages"].as_array_mut().unwrap().push(result);
            let Reply::Text(text) = ask(&body) else { panic!("no text") };
            assert!(text.contains(says), "{text}");
        }
    }

    #[test]
    fn structured_output_is_json_of_the_schema() {
        let body = json!({
            "messages": [{"role": "user", "content": "Urgent: I want my money back"}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "t", "schema": {"type": "object",
                "properties": {"kind": {"enum": ["question", "refund"]}, "urgency": {"enum": ["normal", "high"]}}}}},
        });
        let Reply::Text(text) = ask(&body) else { panic!("no text") };
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, json!({"kind": "refund", "urgency": "high"}));
    }

    #[test]
    fn the_same_question_has_the_same_answer_which_says_that_it_is_scripted() {
        let body = json!({"messages": [{"role": "user", "content": "Who are you?"}]});
        assert_eq!(ask(&body), ask(&body));
        let Reply::Text(text) = ask(&body) else { panic!("no text") };
        assert!(text.contains("script"), "{text}");
    }
}
