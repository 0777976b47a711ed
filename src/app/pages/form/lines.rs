//! Which line of a YAML text a field path names, so that form and text mark the same place.

/// The line (from 1) of a path as `spec.tools[0].type`; where the text does not have all of it, the line of its
/// longest part that is there.
pub fn line_of(yaml: &str, path: &str) -> Option<usize> {
    let lines: Vec<&str> = yaml.lines().collect();
    let mut found = None;
    let (mut from, mut to) = (0, lines.len());
    for step in steps(path) {
        let Some(at) = find(&lines, from, to, &step) else { break };
        found = Some(at + 1);
        (from, to) = inside(&lines, at, to, &step);
    }
    found
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Item(usize),
}

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let mut pieces = part.split('[');
        if let Some(key) = pieces.next().filter(|key| !key.is_empty()) {
            steps.push(Step::Key(key.to_owned()));
        }
        for index in pieces {
            if let Ok(index) = index.trim_end_matches(']').parse() {
                steps.push(Step::Item(index));
            }
        }
    }
    steps
}

/// Spaces before the text; an item's dash counts as one of them, as YAML does.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

fn dash(line: &str) -> Option<usize> {
    let text = line.trim_start();
    (text == "-" || text.starts_with("- ")).then(|| line.len() - text.len())
}

fn find(lines: &[&str], from: usize, to: usize, step: &Step) -> Option<usize> {
    let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    match step {
        Step::Key(key) => {
            let level = (from..to).filter(|&at| !blank(lines[at])).map(|at| indent(lines[at])).next()?;
            (from..to).find(|&at| {
                let text = lines[at].trim_start_matches([' ', '-']);
                indent(lines[at]) == level
                    && text.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(':'))
            })
        }
        Step::Item(index) => {
            let level = (from..to).find_map(|at| dash(lines[at]))?;
            (from..to).filter(|&at| dash(lines[at]) == Some(level)).nth(*index)
        }
    }
}

/// The lines that belong to what was found.
fn inside(lines: &[&str], at: usize, to: usize, step: &Step) -> (usize, usize) {
    match step {
        Step::Key(_) => {
            let level = indent(lines[at]);
            let end = (at + 1..to).find(|&next| {
                let line = lines[next];
                let deeper = indent(line) > level || dash(line).is_some_and(|dash| dash >= level);
                !line.trim().is_empty() && !deeper
            });
            (at + 1, end.unwrap_or(to))
        }
        Step::Item(_) => {
            let level = dash(lines[at]).unwrap_or_default();
            let end = (at + 1..to).find(|&next| {
                let line = lines[next];
                let before = line.len() - line.trim_start().len();
                !line.trim().is_empty() && before <= level
            });
            (at, end.unwrap_or(to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata:
  name: Pilot
  namespace: harbour
spec:
  modelRef:
    name: lamp
  parameters:
  - name: port
    value: Brest
  - name: day
    valueFrom:
      secretKeyRef:
        name: days
  tools:
    - type: mcp
      name: tides
  prompt: hello
";

    #[test]
    fn paths_lead_to_their_lines() {
        let line = |path| line_of(TEXT, path).and_then(|line| TEXT.lines().nth(line - 1)).unwrap_or_default();
        assert_eq!(line("metadata.name"), "  name: Pilot");
        assert_eq!(line("spec.modelRef.name"), "    name: lamp");
        assert_eq!(line("spec.parameters[1].valueFrom.secretKeyRef.name"), "        name: days");
        assert_eq!(line("spec.parameters[0].value"), "    value: Brest");
        assert_eq!(line("spec.tools[0].name"), "      name: tides");
        assert_eq!(line("spec.prompt"), "  prompt: hello");
    }

    #[test]
    fn what_is_not_there_leads_to_the_nearest_part() {
        assert_eq!(line_of(TEXT, "spec.outputSchema"), Some(6));
        assert_eq!(line_of(TEXT, "spec.tools[3].name"), Some(16));
        assert_eq!(line_of(TEXT, "status"), None);
        assert_eq!(line_of("", "spec"), None);
    }
}
