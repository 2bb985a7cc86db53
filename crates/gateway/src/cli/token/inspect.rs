//! `vestibule token inspect`: what a token says. Nothing in it is believed.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use vestibule_model::UnixSeconds;

use crate::cli::out::{Done, put, say};
use crate::cli::words::{json_flag, text, token, token_argument, utc};
use crate::clock::Clock;

/// The verb.
pub fn command() -> Command {
    Command::new("inspect")
        .about("Says what a token says. Nothing is verified: anybody can write such a text")
        .after_help("Exit codes:\n  0  it could be read\n  2  it is no token, or the command line is wrong")
        .arg(token_argument())
        .arg(json_flag())
}

/// Says it.
///
/// # Errors
/// When it is no token, or the answer cannot be written.
pub fn run(matches: &ArgMatches) -> Done<()> {
    let token = token(text(matches, "token").unwrap_or_default())?;
    let parts: Vec<_> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err(format!("a token has three parts between dots; this text has {}", parts.len()).into());
    };
    let header = part(header, "header")?;
    let payload = part(payload, "payload")?;
    let now = Clock::start().now().unix;
    let mut notes = notes(&header, &payload, signature, now);
    if let Err(reason) = vestibule_auth::check_syntax(&token) {
        notes.push(format!("every realm would refuse it at once: {reason}"));
    }
    if matches.get_flag("json") {
        let said = json!({ "verified": false, "header": header, "payload": payload, "notes": notes });
        return say(said);
    }
    let mut said = format!("Nothing of this was verified.\n\nheader   {}\n", pretty(&header));
    said.push_str(&format!("payload  {}\n", pretty(&payload)));
    for note in notes {
        said.push_str(&format!("- {note}\n"));
    }
    put(said)
}

/// Read as kindly as it can be: an operator wants to see what is wrong with it.
fn part(text: &str, name: &str) -> Result<Value, String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = text.replace('+', "-").replace('/', "_");
    let bytes = GeneralPurpose::new(&URL_SAFE, config)
        .decode(text)
        .map_err(|_| format!("the {name} is not base64url: this is no token"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("the {name} is not JSON: {error}"))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default().replace('\n', "\n         ")
}

/// What meets the eye.
fn notes(header: &Value, payload: &Value, signature: &str, now: UnixSeconds) -> Vec<String> {
    let mut notes = Vec::new();
    match header["alg"].as_str() {
        None => notes.push("alg is missing: nobody can tell how it is signed".to_owned()),
        Some(alg) if alg.eq_ignore_ascii_case("none") => {
            notes.push("alg is none: it is not signed, and no realm takes it".to_owned());
        }
        Some(_) => {}
    }
    if signature.is_empty() {
        notes.push("there is no signature".to_owned());
    }
    for claim in ["exp", "nbf", "iat"] {
        let Some(value) = payload.get(claim) else {
            if claim == "exp" {
                notes.push("exp is missing: it would never end".to_owned());
            }
            continue;
        };
        let Some(time) = value.as_f64() else {
            notes.push(format!("{claim} is no number"));
            continue;
        };
        #[expect(clippy::cast_possible_truncation, reason = "a time for people, to the second")]
        let time = UnixSeconds(time as i64);
        let ahead = time.0.saturating_sub(now.0);
        let (when, apart) = if ahead >= 0 { ("in", ahead) } else { ("ago:", ahead.saturating_neg()) };
        notes.push(format!("{claim} is {} ({when} {apart} s)", utc(time)));
        if apart > 100 * 365 * 86_400 {
            notes.push(format!("{claim} looks like milliseconds; tokens count seconds"));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(header: Value, payload: Value) -> String {
        notes(&header, &payload, "c2ln", UnixSeconds(1_000)).join("\n")
    }

    #[test]
    fn what_meets_the_eye_is_said() {
        assert!(noted(json!({ "alg": "none" }), json!({})).contains("not signed"));
        assert!(noted(json!({ "alg": "HS256" }), json!({})).contains("exp is missing"));
        let said = noted(json!({ "alg": "HS256" }), json!({ "exp": 940, "iat": "now" }));
        assert!(said.contains("exp is 1970-01-01 00:15:40 UTC (ago: 60 s)"), "{said}");
        assert!(said.contains("iat is no number"), "{said}");
        let said = noted(json!({ "alg": "HS256" }), json!({ "exp": 1_700_000_000_000_i64 }));
        assert!(said.contains("milliseconds"), "{said}");
    }
}
