//! Answers of the house, for people.

use std::fmt::Write;

use serde_json::Value;
use vestibule_model::UnixSeconds;

use crate::cli::words::utc;

/// The last second of the year 9999: no end.
const FOR_EVER: i64 = 253_402_300_799;

/// The answer to a verb, in lines.
pub fn in_words(verb: &str, request: &Value, answer: &Value) -> String {
    match verb {
        "revoke" => format!("revoked in {} (id {}), {}\n", within(answer), answer["id"], end(answer)),
        "block" => {
            let (user, within, id) = (user(request), within(answer), &answer["id"]);
            format!("{user} is blocked in {within} (id {id}), {}\n", end(answer))
        }
        "unblock" if answer["unblocked"] == true => {
            format!("{} is not blocked any more in {}\n", user(request), within(answer))
        }
        "unblock" => format!("{} was not blocked in {}\n", user(request), within(answer)),
        _ if answer["removed"] == true => format!("{} is taken back in {}\n", request["id"], within(answer)),
        _ if answer["removed"] == false => {
            format!("there was no revocation {} in {}\n", request["id"], within(answer))
        }
        _ => list(answer),
    }
}

fn user(request: &Value) -> String {
    plain(&request["user"])
}

/// The organisation in which it was done.
fn within(answer: &Value) -> String {
    plain(&answer["in"])
}

fn end(answer: &Value) -> String {
    match answer["until"].as_i64() {
        Some(FOR_EVER) | None => "without an end".into(),
        Some(end) => format!("until {}", utc(UnixSeconds(end))),
    }
}

fn list(answer: &Value) -> String {
    let entries = answer["revocations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut text = String::new();
    for entry in entries {
        let _fits = writeln!(text, "{}", line(entry));
    }
    if entries.is_empty() {
        let _fits = writeln!(text, "nothing is revoked in {}", within(answer));
    }
    if let Some(next) = answer["next"].as_i64() {
        let _fits = writeln!(text, "there are more: --after {next}");
    }
    text
}

fn line(entry: &Value) -> String {
    let kind = entry["kind"].as_str().unwrap_or_default();
    let named = ["token", "session", "user"].iter().find_map(|key| entry.get(key));
    let mut line = format!("{:>6}  {kind:<12}", entry["id"].to_string());
    if let Some(named) = named {
        let _fits = write!(line, "  {}", plain(named));
    }
    if let Some(before) = entry["before"].as_i64() {
        let _fits = write!(line, "  issued until {}", utc(UnixSeconds(before)));
    }
    let _fits = write!(line, "  {}", end(entry));
    for (key, word) in [("by", "by"), ("note", "for")] {
        if let Some(said) = entry.get(key) {
            let _fits = write!(line, "  {word} {}", plain(said));
        }
    }
    line
}

/// A text as it is, unless it could play tricks with a terminal.
fn plain(text: &Value) -> String {
    match text.as_str() {
        Some(text) if !text.is_empty() && !text.contains(|c: char| c.is_control() || c.is_whitespace()) => {
            text.to_owned()
        }
        Some(text) => format!("{text:?}"),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_block_says_whom_and_until_when() {
        let request = json!({ "user": "bob" });
        let text = in_words("block", &request, &json!({ "in": "acme", "id": 7, "until": 0 }));
        assert_eq!(text, "bob is blocked in acme (id 7), until 1970-01-01 00:00:00 UTC\n");
        let text = in_words("block", &request, &json!({ "in": "acme", "id": 7, "until": FOR_EVER }));
        assert_eq!(text, "bob is blocked in acme (id 7), without an end\n");
        let text = in_words("unblock", &request, &json!({ "in": "acme", "unblocked": false }));
        assert_eq!(text, "bob was not blocked in acme\n");
    }

    #[test]
    fn a_list_has_a_line_for_each_and_says_that_there_are_more() {
        let answer = json!({ "revocations": [
            { "id": 1, "kind": "user", "user": "ann", "before": 0, "until": 0, "made": 0 },
            { "id": 2, "kind": "block", "user": "b\u{1b}[2J", "until": FOR_EVER, "made": 0, "note": "spam, twice" },
        ], "next": 2 });
        let text = in_words("revocations", &json!({}), &answer);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("ann  issued until 1970-01-01"), "{text}");
        assert!(lines[1].contains(r#""b\u{1b}[2J"  without an end  for "spam, twice""#), "{text}");
        assert_eq!(lines[2], "there are more: --after 2");
        assert_eq!(
            in_words("revocations", &json!({}), &json!({ "in": "acme", "revocations": [] })),
            "nothing is revoked in acme\n"
        );
    }
}
