//! jq filters, as Ark applies them to the results of tools. Runs in the child only.

use jaq_core::load::{self, Arena, File, Loader, lex, parse};
use jaq_core::{Compiler, Ctx, Vars, compile, data, unwrap_valr};
use jaq_json::{Map, Val, read};

/// Characters of a filter that an error quotes.
const MAX_QUOTE: usize = 40;

/// The global variable of the environment, which is empty here.
const ENVIRONMENT: &str = "$ENV";

/// `text` behind each of `filters`. What is not JSON passes as it is; no output is no text, one is its JSON (a string
/// keeps its quotes), and several are a JSON array.
pub(super) fn apply(filters: &[String], text: String) -> Result<String, String> {
    filters.iter().try_fold(text, |text, filter| one(filter, text))
}

fn one(filter: &str, text: String) -> Result<String, String> {
    let Ok(input) = read::parse_single(text.as_bytes()) else { return Ok(text) };
    let arena = Arena::default();
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let modules = Loader::new(defs)
        .load(&arena, File { code: filter, path: () })
        .map_err(|errors| unreadable(filter, &errors))?;
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let compiled = Compiler::default()
        .with_funs(funs)
        .with_global_vars([ENVIRONMENT])
        .compile(modules)
        .map_err(|errors| unknown(filter, &errors))?;
    let variables = Vars::new([Val::obj(Map::default())]);
    let context = Ctx::<data::JustLut<Val>>::new(&compiled.lut, variables);
    let mut outputs = Vec::new();
    for output in compiled.id.run((context, input)).map(unwrap_valr) {
        outputs.push(output.map_err(|error| {
            format!("the jq filter '{}' does not suit the result: {error}", quoted(filter))
        })?);
    }
    Ok(match outputs.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        _ => Val::from_iter(outputs).to_string(),
    })
}

fn unreadable(filter: &str, errors: &load::Errors<&str, ()>) -> String {
    let near = |at: &str| match at.split_whitespace().next() {
        None => "at its end".to_owned(),
        Some(_) => format!("at '{}'", quoted(at)),
    };
    let why = match errors.first().map(|(_, error)| error) {
        Some(load::Error::Lex(all)) => all
            .first()
            .map(|(expected, at): &lex::Error<_>| format!("expected {} {}", expected.as_str(), near(at))),
        Some(load::Error::Parse(all)) => all
            .first()
            .map(|(expected, at): &parse::Error<_>| format!("expected {} {}", expected.as_str(), near(at))),
        Some(load::Error::Io(_)) => Some("modules cannot be loaded here".to_owned()),
        None => None,
    };
    format!("the jq filter '{}' cannot be read: {}", quoted(filter), why.unwrap_or_default())
}

fn unknown(filter: &str, errors: &compile::Errors<&str, ()>) -> String {
    let first = errors.iter().flat_map(|(_, errors)| errors).next();
    let what = first.map_or_else(String::new, |(name, kind)| match kind {
        compile::Undefined::Filter(arity) => format!("{name}/{arity}"),
        _ => (*name).to_owned(),
    });
    format!("the jq filter '{}' uses {what}, which is not defined", quoted(filter))
}

fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(MAX_QUOTE).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(filter: &str, text: &str) -> Result<String, String> {
        one(filter, text.to_owned())
    }

    #[test]
    fn outputs_become_one_text_as_in_ark() {
        let tides =
            r#"{"tides": [{"at": "06:10", "ft": 3.20}, {"at": "12:20", "ft": 0.4}], "port": "Lisbon"}"#;
        for (expression, expected) in [
            (".port", r#""Lisbon""#),
            (".tides[0].ft", "3.20"),
            (".tides[].at", r#"["06:10","12:20"]"#),
            (".tides[] | select(.ft > 5)", ""),
            ("{port, n: (.tides | length)}", r#"{"port":"Lisbon","n":2}"#),
            (r#".tides | map("\(.at) \(.ft)") | join(", ")"#, r#""06:10 3.20, 12:20 0.4""#),
            ("$ENV", "{}"),
        ] {
            assert_eq!(filter(expression, tides).as_deref(), Ok(expected), "{expression}");
        }
        assert_eq!(filter(".port", "no JSON").as_deref(), Ok("no JSON"));
        assert_eq!(
            apply(&[".tides".into(), "length".into()], tides.to_owned()).as_deref(),
            Ok("2"),
            "filters follow each other"
        );
    }

    #[test]
    fn a_filter_that_cannot_be_used_says_where_and_why() {
        for (expression, expected) in [
            (".tides[", "the jq filter '.tides[' cannot be read: expected"),
            (".a | fetch(.b)", "uses fetch/1, which is not defined"),
            (".a | $x", "uses $x, which is not defined"),
            ("import \"a\" as a; .", "modules cannot be loaded here"),
            (".port.name", "does not suit the result: "),
            ("error(\"low\")", "low"),
        ] {
            let error = filter(expression, r#"{"port": "Lisbon"}"#).unwrap_err();
            assert!(error.contains(expected), "{expression}: {error}");
        }
    }
}
