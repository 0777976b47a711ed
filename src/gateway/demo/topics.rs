//! Answers in words: by the role that the prompt gives, else by what the question is about.

/// Roles: a word of the prompt and what such an agent answers.
const ROLES: [(&str, &str); 4] = [
    ("answer to the customer", REPLY),
    ("answer the customer", REPLY),
    ("release notes", RELEASE_NOTES),
    (
        "translate",
        "Hallo,\n\nvielen Dank für das Foto. Ihre Bestellung kam neun Tage zu spät, und der Lampenschirm war zerbrochen. Wir erstatten Ihnen **€55,79**.\n\nHerzliche Grüße\nIhr Team",
    ),
];

/// Topics: words of the question and what is said about them. The first that matches counts.
const TOPICS: [(&[&str], &str); 8] = [
    (&["who are you", "what are you", "demo", "script"], WHO),
    (
        &["agent"],
        "**An agent** is a prompt, a model and the tools it may use.\n\nThe prompt says who it is and how it works. The model answers. When the model asks for a tool, Arkdeck calls it and gives the result back, until there is an answer:\n\n1. The question and the prompt go to the model.\n2. The model answers, or asks for tools.\n3. Tools run side by side; their results go back to the model, errors included.\n\nEvery step is in the run’s journal. Open **Journal** on this page to see them.",
    ),
    (
        &["team"],
        "**A team** is agents that answer together. It has a strategy:\n\n| Strategy | Who speaks next |\n|---|---|\n| sequential | the members in order |\n| round-robin | the members in order, again and again |\n| selector | whom an agent or a model picks |\n| graph | whom the edges lead to |\n\nEach turn is in the run’s journal, with who was chosen, by what rule and why. Ask `refund-desk` about ticket 84213 to see four agents at work.",
    ),
    (
        &["tool"],
        "**A tool** is something that an agent can call: an HTTP address, an MCP tool, another agent.\n\nAsk `invoice-reader` about order A-10448 to see two tools called side by side. They ask the little shop inside this program, so nothing leaves your machine.",
    ),
    (
        &["model", "key", "openai", "azure"],
        "**A model** is a language model behind an endpoint, with the key to it.\n\nTo use a real one, open **Models**, choose **New model**, give its address and key, and test the connection. Keys are kept in a Secret and never shown again. Then name the model in an agent, and the same pages work with it.",
    ),
    (
        &["crash", "restart", "durable", "kill", "journal"],
        "Every step of a run is written to its **journal** before the next one begins.\n\nEnd the process in the middle of this sentence, start it again, and the run continues after its last complete step. A model call that was answered is never paid for twice; one that was cut is made again, and the journal shows both attempts.",
    ),
    (
        &["kubectl", "kubernetes", "cluster", "yaml"],
        "Everything here is a **Kubernetes object**. The address of the API and a kubeconfig are printed at the start:\n\n```sh\nexport KUBECONFIG=…/kubeconfig\nkubectl get agents,models,queries\nkubectl get queries -w\n```\n\nCreate a query with kubectl and this page moves; create one here and kubectl sees it.",
    ),
    (
        &["hello", "hi ", "help", "what can"],
        "Hello. Ask me about **agents**, **models**, **tools**, **teams**, the **journal** or **kubectl**, or try one of the other agents:\n\n- `invoice-reader` looks up an order with two tools,\n- `policy-checker` finds the rules that apply,\n- `triage` answers in JSON by a schema,\n- `reply-writer` writes to a customer.",
    ),
];

const WHO: &str = "I am the **demo model**. My answers come from a script inside Arkdeck; no language model is asked, and nothing leaves your machine.\n\nEverything around me is real: the objects, the run, its journal, the tools, the tokens as they arrive. Connect a model of your own under **Models**, and the same agents answer for real.";

const REPLY: &str = "Hello,\n\nthank you for the photo, and I am sorry about the wait. Your order A-10448 reached you nine days late, and the lamp shade arrived broken. Neither should have happened.\n\nWe are sending back **€55.79** to the card you paid with: the full price of the shade (€39.90), the shipping (€6.90), and 10 % of the lamp foot (€8.99). It takes three to five days to arrive.\n\nYou keep the lamp foot, of course. If you would like a new shade, answer this message and we will send one.\n\nKind regards\nYour desk";

const RELEASE_NOTES: &str = "## What is new\n\n- **Runs survive a restart.** Each step is written down before the next begins.\n- **Answers arrive word by word**, in every open window at once.\n- **Models are probed**, and say why when they do not answer.\n\n## Fixed\n\n- A query that waits no longer starts before older ones.\n\n## For operators\n\nNo manual step is needed.";

/// Characters of the question that an answer quotes.
const QUOTE: usize = 120;

/// The answer to `question`, asked under `prompt` (in lower case).
pub(super) fn answer(prompt: &str, question: &str) -> String {
    let role = format!("{prompt}\n{}", question.to_lowercase());
    if let Some((_, text)) = ROLES.iter().find(|(word, _)| role.contains(word)) {
        return (*text).to_owned();
    }
    let asked = format!("{} ", question.to_lowercase());
    if let Some((_, text)) = TOPICS.iter().find(|(words, _)| words.iter().any(|word| asked.contains(word))) {
        return (*text).to_owned();
    }
    let quoted: String =
        question.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUOTE).collect();
    format!(
        "You asked: “{quoted}”\n\nI am the **demo model** and answer from a script, so I have no real answer to that. I can tell you about agents, models, tools, teams, the journal and kubectl. To get real answers, connect a model of your own under **Models**."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_come_before_topics_and_anything_has_an_answer() {
        assert_eq!(answer("you write the answer to the customer.", "agent"), REPLY);
        assert!(answer("", "What is an agent?").contains("a prompt, a model"));
        let long = "x".repeat(999);
        assert!(answer("", &long).len() < 600);
    }
}
