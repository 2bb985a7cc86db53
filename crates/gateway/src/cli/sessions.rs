//! `revoke`, `block`, `unblock`, `revocations`: the life of sessions, by the server API of a house that runs.
//!
//! - `words`: what can be asked for; `desk`: where it is asked; `said`: what is answered, for people.

mod desk;
mod said;
pub mod words;

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::ENDED;
use super::out::{Done, Failure, complain, put, say};
use crate::config::Sources;
use crate::config::written::units;
use desk::{Desk, Trouble};

/// The house understood, and does not do it.
pub const REFUSED: u8 = 3;

/// Asks the house, and says what it answered.
///
/// # Errors
/// When the command line or the configuration is wrong, the house cannot be asked, or the answer cannot be written.
pub fn run(verb: &str, matches: &ArgMatches, variables: Vec<(String, String)>) -> Done<u8> {
    let said_last = deepest(matches);
    let file = said_last.get_one("config").cloned();
    let (method, request) = request(verb, matches)?;
    let desk = Desk::find(said_last, &Sources { file, variables, ..Sources::default() })?;
    match desk.ask(method, &request) {
        Ok(answer) if said_last.get_flag("json") => say(answer)?,
        Ok(answer) => put(said::in_words(verb, &request, &answer))?,
        Err(Trouble::Refused(why)) => {
            complain(why);
            return Ok(REFUSED);
        }
        Err(Trouble::NoAnswer(why)) => return Err(Failure::failed(why)),
    }
    Ok(ENDED)
}

/// The matches of the verb that was said last: `revoke` has one behind it.
fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| deepest(matches))
}

/// The method of the server API and what is asked of it.
fn request(verb: &str, matches: &ArgMatches) -> Result<(&'static str, Value), String> {
    let mut request = Map::new();
    if let Some(organisation) = text(deepest(matches), "within") {
        request.insert("in".into(), organisation.into());
    }
    let method = match (verb, matches.subcommand()) {
        ("revoke", Some((kind, matches))) => {
            let what = text(matches, "name").map_or(Value::Bool(true), Value::String);
            request.insert(kind.to_owned(), what);
            remarks(matches, &mut request)?;
            "revoke"
        }
        ("block", _) => {
            request.insert("user".into(), text(matches, "name").into());
            remarks(matches, &mut request)?;
            "block_user"
        }
        ("unblock", _) => {
            request.insert("user".into(), text(matches, "name").into());
            "unblock_user"
        }
        _ if matches.get_one::<i64>("remove").is_some() => {
            request.insert("id".into(), json!(matches.get_one::<i64>("remove")));
            "remove_revocation"
        }
        _ => {
            for key in ["after", "limit"] {
                if let Some(number) = matches.get_one::<i64>(key) {
                    request.insert(key.into(), json!(number));
                }
            }
            "revocations"
        }
    };
    Ok((method, Value::Object(request)))
}

/// Until when, why and by whom.
fn remarks(matches: &ArgMatches, request: &mut Map<String, Value>) -> Result<(), String> {
    for key in ["before", "until"] {
        if let Some(time) = matches.try_get_one::<i64>(key).ok().flatten() {
            request.insert(key.into(), json!(time));
        }
    }
    if let Some(written) = text(matches, "for") {
        let time = units::duration(&written).ok_or_else(|| {
            format!("--for {written}: write a number and its unit, such as 90s, 30m, 2h or 24h")
        })?;
        request.insert("ttl".into(), json!(time.as_secs()));
    }
    for key in ["note", "by"] {
        if let Some(said) = text(matches, key) {
            request.insert(key.into(), said.into());
        }
    }
    Ok(())
}

fn text(matches: &ArgMatches, id: &str) -> Option<String> {
    matches.try_get_one::<String>(id).ok().flatten().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command::command;

    #[track_caller]
    fn asked(line: &str) -> Result<(&'static str, Value), String> {
        let matches = command().try_get_matches_from(line.split_whitespace()).expect("a good command line");
        let (verb, matches) = matches.subcommand().expect("a verb");
        request(verb, matches)
    }

    #[test]
    fn every_verb_becomes_a_call_of_the_server_api() {
        for (line, method, request) in [
            ("vestibule revoke token t --for 2h", "revoke", json!({ "token": "t", "ttl": 7200 })),
            ("vestibule revoke session s --by ann", "revoke", json!({ "session": "s", "by": "ann" })),
            ("vestibule revoke user u --before 7", "revoke", json!({ "user": "u", "before": 7 })),
            ("vestibule revoke organisation", "revoke", json!({ "organisation": true })),
            ("vestibule block u --note spam", "block_user", json!({ "user": "u", "note": "spam" })),
            ("vestibule block u --until 9", "block_user", json!({ "user": "u", "until": 9 })),
            ("vestibule unblock u", "unblock_user", json!({ "user": "u" })),
            ("vestibule revocations --limit 5 --after 7", "revocations", json!({ "limit": 5, "after": 7 })),
            ("vestibule revocations --remove 7", "remove_revocation", json!({ "id": 7 })),
            ("vestibule revoke session s --organisation o", "revoke", json!({ "session": "s", "in": "o" })),
            (
                "vestibule revoke organisation --organisation o",
                "revoke",
                json!({ "organisation": true, "in": "o" }),
            ),
            ("vestibule block u --organisation o", "block_user", json!({ "user": "u", "in": "o" })),
            ("vestibule unblock u --organisation o", "unblock_user", json!({ "user": "u", "in": "o" })),
            ("vestibule revocations --organisation o", "revocations", json!({ "in": "o" })),
            ("vestibule revoke token -xbpc --by ann", "revoke", json!({ "token": "-xbpc", "by": "ann" })),
            ("vestibule revoke token --by ann -xbpc", "revoke", json!({ "token": "-xbpc", "by": "ann" })),
            ("vestibule revoke token -- -c", "revoke", json!({ "token": "-c" })),
            ("vestibule block -1 --for 1s", "block_user", json!({ "user": "-1", "ttl": 1 })),
        ] {
            assert_eq!(asked(line), Ok((method, request)), "{line}");
        }
    }

    #[test]
    fn a_time_without_a_unit_is_explained() {
        let complaint = asked("vestibule block u --for 2").unwrap_err();
        assert!(complaint.contains("--for 2") && complaint.contains("2h"), "{complaint}");
    }

    #[test]
    fn what_makes_no_sense_together_is_refused() {
        for line in [
            "vestibule revoke",
            "vestibule revoke token",
            "vestibule revoke token t --before 7",
            "vestibule block",
            "vestibule block u --for 2h --until 9",
            "vestibule revocations --remove 7 --limit 5",
        ] {
            assert!(command().try_get_matches_from(line.split_whitespace()).is_err(), "{line}");
        }
    }
}
